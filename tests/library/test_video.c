/* SPDX-License-Identifier: MIT */
/* Formats, sizes, strides, colours, names: derived from a few numbers. */
#include <triptych/triptych.h>

#include "name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/** Row bytes of a 5 by 3 frame, plane by plane: by hand, from the kernel's documentation. */
static const struct {
    uint32_t fourcc;
    uint32_t planes;
    uint32_t row_bytes[3];
    uint32_t rows[3];
} odd[] = {
    { TRI_FOURCC_YUYV, 1, { 12 }, { 3 } },
    { TRI_FOURCC_UYVY, 1, { 12 }, { 3 } },
    { TRI_FOURCC_YVYU, 1, { 12 }, { 3 } },
    { TRI_FOURCC_NV12, 2, { 5, 6 }, { 3, 2 } },
    { TRI_FOURCC_NV21, 2, { 5, 6 }, { 3, 2 } },
    { TRI_FOURCC_NV16, 2, { 5, 6 }, { 3, 3 } },
    { TRI_FOURCC_YU12, 3, { 5, 3, 3 }, { 3, 2, 2 } },
    { TRI_FOURCC_YV12, 3, { 5, 3, 3 }, { 3, 2, 2 } },
    { TRI_FOURCC_422P, 3, { 5, 3, 3 }, { 3, 3, 3 } },
    { TRI_FOURCC_P010, 2, { 10, 12 }, { 3, 2 } },
    { TRI_FOURCC_RGB3, 1, { 15 }, { 3 } },
    { TRI_FOURCC_BGR3, 1, { 15 }, { 3 } },
    { TRI_FOURCC_XR24, 1, { 20 }, { 3 } },
    { TRI_FOURCC_AR24, 1, { 20 }, { 3 } },
    { TRI_FOURCC_AB24, 1, { 20 }, { 3 } },
    { TRI_FOURCC_RGBP, 1, { 10 }, { 3 } },
    { TRI_FOURCC_GREY, 1, { 5 }, { 3 } },
    { TRI_FOURCC_Y16, 1, { 10 }, { 3 } },
    { TRI_FOURCC_NV24, 2, { 5, 10 }, { 3, 3 } },
    { TRI_FOURCC_YM24, 3, { 5, 5, 5 }, { 3, 3, 3 } },
    { TRI_FOURCC_P012, 2, { 10, 12 }, { 3, 2 } },
    { TRI_FOURCC_P210, 2, { 10, 12 }, { 3, 3 } },
    { TRI_FOURCC_P216, 2, { 10, 12 }, { 3, 3 } },
    { TRI_FOURCC_Y210, 1, { 24 }, { 3 } },
    { TRI_FOURCC_V210, 1, { 128 }, { 3 } },
    { TRI_FOURCC_RGB6, 1, { 30 }, { 3 } },
    { TRI_FOURCC_BGR6, 1, { 30 }, { 3 } },
    { TRI_FOURCC_Y10, 1, { 10 }, { 3 } },
    { TRI_FOURCC_Y12, 1, { 10 }, { 3 } },
    { TRI_FOURCC_Y10P, 1, { 10 }, { 3 } },
    { TRI_FOURCC_Y12P, 1, { 9 }, { 3 } },
    { TRI_FOURCC_Z16, 1, { 10 }, { 3 } },
    { TRI_FOURCC_BA81, 1, { 6 }, { 3 } },
    { TRI_FOURCC_GBRG, 1, { 6 }, { 3 } },
    { TRI_FOURCC_GRBG, 1, { 6 }, { 3 } },
    { TRI_FOURCC_RGGB, 1, { 6 }, { 3 } },
    { TRI_FOURCC_BG10, 1, { 12 }, { 3 } },
    { TRI_FOURCC_GB10, 1, { 12 }, { 3 } },
    { TRI_FOURCC_BA10, 1, { 12 }, { 3 } },
    { TRI_FOURCC_RG10, 1, { 12 }, { 3 } },
    { TRI_FOURCC_BG12, 1, { 12 }, { 3 } },
    { TRI_FOURCC_GB12, 1, { 12 }, { 3 } },
    { TRI_FOURCC_BA12, 1, { 12 }, { 3 } },
    { TRI_FOURCC_RG12, 1, { 12 }, { 3 } },
    { TRI_FOURCC_BYR2, 1, { 12 }, { 3 } },
    { TRI_FOURCC_GB16, 1, { 12 }, { 3 } },
    { TRI_FOURCC_GR16, 1, { 12 }, { 3 } },
    { TRI_FOURCC_RG16, 1, { 12 }, { 3 } },
    { TRI_FOURCC_pBAA, 1, { 10 }, { 3 } },
    { TRI_FOURCC_pGAA, 1, { 10 }, { 3 } },
    { TRI_FOURCC_pgAA, 1, { 10 }, { 3 } },
    { TRI_FOURCC_pRAA, 1, { 10 }, { 3 } },
    { TRI_FOURCC_pBCC, 1, { 9 }, { 3 } },
    { TRI_FOURCC_pGCC, 1, { 9 }, { 3 } },
    { TRI_FOURCC_pgCC, 1, { 9 }, { 3 } },
    { TRI_FOURCC_pRCC, 1, { 9 }, { 3 } },
};
#define ODD (sizeof(odd) / sizeof(odd[0]))

