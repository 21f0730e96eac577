/* SPDX-License-Identifier: MIT */
#include "capture_device_private.h"

#include <triptych/stream.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_FRAME_MS 2000 // longest wait for a stream that exists and has no frame yet
#define POLL_MS        10

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct device *list;

void device_try_format(const struct device *device, struct v4l2_pix_format *pix,
                       struct pixel_layout *layout)
{
    struct tri_video video = device->source;
    uint32_t fourcc = pix->pixelformat;
    if (!pixel_format_offered(&video, fourcc))
        fourcc = video.fourcc;
    const struct tri_format *const format = tri_format_find(fourcc);
    if (pix->width && pix->width == device->chosen_width && pix->height == device->chosen_height &&
        format && format->family != TRI_FAMILY_COMPRESSED) {
        video.width = pix->width;
        video.height = pix->height;
    }
    pixel_format_describe(&video, fourcc, pix, layout);
}

/** Takes over the description of the stream, and negotiates its size. */
static void follow(struct device *d, const struct tri_video *video)
{
    const bool changed = !tri_video_same(video, &d->source);
    d->source = d->seen = *video;
    if (changed) {
        d->pix.width = 0; // the stream's
        device_try_format(d, &d->pix, &d->layout);
    }
}

void device_refresh(struct device *device)
{
    struct tri_stream stream;
    if (!device->buffers && !device->reader && tri_stream_find(device->stream, &stream) == TRI_OK &&
        stream.has_frame)
        follow(device, &stream.newest.video);
}

/** Waits for the first frame of a stream that exists. Asks again and again: a reader that waits would
 *  open a source on demand. @return 0 or an errno */
static int wait_for_description(const char *name, struct tri_video *video)
{
    for (int waited = 0; waited <= FIRST_FRAME_MS; waited += POLL_MS) {
        struct tri_stream stream;
        if (tri_stream_find(name, &stream) != TRI_OK)
            return ENODEV;
        if (stream.has_frame) {
            *video = stream.newest.video;
            return 0;
        }
        if (stream.state == TRI_STREAM_UNREADABLE)
            return EACCES;
        poll(NULL, 0, POLL_MS);
    }
    return ENODEV;
}

static void free_device(struct device *d)
{
    queue_free(d);
    delivery_free(&d->delivery);
    free(d->read_memory);
    pthread_mutex_destroy(&d->lock);
    pthread_mutex_destroy(&d->acquire_lock);
    free(d);
}

/** @return NULL with errno set */
static struct device *new_device(const char *stream)
{
    struct tri_video video;
    const int err = wait_for_description(stream, &video);
    if (err) {
        errno = err;
        return NULL;
    }
    struct device *const d = calloc(1, sizeof(*d));
    if (!d)
        return NULL;
    strcpy(d->stream, stream);
    d->log = tri_log_to_stderr(TRI_LOG_WARN);
    d->memory_fd = -1;
    d->zero_copy = getenv(ZERO_COPY_VARIABLE);
    pthread_mutex_init(&d->lock, NULL);
    pthread_mutex_init(&d->acquire_lock, NULL);
    d->delivery = delivery_new(&d->log);
    if (!d->delivery) {
        free_device(d);
        errno = ENOMEM;
        return NULL;
    }
    follow(d, &video);
    return d;
}

/** Returns the stream's device with one more reference; the list gets `made` if it has none, which may
 *  be NULL. */
static struct device *find_device(const char *stream, struct device *made)
{
    pthread_mutex_lock(&list_lock);
    struct device *d = list;
    while (d && strcmp(d->stream, stream) != 0)
        d = d->next;
    if (!d && made) {
        d = made;
        d->next = list;
        list = d;
    }
    if (d)
        d->references++;
    pthread_mutex_unlock(&list_lock);
    return d;
}

static struct device *take_device(const char *stream)
{
    struct device *d = find_device(stream, NULL);
    if (d)
        return d;
    struct device *const made = new_device(stream); // waits: without a lock
    if (!made)
        return NULL;
    d = find_device(stream, made);
    if (d != made) // another thread was faster
        free_device(made);
    return d;
}

/** Call with `list_lock` held. */
static void remove_from_list(struct device *d)
{
    struct device **link = &list;
    while (*link && *link != d)
        link = &(*link)->next;
    if (*link)
        *link = d->next;
}

static void drop_device(struct device *d)
{
    pthread_mutex_lock(&list_lock);
    const bool last = --d->references == 0;
    if (last)
        remove_from_list(d);
    pthread_mutex_unlock(&list_lock);
    if (last)
        free_device(d);
}

struct handle *device_open(const char *stream, int flags)
{
    struct handle *const h = calloc(1, sizeof(*h));
    if (!h)
        return NULL;
    if (!(h->device = take_device(stream))) {
        free(h);
        return NULL;
    }
    h->nonblocking = flags & O_NONBLOCK;
    h->priority = V4L2_PRIORITY_DEFAULT;
    h->fd = epoll_create1(EPOLL_CLOEXEC);
    if (h->fd < 0) {
        const int err = errno;
        drop_device(h->device);
        free(h);
        errno = err;
        return NULL;
    }
    pthread_mutex_lock(&h->device->lock);
    h->next = h->device->handles;
    h->device->handles = h;
    pthread_mutex_unlock(&h->device->lock);
    return h;
}

