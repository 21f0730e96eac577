/* SPDX-License-Identifier: MIT */
/* A process that waits for a stream is woken by its writer, and leaves nothing behind. A writer that
 * waits for a reader is woken by it, and not by programs that inspect its stream. */
#include "doorbell.h"

#include "alone.h"
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <time.h>

enum { TIMES = 20, SERIES = 3, LONG_MS = 120, WAIT_MS = 1000 };

#define PICTURE   solid_video(64, 48)
#define SOON_NS   5000000
#define LOOKUP_MS 1000 // between two lookups of a stream that no process announces
#define LOOKUPS   (WAIT_MS / LOOKUP_MS + 5)
#define RINGS_MS  2 // between two wake-ups, however often a process rings

/** Counters of a reader in its own process. */
struct shared {
    const char *name;
    _Atomic uint64_t waits;
    _Atomic uint64_t frames;
    _Atomic uint64_t wakeups;
    _Atomic uint64_t ended;
    _Atomic uint64_t stop;
    _Atomic int64_t began_ns;
    _Atomic int64_t latency_ns;
};

static tri_reader *open_reader(const char *name)
{
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }) == TRI_OK);
    return reader;
}

/** Waits for a stream, and reads its first frame, again and again. */
static int read_first_frames(void *argument)
{
    struct shared *shared = argument;
    while (!shared->ended) {
        tri_reader *reader = open_reader(shared->name);
        struct tri_frame frame = { 0 };
        shared->waits++;
        CHECK(tri_reader_acquire(reader, &frame, 1000 * FIXTURE_PATIENCE_S) == TRI_OK);
        shared->latency_ns = tri_now_ns() - frame.info.publish_ns;
        shared->frames++;
        solid_leave(&reader, &frame);
        while (shared->stop < shared->frames)
            fixture_sleep_ms(1);
    }
    return 0;
}

static void waiting_reader_gets_the_first_frame_at_once(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    const pid_t pid = fixture_start(read_first_frames, shared);
    unsigned soon = 0;
    for (unsigned i = 1; !shared->ended; i++) {
        soon = i % TIMES == 1 ? 0 : soon; // another series, on a busy machine
        assert_true(fixture_reaches(&shared->waits, i));
        fixture_sleep_ms(LONG_MS + (int)i); // at another moment between two polls each time
        tri_writer *writer;
        assert_int_equal(solid_open(&writer, shared->name, &video, 0), TRI_OK);
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
        assert_true(fixture_reaches(&shared->frames, i));
        soon += shared->latency_ns < SOON_NS;
        shared->ended = i % TIMES == 0 && (soon >= TIMES / 2 || i == SERIES * TIMES);
        tri_writer_close(&writer);
        shared->stop++;
    }
    assert_int_equal(fixture_join(pid), 0);
    // Without the doorbell a lookup once a second finds one stream in 200 so soon.
    print_message("# %u of %d first frames within 5 ms\n", soon, TIMES);
    assert_in_range(soon, TIMES / 2, TIMES);
}

/** Waits for a stream that does not come, and counts how often this process slept. */
static int wait_without_success(void *argument)
{
    struct shared *shared = argument;
    tri_reader *reader = open_reader(shared->name);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, WAIT_MS) == TRI_ERR_TIMEOUT);
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    shared->wakeups = (uint64_t)usage.ru_nvcsw;
    shared->ended = 1;
    tri_reader_close(&reader);
    return 0;
}

static void reader_without_a_stream_wakes_once_a_second(void **state)
{
    (void)state;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    assert_int_equal(fixture_join(fixture_start(wait_without_success, shared)), 0);
    assert_in_range(shared->wakeups, 1, LOOKUPS);
}

/** Rings for a stream all the time. @return how often a reader that waits for its own one woke. */
static uint64_t wakeups_beside_rings(bool for_own)
{
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    const key_t key = ipc_key(for_own ? shared->name : fixture_stream());
    const pid_t pid = fixture_start(wait_without_success, shared);
    const int64_t end = tri_now_ns() + (int64_t)FIXTURE_PATIENCE_S * 1000000000;
    while (!shared->ended && tri_now_ns() < end) {
        tri_doorbell_ring(key);
        const struct timespec span = { .tv_nsec = 20000 };
        nanosleep(&span, NULL);
    }
    assert_int_equal(fixture_join(pid), 0);
    return shared->wakeups;
}

