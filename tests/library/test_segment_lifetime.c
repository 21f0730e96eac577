/* SPDX-License-Identifier: MIT */
/* Lifetime of the segment, by IPC_STAT: which side removes it, which only detaches, when it is
 * freed. */
#include "fixture.h"
#include "ipc.h"
#include "semset.h"
#include "solid_frames.h"

#include <sys/sem.h>

static const struct tri_video *picture(void)
{
    static struct tri_video video;
    video = solid_video(64, 48);
    return &video;
}

static tri_writer *open_and_publish(const char *name)
{
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, picture(), 0), TRI_OK);
    assert_int_equal(solid_publish(writer, picture(), 1), TRI_OK);
    return writer;
}

static void reader_that_leaves_removes_nothing(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name);
    const int shm_id = ipc_shm(name);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 1);

    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 2);
    solid_leave(&reader, &frame);

    assert_int_equal(ipc_stat(shm_id).shm_nattch, 1);
    assert_int_equal(ipc_stat(shm_id).shm_perm.mode & SHM_DEST, 0);
    assert_int_equal(ipc_objects(name), 2);
    tri_writer_close(&writer);
}

static int publish_and_die(void *name)
{
    open_and_publish(name);
    return 0;
}

static void next_writer_takes_over_the_segment_of_a_dead_one(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    assert_int_equal(fixture_join(fixture_start(publish_and_die, (void *)(uintptr_t)name)), 0);
    const int shm_id = ipc_shm(name);
    assert_true(ipc_exists(shm_id));
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 0);

    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, picture(), 0), TRI_OK);
    assert_int_equal(ipc_shm(name), shm_id);
    tri_writer_close(&writer);
    assert_false(ipc_exists(shm_id));
}

/** After the removal memory and frame stay until the reader detaches; then they are freed. */
static void expect_freed_with_its_reader(int shm_id, tri_reader **reader, struct tri_frame *frame)
{
    const struct shmid_ds status = ipc_stat(shm_id);
    assert_int_not_equal(status.shm_perm.mode & SHM_DEST, 0);
    assert_int_equal(status.shm_nattch, 1);
    assert_int_equal(solid_wrong(frame, 0, UINT32_MAX), 0);
    assert_true(tri_reader_is_intact(*reader, frame));

    solid_leave(reader, frame);
    assert_false(ipc_exists(shm_id));
}

static void writer_removes_the_segment_and_the_last_reader_frees_it(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        const char *name = fixture_stream();
        tri_writer *writer = open_and_publish(name);
        const int shm_id = ipc_shm(name);
        tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, hold ? 0 : TRI_READER_NO_LOCK);
        struct tri_frame frame = { 0 };
        solid_expect(reader, &frame, 1);

        tri_writer_close(&writer);

        assert_int_equal(ipc_objects(name), 0);
        expect_freed_with_its_reader(shm_id, &reader, &frame);
    }
}

static void remove_frees_the_name_and_keeps_the_readers_frame(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    assert_int_equal(fixture_join(fixture_start(publish_and_die, (void *)(uintptr_t)name)), 0);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, picture(), 0), TRI_OK);
    assert_int_equal(solid_publish(writer, picture(), 2), TRI_OK);
    const int shm_id = ipc_shm(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 2);

    assert_int_equal(tri_stream_remove(name, 0), TRI_ERR_BUSY);
    assert_int_equal(tri_stream_remove(name, 2 * TRI_REMOVE_FORCE), TRI_ERR_INVALID);
    assert_int_equal(ipc_objects(name), 2);
    assert_int_equal(tri_stream_remove(name, TRI_REMOVE_FORCE), TRI_OK);
    assert_int_equal(ipc_objects(name), 0);

    tri_writer_close(&writer);
    expect_freed_with_its_reader(shm_id, &reader, &frame);
    assert_int_equal(tri_stream_remove(name, TRI_REMOVE_FORCE), TRI_ERR_NO_STREAM);
}

static void frames_and_drafts_outlive_their_reader_and_writer(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name);
    const int shm_id = ipc_shm(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, picture(), &draft), TRI_OK);

    tri_reader_close(&reader);
    tri_writer_close(&writer);
    solid_paint(&draft, 7);
    assert_int_equal(solid_wrong(&frame, 0, UINT32_MAX), 0);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 2);

    tri_reader_release(NULL, &frame);
    tri_writer_cancel(NULL, &draft);
    assert_false(ipc_exists(shm_id));
}

static void frame_of_a_closed_reader_detects_overwriting(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);

    tri_reader_close(&reader);
    assert_true(tri_reader_is_intact(NULL, &frame));
    for (uint64_t sequence = 2; sequence < 5; sequence++)
        assert_int_equal(solid_publish(writer, picture(), sequence), TRI_OK);
    assert_false(tri_reader_is_intact(NULL, &frame));
    tri_reader_release(NULL, &frame);
    tri_writer_close(&writer);
}

