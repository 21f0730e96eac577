/* SPDX-License-Identifier: MIT */
/* Each edit of a picture puts the right sample in the right place, in every format, and describes
 * the result. */
#include "picture/picture_edit.h"
#include "picture/pixels.h"
#include "picture/repack.h"
#include "support/painted.h"

#include <libyuv.h>
#include <stdio.h>
#include <string.h>

#define PAD 20 // bytes behind each row

static const uint32_t sizes[][2] = { { 64, 32 }, { 50, 34 }, { 33, 17 } };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Which pixel of a w x h source is pixel (x, y) of the result. */
static void origin(const struct picture_edit *edit, uint32_t width, uint32_t height, uint32_t x,
                   uint32_t y, uint32_t *from_x, uint32_t *from_y)
{
    const uint32_t places[4][2] = {
        { x, y }, { y, height - 1 - x }, { width - 1 - x, height - 1 - y }, { width - 1 - y, x }
    };
    *from_x = places[edit->quarters][0];
    *from_y = places[edit->quarters][1];
    if (edit->mirror)
        *from_x = width - 1 - *from_x;
}

/* A picture of noise; of formats with fewer than 16 bits only valid samples. */
static struct painted noise(uint32_t fourcc, uint32_t width, uint32_t height)
{
    struct painted picture = painted_new(fourcc, width, height, PAD);
    const struct tri_format *format = tri_format_find(fourcc);
    uint32_t seed = fourcc ^ width << 8 ^ height;
    for (uint32_t p = 0; p < picture.shape.planes; p++) {
        for (size_t y = 0; y < picture.shape.plane[p].rows; y++) {
            for (size_t x = 0; x < picture.shape.plane[p].row_bytes; x++) {
                seed = seed * 1664525 + 1013904223;
                picture.data[p][y * picture.stride[p] + x] = (uint8_t)(seed >> 24);
            }
        }
    }
    for (unsigned c = 0; c < format->components; c++) { // bits that do not count are zero
        const struct tri_component *component = &format->component[c];
        const uint32_t used = ((1u << component->bits) - 1) << component->shift;
        const struct tri_plane *plane = &picture.shape.plane[component->plane];
        if (component->bytes != 2 || component->bits > 12)
            continue;
        for (size_t y = 0; y < plane->rows; y++) {
            uint8_t *row = picture.data[component->plane] + y * plane->stride;
            for (size_t x = 0; x + 1 < plane->row_bytes; x += 2) {
                row[x] &= (uint8_t)used;
                row[x + 1] &= (uint8_t)(used >> 8);
            }
        }
        if (format->family == TRI_FAMILY_RGB)
            break;
    }
    return picture;
}

static const uint8_t *const *data_of(const struct painted *picture)
{
    return (const uint8_t *const *)picture->data;
}

/* Plans and makes an edit; returns the result, which the caller frees. */
static struct painted edited(picture_editor *editor, const struct painted *from,
                             const struct picture_edit *edit)
{
    char why[200] = "";
    struct tri_video result;
    if (!picture_editor_plan(editor, &from->info.video, edit, &result, why, sizeof(why)))
        fail_msg("%s: %s", tri_format_find(from->info.video.fourcc)->name, why);
    struct painted to = painted_new(result.fourcc, result.width, result.height, PAD);
    for (uint32_t p = 0; p < TRI_PLANES_MAX; p++)
        result.stride[p] = to.info.video.stride[p];
    to.info.video = result;
    assert_int_equal(
        picture_editor_run(editor, &from->info, &from->shape, data_of(from), &to.shape, to.data),
        TRI_OK);
    painted_check_padding(&to);
    return to;
}

static void assert_planes_equal(const struct painted *seen, const struct painted *wanted)
{
    for (uint32_t p = 0; p < seen->shape.planes; p++)
        for (size_t y = 0; y < seen->shape.plane[p].rows; y++)
            assert_memory_equal(seen->data[p] + y * seen->stride[p],
                                wanted->data[p] + y * wanted->stride[p],
                                seen->shape.plane[p].row_bytes);
}

