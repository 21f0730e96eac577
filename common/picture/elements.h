/* SPDX-License-Identifier: MIT */
/** Frames as planes of elements: the smallest pieces that can be moved without reading them, such as a
 *  pixel of RGB or a pair of chroma samples. */
#ifndef PICTURE_ELEMENTS_H
#define PICTURE_ELEMENTS_H

#include <triptych/triptych.h>

/** A plane of elements. `stride` is in bytes. */
struct elements {
    uint8_t *data; // of a source: never written
    uint32_t stride;
    uint32_t across;
    uint32_t down;
    uint32_t bytes; // of an element
};

/** Whether each group of each plane holds one sample of each of its components: neither packed 4:2:2
 *  nor Bayer nor compressed. */
bool elements_are_in(const struct tri_format *format);

/** Returns plane `p` of a frame as elements. */
struct elements elements_of(const struct tri_video *video, uint32_t p, const uint8_t *data,
                            uint32_t stride);

/** Turns a plane: mirrors it left to right first if `mirror`, then turns it clockwise by a right angle
 *  `quarters` times. `to` has the size that results. */
void elements_turn(const struct elements *from, const struct elements *to, bool mirror,
                   unsigned quarters);

/** Whether elements_scale() can scale plane `p` of a format. */
bool elements_can_scale(const struct tri_format *format, uint32_t p);

/** Scales plane `p` of a format to the size of `to`, by libyuv: means of all samples that an element
 *  covers, linear interpolation where it covers less than one. Distances are not mixed.
 *  @return false: out of memory, or words that do not lie at even addresses */
bool elements_scale(const struct tri_format *format, uint32_t p, const struct elements *from,
                    const struct elements *to);

#endif
