/* SPDX-License-Identifier: MIT */
/** Reserved words of public structures: a later version gives them a meaning whose default is zero. */
#ifndef TRI_RESERVED_H
#define TRI_RESERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** What to write where they are set. */
#define TRI_RESERVED_TEXT                                                                     \
    "a reserved word is not zero: zero the structure first, or use the libtriptych that the " \
    "program was built for, or a later one"

#define TRI_RESERVED_ARE_ZERO(structure) \
    tri_is_zero((structure)->reserved, sizeof((structure)->reserved))

static inline bool tri_is_zero(const void *words, size_t bytes)
{
    uint32_t bits = 0;
    for (size_t at = 0; at < bytes; at += sizeof(bits)) {
        uint32_t word;
        memcpy(&word, (const char *)words + at, sizeof(word));
        bits |= word;
    }
    return bits == 0;
}

#endif
