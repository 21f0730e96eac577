/* SPDX-License-Identifier: MIT */
#include "semset.h"

#include "errno_map.h"
#include "sys_account.h"
#include "sys_limits.h"
#include "sys_owner.h"
#include "sys_status.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CLAIM_TRIES 100 // while sets vanish between finding and claiming: a writer is closing

union semun { // semctl(2) requires the caller to define it
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

static unsigned short gate_of(uint64_t number)
{
    return (unsigned short)(TRI_SEM_GATE_0 + number % TRI_GATES);
}

static unsigned short lock_sem(uint32_t lock)
{
    return (unsigned short)(TRI_SEM_LOCK_0 + lock);
}

static struct sembuf op(int number, int change, int flags)
{
    return (struct sembuf){ .sem_num = (unsigned short)number,
                            .sem_op = (short)change,
                            .sem_flg = (short)flags };
}

static enum tri_err run(int sem_id, struct sembuf *ops, size_t count)
{
    return semop(sem_id, ops, count) == 0 ? TRI_OK : tri_err_of_errno(errno);
}

static enum tri_err set(int sem_id, int number, int value)
{
    return semctl(sem_id, number, SETVAL, (union semun){ .val = value }) == 0
               ? TRI_OK
               : tri_err_of_errno(errno);
}

/** Takes the writer's place. SEM_UNDO: the kernel frees it however this process ends. */
static enum tri_err take_writer(int sem_id, bool *fresh)
{
    *fresh = false;
    struct sembuf again[] = {
        op(TRI_SEM_WRITER, 0, IPC_NOWAIT),
        op(TRI_SEM_READY, -1, IPC_NOWAIT), // proves that the set is initialised; restored below
        op(TRI_SEM_READY, 1, 0),
        op(TRI_SEM_WRITER, 1, SEM_UNDO),
        op(TRI_SEM_NO_WRITER, -1, IPC_NOWAIT | SEM_UNDO),
    };
    const enum tri_err err = run(sem_id, again, sizeof(again) / sizeof(again[0]));
    if (err != TRI_ERR_BUSY)
        return err;

