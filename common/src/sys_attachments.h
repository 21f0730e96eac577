/* SPDX-License-Identifier: MIT */
/** Explains which processes keep the memory of a stream's removed segments. */
#ifndef TRI_SYS_ATTACHMENTS_H
#define TRI_SYS_ATTACHMENTS_H

#include <triptych/log.h>

#include <sys/types.h>

/** Logs a warning with the processes that still have segments of `key` attached which were removed
 *  since: their memory is free when the last one detaches. Logs nothing if there are none. */
void tri_attachments_explain(const tri_log *log, const char *name, key_t key);

#endif
