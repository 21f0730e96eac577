/* SPDX-License-Identifier: MIT */
/* Locks corrupted by a process that may alter the semaphores: the writer counts, logs and
 * repairs. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include "entry.h"
#include "segment.h"
#include "semset.h"

#include <sys/sem.h>

#define PICTURE solid_video(64, 48)

static char said[8192];

static void capture_log(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)user;
    (void)level;
    (void)part;
    const size_t length = strlen(said);
    snprintf(said + length, sizeof(said) - length, "%s\n", text);
}

static const tri_log log_kept = { .write = capture_log, .level = TRI_LOG_WARN };

/** A stream of three slots. */
struct stage {
    const char *name;
    tri_writer *writer;
    int sem_id;
    uint64_t sequence;
};

static enum tri_err publish(struct stage *s)
{
    const struct tri_video video = PICTURE;
    return solid_publish(s->writer, &video, ++s->sequence);
}

static struct stage begin_as(const char *name, uint32_t reclaim_ms)
{
    struct stage s = { .name = name };
    said[0] = '\0';
    const struct tri_video video = PICTURE;
    s.writer = solid_writer_fixed(name, &video, 3, reclaim_ms, &log_kept);
    for (int i = 0; i < 6; i++) // each lock of every slot
        assert_int_equal(publish(&s), TRI_OK);
    struct tri_writer_stats counts;
    tri_writer_get_stats(s.writer, &counts);
    s.sem_id = counts.sem_id;
    return s;
}

static struct stage begin(uint32_t reclaim_ms)
{
    return begin_as(fixture_stream(), reclaim_ms);
}

static int value(const struct stage *s, uint32_t lock)
{
    return semctl(s->sem_id, TRI_SEM_LOCK_0 + (int)lock, GETVAL);
}

static void corrupt(const struct stage *s, int to)
{
    for (uint32_t parity = 0; parity < 2; parity++) {
        for (uint32_t slot = 0; slot < 3; slot++)
            assert_int_equal(
                semctl(s->sem_id, TRI_SEM_LOCK_0 + (int)tri_lock(slot, parity), SETVAL, to), 0);
    }
}

/** Publishes, with drops or without, until every lock has the value. */
static bool comes_to(struct stage *s, int wanted)
{
    for (int ms = 0; ms < FIXTURE_PATIENCE_S * 1000; ms += 10) {
        const enum tri_err err = publish(s);
        assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
        int right = 0;
        for (uint32_t slot = 0; slot < 3; slot++) {
            right += value(s, tri_lock(slot, 0)) == wanted;
            right += value(s, tri_lock(slot, 1)) == wanted;
        }
        if (right == 6)
            return true;
        fixture_sleep_ms(10);
    }
    return false;
}

static void expect_as_ever(struct stage *s)
{
    struct tri_writer_stats before;
    struct tri_writer_stats after;
    tri_writer_get_stats(s->writer, &before);
    for (int i = 0; i < 20; i++)
        assert_int_equal(publish(s), TRI_OK);
    tri_writer_get_stats(s->writer, &after);
    assert_int_equal(after.dropped_writer, before.dropped_writer);
}

static void impossible_locks_are_freed(void **state)
{
    (void)state;
    struct stage s = begin(TRI_RECLAIM_NEVER);
    corrupt(&s, 0);
    assert_int_equal(publish(&s), TRI_ERR_NO_SLOT);
    struct tri_writer_stats counts;
    tri_writer_get_stats(s.writer, &counts);
    assert_int_equal(counts.dropped_writer, 1);
    assert_non_null(strstr(said, "frame dropped: readers lock all 3 slots"));

    assert_true(comes_to(&s, TRI_LOCK_WHOLE));
    assert_non_null(strstr(said, "another process has tampered with the lock of slot"));
    assert_non_null(strstr(said, "repaired by +16384"));
    expect_as_ever(&s);
    tri_writer_close(&s.writer);
}

static void excess_units_are_removed_from_a_lock(void **state)
{
    (void)state;
    struct stage s = begin(TRI_RECLAIM_NEVER);
    corrupt(&s, TRI_LOCK_WHOLE + 7);
    assert_true(comes_to(&s, TRI_LOCK_WHOLE));
    assert_non_null(strstr(said, "repaired by -7"));

    // A reader's lock still keeps the writer out.
    tri_reader *reader = solid_reader(s.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_OK);
    for (int i = 0; i < 20; i++)
        publish(&s);
    assert_true(tri_frame_is_locked(&frame) && tri_reader_is_intact(reader, &frame));
    solid_leave(&reader, &frame);
    expect_as_ever(&s);
    tri_writer_close(&s.writer);
}

