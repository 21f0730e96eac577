/* SPDX-License-Identifier: MIT */
/* A stream that cannot get a larger segment continues unchanged, and no reader has to detach. */
#include "alone.h"
#include "cgroup.h"
#include "fixture.h"
#include "ipc.h"
#include "reader_pool.h"
#include "solid_frames.h"

#define SMALL  solid_video(64, 48)
#define LARGE  solid_video(2000, 1000) // of 8,000,000 bytes
#define ENOUGH 20u
#define RETRY  1100 // ms until a refused size is tried again

/** A stream, its readers, and its writer's log. */
struct stage {
    const char *name;
    struct reader_pool *pool;
    tri_writer *writer;
    tri_log log;
    uint64_t sequence;
    char said[2048];
};

static void capture_log(void *user, enum tri_log_level level, const char *part, const char *text)
{
    struct stage *s = user;
    (void)level;
    (void)part;
    snprintf(s->said, sizeof(s->said), "%s", text);
}

static struct stage *stage_new(void)
{
    struct stage *s = fixture_share(sizeof(*s));
    s->name = fixture_stream();
    s->log = (tri_log){ .write = capture_log, .user = s, .level = TRI_LOG_ERROR };
    return s;
}

static enum tri_err open_writer(struct stage *s)
{
    return tri_writer_open(&s->writer, &(struct tri_writer_options){
                                           .name = s->name, .video = SMALL, .log = &s->log });
}

static enum tri_err publish(struct stage *s, const struct tri_video *video)
{
    return solid_publish(s->writer, video, ++s->sequence);
}

/** Publishes until both readers have received more. @return the first error. */
static enum tri_err publish_until_seen(struct stage *s, const struct tri_video *video)
{
    const uint64_t since[2] = { s->pool->reader[0].frames, s->pool->reader[1].frames };
    for (int ms = 0; ms < FIXTURE_PATIENCE_S * 1000; ms++) {
        if (s->pool->reader[0].frames >= since[0] + ENOUGH &&
            s->pool->reader[1].frames >= since[1] + ENOUGH)
            return TRI_OK;
        const enum tri_err err = publish(s, video);
        if (err != TRI_OK && err != TRI_ERR_NO_SLOT)
            return err;
        fixture_sleep_ms(1);
    }
    return TRI_ERR_TIMEOUT;
}

static void expect_said(const struct stage *s, const char *words)
{
    if (!strstr(s->said, words))
        fail_msg("\"%s\" lacks \"%s\"", s->said, words);
}

/** Asserts that the larger frame is refused with advice, and nothing else changes. */
static void expect_refused_without_a_change(struct stage *s, const char *words)
{
    const struct tri_video small = SMALL;
    const struct tri_video large = LARGE;
    const int shm_id = ipc_shm(s->name);
    s->said[0] = '\0';
    assert_int_equal(publish(s, &large), TRI_ERR_NO_RESOURCES);
    expect_said(s, words);
    assert_int_equal(ipc_shm(s->name), shm_id);

    s->said[0] = '\0';
    assert_int_equal(publish(s, &large), TRI_ERR_NO_RESOURCES);
    assert_string_equal(s->said, ""); // not with every frame
    assert_int_equal(publish_until_seen(s, &small), TRI_OK);
    assert_int_equal(ipc_shm(s->name), shm_id);
    assert_int_equal(s->pool->reader[0].away + s->pool->reader[1].away, 0);
}

/** Asserts that the stream grows when there is room, and every reader follows. */
static void expect_growth(struct stage *s)
{
    const struct tri_video large = LARGE;
    fixture_sleep_ms(RETRY);
    assert_int_equal(publish_until_seen(s, &large), TRI_OK);
    reader_pool_finish(s->pool);
    tri_writer_close(&s->writer);
    assert_int_equal(ipc_objects(s->name), 0);
}

static void set_limit(const char *name, unsigned long long value)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/sys/kernel/%s", name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "%llu\n", value);
    assert_int_equal(fclose(file), 0);
}

static int stock_limits(void **state)
{
    (void)state;
    if (test_is_alone()) {
        set_limit("shmmax", 1ull << 40);
        set_limit("shmall", 1ull << 30);
        set_limit("shmmni", 4096);
    }
    return 0;
}

#define limit_test(function) cmocka_unit_test_setup_teardown(function, stock_limits, fixture_end)

/** A stream with readers, where `limit` is `value`, too little for its growth. */
static void growth_against(const char *limit, unsigned long long value, const char *words)
{
    if (!test_is_alone())
        skip_because("an IPC namespace of one's own needs root");
    const struct tri_video small = SMALL;
    struct stage *s = stage_new();
    assert_int_equal(open_writer(s), TRI_OK);
    s->pool = reader_pool_of_two(s->name);
    assert_int_equal(publish_until_seen(s, &small), TRI_OK);

    set_limit(limit, value);
    expect_refused_without_a_change(s, words);
    stock_limits(NULL);
    expect_growth(s);
}

