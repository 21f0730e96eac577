/* SPDX-License-Identifier: MIT */
/*
 * Writes a stream of colour bars whose samples come from the textbook's formulas, not from any
 * library: they verify the colours in a viewer. Below the bars a white block moves with each frame.
 */
#include <program/cli.h>
#include <program/stop.h>

#include <triptych/triptych.h>

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BARS = 8 };

/** Components between 0 and 1. */
struct color {
    double r;
    double g;
    double b;
};

#define DIM (191 / 255.0)
static const struct color bars[BARS] = {
    { 1, 1, 1 },     { DIM, DIM, 0 }, { 0, DIM, DIM }, { 0, DIM, 0 },
    { DIM, 0, DIM }, { DIM, 0, 0 },   { 0, 0, DIM },   { 0, 0, 0 },
};

/** The components of one group of each plane, in byte order: X is padding. */
static const struct samples {
    uint32_t fourcc;
    unsigned bits; // of a component, and its lowest bit
    unsigned shift;
    const char *plane[3];
} layouts[] = {
    { TRI_FOURCC_YUYV, 8, 0, { "YUYV" } },        { TRI_FOURCC_UYVY, 8, 0, { "UYVY" } },
    { TRI_FOURCC_YVYU, 8, 0, { "YVYU" } },        { TRI_FOURCC_NV12, 8, 0, { "Y", "UV" } },
    { TRI_FOURCC_NV21, 8, 0, { "Y", "VU" } },     { TRI_FOURCC_NV16, 8, 0, { "Y", "UV" } },
    { TRI_FOURCC_YU12, 8, 0, { "Y", "U", "V" } }, { TRI_FOURCC_YV12, 8, 0, { "Y", "V", "U" } },
    { TRI_FOURCC_422P, 8, 0, { "Y", "U", "V" } }, { TRI_FOURCC_RGB3, 8, 0, { "RGB" } },
    { TRI_FOURCC_BGR3, 8, 0, { "BGR" } },         { TRI_FOURCC_XR24, 8, 0, { "BGRX" } },
    { TRI_FOURCC_AR24, 8, 0, { "BGRX" } },        { TRI_FOURCC_AB24, 8, 0, { "RGBX" } },
    { TRI_FOURCC_GREY, 8, 0, { "Y" } },           { TRI_FOURCC_Y16, 16, 0, { "Y" } },
    { TRI_FOURCC_P010, 10, 6, { "Y", "UV" } },
};

static struct color color_at(const struct tri_video *video, uint64_t frame, uint32_t x, uint32_t y)
{
    assert(video->width > 0);
    const uint32_t block = video->width / BARS + 1;

    if (x >= video->width)
        x = video->width - 1;
    if (y < video->height - video->height / BARS)
        return bars[x * BARS / video->width];
    const uint32_t from = (uint32_t)(frame * 4 % video->width);
    return x >= from && x < from + block ? bars[0] : bars[BARS - 1];
}

/** A share of white as its code; the limited range is defined in 8 bits, with 5 and 6 as a
 * share. */
static unsigned level(double share, unsigned bits, bool full)
{
    const double most = ldexp(1, (int)bits) - 1;
    const double unit = bits < 8 ? most / 255 : ldexp(1, (int)bits - 8);
    return (unsigned)lround(full ? share * most : (16 + 219 * share) * unit);
}

/** One component of a colour as its code in `bits` bits. */
static unsigned code(const struct tri_video *video, struct color c, char component, unsigned bits)
{
    const bool full = tri_video_range(video) == TRI_RANGE_FULL;
    const double step = ldexp(1, (int)bits - 8); // the limited range is defined in 8 bits
    const double most = ldexp(1, (int)bits) - 1;
    double kr = 0.299;
    double kb = 0.114;
    switch (tri_video_matrix(video)) {
    case TRI_MATRIX_709:
        kr = 0.2126, kb = 0.0722;
        break;
    case TRI_MATRIX_BT2020:
        kr = 0.2627, kb = 0.0593;
        break;
    default:
        break;
    }
    const double luma = kr * c.r + (1 - kr - kb) * c.g + kb * c.b;
    switch (component) {
    case 'R':
        return level(c.r, bits, full);
    case 'G':
        return level(c.g, bits, full);
    case 'B':
        return level(c.b, bits, full);
    case 'Y':
        return level(luma, bits, full);
    case 'U':
    case 'V': {
        const double chroma =
            component == 'U' ? (c.b - luma) / (2 * (1 - kb)) : (c.r - luma) / (2 * (1 - kr));
        const double span = full ? most : 224 * step;
        return (unsigned)fmin(round(128 * step + span * chroma), most);
    }
    default:
        return 0; // alpha of zero, which readers must ignore
    }
}

