/* SPDX-License-Identifier: MIT */
/** How a reader waits for the next frame: asleep, spinning, or asleep until it is nearly due. */
#ifndef TRI_READER_WAIT_H
#define TRI_READER_WAIT_H

#include "entry.h"
#include "mapping.h"
#include "reader_pacing.h"

#include <triptych/reader.h>

/** Looks without pause are hard on the other half of a core: what one says between two of them. */
static inline void tri_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/** Polls for a moment where frames come so quickly that a sleep would take longer than the next one.
 *  @return whether `latest` is no longer `word`, or the segment ended. */
bool tri_wait_polling(const struct tri_pacing *pace, const struct tri_mapping *mapping,
                      uint64_t word);

/**
 * Waits until `latest` is no longer `word`.
 *
 * @param known  the reader's: used to go through what follows the wait, before it counts
 * @param ns     longest wait
 * @return as tri_semset_wait_frame(). TRI_OK without a new frame: the writer may have died.
 */
enum tri_err tri_wait_frame(enum tri_reader_wait how, struct tri_pacing *pace,
                            struct tri_mapping *mapping, struct tri_entry_known *known,
                            uint64_t word, int64_t ns);

#endif
