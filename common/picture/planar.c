/* SPDX-License-Identifier: MIT */
#include "planar.h"

#include "component.h"

#include <libyuv.h>
#include <triptych/copy.h>

static uint32_t sample_bytes(const struct tri_component *component)
{
    return component->bits > 8 ? 2 : 1;
}

/** Whether the rows of a component hold nothing else. */
static bool has_own_rows(const struct tri_component *component)
{
    return component->every == 1 && component->per_word < 2 &&
           component->bytes == sample_bytes(component);
}

bool planar_is(const struct tri_format *format)
{
    for (unsigned c = 0; c < format->components; c++) {
        const struct tri_component *component = &format->component[c];
        if (!has_own_rows(component) || component->shift != 0)
            return false;
    }
    return format->planes == format->components;
}

static uint32_t samples_across(const struct tri_component *component, uint32_t width)
{
    return (width + component->across - 1) / component->across;
}

void planar_shape(const struct tri_format *format, uint32_t width, uint32_t height, uint32_t align,
                  struct tri_shape *shape)
{
    *shape = (struct tri_shape){ .planes = format->components };
    for (unsigned c = 0; c < format->components; c++) {
        const struct tri_component *component = &format->component[c];
        struct tri_plane *plane = &shape->plane[c];
        plane->row_bytes = samples_across(component, width) * sample_bytes(component);
        plane->stride = (plane->row_bytes + align - 1) / align * align;
        plane->rows = (height + component->down - 1) / component->down;
        plane->bytes = (uint64_t)plane->stride * plane->rows;
        plane->offset = shape->bytes;
        shape->bytes += plane->bytes;
    }
}

/** Two components that alternate in a plane of their own: chroma of NV12 and similar
 *  formats. @return false, and nothing is written: they do not */
static bool split_pair(const struct tri_format *format, unsigned plane, const uint8_t *from,
                       uint32_t from_stride, uint8_t *const to[3], const uint32_t stride[3],
                       uint32_t width, uint32_t rows)
{
    const struct tri_component *u = &format->component[1];
    if (format->components != 3 || plane != 1 || u->plane != 1 || format->component[2].plane != 1)
        return false;

    const int count = (int)samples_across(u, width);
    const unsigned first = u->first == 0 ? 1 : 2; // NV21 begins with V
    if (u->bytes == 1) {
        SplitUVPlane(from, (int)from_stride, to[first], (int)stride[first], to[3 - first],
                     (int)stride[3 - first], count, (int)rows);
        return true;
    }
    for (size_t row = 0; row < rows; row++) // a stride need not be whole words
        SplitUVPlane_16((const void *)(from + row * from_stride), 0,
                        (void *)(to[first] + row * stride[first]), 0,
                        (void *)(to[3 - first] + row * stride[3 - first]), 0, count, 1, u->bits);
    return true;
}

/** YUYV, YVYU and UYVY. @return false, and nothing is written: another format */
static bool split_packed(uint32_t fourcc, const uint8_t *from, uint32_t from_stride,
                         uint8_t *const to[3], const uint32_t stride[3], uint32_t width,
                         uint32_t rows)
{
    const int pitch = (int)from_stride;
    const int s[] = { (int)stride[0], (int)stride[1], (int)stride[2] };
    switch (fourcc) {
    case TRI_FOURCC_YUYV:
        YUY2ToI422(from, pitch, to[0], s[0], to[1], s[1], to[2], s[2], (int)width, (int)rows);
        return true;
    case TRI_FOURCC_YVYU:
        YUY2ToI422(from, pitch, to[0], s[0], to[2], s[2], to[1], s[1], (int)width, (int)rows);
        return true;
    case TRI_FOURCC_UYVY:
        UYVYToI422(from, pitch, to[0], s[0], to[1], s[1], to[2], s[2], (int)width, (int)rows);
        return true;
    default:
        return false;
    }
}

void planar_unpack(const struct tri_component *component, const uint8_t *from, uint32_t stride,
                   uint8_t *to, uint32_t to_stride, uint32_t width, uint32_t rows)
{
    const unsigned group = component->per_word;
    const unsigned low = component->bits - 8u;
    const unsigned most = (1u << low) - 1;
    for (uint32_t row = 0; row < rows; row++, from += stride, to += to_stride) {
        const uint8_t *at = from;
        uint8_t *word = to;
        for (uint32_t x = 0; x < width; at += group + 1)
            for (unsigned i = 0; i < group && x < width; i++, x++, word += 2) {
                const unsigned sample = (unsigned)at[i] << low | (at[group] >> (i * low) & most);
                word[0] = (uint8_t)sample;
                word[1] = (uint8_t)(sample >> 8);
            }
    }
}

static void split_component(const struct tri_component *component, const uint8_t *from,
                            uint32_t from_stride, uint8_t *to, uint32_t stride, uint32_t count,
                            uint32_t rows)
{
    const size_t size = sample_bytes(component);
    if (has_own_rows(component) && component->shift == 0) {
        tri_copy_rows(to, stride, from, from_stride, count * size, rows);
        return;
    }
    if (component_is_mipi(component)) {
        planar_unpack(component, from, from_stride, to, stride, count, rows);
        return;
    }
    for (size_t row = 0; row < rows; row++, from += from_stride, to += stride) {
        if (has_own_rows(component)) {
            ConvertToLSBPlane_16((const void *)from, 0, (void *)to, 0, (int)count, 1,
                                 component->bits);
            continue;
        }
        for (uint32_t i = 0; i < count; i++) {
            const uint16_t sample = component_get(component, from, i);
            to[size * i] = (uint8_t)sample;
            if (size > 1)
                to[size * i + 1] = (uint8_t)(sample >> 8);
        }
    }
}

void planar_split(const struct tri_format *format, unsigned plane, const uint8_t *from,
                  uint32_t from_stride, uint8_t *const to[3], const uint32_t stride[3],
                  uint32_t width, uint32_t rows)
{
    if (split_packed(format->fourcc, from, from_stride, to, stride, width, rows) ||
        split_pair(format, plane, from, from_stride, to, stride, width, rows))
        return;
    for (unsigned c = 0; c < format->components; c++) {
        const struct tri_component *component = &format->component[c];
        if (component->plane == plane)
            split_component(component, from, from_stride, to[c], stride[c],
                            samples_across(component, width), rows);
    }
}

void planar_lower(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride,
                  uint32_t width, uint32_t rows, unsigned bits)
{
    for (size_t row = 0; row < rows; row++)
        Convert16To8Plane((const void *)(from + row * stride), 0, to + row * to_stride, 0,
                          1 << (24 - bits), (int)width, 1);
}

void planar_raise(const uint8_t *from, uint32_t stride, uint8_t *to, uint32_t to_stride,
                  uint32_t width, uint32_t rows, unsigned bits)
{
    for (size_t row = 0; row < rows; row++)
        ConvertToMSBPlane_16((const void *)(from + row * stride), 0, (void *)(to + row * to_stride),
                             0, (int)width, 1, (int)bits);
}
