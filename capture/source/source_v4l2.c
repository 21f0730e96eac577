/* SPDX-License-Identifier: MIT */
/** v4l2:DEVICE: cameras, and every other device that V4L2 captures from. */
#include "v4l2/camera_source.h"

#include "v4l2/camera_copy.h"
#include "v4l2/camera_ctrl.h"
#include "v4l2/camera_find.h"
#include "v4l2/camera_input.h"
#include "v4l2/camera_list.h"
#include "v4l2/camera_negotiate.h"
#include "v4l2/camera_timings.h"

#include "program/capture_timing.h"

#include <libv4lconvert.h>
#include <stdio.h>
#include <stdlib.h>

#define IDLE_MS 5 // pause after a second wait without a frame: short compared with a frame period

/** What to request from the camera: the options of the command line, else what the stream had. An
 *  input with its own timings, and a source that changed, have their own size and rate. */
static struct tri_video wanted_video(const struct source *source, const struct tri_video *signal,
                                     bool changed)
{
    struct tri_video wanted = source->options->wanted;
    const struct tri_video none = { 0 };
    const struct tri_video *before = source->assumed ? &none : &source->video;
    const struct tri_format *format = camera_format_find(wanted.fourcc);
    if (format) // V4L2 has several names for some
        wanted.fourcc = format->fourcc;
    if (!wanted.fourcc)
        wanted.fourcc = before->fourcc;
    if (!wanted.width) { // the driver may still scale to what its previous user had set
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

static void stop(struct camera_source *state)
{
    camera_io_stop(state);
    if (state->converter)
        v4lconvert_destroy(state->converter);
    state->converter = NULL;
    free(state->scratch);
    state->scratch = NULL;
}

/** Negotiates a format with the open camera and prepares its buffers. */
static enum source_result start(struct source *source, bool changed)
{
    struct camera_source *state = source->state;
    struct tri_video signal = { 0 };
    enum source_result result = camera_timings_follow(&state->camera, &signal);
    if (result != SOURCE_OK)
        return result;
    const struct tri_video wanted = wanted_video(source, &signal, changed);
    result = camera_negotiate(&state->camera, &wanted, &state->format, &state->converter);
    if (result != SOURCE_OK)
        return result;
    if (signal.fps_num) {
        state->format.video.fps_num = signal.fps_num;
        state->format.video.fps_den = signal.fps_den;
    }
    source->video = state->format.video;
    state->timestamps.period_ns =
        capture_timing_period(source->video.fps_num, source->video.fps_den);
    const size_t scratch = camera_scratch_bytes(&state->format);
    state->scratch = scratch ? malloc(scratch) : NULL;
    return scratch && !state->scratch ? out_of_memory(source->options) : camera_io_start(source);
}

static enum source_result v4l2_source_open(struct source *source)
{
    const struct source_options *options = source->options;
    char path[CAMERA_PATH_MAX];
    struct camera_source *state = calloc(1, sizeof(*state));
    if (!state)
        return out_of_memory(options);
    state->camera.fd = -1;
    source->state = state;
    source->slots = camera_io_slots(options);

    enum source_result result = camera_find(options->arg, path, options->log);
    if (result == SOURCE_OK)
        result = camera_open(&state->camera, path, options->log);
    if (result != SOURCE_OK)
        return result;
    state->direct = state->camera.direct;
    snprintf(source->label, sizeof(source->label), "%.80s (%s)", state->camera.path,
             state->camera.card);
    result = camera_input_select(&state->camera, options->input, options->standard);
    if (result == SOURCE_OK)
        result = camera_ctrl_apply(&state->camera, options->controls);
    return result == SOURCE_OK ? start(source, false) : result;
}

static void v4l2_source_close(struct source *source)
{
    struct camera_source *state = source->state;
    if (!state)
        return;
    stop(state);
    camera_close(&state->camera);
    free(state);
    source->state = NULL;
}

/** Waits for a frame or an event. */
static enum source_result v4l2_source_wait(struct source *source, int timeout_ms)
{
    struct camera_source *state = source->state;
    bool event = false;
    state->starved |= state->enqueued < source->queue;
    if (state->io == SOURCE_IO_MMAP && !state->buffers.running) {
        // Not when it is opened: a stream on demand only describes it then, and its LED stays off.
        const enum source_result started = camera_buffers_start(&state->buffers);
        if (started != SOURCE_OK)
            return camera_io_fall_back(source, started);
    }
    const enum source_result result = camera_buffers_wait(&state->camera, timeout_ms, &event);

    if (result != SOURCE_OK || !event || !camera_timings_changed(&state->camera))
        return result;
    stop(state);
    const enum source_result started = start(source, true);
    return started == SOURCE_OK ? SOURCE_CHANGED : started;
}

static enum source_result v4l2_source_fill(struct source *source, struct tri_draft **draft,
                                           int timeout_ms)
{
    struct camera_source *state = source->state;
    const enum source_result result = camera_frame_take(source, draft);
    // Without a pause, a device that reports events but never a frame would be polled in a busy loop,
    // and so would one for which no slot is free.
    state->idle = result == SOURCE_NOTHING ? state->idle + 1 : 0;
    if (state->idle > 1)
        camera_buffers_pause(timeout_ms < IDLE_MS ? timeout_ms : IDLE_MS);
    return camera_io_fall_back(source, result);
}

static enum source_result v4l2_source_enqueue(struct source *source, struct tri_draft *draft)
{
    struct camera_source *state = source->state;
    camera_place(&state->format, draft);
    enum source_result result = camera_buffers_queue_draft(&state->buffers, draft);
    state->enqueued += result == SOURCE_OK;
    if (result == SOURCE_OK)
        result = camera_buffers_start(&state->buffers);
    return camera_io_fall_back(source, result);
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
    .flags = SOURCE_CAN_STALL | SOURCE_CONTROLS | SOURCE_INPUTS | SOURCE_REFORMATS | SOURCE_OPAQUE,
    .open = v4l2_source_open,
    .wait = v4l2_source_wait,
    .fill = v4l2_source_fill,
    .enqueue = v4l2_source_enqueue,
    .close = v4l2_source_close,
    .list = v4l2_source_list,
};
