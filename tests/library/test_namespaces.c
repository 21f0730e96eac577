/* SPDX-License-Identifier: MIT */
/* Containers as the kernel makes them: IPC and PID namespaces, separate and shared. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

#include <sched.h>
#include <sys/wait.h>

#define PICTURE  solid_video(64, 48)
#define NOT_HERE 77 // unshare(2) is refused: the test cannot run here

/** The exit status of a process in its own namespaces, if it can have them. */
static void expect_done(int status)
{
    if (status == NOT_HERE)
        skip_because("this process may not make namespaces");
    assert_int_equal(status, 0);
}

static int use_the_same_name(void *argument)
{
    const struct meeting *meeting = argument;
    if (unshare(CLONE_NEWIPC) < 0)
        return NOT_HERE;
    struct tri_stream stream;
    CHECK(tri_stream_find(meeting->name, &stream) == TRI_ERR_NO_STREAM);
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, meeting->name, &video, 0) == TRI_OK);
    CHECK(solid_publish(writer, &video, 7) == TRI_OK);
    CHECK(tri_stream_find(meeting->name, &stream) == TRI_OK && stream.newest.driver_sequence == 7);
    tri_writer_close(&writer);
    return 0;
}

static void ipc_namespaces_are_isolated(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    tri_writer *writer = solid_stream(meeting->name);
    const int status = fixture_join(fixture_start(use_the_same_name, meeting));
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(meeting->name, &stream), TRI_OK);
    assert_int_equal(stream.newest.driver_sequence, 1);
    tri_writer_close(&writer);
    expect_done(status);
}

/** Runs body(argument) as the first process of a new PID namespace, in the same IPC namespace. */
static int in_a_pid_namespace(int (*body)(void *), void *argument)
{
    if (unshare(CLONE_NEWPID) < 0)
        return NOT_HERE;
    const pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(body(argument));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    snprintf(user, 512, "%s", text);
}

static int meet_a_writer_without_a_pid(void *argument)
{
    const struct meeting *meeting = argument;
    CHECK(getpid() == 1);
    struct tri_stream stream;
    CHECK(tri_stream_find(meeting->name, &stream) == TRI_OK);
    CHECK(stream.writer_pid == 0); // not a pid of this namespace
    CHECK(stream.state == TRI_STREAM_LIVE);
    CHECK(tri_stream_remove(meeting->name, 0) == TRI_ERR_BUSY);

    char said[512] = "";
    const tri_log log = { .write = keep, .user = said, .level = TRI_LOG_ERROR };
    tri_writer *writer;
    CHECK(tri_writer_open(&writer, &(struct tri_writer_options){ .name = meeting->name,
                                                                 .log = &log }) == TRI_ERR_BUSY);
    CHECK(strstr(said, "PID namespace") && !strstr(said, "pid 0"));

    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = meeting->name }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
    CHECK(tri_frame_is_locked(&frame) && solid_wrong(&frame, 0, UINT32_MAX) == 0);
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static int meet_from_another_pid_namespace(void *meeting)
{
    return in_a_pid_namespace(meet_a_writer_without_a_pid, meeting);
}

static void shared_ipc_namespace_works_without_pids(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    tri_writer *writer = solid_stream(meeting->name);
    const int status = fixture_join(fixture_start(meet_from_another_pid_namespace, meeting));
    assert_int_equal(ipc_objects(meeting->name), 2);
    tri_writer_close(&writer);
    expect_done(status);
}

static int write_and_die(void *argument)
{
    struct meeting *meeting = argument;
    const struct tri_video video = PICTURE;
    tri_writer *writer;
    CHECK(solid_open(&writer, meeting->name, &video, 0) == TRI_OK);
    CHECK(solid_publish(writer, &video, 1) == TRI_OK);
    meeting->ready = 1;
    CHECK(fixture_reaches(&meeting->go, 1));
    return 0;
}

static int write_and_die_in_another_pid_namespace(void *meeting)
{
    const int status = in_a_pid_namespace(write_and_die, meeting);
    ((struct meeting *)meeting)->ready = 1;
    return status;
}

