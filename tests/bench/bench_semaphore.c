/* SPDX-License-Identifier: MIT */
/* Shared memory as in textbooks: one frame under one semaphore, copied in by the writer and out by each
 * reader in mutual exclusion. Another semaphore per reader signals a new frame. */
#include "bench.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define LOCK 0 // mutual exclusion; semaphore 1 + i signals a new frame to reader i

static int shm_id;
static int sem_id;
static uint8_t *shared;
static uint8_t *frame; // private to the process
static size_t bytes;
static uint32_t readers;
static uint32_t myself;

static void change(unsigned semaphore, int by)
{
    struct sembuf op = { .sem_num = (unsigned short)semaphore, .sem_op = (short)by };
    while (semop(sem_id, &op, 1) != 0)
        bench_need(errno == EINTR, "semop");
}

static void prepare(const struct bench_setup *setup)
{
    readers = setup->readers;
    bytes = (size_t)setup->shape.bytes;
    shm_id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    sem_id = semget(IPC_PRIVATE, 1 + (int)readers, IPC_CREAT | 0600);
    bench_need(shm_id >= 0 && sem_id >= 0, "shmget or semget");
    shared = shmat(shm_id, NULL, 0);
    shmctl(shm_id, IPC_RMID, NULL); // stays until the last process detaches
    bench_need(shared != (void *)-1, "shmat");
    memset(shared, 0, bytes);
    frame = bench_shared(bytes);
    change(LOCK, 1);
}

static void write_open(const struct bench_setup *setup)
{
    (void)setup;
}

static uint8_t *begin(void)
{
    return frame;
}

static void publish(void)
{
    change(LOCK, -1);
    memcpy(shared, frame, bytes);
    change(LOCK, 1);
    struct sembuf news[BENCH_READERS_MAX];
    for (uint32_t i = 0; i < readers; i++)
        news[i] = (struct sembuf){ .sem_num = (unsigned short)(1 + i), .sem_op = 1 };
    bench_need(semop(sem_id, news, readers) == 0 || errno == ERANGE, "semop");
}

static void write_close(void)
{
    semctl(sem_id, 0, IPC_RMID);
}

static void read_open(const struct bench_setup *setup, uint32_t reader)
{
    (void)setup;
    myself = reader;
    madvise(shared, bytes, MADV_POPULATE_READ); // before Linux 5.14: faults while warm
    frame = calloc(1, bytes);                   // the one from before the fork is shared
    bench_need(frame != NULL, "calloc");
}

static const uint8_t *take(void)
{
    change(1 + myself, -1);
    change(LOCK, -1);
    memcpy(frame, shared, bytes);
    change(LOCK, 1);
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

const struct bench_transport bench_semaphore = {
    .name = "one-semaphore",
    .summary = "text book: shared memory, copied in and out under one semaphore",
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
