/* SPDX-License-Identifier: MIT */
/* Every call of the library fails once, one at a time, in every phase of a stream's life. */
#include "fail.h"

#include "common/src/name.h"
#include "common/src/segment.h"

#include <triptych/reader.h>
#include <triptych/stream.h>
#include <triptych/writer.h>

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 1000 // more calls of one kind than any action makes

/** The objects of one case. */
struct stage {
    char name[TRI_NAME_MAX + 1];
    key_t key;
    tri_log log;
    char said[512]; // the last error in the log
    tri_writer *writer;
    tri_reader *reader;
    struct tri_frame frame;
    uint8_t copy[1 << 16];
};

static const struct tri_video small = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
static const struct tri_video large = { .fourcc = TRI_FOURCC_GREY, .width = 640, .height = 480 };

static void capture_log(void *user, enum tri_log_level level, const char *part, const char *text)
{
    struct stage *s = user;
    (void)part;
    if (level == TRI_LOG_ERROR)
        snprintf(s->said, sizeof(s->said), "%s", text);
}

static enum tri_err open_writer(struct stage *s)
{
    return tri_writer_open(&s->writer, &(struct tri_writer_options){
                                           .name = s->name, .video = small, .log = &s->log });
}

static enum tri_err open_reader(struct stage *s, uint32_t flags)
{
    return tri_reader_open(&s->reader, &(struct tri_reader_options){
                                           .name = s->name, .flags = flags, .log = &s->log });
}

static enum tri_err publish(struct stage *s, const struct tri_video *video)
{
    struct tri_draft draft;
    const enum tri_err err = tri_writer_begin(s->writer, video, &draft);
    if (err != TRI_OK)
        return err;
    memset(draft.data[0], 7, (size_t)draft.shape.plane[0].bytes);
    return tri_writer_publish(s->writer, &draft);
}

/** A writer that died while writing its fourth frame. */
static void leave_a_dead_writer(struct stage *s)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct tri_draft draft;
        if (open_writer(s) == TRI_OK && publish(s, &small) == TRI_OK &&
            publish(s, &small) == TRI_OK && publish(s, &small) == TRI_OK &&
            tri_writer_begin(s->writer, &small, &draft) == TRI_OK)
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Before an action: nothing fails yet. */

static void nothing(struct stage *s)
{
    (void)s;
}

static void a_stream(struct stage *s)
{
    assert_int_equal(open_writer(s), TRI_OK);
    assert_int_equal(publish(s, &small), TRI_OK);
}

static void a_stream_that_is_read(struct stage *s)
{
    a_stream(s);
    assert_int_equal(open_reader(s, 0), TRI_OK);
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 1000), TRI_OK);
}

static void a_stream_whose_writer_dies(struct stage *s)
{
    leave_a_dead_writer(s);
    assert_int_equal(open_reader(s, 0), TRI_OK);
}

/* Actions: the first error is their result. */

static enum tri_err publish_two(struct stage *s)
{
    const enum tri_err err = publish(s, &small);
    return err == TRI_OK ? publish(s, &small) : err;
}

static enum tri_err publish_large(struct stage *s)
{
    return publish(s, &large);
}

static enum tri_err cancel_a_draft(struct stage *s)
{
    struct tri_draft draft;
    const enum tri_err err = tri_writer_begin(s->writer, &small, &draft);
    tri_writer_cancel(s->writer, &draft);
    return err;
}

static enum tri_err close_writer(struct stage *s)
{
    tri_writer_close(&s->writer);
    return TRI_OK;
}

static enum tri_err read_with_a_hold(struct stage *s)
{
    enum tri_err err = open_reader(s, 0);
    if (err == TRI_OK)
        err = tri_reader_acquire(s->reader, &s->frame, 50);
    if (err == TRI_OK && !tri_reader_is_intact(s->reader, &s->frame))
        err = TRI_ERR_TORN;
    return err;
}

static enum tri_err read_the_next(struct stage *s)
{
    enum tri_err err = publish(s, &small);
    if (err == TRI_OK)
        err = tri_reader_acquire(s->reader, &s->frame, 50);
    return err;
}

static enum tri_err read_a_copy(struct stage *s)
{
    enum tri_err err = open_reader(s, TRI_READER_NO_LOCK);
    if (err == TRI_OK)
        err = tri_reader_copy(s->reader, &s->frame, s->copy, sizeof(s->copy), 50);
    memset(&s->frame, 0, sizeof(s->frame));
    return err;
}

