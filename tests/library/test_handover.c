/* SPDX-License-Identifier: MIT */
/* Race windows of a hand-over, each held open by hand, as seen by a reader. */
#include "common/src/layout.h"
#include "common/src/semset.h"

#include <triptych/copy.h>
#include <triptych/reader.h>
#include <triptych/writer.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_S 60 // that anything may take on a busy machine

static const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };

/** One stream with its internals. */
struct stage {
    char name[TRI_NAME_MAX + 1];
    tri_writer *writer;
    tri_reader *reader;
    struct tri_frame frame;
    int sem_id;
    struct tri_header *header;
};

static int set_up(void **state)
{
    static struct stage stage;
    static int number;
    struct stage *s = &stage;
    *s = (struct stage){ .frame = { .lease = { 0 } } };
    snprintf(s->name, sizeof(s->name), "exchange%d-%d", (int)getpid(), ++number);
    const struct tri_writer_options options = { .name = s->name, .video = video, .slots = 5 };
    if (tri_writer_open(&s->writer, &options) != TRI_OK)
        return -1;
    struct tri_writer_stats counts;
    tri_writer_get_stats(s->writer, &counts);
    s->sem_id = counts.sem_id;
    s->header = shmat(counts.shm_id, NULL, 0);
    *state = s;
    return s->header == (void *)-1 ? -1 : 0;
}

static int tear_down(void **state)
{
    struct stage *s = *state;
    tri_reader_release(s->reader, &s->frame);
    tri_reader_close(&s->reader);
    tri_writer_close(&s->writer);
    return shmdt(s->header);
}

static void open_reader(struct stage *s, enum tri_reader_mode mode)
{
    const struct tri_reader_options options = { .name = s->name, .mode = mode };
    assert_int_equal(tri_reader_open(&s->reader, &options), TRI_OK);
}

static void publish(struct stage *s)
{
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(s->writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(s->writer, &draft), TRI_OK);
}

static struct tri_entry *entry_of(const struct stage *s, uint64_t number)
{
    struct tri_entry *entries = (void *)((uint8_t *)s->header + s->header->entries_at);
    for (uint32_t i = 0; i < s->header->slots; i++) {
        if (tri_stamp_number(entries[i].stamp) == number)
            return &entries[i];
    }
    fail_msg("frame %llu is in no slot", (unsigned long long)number);
    return NULL;
}

/** Changes semaphores as their writer does. */
static void change(const struct stage *s, int first, int by, int second, int second_by)
{
    struct sembuf ops[] = { { (unsigned short)first, (short)by, 0 },
                            { (unsigned short)second, (short)second_by, 0 } };
    assert_int_equal(semop(s->sem_id, ops, second_by ? 2 : 1), 0);
}

/** The semaphore of the lock of frame `number`. */
static int lock_of(const struct stage *s, uint64_t number)
{
    const struct tri_entry *first = (void *)((uint8_t *)s->header + s->header->entries_at);
    const struct tri_entry *entry = entry_of(s, number);
    return TRI_SEM_LOCK_0 +
           (int)tri_lock((uint32_t)(entry - first), tri_stamp_parity(entry->stamp));
}

/** The semaphore of the other lock of the same slot. */
static int other_of(int semaphore)
{
    return TRI_SEM_LOCK_0 + ((semaphore - TRI_SEM_LOCK_0 + (int)TRI_SLOTS_MAX) % (int)TRI_LOCKS);
}

static int value(const struct stage *s, int semaphore)
{
    return semctl(s->sem_id, semaphore, GETVAL);
}

/** Counts the locks of readers. */
static int held(const struct stage *s)
{
    int sum = 0;
    for (uint32_t i = 0; i < TRI_LOCKS; i++)
        sum += (TRI_LOCK_WHOLE - value(s, TRI_SEM_LOCK_0 + (int)i)) % TRI_LOCK_WHOLE;
    return sum;
}

