/* SPDX-License-Identifier: MIT */
/* poll() and select(). A device's descriptor is readable while a frame can be dequeued, and for news
 * without a frame, after which these functions wait on; they add POLLERR when not streaming and
 * POLLPRI for events. epoll needs no wrapper: at worst it reports a frame too many. */
#undef _FILE_OFFSET_BITS
#undef _FORTIFY_SOURCE
#include "handles.h"
#include "real.h"

#include <triptych/frame.h>

#include <poll.h>
#include <signal.h>
#include <string.h>
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

/** Whether a descriptor is one of ours that became readable without a frame. */
static bool is_news_only(int fd)
{
    struct handle *const handle = handles_take(fd);
    const bool news = handle && !device_has_frame(handle);
    if (handle)
        handles_drop(handle);
    return news;
}

/** Time until `end_ns`, at least none. */
static struct timespec time_left(int64_t end_ns)
{
    const int64_t left_ns = end_ns - tri_now_ns();
    const int64_t ns = left_ns > 0 ? left_ns : 0;
    return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

static int64_t end_of(const struct timespec *timeout)
{
    if (!timeout || timeout->tv_sec > INT32_MAX)
        return INT64_MAX;
    return tri_now_ns() + (int64_t)timeout->tv_sec * 1000000000 + timeout->tv_nsec;
}

/** Adds V4L2's events to what the kernel reported. @return the number of descriptors with events */
static int add_events(struct pollfd *fds, nfds_t count, int status)
{
    if (status < 0)
        return status;
    int ready = 0;
    for (nfds_t i = 0; i < count; i++) {
        bool ours;
        if (fds[i].revents & POLLIN && is_news_only(fds[i].fd))
            fds[i].revents &= (short)~POLLIN;
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
    const int64_t end_ns = end_of(timeout);
    struct timespec left;
    for (const struct timespec *wait = timeout;; wait = timeout ? &left : NULL) {
        bool ours;
        const bool now = any_now(fds, count, &ours);
        const int status = REAL(ppoll)(fds, count, now ? &at_once : wait, mask);
        const int ready = ours ? add_events(fds, count, status) : status;
        if (ready != 0 || status == 0)
            return ready;
        left = time_left(end_ns);
    }
}

int preload_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    const struct timespec wait = { timeout / 1000, timeout % 1000 * 1000000L };
    bool ours;
    any_now(fds, count, &ours);
    return ours ? preload_ppoll(fds, count, timeout < 0 ? NULL : &wait, NULL)
                : REAL(poll)(fds, count, timeout);
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

/** The sets of a call of select(), and the devices that are ready already. */
struct selection {
    int count;
    fd_set *set[3]; // read, write, except; NULL: none
    fd_set asked[3];
    fd_set ready[2]; // read, except
    int ready_count;
    bool ours; // any device is among them
};

/** Bytes of a set that the program must have. */
static size_t set_bytes(const struct selection *s)
{
    const int count = s->count < FD_SETSIZE ? s->count : FD_SETSIZE;
    return count > 0 ? ((size_t)count + NFDBITS - 1) / NFDBITS * sizeof(fd_mask) : 0;
}

/** Moves devices that are ready already from the sets for reading and exceptions to `ready`. */
static void take_ready(struct selection *s)
{
    fd_set *const read = s->set[0];
    fd_set *const except = s->set[2];
    s->ours = false;
    s->ready_count = 0;
    FD_ZERO(&s->ready[0]);
    FD_ZERO(&s->ready[1]);
    for (int i = 0; i < 3; i++)
        if (s->set[i])
            memcpy(&s->asked[i], s->set[i], set_bytes(s));
    for (int fd = 0; fd < s->count && fd < FD_SETSIZE; fd++) {
        const bool in_read = read && FD_ISSET(fd, read);
        const bool in_except = except && FD_ISSET(fd, except);
        bool ours;
        if (!in_read && !in_except)
            continue;
        const short now = events_now(fd, (short)((in_read ? POLLIN : 0) | POLLPRI), &ours);
        s->ours |= ours;
        if (in_read && now & (POLLIN | POLLERR)) {
            FD_SET(fd, &s->ready[0]);
            FD_CLR(fd, read);
            s->ready_count++;
        }
        if (in_except && now & POLLPRI) {
            FD_SET(fd, &s->ready[1]);
            FD_CLR(fd, except);
            s->ready_count++;
        }
    }
}

/** Completes the result of the kernel's select(). @return members of the sets; 0 with *again: wait on,
 *  for what was asked */
static int add_ready(struct selection *s, int status, bool *again)
{
    fd_set *const read = s->set[0];
    fd_set *const except = s->set[2];
    const bool any = status > 0;
    *again = false;
    if (status < 0)
        return status;
    for (int fd = 0; (s->ours || s->ready_count) && fd < s->count && fd < FD_SETSIZE; fd++) {
        if (any && read && FD_ISSET(fd, read) && is_news_only(fd)) {
            FD_CLR(fd, read);
            status--;
        }
        if (read && FD_ISSET(fd, &s->ready[0]))
            FD_SET(fd, read);
        if (except && FD_ISSET(fd, &s->ready[1]))
            FD_SET(fd, except);
    }
    status += s->ready_count;
    *again = any && status == 0;
    for (int i = 0; i < 3 && *again; i++)
        if (s->set[i])
            memcpy(s->set[i], &s->asked[i], set_bytes(s));
    return status;
}

EXPORT int select(int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout)
{
    struct selection s = { .count = count, .set = { read, write, except } };
    bool again;
    int status;
    do { // the kernel keeps the time left in *timeout
        struct timeval at_once = { 0 };
        take_ready(&s);
        status = REAL(select)(count, read, write, except, s.ready_count ? &at_once : timeout);
        status = add_ready(&s, status, &again);
    } while (again);
    return status;
}

EXPORT int pselect(int count, fd_set *read, fd_set *write, fd_set *except,
                   const struct timespec *timeout, const sigset_t *mask)
{
    static const struct timespec at_once;
    const int64_t end_ns = end_of(timeout);
    struct selection s = { .count = count, .set = { read, write, except } };
    struct timespec left;
    bool again;
    int status;
    for (const struct timespec *wait = timeout;; wait = timeout ? &left : NULL) {
        take_ready(&s);
        status = REAL(pselect)(count, read, write, except, s.ready_count ? &at_once : wait, mask);
        status = add_ready(&s, status, &again);
        if (!again)
            return status;
        left = time_left(end_ns);
    }
}