static enum tri_err wait_for_nothing(struct stage *s)
{
    const enum tri_err err = tri_reader_acquire(s->reader, &s->frame, 5);
    return err == TRI_ERR_TIMEOUT ? TRI_OK : err;
}

static enum tri_err list(struct stage *s)
{
    tri_stream_list *streams;
    struct tri_stream stream;
    enum tri_err err = tri_stream_list_open(&streams);
    tri_stream_list_close(&streams);
    if (err == TRI_OK)
        err = tri_stream_find(s->name, &stream);
    return err == TRI_ERR_NO_STREAM ? TRI_OK : err;
}

static enum tri_err remove_stream(struct stage *s)
{
    const enum tri_err err = tri_stream_remove(s->name, TRI_REMOVE_FORCE);
    return err == TRI_ERR_NO_STREAM ? TRI_OK : err;
}

static const struct act {
    const char *name;
    void (*prepare)(struct stage *s);
    enum tri_err (*run)(struct stage *s);
    bool logs_reason; // the log contains a failure
} acts[] = {
    { "open", nothing, open_writer, true },
    { "take over", leave_a_dead_writer, open_writer, true },
    { "publish", a_stream_that_is_read, publish_two, false },
    { "grow", a_stream_that_is_read, publish_large, false },
    { "cancel", a_stream, cancel_a_draft, false },
    { "close", a_stream, close_writer, false },
    { "attach and hold", a_stream, read_with_a_hold, false },
    { "exchange", a_stream_that_is_read, read_the_next, false },
    { "attach and copy", a_stream, read_a_copy, false },
    { "wait", a_stream_that_is_read, wait_for_nothing, false },
    { "attach to the dead", a_stream_whose_writer_dies, wait_for_nothing, false },
    { "list", a_stream, list, false },
    { "remove", a_stream, remove_stream, false },
    { "remove the dead", leave_a_dead_writer, remove_stream, false },
};

/** Errors that each call may return here. */
static const struct {
    enum fail_call call;
    int error;
} failures[] = {
    { FAIL_shmget_new, ENOMEM },
    { FAIL_shmget_new, ENOSPC },
    { FAIL_shmget_new, EINVAL },
    { FAIL_shmget_new, EEXIST },
    { FAIL_shmget_found, FAIL_REMOVED },
    { FAIL_shmat, ENOMEM },
    { FAIL_shmat, EACCES },
    { FAIL_shmat, FAIL_REMOVED },
    { FAIL_shmctl, EACCES },
    { FAIL_shmctl, FAIL_REMOVED },
    { FAIL_semget_new, ENOSPC },
    { FAIL_semget_new, ENOMEM },
    { FAIL_semget_new, EINVAL },
    { FAIL_semget_found, FAIL_REMOVED },
    { FAIL_semop, ENOMEM },
    { FAIL_semop, ENOSPC },
    { FAIL_semop, E2BIG },
    { FAIL_semop, ERANGE },
    { FAIL_semop, FAIL_REMOVED },
    { FAIL_semtimedop, EINTR },
    { FAIL_semtimedop, ENOMEM },
    { FAIL_semtimedop, EACCES },
    { FAIL_semtimedop, FAIL_REMOVED },
    { FAIL_semctl, EACCES },
    { FAIL_semctl, FAIL_REMOVED },
    { FAIL_madvise, EINVAL },
    { FAIL_madvise, ENOMEM },
    { FAIL_nanosleep, EINTR },
    { FAIL_malloc, ENOMEM },
    { FAIL_realloc, ENOMEM },
    { FAIL_getrandom, ENOSYS },
    { FAIL_fopen64, EMFILE },
    { FAIL_shmdt, EINVAL },
    { FAIL_clock_gettime, EPERM }, // by a seccomp filter: a kernel always has it
};

/** Whether `err` is a valid outcome of `error`. */
static bool matches(enum tri_err err, int error)
{
    switch (error) {
    case ENOMEM:
    case ENOSPC:
    case EMFILE:
        return err == TRI_ERR_NO_RESOURCES;
    case EACCES:
        return err == TRI_ERR_DENIED || err == TRI_ERR_FOREIGN || err == TRI_ERR_SYSTEM;
    case EINVAL:
        return err == TRI_ERR_NO_RESOURCES;
    case EINTR:
        return err == TRI_ERR_INTERRUPTED;
    case FAIL_REMOVED:
        return err == TRI_ERR_NO_WRITER || err == TRI_ERR_NO_STREAM || err == TRI_ERR_TIMEOUT ||
               err == TRI_ERR_SYSTEM;
    case EEXIST: // another process was quicker and is unknown
        return err == TRI_ERR_FOREIGN;
    case EPERM: // a time limit without a clock has expired
        return err == TRI_ERR_TIMEOUT;
    case E2BIG: // kernel.sem's third number
        return err == TRI_ERR_NO_RESOURCES;
    default:
        return err == TRI_ERR_SYSTEM;
    }
}

