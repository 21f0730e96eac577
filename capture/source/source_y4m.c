/* SPDX-License-Identifier: MIT */
/** y4m:FILE|-: video with a header, as ffmpeg -f yuv4mpegpipe writes it. */
#include "video_file.h"
#include "y4m_header.h"

#include "program/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_LINE_MIN 6 // "FRAME" and a newline

/** What fill() does next. */
enum step { READ_HEADER, READ_PIXELS, DELIVER };

struct state {
    struct video_file file;
    struct y4m_header header;
    char line[Y4M_LINE_MAX];
    size_t line_bytes;
    enum step step;
    uint32_t field;            // of the current frame
    bool warned;               // about a header line
    struct tri_draft unpacked; // buffer for samples that have to be repacked; data[0] is allocated
};

static enum source_result fail(const struct video_file *file, uint64_t at, const char *why)
{
    tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: byte %" PRIu64 ": %s", file->name, at,
                  why);
    return SOURCE_FAILED;
}

/** Logs a deviation from the format, only the first one of a file. */
static void warn(struct state *state, uint64_t at, const char *why)
{
    if (!state->warned)
        tri_log_write(state->file.log, TRI_LOG_WARN, state->file.part, "%s: byte %" PRIu64 ": %s",
                      state->file.name, at, why);
    state->warned = true;
}

/** Removes empty lines before a header line: some programs write one after a frame. */
static void skip_blank_lines(struct state *state)
{
    size_t blank = 0;
    while (blank < state->line_bytes && (state->line[blank] == '\n' || state->line[blank] == '\r'))
        blank++;
    if (!blank)
        return;
    warn(state, state->file.at - state->line_bytes, "empty line before a frame: ignored");
    state->line_bytes -= blank;
    memmove(state->line, state->line + blank, state->line_bytes);
}

/** Reads the rest of a line, without its newline. `least`: bytes that a valid line has at least.
 *  @return SOURCE_OK; SOURCE_END, the file ended before the line; SOURCE_NOTHING; SOURCE_FAILED */
