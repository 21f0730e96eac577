/* SPDX-License-Identifier: MIT */
/* Reads what sysv-write writes, through a mapping that the kernel keeps it from writing to.
 *   cc sysv-read.c -o sysv-read && ./sysv-read     start, stop and kill either side in any order */
#include "sysv.h"

/* A missed wake-up costs this much and no more: between looking and falling asleep two frames may
 * have passed, and with two gates the third frame then looks like the first. */
static const struct timespec at_most = { .tv_nsec = 100000000 };

/* Looks at every pixel of the newest frame, in place. False when there is nothing newer. */
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

    /* From here the slot stays as it is, but it may have changed since the look at `newest`. */
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

/* Until the semaphores are removed, which is how a writer says good-bye, or a signal says stop. */
static void read_frames(int sem, const struct shared *shared)
{
    uint64_t last = 0;
    while (!stopped) {
        if (read_newest(sem, shared, &last))
            continue;

        /* Sleep until there is a writer, and behind the gate of the next frame: "at least one" is
         * said by taking one and giving it back in the same step. */
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
