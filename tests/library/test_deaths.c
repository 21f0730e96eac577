/* SPDX-License-Identifier: MIT */
/* Writers and readers are killed by SIGKILL: at each single system call, and many times at
 * random. */
#include "fixture.h"
#include "ipc.h"
#include "reader_pool.h"
#include "solid_frames.h"
#include "stepper.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#define SMALL     solid_video(64, 48)
#define LARGE     solid_video(160, 120)
#define STEPS_MAX 1000u // steps of a script: more would be an endless loop
#ifdef __SANITIZE_ADDRESS__
#define RANDOM 100u // chances belong to the plain build; starting a process takes long here
#else
#define RANDOM 1000u
#endif

/** What the processes of a test share. */
struct plot {
    const char *name;
    _Atomic uint64_t sequence; // of the newest painted frame
    _Atomic uint64_t dropped;
    _Atomic uint64_t stop;
    _Atomic uint64_t pause; // requested, and acknowledged
    _Atomic uint64_t paused;
    _Atomic uint64_t holding; // readers that lock a frame until they are killed
};

static struct plot *plot_new(void)
{
    struct plot *plot = fixture_share(sizeof(*plot));
    plot->name = fixture_stream();
    return plot;
}

static enum tri_err publish(struct plot *plot, tri_writer *writer, const struct tri_video *video)
{
    return solid_publish(writer, video, ++plot->sequence);
}

/** Asserts that the next writer gets the name at once, readers continue, and no objects remain. */
static void expect_recovery(struct plot *plot, const struct reader_pool *pool, int pid)
{
    const struct tri_video video = SMALL;
    const uint64_t since[2] = { pool->reader[0].frames, pool->reader[1].frames };
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, plot->name, &video, 0), TRI_OK);
    for (int tries = 0;
         pool->reader[0].frames < since[0] + 3 || pool->reader[1].frames < since[1] + 3; tries++) {
        assert_true(tries < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(publish(plot, writer, &video), TRI_OK);
        fixture_sleep_ms(1);
    }
    tri_writer_close(&writer);
    assert_int_equal(ipc_objects(plot->name), 0);
    for (int ms = 0; ipc_shm_made_by(pid) > 0; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000); // readers detach from it soon
        fixture_sleep_ms(1);
    }
}

/** Kills a writer's script at each of its system calls; `before` runs first each time. */
static void kill_at_each_step(int (*script)(void *), int (*before)(void *))
{
    struct plot *plot = plot_new();
    struct reader_pool *pool = reader_pool_of_two(plot->name);
    unsigned deaths = 0;
    unsigned on_ipc = 0;
    for (unsigned index = 0; index < STEPS_MAX * 2; index++) {
        struct step step;
        if (before)
            assert_int_equal(fixture_join(fixture_start(before, plot)), 0);
        const bool killed =
            step_kill(script, plot, index / 2, index % 2 ? STEP_AFTER : STEP_BEFORE, &step);
        expect_recovery(plot, pool, step.pid);
        if (!killed)
            break;
        deaths++;
        on_ipc += step_is_system_v(step.call);
    }
    print_message("# %u deaths, %u of them at System V calls\n", deaths, on_ipc);
    assert_true(on_ipc >= 10);
    assert_true(deaths < STEPS_MAX * 2);
    reader_pool_finish(pool);
}

/** All actions of a writer: opens, begins, publishes, cancels, grows, closes. */
static int live(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = LARGE;
    tri_writer *writer;
    CHECK(solid_open(&writer, plot->name, &small, 0) == TRI_OK);
    CHECK(publish(plot, writer, &small) == TRI_OK);
    struct tri_draft draft;
    CHECK(tri_writer_begin(writer, &small, &draft) == TRI_OK);
    tri_writer_cancel(writer, &draft);
    CHECK(publish(plot, writer, &small) == TRI_OK);
    CHECK(publish(plot, writer, &large) == TRI_OK);
    CHECK(publish(plot, writer, &small) == TRI_OK);
    tri_writer_close(&writer);
    return 0;
}

static int publish_two_and_die(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = SMALL;
    tri_writer *writer;
    CHECK(solid_open(&writer, plot->name, &video, 0) == TRI_OK);
    CHECK(publish(plot, writer, &video) == TRI_OK);
    CHECK(publish(plot, writer, &video) == TRI_OK);
    return 0;
}

