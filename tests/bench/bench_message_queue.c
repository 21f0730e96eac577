/* SPDX-License-Identifier: MIT */
/* One System V message queue per reader, as in textbooks: messages are small, so a frame is split into
 * many. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>

#define PART 8192 // bytes of a message: Linux's usual kernel.msgmax

struct message {
    long type; // of msgsnd(2): positive
    uint8_t part[PART];
};

static int queue[BENCH_READERS_MAX];
static uint32_t readers;
static uint32_t myself;
static uint8_t *frame; // private to the process
static size_t bytes;
static uint64_t left; // bitmask of readers whose queue is gone

static void prepare(const struct bench_setup *setup)
{
    readers = setup->readers;
    bytes = (size_t)setup->shape.bytes;
    frame = bench_shared(bytes);
    for (uint32_t i = 0; i < readers; i++) {
        queue[i] = msgget(IPC_PRIVATE, IPC_CREAT | 0600);
        bench_need(queue[i] >= 0, "msgget");
    }
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
}

static uint8_t *begin(void)
{
    return frame;
}

static size_t part_at(size_t at)
{
    return bytes - at < PART ? bytes - at : PART;
}

static void publish(void)
{
    struct message message = { .type = 1 };
    for (uint32_t i = 0; i < readers; i++) {
        for (size_t at = 0; at < bytes && !(left >> i & 1); at += part_at(at)) {
            memcpy(message.part, frame + at, part_at(at));
            while (!(left >> i & 1) && msgsnd(queue[i], &message, part_at(at), 0) != 0) {
                bench_need(errno == EINTR || errno == EIDRM || errno == EINVAL, "msgsnd");
                if (errno != EINTR)
                    left |= 1ull << i; // its reader has removed the queue
            }
        }
    }
}

static void write_close(void)
{
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    myself = reader;
    frame = calloc(1, bytes); // the one from before the fork is shared
    bench_need(frame != NULL, "calloc");
}

static const uint8_t *take(void)
{
    struct message message;
    for (size_t at = 0; at < bytes;) {
        const ssize_t some = msgrcv(queue[myself], &message, PART, 0, 0);
        if (some < 0 && errno == EINTR)
            continue;
        bench_need(some > 0, "msgrcv");
        memcpy(frame + at, message.part, (size_t)some);
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
    msgctl(queue[myself], IPC_RMID, NULL);
    free(frame);
}

const struct bench_transport bench_message_queue = {
    .name = "message-queue",
    .summary = "text book: a System V message queue for each reader",
    .prepare = prepare,
    .write_open = write_open,
    .begin = begin,
    .publish = publish,
    .write_close = write_close,
    .read_open = read_open,
    .take = take,
    .done = done,
    .read_close = read_close,
};
