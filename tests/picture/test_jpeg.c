/* SPDX-License-Identifier: MIT */
/* Motion-JPEG of cameras, converters and attackers: decoded as in a browser. */
#include "picture/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jpeglib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
enum { WIDTH = 64, HEIGHT = 48, NEAR = 4, MOST = 1 << 20 };

/* How an image is encoded. All zero: YCbCr 4:2:2, baseline. */
struct way {
    J_COLOR_SPACE space;
    int h[4]; // sampling factors
    int v[4];
    bool progressive;
    bool optimized;
    bool adobe;
    int width;
    int height;
};

struct jpeg {
    uint8_t *bytes; // malloc()ed with room for MOST
    size_t count;
};

static const uint8_t red[] = { 200, 40, 60 };
static const uint8_t blue[] = { 20, 60, 220 };

static struct jpeg jpeg_new(const struct way *way, const uint8_t rgb[3])
{
    struct jpeg_compress_struct writer;
    struct jpeg_error_mgr errors;
    unsigned char *bytes = NULL;
    unsigned long count = 0;
    const int width = way->width ? way->width : WIDTH;
    const int height = way->height ? way->height : HEIGHT;
    const bool cmyk = way->space == JCS_CMYK;
    uint8_t row[4 * 256];
    writer.err = jpeg_std_error(&errors);
    jpeg_create_compress(&writer);
    jpeg_mem_dest(&writer, &bytes, &count);
    writer.image_width = (JDIMENSION)width;
    writer.image_height = (JDIMENSION)height;
    writer.input_components = cmyk ? 4 : 3;
    writer.in_color_space = cmyk ? JCS_CMYK : JCS_RGB;
    jpeg_set_defaults(&writer);
    if (way->space != JCS_UNKNOWN)
        jpeg_set_colorspace(&writer, way->space);
    jpeg_set_quality(&writer, 95, TRUE);
    writer.write_Adobe_marker = cmyk ? way->adobe : writer.write_Adobe_marker;
    writer.comp_info[0].h_samp_factor = way->space == JCS_UNKNOWN ? 2 : 1;
    writer.comp_info[0].v_samp_factor = 1;
    for (int i = 0; way->h[0] && i < writer.num_components; i++) {
        writer.comp_info[i].h_samp_factor = way->h[i];
        writer.comp_info[i].v_samp_factor = way->v[i];
    }
    writer.optimize_coding = way->optimized;
    if (way->progressive)
        jpeg_simple_progression(&writer);
    for (int x = 0; x < width; x++)
        for (int i = 0; i < (cmyk ? 4 : 3); i++) // with black 0, ink is the missing light
            row[x * (cmyk ? 4 : 3) + i] = !cmyk        ? rgb[i]
                                          : i == 3     ? (way->adobe ? 255 : 0)
                                          : way->adobe ? rgb[i]
                                                       : (uint8_t)(255 - rgb[i]);
    jpeg_start_compress(&writer, TRUE);
    while (writer.next_scanline < writer.image_height)
        jpeg_write_scanlines(&writer, &(JSAMPROW){ row }, 1);
    jpeg_finish_compress(&writer);
    jpeg_destroy_compress(&writer);

    struct jpeg made = { .bytes = malloc(MOST), .count = count };
    assert_non_null(made.bytes);
    assert_true(count < MOST);
    memcpy(made.bytes, bytes, count);
    free(bytes);
    return made;
}

/* Position of the first marker of this kind. */
static size_t find_marker(const struct jpeg *jpeg, uint8_t marker)
{
    for (size_t i = 0; i + 1 < jpeg->count; i++)
        if (jpeg->bytes[i] == 0xff && jpeg->bytes[i + 1] == marker)
            return i;
    fail_msg("no marker %#x", marker);
    return 0;
}

static void insert(struct jpeg *jpeg, size_t at, const uint8_t *bytes, size_t count)
{
    assert_true(jpeg->count + count <= MOST);
    memmove(jpeg->bytes + at + count, jpeg->bytes + at, jpeg->count - at);
    memcpy(jpeg->bytes + at, bytes, count);
    jpeg->count += count;
}

