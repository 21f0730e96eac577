/* SPDX-License-Identifier: MIT */
/* Operations of other processes of the same user on the semaphores, and their consequences. */
#include "common/src/semset.h"

#include <triptych/reader.h>
#include <triptych/stream.h>
#include <triptych/writer.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/sem.h>
#include <unistd.h>

#include <cmocka.h>

union semun { // semctl(2): the caller defines it
    int val;
    struct semid_ds *buf;
};

static const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };

static const char *a_name(void)
{
    static char name[TRI_NAME_MAX + 1];
    static int number;
    snprintf(name, sizeof(name), "semset%d-%d", (int)getpid(), ++number);
    return name;
}

static int sem_id_of(const tri_writer *writer)
{
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    return counts.sem_id;
}

static void publish(tri_writer *writer)
{
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
}

static int value(int sem_id, int number)
{
    return semctl(sem_id, number, GETVAL);
}

static void writer_that_is_refused_changes_no_permission(void **state)
{
    (void)state;
    const char *name = a_name();
    tri_writer *writer;
    assert_int_equal(tri_writer_open(&writer, &(struct tri_writer_options){ .name = name,
                                                                            .video = video,
                                                                            .permissions = 0640 }),
                     TRI_OK);

    tri_writer *second;
    const struct tri_writer_options other = { .name = name, .video = video, .permissions = 0600 };
    assert_int_equal(tri_writer_open(&second, &other), TRI_ERR_BUSY);

    struct semid_ds status = { 0 }; // analysers do not know that semctl() fills it
    assert_int_equal(semctl(sem_id_of(writer), 0, IPC_STAT, (union semun){ .buf = &status }), 0);
    assert_int_equal(status.sem_perm.mode & 0777, 0640);
    tri_writer_close(&writer);
}

/** Sets one semaphore while a frame is being written, then expects ten frames to pass: intact, each
 * acquired by a reader that locks its slot, with two gates closed and every slot free at the
 * end. */
static void continues_after_tampering(int number, int with)
{
    const char *name = a_name();
    tri_writer *writer;
    tri_reader *reader;
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = name, .video = video }),
        TRI_OK);
    assert_int_equal(tri_reader_open(&reader, &(struct tri_reader_options){ .name = name }),
                     TRI_OK);
    const int sem_id = sem_id_of(writer);

    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    const int at = number == TRI_SEM_LOCK_0 ? number + (int)draft.slot_index : number;
    assert_int_equal(semctl(sem_id, at, SETVAL, (union semun){ .val = with }), 0);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);

    struct tri_frame frame = { .lease = { 0 } };
    for (uint64_t i = 1; i <= 10; i++) {
        assert_int_equal(tri_reader_acquire(reader, &frame, 10000), TRI_OK);
        assert_int_equal(frame.info.number, i);
        assert_true(tri_frame_is_locked(&frame));
        publish(writer);
    }
    tri_reader_release(reader, &frame);

    int closed = 0;
    for (uint32_t k = 0; k < TRI_GATES; k++)
        closed += value(sem_id, TRI_SEM_GATE_0 + (int)k);
    assert_int_equal(closed, 2);
    for (uint32_t i = 0; i < TRI_LOCKS; i++)
        assert_int_equal(value(sem_id, TRI_SEM_LOCK_0 + (int)i), TRI_LOCK_WHOLE);
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(counts.dropped_writer, 0);
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}

static void gate_opened_by_another_process_is_repaired(void **state)
{
    (void)state;
    continues_after_tampering(TRI_SEM_GATE_0 + 1, 0);
}

static void gate_closed_by_another_process_is_repaired(void **state)
{
    (void)state;
    continues_after_tampering(TRI_SEM_GATE_0 + 3, 32767);
}

static void slot_released_by_another_process_is_repaired(void **state)
{
    (void)state;
    continues_after_tampering(TRI_SEM_LOCK_0, 32767);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_that_is_refused_changes_no_permission),
        cmocka_unit_test(gate_opened_by_another_process_is_repaired),
        cmocka_unit_test(gate_closed_by_another_process_is_repaired),
        cmocka_unit_test(slot_released_by_another_process_is_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
