/* SPDX-License-Identifier: MIT */
/** Rectangles, lines and copies on a canvas of any format. */
#include "paint.h"

#include "picture/component.h"

#include <stdlib.h>
#include <string.h>

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/** `pixels` in units of `unit`, rounded up. */
static uint32_t units(uint32_t pixels, uint32_t unit)
{
    return pixels / unit + (pixels % unit != 0);
}

bool paint_open_part(struct paint *paint, const struct paint *like, uint32_t width, uint32_t height)
{
    struct tri_video video = like->video;
    video.width = (width + 1) & ~1u;
    video.height = (height + 1) & ~1u;
    memset(video.stride, 0, sizeof(video.stride));
    if (!paint_open(paint, &video))
        return false;
    memcpy(paint->luma, like->luma, sizeof(paint->luma)); // the matrix must not follow the size
    paint->data[0] = calloc(1, (size_t)paint->shape.bytes);
    if (!paint->data[0])
        return false;
    for (uint32_t p = 1; p < paint->shape.planes; p++)
        paint->data[p] = paint->data[0] + paint->shape.plane[p].offset;
    return true;
}

static uint8_t *row_of(const struct paint *paint, uint32_t plane, uint32_t row)
{
    return paint->data[plane] + (size_t)row * paint->shape.plane[plane].stride;
}

/** Number of samples of a component in a row. At an odd width this includes the pixels of the last
 *  group that lie outside the picture. */
static uint32_t samples_in_row(const struct paint *paint, const struct tri_component *component)
{
    const struct tri_plane_rule *rule = &paint->format->plane[component->plane];
    const uint32_t groups = paint->shape.plane[component->plane].row_bytes / rule->bytes;
    return groups * rule->pixels / component->across;
}

/** Fills words of 16 bits with one sample each, or a part of them, as in RGBP. */
static void fill_words(uint8_t *row, const struct tri_component *component, uint32_t first,
                       uint32_t end, uint16_t sample)
{
    const uint16_t kept = (uint16_t)~component_mask(component, component->shift);
    const uint16_t set = (uint16_t)(sample << component->shift);
    const size_t step = (size_t)component->every * sizeof(set);
    uint8_t *at = row + component_offset(component, first);

    for (uint32_t i = first; i < end; i++, at += step) {
        at[0] = (uint8_t)((at[0] & kept) | set);
        at[1] = (uint8_t)((at[1] & kept >> 8) | set >> 8);
    }
}

static void fill_samples(uint8_t *row, const struct tri_component *component, uint32_t first,
                         uint32_t end, uint16_t sample)
{
    const bool bytes = component->bytes == 1 && !component_is_mipi(component);
    if (bytes && component->every == 1) {
        memset(row + component->first + first, (uint8_t)sample, end - first);
        return;
    }
    if (bytes) {
        const size_t step = component->every;
        uint8_t *at = row + component->first + first * step;
        for (uint32_t i = first; i < end; i++, at += step)
            *at = (uint8_t)sample;
        return;
    }
    if (component->bytes == 2) {
        fill_words(row, component, first, end, sample);
        return;
    }
    for (uint32_t i = first; i < end; i++)
        component_set(component, row, i, sample);
}

static bool is_mosaic(const struct paint *paint)
{
    return paint->format->family == TRI_FAMILY_BAYER;
}

/** The first sample at pixel `x` or to its right; a shared sample is at each of its pixels. */
static uint32_t sample_begin(const struct paint *paint, const struct tri_component *component,
                             uint32_t x)
{
    return is_mosaic(paint) ? (x + 1 - component->first) / 2 : x / component->across;
}

/** The first sample after `end` pixels; at the picture's edge, the end of the row. */
static uint32_t sample_end(const struct paint *paint, const struct tri_component *component,
                           uint32_t end)
{
    if (end == paint->video.width)
        return samples_in_row(paint, component);
    return is_mosaic(paint) ? sample_begin(paint, component, end) : units(end, component->across);
}

/** Fills one row of a plane from pixel `x` up to `right`. */
static void fill_row(const struct paint *paint, uint32_t p, uint32_t row, uint32_t x,
                     uint32_t right, const struct paint_color *color)
{
    for (uint32_t c = 0; c < paint->format->components; c++) {
        const struct tri_component *component = &paint->format->component[c];
        if (component->plane == p &&
            row % component_rows(paint->format, component) == component->line)
            fill_samples(row_of(paint, p, row), component, sample_begin(paint, component, x),
                         sample_end(paint, component, right), color->sample[c]);
    }
}

void paint_fill(struct paint *paint, uint32_t x, uint32_t y, uint32_t width, uint32_t height,
                struct paint_color color)
{
    if (x >= paint->video.width || y >= paint->video.height || !width || !height)
        return;
    const uint32_t right = x + least(width, paint->video.width - x);
    const uint32_t bottom = y + least(height, paint->video.height - y);

    for (uint32_t p = 0; p < paint->shape.planes; p++) {
        const struct tri_plane_rule *rule = &paint->format->plane[p];
        const uint32_t first = y / rule->lines;
        const uint32_t end = units(bottom, rule->lines);
        const size_t from = (size_t)(x / rule->pixels) * rule->bytes;
        const size_t bytes = (size_t)units(right, rule->pixels) * rule->bytes - from;
        // A packed group has samples of several pixels, of which some may be outside; rows of a
        // mosaic differ.
        const bool cut =
            is_mosaic(paint) ||
            (component_packed(paint->format) &&
             (x % rule->pixels || (right % rule->pixels && right < paint->video.width)));

        fill_row(paint, p, first, x, right, &color);
        for (uint32_t row = first + 1; row < end; row++) {
            if (cut)
                fill_row(paint, p, row, x, right, &color);
            else
                memcpy(row_of(paint, p, row) + from, row_of(paint, p, first) + from, bytes);
        }
    }
}

