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

static void request_init(struct request *request, const struct camera_stream *stream,
                         uint32_t index)
{
    *request = (struct request){
        .buffer = { .type = stream->camera->type, .memory = stream->memory, .index = index }
    };
    if (camera_multiplanar(stream->camera)) {
        request->buffer.m.planes = request->plane;
        request->buffer.length = stream->format->memories;
    }
}

/** Asks for buffers; 0 frees them. @return how many there are, 0 on failure, errno says why */
static uint32_t request_buffers(const struct camera_stream *stream, uint32_t count)
{
    struct v4l2_requestbuffers request = { .type = stream->camera->type,
                                           .memory = stream->memory,
                                           .count = count };

    if (camera_ioctl(stream->camera, VIDIOC_REQBUFS, &request) == -1)
        return 0;
    errno = ENOMEM; // of a driver that agrees to none
    return request.count < CAMERA_BUFFERS_MAX ? request.count : CAMERA_BUFFERS_MAX;
}

static void *map(const struct camera *camera, size_t length, int64_t offset)
{
    return camera->direct
               ? mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, camera->fd, offset)
               : v4l2_mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, camera->fd, offset);
}

static bool map_buffer(struct camera_stream *stream, uint32_t index)
{
    struct camera_buffer *buffer = &stream->buffer[index];
    struct request request;

    request_init(&request, stream, index);
    if (camera_ioctl(stream->camera, VIDIOC_QUERYBUF, &request.buffer) == -1)
        return false;
    for (uint32_t m = 0; m < stream->format->memories; m++) {
        const bool multiplanar = camera_multiplanar(stream->camera);
        const size_t length = multiplanar ? request.plane[m].length : request.buffer.length;
        const uint32_t offset =
            multiplanar ? request.plane[m].m.mem_offset : request.buffer.m.offset;
        void *start = map(stream->camera, length, offset);
        if (start == MAP_FAILED)
            return false;
        buffer->start[m] = start;
        buffer->length[m] = length;
    }
    return true;
}

enum source_result camera_stream_map(struct camera_stream *stream, const struct camera *camera,
                                     const struct camera_format *format, uint32_t count)
{
    *stream =
        (struct camera_stream){ .camera = camera, .format = format, .memory = V4L2_MEMORY_MMAP };
    stream->count = request_buffers(stream, count);
    if (!stream->count)
        return camera_failed(camera, CAMERA_STREAM, "cannot get buffers");
    for (uint32_t i = 0; i < stream->count; i++) {
        if (!map_buffer(stream, i))
            return camera_failed(camera, CAMERA_STREAM, "cannot map its buffers");
    }
    for (uint32_t i = 0; i < stream->count; i++) {
        const enum source_result result = camera_stream_requeue(stream, i);
        if (result != SOURCE_OK)
            return result;
    }
    return camera_stream_start(stream);
}

bool camera_stream_accept(struct camera_stream *stream, const struct camera *camera,
                          const struct camera_format *format, uint32_t count)
{
    *stream =
        (struct camera_stream){ .camera = camera, .format = format, .memory = V4L2_MEMORY_USERPTR };
    // All that V4L2 has: the stream opens more slots while readers lock the others.
    stream->count = request_buffers(stream, CAMERA_BUFFERS_MAX);
    if (stream->count == 0)
        stream->count = request_buffers(stream, count);
    if (stream->count >= count)
        return true;
    camera_stream_stop(stream);
    return false;
}

static enum source_result queue(struct camera_stream *stream, struct request *request)
{
    stream->buffer[request->buffer.index].queued_ns = tri_now_ns();
    if (camera_ioctl(stream->camera, VIDIOC_QBUF, &request->buffer) == -1)
        return camera_failed(stream->camera, CAMERA_STREAM, "cannot queue a buffer");
    return SOURCE_OK;
}

enum source_result camera_stream_requeue(struct camera_stream *stream, uint32_t index)
{
    struct request request;

    request_init(&request, stream, index);
    return queue(stream, &request);
}

enum source_result camera_stream_lend(struct camera_stream *stream, struct tri_draft *draft)
{
    const uint32_t index = draft->lease.slot;
    const struct v4l2_format *native = &stream->format->native;
    struct request request;

