/* SPDX-License-Identifier: MIT */
/* A reader in an event loop: its descriptor is readable whenever there is something to acquire. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <poll.h>

enum { TIMES = 500, ROUNDS = 60 };

#define PICTURE  solid_video(64, 48)
#define LARGE    solid_video(640, 480)
#define QUIET_MS 50

/** A reader with its descriptor, and what came through it. */
struct loop {
    tri_reader *reader;
    int fd;
    struct tri_frame frame;
    unsigned vain;
    unsigned no_writer;
};

static struct loop loop_of(const char *name, enum tri_reader_mode mode)
{
    struct loop loop = { .reader = solid_reader(name, mode, 0) };
    loop.fd = tri_reader_fd(loop.reader);
    assert_true(loop.fd >= 0);
    assert_int_equal(tri_reader_fd(loop.reader), loop.fd);
    return loop;
}

static void loop_end(struct loop *loop)
{
    solid_leave(&loop->reader, &loop->frame);
}

static bool is_readable(const struct loop *loop, int timeout_ms)
{
    struct pollfd one = { .fd = loop->fd, .events = POLLIN };
    const int ready = poll(&one, 1, timeout_ms);
    assert_true(ready == 0 || (ready == 1 && one.revents == POLLIN));
    return ready == 1;
}

/** One turn of an event loop: waits for the descriptor, then acquires. */
static enum tri_err turn(struct loop *loop)
{
    assert_true(is_readable(loop, 1000 * FIXTURE_PATIENCE_S));
    const enum tri_err err = tri_reader_acquire(loop->reader, &loop->frame, 0);
    loop->vain += err == TRI_ERR_TIMEOUT;
    loop->no_writer += err == TRI_ERR_NO_WRITER;
    return err;
}

static void turn_until_frame(struct loop *loop, uint64_t number)
{
    while (loop->frame.info.number != number)
        turn(loop);
    assert_int_equal(solid_wrong(&loop->frame, 0, UINT32_MAX), 0);
}

static void turn_until(struct loop *loop, enum tri_err wanted)
{
    while (turn(loop) != wanted)
        continue;
}

/** Acquires until there is nothing more, and expects that nothing more comes. */
static void settle(struct loop *loop)
{
    for (int i = 0; i < 10 && is_readable(loop, QUIET_MS); i++)
        turn(loop);
    assert_false(is_readable(loop, 0));
    assert_int_equal(tri_reader_acquire(loop->reader, &loop->frame, 0), TRI_ERR_TIMEOUT);
}

static tri_writer *open_writer(const char *name, struct tri_video video)
{
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    return writer;
}

static void publish(tri_writer *writer, struct tri_video video, uint64_t number)
{
    assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
}

static void descriptor_is_readable_at_first_and_once_for_each_frame(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    assert_true(is_readable(&loop, 0));
    settle(&loop);
    loop.vain = 0;
    for (unsigned i = 1; i <= TIMES; i++) {
        publish(writer, PICTURE, i);
        turn_until_frame(&loop, i);
    }
    assert_in_range(loop.vain, 0, TIMES / 10); // none, but where this thread was faster than poll()
    settle(&loop);
    loop_end(&loop);
    tri_writer_close(&writer);
}

static void readable_descriptor_always_has_something_to_acquire(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    publish(writer, PICTURE, 1);
    for (unsigned i = 1; i <= TIMES; i++) {
        struct loop loop = loop_of(name, TRI_MODE_LATEST);
        turn_until_frame(&loop, i);
        publish(writer, PICTURE, i + 1);
        turn_until_frame(&loop, i + 1);
        assert_int_equal(loop.vain, 0);
        assert_false(is_readable(&loop, 1));
        loop_end(&loop);
    }
    tri_writer_close(&writer);
}

static void descriptor_stays_readable_while_frames_are_left(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    struct loop loop = loop_of(name, TRI_MODE_NEXT);
    settle(&loop);
    publish(writer, PICTURE, 1);
    publish(writer, PICTURE, 2);
    turn_until_frame(&loop, 1);
    assert_true(is_readable(&loop, 0));
    assert_int_equal(turn(&loop), TRI_OK);
    assert_int_equal(loop.frame.info.number, 2);
    settle(&loop);
    loop_end(&loop);
    tri_writer_close(&writer);
}

static void acquire_that_does_not_use_the_descriptor_clears_it(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    settle(&loop);
    for (unsigned i = 1; i <= TIMES; i++) {
        publish(writer, PICTURE, i);
        assert_int_equal(tri_reader_acquire(loop.reader, &loop.frame, -1), TRI_OK);
    }
    settle(&loop);
    loop_end(&loop);
    tri_writer_close(&writer);
}

static void stream_that_appears_makes_it_readable(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    settle(&loop);
    tri_writer *writer = open_writer(name, PICTURE);
    publish(writer, PICTURE, 1);
    turn_until_frame(&loop, 1);
    loop_end(&loop);
    tri_writer_close(&writer);
}

static void stream_that_ends_makes_it_readable(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    for (unsigned i = 1; i <= 5; i++) {
        tri_writer *writer = open_writer(name, PICTURE);
        publish(writer, PICTURE, 1);
        loop.frame.info.number = 0;
        turn_until_frame(&loop, 1);
        tri_writer_close(&writer);
        turn_until(&loop, TRI_ERR_NO_WRITER);
        settle(&loop);
        assert_int_equal(loop.no_writer, i);
    }
    loop_end(&loop);
}

