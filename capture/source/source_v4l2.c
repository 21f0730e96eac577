/* SPDX-License-Identifier: MIT */
/** Cameras, and whatever else the kernel's V4L2 drivers capture. */
#include "v4l2/camera_copy.h"
#include "v4l2/camera_ctrl.h"
#include "v4l2/camera_find.h"
#include "v4l2/camera_input.h"
#include "v4l2/camera_list.h"
#include "v4l2/camera_negotiate.h"
#include "v4l2/camera_timestamps.h"
#include "v4l2/camera_timings.h"
#include "v4l2/camera_weave.h"

#include "program/capture_timing.h"

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
#define REST_MS        5  // after a second wait in vain: what is late by it is not late by much
#define JPEG_BLOCK     16 // pixels that the largest block of a JPEG picture has on a side
#define REPORT_NS      INT64_C(1000000000) // between reports of bad frames

struct v4l2_source {
    struct camera camera;
    struct camera_format format;
    struct camera_buffers buffers;
    struct camera_timestamps timestamps;
    struct v4lconvert_data *converter; // NULL: the camera's own format
    enum source_io io;                 // in force, never AUTO
    bool direct;                       // of the camera but with USERPTR
    uint8_t *scratch;                  // for read(2) without a slot, and for conversions
    uint32_t lent;                     // slots that are with the driver
    bool starved;                      // fewer than it wants, since the last frame
    uint32_t idle;                     // waits in a row that ended for no frame
    uint32_t bad;                      // frames since the last report of such
    int64_t bad_reported_ns;
    bool said_size; // of pictures larger or smaller than agreed
    struct camera_weave weave;
};

/** What to ask the camera for: what the command line says, else what the stream had before. A
 *  source that changed, and an input with timings of its own, have a size and rate of their own. */
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

static enum source_result out_of_memory(const struct source_options *options)
{
    tri_log_write(options->log, TRI_LOG_ERROR, "v4l2", "out of memory");
    return SOURCE_FAILED;
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

    v4l2->camera.direct = true; // libv4l2 refuses memory that is not the driver's
    *why = "--io userptr: the driver takes no memory but its own; use --io mmap";
    if (!camera_buffers_request_userptr(&v4l2->buffers, &v4l2->camera, &v4l2->format, slots))
        return SOURCE_NOTHING;
    source->slots = slots;
    source->queue = slots - SHOWN_FRAMES;
    return SOURCE_OK;
}

static enum source_result start_mapping(struct source *source, const char **why)
{
    struct v4l2_source *v4l2 = source->state;

    *why = "--io mmap: the driver cannot stream; use --io read";
    if (!(v4l2->camera.caps & V4L2_CAP_STREAMING))
        return SOURCE_NOTHING;
    return camera_buffers_start_mmap(&v4l2->buffers, &v4l2->camera, &v4l2->format, MAPPED_BUFFERS);
}

static enum source_result start_reading(struct source *source, const char **why)
{
    const struct v4l2_source *v4l2 = source->state;

    *why = "--io read gives the camera's own formats only; use --io mmap";
    if (v4l2->format.emulated.type || v4l2->format.memories > 1)
        return SOURCE_NOTHING;
    *why = "--io read cannot place rows of this size; use --io mmap";
    if (!camera_format_fits_slot(&v4l2->format))
        return SOURCE_NOTHING;
    *why = "the driver cannot be read; use --io mmap";
    return v4l2->camera.direct && !(v4l2->camera.caps & V4L2_CAP_READWRITE) ? SOURCE_NOTHING
                                                                            : SOURCE_OK;
}

/** The ways in which frames come, the best one first. */
static const struct {
    enum source_io io;
    const char *name;
    uint32_t caps; // without which --io auto leaves it out
    enum source_result (*start)(struct source *source, const char **why);
} ways[] = {
    { SOURCE_IO_USERPTR, "userptr", V4L2_CAP_STREAMING, start_lending },
    { SOURCE_IO_MMAP, "mmap", V4L2_CAP_STREAMING, start_mapping },
    { SOURCE_IO_READ, "read", V4L2_CAP_READWRITE, start_reading },
};

#define WAYS (sizeof(ways) / sizeof(ways[0]))

static const char *io_name(enum source_io io)
{
    size_t way = 0;

    while (ways[way].io != io)
        way++;
    return ways[way].name;
}

