/* SPDX-License-Identifier: MIT */
/** An open V4L2 capture device, and the meaning of its errors. */
#ifndef CAPTURE_CAMERA_DEVICE_H
#define CAPTURE_CAMERA_DEVICE_H

#include "source/frame_source.h"

#include <linux/videodev2.h>

#define CAMERA_PATH_MAX 512

/** All zero except fd = -1: closed. */
struct camera {
    int fd;
    bool direct;                // system calls bypass libv4l2
    char path[CAMERA_PATH_MAX]; // "/dev/videoN", links followed
    char card[32];              // one line each
    char driver[16];
    char bus[32];
    uint32_t caps; // V4L2_CAP_* of this node
    uint32_t type; // V4L2_BUF_TYPE_VIDEO_CAPTURE or ..._MPLANE
    bool trial;    // another method is left: log failures at level debug
    const tri_log *log;
};

/** What a call was for: the same errno has another meaning in each. */
enum camera_step { CAMERA_OPEN = 1, CAMERA_FORMAT = 2, CAMERA_CONTROL = 4, CAMERA_STREAM = 8 };

/** Opens the device at `path` through libv4l2, without its conversions. Never waits. Logs failures.
 *  @return SOURCE_OK, SOURCE_LOST, SOURCE_FAILED, or SOURCE_MISUSED: not a capture device */
enum source_result camera_open(struct camera *camera, const char *path, const tri_log *log);

/** Accepts a closed camera. Keeps errno. */
void camera_close(struct camera *camera);

/** ioctl(2), retried when a signal interrupts it. @return 0, or -1 with errno set */
int camera_ioctl(const struct camera *camera, unsigned long request, void *argument);

static inline bool camera_multiplanar(const struct camera *camera)
{
    return camera->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

/** Whether the node belongs to a media pipeline that has to be configured first. */
bool camera_needs_media(const struct camera *camera);

/** Logs that `doing` failed with errno, its meaning in this step and what to do.
 *  @return SOURCE_LOST, or SOURCE_FAILED if a retry cannot help */
enum source_result camera_failed(const struct camera *camera, enum camera_step step,
                                 const char *doing);

/** Logs that the device cannot do what was requested. If it is gone, none of its answers counts: logs
 *  that instead. @return SOURCE_MISUSED, or SOURCE_LOST: it is gone */
enum source_result camera_refuse(const struct camera *camera, const char *format, ...)
    TRI_PRINTF(2, 3);

/** Result of camera_peek(). */
enum camera_access { CAMERA_NONE, CAMERA_CAPTURES, CAMERA_DENIED };

/** Identifies the node at `path` and sets the names in *camera, which stays closed. The name of a
 *  node that this user may not open is that in sysfs. */
enum camera_access camera_peek(struct camera *camera, const char *path);

#endif
