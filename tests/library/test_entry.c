/* SPDX-License-Identifier: MIT */
/* Entries and headers in shared memory are accepted only if everything lies within bounds. */
#include "entry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/shm.h>

#include <cmocka.h>

#define SLOT_BYTES 1048576u
#define ROUNDS     200000

static uint64_t rng = 88172645463325252ull;

/** The same sequence on every run (xorshift, Marsaglia). */
static uint64_t roll(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return rng;
}

/** Numbers that overflow sums and products, and harmless ones. */
static uint64_t edge_value(void)
{
    static const uint64_t known[] = { 0,          1,           2,          63,         64,
                                      4095,       4096,        SLOT_BYTES, 0x7fffffff, 0x80000000,
                                      0xffffffff, 0x100000000, INT64_MAX,  UINT64_MAX, 16384 };
    const uint64_t face = roll();
    return face % 4 ? known[face / 4 % (sizeof(known) / sizeof(known[0]))] + face / 64 % 3 - 1
                    : roll();
}

/** All formats, then one that is unknown, then 0. */
static uint32_t fourcc_at(size_t index)
{
    if (tri_format_at(index))
        return tri_format_at(index)->fourcc;
    return index == 0 || tri_format_at(index - 1) ? TRI_FOURCC('p', 'B', 'A', 'A') : 0;
}

/** An entry as written by a writer. */
static void finish_good_entry(struct tri_entry *entry, uint32_t fourcc)
{
    struct tri_frame_info info = { .video = { .fourcc = fourcc, .width = 321, .height = 199 },
                                   .number = 7,
                                   .bytes_used = 1000,
                                   .user_bytes = 5 };
    struct tri_shape shape;
    if (!tri_format_find(fourcc)) {
        info.video.planes = 2;
        info.video.stride[0] = info.video.rows[0] = 401;
        info.video.stride[1] = info.video.rows[1] = 77;
    }
    assert_int_equal(tri_video_shape(&info.video, &shape), TRI_OK);
    memset(entry, 0, sizeof(*entry));
    tri_entry_begin(entry, 0);
    tri_entry_finish(entry, &info, &shape, 1);
}

static enum tri_err read_entry(const struct tri_entry *entry, struct tri_frame_info *info,
                               struct tri_shape *shape)
{
    struct tri_entry_known known = { .slot_bytes = 0 };
    return tri_entry_read(entry, 7, SLOT_BYTES, &known, info, shape);
}

/** Asserts that every byte that the description allows to be read lies in the slot. */
static void assert_within(const struct tri_frame_info *info, const struct tri_shape *shape)
{
    assert_in_range(shape->planes, 1, TRI_PLANES_MAX);
    assert_in_range(info->user_bytes, 0, TRI_USER_MAX);
    for (uint32_t p = 0; p < shape->planes; p++) {
        const struct tri_plane *plane = &shape->plane[p];
        assert_true(plane->offset <= SLOT_BYTES && plane->bytes <= SLOT_BYTES - plane->offset);
        assert_true(plane->stride <= INT32_MAX); // most libraries use an int
        if (plane->rows > 0)
            assert_true((uint64_t)plane->stride * (plane->rows - 1) + plane->row_bytes <=
                        plane->bytes);
        else
            assert_true(info->bytes_used <= plane->bytes);
    }
    assert_true(shape->bytes <= SLOT_BYTES);
    assert_true(tri_video_valid(&info->video));
}

static void entry_reads_back_as_it_was_written(void **state)
{
    (void)state;
    struct tri_entry *entry = aligned_alloc(64, sizeof(*entry));
    for (size_t i = 0; fourcc_at(i); i++) {
        finish_good_entry(entry, fourcc_at(i));
        struct tri_frame_info info;
        struct tri_shape shape;
        struct tri_shape expected;
        assert_int_equal(read_entry(entry, &info, &shape), TRI_OK);
        assert_int_equal(tri_video_shape(&info.video, &expected), TRI_OK);
        for (uint32_t p = 0; p < expected.planes; p++)
            assert_memory_equal(&shape.plane[p], &expected.plane[p], sizeof(shape.plane[p]));
        assert_int_equal(info.user_bytes, 5);
        assert_within(&info, &shape);
    }
    free(entry);
}

