/* SPDX-License-Identifier: MIT */
/* Statistics of a run: the same numbers on the line and in JSON, from frames with known times. */
#include "program/stats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

static struct stats stats; // its histograms are large

/* 101 frames, one every 20 ms, each 3 ms old when seen. */
static int steady_run(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    for (int64_t i = 0; i <= 100; i++) {
        const int64_t at = 1000 * MS + i * 20 * MS;
        const struct tri_frame_info info = {
            .video = { .fourcc = TRI_FOURCC_GREY, .width = 320, .height = 240 },
            .number = (uint64_t)i + 1,
            .capture_ns = at - 1 * MS,
            .publish_ns = at,
            .copies = 1,
            .user_bytes = 5,
        };
        stats_frame(&stats, &info, 76800, at + 2 * MS);
    }
    const struct tri_reader_stats counts = {
        .dropped_driver = 1, .dropped_writer = 2, .skipped = 3, .torn = 4
    };
    stats_reader(&stats, &counts);
    return 0;
}

static double number(json_t *object, const char *group, const char *key)
{
    return json_number_value(json_object_get(group ? json_object_get(object, group) : object, key));
}

static void assert_near(double value, double wanted, double part)
{
    if (value < wanted * (1 - part) || value > wanted * (1 + part))
        fail_msg("%g is not %g", value, wanted);
}

static void json_has_every_statistic_under_its_name(void **state)
{
    (void)state;
    json_t *object = stats_json(&stats);
    assert_string_equal(json_string_value(json_object_get(object, "name")), "cam7");
    assert_string_equal(json_string_value(json_object_get(object, "format")), "GREY");
    assert_true(number(object, NULL, "frames") == 101);
    assert_true(number(object, NULL, "fps") == 50);
    assert_true(number(object, "dropped", "driver") == 1);
    assert_true(number(object, "dropped", "writer") == 2);
    assert_true(number(object, "dropped", "reader") == 3);
    assert_true(number(object, NULL, "torn_retried") == 4);
    assert_true(number(object, NULL, "copies") == 1);
    assert_true(number(object, NULL, "user_bytes") == 5);
    assert_true(number(object, NULL, "width") == 320);
    assert_true(number(object, NULL, "height") == 240);
    assert_true(number(object, NULL, "bytes") == 101 * 76800);
    assert_near(number(object, "age_us", "p50"), 3000, 0.004); // the histogram's documented error
    assert_near(number(object, "age_us", "p99"), 3000, 0.004);
    assert_near(number(object, "interval_us", "p50"), 20000, 0.004);
    assert_true(number(object, "interval_us", "max") == 20000);
    assert_true(number(object, "jitter_us", "p99") == 0);
    assert_near(number(object, "capture_to_publish_us", "p99"), 1000, 0.004);
    assert_near(number(object, "publish_to_reader_us", "p50"), 2000, 0.004);
    assert_null(json_object_get(object, "reader_to_screen_us"));
    assert_true(number(object, NULL, "bytes_per_second") == 50 * 76800);
    assert_true(number(object, NULL, "duplicates") == 0);
    assert_true(json_is_number(json_object_get(object, "cpu_percent")));
    json_decref(object);
}

static void age_of_a_picture_on_a_screen_has_three_parts(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    const struct tri_frame_info info = { .capture_ns = 1000 * MS, .publish_ns = 1001 * MS };
    stats_shown(&stats, &info, 1, 1003 * MS, 1010 * MS);
    json_t *object = stats_json(&stats);
    assert_near(number(object, "capture_to_publish_us", "max"), 1000, 0.004);
    assert_near(number(object, "publish_to_reader_us", "max"), 2000, 0.004);
    assert_near(number(object, "reader_to_screen_us", "max"), 7000, 0.004);
    assert_near(number(object, "age_us", "max"), 10000, 0.004);
    json_decref(object);
}

static void writer_prints_nothing_of_readers(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    const struct tri_frame_info info = { .capture_ns = 1000 * MS, .publish_ns = 1001 * MS };
    stats_published(&stats, &info, 1);
    json_t *object = stats_json(&stats);
    assert_null(json_object_get(object, "publish_to_reader_us"));
    assert_near(number(object, "age_us", "max"), 1000, 0.004);
    json_decref(object);
}

