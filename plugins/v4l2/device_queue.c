/* SPDX-License-Identifier: MIT */
/* The buffers of a capture device, as videobuf2 keeps them: queued, filled in that order, dequeued. */
#include "capture_device_private.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUFFER_CAPS                                               \
    (V4L2_BUF_CAP_SUPPORTS_MMAP | V4L2_BUF_CAP_SUPPORTS_USERPTR | \
     V4L2_BUF_CAP_SUPPORTS_ORPHANED_BUFS)
#define STAMPED (V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC | V4L2_BUF_FLAG_TSTAMP_SRC_SOE)

static bool is_capture(uint32_t type)
{
    return type == V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

/** Returns whether the device serves other calls than the buffers' of this file: another file has the
 *  buffers, or read() gets the frames. */
static bool is_busy(const struct handle *handle)
{
    const struct device *const d = handle->device;
    return (d->owner && d->owner != handle) || (d->streaming && d->buffers == 0);
}

void queue_free(struct device *device)
{
    for (uint32_t i = 0; i < device->buffers; i++)
        zero_copy_forget(&device->buffer[i].map);
    if (device->memory)
        munmap(device->memory, device->memory_bytes);
    if (device->memory_fd >= 0)
        close(device->memory_fd);
    device->memory = NULL;
    device->memory_fd = -1;
    device->buffers = 0;
    device->memory_bytes = 0;
    memset(device->buffer, 0, sizeof(device->buffer));
}

/** Extends the memory of the buffers to `bytes`; what they contain stays. */
static bool extend_memory(struct device *d, uint32_t bytes)
{
    if (d->memory_fd < 0)
        d->memory_fd = memfd_create("triptych-v4l2", MFD_CLOEXEC);
    if (d->memory_fd < 0 || ftruncate(d->memory_fd, bytes) != 0)
        return false;
    uint8_t *const memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, d->memory_fd, 0);
    if (memory == MAP_FAILED)
        return false;
    if (d->memory)
        munmap(d->memory, d->memory_bytes);
    d->memory = memory;
    d->memory_bytes = bytes;
    return true;
}

/** Adds `count` buffers of at least `bytes` each. */
static int add_buffers(struct device *d, uint32_t count, uint32_t memory_type, uint32_t bytes)
{
    const uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);
    const bool mapped = memory_type == V4L2_MEMORY_MMAP;
    const uint32_t first = d->memory_bytes;
    if (mapped && bytes > INT32_MAX)
        return ENOMEM;
    const uint32_t length = mapped ? (bytes + page - 1) / page * page : bytes;
    if (mapped &&
        (length > (INT32_MAX - first) / count || !extend_memory(d, first + length * count)))
        return ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = d->buffers + i;
        d->buffer[index] = (struct buffer){
            .offset = mapped ? first + i * length : 0,
            .length = length,
            .last = { .index = index,
                      .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                      .memory = memory_type,
                      .flags = STAMPED,
                      .field = d->pix.field },
        };
    }
    d->memory_type = memory_type;
    d->buffers += count;
    for (uint32_t i = 0; mapped && i < d->buffers; i++)
        d->buffer[i].memory = d->memory + d->buffer[i].offset;
    return 0;
}

int queue_request(struct handle *handle, struct v4l2_requestbuffers *request)
{
    struct device *const d = handle->device;
    const uint32_t memory = request->memory;
    if (!is_capture(request->type) || (memory != V4L2_MEMORY_MMAP && memory != V4L2_MEMORY_USERPTR))
        return EINVAL;
    request->capabilities = BUFFER_CAPS;
    request->flags = 0;
    if ((d->owner && d->owner != handle) || d->streaming)
        return EBUSY;
    queue_free(d);
    d->owner = NULL;
    if (request->count == 0)
        return 0;
    device_refresh(d);
    if (request->count < 2)
        request->count = 2;
    if (request->count > VIDEO_MAX_FRAME)
        request->count = VIDEO_MAX_FRAME;
    const int err = add_buffers(d, request->count, memory, d->pix.sizeimage);
    if (err)
        queue_free(d);
    else
        d->owner = handle;
    return err;
}

int queue_create(struct handle *handle, struct v4l2_create_buffers *create)
{
    struct device *const d = handle->device;
    if (!is_capture(create->format.type) ||
        (create->memory != V4L2_MEMORY_MMAP && create->memory != V4L2_MEMORY_USERPTR))
        return EINVAL;
    create->capabilities = BUFFER_CAPS;
    create->flags = 0;
    memset(create->reserved, 0, sizeof(create->reserved));
    create->index = d->buffers;
    if (create->count == 0)
        return 0;
    if (is_busy(handle))
        return EBUSY;
    if (create->format.fmt.pix.sizeimage < d->pix.sizeimage ||
        (d->buffers && d->memory_type != create->memory))
        return EINVAL;
    if (d->buffers + create->count > VIDEO_MAX_FRAME)
        create->count = VIDEO_MAX_FRAME - d->buffers;
    if (create->count == 0)
        return ENOBUFS;
    const int err = add_buffers(d, create->count, create->memory, create->format.fmt.pix.sizeimage);
    if (!err)
        d->owner = handle;
    return err;
}

