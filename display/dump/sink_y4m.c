/* SPDX-License-Identifier: MIT */
/* YUV4MPEG2, as mjpegtools' yuv4mpeg(5) and ffmpeg read it. Samples are never changed: a format
 * that y4m does not have is refused, with the command that does it. */
#include "program/caps.h"
#include "sink.h"
#include "unpack.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const endings[] = { "y4m", NULL };

static const struct y4m_kind {
    uint32_t fourcc;
    const char *full, *limited; // colour space tags, where the stream does not say how chroma lies
    struct unpack_rule rule;
} kinds[] = {
    { TRI_FOURCC_YU12, "420jpeg", "420mpeg2", { UNPACK_NOT, { 0, 1, 2 } } },
    { TRI_FOURCC_YV12, "420jpeg", "420mpeg2", { UNPACK_NOT, { 0, 2, 1 } } },
    { TRI_FOURCC_NV12, "420jpeg", "420mpeg2", { UNPACK_SEMI, { 0 } } },
    { TRI_FOURCC_NV21, "420jpeg", "420mpeg2", { UNPACK_SEMI, { 0 } } },
    { TRI_FOURCC_P010, "420p10", "420p10", { UNPACK_TOP10, { 0 } } },
    { TRI_FOURCC_422P, "422", "422", { UNPACK_NOT, { 0, 1, 2 } } },
    { TRI_FOURCC_NV16, "422", "422", { UNPACK_SEMI, { 0 } } },
    { TRI_FOURCC_YUYV, "422", "422", { UNPACK_PACKED, { 0 } } },
    { TRI_FOURCC_UYVY, "422", "422", { UNPACK_PACKED, { 0 } } },
    { TRI_FOURCC_YVYU, "422", "422", { UNPACK_PACKED, { 0 } } },
    { TRI_FOURCC_GREY, "mono", "mono", { UNPACK_NOT, { 0, 1, 2 } } },
    { TRI_FOURCC_Y16, "mono16", "mono16", { UNPACK_NOT, { 0, 1, 2 } } },
};

static const struct y4m_kind *kind_of(uint32_t fourcc)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].fourcc == fourcc)
            return &kinds[i];
    return NULL;
}

static char field_letter(uint32_t field)
{
    switch (field) {
    case TRI_FIELD_ANY:
    case TRI_FIELD_NONE:
        return 'p';
    case TRI_FIELD_INTERLACED:
        return 'm'; // each frame tells its own order
    case TRI_FIELD_INTERLACED_TB:
        return 't';
    case TRI_FIELD_INTERLACED_BT:
        return 'b';
    default:
        return '?';
    }
}

/* What a frame of a film with mixed fields says of itself: how it is shown, and how it was sampled. */
static const char *frame_fields(uint32_t field)
{
    switch (field) {
    case TRI_FIELD_ANY:
    case TRI_FIELD_NONE:
        return " I1pp";
    case TRI_FIELD_INTERLACED_TB:
        return " Itii";
    case TRI_FIELD_INTERLACED_BT:
        return " Ibii";
    default:
        return " I???";
    }
}

static const char *samples_tag(const struct tri_video *video, const struct y4m_kind *kind)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const bool sited = strcmp(kind->full, "420jpeg") == 0; // the other tags tell no place

    if (video->fourcc == TRI_FOURCC_Y16)
        return video->bits == 9    ? "mono9"
               : video->bits == 10 ? "mono10"
               : video->bits == 12 ? "mono12"
                                   : kind->full;
    if (!sited || video->siting == TRI_SITING_DEFAULT)
        return full ? kind->full : kind->limited;
    switch (video->siting) {
    case TRI_SITING_CENTER:
    case TRI_SITING_TOP:
    case TRI_SITING_BOTTOM:
        return "420jpeg";
    case TRI_SITING_TOPLEFT:
        return "420paldv";
    default:
        return "420mpeg2";
    }
}