/** A reader that locks a frame until it is killed. */
struct holder {
    const char *name;
    _Atomic uint64_t lock;
    _Atomic uint64_t holds;
    _Atomic uint64_t lost;
    _Atomic uint64_t never;
};

static int hold(void *argument)
{
    struct holder *h = argument;
    tri_reader *reader = solid_reader(h->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame));
    h->lock = tri_head_lock(frame.lease.head);
    h->holds = 1;
    while (!h->never) {
        h->lost += !tri_reader_is_intact(reader, &frame);
        fixture_sleep_ms(10);
    }
    return 1;
}

static void true_holder_of_a_corrupt_lock_keeps_it_until_its_death(void **state)
{
    (void)state;
    struct holder *h = fixture_share(sizeof(*h));
    h->name = fixture_stream();
    const pid_t pid =
        fixture_start(hold, h); // first: a child of the writer inherits its attachment
    struct stage s = begin_as(h->name, TRI_RECLAIM_NEVER);
    assert_true(fixture_reaches(&h->holds, 1));
    const uint32_t lock = (uint32_t)h->lock;
    assert_int_equal(value(&s, lock), TRI_LOCK_WHOLE - 1);

    // Locked permanently by a process that is not attached.
    struct sembuf steal = { (unsigned short)(TRI_SEM_LOCK_0 + lock), -5, 0 };
    assert_int_equal(semop(s.sem_id, &steal, 1), 0);
    for (int ms = 0; value(&s, lock) != TRI_LOCK_WHOLE - 1; ms += 10) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(publish(&s), TRI_OK); // two slots are left
        fixture_sleep_ms(10);
    }
    assert_non_null(strstr(said, "repaired by +5"));
    for (int i = 0; i < 250; i++) { // more than two checks
        assert_int_equal(publish(&s), TRI_OK);
        fixture_sleep_ms(10);
    }
    assert_int_equal(value(&s, lock), TRI_LOCK_WHOLE - 1);
    assert_int_equal(h->lost, 0);

    fixture_kill(pid);
    assert_int_equal(value(&s, lock), TRI_LOCK_WHOLE);
    expect_as_ever(&s);
    tri_writer_close(&s.writer);
}

static void possible_lock_of_an_attached_reader_is_left_to_reclaim(void **state)
{
    (void)state;
    struct stage s = begin(50);
    tri_reader *idle = solid_reader(s.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(idle, &frame, 0), TRI_OK);
    tri_reader_release(idle, &frame); // attached, without a lock
    corrupt(&s, TRI_LOCK_WHOLE - 1);
    struct tri_writer_stats counts = { 0 };
    for (int ms = 0; counts.reclaimed < 3; ms += 10) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        publish(&s);
        fixture_sleep_ms(10);
        tri_writer_get_stats(s.writer, &counts);
    }
    assert_non_null(strstr(said, "readers lock all 3 slots: pid"));
    assert_null(strstr(said, "tampered"));

    solid_leave(&idle, &frame); // no remaining process can have them
    assert_true(comes_to(&s, TRI_LOCK_WHOLE));
    expect_as_ever(&s);
    tri_writer_close(&s.writer);
}

static void queue_longer_than_the_slots_is_not_corruption(void **state)
{
    (void)state;
    enum { QUEUE = 18 }; // three units of each lock
    struct stage s = begin(0);
    tri_reader *reader = solid_reader(s.name, TRI_MODE_LATEST, 0);
    struct tri_frame queue[QUEUE] = { 0 };
    for (int i = 0; i < 350; i++) { // more than three checks
        assert_int_equal(publish(&s), TRI_OK);
        struct tri_frame *frame = &queue[i % QUEUE];
        tri_reader_release(reader, frame);
        assert_int_equal(tri_reader_acquire(reader, frame, 0), TRI_OK);
        assert_true(tri_frame_is_locked(frame));
        fixture_sleep_ms(10);
    }
    for (int i = 0; i < QUEUE; i++)
        tri_reader_release(reader, &queue[i]);
    assert_null(strstr(said, "tampered"));
    assert_true(comes_to(&s, TRI_LOCK_WHOLE));
    assert_null(strstr(said, "tampered"));

    // Without the reader nothing explains missing units.
    corrupt(&s, TRI_LOCK_WHOLE - QUEUE);
    solid_leave(&reader, &queue[0]);
    assert_true(comes_to(&s, TRI_LOCK_WHOLE));
    assert_non_null(strstr(said, "tampered"));
    expect_as_ever(&s);
    tri_writer_close(&s.writer);
}

