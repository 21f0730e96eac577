/* SPDX-License-Identifier: MIT */
/** One stream as a V4L2 capture device: its format, its buffers, its streaming state. All open files
 *  of this process on one device share it, as the files of a driver's device do. */
#ifndef V4L2_CAPTURE_DEVICE_H
#define V4L2_CAPTURE_DEVICE_H

#include "device_nodes.h"
#include "pixel_format.h"

#include <linux/videodev2.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct device;

/** One open file of a device. */
struct handle {
    struct device *device;
    struct handle *next; // of the same device
    int fd; // an epoll descriptor, readable while a frame can be dequeued; the program gets duplicates
    bool nonblocking;
    bool watching;     // the epoll descriptor contains the reader's
    bool subscribed;   // to V4L2_EVENT_SOURCE_CHANGE
    uint32_t priority; // enum v4l2_priority
    uint32_t events;   // pending V4L2_EVENT_SOURCE_CHANGE
    uint32_t event_sequence;
    size_t read_at; // position in the frame that read() hands over
    unsigned references;
};

/** Opens a file of the stream's device. @return NULL with errno set: ENODEV, no such stream;
 *  EACCES, this user may not read it. */
struct handle *device_open(const char *stream, int flags);

/** Closes a file; stops streaming and frees the buffers if they are its own. */
void device_close(struct handle *handle);

/** The minor number that stat() reports. */
unsigned device_number(const struct handle *handle);

/** Any V4L2 ioctl. @return 0, or -1 with errno set; ENOTTY for those that capture devices lack. */
int device_ioctl(struct handle *handle, unsigned long request, void *argument);

/** Maps a buffer by the offset that VIDIOC_QUERYBUF gave. */
void *device_mmap(struct handle *handle, void *address, size_t length, int protection, int flags,
                  off_t offset);

/** Reads frames as a byte stream, for programs without buffers. */
ssize_t device_read(struct handle *handle, void *to, size_t bytes);

/** The poll(2) events that are true already: POLLERR when not streaming, POLLPRI for a pending event,
 *  POLLIN for what was read in part or by device_has_frame(). */
short device_poll_now(struct handle *handle, short wanted);

/** Whether the descriptor is readable for a frame, which this acquires for the next VIDIOC_DQBUF or
 *  read(), and not for other news of the stream, such as the end of its writer. */
bool device_has_frame(struct handle *handle);

#endif