static void death_of_a_writer_in_another_pid_namespace_is_detected(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    const pid_t pid = fixture_start(write_and_die_in_another_pid_namespace, meeting);
    assert_true(fixture_reaches(&meeting->ready, 1));
    if (ipc_objects(meeting->name) == 0)
        expect_done(fixture_join(pid));
    tri_reader *reader = solid_reader(meeting->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);

    meeting->go = 1;
    assert_int_equal(fixture_join(pid), 0);
    assert_int_equal(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000),
                     TRI_ERR_NO_WRITER);
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(meeting->name, &stream), TRI_OK);
    assert_int_equal(stream.state, TRI_STREAM_DEAD);
    solid_leave(&reader, &frame);
    assert_int_equal(tri_stream_remove(meeting->name, 0), TRI_OK);
}

#ifndef CLONE_NEWTIME // Linux 5.6
#define CLONE_NEWTIME 0x80
#endif
#define CLOCK_OFFSET_S 1000000

/** Publishes a frame in a time namespace whose clock is ahead. */
static int publish_in_a_time_namespace(void *argument)
{
    struct meeting *meeting = argument;
    FILE *offsets = unshare(CLONE_NEWTIME) < 0 ? NULL : fopen("/proc/self/timens_offsets", "we");
    if (!offsets) {
        meeting->ready = 1;
        return NOT_HERE;
    }
    CHECK(fprintf(offsets, "monotonic %d 0", CLOCK_OFFSET_S) > 0 && fclose(offsets) == 0);
    const pid_t pid = fork(); // enters it
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(write_and_die(meeting));
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static bool is_recent(int64_t ns)
{
    const int64_t age = tri_now_ns() - ns;
    return age >= 0 && age < INT64_C(1000000000) * CLOCK_OFFSET_S / 2;
}

static void times_are_converted_between_time_namespaces(void **state)
{
    (void)state;
    struct meeting *meeting = meeting_new();
    const pid_t pid = fixture_start(publish_in_a_time_namespace, meeting);
    assert_true(fixture_reaches(&meeting->ready, 1));
    if (ipc_objects(meeting->name) == 0)
        expect_done(fixture_join(pid));
    tri_reader *reader = solid_reader(meeting->name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    solid_expect(reader, &frame, 1);
    assert_true(is_recent(frame.info.capture_ns) && is_recent(frame.info.publish_ns));
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(meeting->name, &stream), TRI_OK);
    assert_true(is_recent(stream.newest.capture_ns) && is_recent(stream.newest.publish_ns));
    solid_leave(&reader, &frame);
    meeting->go = 1;
    assert_int_equal(fixture_join(pid), 0);
    tri_stream_remove(meeting->name, 0);
}

/** What a first process has opened when it forks the first process of another namespace. */
struct heritage {
    const struct meeting *meeting;
    tri_writer *writer;
    tri_stream_monitor *monitor;
};

static int close_what_is_inherited(void *argument)
{
    struct heritage *heritage = argument;
    CHECK(getpid() == 1);
    alarm(FIXTURE_PATIENCE_S); // if it waits for a thread that it does not have
    tri_stream_monitor_close(&heritage->monitor);
    tri_writer_close(&heritage->writer);
    return 0;
}

static int fork_a_process_of_the_same_pid(void *argument)
{
    const struct tri_video video = PICTURE;
    struct heritage heritage = { .meeting = argument };
    CHECK(getpid() == 1);
    CHECK(solid_open(&heritage.writer, heritage.meeting->name, &video, 0) == TRI_OK);
    CHECK(tri_stream_monitor_open(&heritage.monitor) == TRI_OK);
    CHECK(in_a_pid_namespace(close_what_is_inherited, &heritage) == 0);
    struct tri_stream stream;
    CHECK(tri_stream_find(heritage.meeting->name, &stream) == TRI_OK);
    CHECK(stream.state == TRI_STREAM_LIVE && stream.shm_id >= 0);
    tri_stream_monitor_close(&heritage.monitor);
    tri_writer_close(&heritage.writer);
    return 0;
}

static int begin_with_pid_one(void *argument)
{
    return in_a_pid_namespace(fork_a_process_of_the_same_pid, argument);
}

static void child_with_the_same_pid_removes_nothing(void **state)
{
    (void)state;
    expect_done(fixture_join(fixture_start(begin_with_pid_one, meeting_new())));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(ipc_namespaces_are_isolated),
        fixture_test(shared_ipc_namespace_works_without_pids),
        fixture_test(death_of_a_writer_in_another_pid_namespace_is_detected),
        fixture_test(child_with_the_same_pid_removes_nothing),
        fixture_test(times_are_converted_between_time_namespaces),
    };
    return cmocka_run_group_tests_name("namespaces", tests, NULL, NULL);
}
