/* SPDX-License-Identifier: MIT */
/** The I/O methods of V4L2, and which one to use. */
#include "camera_source.h"

#define MMAP_BUFFERS     4 // one is filled, one waits, one is copied, one spare
#define USERPTR_ENQUEUED 2 // slots that the driver must always have, or it drops frames
#define USERPTR_SLOTS    5 // those, the newest frame, one locked by a reader, one being published
#define USERPTR_OTHER    (USERPTR_SLOTS - USERPTR_ENQUEUED)

uint32_t camera_io_slots(const struct source_options *options)
{
    if (options->slots)
        return options->slots;
    return options->io == SOURCE_IO_AUTO || options->io == SOURCE_IO_USERPTR ? USERPTR_SLOTS : 0;
}

/** Prepares slots as the driver's buffers. @return SOURCE_NOTHING: impossible, *why is the reason */
static enum source_result start_userptr(struct source *source, const char **why)
{
    struct camera_source *state = source->state;
    const uint32_t slots = camera_io_slots(source->options);
    *why = "--io userptr: the driver does not support streaming";
    if (!(state->camera.caps & V4L2_CAP_STREAMING))
        return SOURCE_NOTHING;
    *why = "--io userptr needs one of the camera's own formats, with rows as a slot has them; use "
           "--io mmap";
    if (!camera_format_fits_slot(&state->format))
        return SOURCE_NOTHING;
    *why = "--io userptr needs --buffers 5 or more: the driver keeps two";
    if (slots < USERPTR_SLOTS)
        return SOURCE_NOTHING;

    state->camera.direct = true; // libv4l2 rejects memory that is not the driver's
    *why = "--io userptr: the driver accepts only its own memory; use --io mmap";
    if (!camera_buffers_request_userptr(&state->buffers, &state->camera, &state->format, slots))
        return SOURCE_NOTHING;
    source->slots = slots;
    source->queue = slots - USERPTR_OTHER;
    return SOURCE_OK;
}

static enum source_result start_mmap(struct source *source, const char **why)
{
    struct camera_source *state = source->state;
    *why = "--io mmap: the driver does not support streaming; use --io read";
    if (!(state->camera.caps & V4L2_CAP_STREAMING))
        return SOURCE_NOTHING;
    return camera_buffers_queue_mmap(&state->buffers, &state->camera, &state->format, MMAP_BUFFERS);
}

static enum source_result start_read(struct source *source, const char **why)
{
    const struct camera_source *state = source->state;
    *why = "--io read supports only the camera's own formats; use --io mmap";
    if (state->format.emulated.type || state->format.memories > 1)
        return SOURCE_NOTHING;
    *why = "--io read does not support the length of these rows; use --io mmap";
    if (!camera_format_fits_slot(&state->format))
        return SOURCE_NOTHING;
    *why = "--io read: the driver does not support read(); use --io mmap";
    return state->camera.direct && !(state->camera.caps & V4L2_CAP_READWRITE) ? SOURCE_NOTHING
                                                                              : SOURCE_OK;
}

/** The methods, the best one first. */
static const struct {
    enum source_io io;
    const char *name;
    uint32_t caps; // --io auto needs them
    enum source_result (*start)(struct source *source, const char **why);
} methods[] = {
    { SOURCE_IO_USERPTR, "userptr", V4L2_CAP_STREAMING, start_userptr },
    { SOURCE_IO_MMAP, "mmap", V4L2_CAP_STREAMING, start_mmap },
    { SOURCE_IO_READ, "read", V4L2_CAP_READWRITE, start_read },
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

static const char *io_name(enum source_io io)
{
    size_t i = 0;
    while (methods[i].io != io)
        i++;
    return methods[i].name;
}

/** Whether to try a method: the requested one, or with --io auto any that has not failed. */
static bool is_candidate(const struct source *source, size_t method)
{
    const struct camera_source *state = source->state;
    const enum source_io requested = source->options->io;
    if (requested != SOURCE_IO_AUTO)
        return requested == methods[method].io;
    return state->camera.caps & methods[method].caps &&
           !(source->tried_io & 1u << methods[method].io);
}

static size_t next_candidate(const struct source *source, size_t method)
{
    while (method < METHODS && !is_candidate(source, method))
        method++;
    return method;
}

enum source_result camera_io_start(struct source *source)
{
    struct camera_source *state = source->state;
    const bool automatic = source->options->io == SOURCE_IO_AUTO;
    enum source_result result = SOURCE_NOTHING;
    const char *why = "the driver supports neither streaming nor read()";
    source->queue = source->slots = 0;
    source->slot_bytes = state->format.slot_bytes;
    if (next_candidate(source, 0) == METHODS) // all have failed: start over
        source->tried_io = 0;
    for (size_t i = next_candidate(source, 0); i < METHODS; i = next_candidate(source, i + 1)) {
        state->camera.trial = automatic && next_candidate(source, i + 1) < METHODS;
        state->camera.direct = state->direct;
        state->io = methods[i].io;
        source->tried_io |= 1u << state->io;
        result = methods[i].start(source, &why);
        if (result == SOURCE_OK)
            return result;
        camera_buffers_stop(&state->buffers);
        if (result == SOURCE_NOTHING && automatic)
            tri_log_write(state->camera.log, TRI_LOG_DEBUG, "v4l2", "%s: %s", state->camera.path,
                          why);
        if (!automatic)
            break;
    }
    if (result != SOURCE_NOTHING)
        return result;
    return camera_refuse(&state->camera, "%s", why);
}

void camera_io_stop(struct camera_source *state)
{
    camera_buffers_stop(&state->buffers);
    state->enqueued = 0;
    state->weave = (struct camera_weave){ 0 };
    state->timestamps = (struct camera_timestamps){ .period_ns = state->timestamps.period_ns,
                                                    .reported = state->timestamps.reported };
}

enum source_result camera_io_fall_back(struct source *source, enum source_result result)
{
    struct camera_source *state = source->state;
    const enum source_io failed = state->io;
    if ((result != SOURCE_LOST && result != SOURCE_FAILED) || !state->camera.trial)
        return result;
    camera_io_stop(state);
    result = camera_io_start(source);
    if (result != SOURCE_OK)
        return result;
    tri_log_write(state->camera.log, TRI_LOG_INFO, "v4l2",
                  "%s: no frame with --io %s: using --io %s, one copy per frame",
                  state->camera.path, io_name(failed), io_name(state->io));
    return SOURCE_CHANGED;
}