static bool is_refused(const struct tri_video *video, const struct picture_edit *edit,
                       const char *word)
{
    char why[200] = "";
    struct tri_video result;
    picture_editor *editor = picture_editor_new(NULL);
    const bool planned = picture_editor_plan(editor, video, edit, &result, why, sizeof(why));
    picture_editor_free(&editor);
    if (!planned && !strstr(why, word))
        fail_msg("'%s' lacks %s", why, word);
    return !planned;
}

/* Asserts that each component of each pixel is that of the pixel it comes from. `luma_only`: chroma was
 * computed. */
static void assert_moved(const struct painted *from, const struct painted *to,
                         const struct picture_edit *edit, bool luma_only)
{
    struct pixels source;
    struct pixels result;
    const uint32_t width = edit->crop_width ? edit->crop_width : from->info.video.width;
    const uint32_t height = edit->crop_width ? edit->crop_height : from->info.video.height;
    assert_true(pixels_open(&source, &from->info.video, &from->shape, data_of(from)));
    assert_true(pixels_open(&result, &to->info.video, &to->shape, data_of(to)));
    for (uint32_t y = 0; y < to->info.video.height; y++) {
        for (uint32_t x = 0; x < to->info.video.width; x++) {
            uint32_t from_x;
            uint32_t from_y;
            origin(edit, width, height, x, y, &from_x, &from_y);
            const struct pixel wanted =
                pixels_at(&source, from_x + edit->crop_x, from_y + edit->crop_y);
            const struct pixel seen = pixels_at(&result, x, y);
            for (unsigned c = 0; c < (luma_only ? 1 : source.format->components); c++)
                if (wanted.value[c] != seen.value[c])
                    fail_msg("%s %ux%u, %u quarters%s: %c at %u,%u is %u, not %u",
                             source.format->name, width, height, edit->quarters,
                             edit->mirror ? ", mirrored" : "", source.format->component[c].name, x,
                             y, seen.value[c], wanted.value[c]);
        }
    }
}

static bool shares_across_only(const struct tri_format *format)
{
    return format->family == TRI_FAMILY_YUV && format->component[1].across == 2 &&
           format->component[1].down == 1;
}

static bool can_turn(const struct tri_format *format)
{
    return format->components > 0 && format->family != TRI_FAMILY_BAYER &&
           format->fourcc != TRI_FOURCC_Y210 && format->component[0].per_word == 0;
}

/* Not in 4:2:2 of words, whose chroma libyuv does not scale in pairs. */
static bool can_turn_by_quarters(const struct tri_format *format)
{
    return !shares_across_only(format) || format->depth == 8;
}

static void every_turn_moves_each_pixel_in_each_format(void **state)
{
    (void)state;
    const struct tri_format *format;
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        if (!can_turn(format))
            continue;
        for (size_t s = 0; s < COUNT(sizes); s++) {
            struct painted from = noise(format->fourcc, sizes[s][0], sizes[s][1]);
            for (unsigned turn = 1; turn < 8; turn++) {
                const struct picture_edit edit = { .quarters = turn % 4, .mirror = turn > 3 };
                if (edit.quarters % 2 && !can_turn_by_quarters(format))
                    continue;
                struct painted to = edited(editor, &from, &edit);
                const bool odd = sizes[s][0] % 2 && format->family == TRI_FAMILY_YUV;
                const bool computed = shares_across_only(format) && edit.quarters % 2;
                assert_moved(&from, &to, &edit, odd || computed);
                painted_free(&to);
            }
            painted_free(&from);
        }
    }
    picture_editor_free(&editor);
}

/* Chroma of 4:2:2 has other places after a quarter turn: a slope stays a slope. */
static void quarter_turn_of_422_computes_chroma_at_its_new_places(void **state)
{
    (void)state;
    picture_editor *editor = picture_editor_new(NULL);
    struct painted from = noise(TRI_FOURCC_422P, 64, 32);
    for (size_t y = 0; y < 32; y++)
        for (size_t x = 0; x < 32; x++) {
            from.data[1][y * from.stride[1] + x] = (uint8_t)(20 + 2 * x + 3 * y);
            from.data[2][y * from.stride[2] + x] = (uint8_t)(240 - 2 * x - 3 * y);
        }
    struct painted to = edited(editor, &from, &(struct picture_edit){ .quarters = 1 });
    for (size_t y = 1; y < 63; y++) // at the ends there is nothing to interpolate
        for (size_t x = 0; x < 16; x++) {
            const double slope = (double)y - 0.5 + 3 * (30.5 - 2 * (double)x);
            assert_in_range(to.data[1][y * to.stride[1] + x], 20 + slope - 2, 20 + slope + 2);
            assert_in_range(to.data[2][y * to.stride[2] + x], 240 - slope - 2, 240 - slope + 2);
        }
    painted_free(&from);
    painted_free(&to);
    picture_editor_free(&editor);
}

