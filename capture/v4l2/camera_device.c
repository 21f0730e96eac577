/* SPDX-License-Identifier: MIT */
#include "camera_device.h"

#include "camera_busy.h"

#include "src/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <libv4l2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define REFUSAL_MAX 2048

int camera_ioctl(const struct camera *camera, unsigned long request, void *argument)
{
    int result;
    do {
        result = camera->direct ? ioctl(camera->fd, request, argument)
                                : v4l2_ioctl(camera->fd, request, argument);
    } while (result == -1 && errno == EINTR);
    return result == -1 ? -1 : 0;
}

#define IO_MC 0x20000000u // V4L2_CAP_IO_MC, missing in older headers

bool camera_needs_media(const struct camera *camera)
{
    return camera->caps & IO_MC;
}

static const struct advice {
    int error;
    unsigned steps; // enum camera_step
    enum source_result result;
    const char *text;
} advices[] = {
    { ENOENT, CAMERA_OPEN, SOURCE_LOST,
      "not plugged in, or no driver for it; triptych-capture --list-devices lists the devices" },
    { ENODEV, CAMERA_OPEN, SOURCE_LOST,
      "not plugged in, or no driver for it; triptych-capture --list-devices lists the devices" },
    { ENXIO, CAMERA_OPEN, SOURCE_LOST,
      "not plugged in, or no driver for it; triptych-capture --list-devices lists the devices" },
    { ENODEV, ~0u, SOURCE_LOST, "unplugged, or reset by its driver" },
    { ENXIO, ~0u, SOURCE_LOST, "unplugged, or reset by its driver" },
    { EACCES, CAMERA_OPEN, SOURCE_FAILED,
      "join the group of the device (usermod -aG video $USER, then log in again)" },
    { EPERM, CAMERA_OPEN, SOURCE_FAILED,
      "join the group of the device (usermod -aG video $USER, then log in again)" },
    { EIO, CAMERA_CONTROL, SOURCE_LOST,
      "the camera refused the value, or did not respond; omit the control, or replug the camera" },
    { EIO, ~0u, SOURCE_LOST, "the device or its cable failed" },
    { EPROTO, ~0u, SOURCE_LOST, "the device or its cable failed" },
    { ENOSPC, CAMERA_STREAM, SOURCE_LOST,
      "no USB bandwidth left; use another port, a smaller size, a lower rate or MJPG" },
    { ENOMEM, CAMERA_STREAM, SOURCE_LOST,
      "no memory for the driver's buffers; a smaller size needs less" },
};

static const char media_pipeline[] =
    "this node belongs to a media pipeline that libcamera has to configure: use "
    "gst-launch-1.0 libcamerasrc ! videoconvert ! triptychsink";

static const struct advice *find_advice(int error, enum camera_step step)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (advices[i].error == error && advices[i].steps & step)
            return &advices[i];
    }
    return NULL; // drivers fail for many reasons, most of them temporary
}

enum source_result camera_failed(const struct camera *camera, enum camera_step step,
                                 const char *doing)
{
    const int error = errno;
    const enum tri_log_level level = camera->trial ? TRI_LOG_DEBUG : TRI_LOG_ERROR;
    const struct advice *advice = find_advice(error, step);
    const char *text = advice ? advice->text : NULL;
    char busy[CAMERA_BUSY_MAX];
    if (error == EBUSY) {
        if (!camera_busy_process(camera->path, busy, sizeof(busy)))
            strcpy(busy, "in use by a process this user may not see");
        tri_log_write(camera->log, level, "v4l2", "%s: %s: %s; end it, or use another device",
                      camera->path, doing, busy);
        return SOURCE_LOST;
    }
    if (camera_needs_media(camera) && error != ENODEV)
        text = media_pipeline;
    tri_log_write(camera->log, level, "v4l2", "%s: %s: %s%s%s", camera->path, doing,
                  strerror(error), text ? ": " : "", text ? text : "");
    return advice ? advice->result : SOURCE_LOST;
}

