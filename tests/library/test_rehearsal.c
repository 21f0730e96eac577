/* SPDX-License-Identifier: MIT */
/* A rehearsal of a hand-over: nothing may differ after it, in the reader or in the stream. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include "reader_private.h"
#include "semset.h"

#include <sys/sem.h>

/** Rehearses with frame `head`; a change of the reader, a reference or a semaphore fails the test. */
static void expect_no_change(tri_reader *reader, uint64_t head)
{
    tri_reader before; // with its padding
    memcpy(&before, reader, sizeof(before));
    const unsigned references = reader->mapping->references;
    unsigned short locks_before[TRI_SEM_COUNT];
    unsigned short locks[TRI_SEM_COUNT];
    assert_int_equal(semctl(reader->mapping->sem_id, 0, GETALL, locks_before), 0);

    tri_reader_rehearse(reader, head);

    assert_memory_equal(reader, &before, sizeof(before));
    assert_int_equal(reader->mapping->references, references);
    assert_int_equal(semctl(reader->mapping->sem_id, 0, GETALL, locks), 0);
    assert_memory_equal(locks, locks_before, sizeof(locks));
}

static void rehearsal_changes_neither_reader_nor_stream(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = solid_stream(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);
    const uint64_t head = reader->mapping->segment.header->latest;

    expect_no_change(reader, head);
    expect_no_change(reader, head + tri_head(1, 0, 0)); // a frame that is not in its slot
    expect_no_change(reader, tri_head(1, 0, TRI_HEAD_NO_SLOT));
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(rehearsal_changes_neither_reader_nor_stream),
    };
    return cmocka_run_group_tests_name("rehearsal", tests, NULL, NULL);
}