static void hostile_values_are_refused_or_harmless(void **state)
{
    (void)state;
    struct tri_entry *entry = aligned_alloc(64, sizeof(*entry));
    unsigned accepted = 0;
    size_t count = 1;
    while (fourcc_at(count))
        count++;
    for (int round = 0; round < ROUNDS; round++) {
        finish_good_entry(entry, fourcc_at((size_t)(roll() % count)));
        for (uint64_t changes = roll() % 3 + 1; changes > 0; changes--) {
            const size_t at = (64 + roll() % (offsetof(struct tri_entry, user) - 64)) & ~(size_t)7;
            const uint64_t value = edge_value();
            memcpy((uint8_t *)entry + at + (roll() & 4), &value, roll() & 1 ? 4 : 8);
        }
        struct tri_frame_info info;
        struct tri_shape shape;
        const enum tri_err err = read_entry(entry, &info, &shape);
        assert_true(err == TRI_OK || err == TRI_ERR_CORRUPT);
        accepted += err == TRI_OK;
        if (err == TRI_OK)
            assert_within(&info, &shape);
    }
    assert_in_range(accepted, ROUNDS / 100, ROUNDS * 9 / 10); // both kinds were tested
    free(entry);
}

static void newer_frame_in_the_slot_is_torn(void **state)
{
    (void)state;
    struct tri_entry *entry = aligned_alloc(64, sizeof(*entry));
    struct tri_entry_known known = { .slot_bytes = 0 };
    struct tri_frame_info info;
    struct tri_shape shape;
    finish_good_entry(entry, TRI_FOURCC_NV12);
    assert_int_equal(tri_entry_read(entry, 6, SLOT_BYTES, &known, &info, &shape), TRI_ERR_TORN);
    assert_true(tri_entry_still(entry, 7));
    tri_entry_begin(entry, 0);
    assert_int_equal(tri_entry_read(entry, 7, SLOT_BYTES, &known, &info, &shape), TRI_ERR_TORN);
    assert_false(tri_entry_still(entry, 7));
    free(entry);
}

static void shape_of_one_frame_is_not_reused_for_another(void **state)
{
    (void)state;
    struct tri_entry *entry = aligned_alloc(64, sizeof(*entry));
    struct tri_entry_known known = { .slot_bytes = 0 };
    struct tri_frame_info info;
    struct tri_shape shape;
    finish_good_entry(entry, TRI_FOURCC_XR24);
    assert_int_equal(tri_entry_read(entry, 7, SLOT_BYTES, &known, &info, &shape), TRI_OK);
    entry->height = 16384;
    assert_int_equal(tri_entry_read(entry, 7, SLOT_BYTES, &known, &info, &shape), TRI_ERR_CORRUPT);
    entry->height = 199;
    assert_int_equal(tri_entry_read(entry, 7, SLOT_BYTES, &known, &info, &shape), TRI_OK);
    assert_int_equal(tri_entry_read(entry, 7, 4096, &known, &info, &shape), TRI_ERR_CORRUPT);
    free(entry);
}

static void entry_is_corrupt_when_libraries_would_overflow(void **state)
{
    (void)state;
    struct tri_entry *entry = aligned_alloc(64, sizeof(*entry));
    struct tri_entry_known known = { .slot_bytes = 0 };
    struct tri_frame_info info;
    struct tri_shape shape;
    finish_good_entry(entry, TRI_FOURCC_XR24);
    entry->height = 3;
    entry->plane[0].stride = (1u << 30) + 64; // a sparse segment has room for it
    entry->plane[0].bytes = 3ull * entry->plane[0].stride;
    assert_int_equal(tri_entry_read(entry, 7, 1ull << 33, &known, &info, &shape), TRI_ERR_CORRUPT);

    finish_good_entry(entry, TRI_FOURCC_XR24);
    entry->fps_num = 1;
    entry->fps_den = UINT32_MAX;
    assert_int_equal(read_entry(entry, &info, &shape), TRI_ERR_CORRUPT);
    entry->fps_den = INT32_MAX;
    assert_int_equal(read_entry(entry, &info, &shape), TRI_OK);
    entry->fps_num = (uint32_t)INT32_MAX + 1;
    assert_int_equal(read_entry(entry, &info, &shape), TRI_ERR_CORRUPT);
    free(entry);
}

