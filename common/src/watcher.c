/* SPDX-License-Identifier: MIT */
#include "watcher.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

bool tri_watcher_start(struct tri_watcher *watcher, void *(*body)(void *), void *argument)
{
    watcher->pid = getpid();
    watcher->fork_depth = tri_fork_watch();
    watcher->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    if (watcher->fd < 0)
        return false;
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    sigdelset(&all, SIGURG);
    pthread_sigmask(SIG_SETMASK, &all, &before); // the thread inherits it
    const bool started = pthread_create(&watcher->thread, NULL, body, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_setname_np(watcher->thread, "triptych");
    else
        close(watcher->fd);
    return started;
}

void tri_watcher_raise(struct tri_watcher *watcher)
{
    const uint64_t one = 1;
    // Fails only after 2^64 writes without a read: then it is readable.
    if (write(watcher->fd, &one, sizeof(one)) < 0)
        errno = 0;
}

void tri_watcher_clear(struct tri_watcher *watcher)
{
    uint64_t count;
    if (read(watcher->fd, &count, sizeof(count)) < 0)
        errno = 0; // it was not readable
}

bool tri_watcher_stopped(struct tri_watcher *watcher)
{
    tri_sleep_take_interrupt(&watcher->sleep);
    return atomic_load_explicit(&watcher->stop, memory_order_acquire);
}

void tri_watcher_stop(struct tri_watcher *watcher, void (*wake)(void *argument), void *argument)
{
    if (watcher->pid == getpid() && !tri_forked_since(watcher->fork_depth)) {
        atomic_store_explicit(&watcher->stop, true, memory_order_release);
        tri_sleep_interrupt(&watcher->sleep);
        if (wake)
            wake(argument);
        pthread_join(watcher->thread, NULL);
    }
    tri_doorbell_close(&watcher->bell);
    close(watcher->fd);
}
