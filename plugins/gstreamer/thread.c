/* SPDX-License-Identifier: MIT */
#include "thread.h"

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLICE_NS 100000 // the minimum

/** The kernel's struct sched_attr. Its header conflicts with <sched.h> on some systems. */
struct attributes {
    guint32 size;
    guint32 policy;
    guint64 flags;
    gint32 nice;
    guint32 priority;
    guint64 runtime;
    guint64 deadline;
    guint64 period;
};

void gst_triptych_thread_request_short_slices(void)
{
    static _Thread_local gboolean requested;
    if (requested)
        return;
    requested = TRUE;
    struct attributes now = { 0 };
    if (syscall(SYS_sched_getattr, 0, &now, sizeof(now), 0) != 0 || now.policy != SCHED_OTHER)
        return;
    now.size = sizeof(now);
    now.runtime = SLICE_NS;
    syscall(SYS_sched_setattr, 0, &now, 0);
}