/** Takes over a stream and needs more slots than it has. */
static int outgrow(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = LARGE;
    tri_writer *writer;
    CHECK(solid_open(&writer, plot->name, &video, 4) == TRI_OK);
    CHECK(publish(plot, writer, &video) == TRI_OK);
    tri_writer_close(&writer);
    return 0;
}

static void writer_may_die_at_any_step_of_its_life(void **state)
{
    (void)state;
    kill_at_each_step(live, NULL);
}

static void writer_may_die_at_any_step_of_a_takeover(void **state)
{
    (void)state;
    kill_at_each_step(live, publish_two_and_die);
}

static void writer_may_die_at_any_step_of_replacing_a_segment(void **state)
{
    (void)state;
    kill_at_each_step(outgrow, publish_two_and_die);
}

static int write_until_killed(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video small = SMALL;
    const struct tri_video large = LARGE;
    tri_writer *writer;
    CHECK(solid_open(&writer, plot->name, &small, 0) == TRI_OK);
    for (uint64_t i = 1;; i++) {
        const enum tri_err err = publish(plot, writer, i == 100 ? &large : &small);
        CHECK(err == TRI_OK || err == TRI_ERR_NO_SLOT);
    }
}

/** At a camera's rate: 64 readers have the time to sleep in between. */
static int write_slowly(void *argument)
{
    struct plot *plot = argument;
    const struct tri_video video = SMALL;
    tri_writer *writer;
    CHECK(solid_open(&writer, plot->name, &video, 0) == TRI_OK);
    for (;;) {
        const enum tri_err err = publish(plot, writer, &video);
        CHECK(err == TRI_OK || err == TRI_ERR_NO_SLOT);
        fixture_sleep_ms(16);
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t left = *(const int64_t *)a;
    const int64_t right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static void writers_may_die_at_random_instants(void **state)
{
    (void)state;
    struct plot *plot = plot_new();
    struct reader_pool *pool = reader_pool_of_two(plot->name);
    static int64_t woken_ns[RANDOM * 2];
    unsigned woken = 0;
    uint32_t rng = 1;
    for (unsigned i = 0; i < RANDOM; i++) {
        const uint64_t before = plot->sequence;
        const pid_t pid = fixture_start(write_until_killed, plot);
        const bool seen = i % 2 == 0; // the others may be killed before they read a frame
        for (unsigned k = 0; seen && k < 2; k++)
            assert_true(fixture_reaches(&pool->reader[k].sequence, before + 1));
        rng = rng * 1664525 + 1013904223;
        const struct timespec span = { .tv_nsec = (long)((rng >> 8) % 2000000) };
        nanosleep(&span, NULL);

        const uint64_t away[2] = { pool->reader[0].away, pool->reader[1].away };
        const int64_t killed_ns = tri_now_ns();
        kill(pid, SIGKILL);
        for (unsigned k = 0; seen && k < 2; k++) {
            assert_true(fixture_reaches(&pool->reader[k].away, away[k] + 1));
            woken_ns[woken++] = pool->reader[k].away_ns - killed_ns;
        }
        fixture_kill(pid);
    }
    const unsigned middle = woken / 2;
    qsort(woken_ns, woken, sizeof(woken_ns[0]), by_size);
    print_message("# readers woken %u times: median %.3f ms, longest %.3f ms; %llu frames of dead "
                  "writers seen\n",
                  woken, (double)woken_ns[middle] / 1e6, (double)woken_ns[woken - 1] / 1e6,
                  (unsigned long long)reader_pool_frames(pool));
    expect_recovery(plot, pool, getpid());
    reader_pool_finish(pool);
}

#define HOLDERS 12 // readers that each lock their own frame
#define AHEAD   8  // frames that the writer may be ahead of the observer

/** A writer that waits for its observer: a frame that the observer misses was then overwritten. */
struct lossless_writer {
    struct plot *plot;
    struct reader_pool *pool;
    pid_t pid;
};

static int write_without_loss(void *argument)
{
    const struct lossless_writer *writing = argument;
    struct plot *plot = writing->plot;
    const struct tri_video video = SMALL;
    tri_writer *writer;
    // The newest, the draft, the observer's, those it has not read yet, and locked ones.
    CHECK(solid_open(&writer, plot->name, &video, 3 + AHEAD + HOLDERS) == TRI_OK);
    while (!plot->stop) {
        plot->paused = plot->pause;
        const uint64_t seen = writing->pool->reader[0].newest;
        if (!plot->paused && plot->sequence < seen + AHEAD) {
            if (publish(plot, writer, &video) != TRI_OK)
                plot->dropped++;
        } else {
            fixture_sleep_ms(1);
        }
    }
    tri_writer_close(&writer);
    return 0;
}

static struct lossless_writer *lossless_writer_start(void)
{
    struct lossless_writer *writing = fixture_share(sizeof(*writing));
    writing->plot = plot_new();
    writing->pool = reader_pool_new();
    writing->pid = fixture_start(write_without_loss, writing);
    reader_pool_add(writing->pool, writing->plot->name, TRI_MODE_NEXT, 0);
    assert_true(fixture_reaches(&writing->pool->reader[0].newest, 20));
    return writing;
}

/** Asserts that the observer missed nothing and no slot is lost. */
static void lossless_writer_end(struct lossless_writer *writing)
{
    const struct pool_reader *observer = &writing->pool->reader[0];
    assert_true(fixture_reaches(&observer->newest, observer->newest + 50));
    assert_int_equal(observer->skipped, 0);
    assert_int_equal(observer->torn, 0);
    assert_int_equal(observer->dropped, 0);
    assert_int_equal(writing->plot->dropped, 0);
    reader_pool_finish(writing->pool);
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(writing->plot->name, &stream), TRI_OK);
    assert_int_equal(stream.held, 0);
    assert_int_equal(stream.attached, 1);
    writing->plot->stop = 1;
    assert_int_equal(fixture_join(writing->pid), 0);
}

/** All actions of a reader: opens, waits, acquires, exchanges, releases, copies, closes. */
static int read_once(void *argument)
{
    const struct lossless_writer *writing = argument;
    static uint8_t picture[64 * 48 * 4];
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = writing->plot->name }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    for (int i = 0; i < 3; i++)
        CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_reader_is_intact(reader, &frame));
    tri_reader_release(reader, &frame);
    CHECK(tri_reader_copy(reader, &frame, picture, sizeof(picture), FIXTURE_PATIENCE_S * 1000) ==
          TRI_OK);
    tri_reader_close(&reader);
    return 0;
}