static void fill_plane(const struct samples *layout, const struct tri_draft *draft, unsigned plane,
                       uint64_t frame)
{
    const struct tri_video *video = &draft->info.video;
    const struct tri_plane_rule *rule = &tri_format_find(video->fourcc)->plane[plane];
    const char *order = layout->plane[plane];
    const unsigned bits = video->bits ? video->bits : layout->bits;
    const uint32_t groups = (video->width + rule->pixels - 1) / rule->pixels;
    for (uint32_t row = 0; row < draft->shape.plane[plane].rows; row++) {
        uint8_t *to = draft->data[plane] + (size_t)row * draft->shape.plane[plane].stride;
        memset(to, 0x5a, draft->shape.plane[plane].stride); // visible padding
        for (uint32_t group = 0; group < groups; group++) {
            uint32_t x = group * rule->pixels;
            for (const char *component = order; *component; component++) {
                const struct color c = color_at(video, frame, x, row * rule->lines);
                const unsigned value = code(video, c, *component, bits) << layout->shift;
                *to++ = (uint8_t)value;
                if (layout->bits > 8)
                    *to++ = (uint8_t)(value >> 8);
                if (*component == 'Y')
                    x++;
            }
        }
    }
}

static void fill_rgb565(const struct tri_draft *draft, uint64_t frame)
{
    const struct tri_video *video = &draft->info.video;
    for (uint32_t y = 0; y < video->height; y++) {
        uint8_t *to = draft->data[0] + (size_t)y * draft->shape.plane[0].stride;
        for (uint32_t x = 0; x < video->width; x++) {
            const struct color c = color_at(video, frame, x, y);
            const unsigned value =
                code(video, c, 'R', 5) << 11 | code(video, c, 'G', 6) << 5 | code(video, c, 'B', 5);
            *to++ = (uint8_t)value;
            *to++ = (uint8_t)(value >> 8);
        }
    }
}

static bool fill_from_file(struct tri_draft *draft, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    draft->info.bytes_used = fread(draft->data[0], 1, (size_t)draft->shape.plane[0].bytes, file);
    fclose(file);
    return draft->info.bytes_used > 0;
}

static bool fill(struct tri_draft *draft, const char *file, uint64_t frame)
{
    const uint32_t fourcc = draft->info.video.fourcc;
    if (file)
        return fill_from_file(draft, file);
    if (fourcc == TRI_FOURCC_RGBP) {
        fill_rgb565(draft, frame);
        return true;
    }
    for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
        if (layouts[i].fourcc != fourcc)
            continue;
        for (unsigned plane = 0; plane < draft->shape.planes; plane++)
            fill_plane(&layouts[i], draft, plane, frame);
        return true;
    }
    return false;
}

struct config {
    const char *name;
    const char *file;
    struct cli_size size;
    uint32_t format;
    uint64_t pad;
    uint64_t count;
    uint64_t rotation;
    uint64_t bits;
    uint64_t field;
    struct cli_rate rate;
    struct cli_rate aspect;
    int matrix;
    int range;
    bool no_signal;
};

static const char *const matrix_words[] = { "default", "601",  "709",    "xv601",
                                            "xv709",   "sycc", "bt2020", NULL }; // V4L2's numbers
static const char *const range_words[] = { "default", "full-range", "lim-range", NULL };