/* Removes all segments of a kind: tables that an image must contain. */
static void remove_segments(struct jpeg *jpeg, uint8_t marker)
{
    for (size_t i = 2; jpeg->bytes[i + 1] != 0xda;) {
        const size_t bytes = 2 + (size_t)(jpeg->bytes[i + 2] << 8 | jpeg->bytes[i + 3]);
        if (jpeg->bytes[i + 1] != marker) {
            i += bytes;
            continue;
        }
        memmove(jpeg->bytes + i, jpeg->bytes + i + bytes, jpeg->count - i - bytes);
        jpeg->count -= bytes;
    }
}

struct made {
    uint8_t pixels[HEIGHT][WIDTH][4];
    enum tri_err err;
};

static struct made decode_as(picture_converter *converter, const struct jpeg *jpeg, uint32_t fourcc)
{
    static uint8_t memory[MOST];
    struct made made = { .err = TRI_OK };
    const struct tri_frame_info info = {
        .video = { .fourcc = TRI_FOURCC_MJPG, .width = WIDTH, .height = HEIGHT },
        .bytes_used = jpeg->count
    };
    const struct tri_shape shape = { .planes = 1, .plane[0].bytes = MOST, .bytes = MOST };
    memcpy(memory, jpeg->bytes, jpeg->count);
    memset(made.pixels, 0x5a, sizeof(made.pixels));
    made.err =
        picture_convert(converter, &info, &shape, (const uint8_t *const[]){ memory, 0, 0, 0 },
                        fourcc, (uint8_t *const[]){ made.pixels[0][0], 0, 0, 0 },
                        (const uint32_t[]){ sizeof(made.pixels[0]), 0, 0, 0 });
    return made;
}

static void assert_pixel(const struct made *made, int x, int y, const uint8_t rgb[3],
                         const char *what)
{
    const uint8_t *pixel = made->pixels[y][x];
    assert_int_equal(made->err, TRI_OK);
    for (int i = 0; i < 3; i++)
        if (abs(pixel[2 - i] - rgb[i]) > NEAR)
            fail_msg("%s: %d of pixel %d,%d is %d, not %d", what, i, x, y, pixel[2 - i], rgb[i]);
    assert_int_equal(pixel[3], 255);
}

static void assert_shows(picture_converter *converter, struct jpeg jpeg, const uint8_t rgb[3],
                         const char *what)
{
    const struct made made = decode_as(converter, &jpeg, TRI_FOURCC_AR24);
    for (int y = 0; y < HEIGHT; y += HEIGHT - 1)
        for (int x = 0; x < WIDTH; x += 7)
            assert_pixel(&made, x, y, rgb, what);
    free(jpeg.bytes);
}

static int set_up(void **state)
{
    *state = picture_converter_new(NULL);
    return *state ? 0 : -1;
}

static int tear_down(void **state)
{
    picture_converter *converter = *state;
    picture_converter_free(&converter);
    return 0;
}

static void picture_decodes_after_a_broken_header(void **state)
{
    static const uint8_t again[] = { 0xff, 0xd8 };
    static const uint8_t cut[] = { 0xff, 0xd8, 0xff, 0xdb, 0x00, 0x43 };
    struct jpeg doubled = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg behind = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg broken = jpeg_new(&(struct way){ 0 }, red);
    insert(&doubled, 0, again, sizeof(again));
    insert(&behind, 0, cut, sizeof(cut));
    broken.count = find_marker(&broken, 0xc0) + 6;
    assert_shows(*state, doubled, red, "start of image twice");
    assert_shows(*state, behind, red, "behind a frame that was cut short");
    const struct made made = decode_as(*state, &broken, TRI_FOURCC_AR24);
    assert_int_equal(made.err, TRI_ERR_CORRUPT);
    assert_shows(*state, jpeg_new(&(struct way){ 0 }, blue), blue, "after them");
    free(broken.bytes);
}

