/* SPDX-License-Identifier: MIT */
/** The last frames shown of a stream, as they were uploaded: stepping back costs no copy. */
#ifndef VIEWER_FRAME_HISTORY_H
#define VIEWER_FRAME_HISTORY_H

#include "model/ring.h"
#include "texture.h"

#define FRAME_HISTORY_BYTES (256ULL << 20) // of all streams together, at 4 bytes a pixel

/** What is known of a frame. */
struct frame_record {
    struct tri_frame_info info; // with the colours it is shown in
    struct tri_video own;       // with those that the frame declares
    uint64_t bytes;             // in the segment
    int64_t presented_ns;       // when it was first on the screen; 0: not yet
    uint8_t user[TRI_USER_MAX]; // user data, info.user_bytes of them
};

/** All zero is empty. */
struct frame_history {
    struct ring ring;
    struct texture textures[RING_SIZE_MAX];
    struct frame_record records[RING_SIZE_MAX]; // of the textures
};

/** Returns the texture for the next frame, of this size. There are at least two; as many as fit into
 *  `budget` bytes. If their number changes, older frames are dropped. */
struct texture *frame_history_next(struct frame_history *history, uint32_t width, uint32_t height,
                                   uint64_t budget);

/** Makes that texture the front, after its upload has succeeded. A frame that was shown from its slot
 *  is released, and nothing older is kept. */
void frame_history_push(struct frame_history *history, const struct frame_record *record);

/** The frame that is shown: the front. */
struct texture *frame_history_front(struct frame_history *history);
struct frame_record *frame_history_record(struct frame_history *history);

void frame_history_free(struct frame_history *history);

#endif