/** Waits until a process sleeps on a gate. */
static bool comes_to_sleep_on(const struct stage *s, int gate)
{
    for (int i = 0; i < PATIENCE_S * 1000; i++) {
        if (semctl(s->sem_id, gate, GETZCNT) > 0)
            return true;
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    return false;
}

/** A reader in a child process: exits with 0 if it gets frame `number`, locked. */
static pid_t start_reader(const struct stage *s, uint64_t number, bool keeps_the_one_before)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0)
        return child;
    tri_reader *reader;
    struct tri_frame frame = { .lease = { 0 } };
    const struct tri_reader_options options = { .name = s->name };
    bool got = tri_reader_open(&reader, &options) == TRI_OK;
    if (keeps_the_one_before)
        got = got && tri_reader_acquire(reader, &frame, 0) == TRI_OK;
    got = got && tri_reader_acquire(reader, &frame, PATIENCE_S * 1000) == TRI_OK;
    got = got && frame.info.number == number && tri_frame_is_locked(&frame) &&
          value(s, lock_of(s, number)) == TRI_LOCK_WHOLE - 1 && held(s) == 1;
    _exit(got ? 0 : 1);
}

static void expect_well(pid_t child)
{
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void frame_between_latest_and_its_gate_can_be_locked(void **state)
{
    struct stage *s = *state;
    publish(s);
    const int gate = TRI_SEM_GATE_0 + 1;
    const int others = other_of(lock_of(s, 1));
    change(s, gate, 1, others, -TRI_LOCK_WHOLE); // as just before its tri_semset_publish()
    expect_well(start_reader(s, 1, false));
    change(s, gate, -1, others, TRI_LOCK_WHOLE);
}

static void waiting_reader_has_prelocked_the_next_frame(void **state)
{
    struct stage *s = *state;
    publish(s);
    const int had = lock_of(s, 1);
    const pid_t child = start_reader(s, 2, true);
    const bool asleep = comes_to_sleep_on(s, TRI_SEM_GATE_0 + 2);
    const int before = held(s);
    const int still = TRI_LOCK_WHOLE - value(s, had);

    publish(s);
    const int locked = TRI_LOCK_WHOLE - value(s, lock_of(s, 2)); // unless it has already exited
    expect_well(child);
    assert_true(asleep);
    assert_int_equal(before, 1);
    assert_int_equal(still, 0); // the newest frame needs no lock
    assert_in_range(locked, 0, 1);
    assert_int_equal(held(s), 0);
}

static void frame_outside_the_planned_slot_is_locked_when_seen(void **state)
{
    struct stage *s = *state;
    publish(s);
    const pid_t child = start_reader(s, 2, true);
    const bool asleep = comes_to_sleep_on(s, TRI_SEM_GATE_0 + 2);
    const uint64_t next = s->header->next;
    const int overwritten = other_of(TRI_SEM_LOCK_0 + (int)tri_head_lock(next));
    change(s, overwritten, -TRI_LOCK_WHOLE, 0, 0); // as if it were locked
    publish(s);
    expect_well(child);
    change(s, overwritten, TRI_LOCK_WHOLE, 0, 0);
    assert_true(asleep);
    assert_int_not_equal(entry_of(s, 2) - entry_of(s, 1), 0);
    assert_int_not_equal(s->header->latest, next);
    assert_int_equal(held(s), 0);
}

static void unsuccessful_wait_leaves_the_frame_locked(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_LATEST);
    publish(s);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 20), TRI_ERR_TIMEOUT);
    assert_true(tri_frame_is_locked(&s->frame));
    assert_int_equal(value(s, lock_of(s, 1)), TRI_LOCK_WHOLE - 1);
    assert_int_equal(held(s), 1);
}

static void frame_with_a_corrupt_lock_is_acquired_unlocked(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_LATEST);
    publish(s);
    const int lock = lock_of(s, 1);
    change(s, lock, -TRI_LOCK_WHOLE, 0, 0);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    assert_false(tri_frame_is_locked(&s->frame));
    assert_true(tri_reader_is_intact(s->reader, &s->frame));
    change(s, lock, TRI_LOCK_WHOLE, 0, 0);
}

static void next_skips_a_frame_whose_slot_the_writer_has_taken(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_NEXT);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    publish(s);
    publish(s);
    publish(s);
    const int lock = lock_of(s, 1);
    change(s, lock, -TRI_LOCK_WHOLE, 0, 0);

    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    assert_int_equal(s->frame.info.number, 2);
    struct tri_reader_stats counts;
    tri_reader_get_stats(s->reader, &counts);
    assert_int_equal(counts.skipped, 1);
    change(s, lock, TRI_LOCK_WHOLE, 0, 0);
}

