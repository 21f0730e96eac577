/* SPDX-License-Identifier: MIT */
#include "elements.h"

#include <libyuv.h>
#include <string.h>

enum { TILE = 32 }; // elements across at a time: their rows stay in the cache

bool elements_are_in(const struct tri_format *format)
{
    if (format->family == TRI_FAMILY_BAYER || format->components == 0)
        return false;
    for (unsigned c = 0; c < format->components; c++) {
        const struct tri_component *component = &format->component[c];
        if (component->per_word > 1 || component->across != format->plane[component->plane].pixels)
            return false;
    }
    return true;
}

struct elements elements_of(const struct tri_video *video, uint32_t p, const uint8_t *data,
                            uint32_t stride)
{
    const struct tri_plane_rule *rule = &tri_format_find(video->fourcc)->plane[p];
    return (struct elements){ .data = (uint8_t *)(uintptr_t)data,
                              .stride = stride,
                              .across = (video->width + rule->pixels - 1) / rule->pixels,
                              .down = (video->height + rule->lines - 1) / rule->lines,
                              .bytes = rule->bytes };
}

/** Copies elements of `bytes` bytes to where the turn puts them: `from` is that of the first element of
 *  the result, and moves by `right` and `below` bytes. */
static inline void move(const uint8_t *from, ptrdiff_t right, ptrdiff_t below,
                        const struct elements *to, uint32_t bytes)
{
    for (uint32_t left = 0; left < to->across; left += TILE) {
        const uint32_t end = to->across - left < TILE ? to->across : left + TILE;
        for (uint32_t y = 0; y < to->down; y++) {
            const uint8_t *at = from + (ptrdiff_t)y * below + (ptrdiff_t)left * right;
            uint8_t *put = to->data + (size_t)y * to->stride + (size_t)left * bytes;
            for (uint32_t x = left; x < end; x++, at += right, put += bytes)
                memcpy(put, at, bytes);
        }
    }
}

static void turn_any(const struct elements *from, const struct elements *to, bool mirror,
                     unsigned quarters)
{
    const ptrdiff_t right = mirror ? -(ptrdiff_t)from->bytes : (ptrdiff_t)from->bytes;
    const ptrdiff_t below = (ptrdiff_t)from->stride;
    const ptrdiff_t across = (ptrdiff_t)from->across - 1;
    const ptrdiff_t down = (ptrdiff_t)from->down - 1;
    const uint8_t *corner = from->data + (mirror ? across * (ptrdiff_t)from->bytes : 0);
    const struct {
        const uint8_t *first;
        ptrdiff_t right;
        ptrdiff_t below;
    } turn[] = { { corner, right, below },
                 { corner + down * below, -below, right },
                 { corner + down * below + across * right, -right, -below },
                 { corner + across * right, below, -right } };
    switch (from->bytes) {
    case 2:
        move(turn[quarters].first, turn[quarters].right, turn[quarters].below, to, 2);
        break;
    case 3:
        move(turn[quarters].first, turn[quarters].right, turn[quarters].below, to, 3);
        break;
    case 4:
        move(turn[quarters].first, turn[quarters].right, turn[quarters].below, to, 4);
        break;
    default:
        move(turn[quarters].first, turn[quarters].right, turn[quarters].below, to, from->bytes);
        break;
    }
}

void elements_turn(const struct elements *from, const struct elements *to, bool mirror,
                   unsigned quarters)
{
    // libyuv flips top to bottom where the height is negative: with half a turn the same as mirroring.
    const int height = mirror ? -(int)from->down : (int)from->down;
    const int degrees = (int)(quarters + (mirror ? 2 : 0)) % 4 * 90;
    if (from->bytes == 1)
        RotatePlane(from->data, (int)from->stride, to->data, (int)to->stride, (int)from->across,
                    height, (enum RotationMode)degrees);
    else if (from->bytes == 4)
        ARGBRotate(from->data, (int)from->stride, to->data, (int)to->stride, (int)from->across,
                   height, (enum RotationMode)degrees);
    else
        turn_any(from, to, mirror, quarters);
}

/** The components in plane `p`; *count of them. */
static const struct tri_component *components_of(const struct tri_format *format, uint32_t p,
                                                 unsigned *count)
{
    const struct tri_component *first = NULL;
    *count = 0;
    for (unsigned c = 0; c < format->components; c++) {
        if (format->component[c].plane != p)
            continue;
        first = first ? first : &format->component[c];
        ++*count;
    }
    return first;
}

bool elements_can_scale(const struct tri_format *format, uint32_t p)
{
    unsigned count;
    const struct tri_component *component = components_of(format, p, &count);
    if (!elements_are_in(format))
        return false;
    if (component->bytes == 1)
        return count == 1 || count == 2 || count == 4;
    return component->bytes == 2 && count == 1 && component->shift == 0;
}

bool elements_scale(const struct tri_format *format, uint32_t p, const struct elements *from,
                    const struct elements *to)
{
    unsigned count;
    const struct tri_component *component = components_of(format, p, &count);
    const enum FilterMode filter = format->family == TRI_FAMILY_DEPTH ? kFilterNone : kFilterBox;
    const int across = (int)from->across;
    const int down = (int)from->down;
    if (component->bytes == 2) {
        if (((uintptr_t)from->data | (uintptr_t)to->data | from->stride | to->stride) % 2)
            return false;
        ScalePlane_16((const void *)from->data, (int)from->stride / 2, across, down,
                      (void *)to->data, (int)to->stride / 2, (int)to->across, (int)to->down,
                      filter);
        return true;
    }
    if (count == 1) {
        ScalePlane(from->data, (int)from->stride, across, down, to->data, (int)to->stride,
                   (int)to->across, (int)to->down, filter);
        return true;
    }
    if (count == 2)
        return UVScale(from->data, (int)from->stride, across, down, to->data, (int)to->stride,
                       (int)to->across, (int)to->down, filter) == 0;
    return ARGBScale(from->data, (int)from->stride, across, down, to->data, (int)to->stride,
                     (int)to->across, (int)to->down, filter) == 0;
}
