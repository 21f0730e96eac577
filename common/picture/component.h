/* SPDX-License-Identifier: MIT */
/** One sample of a component, as the table of formats places it: to draw pixels and to read them. */
#ifndef PICTURE_COMPONENT_H
#define PICTURE_COMPONENT_H

#include <triptych/triptych.h>

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

/** Returns sample `n` of a row, 0 to 2^bits - 1. */
static inline uint16_t component_get(const struct tri_component *component, const uint8_t *row,
                                     uint32_t n)
{
    if (component->bytes == 1)
        return row[component->first + n * component->every];
    const uint8_t *at = row + component_offset(component, n);
    uint32_t word = 0;
    for (unsigned i = 0; i < component->bytes; i++)
        word |= (uint32_t)at[i] << (8 * i);
    return (uint16_t)(word >> component_shift(component, n) & ((1u << component->bits) - 1));
}

/** Sets sample `n` of a row; the other bits of its word stay. */
static inline void component_set(const struct tri_component *component, uint8_t *row, uint32_t n,
                                 uint16_t sample)
{
    if (component->bytes == 1) {
        row[component->first + n * component->every] = (uint8_t)sample;
        return;
    }
    const unsigned shift = component_shift(component, n);
    const uint32_t mask = ((1u << component->bits) - 1) << shift;
    uint8_t *at = row + component_offset(component, n);
    for (unsigned i = 0; i < component->bytes; i++)
        at[i] = (uint8_t)((at[i] & ~(mask >> (8 * i))) | ((uint32_t)sample << shift >> (8 * i)));
}

/** Returns whether single pixels and what two of them share lie in one plane. */
static inline bool component_packed(const struct tri_format *format)
{
    return format->planes == 1 && format->plane[0].pixels > 1;
}

#endif
