/* SPDX-License-Identifier: MIT */
/* Life of the segment, as IPC_STAT tells it: who removes it, who only lets go, when it is freed. */
#include "ipc.h"
#include "scene.h"
#include "solid.h"

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

static void a_reader_that_leaves_removes_nothing(void **state)
{
    (void)state;
    const char *name = scene_stream();
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

static void a_writer_that_dies_leaves_the_segment_to_the_next(void **state)
{
    (void)state;
    const char *name = scene_stream();
    assert_int_equal(scene_join(scene_start(publish_and_die, (void *)(uintptr_t)name)), 0);
    const int shm_id = ipc_shm(name);
    assert_true(ipc_exists(shm_id));
    assert_int_equal(ipc_stat(shm_id).shm_nattch, 0);

    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, picture(), 0), TRI_OK);
    assert_int_equal(ipc_shm(name), shm_id);
    tri_writer_close(&writer);
    assert_false(ipc_exists(shm_id));
}

/** After the name is gone: memory and picture stay until the reader lets go; then they are freed. */
static void expect_freed_with_its_reader(int shm_id, tri_reader **reader, struct tri_frame *frame)
{
    const struct shmid_ds status = ipc_stat(shm_id);
    assert_int_not_equal(status.shm_perm.mode & SHM_DEST, 0);
    assert_int_equal(status.shm_nattch, 1);
    assert_int_equal(solid_wrong(frame, 0, UINT32_MAX), 0);
    assert_true(tri_reader_whole(*reader, frame));

    solid_leave(reader, frame);
    assert_false(ipc_exists(shm_id));
}

static void the_writers_end_removes_it_and_the_last_reader_frees_it(void **state)
{
    (void)state;
    for (int hold = 0; hold < 2; hold++) {
        const char *name = scene_stream();
        tri_writer *writer = open_and_publish(name);
        const int shm_id = ipc_shm(name);
        tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, hold ? 0 : TRI_READER_NO_HOLD);
        struct tri_frame frame = { 0 };
        solid_expect(reader, &frame, 1);

        tri_writer_close(&writer);

        assert_int_equal(ipc_objects(name), 0);
        expect_freed_with_its_reader(shm_id, &reader, &frame);
    }
}

static void remove_takes_the_name_and_leaves_the_frame_to_its_reader(void **state)
{
    (void)state;
    const char *name = scene_stream();
    assert_int_equal(scene_join(scene_start(publish_and_die, (void *)(uintptr_t)name)), 0);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, picture(), 0), TRI_OK);
    assert_int_equal(solid_publish(writer, picture(), 2), TRI_OK);
    const int shm_id = ipc_shm(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 2);

    assert_int_equal(tri_stream_remove(name, false), TRI_ERR_BUSY);
    assert_int_equal(ipc_objects(name), 2);
    assert_int_equal(tri_stream_remove(name, true), TRI_OK);
    assert_int_equal(ipc_objects(name), 0);

    tri_writer_close(&writer);
    expect_freed_with_its_reader(shm_id, &reader, &frame);
    assert_int_equal(tri_stream_remove(name, true), TRI_ERR_NO_STREAM);
}

static void frames_and_drafts_outlive_their_reader_and_writer(void **state)
{
    (void)state;
    const char *name = scene_stream();
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

    tri_reader_give_back(NULL, &frame);
    tri_writer_cancel(NULL, &draft);
    assert_false(ipc_exists(shm_id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(a_reader_that_leaves_removes_nothing),
        scene_test(a_writer_that_dies_leaves_the_segment_to_the_next),
        scene_test(the_writers_end_removes_it_and_the_last_reader_frees_it),
        scene_test(remove_takes_the_name_and_leaves_the_frame_to_its_reader),
        scene_test(frames_and_drafts_outlive_their_reader_and_writer),
    };
    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