static void crop_keeps_each_sample_in_each_format(void **state)
{
    (void)state;
    const struct tri_format *format;
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t f = 0; (format = tri_format_at(f)); f++) {
        const struct picture_edit edit = {
            .crop_x = 12, .crop_y = 6, .crop_width = 31, .crop_height = 15
        };
        if (format->components == 0)
            continue;
        struct painted from = noise(format->fourcc, 64, 32);
        struct painted to = edited(editor, &from, &edit);
        assert_int_equal(picture_editor_steps(editor), 1);
        // The last cell of a mosaic of odd size has no neighbours: pixels_at() repeats others.
        if (format->family != TRI_FAMILY_BAYER)
            assert_moved(&from, &to, &edit, false);
        const size_t bytes = format->plane[0].bytes;
        for (size_t y = 0; y < 15 && format->family == TRI_FAMILY_BAYER; y++)
            assert_memory_equal(to.data[0] + y * to.stride[0],
                                from.data[0] + (y + 6) * from.stride[0] +
                                    12 / format->plane[0].pixels * bytes,
                                31 / format->plane[0].pixels * bytes);
        painted_free(&to);
        painted_free(&from);
    }
    picture_editor_free(&editor);
}

static void moved_samples_do_not_change(void **state)
{
    (void)state;
    static const uint32_t pairs[][2] = {
        { TRI_FOURCC_YUYV, TRI_FOURCC_422P }, { TRI_FOURCC_YVYU, TRI_FOURCC_422P },
        { TRI_FOURCC_UYVY, TRI_FOURCC_422P }, { TRI_FOURCC_NV16, TRI_FOURCC_422P },
        { TRI_FOURCC_422P, TRI_FOURCC_YUYV }, { TRI_FOURCC_422P, TRI_FOURCC_YVYU },
        { TRI_FOURCC_422P, TRI_FOURCC_UYVY }, { TRI_FOURCC_422P, TRI_FOURCC_NV16 },
        { TRI_FOURCC_NV12, TRI_FOURCC_YU12 }, { TRI_FOURCC_NV12, TRI_FOURCC_YV12 },
        { TRI_FOURCC_NV21, TRI_FOURCC_YU12 }, { TRI_FOURCC_NV12, TRI_FOURCC_NV21 },
        { TRI_FOURCC_NV21, TRI_FOURCC_NV12 }, { TRI_FOURCC_YU12, TRI_FOURCC_NV12 },
        { TRI_FOURCC_YU12, TRI_FOURCC_NV21 }, { TRI_FOURCC_YV12, TRI_FOURCC_NV12 },
        { TRI_FOURCC_YU12, TRI_FOURCC_YV12 }, { TRI_FOURCC_NV24, TRI_FOURCC_YM24 },
        { TRI_FOURCC_YM24, TRI_FOURCC_NV24 },
    };
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t i = 0; i < COUNT(pairs); i++) {
        for (size_t s = 0; s < COUNT(sizes); s++) {
            const struct picture_edit edit = { .fourcc = pairs[i][1] };
            struct painted from = noise(pairs[i][0], sizes[s][0], sizes[s][1]);
            struct painted to = edited(editor, &from, &edit);
            assert_int_equal(picture_editor_steps(editor), 1);
            assert_moved(&from, &to, &edit, false);
            painted_free(&to);
            painted_free(&from);
        }
    }
    picture_editor_free(&editor);
}

