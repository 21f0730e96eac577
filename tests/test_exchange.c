/* SPDX-License-Identifier: MIT */
/* What a reader does in the narrow moments of a hand-over, each of them held open by hand. */
#include "common/src/layout.h"
#include "common/src/semset.h"

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

/** One stream with its innards. */
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
    struct tri_writer_counts counts;
    tri_writer_count(s->writer, &counts);
    s->sem_id = counts.sem_id;
    s->header = shmat(counts.shm_id, NULL, 0);
    *state = s;
    return s->header == (void *)-1 ? -1 : 0;
}

static int tear_down(void **state)
{
    struct stage *s = *state;
    tri_reader_give_back(s->reader, &s->frame);
    tri_reader_close(&s->reader);
    tri_writer_close(&s->writer);
    return shmdt(s->header);
}

static void open_reader(struct stage *s, enum tri_mode mode)
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
        if (entries[i].number == number)
            return &entries[i];
    }
    fail_msg("frame %llu is in no slot", (unsigned long long)number);
    return NULL;
}

/** Changes semaphores as their writer would. */
static void change(const struct stage *s, int first, int by, int second, int second_by)
{
    struct sembuf ops[] = { { (unsigned short)first, (short)by, 0 },
                            { (unsigned short)second, (short)second_by, 0 } };
    assert_int_equal(semop(s->sem_id, ops, second_by ? 2 : 1), 0);
}

static int slot_of(const struct stage *s, uint64_t number)
{
    const struct tri_entry *first = (void *)((uint8_t *)s->header + s->header->entries_at);
    return TRI_SEM_SLOT_0 + (int)(entry_of(s, number) - first);
}

/** Waits until somebody sleeps on a gate. */
static bool comes_to_sleep_on(const struct stage *s, int gate)
{
    for (int i = 0; i < PATIENCE_S * 1000; i++) {
        if (semctl(s->sem_id, gate, GETZCNT) > 0)
            return true;
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    return false;
}

static void a_frame_met_between_latest_and_its_gate_is_waited_for_at_that_gate(void **state)
{
    struct stage *s = *state;
    publish(s);
    const int slot = slot_of(s, 1);
    const int gate = TRI_SEM_GATE_0 + 1;
    change(s, slot, -TRI_SLOT_WHOLE, gate, 1); // as just before its tri_semset_publish()

    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        tri_reader *reader;
        struct tri_frame frame = { .lease = { 0 } };
        const struct tri_reader_options options = { .name = s->name };
        const bool got = tri_reader_open(&reader, &options) == TRI_OK &&
                         tri_reader_borrow(reader, &frame, PATIENCE_S * 1000) == TRI_OK &&
                         frame.info.number == 1 && tri_frame_held(&frame);
        _exit(got ? 0 : 1);
    }
    const bool asleep = comes_to_sleep_on(s, gate);
    change(s, slot, TRI_SLOT_WHOLE, gate, -1);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(asleep);
    assert_int_equal(status, 0);
}

static void next_passes_by_a_frame_whose_slot_the_writer_has_just_taken(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_NEXT);
    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    publish(s);
    publish(s);
    publish(s);
    const int slot = slot_of(s, 1);
    change(s, slot, -TRI_SLOT_WHOLE, 0, 0);

    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 0), TRI_OK);
    assert_int_equal(s->frame.info.number, 2);
    struct tri_reader_counts counts;
    tri_reader_count(s->reader, &counts);
    assert_int_equal(counts.skipped, 1);
    change(s, slot, TRI_SLOT_WHOLE, 0, 0);
}

static void a_frame_stays_locked_when_its_successor_turns_out_overwritten(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_LATEST);
    publish(s);
    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 1000), TRI_OK);
    publish(s);
    entry_of(s, 2)->number = 0;

    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    assert_int_equal(s->frame.info.number, 1);
    assert_true(tri_frame_held(&s->frame));
    assert_int_equal(semctl(s->sem_id, slot_of(s, 1), GETVAL), TRI_SLOT_WHOLE - 1);
}

static void a_frame_overwritten_meanwhile_is_not_called_locked(void **state)
{
    struct stage *s = *state;
    open_reader(s, TRI_MODE_LATEST);
    publish(s);
    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 1000), TRI_OK);
    publish(s);
    entry_of(s, 2)->number = 0;
    entry_of(s, 1)->number = 0; // as if a writer had been quicker than the lock

    assert_int_equal(tri_reader_borrow(s->reader, &s->frame, 0), TRI_ERR_TIMEOUT);
    assert_false(tri_frame_held(&s->frame));
    assert_false(tri_reader_whole(s->reader, &s->frame));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_frame_met_between_latest_and_its_gate_is_waited_for_at_that_gate),
        CASE(next_passes_by_a_frame_whose_slot_the_writer_has_just_taken),
        CASE(a_frame_stays_locked_when_its_successor_turns_out_overwritten),
        CASE(a_frame_overwritten_meanwhile_is_not_called_locked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
