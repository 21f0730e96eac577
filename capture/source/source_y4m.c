/* SPDX-License-Identifier: MIT */
/** y4m:FILE|-: films with a header, as ffmpeg -f yuv4mpegpipe writes them. */
#include "video_file.h"
#include "y4m_header.h"

#include "program/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAME_LINE_MIN 6 // "FRAME" and a newline
#define HEADER_WAIT_MS 200

struct state {
    struct video_file file;
    struct y4m_header header;
    char line[Y4M_LINE_MAX];
    size_t line_bytes;
    bool in_picture;        // the line before it has been read
    uint32_t field;         // of that picture
    bool warned;            // of a line that is not quite right
    struct tri_draft aside; // for samples that have to be packed anew; data[0] is ours
};

static enum source_result explain(const struct video_file *file, uint64_t at, const char *why)
{
    tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: byte %" PRIu64 ": %s", file->name, at,
                  why);
    return SOURCE_FAILED;
}

/** Says the first time only that something of a film is not as it should be. */
static void warn(struct state *state, uint64_t at, const char *why)
{
    if (!state->warned)
        tri_log_write(state->file.log, TRI_LOG_WARN, state->file.part, "%s: byte %" PRIu64 ": %s",
                      state->file.name, at, why);
    state->warned = true;
}

/** Takes line ends away from the beginning of a line: some programs leave one behind a picture. */
static void skip_blank_lines(struct state *state)
{
    size_t blank = 0;

    while (blank < state->line_bytes && (state->line[blank] == '\n' || state->line[blank] == '\r'))
        blank++;
    if (!blank)
        return;
    warn(state, state->file.at - state->line_bytes,
         "an empty line where a frame must begin: ignored");
    state->line_bytes -= blank;
    memmove(state->line, state->line + blank, state->line_bytes);
}

/** Reads the rest of a line, without its newline. `least` bytes are there in any case.
 *  @return SOURCE_OK; SOURCE_END, nothing came before the end; SOURCE_NOTHING; SOURCE_FAILED */
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
            return explain(file, file->at - have, "no end of line where a header must end");

        size_t got;
        const enum source_result result = video_file_read(
            file, state->line + have, have < least ? least - have : 1, &got, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        if (got == 0)
            return have == 0 ? SOURCE_END : explain(file, file->at, "truncated within a header");
        state->line_bytes += got;
        if (least > 1 && have == 0) {
            skip_blank_lines(state);
            got = state->line_bytes;
        }
        // A short read may hold a newline already, before `least`: the line is bad then, and the
        // parser will say so.
        if (memchr(state->line + have, '\n', got) && state->line_bytes < least)
            return explain(file, file->at, "a frame must begin with FRAME");
    }
}

/** What was asked for on the command line must not contradict what the film says. */
static bool as_wanted(const struct video_file *file, const struct tri_video *wanted,
                      const struct tri_video *video)
{
    if ((!wanted->fourcc || wanted->fourcc == video->fourcc) &&
        (!wanted->width || (wanted->width == video->width && wanted->height == video->height)))
        return true;
    char fourcc[5];
    tri_log_write(file->log, TRI_LOG_ERROR, file->part,
                  "%s: is %ux%u %s; leave out --size and --format, or let ffmpeg convert it",
                  file->name, video->width, video->height, tri_fourcc_name(video->fourcc, fourcc));
    return false;
}

/** Makes room for 4:2:0 in words of 10 bits, which has to become P010. */
static bool open_aside(struct state *state)
{
    const struct tri_video *video = &state->header.video;
    const uint32_t across = (video->width + 1) / 2, down = (video->height + 1) / 2;
    struct tri_shape *shape = &state->file.shape;

    *shape = (struct tri_shape){ .planes = 3 };
    for (uint32_t p = 0; p < 3; p++) {
        struct tri_plane *plane = &shape->plane[p];
        plane->row_bytes = plane->stride = 2 * (p ? across : video->width);
        plane->rows = p ? down : video->height;
        plane->bytes = (uint64_t)plane->stride * plane->rows;
        plane->offset = shape->bytes;
        shape->bytes += plane->bytes;
    }
    for (uint32_t p = 0; p < 3; p++)
        state->file.row_bytes[p] = shape->plane[p].row_bytes;
    free(state->aside.data[0]);
    state->aside.shape = *shape;
    state->aside.data[0] = malloc(shape->bytes);
    for (uint32_t p = 1; p < 3; p++)
        state->aside.data[p] = state->aside.data[0] + shape->plane[p].offset;
    return state->aside.data[0];
}

