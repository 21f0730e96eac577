/* SPDX-License-Identifier: MIT */
/** Reserved words of public structures: a later version gives them a meaning whose default is zero. */
#ifndef TRI_RESERVED_H
#define TRI_RESERVED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What to write where they are set. */
#define TRI_RESERVED_TEXT                                                                     \
    "a reserved word is not zero: zero the structure first, or use the libtriptych that the " \
    "program was built for, or a later one"

#define TRI_RESERVED_ARE_ZERO(structure) \
    tri_is_zero((structure)->reserved, sizeof((structure)->reserved))

static inline bool tri_is_zero(const void *words, size_t bytes)
{
    const uint8_t *byte = words;
    for (size_t i = 0; i < bytes; i++) {
        if (byte[i] != 0)
            return false;
    }
    return true;
}

#endif