static void no_frame_is_missed_when_a_reader_dies_at_any_step(void **state)
{
    (void)state;
    struct lossless_writer *writing = lossless_writer_start();
    unsigned deaths = 0;
    struct step step;
    while (deaths < STEPS_MAX && step_kill(read_once, writing, deaths / 2,
                                           deaths % 2 ? STEP_AFTER : STEP_BEFORE, &step)) {
        deaths++;
        struct tri_stream stream;
        assert_int_equal(tri_stream_find(writing->plot->name, &stream), TRI_OK);
        assert_in_range(stream.held, 0,
                        2); // the pool reader alone, possibly seen between two slots
        assert_in_range(stream.attached, 2, 3);
    }
    print_message("# %u deaths\n", deaths);
    assert_in_range(deaths, 20, STEPS_MAX - 1);
    lossless_writer_end(writing);
}

static int read_endlessly(const struct lossless_writer *writing, uint32_t flags)
{
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = writing->plot->name,
                                                                 .flags = flags }) == TRI_OK);
    struct tri_frame frame = { 0 };
    for (;;)
        CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
}

static int read_until_killed(void *writing)
{
    return read_endlessly(writing, 0);
}

static int look_until_killed(void *writing)
{
    return read_endlessly(writing, TRI_READER_NO_LOCK);
}

static void no_frame_is_missed_when_readers_die_at_random(void **state)
{
    (void)state;
    struct lossless_writer *writing = lossless_writer_start();
    uint32_t rng = 1;
    for (unsigned i = 0; i < RANDOM; i++) {
        const pid_t pid = fixture_start(read_until_killed, writing);
        rng = rng * 1664525 + 1013904223;
        const struct timespec span = { .tv_nsec = (long)((rng >> 8) % 3000000) };
        nanosleep(&span, NULL);
        fixture_kill(pid);
    }
    lossless_writer_end(writing);
}

/** Locks a frame until killed. */
static int hold_until_killed(void *argument)
{
    const struct lossless_writer *writing = argument;
    static _Atomic uint64_t never;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = writing->plot->name }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame));
    writing->plot->holding++;
    fixture_reaches(&never, 1);
    return 0;
}

