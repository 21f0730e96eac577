/* SPDX-License-Identifier: MIT */
/* A monitor reports each stream that appears, changes and ends, and wakes its caller for nothing
 * else. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <poll.h>

#define PICTURE  solid_video(64, 48)
#define LARGE    solid_video(640, 480)
#define QUIET_MS 600 // longer than the monitor's own period

static tri_stream_monitor *open_monitor(void)
{
    tri_stream_monitor *monitor;
    assert_int_equal(tri_stream_monitor_open(&monitor), TRI_OK);
    assert_true(tri_stream_monitor_fd(monitor) >= 0);
    return monitor;
}

static bool is_readable(const tri_stream_monitor *monitor, int timeout_ms)
{
    struct pollfd one = { .fd = tri_stream_monitor_fd(monitor), .events = POLLIN };
    return poll(&one, 1, timeout_ms) == 1;
}

/** Waits for the next event of a stream; those of other streams of this machine are passed by. */
static struct tri_stream_event next_event(tri_stream_monitor *monitor, const char *name)
{
    struct tri_stream_event event = { .type = TRI_STREAM_ADDED };
    do {
        assert_true(is_readable(monitor, 1000 * FIXTURE_PATIENCE_S));
        const enum tri_err err = tri_stream_monitor_next(monitor, &event);
        assert_true(err == TRI_OK || err == TRI_ERR_TIMEOUT);
        if (err == TRI_ERR_TIMEOUT)
            event.name[0] = '\0';
    } while (strcmp(event.name, name) != 0);
    return event;
}

static void expect_event(tri_stream_monitor *monitor, const char *name,
                         enum tri_stream_event_type type, enum tri_stream_state state)
{
    const struct tri_stream_event event = next_event(monitor, name);
    assert_int_equal(event.type, type);
    assert_int_equal(event.state, state);
    assert_int_equal(event.key, ipc_key(name));
}

static tri_writer *open_writer(const char *name, struct tri_video video)
{
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, name, &video, 0), TRI_OK);
    assert_int_equal(solid_publish(writer, &video, 1), TRI_OK);
    return writer;
}

static void streams_that_exist_appear_end_and_change_are_reported(void **state)
{
    (void)state;
    const char *before = fixture_stream();
    const char *later = fixture_stream();
    tri_writer *first = open_writer(before, PICTURE);
    tri_stream_monitor *monitor = open_monitor();
    expect_event(monitor, before, TRI_STREAM_ADDED, TRI_STREAM_LIVE);

    tri_writer *second = open_writer(later, PICTURE);
    expect_event(monitor, later, TRI_STREAM_ADDED, TRI_STREAM_LIVE);
    const struct tri_video large = LARGE;
    assert_int_equal(solid_publish(second, &large, 2), TRI_OK);
    expect_event(monitor, later, TRI_STREAM_CHANGED, TRI_STREAM_LIVE);
    tri_writer_close(&second);
    expect_event(monitor, later, TRI_STREAM_REMOVED, TRI_STREAM_LIVE);
    second = open_writer(later, PICTURE);
    expect_event(monitor, later, TRI_STREAM_ADDED, TRI_STREAM_LIVE);

    ipc_wipe(before);
    expect_event(monitor, before, TRI_STREAM_REMOVED, TRI_STREAM_LIVE);
    tri_stream_monitor_close(&monitor);
    tri_writer_close(&first);
    tri_writer_close(&second);
}

/** Counts the events of a stream until there are none of any stream for QUIET_MS. */
static unsigned events_of(tri_stream_monitor *monitor, const char *name)
{
    struct tri_stream_event event;
    unsigned count = 0;
    while (is_readable(monitor, QUIET_MS))
        count +=
            tri_stream_monitor_next(monitor, &event) == TRI_OK && strcmp(event.name, name) == 0;
    return count;
}

static int publish_and_wait(void *argument)
{
    const char *name = argument;
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, name, &video, 0) == TRI_OK);
    CHECK(solid_publish(writer, &video, 1) == TRI_OK);
    for (;;)
        pause();
}

static void death_and_return_of_a_writer_are_changes(void **state)
{
    (void)state;
    char *name = fixture_share(TRI_NAME_MAX + 1);
    strcpy(name, fixture_stream());
    tri_stream_monitor *monitor = open_monitor();
    pid_t pid = fixture_start(publish_and_wait, name);
    expect_event(monitor, name, TRI_STREAM_ADDED, TRI_STREAM_LIVE);
    assert_int_equal(events_of(monitor, name), 0); // only the monitor's thread can notice the death
    fixture_kill(pid);
    expect_event(monitor, name, TRI_STREAM_CHANGED, TRI_STREAM_DEAD);
    pid = fixture_start(publish_and_wait, name);
    expect_event(monitor, name, TRI_STREAM_CHANGED, TRI_STREAM_LIVE);
    fixture_kill(pid);
    expect_event(monitor, name, TRI_STREAM_CHANGED, TRI_STREAM_DEAD);
    assert_int_equal(tri_stream_remove(name, 0), TRI_OK);
    expect_event(monitor, name, TRI_STREAM_REMOVED, TRI_STREAM_DEAD);
    tri_stream_monitor_close(&monitor);
}

static void frames_and_readers_are_no_events(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = open_writer(name, PICTURE);
    tri_stream_monitor *monitor = open_monitor();
    expect_event(monitor, name, TRI_STREAM_ADDED, TRI_STREAM_LIVE);
    events_of(monitor, name);
    const struct tri_video video = PICTURE;
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    for (unsigned i = 2; i < 50; i++) {
        assert_int_equal(solid_publish(writer, &video, i), TRI_OK);
        solid_expect(reader, &frame, i);
    }
    assert_int_equal(events_of(monitor, name), 0);
    solid_leave(&reader, &frame);
    tri_stream_monitor_close(&monitor);
    tri_writer_close(&writer);
}

static void closed_monitor_leaves_nothing(void **state)
{
    (void)state;
    const unsigned threads = fixture_entries("/proc/self/task");
    const unsigned descriptors = fixture_entries("/proc/self/fd");
    for (int i = 0; i < 50; i++) {
        tri_stream_monitor *monitor = open_monitor();
        if (i % 2)
            fixture_sleep_ms(1);
        tri_stream_monitor_close(&monitor);
        assert_null(monitor);
    }
    assert_int_equal(fixture_entries("/proc/self/fd"), descriptors);
    assert_int_equal(fixture_entries("/proc/self/task"), threads);
    assert_int_equal(ipc_shm_made_by(getpid()), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(streams_that_exist_appear_end_and_change_are_reported),
        fixture_test(death_and_return_of_a_writer_are_changes),
        fixture_test(frames_and_readers_are_no_events),
        fixture_test(closed_monitor_leaves_nothing),
    };
    return cmocka_run_group_tests_name("stream_monitor", tests, NULL, NULL);
}