/** What VIDIOC_QUERYBUF, QBUF and DQBUF return. */
static void describe_buffer(const struct device *d, uint32_t index, struct v4l2_buffer *out)
{
    const struct buffer *const b = &d->buffer[index];
    const uint32_t reserved = out->reserved2;
    *out = b->last;
    out->reserved2 = reserved;
    out->length = b->length;
    if (d->memory_type == V4L2_MEMORY_MMAP)
        out->m.offset = b->offset;
    else
        out->m.userptr = (unsigned long)b->memory;
    if (b->state == BUFFER_QUEUED) {
        out->flags |= V4L2_BUF_FLAG_QUEUED;
        out->bytesused = 0;
    }
}

int queue_query(struct handle *handle, struct v4l2_buffer *buffer)
{
    struct device *const d = handle->device;
    if (!is_capture(buffer->type) || buffer->index >= d->buffers)
        return EINVAL;
    describe_buffer(d, buffer->index, buffer);
    return 0;
}

/** Returns whether the program has memory at these addresses, as a driver detects when it pins
 *  that memory. */
static bool is_mapped(unsigned long address, uint32_t bytes)
{
    const unsigned long page = (unsigned long)sysconf(_SC_PAGESIZE);
    const unsigned long first = address / page * page;
    return msync((void *)first, address - first + bytes, MS_ASYNC) == 0;
}

int queue_enqueue(struct handle *handle, struct v4l2_buffer *buffer)
{
    struct device *const d = handle->device;
    if (is_busy(handle))
        return EBUSY;
    if (!is_capture(buffer->type) || buffer->index >= d->buffers ||
        buffer->memory != d->memory_type || (buffer->flags & V4L2_BUF_FLAG_REQUEST_FD))
        return buffer->flags & V4L2_BUF_FLAG_REQUEST_FD ? EBADR : EINVAL;
    struct buffer *const b = &d->buffer[buffer->index];
    if (b->state == BUFFER_QUEUED)
        return EINVAL;
    if (d->memory_type == V4L2_MEMORY_USERPTR) {
        if (buffer->length < d->pix.sizeimage)
            return EINVAL;
        if (!is_mapped(buffer->m.userptr, buffer->length))
            return EFAULT;
        b->memory = (uint8_t *)buffer->m.userptr;
        b->length = buffer->length;
    }
    tri_reader_release(d->reader, &b->frame);
    b->state = BUFFER_QUEUED;
    b->queued_at = ++d->queue_count;
    describe_buffer(d, buffer->index, buffer);
    device_watch(d);
    queue_wake(d);
    return 0;
}

static struct buffer *oldest_queued(struct device *d)
{
    struct buffer *oldest = NULL;
    for (uint32_t i = 0; i < d->buffers; i++) {
        struct buffer *const b = &d->buffer[i];
        if (b->state == BUFFER_QUEUED && (!oldest || b->queued_at < oldest->queued_at))
            oldest = b;
    }
    return oldest;
}

/** Warns of a change that ends a program's frames: a compressed format is neither made nor scaled. */
static void warn_of_change(const struct device *d, const struct tri_video *video)
{
    const struct tri_format *const chosen = tri_format_find(d->pix.pixelformat);
    char from[5];
    char to[5];
    if (!chosen || chosen->family != TRI_FAMILY_COMPRESSED ||
        (video->fourcc == chosen->fourcc && video->width == d->pix.width &&
         video->height == d->pix.height))
        return;
    tri_log_write(&d->log, TRI_LOG_WARN, "v4l2",
                  "%s: the stream is %s %" PRIu32 "x%" PRIu32
                  " now: a program that chose %s %" PRIu32 "x%" PRIu32
                  " gets no frame; start it again",
                  d->stream, tri_fourcc_name(video->fourcc, to), video->width, video->height,
                  tri_fourcc_name(chosen->fourcc, from), d->pix.width, d->pix.height);
}

void device_note_source(struct device *d, const struct tri_video *video)
{
    if (video->fourcc == d->seen.fourcc && video->width == d->seen.width &&
        video->height == d->seen.height)
        return;
    d->seen = *video;
    warn_of_change(d, video);
    for (struct handle *h = d->handles; h; h = h->next)
        if (h->subscribed) {
            h->events = 1;
            h->event_sequence++;
        }
}

