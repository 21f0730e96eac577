/* SPDX-License-Identifier: MIT */
/* XXH64 with seed 0, over bytes that come in pieces. */
#include <triptych/frame.h>

#include <endian.h>
#include <string.h>

#define PRIME_1 0x9e3779b185ebca87u
#define PRIME_2 0xc2b2ae3d27d4eb4fu
#define PRIME_3 0x165667b19e3779f9u
#define PRIME_4 0x85ebca77c2b2ae63u
#define PRIME_5 0x27d4eb2f165667c5u

enum { LANES = 4, WORD = 8, STRIPE = LANES * WORD };

struct sum {
    uint64_t lane[LANES];
    uint64_t bytes;       // so far
    uint8_t rest[STRIPE]; // what has come of the next stripe: bytes % STRIPE of it
};

static uint64_t turn(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static uint64_t read_word(const uint8_t *at)
{
    uint64_t word;
    memcpy(&word, at, sizeof(word));
    return le64toh(word);
}

static uint64_t stir(uint64_t lane, uint64_t word)
{
    return turn(lane + word * PRIME_2, 31) * PRIME_1;
}

/** Takes in the whole stripes of `bytes`. @return where they end. */
static const uint8_t *take_stripes(struct sum *sum, const uint8_t *at, size_t bytes)
{
    uint64_t a = sum->lane[0], b = sum->lane[1], c = sum->lane[2], d = sum->lane[3];

    for (; bytes >= STRIPE; bytes -= STRIPE, at += STRIPE) {
        a = stir(a, read_word(at));
        b = stir(b, read_word(at + WORD));
        c = stir(c, read_word(at + (size_t)2 * WORD));
        d = stir(d, read_word(at + (size_t)3 * WORD));
    }
    sum->lane[0] = a, sum->lane[1] = b, sum->lane[2] = c, sum->lane[3] = d;
    return at;
}

static void take(struct sum *sum, const uint8_t *at, size_t bytes)
{
    const uint8_t *const end = at + bytes;
    const size_t had = sum->bytes % STRIPE;

    sum->bytes += bytes;
    if (had > 0) {
        const size_t more = bytes < STRIPE - had ? bytes : STRIPE - had;
        memcpy(sum->rest + had, at, more);
        at += more;
        if (had + more < STRIPE)
            return;
        take_stripes(sum, sum->rest, STRIPE);
    }
    at = take_stripes(sum, at, (size_t)(end - at));
    memcpy(sum->rest, at, (size_t)(end - at));
}

static uint64_t join_lanes(const struct sum *sum)
{
    static const unsigned bits[LANES] = { 1, 7, 12, 18 };
    uint64_t value = 0;

    if (sum->bytes < STRIPE)
        return PRIME_5;
    for (int i = 0; i < LANES; i++)
        value += turn(sum->lane[i], bits[i]);
    for (int i = 0; i < LANES; i++)
        value = (value ^ stir(0, sum->lane[i])) * PRIME_1 + PRIME_4;
    return value;
}

static uint64_t finish(const struct sum *sum)
{
    const uint8_t *at = sum->rest;
    const uint8_t *const end = at + sum->bytes % STRIPE;
    uint64_t value = join_lanes(sum) + sum->bytes;

    for (; end - at >= WORD; at += WORD)
        value = turn(value ^ stir(0, read_word(at)), 27) * PRIME_1 + PRIME_4;
    if (end - at >= WORD / 2) {
        uint32_t half;
        memcpy(&half, at, sizeof(half));
        value = turn(value ^ le32toh(half) * PRIME_1, 23) * PRIME_2 + PRIME_3;
        at += WORD / 2;
    }
    for (; at < end; at++)
        value = turn(value ^ *at * PRIME_5, 11) * PRIME_1;
    value = (value ^ value >> 33) * PRIME_2;
    value = (value ^ value >> 29) * PRIME_3;
    return value ^ value >> 32;
}

uint64_t tri_frame_checksum(const struct tri_frame_info *info, const struct tri_shape *shape,
                            const uint8_t *const data[TRI_PLANES_MAX])
{
    struct sum sum = { .lane = { PRIME_1 + PRIME_2, PRIME_2, 0, 0 - PRIME_1 } };

    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        if (plane->rows == 0)
            take(&sum, data[p], info->bytes_used);
        for (uint32_t row = 0; row < plane->rows; row++)
            take(&sum, data[p] + (size_t)row * plane->stride, plane->row_bytes);
    }
    return finish(&sum);
}
