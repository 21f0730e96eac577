/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include "program/stop.h"

#include <triptych/copy.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TO_STDOUT }; // the first of the list

#define OPS(name) &sink_##name,
static const struct sink_ops *const sinks[] = { SINK_LIST(OPS) };
enum { SINKS = sizeof(sinks) / sizeof(sinks[0]) };

#define WORD(name) #name,
const char *const sink_words[] = { SINK_LIST(WORD) NULL };

int sink_of_path(const char *path)
{
    if (strcmp(path, "-") == 0)
        return TO_STDOUT;
    const char *ending = strrchr(path, '.');
    for (int to = 0; ending && to < SINKS; to++)
        for (const char *const *known = sinks[to]->endings; *known; known++)
            if (strcasecmp(ending + 1, *known) == 0)
                return to;
    return DUMP_TO_GUESS;
}

bool sink_one_frame(int to, const char *path)
{
    return sinks[to]->one_frame && sinks[to]->one_frame(path);
}

bool sink_is_one_file(int to)
{
    return !sinks[to]->own_files;
}

bool sink_open(struct sink *sink, int to, const char *path, const char *stream, const tri_log *log)
{
    *sink =
        (struct sink){ .ops = sinks[to], .format = sink_words[to], .stream = stream, .log = log };
    if (!sink->ops->own_files)
        return output_open(&sink->output, path, log);
    sink->output.path = path;
    return true;
}

bool sink_room(struct sink *sink, size_t bytes)
{
    if (scratch_reserve(&sink->memory, bytes))
        return true;
    tri_log_write(sink->log, TRI_LOG_ERROR, "output", "out of memory for a frame of %zu bytes",
                  bytes);
    return false;
}

/* Copies the frame out of the segment, in the same layout. */
static bool copy_out(struct sink *sink)
{
    const struct tri_shape *shape = &sink->picture.shape;
    size_t bytes = 0;
    for (uint32_t p = 0; p < shape->planes; p++)
        bytes += (size_t)shape->plane[p].bytes;
    if (!sink_room(sink, bytes))
        return false;
    uint8_t *to = sink->memory.data;
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        const size_t used = plane->rows
                                ? (size_t)plane->stride * (plane->rows - 1) + plane->row_bytes
                                : (size_t)sink->picture.info.bytes_used;
        tri_copy(to, sink->picture.data[p], used);
        sink->picture.data[p] = to;
        to += plane->bytes;
    }
    sink->in_slot = false;
    return true;
}

static bool begin(struct sink *sink, const struct tri_frame *frame)
{
    const struct tri_video *video = &frame->info.video;
    if (sink->begun) {
        const struct tri_video *first = &sink->video;
        if (sink->ops->follows_changes ||
            (first->fourcc == video->fourcc && first->width == video->width &&
             first->height == video->height && tri_video_range(first) == tri_video_range(video)))
            return true;
        char was[5];
        char is[5];
        tri_log_write(
            sink->log, TRI_LOG_ERROR, "output",
            "%s: the stream changed from %ux%u %s %s to %ux%u %s %s, which a %s file cannot hold: "
            "the file ends here, complete; run triptych-dump again for the rest",
            sink->output.path, first->width, first->height, tri_fourcc_name(first->fourcc, was),
            tri_range_name(tri_video_range(first)), video->width, video->height,
            tri_fourcc_name(video->fourcc, is), tri_range_name(tri_video_range(video)),
            sink->format);
        return false;
    }
    sink->video = *video;
    if (sink->fps.num) {
        sink->video.fps_num = sink->fps.num;
        sink->video.fps_den = sink->fps.den;
    }
    sink->begun = true;
    return sink->ops->begin(sink, frame);
}

static enum sink_result failed(const struct sink *sink)
{
    if (sink->output.error == EINTR && stop_requested())
        return SINK_STOPPED;
    if (sink->output.error)
        output_log_error(&sink->output);
    return SINK_FAILED;
}

/* Keeps the written frame for sink_repeat(); its predecessor's memory serves the next frame. */
static void keep_last(struct sink *sink)
{
    const struct scratch memory = sink->last_memory;
    sink->last = sink->picture;
    sink->last_memory = sink->memory;
    sink->memory = memory;
}

enum sink_result sink_repeat(struct sink *sink)
{
    sink->picture = sink->last;
    output_mark(&sink->output);
    if (sink->ops->put(sink))
        return SINK_OK;
    if (sink->output.can_undo)
        output_undo(&sink->output);
    return failed(sink);
}

enum sink_result sink_write(struct sink *sink, tri_reader *reader, const struct tri_frame *frame)
{
    if (!begin(sink, frame))
        return failed(sink);
    sink->in_slot = true;
    sink->picture = *frame;
    const enum sink_result taken = sink->ops->take(sink, frame);
    if (taken != SINK_OK)
        return tri_reader_is_intact(reader, frame) ? taken : SINK_TORN;

    // Directly from the slot only if a frame that is overwritten meanwhile can be removed again.
    const bool direct =
        sink->in_slot && tri_frame_is_locked(frame) && sink->output.can_undo && !sink->fps.num;
    if (sink->in_slot && !direct && !copy_out(sink))
        return SINK_FAILED;
    if (!direct && !tri_reader_is_intact(reader, frame))
        return SINK_TORN;

    output_mark(&sink->output);
    if (!sink->ops->put(sink)) {
        if (sink->output.can_undo)
            output_undo(&sink->output); // the frames before it remain a complete file
        return failed(sink);
    }
    if (direct && !tri_reader_is_intact(reader, frame)) {
        if (output_undo(&sink->output))
            return SINK_TORN;
        tri_log_write(sink->log, TRI_LOG_ERROR, "output",
                      "%s: its last frame is torn and cannot be removed: %s", sink->output.path,
                      strerror(errno));
        return SINK_FAILED;
    }
    sink->taken++;
    if (sink->fps.num)
        keep_last(sink);
    return SINK_OK;
}

bool sink_close(struct sink *sink)
{
    if (sink->ops && sink->ops->close)
        sink->ops->close(sink);
    scratch_finish(&sink->memory);
    scratch_finish(&sink->last_memory);
    if (!sink->taken)
        output_discard(&sink->output); // a header without a frame
    return output_close(&sink->output);
}
