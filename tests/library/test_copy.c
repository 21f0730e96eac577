/* SPDX-License-Identifier: MIT */
/* Copies of frames: every byte arrives and no other changes, below the cache's size and above. */
#include "copy_limit.h"

#include <triptych/copy.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MARGIN = 128, UNTOUCHED = 0xa5 };

/** Uninitialised memory of `bytes` bytes between two margins. */
static uint8_t *untouched(size_t bytes)
{
    uint8_t *memory = malloc(bytes + 2 * (size_t)MARGIN);
    assert_non_null(memory);
    memset(memory, UNTOUCHED, bytes + 2 * (size_t)MARGIN);
    return memory;
}

/** Bytes that differ within every page and from page to page. */
static uint8_t *picture(size_t bytes)
{
    uint8_t *memory = untouched(bytes);
    for (size_t i = 0; i < bytes; i++)
        memory[MARGIN + i] = (uint8_t)((i * 31 + i / 4096 * 7) & 0x7f);
    return memory;
}

static void assert_untouched(const uint8_t *at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(at[i], UNTOUCHED);
}

static void copy_and_compare(size_t bytes, size_t to_shift, size_t from_shift)
{
    uint8_t *from = picture(bytes + from_shift);
    uint8_t *to = untouched(bytes + to_shift);
    tri_copy(to + MARGIN + to_shift, from + MARGIN + from_shift, bytes);

    assert_memory_equal(to + MARGIN + to_shift, from + MARGIN + from_shift, bytes);
    assert_untouched(to, MARGIN + to_shift);
    assert_untouched(to + MARGIN + to_shift + bytes, MARGIN);
    free(from);
    free(to);
}

static void small_copy_has_every_byte(void **state)
{
    (void)state;
    for (size_t bytes = 0; bytes < 200; bytes++)
        copy_and_compare(bytes, bytes % 64, bytes * 7 % 64);
}

static void uncached_copy_has_every_byte_at_any_alignment(void **state)
{
    (void)state;
    const size_t large = tri_copy_cached_max() + 1;
    for (size_t i = 0; i < 8; i++)
        copy_and_compare(large + i * 1717, i * 9 % 64, i * 23 % 64);
}

static void copy_rows_and_compare(size_t row_bytes, size_t rows, size_t to_stride,
                                  size_t from_stride)
{
    uint8_t *from = picture(from_stride * rows);
    uint8_t *to = untouched(to_stride * rows);
    tri_copy_rows(to + MARGIN, to_stride, from + MARGIN, from_stride, row_bytes, rows);

    for (size_t y = 0; y < rows; y++) {
        const uint8_t *row = to + MARGIN + y * to_stride;
        assert_memory_equal(row, from + MARGIN + y * from_stride, row_bytes);
        assert_untouched(row + row_bytes, to_stride - row_bytes);
    }
    assert_untouched(to, MARGIN);
    assert_untouched(to + MARGIN + to_stride * rows, MARGIN);
    free(from);
    free(to);
}

static void rows_are_copied_without_their_padding(void **state)
{
    (void)state;
    const size_t many =
        tri_copy_cached_max() / 1000 + 1; // with rows of 1,000 bytes: larger than the cache
    copy_rows_and_compare(101, 9, 128, 111);
    copy_rows_and_compare(1000, many, 1024, 1001);
    copy_rows_and_compare(1000, many, 1001, 1000);
    copy_rows_and_compare(1000, many, 1000, 1000);
    copy_rows_and_compare(64, 1, 64, 64);
}

static void no_rows_copy_nothing(void **state)
{
    (void)state;
    uint8_t *to = untouched(64);
    tri_copy_rows(to, 64, to, 64, 64, 0);
    tri_copy_rows(to, 64, to, 64, 0, 3);
    assert_untouched(to, 64 + 2 * (size_t)MARGIN);
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_copy_has_every_byte),
        cmocka_unit_test(uncached_copy_has_every_byte_at_any_alignment),
        cmocka_unit_test(rows_are_copied_without_their_padding),
        cmocka_unit_test(no_rows_copy_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