/** Whether `way` is to be tried: the one asked for, or any that has not been tried in vain. */
static bool is_left(const struct source *source, size_t way)
{
    const struct v4l2_source *v4l2 = source->state;
    const enum source_io asked = source->options->io;

    return asked == SOURCE_IO_AUTO
               ? v4l2->camera.caps & ways[way].caps && !(source->tried_io & 1u << ways[way].io)
               : asked == ways[way].io;
}

static size_t next_way(const struct source *source, size_t way)
{
    while (way < WAYS && !is_left(source, way))
        way++;
    return way;
}

/** Begins to stream in the way that was asked for, or the best one that is left: that a driver
 *  accepts one counts for nothing before its first frame. */
static enum source_result start(struct source *source)
{
    struct v4l2_source *v4l2 = source->state;
    const bool free_choice = source->options->io == SOURCE_IO_AUTO;
    enum source_result result = SOURCE_LOST;
    const char *why = "the driver can neither stream nor be read";

    source->queue = source->slots = 0;
    source->slot_bytes = v4l2->format.slot_bytes;
    if (next_way(source, 0) == WAYS) // all were tried: once more
        source->tried_io = 0;
    for (size_t way = next_way(source, 0); way < WAYS; way = next_way(source, way + 1)) {
        v4l2->camera.trial = free_choice && next_way(source, way + 1) < WAYS;
        v4l2->camera.direct = v4l2->direct;
        v4l2->io = ways[way].io;
        source->tried_io |= 1u << v4l2->io;
        result = ways[way].start(source, &why);
        if (result == SOURCE_OK)
            return result;
        camera_buffers_stop(&v4l2->buffers);
        if (result == SOURCE_NOTHING && free_choice)
            tri_log_write(v4l2->camera.log, TRI_LOG_DEBUG, "v4l2", "%s: %s", v4l2->camera.path,
                          why);
        if (!free_choice)
            break;
    }
    return result == SOURCE_NOTHING ? misused(v4l2, why) : result;
}

static void stop_streaming(struct v4l2_source *v4l2)
{
    camera_buffers_stop(&v4l2->buffers);
    v4l2->lent = 0;
    v4l2->weave = (struct camera_weave){ 0 };
    v4l2->timestamps = (struct camera_timestamps){ .period_ns = v4l2->timestamps.period_ns,
                                                   .reported = v4l2->timestamps.reported };
}

/** Where a way failed before its first frame, the next one that is left is begun.
 *  @return SOURCE_CHANGED then, else `result` or what became of those */
static enum source_result fall_back(struct source *source, enum source_result result)
{
    struct v4l2_source *v4l2 = source->state;
    const enum source_io failed = v4l2->io;

    if ((result != SOURCE_LOST && result != SOURCE_FAILED) || !v4l2->camera.trial)
        return result;
    stop_streaming(v4l2);
    result = start(source);
    if (result != SOURCE_OK)
        return result;
    tri_log_write(v4l2->camera.log, TRI_LOG_INFO, "v4l2",
                  "%s: no frame came by --io %s: --io %s takes its place, one copy a frame",
                  v4l2->camera.path, io_name(failed), io_name(v4l2->io));
    return SOURCE_CHANGED;
}

static void stop(struct v4l2_source *v4l2)
{
    stop_streaming(v4l2);
    if (v4l2->converter)
        v4lconvert_destroy(v4l2->converter);
    v4l2->converter = NULL;
    free(v4l2->scratch);
    v4l2->scratch = NULL;
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
    v4l2->timestamps.period_ns =
        capture_timing_period(source->video.fps_num, source->video.fps_den);
    const size_t scratch = camera_scratch_bytes(&v4l2->format);
    v4l2->scratch = scratch ? malloc(scratch) : NULL;
    return scratch && !v4l2->scratch ? out_of_memory(source->options) : start(source);
}

static enum source_result v4l2_source_open(struct source *source)
{
    const struct source_options *options = source->options;
    char path[CAMERA_PATH_MAX];
    struct v4l2_source *v4l2 = calloc(1, sizeof(*v4l2));

    if (!v4l2)
        return out_of_memory(options);
    v4l2->camera.fd = -1;
    source->state = v4l2;

