/* SPDX-License-Identifier: MIT */
/* Readers belong to the group that the writer names, not to the writer's own. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/shm.h>

#define PICTURE solid_video(64, 48)
#define OWN     61004u // the kernel knows only numbers
#define NAMED   61100u
#define REFUSED 2 // CHECK() ends with 1

struct plot {
    const char *name;
    gid_t visitor;
    _Atomic uint64_t published;
    _Atomic uint64_t stop;
};

/** A writer of root whose own group is not the permitted one. */
static int write_in_own_group(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = PICTURE;
    int signal = 0;
    tri_writer *writer;
    CHECK(setresgid(OWN, OWN, OWN) == 0);
    CHECK(prctl(PR_SET_DUMPABLE, 1) == 0 && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = plot->name,
                                                                 .video = video,
                                                                 .permissions = 0640,
                                                                 .group = "61100" }) == TRI_OK);
    for (uint64_t i = 1; !plot->stop; i++) {
        CHECK(solid_publish(writer, &video, i) == TRI_OK);
        plot->published++;
        fixture_sleep_ms(1);
    }
    // Attributes that the kernel resets at a change of group are unchanged.
    CHECK(prctl(PR_GET_DUMPABLE) == 1 && prctl(PR_GET_PDEATHSIG, &signal) == 0);
    CHECK(getegid() == OWN && signal == SIGKILL);
    tri_writer_close(&writer);
    return 0;
}

/** A user without an account in one group. @return 0 if it gets a frame, REFUSED if it is denied. */
static int visit(void *argument)
{
    const struct plot *plot = argument;
    CHECK(setgroups(0, NULL) == 0);
    CHECK(setresgid(plot->visitor, plot->visitor, plot->visitor) == 0);
    CHECK(setresuid(61003, 61003, 61003) == 0);
    tri_reader *reader;
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = plot->name }) == TRI_OK);
    const enum tri_err err = tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000);
    CHECK(err == TRI_OK || err == TRI_ERR_DENIED);
    // The segment refuses by itself, not its semaphores alone.
    const bool attaches = shmat(ipc_shm(plot->name), NULL, SHM_RDONLY) != (void *)-1;
    CHECK(attaches == (err == TRI_OK));
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return err == TRI_ERR_DENIED ? REFUSED : 0;
}

static int visit_of(struct plot *plot, gid_t group)
{
    plot->visitor = group;
    return fixture_join(fixture_start(visit, plot));
}

static void group_excludes_the_writers_own_group(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip_because("only root can be several users");
    struct plot *plot = fixture_share(sizeof(*plot));
    plot->name = fixture_stream();
    const pid_t pid = fixture_start(write_in_own_group, plot);
    assert_true(fixture_reaches(&plot->published, 3));
    assert_int_equal(visit_of(plot, NAMED), 0);
    assert_int_equal(visit_of(plot, OWN), REFUSED);
    plot->stop = 1;
    assert_int_equal(fixture_join(pid), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(group_excludes_the_writers_own_group),
    };
    return cmocka_run_group_tests_name("groups", tests, NULL, NULL);
}
