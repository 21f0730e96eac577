/* SPDX-License-Identifier: MIT */
/** Cameras, and whatever else the kernel's V4L2 drivers capture. */
#include "camera/clock.h"
#include "camera/copy.h"
#include "camera/ctrl.h"
#include "camera/find.h"
#include "camera/input.h"
#include "camera/list.h"
#include "camera/negotiate.h"
#include "camera/timings.h"

#include <errno.h>
#include <libv4l2.h>
#include <libv4lconvert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAPPED_BUFFERS 4 // one is filled, one waits, one is copied, one in hand
#define LENT_LEAST     2 // slots that must stay with the driver, or it drops frames
#define LENT_SLOTS     5 // and with them one newest, one held by a reader, one on its way
#define SHOWN_FRAMES   (LENT_SLOTS - LENT_LEAST)
#define REST_MS        5 // after a second wait in vain: what is late by it is not late by much

struct v4l2_source {
    struct camera camera;
    struct camera_format format;
    struct camera_stream stream;
    struct camera_clock clock;
    struct v4lconvert_data *converter; // NULL: the camera's own format
    enum source_io io;                 // in force, never AUTO
    uint8_t *scratch;                  // of format.slot_bytes, for read(2) without a slot
    uint32_t lent;                     // slots that are with the driver
    bool starved;                      // fewer than it wants, since the last frame
    bool said_bad;                     // a bad frame was reported
    uint32_t idle;                     // waits in a row that ended for no frame
};

/** What to ask the camera for: what the command line says, else what the stream had before. A source
 *  that changed, and an input with timings of its own, have a size and rate of their own. */
static struct tri_video wanted_video(const struct source *source, const struct tri_video *signal,
                                     bool changed)
{
    struct tri_video wanted = source->options->wanted;
    const struct tri_video *before = &source->video;

    if (!wanted.fourcc)
        wanted.fourcc = before->fourcc;
    if (!wanted.width) { // the driver may still scale for whoever had the device before
        wanted.width = signal->width;
        wanted.height = signal->height;
    }
    if (changed)
        return wanted;
    if (!wanted.width) {
        wanted.width = before->width;
        wanted.height = before->height;
    }
    if (!wanted.fps_num && !signal->fps_num) {
        wanted.fps_num = before->fps_num;
        wanted.fps_den = before->fps_den;
    }
    return wanted;
}

static enum source_result misused(const struct v4l2_source *v4l2, const char *what)
{
    tri_log_write(v4l2->camera.log, TRI_LOG_ERROR, "v4l2", "%s: %s", v4l2->camera.path, what);
    return SOURCE_MISUSED;
}

/** Lends slots to the driver. @return SOURCE_NOTHING: it cannot be, *why says why */
static enum source_result start_lending(struct source *source, const char **why)
{
    struct v4l2_source *v4l2 = source->state;
    const uint32_t slots = source->options->slots ? source->options->slots : LENT_SLOTS;

    *why = "--io userptr: the driver cannot stream";
    if (!(v4l2->camera.caps & V4L2_CAP_STREAMING))
        return SOURCE_NOTHING;
    *why =
        "--io userptr needs a format and size that the camera makes by itself, in rows as they are";
    if (!camera_format_fits_slot(&v4l2->format))
        return SOURCE_NOTHING;
    *why = "--io userptr needs --buffers 5 or more: two stay with the driver";
    if (slots < LENT_SLOTS)
        return SOURCE_NOTHING;

    const bool direct = v4l2->camera.direct;
    v4l2->camera.direct = true; // libv4l2 refuses memory that is not the driver's
    *why = "--io userptr: the driver takes no memory but its own; use --io mmap";
    if (!camera_stream_accept(&v4l2->stream, &v4l2->camera, &v4l2->format, slots)) {
        v4l2->camera.direct = direct;
        return SOURCE_NOTHING;
    }
    source->slots = slots;
    source->queue = slots - SHOWN_FRAMES;
    return SOURCE_OK;
}

