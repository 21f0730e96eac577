/* SPDX-License-Identifier: MIT */
/* Reads the frames of sysv-write through a read-only mapping.
 *   cc sysv-read.c -o sysv-read && ./sysv-read     start, stop and kill either side in any order */
#include "sysv.h"

/* Upper bound of the cost of a missed wake-up: between the check and the sleep two frames may have
 * passed, and with two gates the third frame's gate is the first one's. */
static const struct timespec at_most = { .tv_nsec = 100000000 };

/* Reads every pixel of the newest frame, in place. False when there is nothing newer. */
static bool read_newest(int sem, const struct shared *shared, uint64_t *last)
{
    const uint64_t newest = atomic_load(&shared->newest);
    const int slot = (int)(newest % SLOTS);
    if (newest / SLOTS == *last)
        return false;

    /* Enter unless the writer is inside: then a newer frame is about to be published. */
    struct sembuf enter[] = { op(WRITING + slot, 0, IPC_NOWAIT), op(READING + slot, 1, 0) };
    if (semop(sem, enter, COUNT(enter)) != 0)
        return errno == EAGAIN;

    /* From here on the slot does not change, but it may have changed since `newest` was read. */
    const uint64_t number = shared->number[slot];
    const uint8_t *pixels = shared->pixels[slot];
    int mixed = 0;
    for (int i = 1; i < WIDTH * HEIGHT; i++)
        mixed += pixels[i] != pixels[0];

    struct sembuf leave = op(READING + slot, -1, 0);
    semop(sem, &leave, 1);
    if (number > *last)
        printf("frame %llu: brightness %u, %d pixels differ\n", (unsigned long long)number,
               pixels[0], mixed);
    *last = number;
    return true;
}

/* Until the writer removes the semaphores at its end, or a signal arrives. */
static void read_frames(int sem, const struct shared *shared)
{
    uint64_t last = 0;
    while (!stopped) {
        if (read_newest(sem, shared, &last))
            continue;

        /* Sleep until there is a writer, and at the gate of the next frame. To wait for "at least
         * one", take one and return it in the same step. */
        struct sembuf wait[] = { op(WRITER, -1, 0), op(WRITER, 1, 0),
                                 op(GATE + (int)((last + 1) % 2), 0, 0) };
        if (semtimedop(sem, wait, COUNT(wait), &at_most) != 0 && errno != EAGAIN && errno != EINTR)
            return;
    }
}

int main(void)
{
    setlinebuf(stdout);
    stop_on_signals();
    for (bool reported = false; !stopped;) {
        const int sem = semget(KEY, SEMAPHORES, 0);
        const int shm = sem < 0 ? -1 : shmget(KEY, sizeof(struct shared), 0);
        const struct shared *shared = shm < 0 ? (void *)-1 : shmat(shm, NULL, SHM_RDONLY);
        if (shared != (void *)-1) {
            read_frames(sem, shared);
            shmdt(shared);
            reported = false;
        } else if (!reported) {
            fprintf(stderr, "sysv-read: waiting for sysv-write (%s)\n", strerror(errno));
            reported = true;
        }
        pause_a_frame();
    }
    return 0;
}
