/* SPDX-License-Identifier: MIT */
#include "edit_result.h"

#include "program/fraction.h"

#include <stdio.h>

void picture_units(uint32_t fourcc, uint32_t *across, uint32_t *down)
{
    const struct tri_format *format = tri_format_find(fourcc);
    *across = *down = 1;
    for (unsigned c = 0; format && c < format->components; c++) {
        const struct tri_component *component = &format->component[c];
        const uint32_t group = component->bytes == 4 ? 6u : component->per_word; // v210: 6 pixels
        const uint32_t pixels = group > component->across ? group : component->across;
        *across = pixels > *across ? pixels : *across;
        *down = component->down > *down ? component->down : *down;
    }
}

static bool is_mixed(uint32_t field)
{
    return field == TRI_FIELD_INTERLACED || field == TRI_FIELD_INTERLACED_TB ||
           field == TRI_FIELD_INTERLACED_BT || field == TRI_FIELD_SEQ_TB ||
           field == TRI_FIELD_SEQ_BT;
}

/** Chroma's place among its pixels, 0 in the middle; false: unknown. */
static bool siting_place(uint32_t siting, int *x, int *y)
{
    *x = siting == TRI_SITING_CENTER || siting == TRI_SITING_TOP || siting == TRI_SITING_BOTTOM
             ? 0
             : -1;
    *y = siting == TRI_SITING_LEFT || siting == TRI_SITING_CENTER   ? 0
         : siting == TRI_SITING_TOPLEFT || siting == TRI_SITING_TOP ? -1
                                                                    : 1;
    return siting != TRI_SITING_DEFAULT;
}

/** The siting after a turn; DEFAULT for places that have no name. */
static uint32_t turn_siting(uint32_t siting, bool mirror, unsigned quarters)
{
    int x;
    int y;
    if (!siting_place(siting, &x, &y))
        return siting;
    x = mirror ? -x : x;
    for (; quarters > 0; quarters--) {
        const int left = -y;
        y = x;
        x = left;
    }
    for (uint32_t turned = TRI_SITING_LEFT; turned <= TRI_SITING_BOTTOM; turned++) {
        int turned_x;
        int turned_y;
        siting_place(turned, &turned_x, &turned_y);
        if (turned_x == x && turned_y == y)
            return turned;
    }
    return TRI_SITING_DEFAULT;
}

/** Sets the aspect ratio of pixels that became `num`/`den` times as wide. */
static void set_aspect(struct tri_video *video, uint64_t num, uint64_t den)
{
    const bool given = video->aspect_num && video->aspect_den;
    num *= given ? video->aspect_num : 1;
    den *= given ? video->aspect_den : 1;
    const uint64_t divisor = greatest_divisor(num, den);
    num /= divisor;
    den /= divisor;
    while (num > TRI_ASPECT_MAX || den > TRI_ASPECT_MAX) {
        num = num > 1 ? num / 2 : 1;
        den = den > 1 ? den / 2 : 1;
    }
    if (!given && num == den)
        return;
    video->aspect_num = (uint32_t)num;
    video->aspect_den = (uint32_t)den;
}

bool edit_check_fields(const struct tri_video *video, const struct picture_edit *edit, char *why,
                       size_t why_bytes)
{
    const bool apart = video->field == TRI_FIELD_SEQ_TB || video->field == TRI_FIELD_SEQ_BT;
    const uint32_t height = edit->crop_width ? edit->crop_height : video->height;
    const char *what = NULL;
    uint32_t across;
    uint32_t down;
    picture_units(video->fourcc, &across, &down);
    if (!is_mixed(video->field))
        return true;
    if (edit->quarters)
        what = "rotation";
    else if (edit->height && edit->height != height)
        what = "scaling its height";
    else if (edit->crop_width && (apart || edit->crop_y % (2 * down) || height % (2 * down)))
        what = apart ? "a crop" : "a crop whose top and height are not multiples of two lines";
    if (what)
        snprintf(why, why_bytes,
                 "%s would mix its two fields (%s): deinterlace it first, or keep the height", what,
                 tri_field_name(video->field));
    return !what;
}

bool edit_check_crop(const struct tri_video *video, const struct picture_edit *edit, char *why,
                     size_t why_bytes)
{
    uint32_t across;
    uint32_t down;
    char fourcc[5];
    const uint32_t x = edit->crop_x;
    const uint32_t y = edit->crop_y;
    if (!edit->crop_width)
        return true;
    if (x >= video->width || edit->crop_width > video->width - x || y >= video->height ||
        edit->crop_height > video->height - y) {
        snprintf(why, why_bytes, "the crop %ux%u+%u+%u is not inside its %ux%u pixels",
                 edit->crop_width, edit->crop_height, x, y, video->width, video->height);
        return false;
    }
    picture_units(video->fourcc, &across, &down);
    if (x % across == 0 && y % down == 0)
        return true;
    snprintf(why, why_bytes,
             "pixels of %s share samples: X of a crop must be a multiple of %u and Y of %u, for "
             "instance +%u+%u",
             tri_fourcc_name(video->fourcc, fourcc), across, down, x - x % across, y - y % down);
    return false;
}

uint32_t edit_matrix(const struct tri_video *video, const struct picture_edit *edit)
{
    struct tri_video result = *video;
    const uint32_t width = edit->crop_width ? edit->crop_width : video->width;
    const uint32_t height = edit->crop_width ? edit->crop_height : video->height;
    result.height = edit->height ? edit->height : edit->quarters % 2 ? width : height;
    const bool yuv = tri_format_find(video->fourcc)->family == TRI_FAMILY_YUV;
    return tri_video_matrix(yuv ? video : &result);
}

void edit_describe(const struct tri_video *video, const struct picture_edit *edit,
                   struct tri_video *result)
{
    const struct tri_format *from = tri_format_find(video->fourcc);
    const struct tri_format *to = tri_format_find(result->fourcc);
    const bool across = edit->quarters % 2;
    uint32_t width = edit->crop_width ? edit->crop_width : video->width;
    uint32_t height = edit->crop_width ? edit->crop_height : video->height;
    if (across) {
        const uint32_t turned = width;
        width = height;
        height = turned;
        result->aspect_num = video->aspect_den;
        result->aspect_den = video->aspect_num;
    }
    set_aspect(result, (uint64_t)width * result->height, (uint64_t)result->width * height);
    const bool shares = from->components > 1 && from->component[1].across == 2;
    const bool shared = to->components > 1 && to->component[1].across == 2;
    result->siting = shares && shared ? turn_siting(video->siting, edit->mirror, edit->quarters)
                                      : (uint32_t)TRI_SITING_DEFAULT;
    if (from != to)
        result->bits = 0;
    struct tri_video plain = *result;
    plain.matrix = video->matrix;
    if (tri_video_matrix(&plain) == tri_video_matrix(result))
        result->matrix = video->matrix;
}