static void repeated_frame_is_a_duplicate(void **state)
{
    (void)state;
    const struct tri_frame_info first = { .number = 1,
                                          .capture_ns = 10 * MS,
                                          .publish_ns = 11 * MS,
                                          .checksum = 5,
                                          .flags = TRI_FRAME_CHECKSUM };
    struct tri_frame_info next = { .number = 2,
                                   .capture_ns = 20 * MS,
                                   .publish_ns = 21 * MS,
                                   .checksum = 6,
                                   .flags = TRI_FRAME_CHECKSUM };
    const struct tri_frame_info other = next;
    for (int i = 0; i < 5; i++) {
        next = other;
        if (i == 1)
            next.number = first.number;
        if (i == 2)
            next.capture_ns = first.capture_ns; // a driver that returns a buffer twice
        if (i >= 3)
            next.checksum = first.checksum;
        if (i == 4)
            next.flags = 0; // it contains nothing
        stats_start(&stats, "cam7");
        stats_frame(&stats, &first, 1, 12 * MS);
        stats_frame(&stats, &next, 1, 22 * MS);
        assert_int_equal(stats.duplicates, i >= 1 && i <= 3);
    }
}

static void gaps_are_intervals_of_more_than_three_medians(void **state)
{
    (void)state;
    uint64_t longer_than_ns;
    stats_start(&stats, "cam7");
    struct tri_frame_info info = { .publish_ns = 0 };
    for (int i = 0; i < 100; i++) {
        info.publish_ns += (i == 30 ? 59 : i == 60 ? 62 : i == 90 ? 900 : 20) * MS;
        info.video.width = i < 50 ? 4 : 8;
        stats_frame(&stats, &info, 1, info.publish_ns);
    }
    assert_int_equal(stats_gaps(&stats, &longer_than_ns), 2);
    assert_in_range(longer_than_ns, 59 * MS, 61 * MS);
    assert_int_equal(stats.format_changes, 1);
}

/* Frames captured every 20 ms by the stream's rate, with exceptions; published and numbered without
 * gaps. */
static void take(int64_t from, int64_t to, int64_t late_ns, uint64_t lost)
{
    for (int64_t i = from; i < to; i++) {
        const struct tri_frame_info info = {
            .video = { .fps_num = 50, .fps_den = 1 },
            .number = (uint64_t)i + 1,
            .driver_sequence = (uint64_t)i + lost,
            .capture_ns = (i + (int64_t)lost) * 20 * MS + (i == from ? late_ns : 0),
            .publish_ns = i * 20 * MS,
        };
        stats_frame(&stats, &info, 1, info.publish_ns);
    }
}

static void stall_is_three_periods_without_capture_or_loss(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    take(0, 10, 0, 0);
    take(10, 20, 0, 7); // a gap of seven frames: lost
    assert_int_equal(stats.captures.stalls, 0);
    assert_int_equal(stats.captures.uneven, 0);
    take(20, 21, 40 * MS, 7); // three periods, not longer
    assert_int_equal(stats.captures.stalls, 0);
    take(21, 30, 0, 7);
    take(30, 31, 41 * MS, 9); // and two of its frames are lost
    assert_int_equal(stats.captures.stalls, 1);
    assert_int_equal(stats.captures.stall_sum_ns, 41 * MS);
    assert_int_equal(stats.captures.stall_max_ns, 41 * MS);
}

static void stats_stay_in_range_for_any_stream(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    struct tri_frame_info info = { .video = { .fps_num = 1, .fps_den = INT32_MAX } };
    // Periods of 68 years, then of a nanosecond; times at the largest distance.
    for (int i = 0; i < 12; i++) {
        info.number += i % 2 ? 1 : 1 << 30;
        info.driver_sequence = info.number;
        info.capture_ns = i % 2 ? INT64_MAX / 4 - 1 : -INT64_MAX / 4 + 1;
        info.publish_ns = info.capture_ns;
        if (i == 4)
            info.video = (struct tri_video){ .fps_num = INT32_MAX, .fps_den = 1 };
        stats_frame(&stats, &info, 1, info.publish_ns);
    }
    assert_true(stats.captures.stalls >= 2);
    assert_int_equal(stats.captures.stall_sum_ns, INT64_MAX);
}

