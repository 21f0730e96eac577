/* SPDX-License-Identifier: MIT */
/* State that a writer leaves at any point of its end, and how the next writer continues it. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include "segment.h"

#include <sched.h>
#include <sys/sem.h>
#include <time.h>

#define SMALL solid_video(64, 48)
#define LARGE solid_video(640, 480)

/** Script of a writer's process before it is killed, and requests of the test. */
struct part {
    const char *name;
    _Atomic uint64_t done;
    _Atomic uint64_t go;
};

static struct part *part_new(void)
{
    struct part *part = fixture_share(sizeof(*part));
    part->name = fixture_stream();
    return part;
}

static int publish_three_and_die(void *argument)
{
    const struct part *part = argument;
    const struct tri_video video = SMALL;
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &video, 0) == TRI_OK);
    for (uint64_t number = 1; number <= 3; number++)
        CHECK(solid_publish(writer, &video, number) == TRI_OK);
    return 0;
}

static int publish_three_and_wait(void *argument)
{
    struct part *part = argument;
    publish_three_and_die(part);
    part->done = 1;
    CHECK(fixture_reaches(&part->go, 1));
    return 0;
}

/** A reader of a stream whose writer is dead and reported so. */
static tri_reader *reader_after_death(const struct part *part, enum tri_reader_mode mode)
{
    tri_reader *reader = solid_reader(part->name, mode, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
    return reader;
}

/** The next writer, whose first frame has this number. */
static tri_writer *next_writer(const struct part *part, struct tri_video video, uint64_t number)
{
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, part->name, &video, 0), TRI_OK);
    assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
    return writer;
}

static void next_writer_continues_counts_and_readers(void **state)
{
    (void)state;
    struct part *part = part_new();
    assert_int_equal(fixture_join(fixture_start(publish_three_and_die, part)), 0);
    tri_reader *reader = reader_after_death(part, TRI_MODE_LATEST);
    const int shm_id = ipc_shm(part->name);

    tri_writer *writer = next_writer(part, SMALL, 4);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 4);

    assert_int_equal(frame.info.generation, 2);
    assert_int_equal(ipc_shm(part->name), shm_id);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

static void retained_frame_reaches_a_reader_that_requests_it(void **state)
{
    (void)state;
    struct part *part = part_new();
    assert_int_equal(fixture_join(fixture_start(publish_three_and_die, part)), 0);
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, TRI_READER_RETAINED);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 3);
    assert_true(tri_frame_is_locked(&frame));
    assert_int_equal(tri_reader_acquire(reader, &frame, -1), TRI_ERR_NO_WRITER);
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);

    tri_writer *writer = next_writer(part, SMALL, 4);
    solid_expect(reader, &frame, 4);
    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    assert_int_equal(counts.frames, 2);
    assert_int_equal(counts.skipped, 0);
    assert_int_equal(counts.restarts, 1);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

static void frame_of_a_dead_writer_is_not_live_before_the_next(void **state)
{
    (void)state;
    struct part *part = part_new();
    const struct tri_video video = SMALL;
    assert_int_equal(fixture_join(fixture_start(publish_three_and_die, part)), 0);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, part->name, &video, 0), TRI_OK);

    struct tri_frame frame = { 0 };
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT);
    struct tri_frame old = { 0 };
    tri_reader *wants_old = solid_reader(part->name, TRI_MODE_LATEST, TRI_READER_RETAINED);
    solid_expect(wants_old, &old, 3);
    assert_int_equal(solid_publish(writer, &video, 4), TRI_OK);
    solid_expect(reader, &frame, 4);
    solid_expect(wants_old, &old, 4);
    solid_leave(&reader, &frame);
    solid_leave(&wants_old, &old);
    tri_writer_close(&writer);
}

static int publish_three_then_a_large_one(void *argument)
{
    struct part *part = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = solid_video(4096, 3072); // populating takes some time
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &small, 0) == TRI_OK);
    for (uint64_t number = 1; number <= 3; number++)
        CHECK(solid_publish(writer, &small, number) == TRI_OK);
    part->done = 1;
    CHECK(fixture_reaches(&part->go, 1));
    CHECK(solid_publish(writer, &large, 4) == TRI_OK);
    part->done = 2;
    CHECK(fixture_reaches(&part->go, 2));
    return 0;
}

