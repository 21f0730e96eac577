/* SPDX-License-Identifier: MIT */
/* The ioctls of a capture device with one input and no controls. */
#include "capture_device_private.h"

#include <triptych/stream.h>
#include <triptych/version.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CAPS \
    (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE | V4L2_CAP_STREAMING | V4L2_CAP_EXT_PIX_FORMAT)
#define EVENT_POLL_MS           50
#define KERNEL_VERSION_REPORTED ((6u << 16) | (1u << 8)) // of the V4L2 interface that this follows

static bool is_capture(uint32_t type)
{
    return type == V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

static int query_cap(struct handle *handle, struct v4l2_capability *cap)
{
    const char *const stream = handle->device->stream;
    memset(cap, 0, sizeof(*cap));
    snprintf((char *)cap->driver, sizeof(cap->driver), "triptych");
    snprintf((char *)cap->card, sizeof(cap->card), "%s", stream);
    snprintf((char *)cap->bus_info, sizeof(cap->bus_info), "platform:triptych-%.13s", stream);
    cap->version = KERNEL_VERSION_REPORTED;
    cap->capabilities = CAPS | V4L2_CAP_DEVICE_CAPS;
    cap->device_caps = CAPS;
    return 0;
}

static bool has_signal(const struct device *d)
{
    struct tri_stream stream;
    return tri_stream_find(d->stream, &stream) == TRI_OK && stream.state == TRI_STREAM_LIVE &&
           stream.has_frame && !(stream.newest.flags & TRI_FRAME_NO_SIGNAL);
}

static int enum_input(struct handle *handle, struct v4l2_input *input)
{
    if (input->index != 0)
        return EINVAL;
    memset(input, 0, sizeof(*input));
    snprintf((char *)input->name, sizeof(input->name), "%.31s", handle->device->stream);
    input->type = V4L2_INPUT_TYPE_CAMERA;
    if (!has_signal(handle->device))
        input->status = V4L2_IN_ST_NO_SIGNAL;
    return 0;
}

static int enum_format(struct handle *handle, struct v4l2_fmtdesc *description)
{
    struct device *const d = handle->device;
    if (!is_capture(description->type))
        return EINVAL;
    device_refresh(d);
    const uint32_t fourcc = pixel_format_at(&d->source, description->index);
    if (fourcc == 0)
        return EINVAL;
    *description = (struct v4l2_fmtdesc){ .index = description->index,
                                          .type = description->type,
                                          .mbus_code = description->mbus_code,
                                          .pixelformat = fourcc };
    if (description->mbus_code) // no media controller here
        description->mbus_code = 0;
    const struct tri_format *const format = tri_format_find(fourcc);
    if (format && format->family == TRI_FAMILY_COMPRESSED)
        description->flags |= V4L2_FMT_FLAG_COMPRESSED;
    snprintf((char *)description->description, sizeof(description->description), "%.31s",
             pixel_format_name(fourcc));
    return 0;
}

static int enum_size(struct handle *handle, struct v4l2_frmsizeenum *size)
{
    struct device *const d = handle->device;
    device_refresh(d);
    if (size->index != 0 || !pixel_format_offered(&d->source, size->pixel_format))
        return EINVAL;
    *size = (struct v4l2_frmsizeenum){ .pixel_format = size->pixel_format,
                                       .type = V4L2_FRMSIZE_TYPE_DISCRETE,
                                       .discrete = { d->source.width, d->source.height } };
    return 0;
}

static struct v4l2_fract frame_interval(const struct tri_video *video)
{
    if (video->fps_num == 0) // not given: V4L2 has no value for that
        return (struct v4l2_fract){ 1, 30 };
    return (struct v4l2_fract){ .numerator = video->fps_den, .denominator = video->fps_num };
}

static int enum_interval(struct handle *handle, struct v4l2_frmivalenum *interval)
{
    struct device *const d = handle->device;
    device_refresh(d);
    if (interval->index != 0 || !pixel_format_offered(&d->source, interval->pixel_format) ||
        interval->width != d->source.width || interval->height != d->source.height)
        return EINVAL;
    *interval = (struct v4l2_frmivalenum){ .pixel_format = interval->pixel_format,
                                           .width = interval->width,
                                           .height = interval->height,
                                           .type = V4L2_FRMIVAL_TYPE_DISCRETE,
                                           .discrete = frame_interval(&d->source) };
    return 0;
}

static int get_format(struct handle *handle, struct v4l2_format *format)
{
    if (!is_capture(format->type))
        return EINVAL;
    device_refresh(handle->device);
    format->fmt.pix = handle->device->pix;
    return 0;
}

static int try_format(struct handle *handle, struct v4l2_format *format)
{
    struct pixel_layout layout;
    if (!is_capture(format->type))
        return EINVAL;
    device_refresh(handle->device);
    device_try_format(handle->device, &format->fmt.pix, &layout);
    return 0;
}

static int set_format(struct handle *handle, struct v4l2_format *format)
{
    struct device *const d = handle->device;
    const int err = try_format(handle, format);
    if (err)
        return err;
    if (d->buffers || d->streaming)
        return EBUSY;
    d->pix = format->fmt.pix;
    device_try_format(d, &d->pix, &d->layout);
    d->chosen_width = d->pix.width;
    d->chosen_height = d->pix.height;
    return 0;
}

static int get_parameters(struct handle *handle, struct v4l2_streamparm *parameters)
{
    if (!is_capture(parameters->type))
        return EINVAL;
    device_refresh(handle->device);
    memset(&parameters->parm, 0, sizeof(parameters->parm));
    struct v4l2_captureparm *const capture = &parameters->parm.capture;
    capture->capability = V4L2_CAP_TIMEPERFRAME;
    capture->timeperframe = frame_interval(&handle->device->source);
    capture->readbuffers = 2;
    return 0;
}

static bool outranked(const struct handle *handle)
{
    for (const struct handle *h = handle->device->handles; h; h = h->next)
        if (h->priority > handle->priority)
            return true;
    return false;
}

static int get_priority(struct handle *handle, uint32_t *priority)
{
    *priority = V4L2_PRIORITY_UNSET;
    for (const struct handle *h = handle->device->handles; h; h = h->next)
        if (h->priority > *priority)
            *priority = h->priority;
    return 0;
}

static int set_priority(struct handle *handle, const uint32_t *priority)
{
    if (*priority < V4L2_PRIORITY_BACKGROUND || *priority > V4L2_PRIORITY_RECORD)
        return EINVAL;
    if (outranked(handle))
        return EBUSY;
    handle->priority = *priority;
    return 0;
}

static int subscribe(struct handle *handle, const struct v4l2_event_subscription *subscription)
{
    if (subscription->type != V4L2_EVENT_SOURCE_CHANGE || subscription->id != 0)
        return EINVAL;
    handle->subscribed = true;
    return 0;
}

static int unsubscribe(struct handle *handle, const struct v4l2_event_subscription *subscription)
{
    if (subscription->type == V4L2_EVENT_ALL || subscription->type == V4L2_EVENT_SOURCE_CHANGE) {
        handle->subscribed = false;
        handle->events = 0;
    }
    return 0;
}

/** Waits for an event. A reader's frames show a change; without a reader, look the stream up.
 *  @return 0 or an errno */
static int wait_for_event(struct handle *handle)
{
    struct device *const d = handle->device;
    while (!handle->events) {
        struct tri_stream stream;
        if (handle->nonblocking)
            return ENOENT;
        if (!d->reader && tri_stream_find(d->stream, &stream) == TRI_OK && stream.has_frame)
            device_note_source(d, &stream.newest.video);
        if (handle->events)
            break;
        pthread_mutex_unlock(&d->lock);
        const bool interrupted = poll(NULL, 0, EVENT_POLL_MS) != 0;
        pthread_mutex_lock(&d->lock);
        if (interrupted)
            return EINTR;
    }
    return 0;
}

static int dequeue_event(struct handle *handle, struct v4l2_event *event)
{
    const int err = wait_for_event(handle);
    if (err)
        return err;
    memset(event, 0, sizeof(*event));
    event->type = V4L2_EVENT_SOURCE_CHANGE;
    event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
    event->sequence = handle->event_sequence - 1;
    clock_gettime(CLOCK_MONOTONIC, &event->timestamp);
    handle->events = 0;
    return 0;
}

static int get_input(struct handle *handle, int *index)
{
    (void)handle;
    *index = 0;
    return 0;
}

static int set_input(struct handle *handle, const int *index)
{
    (void)handle;
    return *index == 0 ? 0 : EINVAL;
}

static int stream_on(struct handle *handle, const uint32_t *type)
{
    return queue_stream_on(handle, *type);
}

static int stream_off(struct handle *handle, const uint32_t *type)
{
    return queue_stream_off(handle, *type);
}

/** Handles that may make a call: see VIDIOC_S_PRIORITY. */
enum { ANY_HANDLE, HIGHEST_PRIORITY };

#define ROW(request, function, guard)                                \
    {                                                                \
        request, (int (*)(struct handle *, void *))(function), guard \
    }
/* Each with the device's lock held, but VIDIOC_DQBUF, which waits. */
static const struct {
    unsigned long request;
    int (*run)(struct handle *handle, void *argument);
    int guard;
} rows[] = {
    ROW(VIDIOC_QUERYCAP, query_cap, ANY_HANDLE),
    ROW(VIDIOC_ENUMINPUT, enum_input, ANY_HANDLE),
    ROW(VIDIOC_G_INPUT, get_input, ANY_HANDLE),
    ROW(VIDIOC_S_INPUT, set_input, HIGHEST_PRIORITY),
    ROW(VIDIOC_ENUM_FMT, enum_format, ANY_HANDLE),
    ROW(VIDIOC_ENUM_FRAMESIZES, enum_size, ANY_HANDLE),
    ROW(VIDIOC_ENUM_FRAMEINTERVALS, enum_interval, ANY_HANDLE),
    ROW(VIDIOC_G_FMT, get_format, ANY_HANDLE),
    ROW(VIDIOC_TRY_FMT, try_format, ANY_HANDLE),
    ROW(VIDIOC_S_FMT, set_format, HIGHEST_PRIORITY),
    ROW(VIDIOC_G_PARM, get_parameters, ANY_HANDLE),
    ROW(VIDIOC_S_PARM, get_parameters, HIGHEST_PRIORITY), // only the writer sets the rate
    ROW(VIDIOC_G_PRIORITY, get_priority, ANY_HANDLE),
    ROW(VIDIOC_S_PRIORITY, set_priority, ANY_HANDLE),
    ROW(VIDIOC_REQBUFS, queue_request, HIGHEST_PRIORITY),
    ROW(VIDIOC_CREATE_BUFS, queue_create, HIGHEST_PRIORITY),
    ROW(VIDIOC_QUERYBUF, queue_query, ANY_HANDLE),
    ROW(VIDIOC_QBUF, queue_enqueue, ANY_HANDLE),
    ROW(VIDIOC_DQBUF, queue_dequeue, ANY_HANDLE),
    ROW(VIDIOC_STREAMON, stream_on, HIGHEST_PRIORITY),
    ROW(VIDIOC_STREAMOFF, stream_off, HIGHEST_PRIORITY),
    ROW(VIDIOC_SUBSCRIBE_EVENT, subscribe, ANY_HANDLE),
    ROW(VIDIOC_UNSUBSCRIBE_EVENT, unsubscribe, ANY_HANDLE),
    ROW(VIDIOC_DQEVENT, dequeue_event, ANY_HANDLE),
};
#undef ROW

static int run(struct handle *handle, unsigned long request, void *argument)
{
    size_t i = 0;
    while (rows[i].request != request)
        if (++i == sizeof(rows) / sizeof(rows[0]))
            return ENOTTY;
    if (!argument)
        return EFAULT;
    if (request == VIDIOC_DQBUF)
        return rows[i].run(handle, argument);
    pthread_mutex_lock(&handle->device->lock);
    const int err = rows[i].guard == HIGHEST_PRIORITY && outranked(handle)
                        ? EBUSY
                        : rows[i].run(handle, argument);
    pthread_mutex_unlock(&handle->device->lock);
    return err;
}

int device_ioctl(struct handle *handle, unsigned long request, void *argument)
{
    const int err = run(handle, request & 0xffffffff, argument); // an int's sign may be extended
    if (err == 0)
        return 0;
    errno = err;
    return -1;
}