static void continuous_ringing_wakes_a_reader_a_bounded_number_of_times(void **state)
{
    (void)state;
    assert_in_range(wakeups_beside_rings(true), LOOKUPS + 1, 2 * WAIT_MS / RINGS_MS + 20);
}

static void other_streams_do_not_wake_a_reader(void **state)
{
    (void)state;
    assert_in_range(wakeups_beside_rings(false), 1, LOOKUPS);
}

static int segments(void)
{
    struct shm_info table = { 0 };
    assert_true(shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table) >= 0);
    return table.used_ids;
}

static int wait_until_killed(void *argument)
{
    struct shared *shared = argument;
    tri_reader *reader = open_reader(shared->name);
    struct tri_frame frame = { 0 };
    for (;;) {
        tri_reader_acquire(reader, &frame, LOOKUP_MS);
        shared->waits++;
    }
    return 0;
}

static void killed_reader_leaves_no_doorbell(void **state)
{
    (void)state;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    const int before = segments();
    const pid_t pid = fixture_start(wait_until_killed, shared);
    assert_true(fixture_reaches(&shared->waits, 1));
    assert_int_equal(segments(), before + 1);
    fixture_kill(pid);
    assert_int_equal(segments(), before);
}

static void reader_that_has_its_stream_has_no_doorbell(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    const int before = segments();
    tri_reader *reader = open_reader(name);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 1), TRI_ERR_TIMEOUT);
    assert_int_equal(segments(), before + 1);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(reader, &frame, 1);
    assert_int_equal(segments(), before + 1); // the stream's own
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static tri_writer *open_writer(const char *name)
{
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
    return writer;
}

/** Waits for readers, again and again. */
static int wait_for_readers(void *argument)
{
    struct shared *shared = argument;
    tri_writer *writer = open_writer(shared->name);
    while (!shared->ended) {
        shared->waits++;
        CHECK(tri_writer_wait_for_reader(writer, 1000 * FIXTURE_PATIENCE_S) == TRI_OK);
        shared->latency_ns = tri_now_ns() - shared->began_ns;
        shared->frames++;
        while (shared->stop < shared->frames)
            fixture_sleep_ms(1);
    }
    tri_writer_close(&writer);
    return 0;
}

static void waiting_writer_learns_of_a_reader_at_once(void **state)
{
    (void)state;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    const pid_t pid = fixture_start(wait_for_readers, shared);
    unsigned soon = 0;
    for (unsigned i = 1; !shared->ended; i++) {
        soon = i % TIMES == 1 ? 0 : soon; // another series, on a busy machine
        struct tri_frame frame = { 0 };
        assert_true(fixture_reaches(&shared->waits, i));
        fixture_sleep_ms(LONG_MS + (int)i); // at another moment between two checks each time
        tri_reader *reader = open_reader(shared->name);
        shared->began_ns = tri_now_ns();
        assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
        assert_true(fixture_reaches(&shared->frames, i));
        soon += shared->latency_ns < SOON_NS;
        tri_reader_close(&reader);
        shared->ended = i % TIMES == 0 && (soon >= TIMES / 2 || i == SERIES * TIMES);
        shared->stop++;
    }
    assert_int_equal(fixture_join(pid), 0);
    print_message("# %u of %d readers noticed within 5 ms\n", soon, TIMES);
    assert_in_range(soon, TIMES / 2, TIMES);
}

/** Waits for a reader that does not come, and counts how often this process slept. */
static int wait_for_no_reader(void *argument)
{
    struct shared *shared = argument;
    tri_writer *writer = open_writer(shared->name);
    struct rusage before;
    struct rusage after;
    CHECK(getrusage(RUSAGE_SELF, &before) == 0);
    CHECK(tri_writer_wait_for_reader(writer, WAIT_MS) == TRI_ERR_TIMEOUT);
    CHECK(getrusage(RUSAGE_SELF, &after) == 0);
    shared->wakeups = (uint64_t)(after.ru_nvcsw - before.ru_nvcsw);
    tri_writer_close(&writer);
    return 0;
}

