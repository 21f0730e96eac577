/* SPDX-License-Identifier: MIT */
/* YUV4MPEG2 as in yuv4mpeg(5) of mjpegtools and in ffmpeg. Samples are never changed: a format
 * that y4m lacks is refused, with a command that converts it. */
#include "picture/component.h"
#include "picture/planar.h"
#include "program/caps.h"
#include "sink.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const endings[] = { "y4m", NULL };

/* Whether y4m has this format: YUV and grey, one plane per component. */
static bool has_format(const struct tri_format *format)
{
    return format && (format->family == TRI_FAMILY_YUV || format->family == TRI_FAMILY_GREY);
}

static char field_letter(uint32_t field)
{
    switch (field) {
    case TRI_FIELD_NONE:
        return 'p';
    case TRI_FIELD_INTERLACED:
        return 'm'; // mixed: each frame has its own order
    case TRI_FIELD_INTERLACED_TB:
        return 't';
    case TRI_FIELD_INTERLACED_BT:
        return 'b';
    default:
        return '?';
    }
}

/* Parameters of a frame in a file of mixed field order: presentation, and sampling. */
static const char *frame_fields(uint32_t field)
{
    switch (field) {
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

/* The tag of 8-bit 4:2:0, the only one with chroma siting. */
static const char *sited_tag(const struct tri_video *video)
{
    switch (video->siting) {
    case TRI_SITING_DEFAULT:
        return tri_video_range(video) == TRI_RANGE_FULL ? "420jpeg" : "420mpeg2";
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

/* The tag of the samples: "420p10", "422", "mono12". */
static const char *samples_tag(const struct tri_video *video, char text[16])
{
    const struct tri_format *format = tri_format_find(video->fourcc);
    const struct tri_component *chroma = &format->component[1];
    const unsigned bits = component_bits(&format->component[0], video);
    const bool grey = format->family == TRI_FAMILY_GREY;
    const char *const name = grey                  ? "mono"
                             : chroma->down == 2   ? "420"
                             : chroma->across == 2 ? "422"
                                                   : "444";
    if (!grey && chroma->down == 2 && bits == 8)
        return sited_tag(video);
    if (bits == 8)
        snprintf(text, 16, "%s", name);
    else
        snprintf(text, 16, "%s%s%u", name, grey ? "" : "p", bits);
    return text;
}

static bool y4m_begin(struct sink *sink, const struct tri_frame *frame)
{
    const struct tri_video *video = &frame->info.video;
    if (!has_format(tri_format_find(video->fourcc))) {
        char line[CAPS_BYTES];
        char text[5];
        const char *const ffmpeg = caps_ffmpeg(video, line, sizeof(line));
        tri_fourcc_name(video->fourcc, text);
        if (*ffmpeg)
            tri_log_write(sink->log, TRI_LOG_ERROR, "y4m",
                          "y4m has no %s; use raw video: triptych-dump --to raw -o - %s | ffmpeg "
                          "%s OUTPUT",
                          text, sink->stream, ffmpeg);
        else
            tri_log_write(sink->log, TRI_LOG_ERROR, "y4m", "y4m has no %s; use --to raw", text);
        return false;
    }
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const struct tri_video *output = &sink->video; // its rate may differ
    const bool timed = output->fps_num && output->fps_den;
    char tag[16];
    return output_text(&sink->output, "YUV4MPEG2 W%u H%u F%u:%u I%c A%u:%u C%s XCOLORRANGE=%s\n",
                       video->width, video->height, timed ? output->fps_num : 0,
                       timed ? output->fps_den : 0, field_letter(video->field), video->aspect_num,
                       video->aspect_den, samples_tag(video, tag), full ? "FULL" : "LIMITED");
}

/* The header is at the beginning of the file: a later change can only be logged. */
static void log_change(struct sink *sink, const struct tri_video *now)
{
    struct tri_video *header = &sink->video;
    const bool mixed = header->field == TRI_FIELD_INTERLACED;
    char from[64];
    char to[64];
    if (!sink->fps.num && (now->fps_num != header->fps_num || now->fps_den != header->fps_den)) {
        snprintf(from, sizeof(from), "%u/%u frames per second", header->fps_num, header->fps_den);
        snprintf(to, sizeof(to), "%u/%u", now->fps_num, now->fps_den);
        header->fps_num = now->fps_num;
        header->fps_den = now->fps_den;
    } else if (!mixed && field_letter(now->field) != field_letter(header->field)) {
        snprintf(from, sizeof(from), "field order %s", tri_field_name(header->field));
        snprintf(to, sizeof(to), "%s", tri_field_name(now->field));
        header->field = now->field;
    } else if (now->aspect_num != header->aspect_num || now->aspect_den != header->aspect_den) {
        snprintf(from, sizeof(from), "pixel aspect %u:%u", header->aspect_num, header->aspect_den);
        snprintf(to, sizeof(to), "%u:%u", now->aspect_num, now->aspect_den);
        header->aspect_num = now->aspect_num;
        header->aspect_den = now->aspect_den;
    } else {
        return;
    }
    tri_log_write(
        sink->log, TRI_LOG_WARN, "y4m",
        "%s: the stream changed from %s to %s: the file's header keeps the first; start a "
        "new recording for a correct header",
        sink->output.path, from, to);
}

static enum sink_result y4m_take(struct sink *sink, const struct tri_frame *frame)
{
    const struct tri_video *video = &frame->info.video;
    const struct tri_format *format = tri_format_find(video->fourcc);
    struct tri_shape *shape = &sink->picture.shape;
    log_change(sink, video);
    if (planar_is(format)) {
        for (unsigned c = 0; c < format->components; c++) {
            const unsigned plane = format->component[c].plane;
            sink->picture.data[c] = frame->data[plane];
            shape->plane[c] = frame->shape.plane[plane];
        }
        return SINK_OK;
    }
    planar_shape(format, video->width, video->height, 1, shape);
    if (!sink_room(sink, (size_t)shape->bytes))
        return SINK_FAILED;
    uint8_t *to[3];
    uint32_t stride[3];
    for (unsigned c = 0; c < 3; c++) {
        to[c] = sink->memory.data + shape->plane[c].offset;
        stride[c] = shape->plane[c].stride;
        sink->picture.data[c] = to[c];
    }
    for (unsigned p = 0; p < frame->shape.planes; p++)
        planar_split(format, p, frame->data[p], frame->shape.plane[p].stride, to, stride,
                     video->width, frame->shape.plane[p].rows);
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
    .endings = endings,
    .begin = y4m_begin,
    .take = y4m_take,
    .put = y4m_put,
};