static void picture_decodes_with_foreign_bytes(void **state)
{
    static const uint8_t garbage[] = { 1, 2, 3, 0xff, 0xd8, 0, 0x55 };
    struct jpeg before = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg within = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg cut = jpeg_new(&(struct way){ 0 }, red);
    insert(&before, 0, garbage, sizeof(garbage));
    insert(&within, find_marker(&within, 0xdb), garbage, 1);
    cut.count -= 10;
    assert_shows(*state, before, red, "garbage before the start");
    assert_shows(*state, within, red, "a byte before the tables");
    const struct made made = decode_as(*state, &cut, TRI_FOURCC_AR24);
    assert_pixel(&made, 5, 5, red, "cut short");
    free(cut.bytes);
}

static void picture_uses_no_table_of_an_earlier_one(void **state)
{
    struct jpeg without = jpeg_new(&(struct way){ 0 }, blue);
    struct jpeg plain = jpeg_new(&(struct way){ 0 }, blue);
    remove_segments(&without, 0xdb);
    remove_segments(&plain, 0xc4); // Motion-JPEG leaves the standard Huffman tables out
    assert_shows(*state, jpeg_new(&(struct way){ .optimized = true }, red), red, "own tables");
    assert_shows(*state, plain, blue, "standard Huffman tables");
    const struct made made = decode_as(*state, &without, TRI_FOURCC_AR24);
    assert_int_equal(made.err, TRI_ERR_CORRUPT);
    free(without.bytes);
}

static void colours_follow_every_colour_space_and_sampling(void **state)
{
    static const struct way ways[] = {
        { .space = JCS_RGB },
        { .space = JCS_CMYK },
        { .space = JCS_CMYK, .adobe = true },
        { .progressive = true },
        { .h = { 1, 1, 1 }, .v = { 1, 1, 1 } },
        { .h = { 2, 1, 1 }, .v = { 2, 1, 1 } },
        { .h = { 1, 1, 1 }, .v = { 2, 1, 1 } },
        { .h = { 4, 1, 1 }, .v = { 1, 1, 1 } },
        { .h = { 4, 1, 1 }, .v = { 2, 1, 1 } },
        { .h = { 1, 1, 1 }, .v = { 4, 1, 1 } },
        { .h = { 1, 2, 2 }, .v = { 1, 1, 1 } },
        { .h = { 2, 2, 1 }, .v = { 2, 1, 2 } },
    };
    char what[32];
    for (size_t i = 0; i < COUNT(ways); i++) {
        snprintf(what, sizeof(what), "way %zu", i);
        assert_shows(*state, jpeg_new(&ways[i], red), red, what);
    }
}

static void picture_becomes_each_8_bit_format(void **state)
{
    struct jpeg ycc = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg cmyk = jpeg_new(&(struct way){ .space = JCS_CMYK }, red);
    const struct jpeg *const all[] = { &ycc, &cmyk };
    static const struct {
        uint32_t fourcc;
        uint8_t bytes[4];
    } wanted[] = {
        { TRI_FOURCC_RGB3, { 200, 40, 60, 200 } }, { TRI_FOURCC_BGR3, { 60, 40, 200, 60 } },
        { TRI_FOURCC_XR24, { 60, 40, 200, 255 } }, { TRI_FOURCC_AB24, { 200, 40, 60, 255 } },
        { TRI_FOURCC_GREY, { 90, 90, 90, 90 } },   { TRI_FOURCC_YUYV, { 93, 113, 93, 197 } },
        { TRI_FOURCC_YU12, { 93, 93, 93, 93 } },
    };
    for (size_t a = 0; a < COUNT(all); a++)
        for (size_t i = 0; i < COUNT(wanted); i++) {
            static uint8_t planes[3][HEIGHT * WIDTH * 4];
            const struct tri_frame_info info = {
                .video = { .fourcc = TRI_FOURCC_MJPG, .width = WIDTH, .height = HEIGHT },
                .bytes_used = all[a]->count
            };
            const struct tri_shape shape = { .planes = 1, .plane[0].bytes = MOST };
            assert_int_equal(
                picture_convert(
                    *state, &info, &shape, (const uint8_t *const[]){ all[a]->bytes, 0, 0, 0 },
                    wanted[i].fourcc, (uint8_t *const[]){ planes[0], planes[1], planes[2], 0 },
                    (const uint32_t[]){ WIDTH * 4, WIDTH, WIDTH, 0 }),
                TRI_OK);
            for (int b = 0; b < 4; b++)
                if (abs(planes[0][b] - wanted[i].bytes[b]) > NEAR)
                    fail_msg("picture %zu, format %zu: byte %d is %d", a, i, b, planes[0][b]);
        }
    free(ycc.bytes);
    free(cmyk.bytes);
}