    enum source_result result = camera_find(options->arg, path, options->log);
    if (result == SOURCE_OK)
        result = camera_open(&v4l2->camera, path, options->log);
    if (result != SOURCE_OK)
        return result;
    v4l2->direct = v4l2->camera.direct;
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
    if (camera_is_gone(&v4l2->camera))
        source->tried_io = 0; // no fault of the way's
    stop(v4l2);
    camera_close(&v4l2->camera);
    free(v4l2);
    source->state = NULL;
}

/** A JPEG picture tells its size itself; encoders round it up to whole blocks, which is cropped. */
static void set_true_size(struct v4l2_source *v4l2, struct tri_draft *draft)
{
    struct tri_video *video = &draft->info.video;
    uint32_t width, height;

    if (!camera_jpeg_size(draft->data[0], draft->info.bytes_used, &width, &height) ||
        (width - video->width < JPEG_BLOCK && height - video->height < JPEG_BLOCK) ||
        width > TRI_DIMENSION_MAX || height > TRI_DIMENSION_MAX)
        return;
    if (!v4l2->said_size)
        tri_log_write(
            v4l2->camera.log, TRI_LOG_WARN, "v4l2",
            "%s: its pictures are %ux%u, %ux%u was agreed: they are published at their own "
            "size",
            v4l2->camera.path, width, height, video->width, video->height);
    v4l2->said_size = true;
    video->width = width;
    video->height = height;
}

/** Writes into a draft, if there is one, what the driver tells of its frame. @return its time */
static int64_t describe(struct v4l2_source *v4l2, const struct camera_taken *taken,
                        struct tri_draft *draft)
{
    const int64_t capture_ns = camera_timestamps_time(&v4l2->timestamps, &v4l2->camera, taken);

    if (!draft)
        return capture_ns;
    draft->info.driver_sequence = v4l2->timestamps.sequence;
    draft->info.capture_ns = capture_ns;
    if (v4l2->format.video.field == TRI_FIELD_ALTERNATE)
        draft->info.video.field = taken->field;
    if (v4l2->format.video.fourcc == TRI_FOURCC_MJPG) {
        draft->info.flags |= TRI_FRAME_KEY;
        set_true_size(v4l2, draft);
    }
    return capture_ns;
}

/** A frame of no use; at most once a second the log tells how many there were. */
static enum source_result drop(struct source *source, const char *why)
{
    struct v4l2_source *v4l2 = source->state;
    const int64_t now_ns = tri_now_ns();

    snprintf(source->fault, sizeof(source->fault), "%.*s", TRI_SOURCE_MAX, why);
    v4l2->bad++;
    if (now_ns - v4l2->bad_reported_ns >= REPORT_NS) {
        tri_log_write(v4l2->camera.log, TRI_LOG_WARN, "v4l2",
                      "%s: %u bad frame%s, counted as the driver's drops; the last one was %s",
                      v4l2->camera.path, v4l2->bad, v4l2->bad == 1 ? "" : "s", why);
        v4l2->bad_reported_ns = now_ns;
        v4l2->bad = 0;
    }
    return SOURCE_DROPPED;
}

/** A whole frame: the way in which it came works. */
static enum source_result accept_frame(struct source *source)
{
    struct v4l2_source *v4l2 = source->state;

    source->fault[0] = '\0';
    source->tried_io = 0;
    v4l2->camera.trial = false;
    return SOURCE_OK;
}

/** A buffer that is a slot: nothing is copied. */
static enum source_result take_lent(struct source *source, const struct camera_taken *taken,
                                    struct tri_draft **draft)
{
    struct v4l2_source *v4l2 = source->state;
    struct camera_buffer *buffer = &v4l2->buffers.buffer[taken->index];
    char why[CAMERA_WHY_MAX];

    *draft = buffer->draft;
    buffer->draft = NULL;
    if (!*draft) // not lent by this stream: nothing to deliver
        return SOURCE_NOTHING;
    v4l2->lent--;
    if (!camera_is_whole(&v4l2->format, taken, why))
        return drop(source, why);
    camera_shift(&v4l2->format, taken, *draft);
    describe(v4l2, taken, *draft);
    return accept_frame(source);
}

