/* SPDX-License-Identifier: MIT */
/* A stream whose frames follow each other within 10 us: what it costs, and what stays as in any other.
 * The build links with --wrap=semop,--wrap=clock_gettime: the clock is the test's. */
#include "fixture.h"
#include "ipc.h"
#include "semset.h"
#include "solid_frames.h"

#include <signal.h>
#include <sys/sem.h>
#include <time.h>

#define FAST_NS   (TRI_FAST_NS / 2)
#define SLOW_NS   TRI_FAST_NS
#define SECOND_NS 1000000000
#define TICK_NS   100 // from one reading of the clock to the next

enum { ENOUGH = 200 }; // frames after which a stream is known to be fast, or not

int __real_semop(int sem_id, struct sembuf *ops, size_t count);
int __wrap_semop(int sem_id, struct sembuf *ops, size_t count);
int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);

static struct {
    bool set; // otherwise the real clock is used
    int64_t ns;
    unsigned readings;
    void (*hook)(void); // called once, at the tenth reading from then on
} fake_clock;

static unsigned semops;

int __wrap_semop(int sem_id, struct sembuf *ops, size_t count)
{
    semops++;
    return __real_semop(sem_id, ops, count);
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!fake_clock.set)
        return __real_clock_gettime(clock, now);
    fake_clock.ns += TICK_NS;
    if (fake_clock.hook && ++fake_clock.readings == 10) {
        void (*const hook)(void) = fake_clock.hook;
        fake_clock.hook = NULL;
        hook();
    }
    *now = (struct timespec){ .tv_sec = fake_clock.ns / SECOND_NS,
                              .tv_nsec = fake_clock.ns % SECOND_NS };
    return 0;
}

static struct {
    tri_writer *writer;
    const char *name;
    struct tri_video video;
    uint64_t number; // of the newest frame
} stream;

/** A stream of three slots, and as many more as `slots_max` allows; 0: the default. */
static void open_named(const char *name, uint32_t slots_max)
{
    stream.video = solid_video(16, 16);
    stream.name = name;
    stream.number = 0;
    const struct tri_writer_options options = { .name = name,
                                                .video = stream.video,
                                                .slots_max = slots_max };
    fake_clock.set = true;
    fake_clock.ns = 1000LL * SECOND_NS;
    assert_int_equal(tri_writer_open(&stream.writer, &options), TRI_OK);
}

static void open_stream(uint32_t slots_max)
{
    open_named(fixture_stream(), slots_max);
}

/** Publishes `count` frames, each `interval_ns` after the one before. */
static void publish(unsigned count, int64_t interval_ns)
{
    while (count-- > 0) {
        fake_clock.ns += interval_ns;
        assert_int_equal(solid_publish(stream.writer, &stream.video, ++stream.number), TRI_OK);
    }
}

/** A stream that is known to be fast. */
static void open_fast(uint32_t slots_max)
{
    open_stream(slots_max);
    publish(ENOUGH, FAST_NS);
}

static unsigned calls_for(unsigned count, int64_t interval_ns)
{
    semops = 0;
    publish(count, interval_ns);
    return semops;
}

static uint32_t slots_open(void)
{
    struct tri_writer_stats stats;
    tri_writer_get_stats(stream.writer, &stats);
    return stats.slots_open;
}

/** Number of locks that a process has, the writer included. */
static unsigned locks_taken(void)
{
    uint16_t value[TRI_LOCKS];
    unsigned taken = 0;
    assert_int_equal(tri_semset_locks(ipc_sem(stream.name), value), TRI_OK);
    for (uint32_t i = 0; i < TRI_LOCKS; i++)
        taken += value[i] != TRI_LOCK_WHOLE;
    return taken;
}

static int end(void **state)
{
    fake_clock.set = false;
    fake_clock.hook = NULL;
    tri_writer_close(&stream.writer);
    return fixture_end(state);
}

static void frame_of_a_fast_stream_costs_its_writer_one_call(void **state)
{
    (void)state;
    open_fast(0);
    assert_int_equal(calls_for(100, FAST_NS), 100);
    assert_int_equal(slots_open(), 4);
}