static void numbers_continue_after_a_death_while_filling(void **state)
{
    (void)state;
    struct part *part = part_new();
    const pid_t pid = fixture_start(publish_three_then_a_large_one, part);
    assert_true(fixture_reaches(&part->done, 1));
    const int before = ipc_shm(part->name);
    part->go = 1;
    // Readers may attach before the pages are populated, which takes tens of milliseconds.
    struct tri_segment made = TRI_SEGMENT_NONE;
    while (ipc_shm(part->name) == before ||
           tri_segment_find(&made, ipc_key(part->name), part->name, SHM_RDONLY) != TRI_OK)
        continue;
    fixture_kill(pid);
    tri_segment_detach(&made);
    tri_writer *writer;
    const struct tri_video small = SMALL;
    assert_int_equal(solid_open(&writer, part->name, &small, 0), TRI_OK);
    struct tri_frame frame = { 0 };
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    assert_int_equal(solid_publish(writer, &small, 4), TRI_OK);
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_OK);
    assert_in_range(frame.info.number, 4, 5);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

/** Publishes three, with a device that writes into slots for some time, or until the death. */
static int die_with_device_access(void *argument)
{
    const struct part *part = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = LARGE;
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &small, 0) == TRI_OK);
    tri_writer_set_device_access(writer, true);
    CHECK(solid_publish(writer, &small, 1) == TRI_OK);
    CHECK(solid_publish(writer, &large, 2) == TRI_OK); // elsewhere, and the device still writes
    if (part->go)
        tri_writer_set_device_access(writer, false);
    CHECK(solid_publish(writer, &small, 3) == TRI_OK);
    return 0;
}

/** @return whether the next writer has taken the segment over; the numbers continue in any case,
 * and a reader follows. */
static bool taken_over_from(struct part *part)
{
    assert_int_equal(fixture_join(fixture_start(die_with_device_access, part)), 0);
    const int shm_id = ipc_shm(part->name);
    tri_reader *reader = reader_after_death(part, TRI_MODE_LATEST);
    tri_writer *writer = next_writer(part, SMALL, 4);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 4);
    assert_int_equal(frame.info.generation, 2);
    const bool same = ipc_shm(part->name) == shm_id;
    assert_int_equal(ipc_exists(shm_id), same);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
    return same;
}

static void segment_with_device_access_is_not_taken_over(void **state)
{
    (void)state;
    struct part *part = part_new();
    assert_false(taken_over_from(part));
    part->go = 1;
    assert_true(taken_over_from(part));
}

static void locked_frame_outlives_the_semaphores_of_a_dead_stream(void **state)
{
    (void)state;
    struct part *part = part_new();
    const pid_t pid = fixture_start(publish_three_and_wait, part);
    assert_true(fixture_reaches(&part->done, 1));
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 3);
    assert_true(tri_frame_is_locked(&frame));
    fixture_kill(pid);
    ipc_remove_sem(part->name); // and with it the frame's lock

    const struct tri_video video = SMALL;
    tri_writer *writer = next_writer(part, video, 4);
    for (uint64_t number = 5; number <= 20; number++)
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
    assert_true(tri_reader_is_intact(reader, &frame));

    solid_expect(reader, &frame, 20);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

static int die_in_a_larger_segment(void *argument)
{
    struct part *part = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = LARGE;
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &small, 0) == TRI_OK);
    for (uint64_t number = 1; number <= 5; number++)
        CHECK(solid_publish(writer, &small, number) == TRI_OK);
    atomic_store(&part->done, 1);
    CHECK(fixture_reaches(&part->go, 1));
    struct tri_draft draft;
    CHECK(tri_writer_begin(writer, &large, &draft) == TRI_OK);
    return 0; // without a publish
}

static void numbers_continue_after_a_death_in_a_new_segment(void **state)
{
    (void)state;
    struct part *part = part_new();
    const pid_t pid = fixture_start(die_in_a_larger_segment, part);
    assert_true(fixture_reaches(&part->done, 1));
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 5);
    atomic_store(&part->go, 1);
    assert_int_equal(fixture_join(pid), 0);
    assert_int_equal(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000),
                     TRI_ERR_NO_WRITER);

    tri_writer *writer = next_writer(part, LARGE, 6);
    solid_expect(reader, &frame, 6);

    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    assert_int_equal(counts.skipped, 0);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

