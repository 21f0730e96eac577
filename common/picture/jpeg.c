/* SPDX-License-Identifier: MIT */
#include "jpeg.h"

#include "scratch.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdio.h> // required by jpeglib.h
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jerror.h>
#include <jpeglib.h>

#define WARN_EVERY_NS INT64_C(1000000000)

enum {
    STARTS_MAX = 16,              // start markers tried per frame
    SCANS_MAX = 100,              // of a progressive image; encoders write about ten
    SCANS_CPU_NS_MAX = 500000000, // CPU time for all scans
    AREA_MIN = 1 << 24,           // pixels that are decoded for a stream of any size
    AREA_TIMES = 4,               // or this many times the stream's pixels
    CMYK = 4,
};

struct jpeg_decoder {
    const tri_log *log;
    struct scratch compressed;
    struct scratch row; // of a JPEG that is wider than the frame, or CMYK
    int64_t warned_ns;
    uint64_t unlogged;     // undecodable frames since warned_ns
    uint32_t logged_width; // last size logged as different from the stream's
    uint32_t logged_height;
};

/* One attempt to decode: on errors libjpeg jumps to `failed`. */
struct attempt {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    int64_t cpu_limit_ns;
    char why[JMSG_LENGTH_MAX];
};

jpeg_decoder *jpeg_decoder_new(const tri_log *log)
{
    jpeg_decoder *decoder = malloc(sizeof(*decoder));
    if (decoder)
        *decoder = (jpeg_decoder){ .log = log };
    return decoder;
}

void jpeg_decoder_free(jpeg_decoder **decoder)
{
    if (!*decoder)
        return;
    scratch_finish(&(*decoder)->compressed);
    scratch_finish(&(*decoder)->row);
    free(*decoder);
    *decoder = NULL;
}

static J_COLOR_SPACE color_space(uint32_t fourcc)
{
    switch (fourcc) {
    case TRI_FOURCC_RGB3:
        return JCS_EXT_RGB;
    case TRI_FOURCC_BGR3:
        return JCS_EXT_BGR;
    case TRI_FOURCC_XR24:
    case TRI_FOURCC_AR24:
        return JCS_EXT_BGRA;
    case TRI_FOURCC_AB24:
        return JCS_EXT_RGBA;
    case TRI_FOURCC_GREY:
        return JCS_GRAYSCALE;
    default:
        return JCS_UNKNOWN;
    }
}

bool jpeg_can_make(uint32_t fourcc)
{
    return color_space(fourcc) != JCS_UNKNOWN;
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static _Noreturn void fail(struct attempt *attempt, const char *why)
{
    snprintf(attempt->why, sizeof(attempt->why), "%s", why);
    longjmp(attempt->failed, 1);
}

static void on_error(j_common_ptr common)
{
    struct attempt *attempt = common->client_data;
    attempt->errors.format_message(common, attempt->why);
    longjmp(attempt->failed, 1);
}

/* Ignores warnings: the intact rest of a damaged image is decoded. */
static void on_message(j_common_ptr common, int level)
{
    (void)common;
    (void)level;
}

/* Limits scans: a progressive image of a few kilobytes can have enough scans for minutes of work. */
static void on_progress(j_common_ptr common)
{
    struct attempt *attempt = common->client_data;
    if (attempt->jpeg.input_scan_number > SCANS_MAX)
        fail(attempt, "it has too many scans");
    if (attempt->jpeg.input_scan_number > 1 && cpu_ns() > attempt->cpu_limit_ns)
        fail(attempt, "its scans take too long");
}

static uint32_t pixel_bytes(uint32_t fourcc)
{
    return tri_format_find(fourcc)->plane[0].bytes;
}

static void fill_black(const struct jpeg_target *target)
{
    const uint32_t step = pixel_bytes(target->fourcc);
    for (size_t row = 0; row < target->height; row++) {
        uint8_t *to = target->pixels + row * target->stride;
        memset(to, 0, (size_t)target->width * step);
        for (size_t x = 0; step == 4 && x < target->width; x++)
            to[4 * x + 3] = 255;
    }
}

/* Adobe's programs, nearly the only ones that write CMYK, invert it. */
static void convert_cmyk(const uint8_t *from, bool inverted, uint8_t *to, uint32_t pixels,
                         uint32_t fourcc)
{
    const bool blue_first = fourcc != TRI_FOURCC_RGB3 && fourcc != TRI_FOURCC_AB24;
    const uint32_t step = pixel_bytes(fourcc);
    for (uint32_t x = 0; x < pixels; x++, from += CMYK, to += step) {
        uint8_t rgb[3];
        for (int i = 0; i < 3; i++) {
            const unsigned ink = inverted ? from[i] : 255u - from[i];
            const unsigned key = inverted ? from[3] : 255u - from[3];
            rgb[i] = (uint8_t)(ink * key / 255);
        }
        if (step == 1) {
            to[0] = (uint8_t)((77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2]) >> 8);
            continue;
        }
        to[0] = rgb[blue_first ? 2 : 0];
        to[1] = rgb[1];
        to[2] = rgb[blue_first ? 0 : 2];
        if (step == 4)
            to[3] = 255;
    }
}

