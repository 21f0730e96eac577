/* SPDX-License-Identifier: MIT */
/* Readers stopped with SIGSTOP, while they hold and while they wait, and the writer goes on. */
#include "audience.h"
#include "scene.h"
#include "solid.h"

#include "semset.h"

#include <sys/resource.h>

#define PICTURE solid_video(64, 48)
#define FRAMES  2000u
#define FROZEN  8u // of each kind

/** A reader that stands still with a frame in its hands, and one that sleeps at a gate. */
struct idler {
    const char *name;
    _Atomic uint64_t ready, go, torn, again;
};

static int hold_one(void *argument)
{
    struct idler *idler = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = idler->name }) == TRI_OK);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, SCENE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame) && tri_reader_is_intact(reader, &frame));
    idler->ready = 1;
    CHECK(scene_reaches(&idler->go, 1)); // frozen and thawed in here
    idler->torn = !tri_reader_is_intact(reader, &frame);
    CHECK(idler->torn || solid_wrong(&frame, 0, UINT32_MAX) == 0);
    while (!idler->again) { // it goes on like any other
        const enum tri_err err = tri_reader_acquire(reader, &frame, 100);
        idler->again = err == TRI_OK && tri_reader_is_intact(reader, &frame) &&
                       solid_wrong(&frame, 0, UINT32_MAX) == 0;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static tri_writer *open_writer(const char *name, uint32_t slots, uint32_t reclaim_ms,
                               const tri_log *log)
{
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    assert_int_equal(
        tri_writer_open(&writer, &(struct tri_writer_options){ .name = name,
                                                               .video = video,
                                                               .slots = slots,
                                                               .reclaim_ms = reclaim_ms,
                                                               .log = log }),
        TRI_OK);
    return writer;
}

/** Frames a second that the writer manages, unpaced. */
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
    const char *name = scene_stream();
    const struct tri_video video = PICTURE;
    // The newest, the one being written, and one for each that holds.
    tri_writer *writer = open_writer(name, 2 + FROZEN, 0, NULL);
    const double alone = rate_of(writer);

    struct idler *idler = scene_share(FROZEN * sizeof(*idler));
    struct audience *waiting = audience_new();
    pid_t pid[FROZEN];
    for (unsigned i = 0; i < FROZEN; i++) {
        idler[i].name = name;
        pid[i] = scene_start(hold_one, &idler[i]);
        while (!idler[i].ready) { // each holds another frame
            assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
            scene_sleep_ms(1);
        }
        scene_freeze(pid[i]);
        audience_add(waiting, name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    }
    assert_true(scene_reaches(&waiting->watcher[FROZEN - 1].frames, 1));
    for (unsigned i = 0; i < FROZEN; i++)
        scene_freeze(waiting->pid[i]);

    const long before = sleeps();
    const double beside = rate_of(writer);
    assert_in_range(sleeps() - before, 0, FRAMES / 20); // a lock of the kernel's own
    print_message("# %.0f frames/s alone, %.0f beside %u frozen readers: %.2f\n", alone, beside,
                  2 * FROZEN, beside / alone);
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    assert_int_equal(counts.dropped_writer, 0);

    for (unsigned i = 0; i < FROZEN; i++) {
        scene_thaw(pid[i]);
        scene_thaw(waiting->pid[i]);
        idler[i].go = 1;
    }
    for (unsigned i = 0; i < FROZEN; i++) {
        while (!idler[i].again) {
            const enum tri_err err = solid_publish(writer, &video, i);
            assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
            scene_sleep_ms(1);
        }
        assert_int_equal(scene_join(pid[i]), 0);
        assert_int_equal(idler[i].torn, 0); // what it held it still had
    }
    audience_leaves(waiting);
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

/** Two readers that hold one frame each of a stream of three buffers, both frozen. */
static struct idler *two_frozen_holders(const char *name, tri_writer *writer, pid_t pid[2])
{
    const struct tri_video video = PICTURE;
    struct idler *idler = scene_share(2 * sizeof(*idler));
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(solid_publish(writer, &video, i + 1), TRI_OK);
        idler[i].name = name;
        pid[i] = scene_start(hold_one, &idler[i]);
        assert_true(scene_reaches(&idler[i].ready, 1));
        scene_freeze(pid[i]);
    }
    assert_int_equal(solid_publish(writer, &video, 3), TRI_OK); // the third, and now the newest
    return idler;
}

static void thaw_and_join(struct idler *idler, tri_writer *writer, const pid_t pid[2])
{
    const struct tri_video video = PICTURE;
    for (unsigned i = 0; i < 2; i++) {
        scene_thaw(pid[i]);
        idler[i].go = 1;
    }
    for (unsigned i = 0; i < 2; i++) {
        while (!idler[i].again) {
            const enum tri_err err = solid_publish(writer, &video, 9);
            assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
            scene_sleep_ms(1);
        }
        assert_int_equal(scene_join(pid[i]), 0);
    }
}

static bool said_pid(pid_t pid)
{
    char text[16];
    snprintf(text, sizeof(text), " %d", (int)pid);
    return strstr(said, text) != NULL;
}

static void more_holders_than_slots_cost_frames_which_are_counted_and_their_pids_named(void **state)
{
    (void)state;
    const tri_log log = { .write = keep, .level = TRI_LOG_WARN };
    const struct tri_video video = PICTURE;
    const char *name = scene_stream();
    said[0] = '\0';
    tri_writer *writer = open_writer(name, 3, 0, &log);
    pid_t pid[2];
    struct idler *idler = two_frozen_holders(name, writer, pid);

    for (uint64_t i = 1; i <= 100; i++) {
        assert_int_equal(solid_publish(writer, &video, i), TRI_ERR_NO_SLOT);
        struct tri_writer_stats counts;
        tri_writer_get_stats(writer, &counts);
        assert_int_equal(counts.dropped_writer, i);
        assert_int_equal(counts.published, 3);
    }
    assert_true(said_pid(pid[0]) && said_pid(pid[1]));

    thaw_and_join(idler, writer, pid);
    assert_int_equal(idler[0].torn + idler[1].torn, 0);
    tri_writer_close(&writer);
}

static void a_slot_held_too_long_is_taken_back_and_its_holder_told(void **state)
{
    (void)state;
    const tri_log log = { .write = keep, .level = TRI_LOG_WARN };
    const struct tri_video video = PICTURE;
    const char *name = scene_stream();
    said[0] = '\0';
    tri_writer *writer = open_writer(name, 3, 20, &log);
    pid_t pid[2];
    struct idler *idler = two_frozen_holders(name, writer, pid);
    tri_reader *third = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(third, &frame, 3); // it holds the last slot there is, until both are taken back
    struct audience *audience = audience_of_two(name);

    struct tri_writer_stats counts = { 0 };
    for (int ms = 0; counts.reclaimed < 2; ms++) {
        assert_true(ms < SCENE_PATIENCE_S * 1000);
        const enum tri_err err = solid_publish(writer, &video, (uint64_t)ms);
        assert_true(err == TRI_OK || err == TRI_ERR_NO_SLOT);
        tri_writer_get_stats(writer, &counts);
        scene_sleep_ms(1);
    }
    solid_leave(&third, &frame);
    assert_true(said_pid(pid[0]) && said_pid(pid[1]));

    // Taken back once, a slot stays the writer's: the stream has its rate again.
    const uint64_t dropped = counts.dropped_writer;
    unsigned refused = 0;
    for (uint64_t i = 1; i <= 200; i++) {
        refused += solid_publish(writer, &video, i) == TRI_ERR_NO_SLOT;
        scene_sleep_ms(1);
    }
    tri_writer_get_stats(writer, &counts);
    print_message("# %llu frames dropped until both slots were taken back, %u of 200 after that\n",
                  (unsigned long long)dropped, refused);
    assert_true(refused < 100);
    assert_true(audience_frames(audience) > 10);

    thaw_and_join(idler, writer, pid);
    assert_int_equal(idler[0].torn + idler[1].torn, 2);
    audience_leaves(audience);
    // All holds are balanced: every slot can be taken whole again.
    for (uint32_t lock = 0; lock < TRI_LOCKS; lock++) {
        int held;
        tri_semset_holder(counts.sem_id, lock, &held);
        assert_int_equal(held, 0);
    }
    for (uint64_t i = 1; i <= 20; i++)
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(frozen_readers_do_not_slow_the_writer),
        scene_test(more_holders_than_slots_cost_frames_which_are_counted_and_their_pids_named),
        scene_test(a_slot_held_too_long_is_taken_back_and_its_holder_told),
    };
    return cmocka_run_group_tests_name("freezes", tests, NULL, NULL);
}
