/* SPDX-License-Identifier: MIT */
/* Streams recover under the same name from any order of start, death, restart and removal by
 * hand. */
#include "fixture.h"
#include "ipc.h"
#include "reader_pool.h"
#include "solid_frames.h"

#define PICTURE solid_video(64, 48)
#define ENOUGH  20u // frames after which a reader counts as recovered

/** Publishes until both readers have received `ENOUGH` more frames. @return the newest number. */
static uint64_t publish_until_seen(tri_writer *writer, const struct reader_pool *pool,
                                   uint64_t number)
{
    const struct tri_video video = PICTURE;
    const uint64_t since[2] = { pool->reader[0].frames, pool->reader[1].frames };
    for (int ms = 0;
         pool->reader[0].frames < since[0] + ENOUGH || pool->reader[1].frames < since[1] + ENOUGH;
         ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(solid_publish(writer, &video, ++number), TRI_OK);
        fixture_sleep_ms(1);
    }
    return number;
}

static tri_writer *open_writer(const char *name)
{
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    return writer;
}

static void reader_may_start_before_its_stream_and_outlive_it(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct reader_pool *pool = reader_pool_of_two(name);
    fixture_sleep_ms(100);

    for (int run = 0; run < 3; run++) {
        tri_writer *writer = open_writer(name);
        publish_until_seen(writer, pool, 0);
        tri_writer_close(&writer);
        assert_int_equal(ipc_objects(name), 0);
    }

    reader_pool_finish(pool);
    assert_in_range(pool->reader[0].away, 2, 3); // reported once for each writer
    assert_in_range(pool->reader[1].away, 2, 3);
}

/** A writer's process, until it is killed. */
static int write_endlessly(void *name)
{
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
    for (uint64_t sequence = 1;; sequence++) {
        CHECK(solid_publish(writer, &video, sequence) == TRI_OK);
        fixture_sleep_ms(1);
    }
}

static void readers_follow_the_successor_of_a_killed_writer(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct reader_pool *pool = reader_pool_of_two(name);
    int shm_id = -1;
    for (uint64_t run = 1; run <= 5; run++) {
        const uint64_t seen = pool->reader[0].frames;
        const uint64_t also = pool->reader[1].frames;
        const pid_t pid = fixture_start(write_endlessly, (void *)(uintptr_t)name);
        assert_true(fixture_reaches(&pool->reader[0].frames, seen + ENOUGH));
        assert_true(fixture_reaches(&pool->reader[1].frames, also + ENOUGH));
        if (run > 1)
            assert_int_equal(ipc_shm(name), shm_id); // the same memory: no reader had to move
        shm_id = ipc_shm(name);
        fixture_kill(pid);
        assert_true(fixture_reaches(&pool->reader[0].away, run));
        assert_true(fixture_reaches(&pool->reader[1].away, run));
    }
    tri_writer *writer = open_writer(name);
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(counts.generation, 6);
    tri_writer_close(&writer);
    reader_pool_finish(pool);
}

static void expect_recovery_from(void (*removal)(const char *name))
{
    const char *name = fixture_stream();
    struct reader_pool *pool = reader_pool_of_two(name);
    tri_writer *writer = open_writer(name);
    uint64_t number = 0;
    for (int round = 0; round < 3; round++) {
        number = publish_until_seen(writer, pool, number);
        removal(name);
        number = publish_until_seen(writer, pool, number);
        // A new reader finds it, too, within a second or so.
        tri_reader *late = solid_reader(name, TRI_MODE_LATEST, 0);
        struct tri_frame frame = { 0 };
        const struct tri_video video = PICTURE;
        enum tri_err err = TRI_ERR_TIMEOUT;
        for (int ms = 0; err == TRI_ERR_TIMEOUT && ms < FIXTURE_PATIENCE_S * 1000; ms++) {
            assert_int_equal(solid_publish(writer, &video, ++number), TRI_OK);
            err = tri_reader_acquire(late, &frame, 1);
        }
        assert_int_equal(err, TRI_OK);
        assert_int_equal(frame.info.number, number);
        solid_leave(&late, &frame);
    }
    assert_int_equal(ipc_objects(name), 2);
    reader_pool_finish(pool);
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(counts.published, number);
    assert_int_equal(counts.dropped_writer, 0);
    tri_writer_close(&writer);
}

static void segment_removed_by_hand_is_recreated(void **state)
{
    (void)state;
    expect_recovery_from(ipc_remove_shm);
}

static void semaphores_removed_by_hand_are_recreated(void **state)
{
    (void)state;
    expect_recovery_from(ipc_remove_sem);
}

static void segment_and_semaphores_removed_by_hand_are_recreated(void **state)
{
    (void)state;
    expect_recovery_from(ipc_wipe);
}

static void counts_continue_after_a_removal_by_hand(void **state)
{
    (void)state;
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 0), TRI_ERR_TIMEOUT); // attached
    tri_writer_add_drops(writer, 3, 2);
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(reader, &frame, 1);

    ipc_wipe(name);
    assert_int_equal(solid_publish(writer, &video, 2), TRI_OK);
    solid_expect(reader, &frame, 2);

    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    solid_paint(&draft, 3);
    ipc_wipe(name); // this time between begin and publish
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    solid_expect(reader, &frame, 3);
    assert_int_equal(tri_reader_acquire(reader, &frame, 100),
                     TRI_ERR_NO_WRITER); // according to its counter
    assert_int_equal(solid_publish(writer, &video, 4), TRI_OK);
    solid_expect(reader, &frame, 4);

    struct tri_reader_stats counts;
    tri_reader_get_stats(reader, &counts);
    assert_int_equal(counts.frames, 4);
    assert_int_equal(counts.skipped, 0);
    assert_int_equal(counts.dropped_driver, 3);
    assert_int_equal(counts.dropped_writer, 2);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

