/* SPDX-License-Identifier: MIT */
/** Takes frames from the driver into drafts, with the driver's description of them. */
#include "camera_copy.h"
#include "camera_source.h"
#include "key_frame.h"

#include <errno.h>
#include <libv4l2.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define JPEG_BLOCK 16                  // most pixels on a side of a block (MCU) in a JPEG picture
#define REPORT_NS  INT64_C(1000000000) // interval of reports about unusable frames

/** Sets the size that the JPEG header has, unless it is the negotiated one rounded up to whole
 *  blocks: that is cropped. */
static void set_jpeg_size(struct camera_source *state, struct tri_draft *draft)
{
    struct tri_video *video = &draft->info.video;
    uint32_t width;
    uint32_t height;
    if (!camera_jpeg_size(draft->data[0], draft->info.bytes_used, &width, &height) ||
        (width - video->width < JPEG_BLOCK && height - video->height < JPEG_BLOCK) ||
        width > TRI_DIMENSION_MAX || height > TRI_DIMENSION_MAX)
        return;
    if (!state->size_reported)
        tri_log_write(state->camera.log, TRI_LOG_WARN, "v4l2",
                      "%s: frames are %ux%u instead of the negotiated %ux%u: publishing %ux%u",
                      state->camera.path, width, height, video->width, video->height, width,
                      height);
    state->size_reported = true;
    video->width = width;
    video->height = height;
}

/** Describes a frame in `draft`, if there is one. @return its capture time */
static int64_t describe(struct camera_source *state, const struct camera_taken *taken,
                        struct tri_draft *draft)
{
    const int64_t capture_ns = camera_timestamps_time(&state->timestamps, &state->camera, taken);
    const struct tri_format *format = tri_format_find(state->format.video.fourcc);
    if (!draft)
        return capture_ns;
    draft->info.driver_sequence = state->timestamps.sequence;
    draft->info.capture_ns = capture_ns;
    if (state->format.video.field == TRI_FIELD_ALTERNATE)
        draft->info.video.field = taken->field;
    if (format && format->delta &&
        (taken->flags & V4L2_BUF_FLAG_KEYFRAME ||
         key_frame_begins(state->format.video.fourcc, draft->data[0], draft->info.bytes_used)))
        draft->info.flags |= TRI_FRAME_KEY;
    if (state->format.video.fourcc == TRI_FOURCC_MJPG) {
        draft->info.flags |= TRI_FRAME_KEY;
        set_jpeg_size(state, draft);
    }
    return capture_ns;
}

/** Drops an unusable frame. Logs their number at most once a second. */
static enum source_result drop(struct source *source, const char *why)
{
    struct camera_source *state = source->state;
    const int64_t now_ns = tri_now_ns();
    snprintf(source->fault, sizeof(source->fault), "%.*s", TRI_SOURCE_MAX, why);
    state->unusable++;
    if (now_ns - state->reported_ns >= REPORT_NS) {
        tri_log_write(state->camera.log, TRI_LOG_WARN, "v4l2",
                      "%s: %u unusable frame%s, counted as dropped by the driver; the last one was "
                      "%s",
                      state->camera.path, state->unusable, state->unusable == 1 ? "" : "s", why);
        state->reported_ns = now_ns;
        state->unusable = 0;
    }
    return SOURCE_DROPPED;
}

/** Accepts a complete frame, which proves that the I/O method works. */
static enum source_result accept_frame(struct source *source)
{
    struct camera_source *state = source->state;
    source->fault[0] = '\0';
    source->tried_io = 0;
    state->camera.trial = false;
    return SOURCE_OK;
}

/** Takes a buffer that is a slot: no copy. */
static enum source_result take_userptr(struct source *source, const struct camera_taken *taken,
                                       struct tri_draft **draft)
{
    struct camera_source *state = source->state;
    struct camera_buffer *buffer = &state->buffers.buffer[taken->index];
    char why[CAMERA_WHY_MAX];
    *draft = buffer->draft;
    buffer->draft = NULL;
    if (!*draft) // the driver returned a buffer twice
        return SOURCE_NOTHING;
    state->enqueued--;
    if (!camera_is_complete(&state->format, taken, why))
        return drop(source, why);
    camera_shift(&state->format, taken, *draft);
    describe(state, taken, *draft);
    return accept_frame(source);
}

/** Takes a buffer of the driver: one copy or conversion into the draft, if there is one. */
static enum source_result take_mmap(struct source *source, const struct camera_taken *taken,
                                    struct tri_draft *draft)
{
    struct camera_source *state = source->state;
    char why[CAMERA_WHY_MAX];
    const bool usable = camera_is_complete(&state->format, taken, why) &&
                        (!draft || camera_copy(&state->format, state->converter,
                                               &state->buffers.buffer[taken->index], taken,
                                               state->scratch, draft, why));
    const enum source_result requeued = camera_buffers_requeue(&state->buffers, taken->index);
    if (requeued != SOURCE_OK)
        return requeued;
    if (!usable)
        return drop(source, why);
    const int64_t capture_ns = describe(state, taken, draft);
    if (state->format.woven &&
        !camera_weave(&state->weave, taken, capture_ns, draft, &source->driver_drops))
        return SOURCE_NOTHING;
    return accept_frame(source);
}

static enum source_result take_buffer(struct source *source, struct tri_draft **draft)
{
    struct camera_source *state = source->state;
    struct camera_taken taken;
    const enum source_result result = camera_buffers_dequeue(&state->buffers, &taken);
    if (result != SOURCE_OK)
        return result;
    const uint64_t missing = camera_timestamps_count(&state->timestamps, &taken);
    *(state->starved ? &source->writer_drops : &source->driver_drops) += missing;
    state->starved = false;
    return state->io == SOURCE_IO_USERPTR ? take_userptr(source, &taken, draft)
                                          : take_mmap(source, &taken, *draft);
}

/** Uses read(2) straight into the slot: the kernel's copy is the only one. The driver reports no
 *  times. */
static enum source_result take_read(struct source *source, struct tri_draft *draft)
{
    struct camera_source *state = source->state;
    struct camera_taken taken = { .sequence = state->timestamps.last + 1 };
    uint8_t *to = draft ? draft->data[0] : state->scratch;
    char why[CAMERA_WHY_MAX];
    if (!to)
        to = state->scratch = malloc(state->format.slot_bytes);
    if (!to)
        return SOURCE_DROPPED;
    const ssize_t got = state->camera.direct
                            ? read(state->camera.fd, to, state->format.slot_bytes)
                            : v4l2_read(state->camera.fd, to, state->format.slot_bytes);
    if (got == -1)
        return errno == EAGAIN || errno == EINTR
                   ? SOURCE_NOTHING
                   : camera_failed(&state->camera, CAMERA_STREAM, "cannot read a frame");
    if (got == 0) // no frame: the device time-out continues
        return SOURCE_NOTHING;
    taken.used[0] = (uint32_t)got;
    (void)camera_timestamps_count(&state->timestamps, &taken);
    if (!camera_is_complete(&state->format, &taken, why))
        return drop(source, why);
    if (draft) {
        camera_place(&state->format, draft);
        camera_shift(&state->format, &taken, draft);
        draft->info.copies = 1;
    }
    (void)describe(state, &taken, draft);
    return accept_frame(source);
}

enum source_result camera_frame_take(struct source *source, struct tri_draft **draft)
{
    const struct camera_source *state = source->state;
    return state->io == SOURCE_IO_READ ? take_read(source, *draft) : take_buffer(source, draft);
}
