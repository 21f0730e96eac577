/* SPDX-License-Identifier: MIT */
/* A hostile process of the stream's own user: writes anything anywhere into a live segment. Usage:
 * test-scribbler NAME SECONDS SEED */
#include "common/src/layout.h"
#include "common/src/name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>
#include <time.h>

#define WRITES_EACH 4     // between two pauses
#define REST_NS     50000 // in which readers may find damage

static uint64_t evil(unsigned *seed)
{
    static const uint64_t numbers[] = { 0,          1,         2,          3,          64,
                                        4096,       65536,     INT32_MAX,  UINT32_MAX, 1ull << 32,
                                        1ull << 48, INT64_MAX, 1ull << 63, UINT64_MAX };
    const unsigned pick = (unsigned)rand_r(seed);
    return pick % 4 == 0 ? (uint64_t)rand_r(seed) << (rand_r(seed) % 34)
                         : numbers[pick % (sizeof(numbers) / sizeof(numbers[0]))];
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    const int shm_id = shmget(tri_name_key(argv[1]), 0, 0);
    uint8_t *at = shm_id < 0 ? (uint8_t *)-1 : shmat(shm_id, NULL, 0);
    if (at == (uint8_t *)-1) {
        perror(argv[1]);
        return 1;
    }
    struct tri_header header;
    memcpy(&header, at, sizeof(header));
    const size_t entries_at = (size_t)header.entries_at;
    const size_t bytes = entries_at + header.slots * sizeof(struct tri_entry);
    uint8_t *image = malloc(bytes);
    if (!image)
        return 1;
    memcpy(image, at, bytes);

    unsigned seed = (unsigned)strtoul(argv[3], NULL, 10);
    const int64_t end = tri_now_ns() + strtoll(argv[2], NULL, 10) * 1000000000;
    while (tri_now_ns() < end) {
        for (int i = 0; i < WRITES_EACH; i++) {
            const size_t width = rand_r(&seed) % 2 ? 4 : 8;
            // Mostly descriptions of frames; rarely a number, or no frame would be read.
            const size_t slot = (size_t)rand_r(&seed) % header.slots;
            const size_t where =
                rand_r(&seed) % 64 == 0
                    ? (size_t)rand_r(&seed) % entries_at
                    : entries_at + slot * sizeof(struct tri_entry) + 8 +
                          (size_t)rand_r(&seed) % (offsetof(struct tri_entry, user) - 16);
            const uint64_t value = evil(&seed);
            memcpy(at + where / width * width, &value, width);
        }
        if (rand_r(&seed) % 2)
            memcpy(at, image, bytes);
        nanosleep(&(struct timespec){ .tv_nsec = REST_NS }, NULL);
    }
    memcpy(at, image, 64); // fields that are written once; the others are rewritten with each frame
    memset(at + 72, 0, 4); // state
    memcpy(at + 128, image + 128, 192);
    free(image);
    return shmdt(at) == 0 ? 0 : 1;
}
