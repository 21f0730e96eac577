/* SPDX-License-Identifier: MIT */
/** An open V4L2 capture device, and what its errors mean. */
#ifndef CAPTURE_CAMERA_DEVICE_H
#define CAPTURE_CAMERA_DEVICE_H

#include "source/frame_source.h"

#include <linux/videodev2.h>

#define CAMERA_PATH_MAX 512

/** All zero but fd = -1 is a closed one. */
struct camera {
    int fd;
    bool direct;                        // system calls go to the driver itself, past libv4l2
    char path[CAMERA_PATH_MAX];         // "/dev/videoN", links followed
    char card[32], driver[16], bus[32]; // one line each, as all that is read of a camera
    uint32_t caps;                      // V4L2_CAP_* of this node
    uint32_t type;                      // V4L2_BUF_TYPE_VIDEO_CAPTURE or ..._MPLANE
    bool trial;                         // another way is left: failures are logged at level debug
    const tri_log *log;
};

/** What was attempted when a call failed: the same errno means something else in each. */
enum camera_step { CAMERA_OPEN = 1, CAMERA_FORMAT = 2, CAMERA_CONTROL = 4, CAMERA_STREAM = 8 };

/** Opens the device at `path` through libv4l2, its conversions off, without waiting for anything.
 *  Logs what failed. @return SOURCE_OK, _LOST (may come), _FAILED, or _MISUSED: no capture device */
enum source_result camera_open(struct camera *camera, const char *path, const tri_log *log);

/** Accepts a closed one. Keeps errno. */
void camera_close(struct camera *camera);

/** Whether the device behind an open one was unplugged. */
bool camera_is_gone(const struct camera *camera);

/** ioctl(2), begun again when a signal interrupts it. @return 0, or -1 with errno set. */
int camera_ioctl(const struct camera *camera, unsigned long request, void *argument);

static inline bool camera_multiplanar(const struct camera *camera)
{
    return camera->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

/** Whether the node is one end of a media pipeline that somebody has to configure first. */
bool camera_needs_media(const struct camera *camera);

/** Logs that `doing` failed with errno, what that means in this step and what to do about it.
 *  @return SOURCE_LOST, or SOURCE_FAILED for what does not pass by itself */
enum source_result camera_failed(const struct camera *camera, enum camera_step step,
                                 const char *doing);

/** What opening a node without using it shows. */
enum camera_access { CAMERA_NONE, CAMERA_CAPTURES, CAMERA_DENIED };

/** Looks at the node at `path`. Its names are then in *camera, which is closed; of one that this
 *  user may not open, the name that the kernel tells everybody. */
enum camera_access camera_peek(struct camera *camera, const char *path);

#endif