/** Acquires the next frame into device->frame. Call with `acquire_lock` held and `lock` not. @return 0
 *  or an errno */
static int acquire(struct handle *handle)
{
    struct device *const d = handle->device;
    pthread_mutex_lock(&d->lock);
    const bool acquired = d->acquired;
    d->acquired = false;
    pthread_mutex_unlock(&d->lock);
    while (!acquired) {
        switch (tri_reader_acquire(d->reader, &d->frame, handle->nonblocking ? 0 : -1)) {
        case TRI_OK:
            return 0;
        case TRI_ERR_TIMEOUT:
            return EAGAIN;
        case TRI_ERR_NO_WRITER: // it may come back: V4L2's device without a signal
            if (handle->nonblocking)
                return EAGAIN;
            break;
        case TRI_ERR_INTERRUPTED:
            return EINTR;
        default: // logged
            return EIO;
        }
    }
    return 0;
}

bool device_has_frame(struct handle *handle)
{
    struct device *const d = handle->device;
    bool readable = true;
    if (pthread_mutex_trylock(&d->acquire_lock) != 0)
        return true; // another call waits for the frame
    pthread_mutex_lock(&d->lock);
    if (d->streaming && d->owner == handle && !d->acquired) {
        const enum tri_err err = tri_reader_acquire(d->reader, &d->frame, 0); // does not wait
        d->acquired = err == TRI_OK;
        readable = err != TRI_ERR_TIMEOUT && err != TRI_ERR_NO_WRITER && err != TRI_ERR_INTERRUPTED;
    }
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_unlock(&d->acquire_lock);
    return readable;
}

/** Numbers a frame as a driver does: a count of its own from STREAMON on, whose gaps are the source's.
 *  A writer that restarts, or a camera that comes back, may begin at 0 again: the count continues. */
static uint32_t next_sequence(struct device *d, const struct tri_frame_info *info)
{
    const uint64_t next = d->last_sequence - d->first_sequence + 1;
    if (!d->sequence_known)
        d->first_sequence = info->driver_sequence;
    else if (info->generation != d->generation || info->driver_sequence < d->last_sequence)
        d->first_sequence = info->driver_sequence - next;
    d->sequence_known = true;
    d->last_sequence = info->driver_sequence;
    d->generation = info->generation;
    return (uint32_t)(info->driver_sequence - d->first_sequence);
}

static void stamp(struct device *d, struct v4l2_buffer *last, uint32_t bytes)
{
    const struct tri_frame_info *const info = &d->frame.info;
    last->bytesused = bytes;
    last->flags = (last->flags & V4L2_BUF_FLAG_MAPPED) | STAMPED;
    if (info->flags & TRI_FRAME_KEY)
        last->flags |= V4L2_BUF_FLAG_KEYFRAME;
    last->field = d->pix.field;
    last->sequence = next_sequence(d, info);
    last->timestamp.tv_sec = (time_t)(info->capture_ns / 1000000000);
    last->timestamp.tv_usec = (suseconds_t)(info->capture_ns % 1000000000 / 1000);
}

/** Acquires the next frame and notes a change of its source. Call with `acquire_lock` held. */
static int next_frame(struct handle *handle)
{
    struct device *const d = handle->device;
    const int err = acquire(handle);
    if (err)
        return err;
    pthread_mutex_lock(&d->lock);
    device_note_source(d, &d->frame.info.video);
    pthread_mutex_unlock(&d->lock);
    return 0;
}

/** Copies the frame into `memory`. @return bytes used; 0, it was torn or is damaged, and is released */
static uint32_t copy_frame(struct device *d, uint8_t *memory, uint32_t length)
{
    const uint32_t bytes =
        delivery_write(d->delivery, &d->frame, &d->pix, &d->layout, memory, length);
    if (bytes && tri_reader_is_intact(d->reader, &d->frame))
        return bytes;
    tri_reader_release(d->reader, &d->frame);
    return 0;
}

/** Returns the queued buffer for the frame: one that shows its slot already, else the oldest. */
static struct buffer *buffer_for_frame(struct device *d)
{
    for (uint32_t i = 0; i < d->buffers; i++)
        if (d->buffer[i].state == BUFFER_QUEUED && zero_copy_shows(&d->buffer[i].map, &d->frame))
            return &d->buffer[i];
    return oldest_queued(d);
}

/** Fills a queued buffer with the next frame that can be delivered. Call with `acquire_lock` held. */
static int fill(struct handle *handle, struct buffer **filled, uint32_t *bytes)
{
    struct device *const d = handle->device;
    for (;;) {
        const int err = next_frame(handle);
        if (err)
            return err;
        pthread_mutex_lock(&d->lock);
        struct buffer *const b = *filled = buffer_for_frame(d);
        pthread_mutex_unlock(&d->lock);
        if (!b)
            return EINVAL; // stopped
        if (zero_copy_show(&b->map, &d->frame, &d->pix, &d->layout)) {
            *bytes = d->pix.sizeimage;
            return 0;
        }
        zero_copy_restore(&b->map, d->memory_fd, b->offset);
        *bytes = copy_frame(d, b->memory, b->length);
        if (*bytes)
            return 0;
    }
}

