/* SPDX-License-Identifier: MIT */
/**
 * Synchronisation: one System V semaphore set per stream, the root of everything under its name.
 *
 * A new set has all values zero. The first call on it initialises it and takes the writer's place in
 * one atomic semop, so a crash at any time cannot leave a half-initialised set.
 *
 *   | semaphore | value                                    | reverted by the kernel at death |
 *   | WRITER    | 0 free, 1 there is a writer              | writer's +1                     |
 *   | NO_WRITER | 1 no writer, 0 there is one              | writer's -1                     |
 *   | READY     | 0 new, 1 initialised                     | no                              |
 *   | GATE[k]   | 1 for the next frame and the one after it, by n mod GATES | writer's +1    |
 *   | LOCK[k]   | TRI_LOCK_WHOLE free; a reader takes 1, the writer takes all | both         |
 *
 * Waiting for zero needs read permission only: readers sleep on the GATE of the frame they wait for,
 * and on NO_WRITER until a writer returns. Two gates are closed: a reader that sees frame n before
 * the writer has changed the gates finds the gate of n + 1 closed already. WRITER's last pid is the
 * writer's: no other process changes it while it is taken.
 *
 * A slot has two locks, which its frames use alternately (lock parity). The writer takes the lock of
 * the frame that it overwrites. The other lock, of the frame that it writes, is free meanwhile:
 * readers that wait for that frame take it in advance, so they have it locked when they see it.
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

/** Gates repeat after this many frames: a reader that overslept that many wakes one frame late. */
#define TRI_GATES 64u

/** Longest interval between two frames of a fast stream: about the cost of a sleep and its wake-up. */
#define TRI_FAST_NS 10000

/** Units of a lock that the writer takes: more than all readers together can take. */
#define TRI_LOCK_WHOLE 16384

enum {
    TRI_SEM_WRITER,
    TRI_SEM_NO_WRITER,
    TRI_SEM_READY,
    TRI_SEM_GATE_0,
    TRI_SEM_LOCK_0 = TRI_SEM_GATE_0 + TRI_GATES, // see tri_lock(): two per slot
    TRI_SEM_COUNT = TRI_SEM_LOCK_0 + TRI_LOCKS,
};

#define TRI_NO_LOCK UINT32_MAX

/** Operations of the call that initialises a set, the largest one: SEMOPM must allow them. */
#define TRI_SEMSET_OPS_MAX (5 + TRI_LOCKS)

/** Result of an attempt to take the writer's place. */
struct tri_claim {
    int sem_id;        // -1 if the place was not taken
    bool fresh;        // the set is new: readers' locks are in an earlier set
    bool other_access; // taken, but its mode or group differs from the wanted one
    pid_t holder;      // with TRI_ERR_BUSY: pid of the writer, 0 if it is in another PID namespace
};

/**
 * Finds or creates the set of `key` and takes the writer's place in it.
 *
 * @return TRI_OK; TRI_ERR_BUSY; TRI_ERR_FOREIGN, it belongs to another user; TRI_ERR_COLLISION, a
 * set of another program; TRI_ERR_NO_RESOURCES; TRI_ERR_SYSTEM. All but BUSY are logged.
 */
enum tri_err tri_semset_claim(struct tri_claim *claim, key_t key, const char *name, uint32_t mode,
                              gid_t group, const tri_log *log);

/** Leaves the writer's place; the set stays. For a writer that may no longer remove it. */
void tri_semset_leave(int sem_id);

/** Finds the set of a key. @return TRI_OK; TRI_ERR_NO_STREAM; TRI_ERR_DENIED; TRI_ERR_COLLISION;
 *  TRI_ERR_FOREIGN, its creator has given it away but can still change it. */
enum tri_err tri_semset_find(int *sem_id, uid_t *owner, key_t key);

/** Removes the set: all waiting processes wake with TRI_ERR_REMOVED. */
enum tri_err tri_semset_remove(int sem_id);

/* The writer's calls. None of them waits. */

/** Closes the gates of the first two frames: `next` and the one after it. */
enum tri_err tri_semset_close_gates(int sem_id, uint64_t next);

/** Takes all of a lock. @return TRI_OK; TRI_ERR_BUSY, a reader has it; TRI_ERR_REMOVED, removed. */
enum tri_err tri_semset_take(int sem_id, uint32_t lock);

/** Releases a lock that tri_semset_take() took. */
enum tri_err tri_semset_give(int sem_id, uint32_t lock);

/**
 * Releases the lock `give`, opens the gate of frame `number`, closes the one two frames later and takes
 * the lock *take, in one call. Either lock may be TRI_NO_LOCK. Repairs values that another process has
 * tampered with.
 *
 * @param take  set to TRI_NO_LOCK if a reader has that lock: one more call does the rest
 */
enum tri_err tri_semset_publish(int sem_id, uint32_t give, uint32_t *take, uint64_t number);

/** A snapshot of all locks: a reader that exchanges locks is seen with one of them. */
enum tri_err tri_semset_locks(int sem_id, uint16_t value[TRI_LOCKS]);

/** A snapshot of a set. */
struct tri_semset_survey {
    bool live;                // there is a writer
    uint32_t waiting;         // readers that sleep until the next frame
    uint16_t lock[TRI_LOCKS]; // values
};

/** Reads all values with one call, and one more per closed gate: two in an intact set. */
enum tri_err tri_semset_survey(int sem_id, struct tri_semset_survey *survey);

/** Adds to a lock, or subtracts if its value allows, without changing the kernel's undo values. */
enum tri_err tri_semset_adjust(int sem_id, uint32_t lock, int by);

/* The readers' calls. */

/**
 * Releases one lock and takes another, in one call: either may be TRI_NO_LOCK, not both.
 *
 * @return TRI_OK; TRI_ERR_BUSY, the writer has `take`: nothing was released either;
 * TRI_ERR_DENIED, read permission only; TRI_ERR_REMOVED, the set is gone.
 */
enum tri_err tri_semset_exchange(int sem_id, uint32_t give, uint32_t take);

/**
 * Sleeps until frame `number` is published.
 *
 * @param limit  longest sleep; read by the kernel when the system call begins, so that another thread
 *               may shorten it until then
 * @return TRI_OK, published or the writer has died; TRI_ERR_TIMEOUT; TRI_ERR_INTERRUPTED;
 *         TRI_ERR_REMOVED, the set is gone; TRI_ERR_SYSTEM.
 */
enum tri_err tri_semset_wait_frame(int sem_id, uint64_t number, const struct timespec *limit);

/** Whether the gate of frame `number` is closed. The next frame's gate is closed while a writer
 *  runs, but not yet just after a takeover. */
bool tri_semset_gate_is_closed(int sem_id, uint64_t number);

/** Sleeps until there is a writer. @return as tri_semset_wait() */
enum tri_err tri_semset_wait_writer(int sem_id, const struct timespec *limit);

/** Returns whether there is a writer. True also if the kernel returns an error, as for a removed
 *  set: the next wait on it returns the reason. */
bool tri_semset_has_writer(int sem_id);

/** Returns whether the set never had a writer, because its creator died before that, or is gone. */
bool tri_semset_is_new(int sem_id);

/** The writer's pid, 0 for none or one of another PID namespace. For messages only:
 *  tri_semset_has_writer() is reliable. */
pid_t tri_semset_writer(int sem_id);

/** The pid that last took or released `lock`, 0 if unknown, and the number of readers that hold
 *  it (-1: the writer does). */
pid_t tri_semset_holder(int sem_id, uint32_t lock, int *held);

#endif
