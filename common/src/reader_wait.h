/* SPDX-License-Identifier: MIT */
/** How a reader waits for the next frame: asleep, spinning, or asleep until it is nearly due. */
#ifndef TRI_READER_WAIT_H
#define TRI_READER_WAIT_H

#include <triptych/reader.h>

/** Spin-loop hint: frees pipeline resources for the sibling hyperthread between two polls. */
static inline void tri_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/** Polls for as long as a frame of a fast stream takes at most. @return whether `latest` is no longer
 *  `head`; false also if the segment ended */
bool tri_wait_polling(const tri_reader *r, uint64_t head);

/**
 * Waits on the attached stream until `latest` is no longer `head`.
 *
 * @param ns  longest wait
 * @return as tri_semset_wait_frame(); TRI_ERR_INTERRUPTED also for an interrupt requested earlier.
 *         TRI_OK without a new frame: the writer may have died.
 */
enum tri_err tri_wait_frame(tri_reader *r, enum tri_reader_wait how, uint64_t head, int64_t ns);

/** Sleeps until there is a writer. @return as tri_semset_wait() */
enum tri_err tri_wait_writer(tri_reader *r, int64_t ns);

#endif