static enum source_result read_line(struct state *state, size_t least, int timeout_ms)
{
    struct video_file *file = &state->file;
    for (;;) {
        const size_t have = state->line_bytes;
        if (have >= least && state->line[have - 1] == '\n') {
            state->line_bytes--;
            return SOURCE_OK;
        }
        if (have == sizeof(state->line))
            return fail(file, file->at - have, "header line too long");

        size_t got;
        const enum source_result result = video_file_read(
            file, state->line + have, have < least ? least - have : 1, &got, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        if (got == 0)
            return have == 0 ? SOURCE_END : fail(file, file->at, "truncated in a header");
        state->line_bytes += got;
        if (least > 1 && have == 0) {
            skip_blank_lines(state);
            got = state->line_bytes;
        }
        // A line shorter than `least` is no frame header.
        if (memchr(state->line + have, '\n', got) && state->line_bytes < least)
            return fail(file, file->at, "a frame must begin with FRAME");
    }
}

/** Whether the command line agrees with the header. */
static bool is_wanted(const struct video_file *file, const struct tri_video *wanted,
                      const struct tri_video *video)
{
    if ((!wanted->fourcc || wanted->fourcc == video->fourcc) &&
        (!wanted->width || (wanted->width == video->width && wanted->height == video->height)))
        return true;
    char fourcc[5];
    tri_log_write(file->log, TRI_LOG_ERROR, file->part,
                  "%s: is %ux%u %s; omit --size and --format, or convert it with ffmpeg",
                  file->name, video->width, video->height, tri_fourcc_name(video->fourcc, fourcc));
    return false;
}

/** Allocates the buffer for planes of words, which are packed as the format has them. */
static bool open_unpacked(struct state *state)
{
    const struct tri_video *video = &state->header.video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    struct tri_shape *shape = &state->file.shape;
    *shape = (struct tri_shape){ .planes = 3 };
    for (uint32_t p = 0; p < 3; p++) {
        const struct tri_component *component = &format->component[p];
        struct tri_plane *plane = &shape->plane[p];
        plane->row_bytes = (video->width + component->across - 1) / component->across * 2;
        plane->stride = plane->row_bytes;
        plane->rows = (video->height + component->down - 1) / component->down;
        plane->bytes = (uint64_t)plane->stride * plane->rows;
        plane->offset = shape->bytes;
        shape->bytes += plane->bytes;
    }
    for (uint32_t p = 0; p < 3; p++)
        state->file.row_bytes[p] = shape->plane[p].row_bytes;
    free(state->unpacked.data[0]);
    state->unpacked.shape = *shape;
    state->unpacked.data[0] = malloc((size_t)shape->bytes);
    for (uint32_t p = 1; p < 3; p++)
        state->unpacked.data[p] = state->unpacked.data[0] + shape->plane[p].offset;
    return state->unpacked.data[0];
}

/** Parses the line that was read as a stream header. */
static bool parse_header(struct state *state)
{
    const struct video_file *file = &state->file;
    const uint64_t at = file->at - state->line_bytes - 1;
    struct y4m_issue issue;
    if (!y4m_parse_header(state->line, state->line_bytes, &state->header, &issue)) {
        fail(file, at + issue.at, issue.why);
        return false;
    }
    if (issue.why[0])
        warn(state, at + issue.at, issue.why);
    state->line_bytes = 0;
    return true;
}

static enum source_result read_header(struct state *state)
{
    struct video_file *file = &state->file;
    enum source_result result;
    while ((result = read_line(state, 1, -1)) == SOURCE_NOTHING)
        if (stop_requested())
            return SOURCE_NOTHING;
    if (result == SOURCE_END)
        return fail(file, file->at, "is empty");
    if (result != SOURCE_OK)
        return result;
    return parse_header(state) ? SOURCE_OK : SOURCE_FAILED;
}

/** Applies the header to the source. */
static enum source_result set_video(struct source *source)
{
    struct state *state = source->state;
    struct video_file *file = &state->file;
    if (!is_wanted(file, &source->options->wanted, &state->header.video))
        return SOURCE_MISUSED;
    source->video = state->header.video;
    video_file_set_rate(&source->video, &source->options->wanted);
    if (!video_file_set_layout(file, &source->video) ||
        (state->header.packing == Y4M_WORDS && !open_unpacked(state)))
        return SOURCE_FAILED;
    return SOURCE_OK;
}

static enum source_result y4m_open(struct source *source)
{
    struct state *state = calloc(1, sizeof(*state));
    source->state = state;
    if (!state)
        return SOURCE_FAILED;
    enum source_result result = video_file_open(&state->file, "y4m", source->options);
    if (result == SOURCE_OK)
        result = read_header(state);
    if (result != SOURCE_OK)
        return result;
    snprintf(source->label, sizeof(source->label), "y4m:%s", state->file.name);
    result = set_video(source);
    schedule_init(&source->schedule, source->video.fps_num, source->video.fps_den);
    return result;
}

/** Handles a stream header in place of a frame: --loop, or files that were concatenated.
 *  @return SOURCE_OK, the next frames are like those before; SOURCE_CHANGED; SOURCE_FAILED */
static enum source_result continue_with_header(struct source *source)
{
    struct state *state = source->state;
    const struct tri_video before = source->video;
    const enum y4m_packing packing = state->header.packing;
    if (!parse_header(state))
        return SOURCE_FAILED;
    const enum source_result result = set_video(source);
    if (result != SOURCE_OK)
        return SOURCE_FAILED;
    if (tri_video_same(&source->video, &before) && state->header.packing == packing)
        return SOURCE_OK;
    schedule_init(&source->schedule, source->video.fps_num, source->video.fps_den);
    return SOURCE_CHANGED;
}

/** Reads the header line of a frame; with --loop, rewinds at the end of the file. */
static enum source_result read_frame_header(struct source *source, int timeout_ms)
{
    struct state *state = source->state;
    struct video_file *file = &state->file;
    struct y4m_issue issue;
    enum source_result result = read_line(state, FRAME_LINE_MIN, timeout_ms);
    if (result == SOURCE_END && file->frames == 0)
        return fail(file, file->at, "no frame after the header");
    if (result == SOURCE_END && source->options->loop) {
        result = video_file_rewind(file);
        if (result == SOURCE_OK)
            result = read_line(state, FRAME_LINE_MIN, timeout_ms);
    }
    while (result == SOURCE_OK && y4m_is_header(state->line, state->line_bytes)) {
        result = continue_with_header(source);
        if (result == SOURCE_OK)
            result = read_line(state, FRAME_LINE_MIN, timeout_ms);
    }
    if (result != SOURCE_OK)
        return result;
    const uint64_t at = file->at - state->line_bytes - 1;
    state->field = source->video.field;
    if (!y4m_parse_frame(state->line, state->line_bytes, &state->field, &issue))
        return fail(file, at + issue.at, issue.why);
    if (issue.why[0])
        warn(state, at + issue.at, issue.why);
    state->line_bytes = 0;
    return SOURCE_OK;
}

/** Writes the samples of a row, 16-bit words, where `component` has them. */
static void pack_words(const struct tri_component *component, const uint8_t *from, uint8_t *row,
                       uint32_t count)
{
    uint8_t *to = row + (size_t)component->first * 2;
    for (uint32_t i = 0; i < count; i++, from += 2, to += (size_t)component->every * 2) {
        const unsigned word = ((unsigned)from[0] | (unsigned)from[1] << 8) << component->shift;
        to[0] = (uint8_t)word;
        to[1] = (uint8_t)(word >> 8);
    }
}

/** Packs planes of words into the frame's own. */
static void pack(const struct tri_draft *from, struct tri_draft *to)
{
    const struct tri_format *format = tri_format_find(to->info.video.fourcc);
    for (uint32_t p = 0; p < 3; p++) {
        const struct tri_component *component = &format->component[p];
        const struct tri_plane *plane = &from->shape.plane[p];
        for (uint32_t row = 0; row < plane->rows; row++)
            pack_words(component, from->data[p] + (size_t)row * plane->stride,
                       to->data[component->plane] +
                           (size_t)row * to->shape.plane[component->plane].stride,
                       plane->row_bytes / 2);
    }
    to->info.copies = 1;
}

static enum source_result read_pixels(struct state *state, struct tri_draft *draft, int timeout_ms)
{
    const bool repack = draft && state->header.packing == Y4M_WORDS;
    const enum source_result result =
        video_file_read_frame(&state->file, repack ? &state->unpacked : draft, timeout_ms);
    if (result == SOURCE_END)
        return fail(&state->file, state->file.at, "truncated: no pixels after FRAME");
    if (result != SOURCE_OK)
        return result;
    if (repack)
        pack(&state->unpacked, draft);
    if (draft)
        draft->info.video.field = state->field;
    return SOURCE_OK;
}

static enum source_result y4m_fill(struct source *source, struct tri_draft **draft, int timeout_ms)
{
    struct state *state = source->state;
    enum source_result result = SOURCE_OK;
    if (state->step == READ_HEADER) {
        result = read_frame_header(source, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        state->step = READ_PIXELS;
    }
    if (state->step == READ_PIXELS) {
        result = read_pixels(state, *draft, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        state->step = DELIVER;
    }
    result = video_file_deliver(&state->file, source, *draft, timeout_ms);
    if (result == SOURCE_OK)
        state->step = READ_HEADER;
    return result;
}

static void y4m_close(struct source *source)
{
    struct state *state = source->state;
    if (state) {
        video_file_close(&state->file);
        free(state->unpacked.data[0]);
    }
    free(state);
    source->state = NULL;
}

const struct source_ops source_y4m = {
    .name = "y4m",
    .arg = "FILE|-",
    .summary = "video from ffmpeg -f yuv4mpegpipe",
    .flags = SOURCE_SCHEDULE,
    .open = y4m_open,
    .fill = y4m_fill,
    .close = y4m_close,
};