static void no_frame_is_missed_when_64_readers_die_at_once(void **state)
{
    (void)state;
    struct lossless_writer *writing = lossless_writer_start();
    pid_t pid[64];
    // Some lock, each another frame at worst; the others must not, or the writer has no slot left.
    for (unsigned i = 0; i < 64; i++)
        pid[i] = fixture_start(i < HOLDERS ? hold_until_killed : look_until_killed, writing);
    struct tri_stream stream = { 0 };
    for (int ms = 0; stream.attached < 66; ms++) {
        assert_true(ms < FIXTURE_PATIENCE_S * 1000);
        assert_int_equal(tri_stream_find(writing->plot->name, &stream), TRI_OK);
        fixture_sleep_ms(1);
    }
    for (unsigned i = 0; i < 64; i++)
        kill(pid[i], SIGKILL);
    for (unsigned i = 0; i < 64; i++)
        fixture_kill(pid[i]);
    lossless_writer_end(writing);
}

static void no_frame_is_missed_when_64_locking_readers_die_at_once(void **state)
{
    (void)state;
    struct lossless_writer *writing = lossless_writer_start();
    writing->plot->pause = 1; // so that all lock the same frame: there is no slot for each
    assert_true(fixture_reaches(&writing->plot->paused, 1));
    pid_t pid[64];
    for (unsigned i = 0; i < 64; i++)
        pid[i] = fixture_start(hold_until_killed, writing);
    assert_true(fixture_reaches(&writing->plot->holding, 64));
    writing->plot->pause = 0;
    const struct pool_reader *observer = &writing->pool->reader[0];
    assert_true(fixture_reaches(&observer->newest, observer->newest + 50));
    for (unsigned i = 0; i < 64; i++)
        kill(pid[i], SIGKILL);
    for (unsigned i = 0; i < 64; i++)
        fixture_kill(pid[i]);
    lossless_writer_end(writing);
}

static void sixty_four_readers_detect_the_death_of_their_writer(void **state)
{
    (void)state;
    enum { READERS = 64, DEATHS = 20 };
    static int64_t woken_ns[READERS * DEATHS];
    struct plot *plot = plot_new();
    struct reader_pool *pool = reader_pool_of_two(plot->name);
    for (unsigned i = 2; i < READERS; i++)
        reader_pool_add(pool, plot->name, TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    unsigned woken = 0;
    for (unsigned death = 0; death < DEATHS; death++) {
        const uint64_t before = plot->sequence;
        uint64_t away[READERS];
        const pid_t pid = fixture_start(write_slowly, plot);
        for (unsigned k = 0; k < READERS; k++)
            assert_true(fixture_reaches(&pool->reader[k].sequence, before + 1));
        for (unsigned k = 0; k < READERS; k++)
            away[k] = pool->reader[k].away;
        const int64_t killed_ns = tri_now_ns();
        kill(pid, SIGKILL);
        for (unsigned k = 0; k < READERS; k++) {
            assert_true(fixture_reaches(&pool->reader[k].away, away[k] + 1));
            woken_ns[woken++] = pool->reader[k].away_ns - killed_ns;
        }
        fixture_kill(pid);
    }
    const unsigned middle = woken / 2;
    qsort(woken_ns, woken, sizeof(woken_ns[0]), by_size);
    print_message("# 64 readers woken %d times: median %.3f ms, longest %.3f ms\n", DEATHS,
                  (double)woken_ns[middle] / 1e6, (double)woken_ns[woken - 1] / 1e6);
    expect_recovery(plot, pool, getpid());
    reader_pool_finish(pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(writer_may_die_at_any_step_of_its_life),
        fixture_test(writer_may_die_at_any_step_of_a_takeover),
        fixture_test(writer_may_die_at_any_step_of_replacing_a_segment),
        fixture_test(writers_may_die_at_random_instants),
        fixture_test(no_frame_is_missed_when_a_reader_dies_at_any_step),
        fixture_test(no_frame_is_missed_when_readers_die_at_random),
        fixture_test(no_frame_is_missed_when_64_readers_die_at_once),
        fixture_test(no_frame_is_missed_when_64_locking_readers_die_at_once),
        fixture_test(sixty_four_readers_detect_the_death_of_their_writer),
    };
    return cmocka_run_group_tests_name("deaths", tests, NULL, NULL);
}
