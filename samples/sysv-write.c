/* SPDX-License-Identifier: MIT */
/* Writes brightening grey pictures into System V shared memory, without a library.
 *   cc sysv-write.c -o sysv-write && ./sysv-write     and beside it: ./sysv-read, ipcs, ipcs -p */
#include "sysv.h"

/* Takes a slot that is neither the newest nor being read. IPC_NOWAIT: never waits for a reader. */
static int take_slot(int sem, uint64_t newest)
{
    for (int slot = 0; slot < SLOTS; slot++) {
        if (newest && slot == (int)(newest % SLOTS))
            continue;
        struct sembuf take[] = { op(READING + slot, 0, IPC_NOWAIT), op(WRITING + slot, 1, 0) };
        if (semop(sem, take, COUNT(take)) == 0)
            return slot;
    }
    return -1;
}

static void write_frames(int sem, struct shared *shared)
{
    /* After a restart this continues where the last writer stopped, however it ended. */
    uint64_t newest = atomic_load(&shared->newest);

    while (!stopped) {
        const uint64_t number = newest / SLOTS + 1;
        const int slot = take_slot(sem, newest);
        if (slot >= 0) {
            memset(shared->pixels[slot], (int)(number % 256), sizeof(shared->pixels[slot]));
            shared->number[slot] = number;
            newest = number * SLOTS + (uint64_t)slot;
            atomic_store(&shared->newest, newest);

            /* Release the slot, open this frame's gate to waiting readers, and close the next gate. */
            struct sembuf publish[] = { op(WRITING + slot, -1, 0),
                                        op(GATE + (int)(number % 2), -1, 0),
                                        op(GATE + (int)((number + 1) % 2), 1, 0) };
            if (semop(sem, publish, COUNT(publish)) != 0) {
                perror("sysv-write: the semaphores were removed");
                return;
            }
        } /* else readers have locked all other slots: this frame is dropped */
        pause_a_frame();
    }
}

int main(void)
{
    /* 0640: this user reads and writes, the group reads, others do neither. */
    const int sem = semget(KEY, SEMAPHORES, IPC_CREAT | 0640);
    if (sem < 0) {
        perror("sysv-write: semget (ipcs -s shows who owns the key)");
        return 1;
    }

    /* One writer: wait for zero and add one, in one step. Its end reverts the one. */
    struct sembuf become_writer[] = { op(WRITER, 0, IPC_NOWAIT), op(WRITER, 1, 0) };
    if (semop(sem, become_writer, COUNT(become_writer)) != 0) {
        fprintf(stderr, "sysv-write: %s\n",
                errno == EAGAIN ? "there is a writer already" : strerror(errno));
        return 1;
    }

    /* Creates the segment, all zero, or finds the one that a killed writer left behind. */
    const int shm = shmget(KEY, sizeof(struct shared), IPC_CREAT | 0640);
    struct shared *shared = shm < 0 ? (void *)-1 : shmat(shm, NULL, 0);
    if (shared == (void *)-1) {
        perror("sysv-write: shared memory (ipcs -m shows who owns the key)");
        semctl(sem, 0, IPC_RMID);
        return 1;
    }

    const uint64_t next = atomic_load(&shared->newest) / SLOTS + 1;
    struct sembuf close_gate = op(GATE + (int)(next % 2), 1, 0);
    stop_on_signals();
    if (semop(sem, &close_gate, 1) == 0)
        write_frames(sem, shared);

    /* Memory first: a process that finds new semaphores then cannot find the old memory. Readers keep
     * their attachment until they detach; sleeping ones wake with EIDRM. */
    shmctl(shm, IPC_RMID, NULL);
    semctl(sem, 0, IPC_RMID);
    shmdt(shared);
    return 0;
}
