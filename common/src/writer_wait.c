/* SPDX-License-Identifier: MIT */
/* A writer waits for a reader: those that attach ring its doorbell. */
#include "writer_private.h"

#include "sys_fork.h"

#define CHECK_NS   1000000000 // interval of checks for readers that ring no doorbell
#define CONFIRM_NS 100000000  // attached for so long, they do not only inspect the stream

/** Whether the stream has readers: they rang, or have been attached for a while. */
static bool has_readers(struct tri_writer *w, int64_t now)
{
    const bool rung = tri_doorbell_is_rung(&w->bell);
    tri_doorbell_arm(&w->bell);
    struct tri_writer_stats stats;
    tri_writer_get_stats(w, &stats);
    if (stats.readers == 0)
        w->attached_ns = 0;
    else if (rung)
        w->attached_ns = now - CONFIRM_NS;
    else if (w->attached_ns == 0)
        w->attached_ns = now;
    return w->attached_ns != 0 && now - w->attached_ns >= CONFIRM_NS;
}

enum tri_err tri_writer_wait_for_reader(tri_writer *w, int timeout_ms)
{
    if (tri_forked_since(w->fork_depth))
        return TRI_ERR_FORKED;
    int64_t now = tri_now_ns();
    const int64_t deadline = timeout_ms < 0 ? INT64_MAX : now + (int64_t)timeout_ms * 1000000;
    bool found = has_readers(w, now);
    if (!found && tri_doorbell_open(&w->bell, tri_doorbell_readers_of(w->key)))
        found = has_readers(w, now); // one that attached in between has not rung
    while (!found) {
        if (now >= deadline)
            return TRI_ERR_TIMEOUT;
        int64_t ns = w->attached_ns || !w->bell.page ? CONFIRM_NS : CHECK_NS;
        if (ns > deadline - now)
            ns = deadline - now;
        const enum tri_err err = tri_doorbell_wait(&w->bell, &w->sleep, ns);
        if (err != TRI_OK)
            return err;
        now = tri_now_ns();
        found = has_readers(w, now);
    }
    tri_doorbell_close(&w->bell);
    return TRI_OK;
}
