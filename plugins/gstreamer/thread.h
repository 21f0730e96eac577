/* SPDX-License-Identifier: MIT */
/** Scheduling of a streaming thread. */
#ifndef GST_TRIPTYCH_THREAD_H
#define GST_TRIPTYCH_THREAD_H

#include <glib.h>

/**
 * Requests short time slices for the calling thread. The scheduler (Linux 6.12 and later) prefers such
 * a thread when it wakes, even if another thread is running. The thread gets no more processor time
 * in total. Does nothing on earlier kernels, for other scheduling policies, and after the first call
 * of a thread.
 */
void gst_triptych_thread_request_short_slices(void);

#endif
