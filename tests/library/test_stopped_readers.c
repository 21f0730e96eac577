/* SPDX-License-Identifier: MIT */
/* Readers stopped with SIGSTOP, while they lock and while they wait, and the writer continues. */
#include "fixture.h"
#include "reader_pool.h"
#include "solid_frames.h"

#include "semset.h"

#include <sys/resource.h>

#define PICTURE solid_video(64, 48)
#define FRAMES  2000u
#define FROZEN  8u // of each kind

/** A reader that stops with a locked frame, and one that sleeps at a gate. */
struct idler {
    const char *name;
    _Atomic uint64_t ready;
    _Atomic uint64_t go;
    _Atomic uint64_t torn;
    _Atomic uint64_t again;
};

static int hold_one(void *argument)
{
    struct idler *idler = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = idler->name }) == TRI_OK);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame) && tri_reader_is_intact(reader, &frame));
    idler->ready = 1;
    CHECK(fixture_reaches(&idler->go, 1)); // stopped and continued here
    idler->torn = !tri_reader_is_intact(reader, &frame);
    CHECK(idler->torn || solid_wrong(&frame, 0, UINT32_MAX) == 0);
    while (!idler->again) { // it continues like any other
        const enum tri_err err = tri_reader_acquire(reader, &frame, 100);
        idler->again = err == TRI_OK && tri_reader_is_intact(reader, &frame) &&
                       solid_wrong(&frame, 0, UINT32_MAX) == 0;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

/** Frames a second that the writer achieves, unpaced. */
static double rate_of(tri_writer *writer)
{
    const struct tri_video video = PICTURE;
    const int64_t start = tri_now_ns();
    for (uint64_t i = 1; i <= FRAMES; i++)
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
    return FRAMES / ((double)(tri_now_ns() - start) / 1e9);
}

/** How often this process has slept. */
static long sleeps(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_nvcsw;
}

static void frozen_readers_do_not_slow_the_writer(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    const double alone = rate_of(writer);

    struct idler *idler = fixture_share(FROZEN * sizeof(*idler));
    struct reader_pool *waiting = reader_pool_new();
    pid_t pid[FROZEN];
    for (unsigned i = 0; i < FROZEN; i++) {
        idler[i].name = name;
        pid[i] = fixture_start(hold_one, &idler[i]);
        while (!idler[i].ready) { // each locks another frame
            assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
            fixture_sleep_ms(1);
        }
        fixture_freeze(pid[i]);
        reader_pool_add(waiting, name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    }
    assert_true(fixture_reaches(&waiting->reader[FROZEN - 1].frames, 1));
    for (unsigned i = 0; i < FROZEN; i++)
        fixture_freeze(waiting->pid[i]);

    const long before = sleeps();
    const double beside = rate_of(writer);
    assert_in_range(sleeps() - before, 0, FRAMES / 20); // a lock within the kernel
    print_message("# %.0f frames/s alone, %.0f beside %u frozen readers: %.2f\n", alone, beside,
                  2 * FROZEN, beside / alone);
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(counts.dropped_writer, 0);

    for (unsigned i = 0; i < FROZEN; i++) {
        fixture_thaw(pid[i]);
        fixture_thaw(waiting->pid[i]);
        idler[i].go = 1;
    }
    for (unsigned i = 0; i < FROZEN; i++) {
        while (!idler[i].again) {
            const enum tri_err err = solid_publish(writer, &video, i);
            assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
            fixture_sleep_ms(1);
        }
        assert_int_equal(fixture_join(pid[i]), 0);
        assert_int_equal(idler[i].torn, 0); // its locked frame was intact
    }
    reader_pool_finish(waiting);
    tri_writer_close(&writer);
}

static char said[8192];

static void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)user;
    (void)level;
    (void)part;
    const size_t length = strlen(said);
    snprintf(said + length, sizeof(said) - length, "%s\n", text);
}

/** Two readers that lock one frame each of a stream of three buffers, both stopped. */
static struct idler *two_frozen_holders(const char *name, tri_writer *writer, pid_t pid[2])
{
    const struct tri_video video = PICTURE;
    struct idler *idler = fixture_share(2 * sizeof(*idler));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(solid_publish(writer, &video, i + 1), TRI_OK);
        idler[i].name = name;
        pid[i] = fixture_start(hold_one, &idler[i]);
        assert_true(fixture_reaches(&idler[i].ready, 1));
        fixture_freeze(pid[i]);
    }
    assert_int_equal(solid_publish(writer, &video, 3), TRI_OK); // the third, and now the newest
    return idler;
}

static void thaw_and_join(struct idler *idler, tri_writer *writer, const pid_t *pid, unsigned count)
{
    const struct tri_video video = PICTURE;
    for (unsigned i = 0; i < count; i++) {
        fixture_thaw(pid[i]);
        idler[i].go = 1;
    }
    for (unsigned i = 0; i < count; i++) {
        while (!idler[i].again) {
            const enum tri_err err = solid_publish(writer, &video, 9);
            assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
            fixture_sleep_ms(1);
        }
        assert_int_equal(fixture_join(pid[i]), 0);
    }
}