static void read_rows(jpeg_decoder *decoder, struct attempt *attempt,
                      const struct jpeg_target *target)
{
    struct jpeg_decompress_struct *const jpeg = &attempt->jpeg;
    const bool cmyk = jpeg->out_color_space == JCS_CMYK;
    const uint32_t width = jpeg->output_width < target->width ? jpeg->output_width : target->width;
    const uint32_t height =
        jpeg->output_height < target->height ? jpeg->output_height : target->height;
    const bool aside = cmyk || jpeg->output_width > target->width;
    const size_t wide = (size_t)jpeg->output_width * (size_t)jpeg->output_components;
    if (aside && !scratch_reserve(&decoder->row, wide))
        fail(attempt, "out of memory");

    while (jpeg->output_scanline < height) {
        uint8_t *const to = target->pixels + (size_t)jpeg->output_scanline * target->stride;
        // Two rows of 4:2:0 at once decode in place; a single row needs a copy.
        JSAMPROW rows[2] = { aside ? decoder->row.data : to, to + target->stride };
        const bool two = !aside && jpeg->output_scanline + 1 < height;
        jpeg_read_scanlines(jpeg, rows, two ? 2 : 1);
        if (cmyk)
            convert_cmyk(decoder->row.data, jpeg->saw_Adobe_marker, to, width, target->fourcc);
        else if (aside)
            memcpy(to, decoder->row.data, (size_t)width * (size_t)jpeg->output_components);
    }
}

static void log_size(jpeg_decoder *decoder, const struct jpeg_decompress_struct *jpeg,
                     const struct jpeg_target *target)
{
    if (jpeg->image_width == decoder->logged_width && jpeg->image_height == decoder->logged_height)
        return;
    decoder->logged_width = jpeg->image_width;
    decoder->logged_height = jpeg->image_height;
    if (jpeg->image_width != target->width || jpeg->image_height != target->height)
        tri_log_write(decoder->log, TRI_LOG_WARN, "jpeg",
                      "the JPEG images are %ux%u, the stream is %ux%u: aligned to the top left",
                      jpeg->image_width, jpeg->image_height, target->width, target->height);
}

/* @param again  a later start in a frame that did not decode from the first: rejects an embedded
 *               preview */
static void decode(jpeg_decoder *decoder, struct attempt *attempt, const uint8_t *bytes,
                   size_t count, const struct jpeg_target *target, bool again)
{
    struct jpeg_decompress_struct *const jpeg = &attempt->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->client_data = attempt;
    jpeg->progress = &attempt->progress;
    jpeg_mem_src(jpeg, bytes, count);
    jpeg_read_header(jpeg, TRUE);

    const uint64_t area = (uint64_t)jpeg->image_width * jpeg->image_height;
    const uint64_t most = AREA_TIMES * (uint64_t)target->width * target->height;
    if (area > AREA_MIN && area > most)
        fail(attempt, "it is far larger than the stream");
    if (again && (jpeg->image_width < target->width || jpeg->image_height < target->height))
        fail(attempt, "it is smaller than the stream");
    jpeg->out_color_space = jpeg->num_components == CMYK ? JCS_CMYK : color_space(target->fourcc);
    // Repeats chroma, which is twice as fast as interpolation and good enough for a screen.
    jpeg->do_fancy_upsampling = jpeg->out_color_space != JCS_EXT_BGRA;
    jpeg_start_decompress(jpeg);

    log_size(decoder, jpeg, target);
    if (jpeg->output_width < target->width || jpeg->output_height < target->height)
        fill_black(target);
    read_rows(decoder, attempt, target);
}

/* Uses a new libjpeg decoder for each image: an old one would apply the tables of the image
 * before to an image without tables. */
static bool try_decode(jpeg_decoder *decoder, struct attempt *attempt, const uint8_t *bytes,
                       size_t count, const struct jpeg_target *target, bool again)
{
    attempt->jpeg = (struct jpeg_decompress_struct){ .err = jpeg_std_error(&attempt->errors) };
    attempt->jpeg.client_data = attempt;
    attempt->errors.error_exit = on_error;
    attempt->errors.emit_message = on_message;
    attempt->progress.progress_monitor = on_progress;
    const bool decoded = setjmp(attempt->failed) == 0;
    if (decoded)
        decode(decoder, attempt, bytes, count, target, again);
    jpeg_destroy_decompress(&attempt->jpeg);
    return decoded;
}

static enum tri_err corrupt(jpeg_decoder *decoder, const char *why)
{
    const int64_t now = tri_now_ns();
    decoder->unlogged++;
    if (decoder->warned_ns && now - decoder->warned_ns < WARN_EVERY_NS)
        return TRI_ERR_CORRUPT;
    tri_log_write(decoder->log, TRI_LOG_WARN, "jpeg",
                  "%" PRIu64 " JPEG image%s skipped: cannot decode: %s", decoder->unlogged,
                  decoder->unlogged == 1 ? "" : "s", why);
    decoder->warned_ns = now;
    decoder->unlogged = 0;
    return TRI_ERR_CORRUPT;
}

enum tri_err jpeg_decode(jpeg_decoder *decoder, const uint8_t *bytes, uint64_t count,
                         const struct jpeg_target *target)
{
    static const uint8_t start[] = { 0xff, 0xd8, 0xff };
    struct attempt attempt = { .cpu_limit_ns = cpu_ns() + SCANS_CPU_NS_MAX };
    char why[JMSG_LENGTH_MAX] = "it has no beginning";
    if (!scratch_reserve(&decoder->compressed, (size_t)count))
        return TRI_ERR_NO_RESOURCES;
    memcpy(decoder->compressed.data, bytes, (size_t)count);

    const uint8_t *const end = decoder->compressed.data + count;
    const uint8_t *at = decoder->compressed.data;
    for (int i = 0; i < STARTS_MAX; i++, at++) {
        at = memmem(at, (size_t)(end - at), start, sizeof(start));
        if (!at)
            break;
        if (try_decode(decoder, &attempt, at, (size_t)(end - at), target, i > 0))
            return TRI_OK;
        if (i == 0)
            memcpy(why, attempt.why, sizeof(why));
    }
    return corrupt(decoder, why);
}
