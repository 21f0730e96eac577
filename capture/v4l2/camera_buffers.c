/* SPDX-License-Identifier: MIT */
#include "camera_buffers.h"

#include <errno.h>
#include <libv4l2.h>
#include <poll.h>
#include <sys/mman.h>

/** A v4l2_buffer and, where the API has several, its planes. */
struct request {
    struct v4l2_buffer buffer;
    struct v4l2_plane plane[VIDEO_MAX_PLANES];
};

static void request_init(struct request *request, const struct camera_buffers *buffers,
                         uint32_t index)
{
    *request = (struct request){
        .buffer = { .type = buffers->camera->type, .memory = buffers->memory, .index = index }
    };
    if (camera_multiplanar(buffers->camera)) {
        request->buffer.m.planes = request->plane;
        request->buffer.length = buffers->format->memories;
    }
}

/** Requests buffers; 0 frees them. @return their number; 0 on failure, with errno set */
static uint32_t request_buffers(const struct camera_buffers *buffers, uint32_t count)
{
    struct v4l2_requestbuffers request = { .type = buffers->camera->type,
                                           .memory = buffers->memory,
                                           .count = count };
    if (camera_ioctl(buffers->camera, VIDIOC_REQBUFS, &request) == -1)
        return 0;
    errno = ENOMEM; // if the driver returns 0 buffers
    return request.count < CAMERA_BUFFERS_MAX ? request.count : CAMERA_BUFFERS_MAX;
}

static void *map(const struct camera *camera, size_t length, int64_t offset)
{
    return camera->direct
               ? mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, camera->fd, offset)
               : v4l2_mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, camera->fd, offset);
}

static bool map_buffer(struct camera_buffers *buffers, uint32_t index)
{
    struct camera_buffer *buffer = &buffers->buffer[index];
    struct request request;
    request_init(&request, buffers, index);
    if (camera_ioctl(buffers->camera, VIDIOC_QUERYBUF, &request.buffer) == -1)
        return false;
    for (uint32_t m = 0; m < buffers->format->memories; m++) {
        const bool multiplanar = camera_multiplanar(buffers->camera);
        const size_t length = multiplanar ? request.plane[m].length : request.buffer.length;
        const uint32_t offset =
            multiplanar ? request.plane[m].m.mem_offset : request.buffer.m.offset;
        void *start = map(buffers->camera, length, offset);
        if (start == MAP_FAILED)
            return false;
        buffer->start[m] = start;
        buffer->length[m] = length;
    }
    return true;
}

enum source_result camera_buffers_queue_mmap(struct camera_buffers *buffers,
                                             const struct camera *camera,
                                             const struct camera_format *format, uint32_t count)
{
    *buffers =
        (struct camera_buffers){ .camera = camera, .format = format, .memory = V4L2_MEMORY_MMAP };
    buffers->count = request_buffers(buffers, count);
    if (!buffers->count)
        return camera_failed(camera, CAMERA_STREAM, "cannot allocate buffers");
    for (uint32_t i = 0; i < buffers->count; i++) {
        if (!map_buffer(buffers, i))
            return camera_failed(camera, CAMERA_STREAM, "cannot map its buffers");
    }
    for (uint32_t i = 0; i < buffers->count; i++) {
        const enum source_result result = camera_buffers_requeue(buffers, i);
        if (result != SOURCE_OK)
            return result;
    }
    return SOURCE_OK;
}

bool camera_buffers_request_userptr(struct camera_buffers *buffers, const struct camera *camera,
                                    const struct camera_format *format, uint32_t count)
{
    *buffers = (struct camera_buffers){ .camera = camera,
                                        .format = format,
                                        .memory = V4L2_MEMORY_USERPTR };
    // The maximum of V4L2: the stream opens more slots while readers lock the others.
    buffers->count = request_buffers(buffers, CAMERA_BUFFERS_MAX);
    if (buffers->count == 0)
        buffers->count = request_buffers(buffers, count);
    if (buffers->count >= count)
        return true;
    camera_buffers_stop(buffers);
    return false;
}

static enum source_result queue(struct camera_buffers *buffers, struct request *request)
{
    buffers->buffer[request->buffer.index].queued_ns = tri_now_ns();
    if (camera_ioctl(buffers->camera, VIDIOC_QBUF, &request->buffer) == -1)
        return camera_failed(buffers->camera, CAMERA_STREAM, "cannot queue a buffer");
    return SOURCE_OK;
}

enum source_result camera_buffers_requeue(struct camera_buffers *buffers, uint32_t index)
{
    struct request request;
    request_init(&request, buffers, index);
    return queue(buffers, &request);
}