/* Chroma of 4:2:0 made of 4:2:2 is the rounded mean of two rows. */
static void chroma_of_two_rows_becomes_their_mean(void **state)
{
    (void)state;
    static const uint32_t sources[] = { TRI_FOURCC_YUYV, TRI_FOURCC_UYVY, TRI_FOURCC_YVYU };
    static const uint32_t targets[] = { TRI_FOURCC_NV12, TRI_FOURCC_YU12, TRI_FOURCC_YV12,
                                        TRI_FOURCC_NV21 };
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t i = 0; i < COUNT(sources) * COUNT(targets); i++) {
        const struct picture_edit edit = { .fourcc = targets[i % COUNT(targets)] };
        if (!repack_can(sources[i / COUNT(targets)], edit.fourcc))
            continue; // libswscale's, which rounds otherwise
        struct painted from = noise(sources[i / COUNT(targets)], 64, 32);
        struct painted to = edited(editor, &from, &edit);
        struct pixels source;
        struct pixels result;
        assert_true(pixels_open(&source, &from.info.video, &from.shape, data_of(&from)));
        assert_true(pixels_open(&result, &to.info.video, &to.shape, data_of(&to)));
        for (uint32_t y = 0; y < 32; y += 2) {
            for (uint32_t x = 0; x < 64; x++) {
                const struct pixel upper = pixels_at(&source, x, y);
                const struct pixel lower = pixels_at(&source, x, y + 1);
                const struct pixel seen = pixels_at(&result, x, y);
                assert_int_equal(seen.value[0], upper.value[0]);
                for (unsigned c = 1; c < 3; c++)
                    assert_in_range(seen.value[c], (upper.value[c] + lower.value[c]) / 2u,
                                    (upper.value[c] + lower.value[c] + 1u) / 2u);
            }
        }
        painted_free(&to);
        painted_free(&from);
    }
    picture_editor_free(&editor);
}

static void scaled_planes_are_libyuvs(void **state)
{
    (void)state;
    static const uint32_t results[][2] = { { 32, 16 }, { 50, 20 }, { 128, 96 }, { 21, 11 } };
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t i = 0; i < COUNT(results); i++) {
        const int w = (int)results[i][0];
        const int h = (int)results[i][1];
        const struct picture_edit edit = { .width = results[i][0], .height = results[i][1] };
        struct painted planar = noise(TRI_FOURCC_YU12, 64, 32);
        struct painted rgb = noise(TRI_FOURCC_AR24, 64, 32);
        struct painted seen = edited(editor, &planar, &edit);
        struct painted wanted = painted_new(TRI_FOURCC_YU12, edit.width, edit.height, PAD);
        I420Scale(planar.data[0], (int)planar.stride[0], planar.data[1], (int)planar.stride[1],
                  planar.data[2], (int)planar.stride[2], 64, 32, wanted.data[0],
                  (int)wanted.stride[0], wanted.data[1], (int)wanted.stride[1], wanted.data[2],
                  (int)wanted.stride[2], w, h, kFilterBox);
        assert_planes_equal(&seen, &wanted);
        painted_free(&seen);
        painted_free(&wanted);
        seen = edited(editor, &rgb, &edit);
        assert_int_equal(picture_editor_steps(editor), 1);
        wanted = painted_new(TRI_FOURCC_AR24, edit.width, edit.height, PAD);
        ARGBScale(rgb.data[0], (int)rgb.stride[0], 64, 32, wanted.data[0], (int)wanted.stride[0], w,
                  h, kFilterBox);
        assert_planes_equal(&seen, &wanted);
        painted_free(&seen);
        painted_free(&wanted);
        painted_free(&planar);
        painted_free(&rgb);
    }
    picture_editor_free(&editor);
}