static void every_format_has_its_shape_at_an_odd_size(void **state)
{
    (void)state;
    for (size_t i = 0; i < ODD; i++) {
        const struct tri_video video = { .fourcc = odd[i].fourcc, .width = 5, .height = 3 };
        struct tri_shape shape;
        assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
        assert_int_equal(shape.planes, odd[i].planes);
        for (uint32_t p = 0; p < shape.planes; p++) {
            assert_int_equal(shape.plane[p].row_bytes, odd[i].row_bytes[p]);
            assert_int_equal(shape.plane[p].rows, odd[i].rows[p]);
            assert_int_equal(shape.plane[p].stride, odd[i].row_bytes[p] > 64 ? 128 : 64);
            assert_int_equal(shape.plane[p].offset % 64, 0);
        }
    }
    const struct tri_format *format;
    for (size_t i = 0; (format = tri_format_at(i)); i++) {
        size_t known = 0;
        while (known < ODD && odd[known].fourcc != format->fourcc)
            known++;
        if (known == ODD && format->family != TRI_FAMILY_COMPRESSED)
            fail_msg("%s has no row in this test", format->name);
    }
}

static void padded_strides_are_kept_and_wrong_ones_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ODD; i++) {
        struct tri_video video = { .fourcc = odd[i].fourcc, .width = 5, .height = 3 };
        struct tri_shape shape;
        for (uint32_t p = 0; p < odd[i].planes; p++)
            video.stride[p] = odd[i].row_bytes[p] + 7 * (p + 1);
        assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
        uint64_t end = 0;
        for (uint32_t p = 0; p < shape.planes; p++) {
            assert_int_equal(shape.plane[p].stride, video.stride[p]);
            assert_int_equal(shape.plane[p].bytes, (uint64_t)video.stride[p] * odd[i].rows[p]);
            assert_true(shape.plane[p].offset >= end); // no two planes overlap
            end = shape.plane[p].offset + shape.plane[p].bytes;
        }
        assert_true(shape.bytes >= end);
        // Libraries that convert and draw compute stride times rows in an int.
        video.stride[0] = INT32_MAX / odd[i].rows[0] + 1;
        assert_int_equal(tri_video_shape(&video, &shape), TRI_ERR_INVALID);
        video.stride[0] = UINT32_MAX;
        assert_int_equal(tri_video_shape(&video, &shape), TRI_ERR_INVALID);
        video.stride[0] = INT32_MAX / odd[i].rows[0];
        assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
        video.stride[0] = odd[i].row_bytes[0] - 1;
        assert_int_equal(tri_video_shape(&video, &shape), TRI_ERR_INVALID);
        assert_int_equal(shape.bytes, 0);
    }
}