/** A buffer of the driver's: one copy or conversion into the draft, if there is one. */
static enum source_result take_mapped(struct source *source, const struct camera_taken *taken,
                                      struct tri_draft *draft)
{
    struct v4l2_source *v4l2 = source->state;
    char why[CAMERA_WHY_MAX];
    const bool good =
        camera_is_whole(&v4l2->format, taken, why) &&
        (!draft || camera_copy(&v4l2->format, v4l2->converter, &v4l2->buffers.buffer[taken->index],
                               taken, v4l2->scratch, draft, why));
    const enum source_result queued = camera_buffers_requeue(&v4l2->buffers, taken->index);

    if (queued != SOURCE_OK)
        return queued;
    if (!good)
        return drop(source, why);
    const int64_t capture_ns = describe(v4l2, taken, draft);
    if (v4l2->format.woven &&
        !camera_weave(&v4l2->weave, taken, capture_ns, draft, &source->driver_drops))
        return SOURCE_NOTHING;
    return accept_frame(source);
}

static enum source_result take(struct source *source, struct tri_draft **draft)
{
    struct v4l2_source *v4l2 = source->state;
    struct camera_taken taken;
    const enum source_result result = camera_buffers_dequeue(&v4l2->buffers, &taken);

    if (result != SOURCE_OK)
        return result;
    const uint64_t missing = camera_timestamps_count(&v4l2->timestamps, &taken);
    *(v4l2->starved ? &source->writer_drops : &source->driver_drops) += missing;
    v4l2->starved = false;
    return v4l2->io == SOURCE_IO_USERPTR ? take_lent(source, &taken, draft)
                                         : take_mapped(source, &taken, *draft);
}

/** read(2) straight into the slot: the kernel's copy is the only one. It tells no times. */
static enum source_result take_read(struct source *source, struct tri_draft *draft)
{
    struct v4l2_source *v4l2 = source->state;
    struct camera_taken taken = { .sequence = v4l2->timestamps.last + 1 };
    uint8_t *to = draft ? draft->data[0] : v4l2->scratch;
    char why[CAMERA_WHY_MAX];

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
    (void)camera_timestamps_count(&v4l2->timestamps, &taken);
    if (!camera_is_whole(&v4l2->format, &taken, why))
        return drop(source, why);
    if (draft) {
        camera_place(&v4l2->format, draft);
        camera_shift(&v4l2->format, &taken, draft);
        draft->info.copies = 1;
    }
    (void)describe(v4l2, &taken, draft);
    return accept_frame(source);
}

/** Waits for a frame or an event. */
static enum source_result v4l2_source_wait(struct source *source, int timeout_ms)
{
    struct v4l2_source *v4l2 = source->state;
    bool event = false;

    v4l2->starved |= v4l2->lent < source->queue;
    const enum source_result result = camera_buffers_wait(&v4l2->camera, timeout_ms, &event);

    if (result != SOURCE_OK || !event || !camera_timings_changed(&v4l2->camera))
        return result;
    stop(v4l2);
    const enum source_result agreed = negotiate(source, true);
    return agreed == SOURCE_OK ? SOURCE_CHANGED : agreed;
}

static enum source_result v4l2_source_fill(struct source *source, struct tri_draft **draft,
                                           int timeout_ms)
{
    struct v4l2_source *v4l2 = source->state;
    const enum source_result result =
        v4l2->io == SOURCE_IO_READ ? take_read(source, *draft) : take(source, draft);

    // Without a pause, a device that reports events but never a frame would be polled in a busy loop,
    // and so would one that no slot is left for.
    v4l2->idle = result == SOURCE_NOTHING ? v4l2->idle + 1 : 0;
    if (v4l2->idle > 1)
        camera_buffers_pause(timeout_ms < REST_MS ? timeout_ms : REST_MS);
    return fall_back(source, result);
}

static enum source_result v4l2_source_enqueue(struct source *source, struct tri_draft *draft)
{
    struct v4l2_source *v4l2 = source->state;

    camera_place(&v4l2->format, draft);
    enum source_result result = camera_buffers_queue_draft(&v4l2->buffers, draft);
    v4l2->lent += result == SOURCE_OK;
    if (result == SOURCE_OK)
        result = camera_buffers_start(&v4l2->buffers);
    return fall_back(source, result);
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
    .flags = SOURCE_CAN_STALL | SOURCE_CONTROLS,
    .open = v4l2_source_open,
    .wait = v4l2_source_wait,
    .fill = v4l2_source_fill,
    .enqueue = v4l2_source_enqueue,
    .close = v4l2_source_close,
    .list = v4l2_source_list,
};
