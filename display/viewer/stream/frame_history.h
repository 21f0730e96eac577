/* SPDX-License-Identifier: MIT */
/** The last pictures of a stream, as they were uploaded: to step back to, at no further copy. */
#ifndef VIEWER_FRAME_HISTORY_H
#define VIEWER_FRAME_HISTORY_H

#include "model/ring.h"
#include "texture.h"

#define FRAME_HISTORY_BYTES (256ULL << 20) // of all streams together, at 4 bytes a pixel

/** What is known of a picture. */
struct frame_record {
    struct tri_frame_info info; // with the colours it is shown in
    struct tri_video own;       // with those that the frame tells
    uint64_t bytes;             // of it, in the segment
    int64_t presented_ns;       // when it came on the screen; 0: not yet
};

/** All zero is an empty one. */
struct history {
    struct ring ring;
    struct texture pictures[RING_SIZE_MAX];
    struct frame_record records[RING_SIZE_MAX]; // of the pictures
};

/** The texture that the next picture of this size is made in; there are two with any budget. With a
 *  size that fits more or less often into `budget` bytes, older pictures are dropped. */
struct texture *frame_history_next(struct history *history, uint32_t width, uint32_t height,
                                   uint64_t budget);

/** The picture made there is whole, and this is known of it: it is shown. */
void frame_history_push(struct history *history, const struct frame_record *frame_record);

/** What is known of the picture that is shown. */
struct frame_record *frame_history_front(struct history *history);

void frame_history_free(struct history *history);

#endif