static void sizes_out_of_range_are_refused(void **state)
{
    (void)state;
    static const uint32_t bad[] = { 0, TRI_DIMENSION_MAX + 1, 0x80000000, UINT32_MAX };
    struct tri_shape shape;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct tri_video wide = { TRI_FOURCC_NV12, bad[i], 16, .field = 0 };
        const struct tri_video high = { TRI_FOURCC_NV12, 16, bad[i], .field = 0 };
        assert_int_equal(tri_video_shape(&wide, &shape), TRI_ERR_INVALID);
        assert_int_equal(tri_video_shape(&high, &shape), TRI_ERR_INVALID);
    }
    const struct tri_video none = { .fourcc = 0, .width = 16, .height = 16 };
    assert_int_equal(tri_video_shape(&none, &shape), TRI_ERR_INVALID);
    const struct tri_video largest = { TRI_FOURCC_XR24, TRI_DIMENSION_MAX, TRI_DIMENSION_MAX,
                                       .field = 0 };
    assert_int_equal(tri_video_shape(&largest, &shape), TRI_OK);
    assert_int_equal(shape.bytes, 1ull << 30);
}

static void opaque_format_has_room_for_the_worst_and_at_least_64_kib(void **state)
{
    (void)state;
    struct tri_shape shape;
    const struct tri_video tiny = { TRI_FOURCC_MJPG, 1, 1, .field = 0 };
    assert_int_equal(tri_video_shape(&tiny, &shape), TRI_OK);
    assert_int_equal(shape.plane[0].bytes, 65536);
    assert_int_equal(shape.plane[0].rows, 0);
    const struct tri_video hd = { TRI_FOURCC_MJPG, 1920, 1080, .field = 0 };
    assert_int_equal(tri_video_shape(&hd, &shape), TRI_OK);
    assert_int_equal(shape.plane[0].bytes, 1920 * 1080 * 2);
}

static void unknown_format_has_the_planes_that_are_given(void **state)
{
    (void)state;
    const uint32_t fourcc = TRI_FOURCC('p', 'B', 'E', 'E');
    const struct tri_video two = { .fourcc = fourcc,
                                   .width = 16,
                                   .height = 16,
                                   .planes = 2,
                                   .stride = { 20, 7 },
                                   .rows = { 16, 3 } };
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&two, &shape), TRI_OK);
    assert_int_equal(shape.planes, 2);
    assert_int_equal(shape.plane[0].row_bytes, 20);
    assert_int_equal(shape.plane[0].bytes, 320);
    assert_int_equal(shape.plane[1].offset, 320);
    assert_int_equal(shape.plane[1].rows, 3);

    const struct tri_video blob = { .fourcc = fourcc, .width = 16, .height = 16 };
    assert_int_equal(tri_video_shape(&blob, &shape), TRI_OK);
    assert_int_equal(shape.planes, 1);
    assert_int_equal(shape.plane[0].rows, 0);

    struct tri_video bad[5] = { two, two, two, two, two };
    bad[0].planes = TRI_PLANES_MAX + 1;
    bad[1].rows[1] = 0;
    bad[2].stride[0] = 0;
    bad[3].rows[0] = UINT32_MAX;
    bad[4].fourcc = TRI_FOURCC_NV12; // whose planes are known
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(tri_video_shape(&bad[i], &shape), TRI_ERR_INVALID);
}

static void every_name_of_a_format_matches_in_any_case(void **state)
{
    (void)state;
    for (size_t i = 0; tri_format_at(i); i++) {
        const struct tri_format *format = tri_format_at(i);
        assert_ptr_equal(tri_format_find(format->fourcc), format);
        const char *words[] = { format->name, format->gstreamer, format->ffmpeg };
        for (size_t k = 0; k < 3; k++) {
            char lower[32] = "";
            for (size_t c = 0; words[k] && words[k][c]; c++)
                lower[c] = (char)(words[k][c] | (words[k][c] >= 'A' ? 0x20 : 0));
            const bool unique = format->fourcc != TRI_FOURCC_Z16 && words[k] &&
                                strncmp(words[k], "pg", 2) != 0; // pGAA and pgAA
            if (unique && !strchr(words[k], '_'))
                assert_ptr_equal(tri_format_from_name(lower), format);
            if (words[k] && format->fourcc != TRI_FOURCC_Z16) // GStreamer and ffmpeg: Y16
                assert_ptr_equal(tri_format_from_name(words[k]), format);
        }
    }
    assert_null(tri_format_from_name("H263"));
    assert_null(tri_format_from_name(""));
    assert_null(tri_format_find(0));
    assert_ptr_equal(tri_format_from_name("Y16 "), tri_format_find(TRI_FOURCC_Y16));
    assert_null(tri_format_from_name("Y16 x"));
    assert_null(tri_format_from_name(" "));
    char text[5];
    assert_string_equal(tri_fourcc_name(TRI_FOURCC_Y16, text), "Y16");
    assert_string_equal(tri_fourcc_name(0x20202020, text), " ");
    assert_string_equal(tri_fourcc_name(0x01ff4141, text), "AA??");
}