static void writer_without_a_reader_wakes_once_a_second(void **state)
{
    (void)state;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    assert_int_equal(fixture_join(fixture_start(wait_for_no_reader, shared)), 0);
    assert_in_range(shared->wakeups, 1, LOOKUPS);
}

static void program_that_inspects_a_stream_is_no_reader(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_ERR_TIMEOUT);
    for (int i = 0; i < 3; i++) { // slowly, at the wrong moment
        void *at = shmat(ipc_shm(name), NULL, SHM_RDONLY);
        assert_ptr_not_equal(at, (void *)-1);
        assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_ERR_TIMEOUT);
        assert_int_equal(shmdt(at), 0);
        assert_int_equal(tri_writer_wait_for_reader(writer, LONG_MS), TRI_ERR_TIMEOUT);
    }
    tri_writer_close(&writer);
}

static void reader_that_rings_no_doorbell_is_found(void **state)
{
    (void)state;
    struct shared *shared = fixture_share(sizeof(*shared));
    shared->name = fixture_stream();
    const pid_t pid = fixture_start(wait_for_readers, shared);
    assert_true(fixture_reaches(&shared->waits, 1));
    fixture_sleep_ms(LONG_MS); // it sleeps
    void *at = shmat(ipc_shm(shared->name), NULL, SHM_RDONLY);
    assert_ptr_not_equal(at, (void *)-1);
    assert_true(fixture_reaches(&shared->frames, 1));
    shared->ended = shared->stop = 1;
    assert_int_equal(fixture_join(pid), 0);
    assert_int_equal(shmdt(at), 0);
}

static void writer_that_has_a_reader_has_no_doorbell(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    const int before = segments();
    assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_ERR_TIMEOUT);
    assert_int_equal(segments(), before + 1);
    tri_reader *reader = open_reader(name);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
    assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_OK);
    assert_int_equal(segments(), before);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}

static void known_reader_is_found_at_once_until_it_leaves(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_ERR_TIMEOUT);
    tri_reader *reader = open_reader(name);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
    for (int i = 0; i < TIMES; i++)
        assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_OK);
    tri_reader_close(&reader);
    assert_int_equal(tri_writer_wait_for_reader(writer, 0), TRI_ERR_TIMEOUT);
    tri_writer_close(&writer);
}

static void attachment_of_a_device_is_no_reader(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    struct tri_writer_stats stats;
    void *at = shmat(ipc_shm(name), NULL, SHM_RDONLY);
    assert_ptr_not_equal(at, (void *)-1);
    tri_writer_set_device_attachments(writer, 1);
    tri_writer_get_stats(writer, &stats);
    assert_int_equal(stats.readers, 0);
    assert_int_equal(tri_writer_wait_for_reader(writer, LONG_MS), TRI_ERR_TIMEOUT);
    assert_int_equal(shmdt(at), 0);
    tri_writer_get_stats(writer, &stats); // the device has left, and the writer does not know yet
    assert_int_equal(stats.readers, 0);
    tri_writer_close(&writer);
}

int main(void)
{
    if (!test_is_alone()) {
        puts("1..0 # SKIP an IPC namespace of its own takes root");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        fixture_test(waiting_reader_gets_the_first_frame_at_once),
        fixture_test(reader_without_a_stream_wakes_once_a_second),
        fixture_test(continuous_ringing_wakes_a_reader_a_bounded_number_of_times),
        fixture_test(other_streams_do_not_wake_a_reader),
        fixture_test(killed_reader_leaves_no_doorbell),
        fixture_test(reader_that_has_its_stream_has_no_doorbell),
        fixture_test(waiting_writer_learns_of_a_reader_at_once),
        fixture_test(writer_without_a_reader_wakes_once_a_second),
        fixture_test(program_that_inspects_a_stream_is_no_reader),
        fixture_test(reader_that_rings_no_doorbell_is_found),
        fixture_test(writer_that_has_a_reader_has_no_doorbell),
        fixture_test(known_reader_is_found_at_once_until_it_leaves),
        fixture_test(attachment_of_a_device_is_no_reader),
    };
    return cmocka_run_group_tests_name("doorbell", tests, NULL, NULL);
}
