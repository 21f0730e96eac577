/* SPDX-License-Identifier: MIT */
/** A stream's owner, a member of its group and a stranger: processes that become other users. */
#ifndef TESTS_OTHER_USERS_H
#define TESTS_OTHER_USERS_H

#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/uio.h>

#define PICTURE  solid_video(64, 48)
#define OWNER    61001u // ids without accounts: the kernel knows only numbers
#define MEMBER   61002u // of the permitted group
#define STRANGER 61003u
#define GROUP    61100u

/** What the processes of a test share. */
struct plot {
    const char *name;
    uint32_t mode;
    _Atomic uint64_t begun;
    _Atomic uint64_t published;
    _Atomic uint64_t failed;
    _Atomic uint64_t stop;
    _Atomic uint64_t spent_ns;
    _Atomic uint64_t seen;
    char log[4096];
};

static inline struct plot *plot_new(uint32_t mode)
{
    struct plot *plot = fixture_share(sizeof(*plot));
    plot->name = fixture_stream();
    plot->mode = mode;
    return plot;
}

static inline void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    char *log = ((struct plot *)user)->log;
    const size_t length = strlen(log);
    snprintf(log + length, sizeof(((struct plot *)user)->log) - length, "%s: %s\n", part, text);
}

static inline void become(uid_t uid)
{
    const gid_t groups[] = { GROUP };
    CHECK(setgroups(uid == MEMBER ? 1 : 0, groups) == 0);
    CHECK(setresgid(uid, uid, uid) == 0);
    CHECK(setresuid(uid, uid, uid) == 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // reset at a change of user
}

/** Skips the case if this process cannot become other users. */
static inline void need_root(void)
{
    if (geteuid() != 0)
        skip_because("only root can be several users");
}

/** The writer of a process that is the owner. */
static inline tri_writer *open_as_owner(const struct plot *plot)
{
    tri_writer *writer;
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = plot->name,
                                                                 .video = PICTURE,
                                                                 .permissions = plot->mode,
                                                                 .group = "61100" }) == TRI_OK);
    return writer;
}

/** The owner's writer. */
static inline tri_writer *open_own(const struct plot *plot)
{
    become(OWNER);
    return open_as_owner(plot);
}

/** The owner's stream: publishes until requested to stop. */
static inline int own(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = PICTURE;
    tri_writer *writer = open_own(plot);
    for (uint64_t i = 1; !plot->stop; i++) {
        const int64_t start = tri_now_ns();
        if (solid_publish(writer, &video, i) == TRI_OK)
            plot->published++;
        else
            plot->failed++;
        plot->spent_ns += (uint64_t)(tri_now_ns() - start);
        fixture_sleep_ms(1);
    }
    tri_writer_close(&writer);
    return 0;
}

static inline pid_t owner_started(struct plot *plot)
{
    const pid_t pid = fixture_start(own, plot);
    assert_true(fixture_reaches(&plot->published, 3));
    return pid;
}

static inline void owner_ended(struct plot *plot, pid_t pid)
{
    plot->stop = 1;
    assert_int_equal(fixture_join(pid), 0);
    assert_int_equal(plot->failed, 0);
}

#endif