/* Every format is scaled into every other that can be made, and no byte beyond a row is written. */
static void colour_survives_all_formats_and_sizes(void **state)
{
    (void)state;
    const uint8_t grey[3] = { 128, 128, 128 };
    const double middle = 128 / 255.0;
    const struct tri_format *from;
    const struct tri_format *to;
    unsigned made = 0;
    picture_converter *converter = picture_converter_new(NULL);
    picture_editor *editor = picture_editor_new(NULL);
    for (size_t f = 0; (from = tri_format_at(f)); f++) {
        for (size_t t = 0; (to = tri_format_at(t)); t++) {
            const struct picture_edit edit = { .crop_x = 12,
                                               .crop_y = 2,
                                               .crop_width = 36,
                                               .crop_height = 28,
                                               .width = f % 2 ? 50 : 25,
                                               .height = f % 2 ? 40 : 18,
                                               .fourcc = to->fourcc };
            if (from->components == 0 || from->family == TRI_FAMILY_DEPTH || !can_turn(to) ||
                !picture_can_make(converter, from->fourcc, to->fourcc))
                continue;
            struct painted source = painted_new(from->fourcc, 64, 32, PAD);
            source.info.video.range = TRI_RANGE_FULL;
            painted_fill(&source, grey);
            struct painted result = edited(editor, &source, &edit);
            struct pixels pixels;
            double rgb[3];
            const bool coarse = to->fourcc == TRI_FOURCC_RGBP || from->fourcc == TRI_FOURCC_RGBP;
            const double tolerance = coarse ? 0.06 : 0.025;
            assert_true(pixels_open(&pixels, &result.info.video, &result.shape, data_of(&result)));
            for (uint32_t y = 0; y < edit.height; y++) {
                for (uint32_t x = 0; x < edit.width; x++) {
                    const struct pixel pixel = pixels_at(&pixels, x, y);
                    pixels_color(&pixels, &pixel, rgb);
                    for (int c = 0; c < 3; c++)
                        if (rgb[c] < middle - tolerance || rgb[c] > middle + tolerance)
                            fail_msg("%s to %s: %f at %u,%u", from->name, to->name, rgb[c], x, y);
                }
            }
            made++;
            painted_free(&source);
            painted_free(&result);
        }
    }
    assert_in_range(made, 900, 3000);
    picture_converter_free(&converter);
    picture_editor_free(&editor);
}

static struct tri_video described(const struct tri_video *video, const struct picture_edit *edit)
{
    char why[200];
    struct tri_video result;
    picture_editor *editor = picture_editor_new(NULL);
    if (!picture_editor_plan(editor, video, edit, &result, why, sizeof(why)))
        fail_msg("%s", why);
    picture_editor_free(&editor);
    return result;
}

static void result_describes_the_edited_pixels(void **state)
{
    (void)state;
    const struct tri_video hd = { .fourcc = TRI_FOURCC_NV12,
                                  .width = 1920,
                                  .height = 1080,
                                  .fps_num = 50,
                                  .fps_den = 1,
                                  .transfer = TRI_TRANSFER_HLG,
                                  .siting = TRI_SITING_LEFT,
                                  .aspect_num = 4,
                                  .aspect_den = 3 };
    struct tri_video seen =
        described(&hd, &(struct picture_edit){ .width = 640, .height = 480, .fourcc = 0 });
    assert_int_equal(seen.matrix, TRI_MATRIX_709); // by its height it would be 601
    assert_int_equal(seen.transfer, TRI_TRANSFER_HLG);
    assert_int_equal(seen.fps_num, 50);
    assert_int_equal(seen.aspect_num, 16); // 4:3 times 1920 / 640 over 1080 / 480
    assert_int_equal(seen.aspect_den, 9);
    assert_int_equal(seen.siting, TRI_SITING_LEFT);

    seen = described(&hd, &(struct picture_edit){ .quarters = 1 });
    assert_int_equal(seen.width, 1080);
    assert_int_equal(seen.height, 1920);
    assert_int_equal(seen.aspect_num, 3);
    assert_int_equal(seen.aspect_den, 4);
    assert_int_equal(seen.siting, TRI_SITING_TOP);
    assert_int_equal(seen.matrix, TRI_MATRIX_DEFAULT);

    seen = described(&hd, &(struct picture_edit){ .mirror = true });
    assert_int_equal(seen.siting, TRI_SITING_DEFAULT); // on the right: has no name
    seen = described(&hd, &(struct picture_edit){ .fourcc = TRI_FOURCC_RGB3 });
    assert_int_equal(tri_video_range(&seen), TRI_RANGE_FULL);
    assert_int_equal(seen.siting, TRI_SITING_DEFAULT);
}

