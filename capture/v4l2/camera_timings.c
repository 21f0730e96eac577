/* SPDX-License-Identifier: MIT */
#include "camera_timings.h"

#include "program/fraction.h"

#include <errno.h>

#define EVENTS_MAX 64 // dequeued at once; drivers keep fewer

static void set_video(struct tri_video *video, const struct v4l2_bt_timings *bt)
{
    const uint64_t total = (uint64_t)V4L2_DV_BT_FRAME_WIDTH(bt) * V4L2_DV_BT_FRAME_HEIGHT(bt);
    const uint64_t divisor = greatest_divisor(bt->pixelclock, total);
    video->width = bt->width;
    video->height = bt->height;
    if (divisor && bt->pixelclock / divisor <= UINT32_MAX && total / divisor <= UINT32_MAX) {
        video->fps_num = (uint32_t)(bt->pixelclock / divisor);
        video->fps_den = (uint32_t)(total / divisor);
    }
}

void camera_pixel_aspect(const struct camera *camera, struct tri_video *video)
{
    struct v4l2_cropcap cap = { .type = camera->type };
    if (camera_ioctl(camera, VIDIOC_CROPCAP, &cap) == -1 || !cap.pixelaspect.numerator ||
        !cap.pixelaspect.denominator || cap.pixelaspect.numerator == cap.pixelaspect.denominator ||
        !cap.defrect.width || !cap.defrect.height)
        return;
    // V4L2 reports height to width, of pixels before scaling. 16 bits per factor: no overflow.
    const uint64_t wide = (uint64_t)(uint16_t)cap.pixelaspect.denominator *
                          (uint16_t)cap.defrect.width * (uint16_t)video->height;
    const uint64_t high = (uint64_t)(uint16_t)cap.pixelaspect.numerator *
                          (uint16_t)cap.defrect.height * (uint16_t)video->width;
    const uint64_t divisor = greatest_divisor(wide, high);
    if (!divisor || wide / divisor > TRI_ASPECT_MAX || high / divisor > TRI_ASPECT_MAX || !wide ||
        !high)
        return;
    video->aspect_num = (uint32_t)(wide / divisor);
    video->aspect_den = (uint32_t)(high / divisor);
}

/** Meaning of an errno of QUERY_DV_TIMINGS; NULL: not about the signal. */
static const char *timings_fault(int error)
{
    return error == ENOLINK  ? "no signal: nothing connected, or switched off"
           : error == ENOLCK ? "no lock: unstable signal; check the cable"
           : error == ERANGE ? "the signal's timings are out of the device's range"
                             : NULL;
}

const char *camera_no_signal(const struct camera *camera)
{
    struct v4l2_input input = { 0 };
    int index;
    if (camera_ioctl(camera, VIDIOC_G_INPUT, &index) == -1)
        return NULL;
    input.index = (uint32_t)index;
    if (camera_ioctl(camera, VIDIOC_ENUMINPUT, &input) == -1)
        return NULL;
    if (input.capabilities & V4L2_IN_CAP_DV_TIMINGS) {
        struct v4l2_dv_timings timings = { 0 };
        if (camera_ioctl(camera, VIDIOC_QUERY_DV_TIMINGS, &timings) == -1)
            return timings_fault(errno);
    }
    return input.status & V4L2_IN_ST_NO_POWER                           ? "no power on the input"
           : input.status & V4L2_IN_ST_NO_SIGNAL                        ? "no signal"
           : input.status & (V4L2_IN_ST_NO_H_LOCK | V4L2_IN_ST_NO_SYNC) ? "no lock: unstable signal"
                                                                        : NULL;
}

enum source_result camera_timings_follow(const struct camera *camera, struct tri_video *video)
{
    struct v4l2_event_subscription changes = { .type = V4L2_EVENT_SOURCE_CHANGE };
    struct v4l2_dv_timings timings = { 0 };
    const char *fault = camera_no_signal(camera);
    // The event's id is the input; a device with one input uses 0.
    int index = 0;
    if (camera_ioctl(camera, VIDIOC_G_INPUT, &index) == 0)
        changes.id = (uint32_t)index;
    (void)camera_ioctl(camera, VIDIOC_SUBSCRIBE_EVENT, &changes); // not all drivers support it

    if (fault) {
        tri_log_write(camera->log, TRI_LOG_ERROR, "v4l2", "%s: %s", camera->path, fault);
        return SOURCE_LOST;
    }
    if (camera_ioctl(camera, VIDIOC_QUERY_DV_TIMINGS, &timings) == -1 ||
        timings.type != V4L2_DV_BT_656_1120)
        return SOURCE_OK; // no timings on this input
    if (camera_ioctl(camera, VIDIOC_S_DV_TIMINGS, &timings) == -1)
        return camera_failed(camera, CAMERA_FORMAT, "cannot set the timings of the signal");
    set_video(video, &timings.bt);
    return SOURCE_OK;
}

bool camera_timings_changed(const struct camera *camera)
{
    struct v4l2_event event;
    bool changed = false;
    for (int i = 0; i < EVENTS_MAX && camera_ioctl(camera, VIDIOC_DQEVENT, &event) == 0; i++)
        changed |= event.type == V4L2_EVENT_SOURCE_CHANGE;
    return changed;
}
