/* SPDX-License-Identifier: MIT */
/* A million frames at full speed, or TRIPTYCH_SOAK_FRAMES: writers close and are killed, readers
 * attach and detach. Nothing is torn, no wake-up is lost, memory and the kernel's tables do not
 * grow. */
#include "fixture.h"
#include "ipc.h"
#include "reader_pool.h"
#include "solid_frames.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <time.h>

#define FRAMES_USUAL  1000000ull
#define FRAMES_A_LIFE 10000u // of one writer
#define LOST_AFTER    130u // frames: twice round the gates, more than a wait that missed all of them
#define GROWTH_MAX_KB 4096

#define PICTURE solid_video(48, 32)

/** What the processes of a soak share. */
struct soak {
    const char *name;
    uint64_t goal;
    _Atomic uint64_t sequence;
    _Atomic uint64_t refused;
    _Atomic uint64_t lost;
    _Atomic uint64_t waits;
};

static struct soak *soak;

/** How often the processor was taken from this thread. */
static long preemptions(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

/** Replaces libc's: counts waits that time out while frames are published. The library calls it. A
 *  thread that was preempted may have begun its wait after those frames: that wait does not count. */
int semtimedop(int sem_id, struct sembuf *ops, size_t count, const struct timespec *limit)
{
    const long preempted = preemptions();
    const uint64_t before = soak->sequence;
#ifdef SYS_semtimedop_time64
    const int64_t wide[] = { limit ? limit->tv_sec : 0, limit ? limit->tv_nsec : 0 };
    const long result = syscall(SYS_semtimedop_time64, sem_id, ops, count, limit ? wide : NULL);
#else
    const long result = syscall(SYS_semtimedop, sem_id, ops, count, limit);
#endif
    soak->waits++;
    if (result < 0 && errno == EAGAIN && soak->sequence > before + LOST_AFTER &&
        preemptions() == preempted) {
        soak->lost++;
        errno = EAGAIN;
    }
    return (int)result;
}

/** One writer's lifetime; every second one ends without closing. */
static int write_a_life(void *argument)
{
    const struct tri_video video = PICTURE;
    const struct tri_video larger = solid_video(64, 48);
    const bool closes = argument != NULL;
    tri_writer *writer;
    CHECK(solid_open(&writer, soak->name, &video, 6) == TRI_OK);
    for (unsigned i = 0; i < FRAMES_A_LIFE; i++) {
        const bool grows = closes && i == FRAMES_A_LIFE / 2;
        const enum tri_err err =
            solid_publish(writer, grows ? &larger : &video, soak->sequence + 1);
        CHECK(err == TRI_OK || err == TRI_ERR_NO_SLOT);
        if (err == TRI_OK)
            soak->sequence++;
        else
            soak->refused++;
    }
    if (closes)
        tri_writer_close(&writer);
    return 0;
}

/** A reader for some time, which exits with a locked frame. */
static int come_and_go(void *argument)
{
    (void)argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = soak->name }) == TRI_OK);
    struct tri_frame frame = { 0 };
    for (int i = 0; i < 50; i++) {
        if (tri_reader_acquire(reader, &frame, 20) == TRI_OK)
            CHECK(solid_wrong(&frame, 0, UINT32_MAX) == 0 || !tri_reader_is_intact(reader, &frame));
    }
    return 0;
}

/** Private memory of a process, KiB. */
static long resident_kb(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/smaps_rollup", (int)pid);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char line[256];
    long kb = 0;
    while (fgets(line, sizeof(line), file)) {
        if (strncmp(line, "Private_Dirty:", 14) == 0)
            kb = strtol(line + 14, NULL, 10);
    }
    fclose(file);
    return kb;
}

static void million_frames_leave_no_torn_frame_and_no_object(void **state)
{
    (void)state;
    soak = fixture_share(sizeof(*soak));
    const char *wanted = getenv("TRIPTYCH_SOAK_FRAMES");
    soak->name = fixture_stream();
    soak->goal = wanted ? strtoull(wanted, NULL, 10) : FRAMES_USUAL;
    struct reader_pool *pool = reader_pool_of_two(soak->name);
    reader_pool_add(pool, soak->name, TRI_MODE_NEXT, 0);

    long early_kb[3] = { 0 };
    unsigned lives = 0;
    while (soak->sequence < soak->goal) {
        const pid_t visitor = fixture_start(come_and_go, NULL);
        const pid_t writer = fixture_start(write_a_life, lives % 2 ? soak : NULL);
        assert_int_equal(fixture_join(writer), 0);
        assert_in_range(ipc_objects(soak->name), 0, 2);
        assert_int_equal(fixture_join(visitor), 0);
        if (++lives == 10) {
            for (unsigned i = 0; i < 3; i++)
                early_kb[i] = resident_kb(pool->pid[i]);
        }
    }

    for (unsigned i = 0; i < 3 && lives > 10; i++)
        assert_true(resident_kb(pool->pid[i]) < early_kb[i] + GROWTH_MAX_KB);
    print_message(
        "# %llu frames of %u writers, %llu refused; each reader saw %llu or more; %llu waits, "
        "%llu wake-ups lost\n",
        (unsigned long long)soak->sequence, lives, (unsigned long long)soak->refused,
        (unsigned long long)reader_pool_frames(pool), (unsigned long long)soak->waits,
        (unsigned long long)soak->lost);
    assert_int_equal(soak->lost, 0);
    reader_pool_finish(pool); // none of them got a mixed frame

    // Objects of a killed writer remain for the next one.
    tri_writer *writer;
    const struct tri_video video = PICTURE;
    assert_int_equal(solid_open(&writer, soak->name, &video, 0), TRI_OK);
    tri_writer_close(&writer);
    assert_int_equal(ipc_objects(soak->name), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(million_frames_leave_no_torn_frame_and_no_object),
    };
    return cmocka_run_group_tests_name("soak", tests, NULL, NULL);
}
