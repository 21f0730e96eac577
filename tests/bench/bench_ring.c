/* SPDX-License-Identifier: MIT */
/* The limits: frames in shared memory without any protection, and the cheapest wake-up of each
 * kind. Torn frames are not detected: an upper bound for real transports. */
#include "bench.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SLOTS 3

struct control {
    _Alignas(64) _Atomic uint32_t published; // frames so far; readers wait for it to change
};

static struct control *control;
static uint8_t *slots;
static size_t slot_bytes;
static uint32_t written;
static uint32_t seen;
static uint32_t myself;
static uint32_t readers;
static int sem_id; // one semaphore per reader

static void prepare(const struct bench_setup *setup)
{
    control = bench_shared(sizeof(*control));
    slot_bytes = ((size_t)setup->shape.bytes + 4095) / 4096 * 4096;
    slots = bench_shared(SLOTS * slot_bytes);
    readers = setup->readers;
}

static void prepare_semaphores(const struct bench_setup *setup)
{
    prepare(setup);
    sem_id = semget(IPC_PRIVATE, (int)readers, IPC_CREAT | 0600);
    bench_need(sem_id >= 0, "semget");
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
}

static uint8_t *begin(void)
{
    return slots + written % SLOTS * slot_bytes;
}

static void publish(void)
{
    atomic_store_explicit(&control->published, ++written, memory_order_release);
}

static void publish_and_wake(void)
{
    publish();
    syscall(SYS_futex, &control->published, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void publish_and_post(void)
{
    struct sembuf post[BENCH_READERS_MAX];
    publish();
    for (uint32_t i = 0; i < readers; i++)
        post[i] = (struct sembuf){ .sem_num = (unsigned short)i, .sem_op = 1 };
    bench_need(semop(sem_id, post, readers) == 0, "semop");
}

static void write_close(void)
{
}

static void remove_semaphores(void)
{
    semctl(sem_id, 0, IPC_RMID);
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    myself = reader;
    madvise(slots, SLOTS * slot_bytes, MADV_POPULATE_READ); // before Linux 5.14: faults while warm
}

static const uint8_t *newest(void)
{
    seen = atomic_load_explicit(&control->published, memory_order_acquire);
    return slots + (seen - 1) % SLOTS * slot_bytes;
}

static const uint8_t *take_after_futex(void)
{
    while (atomic_load_explicit(&control->published, memory_order_acquire) == seen)
        syscall(SYS_futex, &control->published, FUTEX_WAIT, seen, NULL, NULL, 0);
    return newest();
}

static const uint8_t *take_after_semop(void)
{
    struct sembuf take = { .sem_num = (unsigned short)myself, .sem_op = -1 };
    while (semop(sem_id, &take, 1) != 0)
        bench_need(errno == EINTR, "semop");
    return newest();
}

static const uint8_t *take_spinning(void)
{
    while (atomic_load_explicit(&control->published, memory_order_acquire) == seen) {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    return newest();
}

static bool done(void)
{
    return true;
}

static void read_close(void)
{
}

#define RING(before, post, after, wait)                                               \
    .prepare = (before), .write_open = write_open, .begin = begin, .publish = (post), \
    .write_close = (after), .read_open = read_open, .take = (wait), .done = done,     \
    .read_close = read_close

const struct bench_transport bench_futex = {
    .name = "futex",
    .summary = "limit: an unguarded ring, readers asleep on a futex",
    RING(prepare, publish_and_wake, write_close, take_after_futex),
};

const struct bench_transport bench_semop = {
    .name = "semop",
    .summary = "limit: an unguarded ring, readers asleep on a System V semaphore each",
    RING(prepare_semaphores, publish_and_post, remove_semaphores, take_after_semop),
};

const struct bench_transport bench_spin = {
    .name = "spin",
    .summary = "limit: an unguarded ring, readers watch it without pause",
    RING(prepare, publish, write_close, take_spinning),
};