static void default_colours_are_derived_as_in_v4l2(void **state)
{
    (void)state;
    struct tri_video video = { TRI_FOURCC_NV12, 1280, 719, .field = 0 };
    assert_int_equal(tri_video_matrix(&video), TRI_MATRIX_601);
    video.height = 720;
    assert_int_equal(tri_video_matrix(&video), TRI_MATRIX_709);
    assert_int_equal(tri_video_range(&video), TRI_RANGE_LIMITED);
    video.colorspace = TRI_COLORSPACE_JPEG;
    assert_int_equal(tri_video_matrix(&video), TRI_MATRIX_601);
    assert_int_equal(tri_video_range(&video), TRI_RANGE_FULL);
    video.colorspace = TRI_COLORSPACE_BT2020;
    assert_int_equal(tri_video_matrix(&video), TRI_MATRIX_BT2020);
    video.matrix = TRI_MATRIX_709;
    assert_int_equal(tri_video_matrix(&video), TRI_MATRIX_709);
    video.fourcc = TRI_FOURCC_RGB3;
    assert_int_equal(tri_video_range(&video), TRI_RANGE_FULL);
    assert_int_equal(tri_colorspace_from_name("rec709"), TRI_COLORSPACE_REC709);
    assert_int_equal(tri_range_from_name("purple"), -1);
    assert_string_equal(tri_field_name(99), "any");
    assert_int_equal(tri_siting_from_name("left"), TRI_SITING_LEFT);
}

