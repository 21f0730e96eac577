/* SPDX-License-Identifier: MIT */
/* poll() and select(). A device's descriptor is readable while a frame can be dequeued; these
 * functions add POLLERR when not streaming and POLLPRI for events. epoll needs no wrapper. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include "handles.h"
#include "real.h"

#include <poll.h>
#include <signal.h>
#include <sys/select.h>
#include <time.h>

int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                const sigset_t *mask, size_t room);

/* Names of their own in C: the headers declare that poll() only writes to `fds`. */
EXPORT int preload_poll(struct pollfd *fds, nfds_t count, int timeout) __asm__("poll");
EXPORT int preload_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                         const sigset_t *mask) __asm__("ppoll");

/** Events of a descriptor that are true at once; 0 for one that is not ours. */
static short events_now(int fd, short wanted, bool *ours)
{
    struct handle *const handle = handles_take(fd);
    *ours = handle;
    if (!handle)
        return 0;
    const short now = device_poll_now(handle, wanted);
    handles_drop(handle);
    return now & (short)(wanted | POLLERR);
}

/** @return whether any descriptor has an event already, so that the call must not wait */
static bool any_now(const struct pollfd *fds, nfds_t count, bool *any_ours)
{
    bool now = false;
    *any_ours = false;
    for (nfds_t i = 0; i < count; i++) {
        bool ours;
        now |= events_now(fds[i].fd, fds[i].events, &ours) != 0;
        *any_ours |= ours;
    }
    return now;
}

/** Adds V4L2's events to what the kernel reported. @return the number of descriptors with events */
static int add_events(struct pollfd *fds, nfds_t count, int status)
{
    if (status < 0)
        return status;
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        bool ours;
        const short now = events_now(fds[i].fd, fds[i].events, &ours);
        if (ours && fds[i].revents & POLLIN)
            fds[i].revents |= fds[i].events & POLLRDNORM;
        fds[i].revents |= now;
        ready += fds[i].revents != 0;
    }
    return ready;
}

int preload_ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                  const sigset_t *mask)
{
    static const struct timespec at_once;
    bool ours;
    const bool now = any_now(fds, count, &ours);
    const int status = REAL(ppoll)(fds, count, now ? &at_once : timeout, mask);
    return ours ? add_events(fds, count, status) : status;
}

int preload_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    bool ours;
    const bool now = any_now(fds, count, &ours);
    const int status = REAL(poll)(fds, count, now ? 0 : timeout);
    return ours ? add_events(fds, count, status) : status;
}

EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t room)
{
    return room / sizeof(*fds) < count ? REAL(__poll_chk)(fds, count, timeout, room)
                                       : preload_poll(fds, count, timeout);
}

EXPORT int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
                       const sigset_t *mask, size_t room)
{
    return room / sizeof(*fds) < count ? REAL(__ppoll_chk)(fds, count, timeout, mask, room)
                                       : preload_ppoll(fds, count, timeout, mask);
}

/** Moves devices that are ready already from `read` and `except` into sets of their own. @return the
 *  number of members moved */
static int take_ready(int count, fd_set *read, fd_set *except, fd_set *ready_read,
                      fd_set *ready_except)
{
    int ready = 0;
    FD_ZERO(ready_read);
    FD_ZERO(ready_except);
    for (int fd = 0; fd < count && fd < FD_SETSIZE; fd++) {
        const bool in_read = read && FD_ISSET(fd, read);
        const bool in_except = except && FD_ISSET(fd, except);
        bool ours;
        if (!in_read && !in_except)
            continue;
        const short now = events_now(fd, (short)((in_read ? POLLIN : 0) | POLLPRI), &ours);
        if (in_read && now & (POLLIN | POLLERR)) {
            FD_SET(fd, ready_read);
            FD_CLR(fd, read);
            ready++;
        }
        if (in_except && now & POLLPRI) {
            FD_SET(fd, ready_except);
            FD_CLR(fd, except);
            ready++;
        }
    }
    return ready;
}

static int add_ready(int count, fd_set *read, fd_set *except, const fd_set *ready_read,
                     const fd_set *ready_except, int ready, int status)
{
    if (status < 0)
        return status;
    for (int fd = 0; ready && fd < count && fd < FD_SETSIZE; fd++) {
        if (FD_ISSET(fd, ready_read))
            FD_SET(fd, read);
        if (FD_ISSET(fd, ready_except))
            FD_SET(fd, except);
    }
    return status + ready;
}

EXPORT int select(int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout)
{
    struct timeval at_once = { 0 };
    fd_set ready_read;
    fd_set ready_except;
    const int ready = take_ready(count, read, except, &ready_read, &ready_except);
    const int status = REAL(select)(count, read, write, except, ready ? &at_once : timeout);
    return add_ready(count, read, except, &ready_read, &ready_except, ready, status);
}

EXPORT int pselect(int count, fd_set *read, fd_set *write, fd_set *except,
                   const struct timespec *timeout, const sigset_t *mask)
{
    static const struct timespec at_once;
    fd_set ready_read;
    fd_set ready_except;
    const int ready = take_ready(count, read, except, &ready_read, &ready_except);
    const int status = REAL(pselect)(count, read, write, except, ready ? &at_once : timeout, mask);
    return add_ready(count, read, except, &ready_read, &ready_except, ready, status);
}
