/* SPDX-License-Identifier: MIT */
/** Detections: labelled boxes of a frame, as JSON in its user data, see docs/userdata.md. */
#ifndef PROGRAM_DETECTIONS_H
#define PROGRAM_DETECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DETECTIONS_MAX      34      // more do not fit into TRI_USER_MAX bytes
#define DETECTION_LABEL_MAX 63      // bytes
#define DETECTION_EDGE_MAX  1000000 // pixels: least and greatest coordinate

struct detection {
    char label[DETECTION_LABEL_MAX + 1]; // one line of UTF-8, without control characters
    double x;     // pixels from the left of the frame in memory, may be negative
    double y;     // pixels from its top
    double width; // pixels, more than 0
    double height;
    double score; // 0 to 1; negative: none
    int32_t id;   // of the tracked object; negative: none
};

struct detections {
    uint64_t frame; // number of the frame that they belong to; 0: the one beside which they lie
    uint32_t width; // pixels of the frame in which the boxes are; 0: as the one above
    uint32_t height;
    uint32_t omitted; // further ones, for which there was no room
    uint32_t count;
    struct detection items[DETECTIONS_MAX];
};

/** Parses user data, which any program may have written. @return false, and nothing in *detections, if
 *  they are something else or break a rule of docs/json/detections.schema.json. */
bool detections_parse(struct detections *detections, const void *bytes, size_t size);

/**
 * Writes detections as JSON without blanks. If there is no room for all, those with the lowest scores
 * are left out and add to `omitted`.
 *
 * @param bytes  room for `room` bytes; no zero is added
 * @return bytes written; 0: out of memory, or no room even without boxes
 */
size_t detections_write(const struct detections *detections, void *bytes, size_t room);

/** Multiplies the boxes so that they fit a frame of `width` by `height` pixels. Those without a size of
 *  their own are of such a frame already. */
void detections_scale(struct detections *detections, uint32_t width, uint32_t height);

#endif
