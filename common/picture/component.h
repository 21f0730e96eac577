/* SPDX-License-Identifier: MIT */
/** One sample of a component, as the table of formats places it: to draw pixels and to read them. */
#ifndef PICTURE_COMPONENT_H
#define PICTURE_COMPONENT_H

#include <triptych/triptych.h>

/** Returns how many bits of a sample count in `video`. */
static inline unsigned component_bits(const struct tri_component *component,
                                      const struct tri_video *video)
{
    return component->bits == 16 && video->bits ? video->bits : component->bits;
}

/** Returns whether the low bits of samples lie apart from the high ones, as MIPI packs them. */
static inline bool component_is_mipi(const struct tri_component *component)
{
    return component->bits > 8 * component->bytes;
}

/** Returns the byte of a row at which the word of sample `n` begins. */
static inline size_t component_offset(const struct tri_component *component, uint32_t n)
{
    const size_t number = component->first + (size_t)n * component->every;
    return (component->per_word > 1 ? number / component->per_word : number) * component->bytes;
}

/** Returns the lowest bit of sample `n` in its word. */
static inline unsigned component_shift(const struct tri_component *component, uint32_t n)
{
    if (component->per_word < 2)
        return component->shift;
    return (component->first + n * component->every) % component->per_word * component->bits;
}

/** Returns the byte of a MIPI row at which the group of sample `n` begins. Sets its place in the group,
 *  and the place of its low bits in the last byte. */
static inline size_t component_group(const struct tri_component *component, uint32_t n,
                                     unsigned *place, unsigned *shift)
{
    const unsigned group = component->per_word;
    const uint32_t number = component->first + n * component->every;
    *place = number % group;
    *shift = *place * (component->bits - 8u);
    return (size_t)(number / group) * (group + 1);
}

/** Returns sample `n` of a row, 0 to 2^bits - 1. */
static inline uint16_t component_get(const struct tri_component *component, const uint8_t *row,
                                     uint32_t n)
{
    if (component_is_mipi(component)) {
        const unsigned low = component->bits - 8u;
        unsigned place;
        unsigned shift;
        row += component_group(component, n, &place, &shift);
        return (uint16_t)((unsigned)row[place] << low |
                          (row[component->per_word] >> shift & ((1u << low) - 1)));
    }
    if (component->bytes == 1)
        return row[component->first + n * component->every];
    const uint8_t *at = row + component_offset(component, n);
    uint32_t word = 0;
    for (unsigned i = 0; i < component->bytes; i++)
        word |= (uint32_t)at[i] << (8 * i);
    return (uint16_t)(word >> component_shift(component, n) & ((1u << component->bits) - 1));
}

/** Returns the bits of a word that belong to a sample at `shift`: all, unless samples share the
 * word. */
static inline uint32_t component_mask(const struct tri_component *component, unsigned shift)
{
    const bool last =
        component->per_word > 1 && shift == (component->per_word - 1u) * component->bits;
    if (component->per_word < 2 && component->bits >= 8)
        return UINT32_MAX;
    return (last ? UINT32_MAX : (1u << component->bits) - 1) << shift;
}

/** Sets sample `n` of a row; other samples of its word stay. */
static inline void component_set(const struct tri_component *component, uint8_t *row, uint32_t n,
                                 uint16_t sample)
{
    if (component_is_mipi(component)) {
        const unsigned low = component->bits - 8u;
        const unsigned most = (1u << low) - 1;
        unsigned place;
        unsigned shift;
        row += component_group(component, n, &place, &shift);
        row[place] = (uint8_t)(sample >> low);
        row += component->per_word;
        *row = (uint8_t)((*row & ~(most << shift)) | (sample & most) << shift);
        return;
    }
    if (component->bytes == 1) {
        row[component->first + n * component->every] = (uint8_t)sample;
        return;
    }
    const unsigned shift = component_shift(component, n);
    const uint32_t mask = component_mask(component, shift);
    uint8_t *at = row + component_offset(component, n);
    for (unsigned i = 0; i < component->bytes; i++)
        at[i] = (uint8_t)((at[i] & ~(mask >> (8 * i))) | ((uint32_t)sample << shift >> (8 * i)));
}

/** Returns after how many rows of its plane a component comes again: 1, or 2 in Bayer formats. */
static inline uint32_t component_rows(const struct tri_format *format,
                                      const struct tri_component *component)
{
    return component->down / format->plane[component->plane].lines;
}

/** Returns the row of a plane of `rows` rows that has the sample for line `y`. The last cell of a Bayer
 *  picture of odd height lacks a row: the one of that kind above it. */
static inline uint32_t component_row(const struct tri_format *format,
                                     const struct tri_component *component, uint32_t y,
                                     uint32_t rows)
{
    const uint32_t row = y / component->down * component_rows(format, component) + component->line;
    return row < rows ? row : row - 2 < rows ? row - 2 : 0;
}

/** Returns whether single pixels and what two of them share lie in one plane. */
static inline bool component_packed(const struct tri_format *format)
{
    return format->planes == 1 && format->plane[0].pixels > 1;
}

#endif
