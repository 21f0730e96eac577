/* SPDX-License-Identifier: MIT */
/** What is kept of a picture so that it can be looked at closer: its bytes, its histogram. */
#ifndef VIEWER_INSPECT_H
#define VIEWER_INSPECT_H

#include "picture/scratch.h"
#include "tones.h"

/** What the bytes are. */
enum inspect_source {
    INSPECT_NOTHING,
    INSPECT_RAW,     // the frame's own
    INSPECT_DECODED, // R'G'B' decoded from a compressed frame
    INSPECT_SHOWN,   // R'G'B' read back from the screen's side: the frame has gone
};

/** What is wanted of the next picture; all zero is nothing, and costs nothing. */
struct inspect_request {
    bool bytes;
    enum tones_kind tones;
};

/** Of one picture. All zero is nothing. */
struct inspect {
    enum inspect_source source;
    uint32_t coded;         // of INSPECT_DECODED: the format that was decoded
    struct tri_video video; // of the bytes, with the colours they are shown with
    struct tri_shape shape;
    struct tones tones;
    struct scratch memory;
};

/** Takes what is wanted of a picture that is at hand, and forgets the one before; its memory too,
 *  if none is wanted any more. Out of memory it keeps nothing. @param data as in a tri_frame; never
 *  of a compressed format. */
void inspect_take(struct inspect *inspect, const struct inspect_request *request,
                  enum inspect_source source, const struct tri_video *video,
                  const struct tri_shape *shape, const uint8_t *const data[TRI_PLANES_MAX]);

/** Forgets the picture, not the memory: another one has come. */
void inspect_forget(struct inspect *inspect);

/** The planes of the bytes kept. */
void inspect_planes(const struct inspect *inspect, const uint8_t *data[TRI_PLANES_MAX]);

/** The pixels of the bytes kept. @return false: there are none. */
bool inspect_pixels(const struct inspect *inspect, struct pixels *pixels);

void inspect_free(struct inspect *inspect);

#endif