static void captures_are_uneven_beyond_a_tenth_of_a_period(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    take(0, 10, 0, 0);
    take(10, 20, 2 * MS, 0); // later by a tenth, and the next one earlier by as much
    assert_int_equal(stats.captures.uneven, 0);
    take(20, 30, -2 * MS - 1, 3);
    assert_int_equal(stats.captures.uneven, 2);
    assert_int_equal(stats.captures.uneven_max_ns, 2 * MS + 1);
    assert_int_equal(stats.captures.stalls, 0);
}

static void restart_is_not_a_stall(void **state)
{
    (void)state;
    struct tri_frame_info info = { .video = { .fps_num = 50, .fps_den = 1 }, .number = 1 };
    const struct tri_frame_info later = {
        .video = info.video, .number = 2, .driver_sequence = 1, .capture_ns = 900 * MS
    };
    for (int i = 0; i < 5; i++) {
        struct tri_frame_info next = later;
        next.generation = i == 1; // another writer
        next.flags = i == 2 ? TRI_FRAME_RESTART : i == 3 ? TRI_FRAME_NO_SIGNAL : 0;
        next.video.fps_num = i == 4 ? 0 : 50; // without a rate
        stats_start(&stats, "cam7");
        stats_frame(&stats, &info, 1, MS);
        stats_frame(&stats, &next, 1, 901 * MS);
        assert_int_equal(stats.captures.stalls, i == 0);
        json_t *object = stats_json(&stats);
        assert_int_equal(json_is_null(json_object_get(object, "stalls")), i == 4);
        json_decref(object);
    }
}

static void stalls_and_uneven_captures_are_printed_everywhere(void **state)
{
    (void)state;
    char line[256];
    char *text = NULL;
    size_t bytes = 0;
    stats_start(&stats, "cam7");
    take(0, 10, 0, 0);
    take(10, 11, 300 * MS, 0);
    take(11, 12, 300 * MS, 0);
    take(12, 13, 304 * MS, 0);
    stats_line(&stats, stats.line_ns + 1000 * MS, line, sizeof(line));
    assert_non_null(strstr(line, ", stalls: 1"));
    json_t *object = stats_json(&stats);
    assert_true(number(object, NULL, "stalls") == 1);
    assert_true(number(object, "stall_us", "sum") == 300000);
    assert_true(number(object, "stall_us", "max") == 300000);
    assert_true(number(object, NULL, "uneven") == 1);
    assert_true(number(object, "uneven_us", "max") == 4000);
    json_decref(object);
    FILE *memory = open_memstream(&text, &bytes);
    assert_non_null(memory);
    stats_summary(&stats, memory);
    fclose(memory);
    assert_non_null(
        strstr(text, "\n  stalls: 1 (300.0 ms), uneven captures: 1 (at most 4.0 ms off)\n"));
    free(text);
}

static void last_second_has_a_rate_of_its_own(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    struct tri_frame_info info = { .publish_ns = 0 };
    for (int i = 0; i < 110; i++, info.publish_ns += (i < 50 ? 100 : 20) * MS)
        stats_frame(&stats, &info, 1, info.publish_ns);
    assert_true(stats_fps_last_second(&stats, stats.seen_ns) == 50);
    assert_true(stats_fps(&stats) < 20);
    assert_true(stats_fps_last_second(&stats, stats.seen_ns + 1001 * MS) == 0); // it is silent
}