static void frame_of_a_slower_stream_costs_two_calls(void **state)
{
    (void)state;
    open_stream(0);
    publish(ENOUGH, SLOW_NS);
    assert_int_equal(calls_for(100, SLOW_NS), 200);
    assert_int_equal(slots_open(), 3);
}

static void burst_of_frames_opens_no_slot(void **state)
{
    (void)state;
    open_stream(0);
    for (int i = 0; i < 10; i++) {
        publish(30, FAST_NS);
        fake_clock.ns += SECOND_NS / 100;
    }
    assert_int_equal(slots_open(), 3);
}

static void late_frame_leaves_a_stream_fast(void **state)
{
    (void)state;
    open_fast(0);
    assert_int_equal(calls_for(1, SECOND_NS / 1000), 1);
    assert_int_equal(calls_for(10, FAST_NS), 10);
}

static void stream_that_keeps_fewer_frames_needs_no_additional_slot(void **state)
{
    (void)state;
    open_stream(0);
    tri_writer_set_history(stream.writer, 2);
    publish(ENOUGH, FAST_NS);
    assert_int_equal(calls_for(100, FAST_NS), 100);
    assert_int_equal(slots_open(), 3);
}

static void slots_that_readers_needed_close_in_a_fast_stream(void **state)
{
    (void)state;
    open_fast(0);
    tri_reader *reader = solid_reader(stream.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame[5] = { 0 };
    for (int i = 0; i < 5; i++) {
        solid_expect(reader, &frame[i], stream.number);
        publish(1, FAST_NS);
    }
    publish(10, FAST_NS);
    assert_in_range(slots_open(), 6, 8);
    for (int i = 0; i < 5; i++)
        tri_reader_release(reader, &frame[i]);
    for (int seconds = 0; seconds < 12; seconds++) {
        publish(100, FAST_NS);
        publish(1, SECOND_NS);
    }
    publish(100, FAST_NS);
    assert_int_equal(slots_open(), 4);
    assert_int_equal(calls_for(10, FAST_NS), 10);
    tri_reader_close(&reader);
}

static void stream_that_slows_down_closes_its_additional_slot(void **state)
{
    (void)state;
    open_fast(0);
    publish(20, SECOND_NS / 2);
    assert_int_equal(slots_open(), 3);
    assert_int_equal(locks_taken(), 0);
    assert_int_equal(calls_for(10, SECOND_NS / 60), 20);
}

/** Expects the newest three frames from a new reader in mode `next`. */
static void expect_newest_three(void)
{
    tri_reader *reader = solid_reader(stream.name, TRI_MODE_NEXT, 0);
    struct tri_frame frame = { 0 };
    for (uint64_t number = stream.number - 2; number <= stream.number; number++) {
        solid_expect(reader, &frame, number);
        assert_true(tri_frame_is_locked(&frame));
    }
    solid_leave(&reader, &frame);
}

static void reader_in_next_finds_as_many_frames_as_a_stream_has_slots(void **state)
{
    (void)state;
    open_fast(0);
    expect_newest_three();
}

static void reader_in_next_finds_them_where_no_slot_can_be_added(void **state)
{
    (void)state;
    open_fast(3);
    expect_newest_three();
}

static void frame_that_a_reader_locks_stays_as_it_is(void **state)
{
    (void)state;
    open_fast(0);
    tri_reader *reader = solid_reader(stream.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, stream.number);
    assert_int_equal(calls_for(3, FAST_NS), 4); // its slot is tried once,
    assert_int_equal(calls_for(1, FAST_NS), 2); // and then no more
    publish(ENOUGH, FAST_NS);
    assert_true(tri_reader_is_intact(reader, &frame));
    assert_int_equal(solid_wrong(&frame, 0, 16), 0);
    solid_leave(&reader, &frame);
}

static void larger_frame_leaves_no_slot_locked(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < 4; slot++) { // each is the next one once
        open_stream(0);
        publish(ENOUGH + slot, FAST_NS);
        stream.video = solid_video(64, 64);
        publish(1, FAST_NS);
        assert_int_equal(locks_taken(), 0);
        tri_writer_close(&stream.writer);
    }
}