static void holder_of_a_smaller_segment_is_not_corruption(void **state)
{
    (void)state;
    struct stage s = begin(TRI_RECLAIM_NEVER);
    tri_reader *reader = solid_reader(s.name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_OK);
    const uint32_t lock = tri_head_lock(frame.lease.head);

    const struct tri_video large = solid_video(640, 480);
    for (int i = 0; i < 350; i++) { // more than three checks
        assert_int_equal(solid_publish(s.writer, &large, ++s.sequence), TRI_OK);
        fixture_sleep_ms(10);
    }
    assert_int_equal(value(&s, lock), TRI_LOCK_WHOLE - 1);
    assert_null(strstr(said, "tampered"));

    solid_leave(&reader, &frame);
    assert_int_equal(value(&s, lock), TRI_LOCK_WHOLE);
    tri_writer_close(&s.writer);
}

/** A reader that closes, and only then may end. */
struct closing {
    const char *name;
    _Atomic uint64_t closed;
    _Atomic uint64_t go;
};

static int read_two_and_close(void *argument)
{
    struct closing *closing = argument;
    tri_reader *reader = solid_reader(closing->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    for (int i = 0; i < 2; i++) {
        CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
        CHECK(tri_frame_is_locked(&frame) == (i == 0));
        tri_reader_release(reader, &frame);
    }
    tri_reader_close(&reader);
    closing->closed = 1;
    CHECK(fixture_reaches(&closing->go, 1)); // at its end the kernel would release the lock
    return 0;
}

/** Makes the writer use another slot than the announced one, and its frame impossible to lock. */
static void divert(const struct stage *s, const struct tri_segment *segment, uint64_t next)
{
    const uint32_t old_parity = !tri_head_parity(next);
    const uint32_t newest = tri_head_slot(segment->header->latest);
    assert_int_equal(semctl(s->sem_id,
                            TRI_SEM_LOCK_0 + (int)tri_lock(tri_head_slot(next), old_parity), SETVAL,
                            TRI_LOCK_WHOLE - 1),
                     0);
    const uint32_t other = 3 - tri_head_slot(next) - newest;
    const uint32_t parity = !tri_stamp_parity(tri_entry_stamp(tri_segment_entry(segment, other)));
    assert_int_equal(semctl(s->sem_id, TRI_SEM_LOCK_0 + (int)tri_lock(other, parity), SETVAL, 0),
                     0);
}

static void reader_that_closes_releases_the_lock_of_the_next_frame(void **state)
{
    (void)state;
    struct stage s = begin(TRI_RECLAIM_NEVER);
    struct closing *closing = fixture_share(sizeof(*closing));
    closing->name = s.name;
    const pid_t pid = fixture_start(read_two_and_close, closing);
    struct tri_stream stream = { 0 };
    for (int ms = 0; stream.waiting == 0; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(tri_stream_find(s.name, &stream), TRI_OK);
        fixture_sleep_ms(1);
    }
    struct tri_segment segment;
    assert_int_equal(tri_segment_find(&segment, ipc_key(s.name), s.name, SHM_RDONLY), TRI_OK);
    const uint64_t next = segment.header->next;
    assert_int_equal(value(&s, tri_head_lock(next)), TRI_LOCK_WHOLE - 1);

    divert(&s, &segment, next);
    assert_int_equal(publish(&s), TRI_OK);
    assert_true(fixture_reaches(&closing->closed, 1));
    assert_int_equal(value(&s, tri_head_lock(next)), TRI_LOCK_WHOLE);
    closing->go = 1;
    assert_int_equal(fixture_join(pid), 0);
    tri_segment_detach(&segment);
    tri_writer_close(&s.writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(impossible_locks_are_freed),
        fixture_test(excess_units_are_removed_from_a_lock),
        fixture_test(true_holder_of_a_corrupt_lock_keeps_it_until_its_death),
        fixture_test(possible_lock_of_an_attached_reader_is_left_to_reclaim),
        fixture_test(queue_longer_than_the_slots_is_not_corruption),
        fixture_test(holder_of_a_smaller_segment_is_not_corruption),
        fixture_test(reader_that_closes_releases_the_lock_of_the_next_frame),
    };
    return cmocka_run_group_tests_name("tampered", tests, NULL, NULL);
}
