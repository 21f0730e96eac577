/* SPDX-License-Identifier: MIT */
/* The stream and its source: a scripted source starts, disconnects, returns, falls silent, changes,
 * queues; a reader in another process checks the stream. */
#include "capture_run.h"
#include "skip.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define FRAMES_MAX 4096

/* Actions of the source, one letter per call of open or fill:
 *   o  open: is there          x  open: is not there
 *   f  fill: a frame           b  fill: a bad frame        d  a frame after two that the driver lost
 *   w  a frame after one that found no slot                m  a frame and a message
 *   .  fill: nothing yet       l  fill: lost               c  fill: from now on twice as wide
 *   s  fill: silent from here on, until it is closed       e  fill: the end
 *   v  fill: changes from here on, until it is closed
 *   r  fill: nothing until the reader has a frame: the next change removes its segment */
static const char *script;

static struct shared {
    char logged[FRAMES_MAX]; // messages of the writer's process
    _Atomic bool ended;      // the last frame is published
    _Atomic bool read;       // the reader has a frame
} * shared;

static const tri_log *source_log; // of the last open, as a camera keeps it

static void add_message(const char *text)
{
    tri_log_write(source_log, TRI_LOG_ERROR, "script", "%s", text);
}

static struct queue {
    struct tri_draft *draft[8];
    size_t count;
} queue;

static uint32_t queue_wanted;

static enum source_result scripted_open(struct source *source)
{
    const char step = *script++;
    source_log = source->options->log;
    if (step == 'x') {
        add_message("it is absent, ");
        return SOURCE_LOST;
    }
    if (!source->video.width)
        source->video = (struct tri_video){
            .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 100, .fps_den = 1
        };
    source->queue = queue_wanted;
    snprintf(source->label, sizeof(source->label), "script");
    return step == 'o' ? SOURCE_OK : SOURCE_FAILED;
}

static enum source_result scripted_enqueue(struct source *source, struct tri_draft *draft)
{
    (void)source;
    queue.draft[queue.count++] = draft;
    return SOURCE_OK;
}

/** Returns the oldest draft of the queue, if any. */
static void dequeue(struct tri_draft **draft)
{
    if (queue_wanted == 0 || queue.count == 0)
        return;
    *draft = queue.draft[0];
    queue.count--;
    for (size_t i = 0; i < queue.count; i++)
        queue.draft[i] = queue.draft[i + 1];
}

static enum source_result fill_frame(struct tri_draft **draft)
{
    dequeue(draft);
    if (*draft)
        memset((*draft)->data[0], 0x80, (size_t)(*draft)->shape.bytes);
    return SOURCE_OK;
}

static enum source_result scripted_fill(struct source *source, struct tri_draft **draft,
                                        int timeout_ms)
{
    (void)timeout_ms;
    usleep(5000);
    if (*script == 's' || (*script == 'r' && !shared->read))
        return SOURCE_NOTHING;
    if (*script == 'v')
        return SOURCE_CHANGED;
    switch (*script++) {
    case 'f':
        return fill_frame(draft);
    case 'd':
        source->driver_drops += 2;
        return fill_frame(draft);
    case 'w':
        source->writer_drops++;
        return fill_frame(draft);
    case 'm':
        add_message("a message, ");
        return fill_frame(draft);
    case 'b':
        dequeue(draft);
        return SOURCE_DROPPED;
    case '.':
    case 'r':
        return SOURCE_NOTHING;
    case 'c':
        source->video.width *= 2;
        queue.count = 0;
        return SOURCE_CHANGED;
    case 'l':
        return SOURCE_LOST;
    case 'e':
        shared->ended = true;
        return SOURCE_END;
    default:
        return SOURCE_FAILED;
    }
}

static void scripted_close(struct source *source)
{
    (void)source;
    queue.count = 0;
    script += *script == 's' || *script == 'v';
}

static const struct source_ops direct = { .name = "script",
                                          .flags = SOURCE_CAN_STALL,
                                          .open = scripted_open,
                                          .fill = scripted_fill,
                                          .close = scripted_close };

static const struct source_ops queued = { .name = "script",
                                          .flags = SOURCE_CAN_STALL,
                                          .open = scripted_open,
                                          .fill = scripted_fill,
                                          .enqueue = scripted_enqueue,
                                          .close = scripted_close };

/** The frames as seen by the reader, and the writer's exit status. */
struct seen {
    struct tri_frame_info frame[FRAMES_MAX];
    size_t frames;
    int status;
};

static void capture_log(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)user, (void)level, (void)part;
    strncat(shared->logged, text, sizeof(shared->logged) - strlen(shared->logged) - 1);
}

static struct config config_of(const struct source_ops *ops, const char *name)
{
    struct config config = { .common = { .verbosity = -1 },
                             .ops = ops,
                             .arg = "",
                             .name = name,
                             .stream = stream_options_default(),
                             .device_timeout = 0.2,
                             .wait_for_reader = true };
    config.stream.mode = 0640;
    config.stream.slots = 32;
    config.stream.linger = 60;
    return config;
}