/** Mean of the pixels, one or two, that share a sample; `left` of them remain. */
static uint16_t shared(const struct paint_color *colors, uint32_t left, uint32_t across, uint32_t c)
{
    const uint32_t first = colors[0].sample[c];
    return (uint16_t)(across > 1 && left > 1 ? (first + colors[1].sample[c] + 1) / 2 : first);
}

void paint_line(struct paint *paint, uint32_t x, uint32_t y, uint32_t count,
                const struct paint_color *colors)
{
    if (x >= paint->video.width || y >= paint->video.height || !count)
        return;
    count = least(count, paint->video.width - x);

    for (uint32_t c = 0; c < paint->format->components; c++) {
        const struct tri_component *component = &paint->format->component[c];
        if (y % component->down != component->line)
            continue;
        const uint32_t first = sample_begin(paint, component, x);
        const uint32_t end = sample_end(paint, component, x + count);
        const uint32_t own = is_mosaic(paint) ? 1 : component->across; // pixels of a sample
        const uint32_t skipped = is_mosaic(paint) ? 2 * first + component->first - x : 0;
        uint8_t *row = row_of(paint, component->plane,
                              component_row(paint->format, component, y, paint->video.height));

        // At an odd width the pixel past the edge repeats the last one.
        for (uint32_t i = first; i < end; i++) {
            const uint32_t from = least(skipped + (i - first) * component->across, count - 1);
            component_set(component, row, i, shared(colors + from, count - from, own, c));
        }
    }
}

void paint_repeat(struct paint *paint, uint32_t from, uint32_t period, uint32_t end)
{
    end = least(end, paint->video.height);
    for (uint32_t p = 0; p < paint->shape.planes; p++) {
        const uint32_t down = paint->format->plane[p].lines;
        const uint32_t rows = period / down;
        const uint32_t last = units(end, down);

        for (uint32_t row = from / down + rows; row < last; row++)
            memcpy(row_of(paint, p, row), row_of(paint, p, row - rows),
                   paint->shape.plane[p].row_bytes);
    }
}

/** Positions and size of a copy, in pixels. */
struct copy {
    uint32_t x;
    uint32_t y;
    uint32_t from_x;
    uint32_t from_y;
    uint32_t width;
    uint32_t height;
};

/** Clips a copy to both canvases. @return false if nothing is left */
static bool clip(struct copy *copy, const struct paint *to, const struct paint *from)
{
    if (copy->x >= to->video.width || copy->y >= to->video.height ||
        copy->from_x >= from->video.width || copy->from_y >= from->video.height)
        return false;
    copy->width =
        least(copy->width, least(to->video.width - copy->x, from->video.width - copy->from_x));
    copy->height =
        least(copy->height, least(to->video.height - copy->y, from->video.height - copy->from_y));
    return true;
}

/** Copies sample by sample: where a group is so wide that copies end within it. */
static void copy_samples(uint8_t *to, const uint8_t *from, const struct paint *paint, uint32_t p,
                         const struct copy *copy)
{
    for (uint32_t c = 0; c < paint->format->components; c++) {
        const struct tri_component *component = &paint->format->component[c];
        const uint32_t count = units(copy->width, component->across);
        for (uint32_t i = 0; component->plane == p && i < count; i++)
            component_set(component, to, copy->x / component->across + i,
                          component_get(component, from, copy->from_x / component->across + i));
    }
}

static void copy_plane(struct paint *to, const struct paint *from, uint32_t p,
                       const struct copy *copy)
{
    const struct tri_plane_rule *rule = &to->format->plane[p];
    const size_t bytes = (size_t)units(copy->width, rule->pixels) * rule->bytes;
    const size_t at = (size_t)(copy->x / rule->pixels) * rule->bytes;
    const size_t from_at = (size_t)(copy->from_x / rule->pixels) * rule->bytes;
    const uint32_t rows = units(copy->height, rule->lines);
    for (uint32_t row = 0; row < rows; row++) {
        uint8_t *const to_row = row_of(to, p, copy->y / rule->lines + row);
        const uint8_t *const from_row = row_of(from, p, copy->from_y / rule->lines + row);
        if (rule->pixels > 2)
            copy_samples(to_row, from_row, to, p, copy);
        else
            memcpy(to_row + at, from_row + from_at, bytes);
    }
}

void paint_copy(struct paint *to, uint32_t x, uint32_t y, const struct paint *from, uint32_t from_x,
                uint32_t from_y, uint32_t width, uint32_t height)
{
    struct copy copy = { x, y, from_x, from_y, width, height };
    if (clip(&copy, to, from))
        for (uint32_t p = 0; p < to->shape.planes; p++)
            copy_plane(to, from, p, &copy);
}

void paint_copy_grey(struct paint *to, uint32_t x, uint32_t y, const struct paint *from,
                     uint32_t from_x, uint32_t from_y, uint32_t width, uint32_t height)
{
    struct copy copy = { x, y, from_x, from_y, width, height };
    if (clip(&copy, to, from))
        copy_plane(to, from, 0, &copy);
}