/** A segment with a good header, private to this test. */
static struct tri_header *good_header(int *shm_id, size_t bytes)
{
    *shm_id = shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600);
    assert_true(*shm_id >= 0);
    struct tri_header *header = shmat(*shm_id, NULL, 0);
    shmctl(*shm_id, IPC_RMID, NULL); // removed with its last attachment
    *header = (struct tri_header){ .version = TRI_LAYOUT_VERSION,
                                   .slots = 3,
                                   .slots_max = 4,
                                   .entry_bytes = sizeof(struct tri_entry),
                                   .entries_at = sizeof(struct tri_header),
                                   .slots_at = 8192,
                                   .slot_bytes = 8192,
                                   .stream_id = 1,
                                   .name = "x" };
    header->magic = TRI_MAGIC;
    return header;
}

static void header_is_accepted_only_within_the_segment(void **state)
{
    (void)state;
    const size_t bytes = 8192 + 4 * 8192 + TRI_PAGE;
    int shm_id;
    struct tri_header *header = good_header(&shm_id, bytes);
    struct tri_segment segment;
    assert_int_equal(tri_segment_attach(&segment, shm_id, "x", SHM_RDONLY), TRI_OK);
    tri_segment_detach(&segment);
    assert_int_equal(tri_segment_attach(&segment, shm_id, "y", SHM_RDONLY), TRI_ERR_COLLISION);

    const struct tri_header good = *header;
    for (int round = 0; round < 20000; round++) {
        memcpy(header, &good, sizeof(good));
        const uint64_t value = edge_value();
        memcpy((uint8_t *)header + 8 + roll() % 14 * 4, &value, roll() & 1 ? 4 : 8);
        const enum tri_err err = tri_segment_attach(&segment, shm_id, NULL, SHM_RDONLY);
        assert_true(err == TRI_OK || err == TRI_ERR_CORRUPT);
        if (err != TRI_OK)
            continue;
        const struct tri_geometry *g = &segment.geometry;
        assert_in_range(g->slots, TRI_SLOTS_MIN, g->slots_max);
        assert_in_range(g->slots_max, TRI_SLOTS_MIN, TRI_SLOTS_MAX);
        assert_true(g->entries_at >= sizeof(struct tri_header));
        assert_true(g->entries_at + g->slots_max * sizeof(struct tri_entry) <= g->slots_at);
        assert_true(g->slots_at <= bytes && g->slot_bytes <= bytes &&
                    g->slots_at + g->slots_max * g->slot_bytes + TRI_PAGE <= bytes);
        tri_segment_detach(&segment);
    }

    memcpy(header, &good, sizeof(good));
    header->version = 99;
    assert_int_equal(tri_segment_attach(&segment, shm_id, "x", SHM_RDONLY), TRI_ERR_VERSION);
    header->magic = 0;
    assert_int_equal(tri_segment_attach(&segment, shm_id, "x", SHM_RDONLY), TRI_ERR_NO_STREAM);
    header->magic = 1;
    assert_int_equal(tri_segment_attach(&segment, shm_id, "x", SHM_RDONLY), TRI_ERR_CORRUPT);
    shmdt(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entry_reads_back_as_it_was_written),
        cmocka_unit_test(hostile_values_are_refused_or_harmless),
        cmocka_unit_test(newer_frame_in_the_slot_is_torn),
        cmocka_unit_test(shape_of_one_frame_is_not_reused_for_another),
        cmocka_unit_test(entry_is_corrupt_when_libraries_would_overflow),
        cmocka_unit_test(header_is_accepted_only_within_the_segment),
    };
    return cmocka_run_group_tests_name("entry", tests, NULL, NULL);
}