static void count_lines(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    *(unsigned *)user += strstr(text, "already has a writer") != NULL;
}

static void displaced_writer_logs_once_a_second_and_recovers(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    unsigned said = 0;
    const tri_log log = { .write = count_lines, .user = &said, .level = TRI_LOG_ERROR };
    tri_writer *writer;
    assert_int_equal(
        tri_writer_open(&writer,
                        &(struct tri_writer_options){ .name = name, .video = video, .log = &log }),
        TRI_OK);
    ipc_wipe(name);
    tri_writer *other = open_writer(name);
    const int64_t start = tri_now_ns();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(solid_publish(writer, &video, 1), TRI_ERR_BUSY);
    assert_in_range(said, 1, 1 + (tri_now_ns() - start) / 1000000000);

    tri_writer_close(&other);
    for (int ms = 0; solid_publish(writer, &video, 1) != TRI_OK; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        fixture_sleep_ms(1);
    }
    tri_writer_close(&writer);
}

static void count_all(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    (void)text;
    ++*(unsigned *)user;
}

static void writer_copies_its_log(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    unsigned lines = 0;
    tri_log log = { .write = count_all, .user = &lines, .level = TRI_LOG_ERROR };
    tri_writer *writer;
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = name, .log = &log }),
        TRI_OK);
    memset(&log, 0, sizeof(log));
    const int planted = shmget(ipc_key(name), 4096, IPC_CREAT | IPC_EXCL | 0600);
    assert_true(planted >= 0);

    assert_int_equal(solid_publish(writer, &video, 1), TRI_ERR_FOREIGN);
    assert_int_equal(lines, 1);
    shmctl(planted, IPC_RMID, NULL);
    tri_writer_close(&writer);
}

static void planted_segment_is_reported_once_a_second(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    unsigned lines = 0;
    const tri_log log = { .write = count_all, .user = &lines, .level = TRI_LOG_ERROR };
    tri_writer *writer; // its segment is made with its first frame
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = name, .log = &log }),
        TRI_OK);
    const int planted = shmget(ipc_key(name), 4096, IPC_CREAT | IPC_EXCL | 0600);
    assert_true(planted >= 0);
    const int64_t start = tri_now_ns();
    for (int i = 0; i < 1000; i++)
        assert_int_equal(solid_publish(writer, &video, 1), TRI_ERR_FOREIGN);
    assert_in_range(lines, 1, 1 + (tri_now_ns() - start) / 1000000000);

    shmctl(planted, IPC_RMID, NULL);
    for (int ms = 0; solid_publish(writer, &video, 1) != TRI_OK; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        fixture_sleep_ms(1);
    }
    tri_writer_close(&writer);
}

static void waiting_reader_survives_the_removal_of_its_stream(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name);
    struct reader_pool *pool = reader_pool_of_two(name);
    uint64_t number = publish_until_seen(writer, pool, 0);
    for (int round = 0; round < 3; round++) {
        fixture_sleep_ms(20); // sleeping at their gates
        (round == 0 ? ipc_remove_shm : round == 1 ? ipc_remove_sem : ipc_wipe)(name);
        fixture_sleep_ms(20);
        number = publish_until_seen(writer, pool, number);
    }
    reader_pool_finish(pool);
    tri_writer_close(&writer);
}

static int publish_one_and_die(void *name)
{
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
    CHECK(solid_publish(writer, &video, 1) == TRI_OK);
    return 0;
}

static void removed_dead_stream_returns_with_its_next_writer(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    assert_int_equal(fixture_join(fixture_start(publish_one_and_die, (void *)(uintptr_t)name)), 0);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, 10), TRI_ERR_TIMEOUT); // attached, sleeping

    assert_int_equal(tri_stream_remove(name, 0), TRI_OK);
    assert_int_equal(ipc_objects(name), 0);
    assert_int_equal(tri_reader_acquire(reader, &frame, 10), TRI_ERR_TIMEOUT);

    const struct tri_video video = PICTURE;
    tri_writer *writer = open_writer(name);
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(reader, &frame, 1);
    solid_leave(&reader, &frame);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(reader_may_start_before_its_stream_and_outlive_it),
        fixture_test(readers_follow_the_successor_of_a_killed_writer),
        fixture_test(segment_removed_by_hand_is_recreated),
        fixture_test(semaphores_removed_by_hand_are_recreated),
        fixture_test(segment_and_semaphores_removed_by_hand_are_recreated),
        fixture_test(counts_continue_after_a_removal_by_hand),
        fixture_test(displaced_writer_logs_once_a_second_and_recovers),
        fixture_test(writer_copies_its_log),
        fixture_test(planted_segment_is_reported_once_a_second),
        fixture_test(waiting_reader_survives_the_removal_of_its_stream),
        fixture_test(removed_dead_stream_returns_with_its_next_writer),
    };
    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
