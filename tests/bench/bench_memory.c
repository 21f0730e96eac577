/* SPDX-License-Identifier: MIT */
/* Memory speed at a frame's size, cycling through as many buffers as a stream has slots. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#define SLOTS 3

typedef void pass(uint8_t *slot, const uint8_t *other, size_t bytes);

static volatile uint64_t sink;

static void fill(uint8_t *slot, const uint8_t *other, size_t bytes)
{
    (void)other;
    memset(slot, 0x55, bytes);
}

static void read_all(uint8_t *slot, const uint8_t *other, size_t bytes)
{
    (void)other;
    sink += bench_read_all(slot, bytes);
}

static void copy(uint8_t *slot, const uint8_t *other, size_t bytes)
{
    memcpy(slot, other, bytes);
}

static void copy_ours(uint8_t *slot, const uint8_t *other, size_t bytes)
{
    tri_copy(slot, other, bytes);
}

static const struct {
    const char *name;
    pass *pass;
} passes[] = {
    { "fill", fill }, { "read", read_all }, { "memcpy", copy }, { "tri_copy", copy_ours }
};

void bench_memory(const struct bench_setup *setup)
{
    const size_t bytes = (size_t)setup->shape.bytes;
    const size_t count = sizeof(passes) / sizeof(passes[0]);
    uint8_t *memory = bench_shared((SLOTS + 1) * bytes);
    printf("{\"transport\": \"memory\", \"width\": %u, \"height\": %u, \"bytes\": %zu, \"gb_s\": {",
           setup->video.width, setup->video.height, bytes);
    for (size_t k = 0; k < count; k++) {
        const int64_t start = tri_now_ns();
        const int64_t end = start + (int64_t)(setup->seconds * 1e9 / (double)count);
        uint64_t frames = 0;
        int64_t now;
        do {
            passes[k].pass(memory + frames++ % SLOTS * bytes, memory + SLOTS * bytes, bytes);
            now = tri_now_ns();
        } while (now < end);
        printf("%s\"%s\": %.3f", k ? ", " : "", passes[k].name,
               (double)frames * (double)bytes / (double)(now - start));
    }
    printf("}}\n");
}
