/* SPDX-License-Identifier: MIT */
/** Data of a frame for the probe and the histogram: a copy of its bytes, its tones. */
#ifndef VIEWER_INSPECT_H
#define VIEWER_INSPECT_H

#include "picture/scratch.h"
#include "tones.h"

/** Origin of the copied bytes. */
enum inspect_source {
    INSPECT_NOTHING,
    INSPECT_RAW,     // the frame's own
    INSPECT_DECODED, // R'G'B' decoded from a compressed frame
    INSPECT_SHOWN,   // R'G'B' read back from the renderer: the frame has been released
};

/** Data to keep of the next frame. All zero is nothing, and costs nothing. */
struct inspect_request {
    bool bytes;
    enum tones_kind tones;
};

/** Data kept of one frame. All zero is nothing. */
struct inspect {
    enum inspect_source source;
    uint32_t coded;         // of INSPECT_DECODED: the compressed format
    struct tri_video video; // of the bytes, with the colours they are shown with
    struct tri_shape shape;
    struct tones tones;
    struct scratch memory;
};

/** Keeps what is requested of a frame and drops the previous one; frees the memory if no bytes are
 *  requested. Out of memory it keeps nothing. @param data  as in a tri_frame, not compressed */
void inspect_take(struct inspect *inspect, const struct inspect_request *request,
                  enum inspect_source source, const struct tri_video *video,
                  const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX]);

/** Drops the frame but not the memory. */
void inspect_forget(struct inspect *inspect);

/** Sets `data` to the planes of the copied bytes. */
void inspect_planes(const struct inspect *inspect, const uint8_t *data[TRI_PLANES_MAX]);

/** Opens the copied bytes for reading. @return false: there are none */
bool inspect_pixels(const struct inspect *inspect, struct pixels *pixels);

void inspect_free(struct inspect *inspect);

#endif