static enum source_result start_reading(const struct v4l2_source *v4l2)
{
    if (v4l2->format.emulated.type || v4l2->format.memories > 1)
        return misused(v4l2, "--io read gives the camera's own formats only; use --io mmap");
    if (!camera_format_fits_slot(&v4l2->format))
        return misused(v4l2, "--io read cannot place rows of this size; use --io mmap");
    if (v4l2->camera.direct && !(v4l2->camera.caps & V4L2_CAP_READWRITE))
        return misused(v4l2, "the driver cannot be read; use --io mmap");
    return SOURCE_OK;
}

/** Begins to stream in the way that was asked for, or the best one. */
static enum source_result start(struct source *source)
{
    struct v4l2_source *v4l2 = source->state;
    const enum source_io asked = source->options->io;
    const char *why;

    source->queue = source->slots = 0;
    source->slot_bytes = v4l2->format.slot_bytes;
    if (asked == SOURCE_IO_AUTO || asked == SOURCE_IO_USERPTR) {
        const enum source_result result = start_lending(source, &why);
        v4l2->io = SOURCE_IO_USERPTR;
        if (result != SOURCE_NOTHING)
            return result;
        if (asked == SOURCE_IO_USERPTR)
            return misused(v4l2, why);
        tri_log_write(v4l2->camera.log, TRI_LOG_DEBUG, "v4l2", "%s: one copy a frame: %s",
                      v4l2->camera.path, why);
    }
    if (asked == SOURCE_IO_READ || !(v4l2->camera.caps & V4L2_CAP_STREAMING)) {
        v4l2->io = SOURCE_IO_READ;
        return start_reading(v4l2);
    }
    v4l2->io = SOURCE_IO_MMAP;
    return camera_stream_map(&v4l2->stream, &v4l2->camera, &v4l2->format, MAPPED_BUFFERS);
}

static void stop(struct v4l2_source *v4l2)
{
    camera_stream_stop(&v4l2->stream);
    if (v4l2->converter)
        v4lconvert_destroy(v4l2->converter);
    v4l2->converter = NULL;
    free(v4l2->scratch);
    v4l2->scratch = NULL;
    v4l2->lent = 0;
    v4l2->clock = (struct camera_clock){ .mistrusted = v4l2->clock.mistrusted };
}

/** Agrees on a format with the open camera and starts. */
static enum source_result negotiate(struct source *source, bool changed)
{
    struct v4l2_source *v4l2 = source->state;
    struct tri_video signal = { 0 };
    enum source_result result = camera_timings_follow(&v4l2->camera, &signal);

    if (result != SOURCE_OK)
        return result;
    const struct tri_video wanted = wanted_video(source, &signal, changed);
    result = camera_negotiate(&v4l2->camera, &wanted, &v4l2->format, &v4l2->converter);
    if (result != SOURCE_OK)
        return result;
    if (signal.fps_num) {
        v4l2->format.video.fps_num = signal.fps_num;
        v4l2->format.video.fps_den = signal.fps_den;
    }
    source->video = v4l2->format.video;
    return start(source);
}

static enum source_result v4l2_source_open(struct source *source)
{
    const struct source_options *options = source->options;
    char path[CAMERA_PATH_MAX];
    struct v4l2_source *v4l2 = calloc(1, sizeof(*v4l2));

    if (!v4l2) {
        tri_log_write(options->log, TRI_LOG_ERROR, "v4l2", "out of memory");
        return SOURCE_FAILED;
    }
    v4l2->camera.fd = -1;
    source->state = v4l2;
    source->live = true;

    enum source_result result = camera_find(options->arg, path, options->log);
    if (result == SOURCE_OK)
        result = camera_open(&v4l2->camera, path, options->log);
    if (result != SOURCE_OK)
        return result;
    snprintf(source->label, sizeof(source->label), "%.80s (%s)", v4l2->camera.path,
             v4l2->camera.card);
    result = camera_input_select(&v4l2->camera, options->input, options->standard);
    if (result == SOURCE_OK)
        result = camera_ctrl_apply(&v4l2->camera, options->controls);
    return result == SOURCE_OK ? negotiate(source, false) : result;
}

