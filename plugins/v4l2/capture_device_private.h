/* SPDX-License-Identifier: MIT */
/** The state behind capture_device.h, shared by capture_device.c, device_ioctl.c and
 *  device_queue.c. */
#ifndef V4L2_CAPTURE_DEVICE_PRIVATE_H
#define V4L2_CAPTURE_DEVICE_PRIVATE_H

#include "capture_device.h"
#include "delivery.h"
#include "zero_copy.h"

#include <triptych/reader.h>

#include <pthread.h>

enum buffer_state { BUFFER_DEQUEUED, BUFFER_QUEUED };

struct buffer {
    enum buffer_state state;
    uint64_t queued_at; // order of VIDIOC_QBUF
    uint8_t *memory;    // ours, or the program's with V4L2_MEMORY_USERPTR
    uint32_t offset;    // in `memory_fd`, a multiple of the page size
    uint32_t length;
    struct v4l2_buffer last; // as VIDIOC_DQBUF returned it
    unsigned mappings;       // by the program
    struct zero_copy map;    // of a program that only reads
    struct tri_frame frame;  // locked while the program has a buffer that is its slot
};

struct device {
    char stream[TRI_NAME_MAX + 1];
    struct device *next;
    unsigned references; // open files, and calls in progress; guarded by the list's lock
    tri_log log;

    pthread_mutex_t lock;    // everything below but what acquire_lock guards
    struct handle *handles;  // open files
    struct handle *owner;    // of the buffers; NULL: no buffers, no reader
    struct tri_video source; // the stream when the format was negotiated
    struct tri_video seen;   // the stream's newest frame, for source changes
    struct v4l2_pix_format pix;
    uint32_t
        chosen_width; // by the last VIDIOC_S_FMT; may be chosen again when the stream has changed
    uint32_t chosen_height;
    struct pixel_layout layout;
    bool zero_copy;       // all buffers are mapped for reading only: --zero-copy
    uint32_t memory_type; // enum v4l2_memory
    int memory_fd;        // a memfd with all buffers, -1: none
    uint8_t *memory;
    uint32_t memory_bytes;
    uint32_t buffers;
    struct buffer buffer[VIDEO_MAX_FRAME];
    uint64_t queue_count;
    bool streaming;
    bool sequence_known;     // a frame was dequeued since the start
    uint64_t first_sequence; // the driver's, of the frame with sequence number 0
    uint64_t last_sequence;  // the driver's, of the newest frame
    uint64_t generation;     // of the writer that published it
    uint32_t changes;        // a futex: counts queued buffers and stops
    tri_reader *reader;      // open while frames are wanted
    pid_t reader_pid;        // the process that opened it, not a child that it forked

    pthread_mutex_t acquire_lock; // taken before `lock`, held while a call waits for a frame
    struct tri_frame frame;
    bool acquired; // `frame` is the next one, by device_has_frame(); changed with both locks held
    struct delivery *delivery;
    uint8_t *read_memory; // the frame that read() hands over, while it is read in parts
    uint32_t read_bytes;
};

/** Reads the stream's description, if no buffers depend on the old one. Call with `lock` held. */
void device_refresh(struct device *device);

/** Describes the offered format nearest to *pix, in *pix: the stream's size or the one chosen before,
 *  scaled, because v4l2src of GStreamer insists on that after a change. Call with `lock` held. */
void device_try_format(const struct device *device, struct v4l2_pix_format *pix,
                       struct pixel_layout *layout);

/** Adds the reader's descriptor to the handle's or removes it, by whether a frame can be dequeued. Call
 *  with `lock` held. */
void device_watch(struct device *device);

/** Notifies all files of the device of a new format, once. Call with `lock` held. */
void device_note_source(struct device *d, const struct tri_video *video);

/** Wakes threads that wait for a buffer to be queued. Call with `lock` held. */
void queue_wake(struct device *device);

/** Opens or closes the reader. Call with `lock` held. @return 0, or an errno */
int device_start(struct device *device, struct handle *handle);
void device_stop(struct device *device);

/* VIDIOC_*, each returns 0 or an errno. `lock` is held, but by queue_dequeue(), which waits. */
int queue_request(struct handle *handle, struct v4l2_requestbuffers *request);
int queue_create(struct handle *handle, struct v4l2_create_buffers *create);
int queue_query(struct handle *handle, struct v4l2_buffer *buffer);
int queue_enqueue(struct handle *handle, struct v4l2_buffer *buffer);
int queue_dequeue(struct handle *handle, struct v4l2_buffer *buffer);
int queue_stream_on(struct handle *handle, uint32_t type);
int queue_stream_off(struct handle *handle, uint32_t type);

/** Frees the buffers. Call with `lock` held, not streaming. */
void queue_free(struct device *device);

#endif