static bool y4m_begin(struct sink *sink, const struct tri_frame *frame)
{
    const struct tri_video *video = &frame->info.video;
    const struct y4m_kind *kind = kind_of(video->fourcc);
    if (!kind) {
        char line[CAPS_BYTES];
        char text[5];
        tri_log_write(
            sink->log, TRI_LOG_ERROR, "y4m",
            "y4m has no %s; hand it on raw: triptych-dump --to raw -o - %s | ffmpeg %s OUTPUT",
            tri_fourcc_name(video->fourcc, text), sink->stream,
            caps_ffmpeg(&sink->video, line, sizeof line));
        return false;
    }
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const struct tri_video *output = &sink->video; // its rate may be another
    const bool timed = output->fps_num && output->fps_den;
    return output_text(&sink->output, "YUV4MPEG2 W%u H%u F%u:%u I%c A%u:%u C%s XCOLORRANGE=%s\n",
                       video->width, video->height, timed ? output->fps_num : 0,
                       timed ? output->fps_den : 0, field_letter(video->field), video->aspect_num,
                       video->aspect_den, samples_tag(video, kind), full ? "FULL" : "LIMITED");
}

/* The header stands at the beginning of the file: what changes later can only be logged. */
static void tell_of_change(struct sink *sink, const struct tri_video *now)
{
    struct tri_video *said = &sink->video;
    const bool mixed = said->field == TRI_FIELD_INTERLACED;
    char from[64];
    char to[64];

    if (!sink->fps.num && (now->fps_num != said->fps_num || now->fps_den != said->fps_den)) {
        snprintf(from, sizeof from, "%u/%u frames a second", said->fps_num, said->fps_den);
        snprintf(to, sizeof to, "%u/%u", now->fps_num, now->fps_den);
        said->fps_num = now->fps_num;
        said->fps_den = now->fps_den;
    } else if (!mixed && field_letter(now->field) != field_letter(said->field)) {
        snprintf(from, sizeof from, "fields: %s", tri_field_name(said->field));
        snprintf(to, sizeof to, "%s", tri_field_name(now->field));
        said->field = now->field;
    } else if (now->aspect_num != said->aspect_num || now->aspect_den != said->aspect_den) {
        snprintf(from, sizeof from, "pixels of %u:%u", said->aspect_num, said->aspect_den);
        snprintf(to, sizeof to, "%u:%u", now->aspect_num, now->aspect_den);
        said->aspect_num = now->aspect_num;
        said->aspect_den = now->aspect_den;
    } else {
        return;
    }
    tri_log_write(sink->log, TRI_LOG_WARN, "y4m",
                  "%s: the stream changed from %s to %s, the file's header stays: record anew for "
                  "a header that is right",
                  sink->output.path, from, to);
}

static enum sink_result y4m_take(struct sink *sink, const struct tri_frame *frame)
{
    const struct unpack_rule *rule = &kind_of(frame->info.video.fourcc)->rule;

    tell_of_change(sink, &frame->info.video);
    if (rule->how == UNPACK_NOT) {
        for (uint32_t p = 0; p < frame->shape.planes; p++) {
            sink->picture.data[p] = frame->data[rule->order[p]];
            sink->picture.shape.plane[p] = frame->shape.plane[rule->order[p]];
        }
        return SINK_OK;
    }
    unpack_sizes(frame, rule, &sink->picture.shape);
    if (!sink_room(sink, sink->picture.shape.bytes))
        return SINK_FAILED;
    unpack(frame, rule, &sink->picture.shape, sink->memory);
    for (uint32_t p = 0; p < sink->picture.shape.planes; p++)
        sink->picture.data[p] = sink->memory + sink->picture.shape.plane[p].offset;
    sink->in_slot = false;
    return SINK_OK;
}

static bool y4m_put(struct sink *sink)
{
    const bool mixed = sink->video.field == TRI_FIELD_INTERLACED;
    output_text(&sink->output, "FRAME%s\n",
                mixed ? frame_fields(sink->picture.info.video.field) : "");
    for (uint32_t p = 0; p < sink->picture.shape.planes; p++) {
        const struct tri_plane *plane = &sink->picture.shape.plane[p];
        output_rows(&sink->output, sink->picture.data[p], plane->stride, plane->row_bytes,
                    plane->rows);
    }
    return output_flush(&sink->output);
}

const struct sink_ops sink_y4m = {
    .name = "y4m",
    .endings = endings,
    .begin = y4m_begin,
    .take = y4m_take,
    .put = y4m_put,
};