static void finished_frame_that_was_never_published_is_not_read(void **state)
{
    (void)state;
    struct part *part = part_new();
    assert_int_equal(fixture_join(fixture_start(publish_three_and_die, part)), 0);
    tri_reader *reader = reader_after_death(part, TRI_MODE_NEXT);

    // As if the writer had died between its entry and `latest`: the slot of frame 1 contains frame
    // 4.
    struct tri_segment segment;
    assert_int_equal(tri_segment_find(&segment, ipc_key(part->name), part->name, 0), TRI_OK);
    for (uint32_t slot = 0; slot < segment.geometry.slots; slot++) {
        struct tri_entry *entry = tri_segment_entry(&segment, slot);
        if (tri_stamp_number(entry->stamp) == 1)
            entry->stamp = tri_stamp(4, tri_stamp_parity(entry->stamp));
    }
    tri_segment_detach(&segment);

    const struct tri_video video = SMALL;
    tri_writer *writer = next_writer(part, video, 4);
    assert_int_equal(solid_publish(writer, &video, 5), TRI_OK);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 4);
    solid_expect(reader, &frame, 5);

    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

/** Waits on a stream without a writer. @return the processor time used, percent. */
static int busy_while_waiting(tri_reader *reader)
{
    struct tri_frame frame = { 0 };
    const int64_t cpu = fixture_cpu_ns(getpid());
    const int64_t start = tri_now_ns();
    while (tri_now_ns() - start < 1000000000) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, 1000);
        assert_true(err == TRI_ERR_TIMEOUT || err == TRI_ERR_NO_WRITER);
    }
    return (int)((fixture_cpu_ns(getpid()) - cpu) * 100 / (tri_now_ns() - start));
}

static int open_and_wait(void *argument)
{
    struct part *part = argument;
    const struct tri_video video = SMALL;
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &video, 0) == TRI_OK);
    atomic_store(&part->done, 1);
    CHECK(fixture_reaches(&part->go, 1));
    return 0;
}

static void reader_sleeps_when_the_writer_died_before_its_first_frame(void **state)
{
    (void)state;
    struct part *part = part_new();
    const pid_t pid = fixture_start(open_and_wait, part);
    assert_true(fixture_reaches(&part->done, 1));
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT); // attached
    fixture_kill(pid);

    assert_in_range(busy_while_waiting(reader), 0, 25);

    tri_reader_close(&reader);
    assert_int_equal(tri_stream_remove(part->name, 0), TRI_OK);
}

static void reader_sleeps_when_the_writer_died_before_a_removal(void **state)
{
    (void)state;
    struct part *part = part_new();
    assert_int_equal(fixture_join(fixture_start(publish_three_and_die, part)), 0);
    struct tri_segment segment;
    assert_int_equal(tri_segment_find(&segment, ipc_key(part->name), part->name, 0), TRI_OK);
    atomic_store(&segment.header->state, TRI_SEGMENT_REPLACED);
    tri_segment_detach(&segment);
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);

    assert_in_range(busy_while_waiting(reader), 0, 25);

    tri_writer *writer = next_writer(part, SMALL, 4);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 4);
    tri_writer_close(&writer);
    solid_leave(&reader, &frame);
}

static unsigned permissions_of(int sem_id)
{
    struct semid_ds status;
    assert_int_equal(semctl(sem_id, 0, IPC_STAT, &status), 0);
    return status.sem_perm.mode & 0777;
}

static void refused_second_writer_keeps_the_permissions(void **state)
{
    (void)state;
    struct tri_writer_options options = { .name = fixture_stream(),
                                          .permissions = 0600,
                                          .video = SMALL };
    tri_writer *writer;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);

    tri_writer *second;
    options.permissions = 0644;
    assert_int_equal(tri_writer_open(&second, &options), TRI_ERR_BUSY);

    assert_null(second);
    assert_int_equal(permissions_of(ipc_sem(options.name)), 0600);
    assert_int_equal(ipc_stat(ipc_shm(options.name)).shm_perm.mode & 0777, 0600);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(next_writer_continues_counts_and_readers),
        fixture_test(retained_frame_reaches_a_reader_that_requests_it),
        fixture_test(frame_of_a_dead_writer_is_not_live_before_the_next),
        fixture_test(numbers_continue_after_a_death_while_filling),
        fixture_test(segment_with_device_access_is_not_taken_over),
        fixture_test(locked_frame_outlives_the_semaphores_of_a_dead_stream),
        fixture_test(numbers_continue_after_a_death_in_a_new_segment),
        fixture_test(finished_frame_that_was_never_published_is_not_read),
        fixture_test(reader_sleeps_when_the_writer_died_before_its_first_frame),
        fixture_test(reader_sleeps_when_the_writer_died_before_a_removal),
        fixture_test(refused_second_writer_keeps_the_permissions),
    };
    return cmocka_run_group_tests_name("takeover", tests, NULL, NULL);
}