    // A new set: initialise it and take the place in one call.
    struct sembuf born[TRI_SEMSET_OPS_MAX] = {
        op(TRI_SEM_READY, 0, IPC_NOWAIT),    op(TRI_SEM_READY, 1, 0),
        op(TRI_SEM_WRITER, 1, SEM_UNDO),     op(TRI_SEM_NO_WRITER, 1, 0),
        op(TRI_SEM_NO_WRITER, -1, SEM_UNDO),
    };
    for (uint32_t i = 0; i < TRI_LOCKS; i++)
        born[5 + i] = op(lock_sem(i), TRI_LOCK_WHOLE, 0);
    *fresh = true;
    return run(sem_id, born, sizeof(born) / sizeof(born[0]));
}

/** Finds or creates the set; checks that it is this user's. */
static enum tri_err find_or_create(int *sem_id, bool *created, key_t key, const char *name,
                                   uint32_t mode, gid_t group, const tri_log *log)
{
    struct tri_account_before before;
    const bool entered = tri_account_enter_group(group, &before);
    const int perms = (int)mode | (entered ? 0 : TRI_IPC_UNFINISHED); // until permit()
    *sem_id = semget(key, TRI_SEM_COUNT, IPC_CREAT | IPC_EXCL | perms);
    tri_account_leave_group(&before);
    *created = *sem_id >= 0;
    if (*created && !entered && (mode & 0070))
        tri_log_write(
            log, TRI_LOG_INFO, "semset",
            "%s: group %u of this process may read as well as group %u, because the kernel also "
            "admits the creator's group; to prevent that, start the writer with `sg`",
            name, (unsigned)before.group, (unsigned)group);
    if (!*created && errno != EEXIST) {
        tri_limits_explain_sem(log, name, TRI_SEM_COUNT, TRI_SEMSET_OPS_MAX, errno);
        return errno == EINVAL ? TRI_ERR_NO_RESOURCES : tri_err_of_errno(errno);
    }
    if (!*created && (*sem_id = semget(key, 0, 0)) < 0)
        return TRI_ERR_REMOVED; // gone again: retry

    struct semid_ds status = { 0 }; // filled by semctl(), which analysers cannot see
    if (semctl(*sem_id, 0, IPC_STAT, (union semun){ .buf = &status }) < 0) {
        const enum tri_err err = tri_err_of_errno(errno);
        if (err == TRI_ERR_DENIED)
            tri_owner_explain(log, name, key);
        return err == TRI_ERR_DENIED ? TRI_ERR_FOREIGN : err;
    }
    if (status.sem_perm.uid != geteuid() || status.sem_perm.cuid != geteuid()) {
        tri_owner_explain(log, name, key);
        return TRI_ERR_FOREIGN;
    }
    if (status.sem_nsems != TRI_SEM_COUNT) {
        tri_log_write(log, TRI_LOG_ERROR, "semset",
                      "%s: semaphore set %d (key 0x%08x) has %lu semaphores where triptych has %d: "
                      "made by another program or version; remove it with `ipcrm -s %d` or choose "
                      "another name",
                      name, *sem_id, (unsigned)key, (unsigned long)status.sem_nsems, TRI_SEM_COUNT,
                      *sem_id);
        return TRI_ERR_COLLISION;
    }
    return TRI_OK;
}

/** Sets the permissions that this writer requests. Only with the writer's place: a refused
 *  writer must not open the stream to others. */
static void permit(int sem_id, uint32_t mode, gid_t group)
{
    struct semid_ds status = { .sem_perm = {
                                   .uid = geteuid(), .gid = group, .mode = (unsigned short)mode } };
    semctl(sem_id, 0, IPC_SET, (union semun){ .buf = &status }); // owned by this process: cannot
                                                                 // fail
}

static bool permits(int sem_id, uint32_t mode, gid_t group)
{
    struct semid_ds status = { 0 };
    return semctl(sem_id, 0, IPC_STAT, (union semun){ .buf = &status }) == 0 &&
           (status.sem_perm.mode & 0777) == mode && status.sem_perm.gid == group;
}

enum tri_err tri_semset_claim(struct tri_claim *claim, key_t key, const char *name, uint32_t mode,
                              gid_t group, const tri_log *log)
{
    *claim = (struct tri_claim){ .sem_id = -1 };
    enum tri_err err = TRI_ERR_REMOVED;
    for (int i = 0; i < CLAIM_TRIES; i++) {
        int id;
        bool created = false;
        err = find_or_create(&id, &created, key, name, mode, group, log);
        if (err == TRI_OK) {
            err = take_writer(id, &claim->fresh);
            if (err != TRI_OK && err != TRI_ERR_BUSY && err != TRI_ERR_REMOVED)
                tri_limits_explain_sem(log, name, TRI_SEM_COUNT, TRI_SEMSET_OPS_MAX, errno);
        }
        if (err == TRI_OK) {
            if (claim->fresh)
                permit(id, mode, group);
            claim->other_access = !claim->fresh && !permits(id, mode, group);
            claim->sem_id = id;
        } else if (created && err != TRI_ERR_BUSY) {
            tri_semset_remove(id); // it never had a writer
        }
        if (err == TRI_ERR_BUSY)
            claim->holder = tri_semset_writer(id);
        const bool left_meanwhile = err == TRI_ERR_BUSY && !tri_semset_has_writer(id);
        if (err != TRI_ERR_REMOVED && !left_meanwhile)
            break;
    }
    return err;
}

void tri_semset_leave(int sem_id)
{
    struct sembuf place[] = {
        op(TRI_SEM_WRITER, -1, IPC_NOWAIT | SEM_UNDO),
        op(TRI_SEM_NO_WRITER, 1, SEM_UNDO),
    };
    run(sem_id, place, 2);
}

enum tri_err tri_semset_find(int *sem_id, uid_t *owner, key_t key)
{
    *sem_id = semget(key, 0, 0);
    if (*sem_id < 0)
        return errno == ENOENT ? TRI_ERR_NO_STREAM : tri_err_of_errno(errno);
    struct semid_ds status = { 0 };
    const enum tri_err err = tri_status_of_sem(*sem_id, &status);
    if (err != TRI_OK)
        return err;
    *owner = status.sem_perm.uid;
    if (status.sem_perm.uid != status.sem_perm.cuid)
        return TRI_ERR_FOREIGN;
    return status.sem_nsems == TRI_SEM_COUNT ? TRI_OK : TRI_ERR_COLLISION;
}

enum tri_err tri_semset_remove(int sem_id)
{
    return semctl(sem_id, 0, IPC_RMID) == 0 ? TRI_OK : tri_err_of_errno(errno);
}

enum tri_err tri_semset_close_gates(int sem_id, uint64_t next)
{
    // The kernel has opened all gates at the previous writer's death; a closed one was tampered
    // with.
    for (uint32_t k = 0; k < TRI_GATES; k++) {
        if (semctl(sem_id, TRI_SEM_GATE_0 + (int)k, GETVAL) > 0)
            set(sem_id, TRI_SEM_GATE_0 + (int)k, 0);
    }
    struct sembuf gates[] = {
        op(gate_of(next), 1, SEM_UNDO),
        op(gate_of(next + 1), 1, SEM_UNDO),
    };
    return run(sem_id, gates, 2);
}

enum tri_err tri_semset_take(int sem_id, uint32_t lock)
{
    struct sembuf take = op(lock_sem(lock), -TRI_LOCK_WHOLE, IPC_NOWAIT | SEM_UNDO);
    return run(sem_id, &take, 1);
}

enum tri_err tri_semset_give(int sem_id, uint32_t lock)
{
    struct sembuf give = op(lock_sem(lock), TRI_LOCK_WHOLE, IPC_NOWAIT | SEM_UNDO);
    return run(sem_id, &give, 1);
}

/** Publishes regardless of the values. SETVAL clears the kernel's undo values. */
static enum tri_err publish_anyway(int sem_id, uint32_t give, uint64_t number)
{
    struct sembuf close = op(gate_of(number + 2), 1, SEM_UNDO);
    enum tri_err err = give == TRI_NO_LOCK ? TRI_OK : set(sem_id, lock_sem(give), TRI_LOCK_WHOLE);
    if (err == TRI_OK)
        err = set(sem_id, gate_of(number), 0);
    if (err == TRI_OK)
        err = set(sem_id, gate_of(number + 2), 0);
    return err == TRI_OK ? run(sem_id, &close, 1) : err;
}

enum tri_err tri_semset_publish(int sem_id, uint32_t give, uint32_t *take, uint64_t number)
{
    struct sembuf ops[4] = {
        op(gate_of(number), -1, IPC_NOWAIT | SEM_UNDO),
        op(gate_of(number + 2), 1, SEM_UNDO),
    };
    size_t count = 2;
    if (give != TRI_NO_LOCK)
        ops[count++] = op(lock_sem(give), TRI_LOCK_WHOLE, SEM_UNDO);
    if (*take != TRI_NO_LOCK) {
        ops[count] = op(lock_sem(*take), -TRI_LOCK_WHOLE, IPC_NOWAIT | SEM_UNDO);
        if (run(sem_id, ops, count + 1) == TRI_OK)
            return TRI_OK;
        *take = TRI_NO_LOCK;
    }
    const enum tri_err err = run(sem_id, ops, count);
    if (err == TRI_OK || err == TRI_ERR_REMOVED)
        return err;
    // The gate was open, or a value is near its limit: another process has changed them.
    return publish_anyway(sem_id, give, number);
}

static enum tri_err read_all(int sem_id, unsigned short all[TRI_SEM_COUNT])
{
    memset(all, 0, TRI_SEM_COUNT * sizeof(*all)); // filled by semctl(), which analysers cannot see
    return semctl(sem_id, 0, GETALL, (union semun){ .array = all }) < 0 ? tri_err_of_errno(errno)
                                                                        : TRI_OK;
}

enum tri_err tri_semset_locks(int sem_id, uint16_t value[TRI_LOCKS])
{
    unsigned short all[TRI_SEM_COUNT];
    const enum tri_err err = read_all(sem_id, all);
    if (err != TRI_OK)
        return err;
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++)
        value[lock] = all[lock_sem(lock)];
    return TRI_OK;
}