static pid_t start_writer(const struct config *config, const char *steps)
{
    *shared = (struct shared){ .logged = "" };
    const pid_t pid = fork();

    if (pid == 0) {
        script = steps;
        alarm(60);
        const tri_log log = { .write = capture_log, .level = TRI_LOG_ERROR };
        _exit(capture_run(config, &log));
    }
    assert_true(pid > 0);
    return pid;
}

/** Runs a writer to its end while a reader takes each frame in order, and exits after the last
 * one. */
static struct seen *play_with(const struct config *config, const char *steps)
{
    struct seen *seen = calloc(1, sizeof(*seen));
    const struct tri_reader_options options = { .name = config->name, .mode = TRI_MODE_NEXT };
    tri_reader *reader = NULL;
    struct tri_frame frame = { 0 };
    enum tri_err err = TRI_OK;
    assert_non_null(seen);
    const pid_t pid = start_writer(config, steps);
    assert_int_equal(tri_reader_open(&reader, &options), TRI_OK);
    bool all = false; // frames are published
    while (err != TRI_ERR_NO_WRITER && !(all && err == TRI_ERR_TIMEOUT) &&
           seen->frames < FRAMES_MAX && waitpid(pid, &seen->status, WNOHANG) == 0) {
        all = shared->ended;
        err = tri_reader_acquire(reader, &frame, all ? 0 : 100);
        if (err == TRI_OK)
            seen->frame[seen->frames++] = frame.info;
        shared->read = seen->frames > 0;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    waitpid(pid, &seen->status, 0);
    seen->status = WEXITSTATUS(seen->status);
    return seen;
}

static struct seen *play(const struct source_ops *ops, const char *what, const char *steps)
{
    char name[TRI_NAME_MAX + 1];
    snprintf(name, sizeof(name), "t%d-%s", (int)getpid(), what);
    struct config config = config_of(ops, name);
    if (!strpbrk(steps, "sv"))
        config.device_timeout = 0; // a busy machine must not count as a silent source
    return play_with(&config, steps);
}

static const struct tri_frame_info *last(const struct seen *seen)
{
    assert_true(seen->frames > 0);
    return &seen->frame[seen->frames - 1];
}

/** Counts frames whose flags are `flags`, from *at on; moves *at behind them. */
static size_t count_like(const struct seen *seen, size_t *at, uint32_t flags)
{
    const size_t first = *at;
    while (*at < seen->frames && seen->frame[*at].flags == flags)
        ++*at;
    return *at - first;
}

static void source_is_streamed_to_its_end(void **state)
{
    struct seen *seen = play(&direct, "plain", "off.ff..fffe");
    (void)state;
    assert_int_equal(seen->status, CLI_DONE);
    assert_int_equal(seen->frames, 7);
    assert_int_equal(last(seen)->number, 7);
    free(seen);
}

static void lost_source_is_replaced_by_no_signal_until_it_returns(void **state)
{
    struct seen *seen = play(&direct, "lost", "offflxxofffe");
    size_t at = 0;
    (void)state;
    assert_int_equal(seen->status, CLI_DONE);
    assert_int_equal(count_like(seen, &at, 0), 3);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_NO_SIGNAL | TRI_FRAME_RESTART), 1);
    assert_true(count_like(seen, &at, TRI_FRAME_NO_SIGNAL) > 10);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_RESTART), 1);
    assert_int_equal(count_like(seen, &at, 0), 2);
    assert_int_equal(at, seen->frames);
    for (size_t i = 1; i < seen->frames; i++)
        assert_true(seen->frame[i].capture_ns > seen->frame[i - 1].capture_ns);
    assert_int_equal(last(seen)->dropped_writer, 0);
    free(seen);
}

static void returned_source_logs_again(void **state)
{
    struct seen *seen = play(&direct, "logged", "offmlxxoffmfe");
    (void)state;
    assert_int_equal(seen->status, CLI_DONE);
    assert_string_equal(shared->logged, "a message, a message, "); // and no attempt to open it
    free(seen);
}

/** Plays two frames, an outage and at least one frame more. */
static void expect_outage(const char *what, const char *steps)
{
    struct seen *seen = play(&direct, what, steps);
    size_t at = 0;
    assert_int_equal(seen->status, CLI_DONE);
    assert_int_equal(count_like(seen, &at, 0), 2);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_NO_SIGNAL | TRI_FRAME_RESTART), 1);
    count_like(seen, &at, TRI_FRAME_NO_SIGNAL);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_RESTART), 1);
    free(seen);
}

static void silent_source_is_closed_and_opened_again(void **state)
{
    (void)state;
    expect_outage("silent", "offsoffe");
}

static void source_that_changes_without_a_frame_is_lost(void **state)
{
    (void)state;
    expect_outage("changes", "offvoffe");
}