static void segment_larger_than_shmmax_is_refused(void **state)
{
    (void)state;
    growth_against("shmmax", 1 << 20, "kernel.shmmax 1048576");
}

static void more_pages_than_shmall_are_refused(void **state)
{
    (void)state;
    growth_against("shmall", 256, "kernel.shmall 256");
}

static void second_segment_is_refused_while_readers_keep_the_first(void **state)
{
    (void)state;
    growth_against("shmmni", 1, "kernel.shmmni 1");
}

static void unused_segment_makes_room_for_the_next(void **state)
{
    (void)state;
    if (!test_is_alone())
        skip_because("an IPC namespace of one's own needs root");
    const struct tri_video large = LARGE;
    struct stage *s = stage_new();
    assert_int_equal(open_writer(s), TRI_OK);
    set_limit("shmmni", 1);
    assert_int_equal(publish(s, &large), TRI_OK);
    tri_writer_close(&s->writer);
}

static void slots_whose_sum_overflows_are_refused(void **state)
{
    (void)state;
    struct stage *s = stage_new();
    for (uint64_t bytes = UINT64_MAX; bytes > UINT64_C(1) << 44; bytes /= 2) {
        const struct tri_writer_options options = {
            .name = s->name, .slots = 4, .slot_bytes = bytes, .log = &s->log
        };
        assert_int_equal(tri_writer_open(&s->writer, &options), TRI_ERR_NO_RESOURCES);
        expect_said(s, "4 buffers of ");
        expect_said(s, "are more than any segment can have");
        assert_int_equal(ipc_objects(s->name), 0);
    }

    const struct tri_video small = SMALL;
    assert_int_equal(open_writer(s), TRI_OK);
    assert_int_equal(publish(s, &small), TRI_OK);
    tri_writer_reserve(s->writer, UINT64_MAX);
    assert_int_equal(publish(s, &small), TRI_ERR_NO_RESOURCES);
    expect_said(s, "are more than any segment can have");
    tri_writer_close(&s->writer);
}

/** Runs in the cgroup; exits with the number of the failed step. */
static int outgrow_the_cgroup(void *argument)
{
    struct stage *s = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = solid_video(4000, 2000); // three of them: 96 MB
    CHECK(cgroup_join());
    CHECK(open_writer(s) == TRI_OK);
    CHECK(publish_until_seen(s, &small) == TRI_OK);
    const int shm_id = ipc_shm(s->name);
    CHECK(publish(s, &large) == TRI_ERR_NO_RESOURCES);
    CHECK(strstr(s->said, "in memory cgroup /triptych-test-") && strstr(s->said, "is 64.0 MiB"));
    CHECK(publish_until_seen(s, &small) == TRI_OK);
    CHECK(ipc_shm(s->name) == shm_id);
    CHECK(s->pool->reader[0].away + s->pool->reader[1].away == 0);

    cgroup_allow(256 << 20);
    fixture_sleep_ms(RETRY);
    CHECK(publish_until_seen(s, &large) == TRI_OK);
    tri_writer_close(&s->writer);
    return 0;
}

static int open_in_the_cgroup(void *argument)
{
    struct stage *s = argument;
    CHECK(cgroup_join());
    const struct tri_writer_options options = { .name = s->name,
                                                .video = solid_video(4000, 2000),
                                                .log = &s->log };
    CHECK(tri_writer_open(&s->writer, &options) == TRI_ERR_NO_RESOURCES);
    CHECK(strstr(s->said, "in memory cgroup /triptych-test-"));
    CHECK(ipc_objects(s->name) == 0);
    return 0;
}

/** Runs `body` in a cgroup of 64 MiB. @return its exit status: 137 is the OOM killer. */
static int run_in_cgroup(int (*body)(void *), struct stage *s)
{
    const char *why = cgroup_make(64 << 20);
    if (why)
        skip_because(why);
    const int status = fixture_join(fixture_start(body, s));
    if (s->pool)
        reader_pool_finish(s->pool);
    cgroup_remove();
    return status;
}

static void stream_too_large_for_a_cgroup_does_not_change(void **state)
{
    (void)state;
    struct stage *s = stage_new();
    s->pool = reader_pool_of_two(s->name);
    assert_int_equal(run_in_cgroup(outgrow_the_cgroup, s), 0);
}

static void stream_too_large_for_a_cgroup_is_refused_untouched(void **state)
{
    (void)state;
    assert_int_equal(run_in_cgroup(open_in_the_cgroup, stage_new()), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        limit_test(segment_larger_than_shmmax_is_refused),
        limit_test(more_pages_than_shmall_are_refused),
        limit_test(second_segment_is_refused_while_readers_keep_the_first),
        limit_test(unused_segment_makes_room_for_the_next),
        limit_test(slots_whose_sum_overflows_are_refused),
        limit_test(stream_too_large_for_a_cgroup_does_not_change),
        limit_test(stream_too_large_for_a_cgroup_is_refused_untouched),
    };
    return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