static int objects(key_t key)
{
    return (shmget(key, 0, 0) >= 0) + (semget(key, 0, 0) >= 0);
}

/** A remaining writer continues, or another can open: no slot is lost, no frame is dropped, and a
 * reader gets each one. @return the violation, NULL for none. */
static const char *check_continues(struct stage *s)
{
    if (!s->writer && open_writer(s) != TRI_OK)
        return "no writer can be opened afterwards";
    tri_reader_release(s->reader, &s->frame);
    tri_reader_close(&s->reader);
    if (open_reader(s, 0) != TRI_OK)
        return "no reader can be opened afterwards";

    // The writer detects a removed segment within a second.
    enum tri_err err = TRI_ERR_TIMEOUT;
    for (int i = 0; i < 200 && err != TRI_OK; i++) {
        publish(s, &small);
        err = tri_reader_acquire(s->reader, &s->frame, 20);
    }
    if (err != TRI_OK)
        return "no later frame arrives";

    struct tri_writer_stats before;
    struct tri_writer_stats after;
    tri_writer_get_stats(s->writer, &before);
    for (int i = 0; i < 6; i++) {
        const uint64_t number = s->frame.info.number;
        if (publish(s, &small) != TRI_OK)
            return "a later frame cannot be published";
        if (tri_reader_acquire(s->reader, &s->frame, 1000) != TRI_OK ||
            s->frame.info.number != number + 1)
            return "a later frame does not arrive";
        if (!tri_frame_is_locked(&s->frame))
            return "a slot can no longer be held";
    }
    tri_writer_get_stats(s->writer, &after);
    return after.dropped_writer == before.dropped_writer ? NULL : "later frames are dropped";
}

/** Runs one action with one failure. @return whether the failing call was reached. */
static bool try_one(const struct act *act, enum fail_call call, unsigned nth, int error)
{
    static int number;
    struct stage s = { .frame = { .lease = { 0 } } };
    snprintf(s.name, sizeof(s.name), "fail%d-%d", (int)getpid(), ++number);
    s.key = tri_name_key(s.name);
    s.log = (tri_log){ .write = capture_log, .user = &s, .level = TRI_LOG_ERROR };

    const int allocations = fail_allocations();
    const int attachments = fail_attachments();
    act->prepare(&s);
    s.said[0] = '\0';
    fail_arm(call, nth, error, s.key);
    const enum tri_err err = act->run(&s);
    const bool came = fail_disarm();

    const char *wrong = NULL;
    if (came && err != TRI_OK && !matches(err, error))
        wrong = "the outcome has another meaning";
    else if (came && err != TRI_OK && act->logs_reason && error != FAIL_REMOVED && !s.said[0])
        wrong = "the log lacks the reason";
    else if (!s.writer && act->prepare == nothing && objects(s.key) != 0)
        wrong = "something was left behind";
    else
        wrong = check_continues(&s);

    tri_reader_release(s.reader, &s.frame);
    tri_reader_close(&s.reader);
    tri_writer_close(&s.writer);
    if (!wrong && objects(s.key) != 0)
        wrong = "something is left after the close";
    if (!wrong && fail_allocations() != allocations)
        wrong = "memory is lost";
    if (!wrong && fail_attachments() != attachments)
        wrong = "an attachment is lost";
    tri_stream_remove(s.name, TRI_REMOVE_FORCE); // of a failed case
    if (wrong)
        fail_msg("%s, %s %u fails with %s: %s (outcome: %s; log: %s)", act->name,
                 fail_call_names[call], nth,
                 error == FAIL_REMOVED ? "the object's removal" : strerror(error), wrong,
                 tri_strerror(err), s.said);
    return came;
}

static void every_call_may_fail_in(const struct act *act)
{
    unsigned tried = 0;
    for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
        unsigned nth = 1;
        while (nth < MANY && try_one(act, failures[i].call, nth, failures[i].error))
            nth++;
        assert_true(nth < MANY);
        tried += nth - 1;
    }
    assert_true(tried > 0);
    print_message("# %s: %u failures\n", act->name, tried);
}

