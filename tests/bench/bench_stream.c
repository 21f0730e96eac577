/* SPDX-License-Identifier: MIT */
/* Byte streams, as in textbooks: one pipe or Unix socket per reader; every frame is written to each of
 * them and read completely. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int ends[BENCH_READERS_MAX][2]; // [0] is read, [1] is written
static uint32_t readers;
static uint8_t *frame; // private to the process
static size_t bytes;
static int from;

static void prepare_frame(const struct bench_setup *setup)
{
    readers = setup->readers;
    bytes = (size_t)setup->shape.bytes;
    frame = bench_shared(bytes);
}

static void prepare_pipes(const struct bench_setup *setup)
{
    prepare_frame(setup);
    for (uint32_t i = 0; i < readers; i++)
        bench_need(pipe(ends[i]) == 0, "pipe");
}

static void prepare_sockets(const struct bench_setup *setup)
{
    prepare_frame(setup);
    for (uint32_t i = 0; i < readers; i++)
        bench_need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]) == 0, "socketpair");
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
    for (uint32_t i = 0; i < readers; i++)
        close(ends[i][0]);
}

static uint8_t *begin(void)
{
    return frame;
}

static void publish(void)
{
    for (uint32_t i = 0; i < readers; i++) {
        for (size_t at = 0; at < bytes;) {
            const ssize_t some = write(ends[i][1], frame + at, bytes - at);
            if (some < 0 && (errno == EPIPE || errno == ECONNRESET))
                break; // that reader has left
            bench_need(some > 0, "write");
            at += (size_t)some;
        }
    }
}

static void write_close(void)
{
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    for (uint32_t i = 0; i < readers; i++) {
        close(ends[i][1]);
        if (i != reader)
            close(ends[i][0]);
    }
    from = ends[reader][0];
    frame = calloc(1, bytes); // the one from before the fork is shared
    bench_need(frame != NULL, "calloc");
}

static const uint8_t *take(void)
{
    for (size_t at = 0; at < bytes;) {
        const ssize_t some = read(from, frame + at, bytes - at);
        bench_need(some > 0, "read");
        at += (size_t)some;
    }
    return frame;
}

static bool done(void)
{
    return true;
}

static void read_close(void)
{
    free(frame);
}

#define STREAM(before)                                                                 \
    .prepare = (before), .write_open = write_open, .begin = begin, .publish = publish, \
    .write_close = write_close, .read_open = read_open, .take = take, .done = done,    \
    .read_close = read_close

const struct bench_transport bench_pipe = {
    .name = "pipe",
    .summary = "text book: a pipe for each reader",
    STREAM(prepare_pipes),
};

const struct bench_transport bench_unix_socket = {
    .name = "unix-socket",
    .summary = "text book: a connected Unix socket for each reader",
    STREAM(prepare_sockets),
};
