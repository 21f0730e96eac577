/* SPDX-License-Identifier: MIT */
/**
 * Buffers that are the slot itself. If a program maps a buffer for reading only, each frame that it
 * dequeues puts the pages of the frame's slot at the address of the buffer; the slot stays locked
 * until the buffer is queued again.
 *
 * mremap(2) with an old size of 0 makes a second mapping of shared pages.
 */
#ifndef V4L2_ZERO_COPY_H
#define V4L2_ZERO_COPY_H

#include "pixel_format.h"

#include <triptych/reader.h>

/** Where a program has mapped a buffer. */
struct zero_copy {
    void *address; // NULL: not mapped, or mapped for writing
    size_t length;
    int shm_id; // what is mapped there: a place in this segment, -1: the buffer's own memory
    size_t offset;
};

/** Notes that the program has mapped a buffer for reading only. */
void zero_copy_map(struct zero_copy *map, void *address, size_t length);

/** Forgets the buffers in a range that the program unmaps. Threads: any. */
void zero_copy_unmap(void *address, size_t length);

/** Forgets one mapping; the program keeps the memory. */
void zero_copy_forget(struct zero_copy *map);

/** Returns whether the buffer shows the frame's slot already. */
bool zero_copy_shows(const struct zero_copy *map, const struct tri_frame *frame);

/** Shows the frame in the buffer. @return false: the buffer is not mapped for reading only, or the
 *  planes of the slot do not lie as V4L2 requires */
bool zero_copy_show(struct zero_copy *map, const struct tri_frame *frame,
                    const struct v4l2_pix_format *pix, const struct pixel_layout *layout);

/** Shows the buffer's own memory again, for a frame that is copied. */
void zero_copy_restore(struct zero_copy *map, int memory_fd, uint32_t offset);

#endif