#define FIELD(field) .offset = offsetof(struct config, field)
static const struct cli_option options[] = {
    { 'n', "name", "NAME", NULL, "stream", cli_set_name, FIELD(name) },
    { 's', "size", "WxH", "320x240", "pixels", cli_set_size, FIELD(size) },
    { 'f', "format", "FOURCC", "YUYV", "of the pixels", cli_set_format, FIELD(format) },
    { 'r', "fps", "N", "30", "frames a second", cli_set_rate, FIELD(rate) },
    { 0, "pad", "BYTES", "0", "beyond each row", cli_set_count, FIELD(pad) },
    { 0, "count", "N", "0", "write so many frames, then pause", cli_set_count, FIELD(count) },
    { 0, "matrix", "WORD", "default", "of the colours", cli_set_word, FIELD(matrix),
      .words = matrix_words },
    { 0, "range", "WORD", "default", "of the colours", cli_set_word, FIELD(range),
      .words = range_words },
    { 0, "rotation", "DEGREES", "0", "that frames need to be upright", cli_set_count,
      FIELD(rotation) },
    { 0, "bits", "N", "0", "that count, of 16", cli_set_count, FIELD(bits) },
    { 0, "field", "N", "0", "enum tri_field", cli_set_count, FIELD(field) },
    { 0, "aspect", "W/H", "1", "of a pixel", cli_set_rate, FIELD(aspect) },
    { 0, "no-signal", NULL, NULL, "flag the frames NO SIGNAL", cli_set_true, FIELD(no_signal) },
    { 0, "file", "FILE", NULL, "publish these bytes", cli_set_text, FIELD(file) },
    { 0 },
};

static const struct cli_program program = {
    .name = "test-bars",
    .synopsis = "[OPTION]...",
    .purpose = "Colour bars by formula, for tests.",
    .options = options,
};

static bool publish(tri_writer *writer, const struct config *config, const struct tri_video *video,
                    uint64_t frame)
{
    struct tri_draft draft;
    if (tri_writer_begin(writer, video, &draft) != TRI_OK)
        return false;
    draft.info.flags = config->no_signal ? TRI_FRAME_NO_SIGNAL : 0;
    return fill(&draft, config->file, frame) && tri_writer_publish(writer, &draft) == TRI_OK;
}

int main(int argc, char **argv)
{
    struct config config = { 0 };
    struct cli_common common;
    int first = 0;
    const int status = cli_parse(&program, argc, argv, &config, &common, &first);
    if (status >= 0)
        return status;

    const tri_log log = cli_log(&common);
    struct tri_video video = { .fourcc = config.format,
                               .width = config.size.width,
                               .height = config.size.height,
                               .fps_num = config.rate.num,
                               .fps_den = config.rate.den,
                               .matrix = (uint32_t)config.matrix,
                               .range = (uint32_t)config.range,
                               .rotation = (uint32_t)config.rotation,
                               .bits = (uint32_t)config.bits,
                               .field = (uint32_t)config.field,
                               .aspect_num = config.aspect.num,
                               .aspect_den = config.aspect.den };
    struct tri_shape shape;
    if (tri_video_shape(&video, &shape) != TRI_OK)
        return CLI_NOT_UNDERSTOOD;
    for (unsigned plane = 0; config.pad && plane < shape.planes; plane++)
        video.stride[plane] = shape.plane[plane].stride + (uint32_t)config.pad;

    tri_writer *writer = NULL;
    const struct tri_writer_options wanted = { .name = config.name, .video = video, .log = &log };
    if (tri_writer_open(&writer, &wanted) != TRI_OK)
        return CLI_FAILED;
    stop_on_signals();
    const int64_t step_ns = 1000000000LL * config.rate.den / config.rate.num;
    const struct timespec step = { (time_t)(step_ns / 1000000000), (long)(step_ns % 1000000000) };
    bool good = true;
    for (uint64_t frame = 0; good && !stop_requested(); frame++) {
        if (!config.count || frame < config.count)
            good = publish(writer, &config, &video, frame);
        nanosleep(&step, NULL);
    }
    tri_writer_close(&writer);
    return good ? CLI_DONE : CLI_FAILED;
}
