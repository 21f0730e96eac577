/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <time.h>

const char *const fail_call_names[FAIL_CALL_COUNT] = {
#define X(name, text) text,
    FAIL_CALLS(X)
#undef X
};

static struct {
    bool armed;
    bool came;
    enum fail_call call;
    unsigned nth;
    int error;
    key_t key;
    unsigned calls[FAIL_CALL_COUNT];
    int allocations;
    int attachments;
    const char *meminfo; // simulated; NULL: that of the machine
} state;

void fail_arm(enum fail_call call, unsigned nth, int error, key_t key)
{
    state.armed = true;
    state.came = false;
    state.call = call;
    state.nth = nth;
    state.error = error;
    state.key = key;
    for (unsigned i = 0; i < FAIL_CALL_COUNT; i++)
        state.calls[i] = 0;
}

bool fail_disarm(void)
{
    state.armed = false;
    return state.came;
}

void fail_play_huge_pages(const char *meminfo)
{
    state.meminfo = meminfo;
}

unsigned fail_calls(enum fail_call call)
{
    return state.calls[call];
}

int fail_allocations(void)
{
    return state.allocations;
}

int fail_attachments(void)
{
    return state.attachments;
}

/** Commands that change an object are refused with EPERM, those that query it with EACCES. */
static int refusal(int command)
{
    return command == IPC_RMID || command == IPC_SET ? EPERM : EACCES;
}

/** Counts a call. @return true if it must fail: errno is then set. */
static bool fails(enum fail_call call)
{
    if (!state.armed || ++state.calls[call] != state.nth || call != state.call)
        return false;
    state.came = true;
    if (state.error == FAIL_REMOVED)
        return false; // the caller removes the object, and the real call fails by itself
    errno = state.error;
    return true;
}

static bool removes(enum fail_call call)
{
    return state.armed && state.error == FAIL_REMOVED && call == state.call &&
           state.calls[call] == state.nth;
}

/* 32-bit programs with 64-bit times call functions of other names. */
#ifdef __USE_TIME64_REDIRECTS
#define TIME64(prefix, call) __asm__(#prefix "__" #call "64")
#else
#define TIME64(prefix, call)
#endif

int __real_shmctl(int id, int command, struct shmid_ds *status) TIME64(__real_, shmctl);
int __real_semctl(int id, int number, int command, ...) TIME64(__real_, semctl);

static void remove_shm(int id)
{
    struct shmid_ds status;
    if (__real_shmctl(id, IPC_STAT, &status) == 0 && status.shm_perm.__key == state.key)
        __real_shmctl(id, IPC_RMID, NULL);
}

static void remove_sem(int id)
{
    struct semid_ds status;
    if (__real_semctl(id, 0, IPC_STAT, &status) == 0 && status.sem_perm.__key == state.key)
        __real_semctl(id, 0, IPC_RMID);
}

/* The linker's replacements: shmget() becomes __wrap_shmget(), libc's is __real_shmget(). */
int __real_shmget(key_t key, size_t bytes, int flags);
int __wrap_shmget(key_t key, size_t bytes, int flags);
int __wrap_shmget(key_t key, size_t bytes, int flags)
{
    const enum fail_call call = flags & IPC_CREAT ? FAIL_shmget_new : FAIL_shmget_found;
    if (fails(call))
        return -1;
    if (removes(call))
        remove_shm(__real_shmget(key, 0, 0));
    return __real_shmget(key, bytes, state.meminfo ? flags & ~SHM_HUGETLB : flags);
}

void *__real_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags);
void *__wrap_shmat(int id, const void *at, int flags)
{
    if (fails(FAIL_shmat))
        return (void *)-1;
    if (removes(FAIL_shmat))
        remove_shm(id);
    void *where = __real_shmat(id, at, flags);
    state.attachments += where != (void *)-1;
    return where;
}

int __real_shmdt(const void *at);
int __wrap_shmdt(const void *at);
int __wrap_shmdt(const void *at)
{
    state.attachments--;
    const int detached = __real_shmdt(at);
    return fails(FAIL_shmdt) ? -1 : detached; // EINVAL: it was no longer an attachment
}

int __wrap_shmctl(int id, int command, struct shmid_ds *status) TIME64(__wrap_, shmctl);
int __wrap_shmctl(int id, int command, struct shmid_ds *status)
{
    if (fails(FAIL_shmctl)) {
        errno = refusal(command);
        return -1;
    }
    if (removes(FAIL_shmctl))
        remove_shm(id);
    return __real_shmctl(id, command, status);
}

int __real_semget(key_t key, int count, int flags);
int __wrap_semget(key_t key, int count, int flags);
int __wrap_semget(key_t key, int count, int flags)
{
    const enum fail_call call = flags & IPC_CREAT ? FAIL_semget_new : FAIL_semget_found;
    if (fails(call))
        return -1;
    if (removes(call))
        remove_sem(__real_semget(key, 0, 0));
    return __real_semget(key, count, flags);
}