/** A reader that has frame 1, and will find frame 2 overwritten. */
static void acquire_before_an_overwritten_one(struct stage *s)
{
    open_reader(s, TRI_MODE_LATEST);
    publish(s);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 1000), TRI_OK);
    publish(s);
    entry_of(s, 2)->stamp = 0;
}

static void frame_stays_locked_when_its_successor_is_torn(void **state)
{
    struct stage *s = *state;
    acquire_before_an_overwritten_one(s);

    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    assert_int_equal(s->frame.info.number, 1);
    assert_true(tri_frame_is_locked(&s->frame));
    assert_int_equal(semctl(s->sem_id, lock_of(s, 1), GETVAL), TRI_LOCK_WHOLE - 1);
}

static void overwritten_frame_is_not_reported_locked(void **state)
{
    struct stage *s = *state;
    acquire_before_an_overwritten_one(s);
    entry_of(s, 1)->stamp = 0; // as if a writer were quicker than the lock

    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    assert_false(tri_frame_is_locked(&s->frame));
    assert_false(tri_reader_is_intact(s->reader, &s->frame));
}

static void user_data_reaches_readers_and_copies(void **state)
{
    struct stage *s = *state;
    static const char text[] = "exposure 7";
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(s->writer, &video, &draft), TRI_OK);
    memcpy(draft.user, text, sizeof(text));
    draft.info.user_bytes = sizeof(text);
    assert_int_equal(tri_writer_publish(s->writer, &draft), TRI_OK);

    open_reader(s, TRI_MODE_NEXT);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    assert_int_equal(s->frame.info.user_bytes, sizeof(text));
    assert_memory_equal(s->frame.user, text, sizeof(text));

    uint8_t buffer[(size_t)64 * 48 + sizeof(text)];
    struct tri_frame copy = { .lease = { 0 } };
    assert_int_equal(tri_copy_frame_bytes(&s->frame), sizeof(buffer));
    tri_copy_frame(&copy, buffer, &s->frame);
    assert_memory_equal(copy.user, text, sizeof(text));
    publish(s);
    assert_int_equal(tri_reader_copy(s->reader, &s->frame, buffer, sizeof(buffer), 0), TRI_OK);
    assert_int_equal(s->frame.info.user_bytes, 0);
}

static void frame_names_the_segment_and_its_place_in_it(void **state)
{
    struct stage *s = *state;
    struct tri_writer_stats stats;
    size_t offset = 0;
    open_reader(s, TRI_MODE_LATEST);
    assert_int_equal(tri_frame_get_shm(&s->frame, &offset), -1);
    publish(s);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    tri_writer_get_stats(s->writer, &stats);
    assert_int_equal(tri_frame_get_shm(&s->frame, &offset), stats.shm_id);
    ((uint8_t *)s->header)[offset] = 77; // through another attachment
    assert_int_equal(s->frame.data[0][0], 77);
}

static void draft_names_the_segment_and_its_place_in_it(void **state)
{
    struct stage *s = *state;
    struct tri_draft draft = { .lease = { 0 } };
    struct tri_writer_stats stats;
    size_t offset = 0;
    assert_int_equal(tri_draft_get_shm(&draft, &offset), -1);
    assert_int_equal(tri_writer_begin(s->writer, &video, &draft), TRI_OK);
    tri_writer_get_stats(s->writer, &stats);
    assert_int_equal(tri_draft_get_shm(&draft, &offset), stats.shm_id);
    ((uint8_t *)s->header)[offset] = 77; // through another attachment
    assert_int_equal(draft.data[0][0], 77);
    tri_writer_cancel(s->writer, &draft);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(frame_names_the_segment_and_its_place_in_it),
        CASE(draft_names_the_segment_and_its_place_in_it),
        CASE(frame_between_latest_and_its_gate_can_be_locked),
        CASE(waiting_reader_has_prelocked_the_next_frame),
        CASE(frame_outside_the_planned_slot_is_locked_when_seen),
        CASE(unsuccessful_wait_leaves_the_frame_locked),
        CASE(frame_with_a_corrupt_lock_is_acquired_unlocked),
        CASE(next_skips_a_frame_whose_slot_the_writer_has_taken),
        CASE(frame_stays_locked_when_its_successor_is_torn),
        CASE(overwritten_frame_is_not_reported_locked),
        CASE(user_data_reaches_readers_and_copies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
