/* SPDX-License-Identifier: MIT */
/** From packed and semi-planar YUV to the planes y4m has: the same samples in another order. */
#ifndef DUMP_UNPACK_H
#define DUMP_UNPACK_H

#include <triptych/triptych.h>

enum unpack_how {
    UNPACK_NOT,    // the planes are as y4m wants them, but perhaps for their order
    UNPACK_SEMI,   // chroma samples alternate in one plane
    UNPACK_PACKED, // groups of two luma and two chroma samples
    UNPACK_TOP10,  // semi-planar, 10 bits at the top of 16
};

struct unpack_rule {
    enum unpack_how how;
    uint8_t order[3]; // UNPACK_NOT: which planes are Y, U and V
};

/** Bytes of the unpacked planes Y, U and V without padding. */
void unpack_sizes(const struct tri_frame *frame, const struct unpack_rule *rule,
                  struct tri_shape *planes);

/** Writes the planes to `to`, one after the other as unpack_sizes() says. */
void unpack(const struct tri_frame *frame, const struct unpack_rule *rule,
            const struct tri_shape *planes, uint8_t *to);

#endif