static bool said_pid(pid_t pid)
{
    char text[16];
    snprintf(text, sizeof(text), " %d", (int)pid);
    return strstr(said, text) != NULL;
}

static const char *mention(const char *in, pid_t pid)
{
    char text[32];
    snprintf(text, sizeof(text), " pid %d for", (int)pid);
    return strstr(in, text);
}

/** Asserts that the first line names the pids that lock slots. */
static void expect_holders_once_longest_first(const pid_t pid[2])
{
    const char *first = mention(said, pid[0]);
    const char *second = mention(said, pid[1]);
    assert_true(first && second && first < second);
    const char *end = strchr(said, '\n');
    assert_true(second < end);
    const char *again[] = { mention(first + 1, pid[0]), mention(second + 1, pid[1]) };
    assert_true((!again[0] || again[0] > end) && (!again[1] || again[1] > end));
}

static void without_reclaim_locks_cost_frames_and_the_log_names_pids(void **state)
{
    (void)state;
    const tri_log log = { .write = keep, .level = TRI_LOG_WARN };
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    said[0] = '\0';
    tri_writer *writer = solid_writer_fixed(name, &video, 3, TRI_RECLAIM_NEVER, &log);
    pid_t pid[2];
    struct idler *idler = two_frozen_holders(name, writer, pid);

    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(solid_publish(writer, &video, i), TRI_ERR_NO_SLOT);
        struct tri_writer_stats counts;
        tri_writer_get_stats(writer, &counts);
        assert_int_equal(counts.dropped_writer, i);
        assert_int_equal(counts.published, 3);
    }
    expect_holders_once_longest_first(pid);

    thaw_and_join(idler, writer, pid, 2);
    assert_int_equal(idler[0].torn + idler[1].torn, 0);
    tri_writer_close(&writer);
}

static void process_that_locks_two_slots_is_named_once(void **state)
{
    (void)state;
    const tri_log log = { .write = keep, .level = TRI_LOG_WARN };
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    said[0] = '\0';
    tri_writer *writer = solid_writer_fixed(name, &video, 4, TRI_RECLAIM_NEVER, &log);
    tri_reader *keeper = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame kept[2] = { 0 };
    struct idler *idler = fixture_share(sizeof(*idler));
    idler->name = name;
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    solid_expect(keeper, &kept[0], 1);
    assert_int_equal(solid_publish(writer, &video, 2), TRI_OK);
    const pid_t pid[] = { getpid(), fixture_start(hold_one, idler) };
    assert_true(fixture_reaches(&idler->ready, 1));
    fixture_freeze(pid[1]);
    assert_int_equal(solid_publish(writer, &video, 3), TRI_OK);
    solid_expect(keeper, &kept[1], 3);
    assert_int_equal(solid_publish(writer, &video, 4), TRI_OK);

    assert_int_equal(solid_publish(writer, &video, 5), TRI_ERR_NO_SLOT);
    expect_holders_once_longest_first(pid);

    tri_reader_release(keeper, &kept[0]);
    solid_leave(&keeper, &kept[1]);
    thaw_and_join(idler, writer, &pid[1], 1);
    tri_writer_close(&writer);
}

static void long_lock_is_reclaimed_and_its_holder_detects_it(void **state)
{
    (void)state;
    const tri_log log = { .write = keep, .level = TRI_LOG_WARN };
    const struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    said[0] = '\0';
    tri_writer *writer = solid_writer_fixed(name, &video, 3, 20, &log);
    pid_t pid[2];
    struct idler *idler = two_frozen_holders(name, writer, pid);
    tri_reader *third = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(third, &frame, 3); // it locks the last available slot, until both are reclaimed
    struct reader_pool *pool = reader_pool_of_two(name);

    struct tri_writer_stats counts = { 0 };
    for (int ms = 0; counts.reclaimed < 2; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        const enum tri_err err = solid_publish(writer, &video, (uint64_t)ms);
        assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
        tri_writer_get_stats(writer, &counts);
        fixture_sleep_ms(1);
    }
    solid_leave(&third, &frame);
    assert_true(said_pid(pid[0]) && said_pid(pid[1]));

    // A reclaimed slot stays the writer's: the stream has its rate again.
    const uint64_t dropped = counts.dropped_writer;
    unsigned refused = 0;
    for (uint64_t i = 1; i <= 200; i++) {
        refused += solid_publish(writer, &video, i) == TRI_ERR_NO_SLOT;
        fixture_sleep_ms(1);
    }
    tri_writer_get_stats(writer, &counts);
    print_message("# %llu frames dropped until both slots were reclaimed, %u of 200 after that\n",
                  (unsigned long long)dropped, refused);
    assert_true(refused < 100);
    for (int ms = 0; reader_pool_frames(pool) <= 10; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
        fixture_sleep_ms(1);
    }

    thaw_and_join(idler, writer, pid, 2);
    assert_int_equal(idler[0].torn + idler[1].torn, 2);
    reader_pool_finish(pool);
    // All locks are balanced: every slot can be locked completely again.
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++) {
        int held;
        tri_semset_holder(counts.sem_id, lock, &held);
        assert_int_equal(held, 0);
    }
    for (uint64_t i = 1; i <= 20; i++)
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
    tri_writer_close(&writer);
}