/** Forgets a file in a child by fork(), whose parent streams: a thread of the parent may have held any
 *  lock of the device then. The next file that the child opens gets a device of its own. */
static void forget(struct handle *handle)
{
    pthread_mutex_lock(&list_lock);
    remove_from_list(handle->device);
    pthread_mutex_unlock(&list_lock);
    close(handle->fd);
    free(handle);
}

void device_close(struct handle *handle)
{
    struct device *const d = handle->device;
    if (d->streaming && d->reader_pid != getpid()) {
        forget(handle);
        return;
    }
    pthread_mutex_lock(&d->lock);
    struct handle **link = &d->handles;
    while (*link != handle)
        link = &(*link)->next;
    *link = handle->next;
    const bool owner = d->owner == handle;
    if (owner)
        device_stop(d);
    pthread_mutex_unlock(&d->lock);
    if (owner) { // a waiting call has noticed the stop before the buffers are freed
        pthread_mutex_lock(&d->acquire_lock);
        pthread_mutex_lock(&d->lock);
        queue_free(d);
        d->owner = NULL;
        pthread_mutex_unlock(&d->lock);
        pthread_mutex_unlock(&d->acquire_lock);
    }
    drop_device(d);
    close(handle->fd);
    free(handle);
}

unsigned device_number(const struct handle *handle)
{
    return devices_number(handle->device->stream);
}

static bool has_queued(const struct device *d)
{
    for (uint32_t i = 0; i < d->buffers; i++)
        if (d->buffer[i].state == BUFFER_QUEUED)
            return true;
    return d->buffers == 0; // read()
}

void device_watch(struct device *device)
{
    struct handle *const h = device->owner;
    if (!h || !device->reader || device->reader_pid != getpid())
        return; // a child by fork() has the parent's epoll instance
    const bool wanted = device->streaming && has_queued(device);
    if (wanted == h->watching)
        return;
    const int fd = tri_reader_fd(device->reader);
    struct epoll_event event = { .events = EPOLLIN };
    if (fd >= 0 && epoll_ctl(h->fd, wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event) == 0)
        h->watching = wanted;
}

int device_start(struct device *device, struct handle *handle)
{
    const struct tri_reader_options options = { .name = device->stream,
                                                .mode = TRI_MODE_NEXT,
                                                .log = &device->log };
    if (tri_reader_open(&device->reader, &options) != TRI_OK)
        return ENOMEM;
    device->reader_pid = getpid();
    device->streaming = true;
    device->sequence_known = false;
    device->owner = handle;
    device_watch(device);
    return 0;
}

/* Waits until a call in progress on the reader has returned, hence the order of the locks. */
void device_stop(struct device *device)
{
    if (!device->streaming)
        return;
    device->streaming = false;
    device_watch(device);
    tri_reader_interrupt(device->reader);
    queue_wake(device);
    pthread_mutex_unlock(&device->lock);
    pthread_mutex_lock(&device->acquire_lock);
    tri_reader_release(device->reader, &device->frame);
    for (uint32_t i = 0; i < device->buffers; i++)
        tri_reader_release(device->reader, &device->buffer[i].frame);
    tri_reader_close(&device->reader);
    free(device->read_memory);
    device->read_memory = NULL;
    device->read_bytes = 0;
    pthread_mutex_lock(&device->lock);
    device->acquired = false;
    pthread_mutex_unlock(&device->acquire_lock);
}

/** Only one mapping of a buffer can be the slot, and none that the program may write to. */
static void note_mapping(struct device *d, struct buffer *b, void *address, size_t length,
                         bool writable)
{
    b->last.flags |= V4L2_BUF_FLAG_MAPPED;
    if (b->mappings++ == 0 && !writable) {
        zero_copy_map(&b->map, address, length);
        return;
    }
    zero_copy_restore(&b->map, d->memory_fd, b->offset);
    zero_copy_forget(&b->map);
}

void *device_mmap(struct handle *handle, void *address, size_t length, int protection, int flags,
                  off_t offset)
{
    struct device *const d = handle->device;
    void *mapped = MAP_FAILED;
    pthread_mutex_lock(&d->lock);
    uint32_t index = 0;
    while (index < d->buffers && d->buffer[index].offset != offset)
        index++;
    if (d->memory_fd < 0 || !(flags & MAP_SHARED) || index == d->buffers ||
        length > d->buffer[index].length) {
        errno = EINVAL;
    } else {
        if (d->zero_copy)
            protection &= ~PROT_WRITE;
        mapped = mmap(address, length, protection, flags, d->memory_fd, offset);
        if (mapped != MAP_FAILED)
            note_mapping(d, &d->buffer[index], mapped, length, protection & PROT_WRITE);
    }
    pthread_mutex_unlock(&d->lock);
    return mapped;
}

short device_poll_now(struct handle *handle, short wanted)
{
    struct device *const d = handle->device;
    short now = 0;
    pthread_mutex_lock(&d->lock);
    if (handle->events)
        now |= POLLPRI;
    if (wanted & (POLLIN | POLLRDNORM)) {
        if (!d->owner && !d->buffers) // as vb2 does: polling before any other I/O prepares read()
            device_start(d, handle);
        if (!d->streaming || d->owner != handle)
            now |= POLLERR;
        if ((d->read_bytes || (d->acquired && has_queued(d))) && d->owner == handle)
            now |= POLLIN | POLLRDNORM;
    }
    pthread_mutex_unlock(&d->lock);
    return now;
}
