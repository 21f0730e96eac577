/* SPDX-License-Identifier: MIT */
/**
 * Who waits for whom: one System V semaphore set per stream, the root of everything under its name.
 *
 * A new set is born with all values zero, and the first call on it initialises it and takes the
 * writer's place in one atomic semop: nothing half made can ever be left behind, whoever dies when.
 *
 *   | semaphore | value                                    | undone by the kernel at death |
 *   | WRITER    | 0 free, 1 there is a writer              | writer's +1                   |
 *   | NO_WRITER | 1 no writer, 0 there is one              | writer's -1                   |
 *   | READY     | 0 just born, 1 initialised               | no                            |
 *   | GATE[k]   | 1 for the next frame and the one after it, by n mod GATES | writer's +1  |
 *   | LOCK[k]   | TRI_LOCK_WHOLE free; a reader takes 1, the writer takes all | both       |
 *
 * Waiting for zero needs only read permission: readers sleep on the GATE of the frame they want, and
 * on NO_WRITER for a writer's return. Two gates are closed, so that a reader which has seen frame
 * n before the writer came to turn the gates finds the one of n + 1 closed already. WRITER's last
 * pid names the writer: nobody else ever touches it while it is taken.
 *
 * A slot has two locks, sides that its frames use in turn. The writer takes the one of the frame
 * that it overwrites. The other one, of the frame that it writes, is free meanwhile: readers that
 * wait for that frame take it beforehand, and have it locked in the moment in which they see it.
 */
#ifndef TRI_SEMSET_H
#define TRI_SEMSET_H

#include "layout.h"

#include <triptych/error.h>
#include <triptych/log.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/** Gates repeat after this many frames: a reader that overslept that much is woken one frame late. */
#define TRI_GATES 64u

/** What the writer takes of a lock: more than readers can ever take together. */
#define TRI_LOCK_WHOLE 16384

enum {
    TRI_SEM_WRITER,
    TRI_SEM_NO_WRITER,
    TRI_SEM_READY,
    TRI_SEM_GATE_0,
    TRI_SEM_LOCK_0 = TRI_SEM_GATE_0 + TRI_GATES, // by tri_lock(): two for each slot
    TRI_SEM_COUNT = TRI_SEM_LOCK_0 + TRI_LOCKS,
};

#define TRI_NO_LOCK UINT32_MAX

/** Operations of the call that sets a new set up, the most of all: SEMOPM must allow them. */
#define TRI_SEMSET_OPS_MAX (5 + TRI_LOCKS)

/** What became of an attempt to take the writer's place. */
struct tri_claim {
    int sem_id;        // -1 unless the place was taken
    bool fresh;        // nobody was ever in the set: what readers hold, they hold in one before it
    bool other_access; // taken, but its mode or group is not the wanted one
    pid_t holder;      // with TRI_ERR_BUSY: who has it, 0 if it is in another PID namespace
};

/**
 * Finds or creates the set of `key` and takes the writer's place in it.
 *
 * @return TRI_OK; TRI_ERR_BUSY; TRI_ERR_FOREIGN, it belongs to another user; TRI_ERR_COLLISION, a
 *         set of another make; TRI_ERR_NO_RESOURCES; TRI_ERR_SYSTEM. All but BUSY are explained in
 *         the log.
 */
enum tri_err tri_semset_claim(struct tri_claim *claim, key_t key, const char *name, uint32_t mode,
                              gid_t group, const tri_log *log);

/** Leaves the writer's place; the set stays. For whoever may not remove it any more. */
void tri_semset_leave(int sem_id);

/** Finds the set of a key. @return TRI_OK; TRI_ERR_NO_STREAM; TRI_ERR_DENIED; TRI_ERR_COLLISION;
 *  TRI_ERR_FOREIGN, its creator has given it away but can still change it. */
enum tri_err tri_semset_find(int *sem_id, uid_t *owner, key_t key);

/** Removes the set: everybody who waits on it wakes with TRI_ERR_REMOVED. */
enum tri_err tri_semset_remove(int sem_id);

/* The writer's calls. None of them ever waits. */

/** Closes the gates of the first two frames to come: `next` and the one after. */
enum tri_err tri_semset_close_gates(int sem_id, uint64_t next);

/** Takes all of a lock. @return TRI_OK; TRI_ERR_BUSY, a reader has it; TRI_ERR_REMOVED, removed. */
enum tri_err tri_semset_take(int sem_id, uint32_t lock);

/** Gives a lock back that tri_semset_take() took. */
enum tri_err tri_semset_give(int sem_id, uint32_t lock);

/** Gives `lock` back (or none: TRI_NO_LOCK), opens the gate of frame `number` and closes the one two
 *  frames on, in one call. Repairs values that somebody else has tampered with. */
enum tri_err tri_semset_publish(int sem_id, uint32_t lock, uint64_t number);

/** The values of all locks at one moment: a reader that exchanges locks is seen with one of them. */
enum tri_err tri_semset_locks(int sem_id, uint16_t value[TRI_LOCKS]);

/** What a set tells at one moment. */
struct tri_semset_survey {
    bool live;                // there is a writer
    uint32_t waiting;         // readers that sleep until the next frame
    uint16_t lock[TRI_LOCKS]; // values
};

/** Reads all values with one call, and one more for each gate that is closed: two of them in a set that
 *  nobody has tampered with. */
enum tri_err tri_semset_survey(int sem_id, struct tri_semset_survey *survey);

/** Adds to a lock, or subtracts if it has as much, and leaves what the kernel will undo as it is. */
enum tri_err tri_semset_mend(int sem_id, uint32_t lock, int by);

/* The readers' calls. */

/**
 * Gives one hold back and takes another, in one call: either may be TRI_NO_LOCK, not both.
 *
 * @return TRI_OK; TRI_ERR_BUSY, the writer has `take`: nothing was given back either;
 *         TRI_ERR_DENIED, read permission only; TRI_ERR_REMOVED, the set is gone.
 */
enum tri_err tri_semset_hold(int sem_id, uint32_t give, uint32_t take);

/**
 * Sleeps until frame `number` is published.
 *
 * @param limit  longest sleep; read by the kernel when the system call begins, so that another thread
 *               may shorten it until then
 * @return TRI_OK, published or the writer has died; TRI_ERR_TIMEOUT; TRI_ERR_INTERRUPTED;
 *         TRI_ERR_REMOVED, the set is gone; TRI_ERR_SYSTEM.
 */
enum tri_err tri_semset_wait_frame(int sem_id, uint64_t number, const struct timespec *limit);

/** Whether the gate of frame `number` is closed: so is that of the next frame while its writer goes on,
 *  but not before a writer that takes the stream over has come so far. */
bool tri_semset_gate_is_closed(int sem_id, uint64_t number);

/** Sleeps until there is a writer; results likewise. */
enum tri_err tri_semset_wait_writer(int sem_id, const struct timespec *limit);

/** Returns whether there is a writer. True also where the kernel does not answer, as of a set that is
 *  gone: the next wait on it returns the reason. */
bool tri_semset_has_writer(int sem_id);

/** Returns whether the set never had a writer, because its creator died before that, or is gone. */
bool tri_semset_is_new(int sem_id);

/** The pid in the writer's place, 0 for none or one of another PID namespace: of use in messages only,
 *  tri_semset_has_writer() tells whether there is one. */
pid_t tri_semset_writer(int sem_id);

/** The pid that last took or gave back `lock`, 0 if unknown, and how many readers hold it (-1: the
 *  writer does). */
pid_t tri_semset_holder(int sem_id, uint32_t lock, int *held);

#endif