static void draft_that_cannot_be_published_keeps_its_memory(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name);
    const int shm_id = ipc_shm(name);
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, picture(), &draft), TRI_OK);
    draft.info.capture_ns = INT64_MAX;
    assert_int_equal(tri_writer_publish_pinned(writer, &draft), TRI_ERR_INVALID);

    tri_writer_close(&writer);
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 1);
    solid_paint(&draft, 7);
    tri_writer_cancel(NULL, &draft);
    assert_false(ipc_exists(shm_id));
}

/** Looks the stream up in the list of all. @return false if it is missing. */
static bool listed(const char *name, struct tri_stream *stream)
{
    tri_stream_list *streams;
    const struct tri_stream *one;
    assert_int_equal(tri_stream_list_open(&streams), TRI_OK);
    bool found = false;
    for (size_t i = 0; (one = tri_stream_list_at(streams, i)); i++) {
        if (one->key == ipc_key(name)) {
            *stream = *one;
            found = true;
        }
    }
    tri_stream_list_close(&streams);
    return found;
}

struct early {
    const char *name;
    _Atomic uint64_t open;
    _Atomic uint64_t never;
};

/** A writer that does not know its frames yet. */
static int open_without_a_frame(void *argument)
{
    struct early *early = argument;
    tri_writer *writer;
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = early->name }) == TRI_OK);
    early->open = 1;
    fixture_reaches(&early->never, 1);
    return 1;
}

static void lone_semaphores_are_removed_after_their_writer(void **state)
{
    (void)state;
    struct early *early = fixture_share(sizeof(*early));
    early->name = fixture_stream();
    const pid_t pid = fixture_start(open_without_a_frame, early);
    assert_true(fixture_reaches(&early->open, 1));
    struct tri_stream stream = { 0 };
    assert_true(listed(early->name, &stream));
    assert_int_equal(stream.state, TRI_STREAM_LIVE);
    assert_int_equal(stream.shm_id, -1);
    assert_int_equal(stream.sem_id, ipc_sem(early->name));
    assert_int_equal(stream.writer_pid, pid);
    assert_int_equal(tri_stream_remove_key(stream.key, 0), TRI_ERR_BUSY);
    assert_int_equal(tri_stream_remove(early->name, 0), TRI_ERR_BUSY);

    fixture_kill(pid);
    assert_true(listed(early->name, &stream));
    assert_int_equal(stream.state, TRI_STREAM_DEAD);
    assert_int_equal(stream.owner, geteuid());
    assert_int_equal(tri_stream_find(early->name, &stream), TRI_OK);
    assert_string_equal(stream.name, early->name);
    assert_int_equal(tri_stream_remove_key(stream.key, 0), TRI_OK);
    assert_int_equal(ipc_objects(early->name), 0);
    assert_false(listed(early->name, &stream));
    assert_int_equal(tri_stream_remove_key(stream.key, 0), TRI_ERR_NO_STREAM);
}

static void uninitialised_semaphores_are_dead(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    // As left by a writer that is killed between creating them and the first call on them.
    assert_true(semget(ipc_key(name), TRI_SEM_COUNT, IPC_CREAT | IPC_EXCL | 0640) >= 0);
    struct tri_stream stream = { 0 };
    assert_true(listed(name, &stream));
    assert_int_equal(stream.state, TRI_STREAM_DEAD);
    assert_int_equal(tri_stream_remove(name, 0), TRI_OK);
    assert_int_equal(ipc_objects(name), 0);
}

static void list_counts_drops_since_the_newest_frame(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_and_publish(name);
    tri_writer_add_drops(writer, 2, 3); // and no later frame can show it
    struct tri_stream stream = { 0 };
    assert_true(listed(name, &stream));
    assert_int_equal(stream.dropped_driver, 2);
    assert_int_equal(stream.dropped_writer, 3);
    tri_writer_close(&writer);
}

static void object_with_a_foreign_key_is_not_removed(void **state)
{
    (void)state;
    assert_int_equal(tri_stream_remove_key(0x12345678, TRI_REMOVE_FORCE), TRI_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(reader_that_leaves_removes_nothing),
        fixture_test(next_writer_takes_over_the_segment_of_a_dead_one),
        fixture_test(writer_removes_the_segment_and_the_last_reader_frees_it),
        fixture_test(remove_frees_the_name_and_keeps_the_readers_frame),
        fixture_test(frames_and_drafts_outlive_their_reader_and_writer),
        fixture_test(frame_of_a_closed_reader_detects_overwriting),
        fixture_test(draft_that_cannot_be_published_keeps_its_memory),
        fixture_test(lone_semaphores_are_removed_after_their_writer),
        fixture_test(uninitialised_semaphores_are_dead),
        fixture_test(list_counts_drops_since_the_newest_frame),
        fixture_test(object_with_a_foreign_key_is_not_removed),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
