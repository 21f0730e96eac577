/* SPDX-License-Identifier: MIT */
/* triptych: its three wait modes, each with slots locked during use and with a check after use; and a
 * reader in an event loop. */
#include "bench.h"

#include <string.h>
#include <sys/epoll.h>

#define ATTACH_POLL_MS 1

static tri_writer *writer;
static tri_reader *reader;
static struct tri_video video;
static struct tri_draft draft;
static struct tri_frame frame;
static int loop = -1; // an epoll descriptor

static void prepare(const struct bench_setup *setup)
{
    video = setup->video;
}

static void write_open(const struct bench_setup *setup)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_ERROR);
    bench_need(tri_writer_open(&writer, &(struct tri_writer_options){ .name = setup->name,
                                                                      .video = video,
                                                                      .log = &log }) == TRI_OK,
               "tri_writer_open");
}

static uint8_t *begin(void)
{
    const enum tri_err err = tri_writer_begin(writer, &video, &draft);
    bench_need(err == TRI_OK || err == TRI_ERR_NO_SLOT, "tri_writer_begin");
    return draft.data[0];
}

static void publish(void)
{
    bench_need(tri_writer_publish(writer, &draft) == TRI_OK, "tri_writer_publish");
}

static void drop(void)
{
    tri_writer_add_drops(writer, 1, 0);
}

static void write_close(void)
{
    tri_writer_close(&writer);
}

static const struct mode {
    const char *transport;
    enum tri_reader_wait wait;
    uint32_t flags;
} modes[] = {
    { "block", TRI_WAIT_BLOCK, 0 },   { "block-checked", TRI_WAIT_BLOCK, TRI_READER_NO_LOCK },
    { "spinning", TRI_WAIT_SPIN, 0 }, { "spinning-checked", TRI_WAIT_SPIN, TRI_READER_NO_LOCK },
    { "paced", TRI_WAIT_PACED, 0 },   { "paced-checked", TRI_WAIT_PACED, TRI_READER_NO_LOCK },
    { "epoll", TRI_WAIT_BLOCK, 0 },
};

static void read_open(const struct bench_setup *setup, uint32_t index)
{
    (void)index;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        const struct mode *mode = &modes[i];
        const struct tri_reader_options options = { .name = setup->name,
                                                    .wait = mode->wait,
                                                    .flags = mode->flags };
        if (strcmp(mode->transport, setup->transport) == 0)
            bench_need(tri_reader_open(&reader, &options) == TRI_OK, "tri_reader_open");
    }
    struct tri_reader_stats counts;
    do { // attaching a large segment takes time: before frames are counted
        const enum tri_err err = tri_reader_acquire(reader, &frame, ATTACH_POLL_MS);
        bench_need(err == TRI_OK || err == TRI_ERR_TIMEOUT, "tri_reader_acquire");
        tri_reader_get_stats(reader, &counts);
    } while (counts.slots == 0);
}

static const uint8_t *take(void)
{
    // The previous frame is still acquired: this call releases it.
    enum tri_err err;
    do
        err = tri_reader_acquire(reader, &frame, -1);
    while (err == TRI_ERR_INTERRUPTED);
    bench_need(err == TRI_OK, "tri_reader_acquire");
    return frame.data[0];
}

static void loop_open(const struct bench_setup *setup, uint32_t index)
{
    struct epoll_event event = { .events = EPOLLIN };
    read_open(setup, index);
    loop = epoll_create1(EPOLL_CLOEXEC);
    bench_need(loop >= 0 && epoll_ctl(loop, EPOLL_CTL_ADD, tri_reader_fd(reader), &event) == 0,
               "epoll_ctl");
}

static const uint8_t *loop_take(void)
{
    for (struct epoll_event event;;) {
        const enum tri_err err = tri_reader_acquire(reader, &frame, 0);
        if (err == TRI_OK)
            return frame.data[0];
        bench_need(err == TRI_ERR_TIMEOUT, "tri_reader_acquire");
        epoll_wait(loop, &event, 1, -1);
    }
}

static bool done(void)
{
    return tri_reader_is_intact(reader, &frame);
}

static void read_close(void)
{
    tri_reader_close(&reader);
}

#define READERS(text)                                                                   \
    .summary = "triptych: readers " text, .prepare = prepare, .write_open = write_open, \
    .begin = begin, .publish = publish, .drop = drop, .write_close = write_close,       \
    .read_open = read_open, .take = take, .done = done, .read_close = read_close

const struct bench_transport bench_epoll = {
    .name = "epoll",
    .summary = "triptych: readers wait in an epoll loop, lock the slot",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .drop = drop,
    .write_close = write_close,
    .read_open = loop_open,
    .take = loop_take,
    .done = done,
    .read_close = read_close,
};

const struct bench_transport bench_block = {
    .name = "block",
    READERS("sleep in the kernel, lock the slot"),
};

const struct bench_transport bench_block_checked = {
    .name = "block-checked",
    READERS("sleep in the kernel, check after use"),
};

const struct bench_transport bench_spinning = {
    .name = "spinning",
    READERS("spin, lock the slot"),
};

const struct bench_transport bench_spinning_checked = {
    .name = "spinning-checked",
    READERS("spin, check after use"),
};

const struct bench_transport bench_paced = {
    .name = "paced",
    READERS("sleep until nearly due, then spin, lock the slot"),
};

const struct bench_transport bench_paced_checked = {
    .name = "paced-checked",
    READERS("sleep until nearly due, then spin, check after use"),
};