static void summary_for_people_has_the_names_of_json(void **state)
{
    (void)state;
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    assert_non_null(memory);
    stats_summary(&stats, memory);
    fclose(memory);
    assert_ptr_equal(strstr(text, "cam7: 101 frames, 50.00 fps, dropped: 1 driver + 2 writer + 3 "
                                  "reader, torn and retried: 4, duplicates: 0\n"),
                     text);
    assert_non_null(strstr(text, "\n  interval                  20.0 ms    20.0 ms    20.0 ms    "
                                 "20.0 ms\n"));
    assert_non_null(strstr(text, "\n  age "));
    assert_non_null(strstr(text, "\n    capture to publish "));
    assert_non_null(strstr(text, "\n    publish to reader "));
    assert_null(strstr(text, "reader to screen"));
    assert_non_null(strstr(text, "\n  3.8 MB per second, copies per frame: 1, CPU: "));
    free(text);
}

static void line_has_the_numbers_of_the_object(void **state)
{
    (void)state;
    char line[256];
    stats_line(&stats, stats.line_ns + 2000 * MS, line, sizeof(line));
    assert_string_equal(line, " 50.50 fps, dropped: 1 driver + 2 writer + 3 reader, "
                              "age p50 3.0 ms p99 3.0 ms");
    stats_line(&stats, stats.line_ns + 1000 * MS, line, sizeof(line));
    assert_non_null(strstr(line, "  0.00 fps")); // nothing arrived since the previous line
}

static void line_is_due_once_a_second(void **state)
{
    (void)state;
    char line[256];
    const int64_t start = stats.line_ns;
    assert_false(stats_due(&stats, start + 999 * MS));
    assert_true(stats_due(&stats, start + 1000 * MS));
    stats_line(&stats, start + 1000 * MS, line, sizeof(line));
    assert_false(stats_due(&stats, start + 1999 * MS));
}

static void run_without_frames_has_no_rate_and_no_format(void **state)
{
    (void)state;
    stats_start(&stats, "cam7");
    json_t *object = stats_json(&stats);
    assert_true(number(object, NULL, "fps") == 0);
    assert_true(json_is_null(json_object_get(object, "format")));
    assert_true(number(object, "age_us", "p99") == 0);
    json_decref(object);
}

static void object_is_one_line(void **state)
{
    (void)state;
    char *text = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&text, &bytes);
    assert_non_null(memory);
    assert_true(stats_print_json(memory, stats_json(&stats)));
    fclose(memory);
    assert_ptr_equal(strchr(text, '\n'), text + bytes - 1);
    free(text);
}

static void assert_text(const char *text, const char *wanted)
{
    json_t *string = stats_json_text(text);
    assert_string_equal(json_string_value(string), wanted);
    json_decref(string);
}

static void text_is_printed_up_to_invalid_utf_8(void **state)
{
    (void)state;
    assert_text("", "");
    assert_text("Kamera f\xfcr \xe2\x82\xac 5", "Kamera f?r \xe2\x82\xac 5");
}

static void full_disk_is_noticed(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    assert_non_null(full);
    assert_false(stats_print_json(full, stats_json(&stats)));
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(json_has_every_statistic_under_its_name, steady_run),
        cmocka_unit_test(age_of_a_picture_on_a_screen_has_three_parts),
        cmocka_unit_test(writer_prints_nothing_of_readers),
        cmocka_unit_test(repeated_frame_is_a_duplicate),
        cmocka_unit_test(gaps_are_intervals_of_more_than_three_medians),
        cmocka_unit_test(stall_is_three_periods_without_capture_or_loss),
        cmocka_unit_test(stats_stay_in_range_for_any_stream),
        cmocka_unit_test(captures_are_uneven_beyond_a_tenth_of_a_period),
        cmocka_unit_test(restart_is_not_a_stall),
        cmocka_unit_test(stalls_and_uneven_captures_are_printed_everywhere),
        cmocka_unit_test(last_second_has_a_rate_of_its_own),
        cmocka_unit_test_setup(summary_for_people_has_the_names_of_json, steady_run),
        cmocka_unit_test_setup(line_has_the_numbers_of_the_object, steady_run),
        cmocka_unit_test_setup(line_is_due_once_a_second, steady_run),
        cmocka_unit_test(run_without_frames_has_no_rate_and_no_format),
        cmocka_unit_test_setup(object_is_one_line, steady_run),
        cmocka_unit_test(text_is_printed_up_to_invalid_utf_8),
        cmocka_unit_test_setup(full_disk_is_noticed, steady_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