static struct tri_writer_stats stats_of(const tri_writer *writer)
{
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    return stats;
}

/** Whether every lock is free, according to the kernel. */
static void expect_no_lock_left(const tri_writer *writer)
{
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++) {
        int held;
        tri_semset_holder(stats_of(writer).sem_id, lock, &held);
        assert_int_equal(held, 0);
    }
}

#define KEPT 5u

static void locked_frames_stay_intact_while_slots_open(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    assert_int_equal(stats_of(writer).slots_open, 1);
    tri_reader *keeper = solid_reader(name, TRI_MODE_LATEST, 0);
    tri_reader *other = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame kept[KEPT] = { 0 };
    struct tri_frame frame = { 0 };
    for (uint64_t number = 1; number <= 100; number++) {
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        if (number <= KEPT)
            solid_expect(keeper, &kept[number - 1], number);
        solid_expect(other, &frame, number);
    }
    // The newest, the draft, one for the other reader, and the kept ones.
    assert_in_range(stats_of(writer).slots_open, KEPT + 2, KEPT + 3);
    assert_int_equal(stats_of(writer).reclaimed, 0);
    for (unsigned i = 0; i < KEPT; i++) {
        assert_true(tri_frame_is_locked(&kept[i]) && tri_reader_is_intact(keeper, &kept[i]));
        assert_int_equal(solid_wrong(&kept[i], 0, UINT32_MAX), 0);
        tri_reader_release(keeper, &kept[i]);
    }
    tri_reader_release(other, &frame);
    expect_no_lock_left(writer);

    for (int ms = 0; stats_of(writer).slots_open > 3; ms += 10) { // unneeded slots close again
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
        fixture_sleep_ms(10);
    }
    tri_reader_close(&keeper);
    tri_reader_close(&other);
    tri_writer_close(&writer);
}

static void oldest_locked_frame_is_reclaimed_at_the_limit(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    tri_writer *writer = solid_writer_fixed(name, &video, 4, 0, NULL);
    tri_reader *keeper = solid_reader(name, TRI_MODE_LATEST, 0);
    tri_reader *other = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame kept[4] = { 0 };
    struct tri_frame frame = { 0 };
    for (uint64_t number = 1; number <= 4; number++) {
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        solid_expect(keeper, &kept[number - 1], number);
    }
    for (uint64_t number = 5; number <= 200; number++) {
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        assert_false(tri_reader_is_intact(keeper, &kept[0]));
        assert_int_equal(tri_reader_is_intact(keeper, &kept[1]), number < 6);
        solid_expect(other, &frame, number);
    }
    assert_int_equal(stats_of(writer).dropped_writer, 0);
    assert_true(stats_of(writer).reclaimed > 0);
    for (unsigned i = 0; i < 4; i++)
        tri_reader_release(keeper, &kept[i]);
    tri_reader_release(other, &frame);
    expect_no_lock_left(writer);

    const uint64_t reclaimed = stats_of(writer).reclaimed;
    for (uint64_t number = 201; number <= 220; number++) {
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        solid_expect(keeper, &kept[0], number);
        solid_expect(other, &frame, number);
    }
    assert_int_equal(stats_of(writer).reclaimed, reclaimed);
    solid_leave(&keeper, &kept[0]);
    solid_leave(&other, &frame);
    tri_writer_close(&writer);
}

static void slow_readers_cost_a_third_no_frame(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    tri_reader *slow[2];
    struct tri_frame held[2] = { 0 };
    for (unsigned i = 0; i < 2; i++)
        slow[i] = solid_reader(name, TRI_MODE_LATEST, 0);
    tri_reader *third = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    for (uint64_t number = 1; number <= 360; number++) { // 200 and 300 ms at 60 a second
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        solid_expect(third, &frame, number);
        for (unsigned i = 0; i < 2; i++) {
            if (number % (i ? 18 : 12) == 0) {
                assert_int_equal(solid_wrong(&held[i], 0, UINT32_MAX), 0);
                solid_expect(slow[i], &held[i], number);
            }
        }
    }
    assert_int_equal(stats_of(writer).dropped_writer, 0);
    assert_int_equal(stats_of(writer).reclaimed, 0);
    assert_in_range(stats_of(writer).slots_open, 4, 5);
    for (unsigned i = 0; i < 2; i++)
        solid_leave(&slow[i], &held[i]);
    solid_leave(&third, &frame);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(frozen_readers_do_not_slow_the_writer),
        fixture_test(without_reclaim_locks_cost_frames_and_the_log_names_pids),
        fixture_test(process_that_locks_two_slots_is_named_once),
        fixture_test(long_lock_is_reclaimed_and_its_holder_detects_it),
        fixture_test(locked_frames_stay_intact_while_slots_open),
        fixture_test(oldest_locked_frame_is_reclaimed_at_the_limit),
        fixture_test(slow_readers_cost_a_third_no_frame),
    };
    return cmocka_run_group_tests_name("freezes", tests, NULL, NULL);
}
