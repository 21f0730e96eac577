/* SPDX-License-Identifier: MIT */
/** Prints the description of each frame of a stream, one JSON object a line. Usage: camera-frames
 * NAME COUNT SECONDS; status 1 if fewer frames arrive in time. */
#include "picture/frame_clock.h"
#include "program/stats.h"

#include <stdio.h>
#include <stdlib.h>

enum { HEAD_BYTES = 16 };

/** The number in the blocks of pattern:clock, in frames of GREY, YU12 and NV12; -1: none. */
static json_int_t clock_number(const struct tri_frame *frame)
{
    const struct tri_plane *plane = &frame->shape.plane[0];
    const struct clock_picture picture = { .luma = frame->data[0],
                                           .step = 1,
                                           .stride = plane->stride,
                                           .width = plane->row_bytes,
                                           .height = plane->rows };
    struct clock_code code;
    const bool read = plane->row_bytes == frame->info.video.width &&
                      plane->rows == frame->info.video.height && picture.width >= CLOCK_WIDTH_MIN &&
                      picture.height >= CLOCK_HEIGHT_MIN &&
                      clock_decode(&picture, CLOCK_TOP, &code);
    return read ? (json_int_t)code.number : -1;
}

static bool print_frame(const struct tri_frame *frame)
{
    const struct tri_frame_info *info = &frame->info;
    const struct tri_video *video = &info->video;
    const unsigned char *data = frame->data[0];
    char format[5];
    char head[2 * HEAD_BYTES + 1]; // the first bytes of the frame
    for (size_t i = 0; i < HEAD_BYTES; i++)
        snprintf(head + 2 * i, 3, "%02x", data[i]);
    return stats_print_json(
        stdout,
        json_pack(
            "{sI sb sI sI sI sI sI sI sI si sb sb sb ss si si si si si si ss ss ss ss ss ss}",
            "clock", clock_number(frame), "by_sender", (info->flags & TRI_FRAME_TIME_SENDER) != 0,
            "number", (json_int_t)info->number, "driver_sequence",
            (json_int_t)info->driver_sequence, "capture_ns", (json_int_t)info->capture_ns,
            "publish_ns", (json_int_t)info->publish_ns, "dropped_driver",
            (json_int_t)info->dropped_driver, "dropped_writer", (json_int_t)info->dropped_writer,
            "generation", (json_int_t)info->generation, "copies", (int)info->copies, "no_signal",
            (info->flags & TRI_FRAME_NO_SIGNAL) != 0, "restart",
            (info->flags & TRI_FRAME_RESTART) != 0, "key", (info->flags & TRI_FRAME_KEY) != 0,
            "format", tri_fourcc_name(video->fourcc, format), "width", (int)video->width, "height",
            (int)video->height, "fps_num", (int)video->fps_num, "fps_den", (int)video->fps_den,
            "aspect_num", (int)video->aspect_num, "aspect_den", (int)video->aspect_den,
            "colorspace", tri_colorspace_name(video->colorspace), "matrix",
            tri_matrix_name(video->matrix), "transfer", tri_transfer_name(video->transfer), "range",
            tri_range_name(video->range), "field", tri_field_name(video->field), "head", head));
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    struct tri_frame frame = { 0 };
    tri_reader *reader = NULL;
    long seen = 0;
    if (argc != 4)
        return 2;
    const long wanted = strtol(argv[2], NULL, 10);
    const int64_t end_ns = tri_now_ns() + strtol(argv[3], NULL, 10) * 1000000000;
    const struct tri_reader_options options = { .name = argv[1],
                                                .mode = TRI_MODE_NEXT,
                                                .log = &log };
    if (tri_reader_open(&reader, &options) != TRI_OK)
        return 1;
    while (seen < wanted && tri_now_ns() < end_ns) {
        if (tri_reader_acquire(reader, &frame, 100) == TRI_OK && print_frame(&frame))
            seen++;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return seen == wanted ? 0 : 1;
}