static void slot_released_by_another_process_stays_usable(void **state)
{
    (void)state;
    for (unsigned slot = 0; slot < 4; slot++) {
        open_stream(0);
        publish(ENOUGH + slot, FAST_NS);
        uint16_t value[TRI_LOCKS];
        const int sem_id = ipc_sem(stream.name);
        assert_int_equal(tri_semset_locks(sem_id, value), TRI_OK);
        for (uint32_t i = 0; i < TRI_LOCKS; i++) {
            if (value[i] != TRI_LOCK_WHOLE)
                semctl(sem_id, TRI_SEM_LOCK_0 + (int)i, SETVAL, TRI_LOCK_WHOLE);
        }
        stream.video = solid_video(64, 64);
        publish(20, SLOW_NS);
        assert_in_range(slots_open(), 3, 4);
        tri_writer_close(&stream.writer);
    }
}

static void slot_taken_ahead_is_used_whatever_is_kept(void **state)
{
    (void)state;
    open_fast(0);
    tri_writer_set_history(stream.writer, 1); // the oldest frame is no longer overwritten first
    publish(10, SECOND_NS / 60);
    assert_int_equal(locks_taken(), 0);
}

static int publish_and_die(void *name)
{
    open_named(name, 0);
    publish(ENOUGH, FAST_NS);
    CHECK(locks_taken() == 1);
    raise(SIGKILL);
    return 0;
}

static void writer_that_dies_leaves_no_slot_locked(void **state)
{
    (void)state;
    char name[TRI_NAME_MAX + 1];
    snprintf(name, sizeof(name), "%s", fixture_stream());
    const pid_t writer = fixture_start(publish_and_die, name);
    assert_int_equal(fixture_join(writer), 128 + SIGKILL);
    open_named(name, 0);
    assert_int_equal(locks_taken(), 0);
}

/** Publishes a frame and counts the calls from then on. */
static void publish_one(void)
{
    publish(1, FAST_NS);
    semops = 0;
}

static void reader_that_polls_has_locked_the_next_frame_already(void **state)
{
    (void)state;
    open_fast(0);
    tri_reader *reader = solid_reader(stream.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, stream.number);
    publish(1, FAST_NS);
    solid_expect(reader, &frame, stream.number);

    fake_clock.readings = 0;
    fake_clock.hook = publish_one; // while it polls
    solid_expect(reader, &frame, stream.number + 1);
    assert_int_equal(semops, 0);
    assert_true(tri_frame_is_locked(&frame));
    solid_leave(&reader, &frame);
}

#define fast_test(function) cmocka_unit_test_teardown(function, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        fast_test(frame_of_a_fast_stream_costs_its_writer_one_call),
        fast_test(frame_of_a_slower_stream_costs_two_calls),
        fast_test(burst_of_frames_opens_no_slot),
        fast_test(late_frame_leaves_a_stream_fast),
        fast_test(stream_that_keeps_fewer_frames_needs_no_additional_slot),
        fast_test(slots_that_readers_needed_close_in_a_fast_stream),
        fast_test(stream_that_slows_down_closes_its_additional_slot),
        fast_test(reader_in_next_finds_as_many_frames_as_a_stream_has_slots),
        fast_test(reader_in_next_finds_them_where_no_slot_can_be_added),
        fast_test(frame_that_a_reader_locks_stays_as_it_is),
        fast_test(larger_frame_leaves_no_slot_locked),
        fast_test(slot_released_by_another_process_stays_usable),
        fast_test(slot_taken_ahead_is_used_whatever_is_kept),
        fast_test(writer_that_dies_leaves_no_slot_locked),
        fast_test(reader_that_polls_has_locked_the_next_frame_already),
    };
    return cmocka_run_group_tests_name("fast_stream", tests, NULL, NULL);
}