static void picture_of_another_size_keeps_its_top_left(void **state)
{
    static const struct way larger = { .width = WIDTH + 24, .height = HEIGHT + 8 },
                            smaller = { .width = WIDTH - 24, .height = HEIGHT - 8 };
    static const uint8_t black[3] = { 0 };
    struct jpeg small = jpeg_new(&smaller, red);
    assert_shows(*state, jpeg_new(&larger, red), red, "larger");
    const struct made made = decode_as(*state, &small, TRI_FOURCC_AR24);
    assert_pixel(&made, smaller.width - 1, smaller.height - 1, red, "smaller");
    assert_pixel(&made, smaller.width, 0, black, "to its right");
    assert_pixel(&made, 0, smaller.height, black, "below it");
    free(small.bytes);
}

static void embedded_preview_is_not_taken_for_the_picture(void **state)
{
    struct jpeg broken = jpeg_new(&(struct way){ 0 }, red);
    struct jpeg preview = jpeg_new(&(struct way){ .width = 16, .height = 16 }, blue);
    broken.count = find_marker(&broken, 0xc0) + 6;
    insert(&broken, broken.count, preview.bytes, preview.count);
    const struct made made = decode_as(*state, &broken, TRI_FOURCC_AR24);
    assert_int_equal(made.err, TRI_ERR_CORRUPT);
    free(broken.bytes);
    free(preview.bytes);
}

static void picture_with_endless_scans_is_refused(void **state)
{
    struct jpeg bomb = jpeg_new(&(struct way){ .progressive = true }, red);
    size_t last = 0;
    for (size_t i = 0; i + 1 < bomb.count; i++)
        if (bomb.bytes[i] == 0xff && bomb.bytes[i + 1] == 0xda)
            last = i;
    const size_t scan = bomb.count - 2 - last;
    for (int i = 0; i < 200; i++)
        insert(&bomb, last, bomb.bytes + last + (i ? scan : 0), scan);
    const struct made made = decode_as(*state, &bomb, TRI_FOURCC_AR24);
    assert_int_equal(made.err, TRI_ERR_CORRUPT);
    free(bomb.bytes);
}

static void count_line(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)part;
    (void)text;
    if (level == TRI_LOG_WARN)
        ++*(int *)user;
}

static void broken_pictures_are_logged_once_a_second(void **state)
{
    (void)state;
    int lines = 0;
    const tri_log log = { .write = count_line, .user = &lines, .level = TRI_LOG_WARN };
    picture_converter *converter = picture_converter_new(&log);
    struct jpeg broken = jpeg_new(&(struct way){ 0 }, red);

    broken.count = 20;
    for (int i = 0; i < 10; i++) {
        const struct made made = decode_as(converter, &broken, TRI_FOURCC_AR24);
        assert_int_equal(made.err, TRI_ERR_CORRUPT);
    }
    assert_int_equal(lines, 1);
    picture_converter_free(&converter);
    free(broken.bytes);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(picture_decodes_after_a_broken_header),
        CASE(picture_decodes_with_foreign_bytes),
        CASE(picture_uses_no_table_of_an_earlier_one),
        CASE(colours_follow_every_colour_space_and_sampling),
        CASE(picture_becomes_each_8_bit_format),
        CASE(picture_of_another_size_keeps_its_top_left),
        CASE(embedded_preview_is_not_taken_for_the_picture),
        CASE(picture_with_endless_scans_is_refused),
        cmocka_unit_test(broken_pictures_are_logged_once_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