static void v4l2_source_close(struct source *source)
{
    struct v4l2_source *v4l2 = source->state;

    if (!v4l2)
        return;
    stop(v4l2);
    camera_close(&v4l2->camera);
    free(v4l2);
    source->state = NULL;
}

/** Writes into a draft what the driver says of its frame. */
static void describe(struct v4l2_source *v4l2, const struct camera_taken *taken,
                     struct tri_draft *draft)
{
    draft->info.driver_sequence = v4l2->clock.sequence;
    draft->info.capture_ns = camera_clock_time(&v4l2->clock, &v4l2->camera, taken);
    if (v4l2->format.video.field == TRI_FIELD_ALTERNATE)
        draft->info.video.field = taken->field;
    if (v4l2->format.video.fourcc == TRI_FOURCC_MJPG)
        draft->info.flags |= TRI_FRAME_KEY;
}

static void say_bad(struct v4l2_source *v4l2, const char *why)
{
    tri_log_write(v4l2->camera.log, v4l2->said_bad ? TRI_LOG_DEBUG : TRI_LOG_WARN, "v4l2",
                  "%s: a frame was %s: skipped and counted, as all such", v4l2->camera.path, why);
    v4l2->said_bad = true;
}

/** A buffer that is a slot: nothing is copied. */
static enum source_result take_lent(struct v4l2_source *v4l2, const struct camera_taken *taken,
                                    struct tri_draft **draft)
{
    struct camera_buffer *buffer = &v4l2->stream.buffer[taken->index];
    const char *why;

    *draft = buffer->draft;
    buffer->draft = NULL;
    if (!*draft) // not lent by this stream: nothing to deliver
        return SOURCE_NOTHING;
    v4l2->lent--;
    if (!camera_is_whole(&v4l2->format, taken, &why)) {
        say_bad(v4l2, why);
        return SOURCE_DROPPED;
    }
    camera_shift(&v4l2->format, taken, *draft);
    describe(v4l2, taken, *draft);
    return SOURCE_OK;
}

/** A buffer of the driver's: one copy or conversion into the draft, if there is one. */
static enum source_result take_mapped(struct v4l2_source *v4l2, const struct camera_taken *taken,
                                      struct tri_draft *draft)
{
    const char *why;
    bool good = camera_is_whole(&v4l2->format, taken, &why);

    if (good && draft) {
        good = camera_copy(&v4l2->format, v4l2->converter, &v4l2->stream.buffer[taken->index],
                           taken, draft, &why);
        describe(v4l2, taken, draft);
    }
    if (!good)
        say_bad(v4l2, why);
    const enum source_result result = camera_stream_requeue(&v4l2->stream, taken->index);
    return result != SOURCE_OK ? result : good ? SOURCE_OK : SOURCE_DROPPED;
}

static enum source_result take(struct source *source, struct tri_draft **draft)
{
    struct v4l2_source *v4l2 = source->state;
    struct camera_taken taken;
    const enum source_result result = camera_stream_take(&v4l2->stream, &taken);

    if (result != SOURCE_OK)
        return result;
    const uint64_t missing = camera_clock_count(&v4l2->clock, &taken);
    *(v4l2->starved ? &source->writer_drops : &source->driver_drops) += missing;
    v4l2->starved = false;
    return v4l2->io == SOURCE_IO_USERPTR ? take_lent(v4l2, &taken, draft)
                                         : take_mapped(v4l2, &taken, *draft);
}

/** read(2) straight into the slot: the kernel's copy is the only one. It tells no times. */
static enum source_result take_read(struct v4l2_source *v4l2, struct tri_draft *draft)
{
    struct camera_taken taken = { .sequence = v4l2->clock.last + 1 };
    uint8_t *to = draft ? draft->data[0] : v4l2->scratch;
    const char *why;

