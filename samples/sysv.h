/* SPDX-License-Identifier: MIT */
/*
 * The mechanism below the library: triple buffering with plain System V calls, used by sysv-write.c and
 * sysv-read.c only. libtriptych adds names, formats, checks and readers without write permission; the
 * principle is the same.
 *
 * One segment contains the header and three frames. One set of semaphores guards it. A new set is all
 * zero, and zero means "free" everywhere, so no separate step initialises the set, and no crash can
 * leave it half initialised.
 *
 * Every operation carries SEM_UNDO: the kernel reverts it when its process ends. Several operations in
 * one semop() happen together or not at all: this is the core of the design.
 */
#ifndef SAMPLES_SYSV_H
#define SAMPLES_SYSV_H

#define _GNU_SOURCE 1 /* semtimedop() */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <time.h>

#define KEY    0x73797376 /* "sysv": the two programs agree on it; ipcs shows it */
#define WIDTH  640
#define HEIGHT 480
#define SLOTS  3 /* one being written, one being read, one newest: no process waits for a slot */

/* The semaphores. */
enum {
    WRITER = 0,                /* 1: there is a writer */
    GATE = 1,                  /* [2]: frame n waits behind GATE[n % 2]; 1: not there yet */
    READING = GATE + 2,        /* [SLOTS]: how many readers are in the slot */
    WRITING = READING + SLOTS, /* [SLOTS]: 1: the writer is in the slot */
    SEMAPHORES = WRITING + SLOTS,
};

/* Offsets and numbers only: an address would be wrong in every other process. */
struct shared {
    _Atomic uint64_t newest; /* frame number * SLOTS + its slot; 0: no frame yet */
    uint64_t number[SLOTS];  /* which frame a slot holds; guarded by the slot's semaphores */
    uint8_t pixels[SLOTS][WIDTH * HEIGHT];
};

static inline struct sembuf op(int semaphore, int change, int flags)
{
    return (struct sembuf){ (unsigned short)semaphore, (short)change,
                            (short)(flags | (change ? SEM_UNDO : 0)) };
}

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

/* Without SA_RESTART: a sleeping semop() returns EINTR. */
static inline void stop_on_signals(void)
{
    sigaction(SIGINT, &(struct sigaction){ .sa_handler = stop }, NULL);
    sigaction(SIGTERM, &(struct sigaction){ .sa_handler = stop }, NULL);
}

/* Sleeps for a thirtieth of a second. */
static inline void pause_a_frame(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 33333333 }, NULL);
}

#endif