int __real_semop(int id, struct sembuf *ops, size_t count);
int __wrap_semop(int id, struct sembuf *ops, size_t count);
int __wrap_semop(int id, struct sembuf *ops, size_t count)
{
    if (fails(FAIL_semop))
        return -1;
    if (removes(FAIL_semop))
        remove_sem(id);
    return __real_semop(id, ops, count);
}

int __real_semtimedop(int id, struct sembuf *ops, size_t count, const struct timespec *limit)
    TIME64(__real_, semtimedop);
int __wrap_semtimedop(int id, struct sembuf *ops, size_t count, const struct timespec *limit)
    TIME64(__wrap_, semtimedop);
int __wrap_semtimedop(int id, struct sembuf *ops, size_t count, const struct timespec *limit)
{
    if (fails(FAIL_semtimedop))
        return -1;
    if (removes(FAIL_semtimedop))
        remove_sem(id);
    return __real_semtimedop(id, ops, count, limit);
}

int __wrap_semctl(int id, int number, int command, ...) TIME64(__wrap_, semctl);
int __wrap_semctl(int id, int number, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *); // as wide as the union; some commands omit it
    va_end(arguments);
    if (fails(FAIL_semctl)) {
        errno = refusal(command);
        return -1;
    }
    if (removes(FAIL_semctl))
        remove_sem(id);
    return __real_semctl(id, number, command, argument);
}

int __real_madvise(void *at, size_t bytes, int advice);
int __wrap_madvise(void *at, size_t bytes, int advice);
int __wrap_madvise(void *at, size_t bytes, int advice)
{
    return fails(FAIL_madvise) ? -1 : __real_madvise(at, bytes, advice);
}

int __real_nanosleep(const struct timespec *span, struct timespec *left) TIME64(__real_, nanosleep);
int __wrap_nanosleep(const struct timespec *span, struct timespec *left) TIME64(__wrap_, nanosleep);
int __wrap_nanosleep(const struct timespec *span, struct timespec *left)
{
    return fails(FAIL_nanosleep) ? -1 : __real_nanosleep(span, left);
}

void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
    void *memory = fails(FAIL_malloc) ? NULL : __real_malloc(bytes);
    state.allocations += memory != NULL;
    return memory;
}

/** Counts as malloc(). */
void *__real_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes)
{
    void *memory = fails(FAIL_malloc) ? NULL : __real_calloc(count, bytes);
    state.allocations += memory != NULL;
    return memory;
}

void *__real_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes)
{
    void *memory = fails(FAIL_realloc) ? NULL : __real_realloc(old, bytes);
    state.allocations += memory != NULL && old == NULL;
    return memory;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    state.allocations -= memory != NULL;
    __real_free(memory);
}

ssize_t __real_getrandom(void *to, size_t bytes, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t bytes, unsigned flags);
ssize_t __wrap_getrandom(void *to, size_t bytes, unsigned flags)
{
    return fails(FAIL_getrandom) ? -1 : __real_getrandom(to, bytes, flags);
}

int __real_clock_gettime(clockid_t clock, struct timespec *now) TIME64(__real_, clock_gettime);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now) TIME64(__wrap_, clock_gettime);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    return fails(FAIL_clock_gettime) ? -1 : __real_clock_gettime(clock, now);
}

ssize_t __real_writev(int fd, const struct iovec *parts, int count);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count);
ssize_t __wrap_writev(int fd, const struct iovec *parts, int count)
{
    return fails(FAIL_writev) ? -1 : __real_writev(fd, parts, count);
}

FILE *__real_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode);
FILE *__wrap_fopen64(const char *path, const char *mode)
{
    if (fails(FAIL_fopen64))
        return NULL;
    if (state.meminfo && strcmp(path, "/proc/meminfo") == 0)
        return fmemopen((void *)(uintptr_t)state.meminfo, strlen(state.meminfo), "r");
    return __real_fopen64(path, mode);
}

int __real_getgrnam_r(const char *name, struct group *entry, char *text, size_t bytes,
                      struct group **found);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *text, size_t bytes,
                      struct group **found);
int __wrap_getgrnam_r(const char *name, struct group *entry, char *text, size_t bytes,
                      struct group **found)
{
    *found = NULL;
    return fails(FAIL_getgrnam_r) ? errno : __real_getgrnam_r(name, entry, text, bytes, found);
}

int __real_getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t bytes,
                      struct passwd **found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t bytes,
                      struct passwd **found);
int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t bytes,
                      struct passwd **found)
{
    *found = NULL;
    return fails(FAIL_getpwuid_r) ? errno : __real_getpwuid_r(uid, entry, text, bytes, found);
}