    if (!to)
        to = v4l2->scratch = malloc(v4l2->format.slot_bytes);
    if (!to)
        return SOURCE_DROPPED;
    const ssize_t got = v4l2->camera.direct
                            ? read(v4l2->camera.fd, to, v4l2->format.slot_bytes)
                            : v4l2_read(v4l2->camera.fd, to, v4l2->format.slot_bytes);
    if (got == -1)
        return errno == EAGAIN || errno == EINTR
                   ? SOURCE_NOTHING
                   : camera_failed(&v4l2->camera, CAMERA_STREAM, "cannot read a frame");
    if (got == 0) // no frame, and no sign of life
        return SOURCE_NOTHING;
    taken.used[0] = (uint32_t)got;
    (void)camera_clock_count(&v4l2->clock, &taken);
    if (!camera_is_whole(&v4l2->format, &taken, &why)) {
        say_bad(v4l2, why);
        return SOURCE_DROPPED;
    }
    if (draft) {
        camera_place(&v4l2->format, draft);
        camera_shift(&v4l2->format, &taken, draft);
        describe(v4l2, &taken, draft);
        draft->info.copies = 1;
    }
    return SOURCE_OK;
}

static enum source_result v4l2_source_fill(struct source *source, struct tri_draft **draft,
                                           int timeout_ms)
{
    struct v4l2_source *v4l2 = source->state;
    bool event = false;

    v4l2->starved |= v4l2->lent < source->queue;
    const enum source_result result = camera_stream_wait(&v4l2->camera, timeout_ms, &event);

    if (result != SOURCE_OK)
        return result;
    if (event && camera_timings_changed(&v4l2->camera)) {
        stop(v4l2);
        const enum source_result agreed = negotiate(source, true);
        return agreed == SOURCE_OK ? SOURCE_CHANGED : agreed;
    }
    const enum source_result taken =
        v4l2->io == SOURCE_IO_READ ? take_read(v4l2, *draft) : take(source, draft);
    // A device that always has something to tell and never a frame, or one that no slot is left for,
    // would be asked without pause.
    v4l2->idle = taken == SOURCE_NOTHING ? v4l2->idle + 1 : 0;
    if (v4l2->idle > 1)
        camera_stream_rest(timeout_ms < REST_MS ? timeout_ms : REST_MS);
    return taken;
}

static enum source_result v4l2_source_enqueue(struct source *source, struct tri_draft *draft)
{
    struct v4l2_source *v4l2 = source->state;

    camera_place(&v4l2->format, draft);
    const enum source_result result = camera_stream_lend(&v4l2->stream, draft);
    v4l2->lent += result == SOURCE_OK;
    return result == SOURCE_OK ? camera_stream_start(&v4l2->stream) : result;
}

static enum source_result v4l2_source_list(const struct source_options *options,
                                           enum source_list what)
{
    struct camera camera = { .fd = -1 };
    char path[CAMERA_PATH_MAX];

    if (what == SOURCE_LIST_DEVICES)
        return camera_list_devices(options->json, options->log) ? SOURCE_OK : SOURCE_FAILED;
    enum source_result result = camera_find(options->arg, path, options->log);
    if (result == SOURCE_OK)
        result = camera_open(&camera, path, options->log);
    if (result == SOURCE_OK && what == SOURCE_LIST_CTRLS)
        result = camera_list_ctrls(&camera, options->json) ? SOURCE_OK : SOURCE_FAILED;
    else if (result == SOURCE_OK)
        result = camera_list_formats(&camera, options->json) ? SOURCE_OK : SOURCE_FAILED;
    camera_close(&camera);
    return result;
}

const struct source_ops source_v4l2 = {
    .name = "v4l2",
    .arg = "DEVICE",
    .summary = "a camera: /dev/videoN, a by-id path, N, or part of its name",
    .has_controls = true,
    .open = v4l2_source_open,
    .fill = v4l2_source_fill,
    .enqueue = v4l2_source_enqueue,
    .close = v4l2_source_close,
    .list = v4l2_source_list,
};