static void missing_source_ends_the_run_unless_persistent(void **state)
{
    char name[TRI_NAME_MAX + 1];
    (void)state;
    snprintf(name, sizeof(name), "t%d-absent", (int)getpid());
    struct config config = config_of(&direct, name);
    struct seen *seen = play_with(&config, "xofe");
    assert_int_equal(seen->status, CLI_FAILED);
    assert_int_equal(seen->frames, 0);
    free(seen);

    config.persistent = true;
    seen = play_with(&config, "xxofe");
    assert_int_equal(seen->status, CLI_DONE);
    assert_int_equal(seen->frame[0].flags & TRI_FRAME_NO_SIGNAL, TRI_FRAME_NO_SIGNAL);
    assert_int_equal(last(seen)->flags, TRI_FRAME_RESTART);
    free(seen);
}

static void frames_lost_by_a_source_are_counted_by_cause(void **state)
{
    struct seen *seen = play(&direct, "drops", "ofdbbdwbfe");
    (void)state;
    assert_int_equal(seen->frames, 5);
    assert_int_equal(last(seen)->dropped_driver, 2 + 2 + 1 + 2);
    assert_int_equal(last(seen)->dropped_writer, 1);
    free(seen);
}

static void source_that_fails_for_good_fails_the_run(void **state)
{
    struct seen *seen = play(&direct, "fails", "off?");
    (void)state;
    assert_int_equal(seen->status, CLI_FAILED);
    free(seen);
}

static void change_of_format_reaches_the_reader_with_its_first_frame(void **state)
{
    static const struct source_ops *const kinds[] = { &direct, &queued };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        queue_wanted = i ? 3 : 0;
        struct seen *seen = play(kinds[i], "change", "ofrfcffe");
        queue_wanted = 0;
        assert_int_equal(seen->status, CLI_DONE);
        assert_int_equal(seen->frames, 4);
        assert_int_equal(seen->frame[1].video.width, 64);
        assert_int_equal(seen->frame[2].video.width, 128);
        assert_int_equal(last(seen)->dropped_writer, 0);
        free(seen);
    }
}

static bool set_shmmax(const char *bytes)
{
    const int file = open("/proc/sys/kernel/shmmax", O_WRONLY | O_CLOEXEC);
    const bool set = write(file, bytes, strlen(bytes)) == (ssize_t)strlen(bytes);
    close(file);
    return set;
}

static void source_that_grows_beyond_the_limits_loses_frames_with_advice(void **state)
{
    static const struct source_ops *const kinds[] = { &direct, &queued };
    (void)state;
    if (unshare(CLONE_NEWIPC) != 0)
        skip_because("only root sets limits");

    assert_true(set_shmmax("200000")); // 32 slots of a page, not of two
    for (size_t i = 0; i < 2; i++) {
        queue_wanted = i ? 3 : 0;
        struct seen *seen = play(kinds[i], "grows", "ofrfcfffe");
        queue_wanted = 0;
        assert_int_equal(seen->status, CLI_DONE);
        assert_int_equal(seen->frames, 2);
        assert_non_null(strstr(shared->logged, "(kernel.shmmax 200000)"));
        assert_non_null(strstr(shared->logged, "-grows: dropping frames of 128x48 GREY"));
        assert_non_null(strstr(shared->logged, "a smaller --size or fewer --buffers"));
        free(seen);
    }
}

static void driver_with_a_queue_is_kept_in_slots(void **state)
{
    (void)state;
    queue_wanted = 4;
    struct seen *seen = play(&queued, "queue", "offf.fbffdlxoffbfe");
    queue_wanted = 0;
    size_t at = 0;

    assert_int_equal(seen->status, CLI_DONE);
    assert_int_equal(count_like(seen, &at, 0), 7);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_NO_SIGNAL | TRI_FRAME_RESTART), 1);
    count_like(seen, &at, TRI_FRAME_NO_SIGNAL);
    assert_int_equal(count_like(seen, &at, TRI_FRAME_RESTART), 1);
    assert_int_equal(count_like(seen, &at, 0), 2);
    assert_int_equal(last(seen)->dropped_driver, 2 + 1 + 1);
    assert_int_equal(last(seen)->dropped_writer, 0);
    free(seen);
}

int main(void)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_is_streamed_to_its_end),
        cmocka_unit_test(lost_source_is_replaced_by_no_signal_until_it_returns),
        cmocka_unit_test(returned_source_logs_again),
        cmocka_unit_test(silent_source_is_closed_and_opened_again),
        cmocka_unit_test(source_that_changes_without_a_frame_is_lost),
        cmocka_unit_test(missing_source_ends_the_run_unless_persistent),
        cmocka_unit_test(frames_lost_by_a_source_are_counted_by_cause),
        cmocka_unit_test(source_that_fails_for_good_fails_the_run),
        cmocka_unit_test(change_of_format_reaches_the_reader_with_its_first_frame),
        cmocka_unit_test(driver_with_a_queue_is_kept_in_slots),
        cmocka_unit_test(source_that_grows_beyond_the_limits_loses_frames_with_advice), // last
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
