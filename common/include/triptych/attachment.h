/* SPDX-License-Identifier: MIT */
/** Lists the processes that have streams attached: readers, and those that keep old memory in use. */
#ifndef TRIPTYCH_ATTACHMENT_H
#define TRIPTYCH_ATTACHMENT_H

#include <triptych/api.h>
#include <triptych/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

TRI_BEGIN

#define TRI_PROCESS_NAME_MAX 63 // bytes of a process's name

/** A process that has a segment attached. */
struct tri_attachment {
    int key;        // as in struct tri_stream
    int shm_id;     // of the segment; differs between a segment and its successor
    pid_t pid;      // of the process
    uint32_t count; // how often the process has the segment attached
    bool can_write; // attached for writing: the writer, or a child that it forked
    char name[TRI_PROCESS_NAME_MAX + 1]; // as in ps -o comm, printable UTF-8
};

/** Opaque: the attachments at one moment. Threads: any, as long as none closes it. */
typedef struct tri_attachment_list tri_attachment_list;

/**
 * Lists the attachments of all streams of this IPC namespace, each process once for each segment,
 * sorted by pid. Processes that this user may not inspect (of other users, or that cannot be traced)
 * and those outside this PID namespace are missing: the kernel's count in tri_stream.attached
 * includes them.
 *
 * Ownership: *out belongs to the caller, who closes it with tri_attachment_list_close(); NULL on
 *            failure.
 * Threads:   any.
 * Cost:      reads /proc/PID/maps of every process that this user may inspect: milliseconds.
 *
 * @return TRI_OK; TRI_ERR_NO_RESOURCES, no memory or descriptor left; TRI_ERR_SYSTEM, there is no
 *         /proc.
 */
TRI_API enum tri_err tri_attachment_list_open(tri_attachment_list **out);

/** Returns attachment number `index`, from 0; NULL past the last. Ownership: the list's, valid until it
 *  is closed. Threads: any. Cost: no system call. */
TRI_API const struct tri_attachment *tri_attachment_list_at(const tri_attachment_list *list,
                                                            size_t index);

/** Frees the list and sets *list to NULL. Accepts a NULL *list. Threads: one, when no other uses the
 *  list. Cost: no system call. */
TRI_API void tri_attachment_list_close(tri_attachment_list **list);

TRI_END

#endif
