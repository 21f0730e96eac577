/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of the character at the start of `text`; 0: not valid. */
static size_t letter_bytes(const unsigned char *text)
{
    static const uint32_t least[] = { 0, 0xa0, 0x800,
                                      0x10000 }; // followed by that many bytes, not a control
                                                 // character
    if (text[0] < 0x80)
        return text[0] >= ' ' && text[0] != 0x7f;
    const size_t further = text[0] >= 0xf0 ? 3 : text[0] >= 0xe0 ? 2 : 1;
    if (text[0] < 0xc0 || text[0] >= 0xf8)
        return 0;
    uint32_t code = text[0] & (0x3fu >> further);
    for (size_t i = 1; i <= further; i++) {
        if ((text[i] & 0xc0) != 0x80) // the text's end, too
            return 0;
        code = code << 6 | (text[i] & 0x3fu);
    }
    const bool half_of_a_pair = code >= 0xd800 && code < 0xe000;
    return code >= least[further] && code <= 0x10ffff && !half_of_a_pair ? further + 1 : 0;
}

void tri_utf8_clean(char *text)
{
    while (*text) {
        const size_t bytes = letter_bytes((const unsigned char *)text);
        if (bytes == 0)
            *text = '?';
        text += bytes ? bytes : 1;
    }
}
