/* SPDX-License-Identifier: MIT */
/*
 * Repairs locks that another process has tampered with, without harm to their holders: by
 * adding and subtracting, never by SETVAL, which would clear the kernel's undo values of all
 * processes.
 *
 * Each attached reader can account for one unit of a lock, for its acquired frame or for the
 * prelocked one, and for one more per frame that the writer has reclaimed since the lock was last
 * whole, because a reader may keep those frames while it acquires newer ones. A larger shortfall is
 * corruption. Attachments to earlier segments count as well: a process with a frame there holds a
 * lock and will release it. So do attachments inherited by fork(): a unit that such a child could
 * hold stays as long as the child lives.
 */
#include "writer_private.h"

/** The lock that this writer has taken, whose value it therefore knows. */
static bool has(const struct tri_writer *w, uint32_t lock)
{
    return w->slot[lock % TRI_SLOTS_MAX].lock == lock;
}

/** The units of a lock that `readers` attached readers can have. */
static int explained(const struct tri_writer *w, uint32_t lock, int readers)
{
    const uint64_t units = (uint64_t)readers * (1 + (uint64_t)w->reclaims[lock]);
    return units < TRI_LOCK_WHOLE ? (int)units : TRI_LOCK_WHOLE;
}

static void change(struct tri_writer *w, uint32_t lock, int by)
{
    if (tri_semset_adjust(w->sem_id, lock, by) != TRI_OK)
        return; // changed in the meantime: the next check decides
    w->suspect[lock] = 0;
    tri_log_write(&w->log, TRI_LOG_WARN, "writer",
                  "%s: another process has tampered with the lock of slot %u: repaired by %+d",
                  w->name, lock % TRI_SLOTS_MAX, by);
}

void tri_writer_repair(struct tri_writer *w)
{
    uint16_t value[TRI_LOCKS];
    struct shmid_ds status;
    if (tri_semset_locks(w->sem_id, value) != TRI_OK ||
        shmctl(w->mapping->segment.shm_id, IPC_STAT, &status) < 0)
        return;
    int readers = status.shm_nattch > 0 ? (int)status.shm_nattch - 1 : 0;
    bool former_counted = false; // reads the kernel's table: only if needed
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++) {
        if (lock % TRI_SLOTS_MAX >= w->mapping->segment.geometry.slots_max || has(w, lock))
            continue;
        if (TRI_LOCK_WHOLE - value[lock] > explained(w, lock, readers) && !former_counted) {
            readers += tri_segment_former_attachments(w->name);
            former_counted = true;
        }
        const int missing = TRI_LOCK_WHOLE - value[lock] - explained(w, lock, readers);
        if (value[lock] > TRI_LOCK_WHOLE) {
            change(w, lock, TRI_LOCK_WHOLE - value[lock]);
        } else if (missing <= 0) {
            w->suspect[lock] = 0;
        } else if (w->suspect[lock] > 0) {
            // Required twice: a reader that attaches or detaches explains it once.
            change(w, lock, missing < w->suspect[lock] ? missing : w->suspect[lock]);
        } else {
            w->suspect[lock] = (uint16_t)missing;
        }
    }
}
