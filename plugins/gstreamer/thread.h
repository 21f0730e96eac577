/* SPDX-License-Identifier: MIT */
/** How soon the kernel lets a thread run that has been woken. */
#ifndef GST_TRIPTYCH_THREAD_H
#define GST_TRIPTYCH_THREAD_H

#include <glib.h>

/**
 * Lets the calling thread run as soon as it is woken, although its processor is at work for another
 * thread: asks for short time slices, which the scheduler (Linux 6.12 and later) serves first. The
 * thread gets no more of the processor than before, nor does it keep others from it for longer.
 * Elsewhere, and for threads of other policies than the usual one, nothing changes. Asks once a
 * thread: cheap to call for every frame.
 */
void gst_triptych_thread_request_short_slices(void);

#endif