static void crop_of_hd_keeps_the_colours_of_hd(void **state)
{
    (void)state;
    picture_editor *editor = picture_editor_new(NULL);
    struct painted from = painted_new(TRI_FOURCC_YU12, 64, 720, 0); // unlabelled: BT.709
    memset(from.data[0], 100, (size_t)from.shape.plane[0].bytes);
    memset(from.data[1], 90, (size_t)from.shape.plane[1].bytes);
    memset(from.data[2], 200, (size_t)from.shape.plane[2].bytes);
    const struct picture_edit whole = { .fourcc = TRI_FOURCC_XR24 };
    const struct picture_edit part = { .crop_width = 64,
                                       .crop_height = 16,
                                       .fourcc = TRI_FOURCC_XR24 };
    struct painted large = edited(editor, &from, &whole);
    struct painted small = edited(editor, &from, &part);
    assert_memory_equal(large.data[0], small.data[0], 4);
    painted_free(&large);
    painted_free(&small);
    painted_free(&from);
    picture_editor_free(&editor);
}

static void impossible_edit_is_refused_with_the_reason(void **state)
{
    (void)state;
    struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 64, .height = 32 };
    const struct picture_edit larger = { .crop_x = 40, .crop_width = 32, .crop_height = 32 };
    const struct picture_edit between = { .crop_x = 3, .crop_width = 32, .crop_height = 16 };
    assert_true(is_refused(&video, &larger, "not inside its 64x32"));
    assert_true(is_refused(&video, &between, "multiple of 2"));
    video.fourcc = TRI_FOURCC_H264;
    assert_true(is_refused(&video, &(struct picture_edit){ .width = 32, .height = 16 }, "H264"));
    assert_true(is_refused(&video, &(struct picture_edit){ .width = 0 }, "decodebin"));
    video.fourcc = TRI_FOURCC('p', 'B', 'E', 'E');
    assert_true(is_refused(&video, &(struct picture_edit){ .quarters = 1 }, "not a known format"));
    assert_false(is_refused(&video, &(struct picture_edit){ .width = 0 }, ""));
    video.fourcc = TRI_FOURCC_P210;
    assert_true(is_refused(&video, &(struct picture_edit){ .quarters = 1 }, "add --format"));
    assert_false(is_refused(&video, &(struct picture_edit){ .quarters = 2 }, ""));
    video.fourcc = TRI_FOURCC_BA81;
    assert_true(is_refused(&video, &(struct picture_edit){ .quarters = 1 }, "add --format"));
    assert_false(
        is_refused(&video, &(struct picture_edit){ .quarters = 1, .fourcc = TRI_FOURCC_RGB3 }, ""));
}

static void fields_of_a_frame_are_never_mixed(void **state)
{
    (void)state;
    const struct tri_video video = {
        .fourcc = TRI_FOURCC_YUYV, .width = 64, .height = 32, .field = TRI_FIELD_INTERLACED_TB
    };
    const struct picture_edit crop = { .crop_y = 1, .crop_width = 64, .crop_height = 8 };
    assert_true(is_refused(&video, &(struct picture_edit){ .width = 64, .height = 16 }, "fields"));
    assert_true(is_refused(&video, &(struct picture_edit){ .quarters = 1 }, "deinterlace"));
    assert_true(is_refused(&video, &(struct picture_edit){ .quarters = 2 }, "deinterlace"));
    assert_true(is_refused(&video, &crop, "fields"));
    assert_false(is_refused(&video, &(struct picture_edit){ .width = 32, .height = 32 }, ""));
    assert_false(is_refused(&video, &(struct picture_edit){ .mirror = true }, ""));
    struct tri_video field = video;
    field.field = TRI_FIELD_ALTERNATE; // each frame is one field
    assert_false(is_refused(&field, &(struct picture_edit){ .width = 64, .height = 16 }, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_turn_moves_each_pixel_in_each_format),
        cmocka_unit_test(quarter_turn_of_422_computes_chroma_at_its_new_places),
        cmocka_unit_test(crop_keeps_each_sample_in_each_format),
        cmocka_unit_test(moved_samples_do_not_change),
        cmocka_unit_test(chroma_of_two_rows_becomes_their_mean),
        cmocka_unit_test(scaled_planes_are_libyuvs),
        cmocka_unit_test(colour_survives_all_formats_and_sizes),
        cmocka_unit_test(result_describes_the_edited_pixels),
        cmocka_unit_test(crop_of_hd_keeps_the_colours_of_hd),
        cmocka_unit_test(impossible_edit_is_refused_with_the_reason),
        cmocka_unit_test(fields_of_a_frame_are_never_mixed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