enum source_result camera_buffers_queue_draft(struct camera_buffers *buffers,
                                              struct tri_draft *draft)
{
    const uint32_t index = draft->slot_index;
    const struct v4l2_format *native = &buffers->format->native;
    struct request request;
    if (index >= buffers->count)
        return SOURCE_NOTHING;
    request_init(&request, buffers, index);
    if (camera_multiplanar(buffers->camera)) {
        for (uint32_t m = 0; m < buffers->format->memories; m++) {
            request.plane[m].m.userptr = (unsigned long)draft->data[m];
            request.plane[m].length = native->fmt.pix_mp.plane_fmt[m].sizeimage;
            buffers->buffer[index].length[m] = request.plane[m].length;
        }
    } else {
        request.buffer.m.userptr = (unsigned long)draft->data[0];
        request.buffer.length = native->fmt.pix.sizeimage;
        buffers->buffer[index].length[0] = request.buffer.length;
    }
    const enum source_result result = queue(buffers, &request);
    if (result == SOURCE_OK)
        buffers->buffer[index].draft = draft;
    return result;
}

enum source_result camera_buffers_start(struct camera_buffers *buffers)
{
    int type = (int)buffers->camera->type;
    if (buffers->running)
        return SOURCE_OK;
    if (camera_ioctl(buffers->camera, VIDIOC_STREAMON, &type) == -1)
        return camera_failed(buffers->camera, CAMERA_STREAM, "cannot start streaming");
    buffers->running = true;
    return SOURCE_OK;
}

enum source_result camera_buffers_wait(const struct camera *camera, int timeout_ms, bool *event)
{
    struct pollfd file = { .fd = camera->fd, .events = POLLIN | POLLPRI };
    const int ready = poll(&file, 1, timeout_ms);
    // POLLERR needs no case of its own: dequeuing then fails with the reason.
    *event = ready > 0 && file.revents & POLLPRI;
    return ready > 0 ? SOURCE_OK : SOURCE_NOTHING;
}

void camera_buffers_pause(int timeout_ms)
{
    (void)poll(NULL, 0, timeout_ms);
}

/** @return -1 if it is not a valid time */
static int64_t nanoseconds(const struct timeval *time)
{
    if (time->tv_sec < 0 || time->tv_sec > INT64_MAX / 1000000000 - 1 || time->tv_usec < 0 ||
        time->tv_usec >= 1000000)
        return -1;
    return (int64_t)time->tv_sec * 1000000000 + (int64_t)time->tv_usec * 1000;
}

enum source_result camera_buffers_dequeue(struct camera_buffers *buffers,
                                          struct camera_taken *taken)
{
    struct request request;
    request_init(&request, buffers, 0);
    if (camera_ioctl(buffers->camera, VIDIOC_DQBUF, &request.buffer) == -1)
        return errno == EAGAIN
                   ? SOURCE_NOTHING
                   : camera_failed(buffers->camera, CAMERA_STREAM, "cannot dequeue a buffer");

    const struct v4l2_buffer *buffer = &request.buffer;
    if (buffer->index >= buffers->count) {
        errno = EIO;
        return camera_failed(buffers->camera, CAMERA_STREAM,
                             "the driver returned a buffer that it did not have");
    }
    const struct camera_buffer *own = &buffers->buffer[buffer->index];
    *taken = (struct camera_taken){
        .index = buffer->index,
        .sequence = buffer->sequence,
        .flags = buffer->flags,
        .field = buffer->field,
        .timestamp_ns = nanoseconds(&buffer->timestamp),
        .queued_ns = own->queued_ns,
    };
    for (uint32_t m = 0; m < buffers->format->memories; m++) {
        const bool multiplanar = camera_multiplanar(buffers->camera);
        taken->offset[m] = multiplanar ? request.plane[m].data_offset : 0;
        taken->used[m] = multiplanar ? request.plane[m].bytesused : buffer->bytesused;
        if (taken->used[m] > own->length[m])
            taken->used[m] = (uint32_t)own->length[m];
    }
    return SOURCE_OK;
}

void camera_buffers_stop(struct camera_buffers *buffers)
{
    if (!buffers->camera)
        return;
    int type = (int)buffers->camera->type;
    // Errors are ignored: an unplugged device fails, and has released everything.
    (void)camera_ioctl(buffers->camera, VIDIOC_STREAMOFF, &type);
    for (uint32_t i = 0; i < buffers->count; i++) {
        for (uint32_t m = 0; m < TRI_PLANES_MAX; m++) {
            if (buffers->buffer[i].start[m])
                v4l2_munmap(buffers->buffer[i].start[m], buffers->buffer[i].length[m]);
        }
    }
    (void)request_buffers(buffers, 0);
    *buffers = (struct camera_buffers){ 0 };
}