/** Takes the line that was read for a header. */
static bool take_header(struct state *state)
{
    const struct video_file *file = &state->file;
    const uint64_t at = file->at - state->line_bytes - 1;
    struct y4m_issue issue;

    if (!y4m_parse_header(state->line, state->line_bytes, &state->header, &issue)) {
        explain(file, at + issue.at, issue.why);
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

    while ((result = read_line(state, 1, HEADER_WAIT_MS)) == SOURCE_NOTHING)
        if (stop_asked())
            return SOURCE_NOTHING;
    if (result == SOURCE_END)
        return explain(file, file->at, "is empty");
    if (result != SOURCE_OK)
        return result;
    return take_header(state) ? SOURCE_OK : SOURCE_FAILED;
}

/** What the header says becomes the source's. */
static enum source_result set_video(struct source *source)
{
    struct state *state = source->state;
    struct video_file *file = &state->file;

    if (!as_wanted(file, &source->options->wanted, &state->header.video))
        return SOURCE_MISUSED;
    source->video = state->header.video;
    video_file_set_rate(&source->video, &source->options->wanted);
    if (!video_file_expect(file, &source->video) ||
        (state->header.packing == Y4M_420P10 && !open_aside(state)))
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
    source->film = true;
    snprintf(source->label, sizeof(source->label), "y4m:%s", state->file.name);
    return set_video(source);
}

/** Another film follows, or the same one again: its header stands where a frame would.
 *  @return SOURCE_OK, a frame follows as those before; SOURCE_CHANGED; SOURCE_FAILED */
static enum source_result take_next_film(struct source *source)
{
    struct state *state = source->state;
    const struct tri_video before = source->video;
    const enum y4m_packing packing = state->header.packing;

    if (!take_header(state))
        return SOURCE_FAILED;
    const enum source_result result = set_video(source);
    if (result != SOURCE_OK)
        return SOURCE_FAILED;
    return tri_video_same(&source->video, &before) && state->header.packing == packing
               ? SOURCE_OK
               : SOURCE_CHANGED;
}

/** Reads the line before a picture; at the end of the file goes back to its beginning for --loop. */
static enum source_result read_frame_line(struct source *source, int timeout_ms)
{
    struct state *state = source->state;
    struct video_file *file = &state->file;
    struct y4m_issue issue;
    enum source_result result = read_line(state, FRAME_LINE_MIN, timeout_ms);

    if (result == SOURCE_END && file->pictures == 0)
        return explain(file, file->at, "there is no frame after the header");
    if (result == SOURCE_END && source->options->loop) {
        result = video_file_rewind(file);
        if (result == SOURCE_OK)
            result = read_line(state, FRAME_LINE_MIN, timeout_ms);
    }
    while (result == SOURCE_OK && y4m_is_header(state->line, state->line_bytes)) {
        result = take_next_film(source);
        if (result == SOURCE_OK)
            result = read_line(state, FRAME_LINE_MIN, timeout_ms);
    }
    if (result != SOURCE_OK)
        return result;
    const uint64_t at = file->at - state->line_bytes - 1;
    state->field = source->video.field;
    if (!y4m_parse_frame(state->line, state->line_bytes, &state->field, &issue))
        return explain(file, at + issue.at, issue.why);
    if (issue.why[0])
        warn(state, at + issue.at, issue.why);
    state->line_bytes = 0;
    return SOURCE_OK;
}

/** Words of 10 bits stand at the low end in the file and at the high end in P010. */
static void pack_words(const uint8_t *from, uint8_t *to, uint32_t count, uint32_t step)
{
    for (uint32_t i = 0; i < count; i++, from += 2, to += step) {
        const unsigned word = ((unsigned)from[0] | (unsigned)from[1] << 8) << 6;
        to[0] = (uint8_t)word;
        to[1] = (uint8_t)(word >> 8);
    }
}

static void pack_p010(const struct tri_draft *from, struct tri_draft *to)
{
    for (uint32_t p = 0; p < 3; p++) {
        const struct tri_plane *plane = &from->shape.plane[p];
        for (uint32_t row = 0; row < plane->rows; row++) {
            uint8_t *at = to->data[p ? 1 : 0] + (size_t)row * to->shape.plane[p ? 1 : 0].stride;
            pack_words(from->data[p] + (size_t)row * plane->stride, at + (p == 2 ? 2 : 0),
                       plane->row_bytes / 2, p ? 4 : 2);
        }
    }
    to->info.copies = 1;
}

static enum source_result y4m_fill(struct source *source, struct tri_draft **draft, int timeout_ms)
{
    struct state *state = source->state;
    const bool aside = state->header.packing == Y4M_420P10;
    enum source_result result;

    if (!state->in_picture) {
        result = read_frame_line(source, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        state->in_picture = true;
    }
    result =
        video_file_read_picture(&state->file, *draft && aside ? &state->aside : *draft, timeout_ms);
    if (result == SOURCE_END)
        return explain(&state->file, state->file.at, "truncated: no picture after FRAME");
    if (result != SOURCE_OK)
        return result;
    state->in_picture = false;
    if (*draft && aside)
        pack_p010(&state->aside, *draft);
    if (*draft) {
        (*draft)->info.driver_sequence = state->file.pictures - 1;
        (*draft)->info.video.field = state->field;
    }
    return SOURCE_OK;
}

static void y4m_close(struct source *source)
{
    struct state *state = source->state;

    if (state) {
        video_file_close(&state->file);
        free(state->aside.data[0]);
    }
    free(state);
    source->state = NULL;
}

const struct source_ops source_y4m = {
    .name = "y4m",
    .arg = "FILE|-",
    .summary = "a film from ffmpeg -f yuv4mpegpipe",
    .open = y4m_open,
    .fill = y4m_fill,
    .close = y4m_close,
};
