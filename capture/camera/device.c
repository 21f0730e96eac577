/* SPDX-License-Identifier: MIT */
#include "device.h"

#include "holder.h"

#include "src/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int camera_ioctl(const struct camera *camera, unsigned long request, void *argument)
{
    int result;

    do {
        result = camera->direct ? ioctl(camera->fd, request, argument)
                                : v4l2_ioctl(camera->fd, request, argument);
    } while (result == -1 && errno == EINTR);
    return result == -1 ? -1 : 0;
}

enum source_result camera_failed(const struct camera *camera, const char *doing)
{
    const int error = errno;
    const char *advice = "";
    char holder[CAMERA_HOLDER_MAX];
    enum source_result result = SOURCE_LOST;

    switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        advice =
            ": not plugged in, or no driver took it; triptych-capture --list-devices shows what "
            "there is";
        break;
    case EIO:
        advice = ": the device or its cable failed";
        break;
    case EBUSY:
        if (!camera_holder(camera->path, holder, sizeof(holder)))
            strcpy(holder, "in use by a process this user may not see");
        tri_log_write(camera->log, TRI_LOG_ERROR, "v4l2",
                      "%s: %s: %s; end it, or choose another device", camera->path, doing, holder);
        return SOURCE_LOST;
    case ENOSPC:
        advice =
            ": no USB bandwidth left; move it to another port, or choose a smaller size, a lower "
            "rate or MJPG";
        break;
    case EACCES:
    case EPERM:
        advice = ": join the group of the device (usermod -aG video $USER, then log in again)";
        result = SOURCE_FAILED;
        break;
    default:
        break; // drivers fail for many reasons, most of which pass
    }
    tri_log_write(camera->log, TRI_LOG_ERROR, "v4l2", "%s: %s: %s%s", camera->path, doing,
                  strerror(error), advice);
    return result;
}

/** Reads what the open device is. @return false: it does not capture video */
static bool identify(struct camera *camera)
{
    struct v4l2_capability cap = { 0 };

    if (ioctl(camera->fd, VIDIOC_QUERYCAP, &cap) == -1)
        return false;
    camera->caps = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    if (camera->caps & V4L2_CAP_VIDEO_CAPTURE)
        camera->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    else if (camera->caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
        camera->type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
    else
        return false;
    snprintf(camera->card, sizeof(camera->card), "%.31s", (const char *)cap.card);
    snprintf(camera->driver, sizeof(camera->driver), "%.15s", (const char *)cap.driver);
    snprintf(camera->bus, sizeof(camera->bus), "%.31s", (const char *)cap.bus_info);
    tri_utf8_clean(camera->card);
    tri_utf8_clean(camera->driver);
    tri_utf8_clean(camera->bus);
    return true;
}

static void set_path(struct camera *camera, const char *path)
{
    char *resolved = realpath(path, NULL);

    snprintf(camera->path, sizeof(camera->path), "%s", resolved ? resolved : path);
    free(resolved);
}

enum source_result camera_open(struct camera *camera, const char *path, const tri_log *log)
{
    *camera = (struct camera){ .fd = -1, .log = log };
    set_path(camera, path);

    camera->fd = open(camera->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (camera->fd == -1)
        return camera_failed(camera, "cannot open");
    if (!identify(camera)) {
        if (errno == ENODEV)
            return camera_failed(camera, "cannot open");
        tri_log_write(
            log, TRI_LOG_ERROR, "v4l2",
            "%s: no video capture device; triptych-capture --list-devices shows those that are",
            camera->path);
        return SOURCE_MISUSED;
    }
    // libv4l2 knows one plane only, and refuses what it does not know: the driver then is asked itself.
    camera->direct =
        camera_multiplanar(camera) || v4l2_fd_open(camera->fd, V4L2_DISABLE_CONVERSION) == -1;
    return SOURCE_OK;
}

void camera_close(struct camera *camera)
{
    const int error = errno;

    if (camera->fd != -1)
        v4l2_close(camera->fd); // a plain close() for what libv4l2 does not know
    camera->fd = -1;
    errno = error;
}

bool camera_peek(struct camera *camera, const char *path)
{
    *camera = (struct camera){ .fd = -1 };
    set_path(camera, path);
    camera->fd = open(camera->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    const bool captures = camera->fd != -1 && identify(camera);
    if (camera->fd != -1)
        close(camera->fd);
    camera->fd = -1;
    return captures;
}