static void description_is_valid_within_its_ranges_only(void **state)
{
    (void)state;
    const struct tri_video good[] = {
        { .rotation = 270 },
        { .fps_num = 30000, .fps_den = 1001 },
        { .aspect_num = 59, .aspect_den = 54 },
        { .aspect_num = TRI_ASPECT_MAX, .aspect_den = 1 },
        { .bits = 16 },
    };
    const struct tri_video bad[] = {
        { .rotation = 360 },    { .rotation = 45 },
        { .fps_num = 30 },      { .aspect_num = 1 },
        { .aspect_den = 1 },    { .aspect_num = TRI_ASPECT_MAX + 1, .aspect_den = 1 },
        { .bits = UINT32_MAX },
    };
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(tri_video_valid(&good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(tri_video_valid(&bad[i]));
}

static void names_have_one_to_31_characters_and_distinct_keys(void **state)
{
    (void)state;
    assert_true(tri_name_valid("cam0") && tri_name_valid("a") && tri_name_valid("_-9"));
    assert_true(tri_name_valid("Door") && tri_name_valid("cam0.left") && tri_name_valid("Z.-"));
    assert_true(tri_name_valid("abcdefghijklmnopqrstuvwxyz01234"));
    assert_false(tri_name_valid("abcdefghijklmnopqrstuvwxyz012345"));
    assert_false(tri_name_valid("") || tri_name_valid(".a") || tri_name_valid("-a") ||
                 tri_name_valid("..") || tri_name_valid("a b") || tri_name_valid("a/b") ||
                 tri_name_valid("\xc3\xa4"));
    assert_true(tri_key_is_ours(tri_name_key("cam0")) && !tri_key_is_ours(0x73000000));
    assert_int_not_equal(tri_name_key("cam0"), tri_name_key("cam1"));
    // FNV-1a, folded to 24 bits, below a 't'.
    uint32_t hash = 2166136261u;
    for (const char *c = "cam0"; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    assert_int_equal(tri_name_key("cam0"), 0x74000000u | ((hash >> 24) ^ (hash & 0xffffff)));
}

static void checksum_equals_the_published_algorithm(void **state)
{
    static const struct {
        const char *text;
        uint64_t sum; // as printed by xxhsum -H3
    } known[] = { { "", 0x2d06800538d394c2u },
                  { "a", 0xe6c632b61e964e1fu },
                  { "abc", 0x78af5f94892f3950u },
                  { "Nobody inspects the spammish repetition", 0x6cb00603b5cc47e9u } };
    struct tri_frame_info info = { .video = { TRI_FOURCC_MJPG, 64, 48, .field = 0 } };
    struct tri_shape shape;
    (void)state;
    assert_int_equal(tri_video_shape(&info.video, &shape), TRI_OK);
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        const uint8_t *const data[TRI_PLANES_MAX] = { (const uint8_t *)known[i].text };
        info.bytes_used = strlen(known[i].text);
        assert_int_equal(tri_frame_checksum(&info, &shape, data), known[i].sum);
    }
}

static void checksum_reads_rows_as_one_piece(void **state)
{
    static uint8_t picture[100 * 64];
    struct tri_frame_info whole = { .video = { TRI_FOURCC_MJPG, 64, 48, .field = 0 } };
    const uint8_t *const data[TRI_PLANES_MAX] = { picture };
    struct tri_shape shape;
    (void)state;
    assert_int_equal(tri_video_shape(&whole.video, &shape), TRI_OK);
    for (size_t i = 0; i < sizeof(picture); i++)
        picture[i] = (uint8_t)(i * 37 ^ i >> 7);
    for (uint32_t row_bytes = 1; row_bytes <= 100; row_bytes++) {
        const struct tri_frame_info info = {
            .video = { .fourcc = TRI_FOURCC_GREY, .width = row_bytes, .height = 64 }
        };
        const struct tri_shape rows = {
            .planes = 1, .plane = { { .stride = row_bytes, .row_bytes = row_bytes, .rows = 64 } }
        };
        whole.bytes_used = (uint64_t)64 * row_bytes;
        assert_int_equal(tri_frame_checksum(&info, &rows, data),
                         tri_frame_checksum(&whole, &shape, data));
    }
}

static void checksum_ignores_padding(void **state)
{
    (void)state;
    const struct tri_video video = { TRI_FOURCC_NV12, 5, 3, .field = 0 };
    struct tri_frame_info info = { .video = video };
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&video, &shape), TRI_OK);
    uint8_t *picture = calloc(1, (size_t)shape.bytes);
    const uint8_t *const data[TRI_PLANES_MAX] = { picture, picture + shape.plane[1].offset };
    const uint64_t blank = tri_frame_checksum(&info, &shape, data);
    picture[5] = 1; // behind the first row
    assert_int_equal(tri_frame_checksum(&info, &shape, data), blank);
    picture[4] = 1; // its last pixel
    const uint64_t marked = tri_frame_checksum(&info, &shape, data);
    assert_int_not_equal(marked, blank);
    picture[shape.plane[1].offset + 64 + 5] ^= 1; // last byte of the last chroma row
    assert_int_not_equal(tri_frame_checksum(&info, &shape, data), marked);
    free(picture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_format_has_its_shape_at_an_odd_size),
        cmocka_unit_test(padded_strides_are_kept_and_wrong_ones_refused),
        cmocka_unit_test(sizes_out_of_range_are_refused),
        cmocka_unit_test(opaque_format_has_room_for_the_worst_and_at_least_64_kib),
        cmocka_unit_test(unknown_format_has_the_planes_that_are_given),
        cmocka_unit_test(every_name_of_a_format_matches_in_any_case),
        cmocka_unit_test(default_colours_are_derived_as_in_v4l2),
        cmocka_unit_test(names_have_one_to_31_characters_and_distinct_keys),
        cmocka_unit_test(description_is_valid_within_its_ranges_only),
        cmocka_unit_test(checksum_equals_the_published_algorithm),
        cmocka_unit_test(checksum_reads_rows_as_one_piece),
        cmocka_unit_test(checksum_ignores_padding),
    };
    return cmocka_run_group_tests_name("video", tests, NULL, NULL);
}
