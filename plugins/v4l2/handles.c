/* SPDX-License-Identifier: MIT */
#include "handles.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 65536

static _Atomic(struct handle *) table[DESCRIPTORS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of references

static _Atomic(pid_t) *memory_owner; // the process; 0 in a copy of it by fork(); NULL: unknown

static void note_memory_owner(void) __attribute__((constructor));
static void note_memory_owner(void)
{
    void *const page = mmap(NULL, sizeof(*memory_owner), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || madvise(page, sizeof(*memory_owner), MADV_WIPEONFORK) != 0)
        return;
    memory_owner = page;
    atomic_store(memory_owner, getpid());
}

/** Whether this is a child by vfork(), which has descriptors of its own in its parent's memory: the
 *  table is the parent's, and what the child closes stays open in the parent. */
static bool is_guest(void)
{
    const pid_t pid = getpid();
    pid_t owner = 0;
    return memory_owner && !atomic_compare_exchange_strong(memory_owner, &owner, pid) &&
           owner != pid;
}

static bool in_range(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX;
}

static bool is_listed(int fd)
{
    return in_range(fd) && atomic_load_explicit(&table[fd], memory_order_relaxed) && !is_guest();
}

bool handles_add(int fd, struct handle *handle)
{
    if (!in_range(fd)) {
        errno = EMFILE;
        return false;
    }
    pthread_mutex_lock(&lock);
    handle->references++;
    atomic_store(&table[fd], handle);
    pthread_mutex_unlock(&lock);
    return true;
}

struct handle *handles_take(int fd)
{
    if (!is_listed(fd))
        return NULL;
    pthread_mutex_lock(&lock);
    struct handle *const handle = atomic_load(&table[fd]);
    if (handle)
        handle->references++;
    pthread_mutex_unlock(&lock);
    return handle;
}

void handles_drop(struct handle *handle)
{
    pthread_mutex_lock(&lock);
    const bool last = --handle->references == 0;
    pthread_mutex_unlock(&lock);
    if (last)
        device_close(handle);
}

bool handles_remove(int fd)
{
    if (!is_listed(fd))
        return false;
    pthread_mutex_lock(&lock);
    struct handle *const handle = atomic_exchange(&table[fd], NULL);
    pthread_mutex_unlock(&lock);
    if (handle)
        handles_drop(handle);
    return handle;
}

void handles_remove_range(unsigned first, unsigned last)
{
    for (unsigned fd = first; fd <= last && fd < DESCRIPTORS_MAX; fd++)
        handles_remove((int)fd);
}