/** A writer's process, and requests of the test. */
struct part {
    const char *name;
    _Atomic uint64_t published;
    _Atomic uint64_t stop;
};

static int publish_until_killed(void *argument)
{
    struct part *part = argument;
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, part->name, &video, 0) == TRI_OK);
    for (;;) {
        CHECK(solid_publish(writer, &video, part->published + 1) == TRI_OK);
        part->published++;
        fixture_sleep_ms(1);
    }
    return 0;
}

static void death_and_return_of_the_writer_make_it_readable(void **state)
{
    (void)state;
    struct part *part = fixture_share(sizeof(*part));
    part->name = fixture_stream();
    struct loop loop = loop_of(part->name, TRI_MODE_LATEST);
    for (unsigned i = 1; i <= 5; i++) {
        const pid_t pid = fixture_start(publish_until_killed, part);
        turn_until(&loop, TRI_OK);
        fixture_kill(pid);
        turn_until(&loop, TRI_ERR_NO_WRITER);
        settle(&loop);
    }
    assert_int_equal(loop.no_writer, 5);
    loop_end(&loop);
    assert_int_equal(tri_stream_remove(part->name, TRI_REMOVE_FORCE), TRI_OK);
}

static void death_before_the_descriptor_was_made_is_reported(void **state)
{
    (void)state;
    struct part *part = fixture_share(sizeof(*part));
    part->name = fixture_stream();
    const pid_t pid = fixture_start(publish_until_killed, part);
    tri_reader *reader = solid_reader(part->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    assert_int_equal(tri_reader_acquire(reader, &frame, -1), TRI_OK);
    fixture_kill(pid);
    while (tri_reader_acquire(reader, &frame, 0) == TRI_OK)
        continue;
    struct loop loop = { .reader = reader, .fd = tri_reader_fd(reader), .frame = frame };
    turn_until(&loop, TRI_ERR_NO_WRITER);
    settle(&loop);
    loop_end(&loop);
    assert_int_equal(tri_stream_remove(part->name, TRI_REMOVE_FORCE), TRI_OK);
}

static void no_frame_is_missed_when_the_stream_changes(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    tri_writer *writer = open_writer(name, PICTURE);
    uint64_t number = 0;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        const struct tri_video video = round % 7 == 3 ? solid_video(64, 48 + round) : PICTURE;
        if (round % 7 == 1)
            ipc_wipe(name);
        else if (round % 7 == 2)
            ipc_remove_sem(name);
        else if (round % 7 == 4)
            fixture_sleep_ms((int)round % 5);
        else if (round % 7 == 5) {
            tri_writer_close(&writer);
            writer = open_writer(name, LARGE);
            number = 0;
        }
        publish(writer, video, ++number);
        loop.frame.info.number = 0;
        turn_until_frame(&loop, number);
    }
    loop_end(&loop);
    tri_writer_close(&writer);
}

static void close_ends_thread_and_descriptor_in_every_state(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const unsigned threads = fixture_entries("/proc/self/task");
    const unsigned descriptors = fixture_entries("/proc/self/fd");
    for (unsigned i = 0; i < 50; i++) {
        tri_writer *writer = i % 2 ? open_writer(name, PICTURE) : NULL;
        struct loop loop = loop_of(name, TRI_MODE_LATEST);
        if (i % 3)
            tri_reader_acquire(loop.reader, &loop.frame, 0);
        if (i % 5 == 0 && writer) {
            publish(writer, PICTURE, 1);
            turn_until_frame(&loop, 1);
        }
        if (i % 4 == 0)
            tri_writer_close(&writer); // the thread waits for this reader to see that
        loop_end(&loop);
        tri_writer_close(&writer);
    }
    assert_int_equal(fixture_entries("/proc/self/fd"), descriptors);
    assert_int_equal(fixture_entries("/proc/self/task"), threads);
}

static void forked_child_closes_the_reader_and_the_parent_continues(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    struct loop loop = loop_of(name, TRI_MODE_LATEST);
    publish(writer, PICTURE, 1);
    turn_until_frame(&loop, 1);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        alarm(FIXTURE_PATIENCE_S);
        tri_reader_close(&loop.reader);
        _exit(0);
    }
    assert_int_equal(fixture_join(pid), 0);
    publish(writer, PICTURE, 2);
    turn_until_frame(&loop, 2);
    loop_end(&loop);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(descriptor_is_readable_at_first_and_once_for_each_frame),
        fixture_test(readable_descriptor_always_has_something_to_acquire),
        fixture_test(descriptor_stays_readable_while_frames_are_left),
        fixture_test(acquire_that_does_not_use_the_descriptor_clears_it),
        fixture_test(stream_that_appears_makes_it_readable),
        fixture_test(stream_that_ends_makes_it_readable),
        fixture_test(death_and_return_of_the_writer_make_it_readable),
        fixture_test(death_before_the_descriptor_was_made_is_reported),
        fixture_test(no_frame_is_missed_when_the_stream_changes),
        fixture_test(close_ends_thread_and_descriptor_in_every_state),
        fixture_test(forked_child_closes_the_reader_and_the_parent_continues),
    };
    return cmocka_run_group_tests_name("reader_fd", tests, NULL, NULL);
}