enum tri_err tri_semset_survey(int sem_id, struct tri_semset_survey *survey)
{
    unsigned short all[TRI_SEM_COUNT];
    const enum tri_err err = read_all(sem_id, all);
    if (err != TRI_OK)
        return err;
    *survey = (struct tri_semset_survey){ .live = all[TRI_SEM_NO_WRITER] == 0 &&
                                                  all[TRI_SEM_READY] != 0 };
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++)
        survey->lock[lock] = all[lock_sem(lock)];
    for (int gate = TRI_SEM_GATE_0; gate < TRI_SEM_LOCK_0; gate++) {
        const int waiting = all[gate] == 0 ? 0 : semctl(sem_id, gate, GETZCNT);
        survey->waiting += waiting > 0 ? (uint32_t)waiting : 0; // no reader sleeps on an open gate
    }
    return TRI_OK;
}

enum tri_err tri_semset_adjust(int sem_id, uint32_t lock, int by)
{
    struct sembuf change = op(lock_sem(lock), by, IPC_NOWAIT);
    return run(sem_id, &change, 1);
}

enum tri_err tri_semset_exchange(int sem_id, uint32_t give, uint32_t take)
{
    struct sembuf ops[2];
    size_t count = 0;
    if (give != TRI_NO_LOCK)
        ops[count++] = op(lock_sem(give), 1, SEM_UNDO);
    if (take != TRI_NO_LOCK)
        ops[count++] = op(lock_sem(take), -1, IPC_NOWAIT | SEM_UNDO);
    return run(sem_id, ops, count);
}

