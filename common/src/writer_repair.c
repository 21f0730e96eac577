/* SPDX-License-Identifier: MIT */
/*
 * Locks that somebody with permission to alter the semaphores has spoilt, put right without harm to
 * those who hold them honestly: by adding and subtracting, never by SETVAL, which would clear what the
 * kernel has noted to undo for them.
 *
 * An attachment explains one hold of a lock at most: that of the frame on loan, or the one ahead. What
 * is missing beyond that nobody attached can have. Attachments to segments before this one count as
 * well: who still has a frame there holds a lock, and will give it back. So do those that a process
 * inherits by fork(): a hold that such a child could have stays as long as it lives.
 */
#include "writer_private.h"

/** Which lock of ours the writer has itself, and so knows the value of. */
static bool has(const struct tri_writer *w, uint32_t lock)
{
    return w->slot[lock % TRI_SLOTS_MAX].lock == lock;
}

static void change(struct tri_writer *w, uint32_t lock, int by)
{
    if (tri_semset_mend(w->sem_id, lock, by) != TRI_OK)
        return; // moved on meanwhile: the next look tells
    w->suspect[lock] = 0;
    tri_log_write(w->log, TRI_LOG_WARN, "writer",
                  "%s: somebody has tampered with the lock of slot %u: %d holds too %s, put right",
                  w->name, lock % TRI_SLOTS_MAX, by > 0 ? by : -by, by > 0 ? "many" : "few");
}

void tri_writer_repair(struct tri_writer *w)
{
    uint16_t value[TRI_LOCKS];
    struct shmid_ds status;
    if (tri_semset_locks(w->sem_id, value) != TRI_OK ||
        shmctl(w->mapping->segment.shm_id, IPC_STAT, &status) < 0)
        return;
    int readers = status.shm_nattch > 0 ? (int)status.shm_nattch - 1 : 0;
    bool former_counted = false; // that takes a look through the kernel's table: only if it matters
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++) {
        if (lock % TRI_SLOTS_MAX >= w->mapping->segment.geometry.slots_max || has(w, lock))
            continue;
        if (TRI_LOCK_WHOLE - value[lock] > readers && !former_counted) {
            readers += tri_segment_former_attachments(w->name);
            former_counted = true;
        }
        const int missing = TRI_LOCK_WHOLE - value[lock] - readers;
        if (value[lock] > TRI_LOCK_WHOLE) {
            change(w, lock, TRI_LOCK_WHOLE - value[lock]);
        } else if (missing <= 0) {
            w->suspect[lock] = 0;
        } else if (w->suspect[lock] > 0) {
            // Seen twice: a reader on its way in or out explains it once.
            change(w, lock, missing < w->suspect[lock] ? missing : w->suspect[lock]);
        } else {
            w->suspect[lock] = (uint16_t)missing;
        }
    }
}
