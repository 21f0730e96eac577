/* SPDX-License-Identifier: MIT */
/** One frame: what it shows, when it was taken, what was lost before it. */
#ifndef TRIPTYCH_FRAME_H
#define TRIPTYCH_FRAME_H

#include <triptych/api.h>
#include <triptych/video.h>

TRI_BEGIN

#define TRI_USER_MAX 1024 // bytes of the user's own data on a frame

enum tri_frame_flags {
    TRI_FRAME_NO_SIGNAL = 1u << 0, // drawn by the writer because its source gives nothing
    TRI_FRAME_CHECKSUM = 1u << 1,  // `checksum` holds
    TRI_FRAME_KEY = 1u << 2,       // of a compressed stream: can be decoded alone
    TRI_FRAME_RESTART = 1u << 3,   // first frame after a gap in the source: no history joins here
};

/** What is known of a frame besides its pixels. Times are CLOCK_MONOTONIC nanoseconds, less than a
 *  quarter of an int64_t either way: they can be added and subtracted without a thought. */
struct tri_frame_info {
    struct tri_video video;
    uint64_t number;          // 1 for the stream's first published frame, then without holes
    uint64_t driver_sequence; // the source's own count, from 0; holes are the driver's drops
    int64_t capture_ns;       // when the picture was taken, as told by the driver
    int64_t publish_ns;       // when readers could first see it; set by the library
    uint64_t dropped_driver;  // frames lost or damaged by the driver, since the stream began
    uint64_t dropped_writer;  // frames the writer lost: no free slot
    uint64_t generation;      // counts the writers of this stream, from 1
    uint64_t bytes_used;      // of an opaque format; otherwise the whole picture
    uint64_t checksum;        // XXH3-64 of the picture's rows, see tri_frame_checksum()
    uint32_t copies;          // copies or conversions the writer made of the pixels
    uint32_t flags;           // enum tri_frame_flags
    uint32_t user_bytes;      // of `user`, 0 to TRI_USER_MAX
    uint8_t user[TRI_USER_MAX];
};

/** Whose memory a frame or draft is; private to the library. */
struct tri_lease {
    void *segment;
    uint64_t word;
    uint32_t slot;
    uint32_t state;
};

/**
 * A frame as a reader sees it: `data[p]` has `shape.plane[p].rows` rows of `row_bytes` bytes, top
 * row first, `stride` bytes apart; the first row is 64-byte aligned where the writer made it so.
 *
 * Ownership: the memory is the segment's, mapped read-only. It is readable until the frame is given
 * back; whether it still holds this frame, tri_reader_is_intact() knows.
 */
struct tri_frame {
    struct tri_frame_info info;
    struct tri_shape shape;
    const uint8_t *data[TRI_PLANES_MAX];
    struct tri_lease lease;
};

/** A frame as its writer fills it: set `info` (all but number and publish_ns) and the pixels. */
struct tri_draft {
    struct tri_frame_info info;
    struct tri_shape shape;
    uint8_t *data[TRI_PLANES_MAX];
    uint64_t
        previous_number; // the number of this writer's frame that still lies in the slot, 0: none
    struct tri_lease lease;
};

/** XXH3-64 over the pixel bytes of every row of every plane, in order, padding left out; of an
 *  opaque format over bytes_used bytes. Reads all of the picture. */
TRI_API uint64_t tri_frame_checksum(const struct tri_frame_info *info,
                                    const struct tri_shape *shape,
                                    const uint8_t *const data[TRI_PLANES_MAX]);

/** CLOCK_MONOTONIC in nanoseconds, the clock of every time in a frame. */
TRI_API int64_t tri_now_ns(void);

TRI_END

#endif