static enum tri_err wait_for_zero(int sem_id, int number, const struct timespec *limit)
{
    struct sembuf zero = op(number, 0, 0);
    if (semtimedop(sem_id, &zero, 1, limit) == 0)
        return TRI_OK;
    return errno == EAGAIN ? TRI_ERR_TIMEOUT : tri_err_of_errno(errno);
}

enum tri_err tri_semset_wait_frame(int sem_id, uint64_t number, const struct timespec *limit)
{
    return wait_for_zero(sem_id, gate_of(number), limit);
}

bool tri_semset_gate_is_closed(int sem_id, uint64_t number)
{
    return semctl(sem_id, gate_of(number), GETVAL) != 0; // a value that cannot be read is not
                                                         // judged
}

enum tri_err tri_semset_wait_writer(int sem_id, const struct timespec *limit)
{
    return wait_for_zero(sem_id, TRI_SEM_NO_WRITER, limit);
}

bool tri_semset_has_writer(int sem_id)
{
    struct sembuf zero = op(TRI_SEM_NO_WRITER, 0, IPC_NOWAIT);
    return run(sem_id, &zero, 1) != TRI_ERR_BUSY;
}

bool tri_semset_is_new(int sem_id)
{
    return semctl(sem_id, TRI_SEM_READY, GETVAL) <= 0;
}

pid_t tri_semset_writer(int sem_id)
{
    if (semctl(sem_id, TRI_SEM_WRITER, GETVAL) <= 0)
        return 0;
    const int pid = semctl(sem_id, TRI_SEM_WRITER, GETPID);
    return pid > 0 ? pid : 0;
}

pid_t tri_semset_holder(int sem_id, uint32_t lock, int *held)
{
    const int value = semctl(sem_id, lock_sem(lock), GETVAL);
    *held = value <= 0 ? -1 : TRI_LOCK_WHOLE - value;
    const int pid = semctl(sem_id, lock_sem(lock), GETPID);
    return pid > 0 ? pid : 0;
}
