/* SPDX-License-Identifier: MIT */
/** Frames of one colour, derived from driver_sequence: mixed frames are detected. */
#ifndef TESTS_SOLID_FRAMES_H
#define TESTS_SOLID_FRAMES_H

#include <triptych/triptych.h>

/** A picture of `width` by `height` pixels, 4 bytes each. */
struct tri_video solid_video(uint32_t width, uint32_t height);

/** The colour of `sequence`, different from that of its neighbours for 2^32 frames. */
uint32_t solid_colour(uint64_t sequence);

/** Makes `sequence` the draft's and paints it in its colour. */
void solid_paint(struct tri_draft *draft, uint64_t sequence);

/** Counts the pixels of rows `first` to `end` without the frame's colour. */
uint64_t solid_wrong(const struct tri_frame *frame, uint32_t first, uint32_t end);

/** A writer of 3 buffers, or as many as `slots`, on a stream for `video`. */
enum tri_err solid_open(tri_writer **writer, const char *name, const struct tri_video *video,
                        uint32_t slots);

/** A writer of a stream of 64x48 pixels, whose first frame is published; a failure fails the test. */
tri_writer *solid_stream(const char *name);

/** A writer that never opens more slots; `reclaim_ms` and `log` as in its options. */
tri_writer *solid_writer_fixed(const char *name, const struct tri_video *video, uint32_t slots,
                               uint32_t reclaim_ms, const tri_log *log);

/** Begins, paints and publishes the next frame. */
enum tri_err solid_publish(tri_writer *writer, const struct tri_video *video, uint64_t sequence);

/** Opens a reader; a failure fails the test. */
tri_reader *solid_reader(const char *name, enum tri_reader_mode mode, uint32_t flags);

/** Acquires a frame, waiting for it, and checks its number, its sequence, and that it is intact and
 * in its own colour. */
void solid_expect(tri_reader *reader, struct tri_frame *frame, uint64_t number);

/** Releases the frame and closes the reader. */
void solid_leave(tri_reader **reader, struct tri_frame *frame);

#endif
