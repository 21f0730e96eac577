/* SPDX-License-Identifier: MIT */
#include "handles.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#define DESCRIPTORS_MAX 65536

static _Atomic(struct handle *) table[DESCRIPTORS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of references

static bool in_range(int fd)
{
    return fd >= 0 && fd < DESCRIPTORS_MAX;
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
    if (!in_range(fd) || !atomic_load_explicit(&table[fd], memory_order_relaxed))
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
    if (!in_range(fd) || !atomic_load_explicit(&table[fd], memory_order_relaxed))
        return false;
    pthread_mutex_lock(&lock);
    struct handle *const handle = atomic_exchange(&table[fd], NULL);
    pthread_mutex_unlock(&lock);
    if (handle)
        handles_drop(handle);
    return handle;
}