static void case_of_an_act(void **state)
{
    every_call_may_fail_in(*state);
}

static void unwritable_log_line_is_lost_alone(void **state)
{
    (void)state;
    const tri_log log = tri_log_to_stderr(TRI_LOG_ERROR);
    errno = ENOTTY;
    fail_arm(FAIL_writev, 1, ENOSPC, 0);
    tri_log_write(&log, TRI_LOG_ERROR, "test", "never to be seen");
    assert_true(fail_disarm());
    assert_int_equal(errno, ENOTTY);
}

static void segment_stays_when_a_sandbox_hides_its_state(void **state)
{
    (void)state;
    const struct tri_segment segment = { .shm_id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) };
    assert_true(segment.shm_id >= 0);
    for (int error = 0; error <= EPERM; error++) {
        fail_arm(FAIL_shmctl, error != 0, error, 0);
        assert_false(tri_segment_removed(&segment));
        assert_int_equal(fail_disarm(), error != 0);
    }
    assert_int_equal(shmctl(segment.shm_id, IPC_RMID, NULL), 0);
    assert_true(tri_segment_removed(&segment));
}

/** Opens a writer that requests huge pages, whose madvise() fails with `error` at first touch; 0:
 * it succeeds. *segments: how many segments were made. */
static enum tri_err open_huge(const char *meminfo, int error, unsigned *segments)
{
    static int number;
    tri_writer *writer = NULL;
    char name[TRI_NAME_MAX + 1];
    snprintf(name, sizeof(name), "huge%d-%d", (int)getpid(), ++number);
    fail_play_huge_pages(meminfo);
    fail_arm(FAIL_madvise, error != 0, error, 0);
    const enum tri_err err = tri_writer_open(
        &writer, &(struct tri_writer_options){
                     .name = name, .video = small, .flags = TRI_WRITER_HUGE_PAGES });
    *segments = fail_calls(FAIL_shmget_new);
    assert_int_equal(fail_disarm(), error != 0);
    fail_play_huge_pages(NULL);
    tri_writer_close(&writer);
    assert_int_equal(objects(tri_name_key(name)), 0);
    return err;
}

static void segment_is_made_without_huge_pages_a_cgroup_refuses(void **state)
{
    (void)state;
    const char *meminfo = "MemAvailable: 1048576 kB\nHugePages_Free: 1000\nHugePages_Rsvd: 0\n"
                          "Hugepagesize: 2048 kB\n";
    unsigned segments;

    assert_int_equal(open_huge(meminfo, 0, &segments), TRI_OK);
    assert_int_equal(segments, 1);
    assert_int_equal(open_huge(meminfo, EFAULT, &segments), TRI_OK);
    assert_int_equal(segments, 2);
    assert_int_equal(open_huge(meminfo, EINVAL, &segments),
                     TRI_OK); // an old kernel does not have it
    assert_int_equal(segments, 1);
}

static void ordinary_pages_are_requested_first(void **state)
{
    (void)state;
    const char *meminfo = "MemAvailable: 16 kB\nHugePages_Free: 1000\nHugePages_Rsvd: 0\n"
                          "Hugepagesize: 2048 kB\n";
    unsigned segments;

    assert_int_equal(open_huge(meminfo, 0, &segments), TRI_OK);
    assert_int_equal(open_huge(meminfo, EFAULT, &segments), TRI_ERR_NO_RESOURCES);
}

int main(void)
{
    unshare(CLONE_NEWIPC); // where allowed: a listing then contains only our streams
    enum { COUNT = sizeof(acts) / sizeof(acts[0]) };
    static char names[COUNT][64];
    struct CMUnitTest tests[COUNT + 4];
    for (size_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "any_call_may_fail_in: %s", acts[i].name);
        union {
            const struct act *act;
            void *state;
        } initial = { .act = &acts[i] };
        tests[i] = (struct CMUnitTest){ names[i], case_of_an_act, NULL, NULL, initial.state };
    }
    tests[COUNT] = (struct CMUnitTest)cmocka_unit_test(unwritable_log_line_is_lost_alone);
    tests[COUNT + 1] =
        (struct CMUnitTest)cmocka_unit_test(segment_is_made_without_huge_pages_a_cgroup_refuses);
    tests[COUNT + 2] = (struct CMUnitTest)cmocka_unit_test(ordinary_pages_are_requested_first);
    tests[COUNT + 3] =
        (struct CMUnitTest)cmocka_unit_test(segment_stays_when_a_sandbox_hides_its_state);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
