/* SPDX-License-Identifier: MIT */
/** One frame: its description, its times, its place in memory. */
#ifndef TRIPTYCH_FRAME_H
#define TRIPTYCH_FRAME_H

#include <triptych/api.h>
#include <triptych/video.h>

TRI_BEGIN

#define TRI_USER_MAX 1024 // bytes of user data beside a frame

/** Properties of one frame. */
enum tri_frame_flags {
    TRI_FRAME_NO_SIGNAL = 1u << 0, // the writer drew this frame: its source delivers none
    TRI_FRAME_CHECKSUM = 1u << 1,  // `checksum` is valid
    TRI_FRAME_KEY = 1u << 2,       // compressed formats: can be decoded without earlier frames
    TRI_FRAME_RESTART = 1u << 3,   // first frame after an outage of the source
    TRI_FRAME_STANDBY = 1u << 4,   // with NO_SIGNAL: the source is closed until a reader attaches
    TRI_FRAME_TIME_ARRIVAL = 1u << 5, // capture_ns is when the frame arrived at this host
    TRI_FRAME_TIME_SENDER = 1u << 6,  // capture_ns is by the clock of the host that sent the frame
};

/** A frame's description. Times are CLOCK_MONOTONIC nanoseconds whose absolute value is below a quarter
 *  of INT64_MAX: sums and differences of two of them cannot overflow. */
struct tri_frame_info {
    struct tri_video video;   // format, size, colours
    uint64_t number;          // 1 for the stream's first published frame, then without gaps
    uint64_t driver_sequence; // the source's own count, from 0; gaps are frames the driver dropped
    int64_t capture_ns;       // when the driver captured the frame
    int64_t publish_ns;       // when readers could first see the frame; set by the library
    uint64_t dropped_driver;  // frames the driver dropped or damaged since the stream began
    uint64_t dropped_writer;  // frames the writer dropped since the stream began: no free slot
    uint64_t generation;      // number of the writer within this stream, from 1
    uint64_t bytes_used;      // size of a compressed frame; otherwise set by the library
    uint64_t checksum;        // XXH3-64, see tri_frame_checksum(); valid with TRI_FRAME_CHECKSUM
    uint32_t copies;          // copies and conversions of the pixels on the writer's side
    uint32_t flags;           // enum tri_frame_flags
    uint32_t user_bytes;      // valid bytes of the frame's `user`, 0 to TRI_USER_MAX
    uint32_t reserved[2 * TRI_RESERVED + 1]; // zero
};

struct tri_mapping;

/** Ties a frame or draft to its slot. Private to the library. */
struct tri_lease {
    struct tri_mapping *mapping; // private
    uint64_t head;               // private
    uint32_t slot;               // private
    uint32_t state;              // private
};

/**
 * A frame as a reader sees it.
 *
 * Shape:     data[p] points at shape.plane[p].rows rows of row_bytes bytes each, top row first,
 *            `stride` bytes apart. The first row is 64-byte aligned unless the writer moved it.
 * Ownership: the memory belongs to the segment and is mapped read-only. It stays mapped until
 *            tri_reader_release(). tri_reader_is_intact() returns whether it still contains this frame.
 */
struct tri_frame {
    struct tri_frame_info info;          // description and times
    struct tri_shape shape;              // where the planes lie in the slot
    const uint8_t *data[TRI_PLANES_MAX]; // first row of each plane; NULL past the last
    const uint8_t *user; // info.user_bytes bytes from the writer, in the segment as the pixels are
    struct tri_lease lease;          // private
    uint64_t reserved[TRI_RESERVED]; // zero
};

/** A frame that a writer fills. The caller sets the pixels, `user` and `info`; the library sets number,
 *  generation, publish_ns and the drop counters when it publishes. */
struct tri_draft {
    struct tri_frame_info info;    // as the caller describes the frame
    struct tri_shape shape;        // where the planes lie in the slot
    uint8_t *data[TRI_PLANES_MAX]; // first row of each plane; NULL past the last
    uint8_t *user;            // room for TRI_USER_MAX bytes; info.user_bytes of them are published
    uint64_t previous_number; // of this writer's frame whose pixels still are in the slot, 0: none
    uint32_t slot_index; // as in tri_writer_slot(): stable until the stream moves to a new segment
    struct tri_lease lease;          // private
    uint64_t reserved[TRI_RESERVED]; // zero
};

/**
 * Computes the XXH3-64 (xxHash, seed 0) of a frame's pixels: the row_bytes of every row of every
 * plane in order, without the padding between rows; of a compressed frame its bytes_used bytes.
 *
 * Threads: any. Cost: reads the whole frame; no system call.
 */
TRI_API uint64_t tri_frame_checksum(const struct tri_frame_info *info,
                                    const struct tri_shape *shape,
                                    const uint8_t *const data[TRI_PLANES_MAX]);

/** Returns CLOCK_MONOTONIC in nanoseconds, the clock of all times in a frame. Threads: any. Cost: that
 *  of clock_gettime(2), usually no system call. */
TRI_API int64_t tri_now_ns(void);

TRI_END

#endif