    if (index >= stream->count)
        return SOURCE_NOTHING;
    request_init(&request, stream, index);
    if (camera_multiplanar(stream->camera)) {
        for (uint32_t m = 0; m < stream->format->memories; m++) {
            request.plane[m].m.userptr = (unsigned long)draft->data[m];
            request.plane[m].length = native->fmt.pix_mp.plane_fmt[m].sizeimage;
            stream->buffer[index].length[m] = request.plane[m].length;
        }
    } else {
        request.buffer.m.userptr = (unsigned long)draft->data[0];
        request.buffer.length = native->fmt.pix.sizeimage;
        stream->buffer[index].length[0] = request.buffer.length;
    }
    const enum source_result result = queue(stream, &request);
    if (result == SOURCE_OK)
        stream->buffer[index].draft = draft;
    return result;
}

enum source_result camera_stream_start(struct camera_stream *stream)
{
    int type = (int)stream->camera->type;

    if (stream->running)
        return SOURCE_OK;
    if (camera_ioctl(stream->camera, VIDIOC_STREAMON, &type) == -1)
        return camera_failed(stream->camera, CAMERA_STREAM, "cannot start streaming");
    stream->running = true;
    return SOURCE_OK;
}

enum source_result camera_stream_wait(const struct camera *camera, int timeout_ms, bool *event)
{
    struct pollfd file = { .fd = camera->fd, .events = POLLIN | POLLPRI };
    const int ready = poll(&file, 1, timeout_ms);

    // POLLERR needs no case of its own: taking a frame then fails and says why.
    *event = ready > 0 && file.revents & POLLPRI;
    return ready > 0 ? SOURCE_OK : SOURCE_NOTHING;
}

void camera_stream_rest(int timeout_ms)
{
    (void)poll(NULL, 0, timeout_ms);
}

/** -1: no time of any clock. */
static int64_t nanoseconds(const struct timeval *time)
{
    if (time->tv_sec < 0 || time->tv_sec > INT64_MAX / 1000000000 - 1 || time->tv_usec < 0 ||
        time->tv_usec >= 1000000)
        return -1;
    return (int64_t)time->tv_sec * 1000000000 + (int64_t)time->tv_usec * 1000;
}

enum source_result camera_stream_take(struct camera_stream *stream, struct camera_taken *taken)
{
    struct request request;

    request_init(&request, stream, 0);
    if (camera_ioctl(stream->camera, VIDIOC_DQBUF, &request.buffer) == -1)
        return errno == EAGAIN
                   ? SOURCE_NOTHING
                   : camera_failed(stream->camera, CAMERA_STREAM, "cannot take a frame");

    const struct v4l2_buffer *buffer = &request.buffer;
    if (buffer->index >= stream->count) {
        errno = EIO;
        return camera_failed(stream->camera, CAMERA_STREAM,
                             "the driver gave back a buffer that it was not given");
    }
    const struct camera_buffer *own = &stream->buffer[buffer->index];
    *taken = (struct camera_taken){
        .index = buffer->index,
        .sequence = buffer->sequence,
        .flags = buffer->flags,
        .field = buffer->field,
        .timestamp_ns = nanoseconds(&buffer->timestamp),
        .queued_ns = own->queued_ns,
    };
    for (uint32_t m = 0; m < stream->format->memories; m++) {
        const bool multiplanar = camera_multiplanar(stream->camera);
        taken->offset[m] = multiplanar ? request.plane[m].data_offset : 0;
        taken->used[m] = multiplanar ? request.plane[m].bytesused : buffer->bytesused;
        if (taken->used[m] > own->length[m])
            taken->used[m] = (uint32_t)own->length[m];
    }
    return SOURCE_OK;
}

void camera_stream_stop(struct camera_stream *stream)
{
    if (!stream->camera)
        return;
    int type = (int)stream->camera->type;
    // Errors do not matter here: a device that was unplugged refuses, and has let go already.
    (void)camera_ioctl(stream->camera, VIDIOC_STREAMOFF, &type);
    for (uint32_t i = 0; i < stream->count; i++) {
        for (uint32_t m = 0; m < TRI_PLANES_MAX; m++) {
            if (stream->buffer[i].start[m])
                v4l2_munmap(stream->buffer[i].start[m], stream->buffer[i].length[m]);
        }
    }
    (void)request_buffers(stream, 0);
    *stream = (struct camera_stream){ 0 };
}