void queue_wake(struct device *device)
{
    __atomic_add_fetch(&device->changes, 1, __ATOMIC_RELAXED);
    syscall(SYS_futex, &device->changes, FUTEX_WAKE_PRIVATE, INT_MAX);
}

/** Waits for queue_wake(). Call with both locks held. A condition variable would not end for a signal,
 *  as the program's call must. @return 0 or an errno */
static int wait_for_change(struct device *d)
{
    const uint32_t seen = d->changes;
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_unlock(&d->acquire_lock);
    const bool interrupted =
        syscall(SYS_futex, &d->changes, FUTEX_WAIT_PRIVATE, seen, NULL) != 0 && errno == EINTR;
    pthread_mutex_lock(&d->acquire_lock);
    pthread_mutex_lock(&d->lock);
    if (!d->streaming)
        return EINVAL;
    return interrupted ? EINTR : 0;
}

int queue_dequeue(struct handle *handle, struct v4l2_buffer *buffer)
{
    struct device *const d = handle->device;
    if (!is_capture(buffer->type))
        return EINVAL;
    pthread_mutex_lock(&d->acquire_lock);
    pthread_mutex_lock(&d->lock);
    int err = 0;
    if (is_busy(handle))
        err = EBUSY;
    else if (!d->streaming || buffer->memory != d->memory_type)
        err = EINVAL;
    while (!err && !oldest_queued(d)) { // another thread may queue one
        err = handle->nonblocking ? EAGAIN : wait_for_change(d);
    }
    pthread_mutex_unlock(&d->lock);
    uint32_t bytes = 0;
    struct buffer *b = NULL;
    if (!err)
        err = fill(handle, &b, &bytes);
    pthread_mutex_lock(&d->lock);
    if (err == EINTR && !d->streaming)
        err = EINVAL;
    if (!err) {
        stamp(d, &b->last, bytes);
        b->state = BUFFER_DEQUEUED;
        describe_buffer(d, b->last.index, buffer);
        if (zero_copy_shows(&b->map, &d->frame)) { // stays locked until the buffer is queued
            b->frame = d->frame;
            d->frame = (struct tri_frame){ 0 };
        }
        tri_reader_release(d->reader, &d->frame);
        device_watch(d);
    }
    pthread_mutex_unlock(&d->lock);
    pthread_mutex_unlock(&d->acquire_lock);
    return err;
}

int queue_stream_on(struct handle *handle, uint32_t type)
{
    struct device *const d = handle->device;
    if (!is_capture(type))
        return EINVAL;
    if (is_busy(handle))
        return EBUSY;
    if (d->streaming)
        return 0;
    if (d->buffers == 0)
        return EINVAL;
    return device_start(d, handle);
}

int queue_stream_off(struct handle *handle, uint32_t type)
{
    struct device *const d = handle->device;
    if (!is_capture(type))
        return EINVAL;
    if (is_busy(handle))
        return EBUSY;
    device_stop(d);
    for (uint32_t i = 0; i < d->buffers; i++)
        d->buffer[i].state = BUFFER_DEQUEUED;
    return 0;
}

ssize_t device_read(struct handle *handle, void *to, size_t bytes)
{
    struct device *const d = handle->device;
    pthread_mutex_lock(&d->acquire_lock);
    pthread_mutex_lock(&d->lock);
    int err = 0;
    if (d->buffers || (d->owner && d->owner != handle))
        err = EBUSY;
    else if (!d->streaming)
        err = device_start(d, handle);
    if (!err && !d->read_memory && !(d->read_memory = malloc(d->pix.sizeimage)))
        err = ENOMEM;
    pthread_mutex_unlock(&d->lock);
    if (!err && d->read_bytes == 0) {
        handle->read_at = 0;
        while (!d->read_bytes && !(err = next_frame(handle)))
            d->read_bytes = copy_frame(d, d->read_memory, d->pix.sizeimage);
        tri_reader_release(d->reader, &d->frame);
    }
    size_t done = 0;
    if (!err) {
        done = d->read_bytes - handle->read_at < bytes ? d->read_bytes - handle->read_at : bytes;
        memcpy(to, d->read_memory + handle->read_at, done);
        handle->read_at += done;
        if (handle->read_at == d->read_bytes)
            d->read_bytes = 0;
    }
    pthread_mutex_unlock(&d->acquire_lock);
    if (!err)
        return (ssize_t)done;
    errno = err;
    return -1;
}