enum source_result camera_refuse(const struct camera *camera, const char *format, ...)
{
    struct v4l2_capability cap = { 0 };
    char text[REFUSAL_MAX];
    va_list arguments;
    if (ioctl(camera->fd, VIDIOC_QUERYCAP, &cap) == -1 && errno == ENODEV)
        return camera_failed(camera, CAMERA_FORMAT, "cannot configure it");
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    tri_log_write(camera->log, TRI_LOG_ERROR, "v4l2", "%s: %s", camera->path, text);
    return SOURCE_MISUSED;
}

/** Identifies the open device. @return false: it does not capture video */
static bool identify(struct camera *camera)
{
    struct v4l2_capability cap = { 0 };
    errno = 0;
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

/** v4l2loopback with exclusive_caps=1 is an output device until a program writes to it. */
static bool is_idle_loopback(const struct camera *camera)
{
    return (camera->caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_M2M)) == V4L2_CAP_VIDEO_OUTPUT;
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
        return camera_failed(camera, CAMERA_OPEN, "cannot open");
    if (!identify(camera)) {
        if (errno == ENODEV)
            return camera_failed(camera, CAMERA_OPEN, "cannot open");
        if (errno && errno != ENOTTY && errno != EINVAL) // ENOTTY or EINVAL: not of V4L2
            return camera_failed(camera, CAMERA_FORMAT, "cannot query it");
        if (is_idle_loopback(camera)) {
            tri_log_write(
                log, TRI_LOG_ERROR, "v4l2",
                "%s: not a capture device yet: a loopback device becomes one when a program "
                "writes frames to it",
                camera->path);
            return SOURCE_LOST;
        }
        tri_log_write(log, TRI_LOG_ERROR, "v4l2",
                      "%s: not a video capture device; triptych-capture --list-devices lists those",
                      camera->path);
        return SOURCE_MISUSED;
    }
    // libv4l2 supports single-planar devices only; others are used without it.
    camera->direct =
        camera_multiplanar(camera) || v4l2_fd_open(camera->fd, V4L2_DISABLE_CONVERSION) == -1;
    return SOURCE_OK;
}

void camera_close(struct camera *camera)
{
    const int error = errno;
    if (camera->fd != -1)
        v4l2_close(camera->fd); // is close() if libv4l2 did not open it
    camera->fd = -1;
    errno = error;
}

/** Reads one line from sysfs, which every user may read. */
static void read_attribute(const struct camera *camera, const char *attribute, char *text,
                           size_t bytes)
{
    const char *node = strrchr(camera->path, '/');
    char path[CAMERA_PATH_MAX + 64];
    text[0] = '\0';
    snprintf(path, sizeof(path), "/sys/class/video4linux/%s/%s", node ? node + 1 : camera->path,
             attribute);
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (fgets(text, (int)bytes, file))
        text[strcspn(text, "\n")] = '\0';
    tri_utf8_clean(text);
    fclose(file);
}

/** The first node of a device captures video; others carry metadata. */
static bool is_first_node(const struct camera *camera)
{
    char index[16];
    read_attribute(camera, "index", index, sizeof(index));
    return !index[0] || !strcmp(index, "0");
}

enum camera_access camera_peek(struct camera *camera, const char *path)
{
    *camera = (struct camera){ .fd = -1 };
    set_path(camera, path);
    camera->fd = open(camera->path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (camera->fd == -1 && (errno == EACCES || errno == EPERM)) {
        read_attribute(camera, "name", camera->card, sizeof(camera->card));
        return is_first_node(camera) ? CAMERA_DENIED : CAMERA_NONE;
    }
    const bool captures = camera->fd != -1 && identify(camera);
    if (camera->fd != -1)
        close(camera->fd);
    camera->fd = -1;
    return captures ? CAMERA_CAPTURES : CAMERA_NONE;
}
