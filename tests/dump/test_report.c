/* SPDX-License-Identifier: MIT */
/* What a report keeps of a run, and what it draws of it: of ten frames as of a million. */
#include "report_axis.h"
#include "run_report.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MS        INT64_C(1000000)
#define AT(frame) (INT64_C(20) * (frame)*MS) // in the run

enum { MILLION = 1000000, SPIKE = 4321, LOST = 3456 };

static struct report report; // large, and it must stay where it is
static struct stats stats;   // likewise
static char folder[] = "/tmp/triptych-report-XXXXXX";
static char path[64];

/* Frames every 20 ms, each 1 ms old when it comes; one of them 77 ms, one after a frame was lost. */
static void run(uint64_t frames)
{
    stats_start(&stats, "cam7");
    for (uint64_t i = 0; i < frames; i++) {
        const int64_t at = 5000 * MS + (int64_t)i * 20 * MS;
        const struct tri_frame_info info = {
            .video = { .fourcc = TRI_FOURCC_Y16, .width = 4, .height = 2 },
            .number = i + 1,
            .capture_ns = at - (i == SPIKE ? 77 : 1) * MS,
            .publish_ns = at,
        };
        const struct tri_reader_stats counts = { .dropped_driver = i >= LOST };
        stats_frame(&stats, &info, 16, at);
        samples_frame(&report.samples, &info, at, &counts);
    }
}

static void draw(uint64_t frames, const char *name)
{
    const tri_log log = { .level = TRI_LOG_ERROR };
    snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(report_open(&report, path, &log));
    run(frames);
    assert_true(report_close(&report, &(struct report_facts){ .stats = &stats }));
}

static char *drawn(void)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    char *text = calloc(1, (size_t)status.st_size + 1);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fread(text, 1, (size_t)status.st_size, file), status.st_size);
    fclose(file);
    unlink(path);
    return text;
}

static void a_million_frames_keep_their_one_spike_and_their_one_loss(void **state)
{
    (void)state;
    report.samples = (struct samples){ .frames = 0 };
    run(MILLION);
    const struct samples *samples = &report.samples;
    assert_in_range(samples->columns, SAMPLES_COLUMNS / 2, SAMPLES_COLUMNS);
    uint64_t frames = 0;
    uint64_t lost = 0;
    for (size_t i = 0; i < samples->columns; i++) {
        const struct samples_column *column = &samples->column[i];
        const int64_t from_ns = (int64_t)i * samples->column_ns;
        const bool has_spike = AT(SPIKE) >= from_ns && AT(SPIKE) < from_ns + samples->column_ns;
        assert_int_equal(column->age.most, (has_spike ? 77 : 1) * MS);
        assert_int_equal(column->age.least, 1 * MS);
        frames += column->age.count;
        lost += column->lost[LOST_BY_DRIVER];
        if (column->lost[LOST_BY_DRIVER])
            assert_in_range(AT(LOST), from_ns, from_ns + samples->column_ns);
    }
    assert_int_equal(frames, MILLION);
    assert_int_equal(lost, 1);
}

static void the_longest_gaps_are_kept_whatever_comes_after_them(void **state)
{
    (void)state;
    struct samples *samples = &report.samples;
    *samples = (struct samples){ .frames = 0 };
    struct tri_frame_info info = { .publish_ns = 0 };
    const struct tri_reader_stats counts = { .frames = 0 };
    for (int i = 0; i < 1000; i++) {
        info.publish_ns += (i == 10 ? 900 : i == 700 ? 800 : 10 + i % 7) * MS;
        samples_frame(samples, &info, info.publish_ns, &counts);
    }
    assert_int_equal(samples->gaps, SAMPLES_GAPS);
    int64_t longest = 0;
    int64_t second = 0;
    for (size_t i = 0; i < samples->gaps; i++) {
        const int64_t length = samples->gap[i].length_ns;
        if (length > longest) {
            second = longest;
            longest = length;
        } else if (length > second) {
            second = length;
        }
    }
    assert_int_equal(longest, 900 * MS);
    assert_int_equal(second, 800 * MS);
}

static void a_report_does_not_grow_with_the_run(void **state)
{
    (void)state;
    draw(MILLION, "million.svg");
    char *text = drawn();
    assert_in_range(strlen(text), 10000, 150000);
    assert_non_null(strstr(text, ">1000000 in 5.56 h<"));
    assert_non_null(strstr(text, ">77.0 ms<"));
    free(text);
}

static void ten_frames_are_ten_dots_of_age_and_nine_of_intervals(void **state)
{
    (void)state;
    draw(10, "ten.svg");
    char *text = drawn();
    int dots = 0;
    for (const char *at = text; (at = strstr(at, "class=\"dot\"")); at++)
        dots++;
    assert_int_equal(dots, 19);
    assert_non_null(strstr(text, ">4x2 Y16<"));
    free(text);
}

static void one_frame_and_none_are_reports_too(void **state)
{
    (void)state;
    draw(1, "one.html");
    char *text = drawn();
    assert_null(strstr(text, "nan"));
    assert_null(strstr(text, "inf"));
    assert_ptr_equal(strstr(text, "<!DOCTYPE html>"), text);
    free(text);
    draw(0, "none.svg");
    text = drawn();
    assert_null(strstr(text, "nan"));
    assert_non_null(strstr(text, ">no frame came<"));
    assert_ptr_equal(strstr(text, "<svg "), text);
    free(text);
}

static void ticks_are_round_rising_and_few(void **state)
{
    (void)state;
    double low = 0;
    double high = 0.001;
    for (int i = 0; i < 5000; i++) {
        const struct axis axis = axis_over(low, high, i % 2 ? 0 : 20, 100, 200);
        double ticks[AXIS_TICKS];
        const size_t count = axis_ticks(&axis, ticks);
        assert_in_range(count, 2, 11);
        for (size_t t = 0; t < count; t++) {
            const double place = axis_place(&axis, ticks[t]);
            assert_true(t == 0 || ticks[t] > ticks[t - 1]);
            assert_true(place >= 99.9 && place <= 200.1 && !signbit(ticks[t]));
        }
        assert_true(axis_place(&axis, low) >= 100 && axis_place(&axis, high) <= 200.001);
        high *= 1.7;
        if (high > 1e9) {
            low = low * 3 + 0.01;
            high = low < 1e6 ? low * 1.01 : 0.001;
            low = low < 1e6 ? low : 0;
        }
    }
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_frames_keep_their_one_spike_and_their_one_loss),
        cmocka_unit_test(the_longest_gaps_are_kept_whatever_comes_after_them),
        cmocka_unit_test(a_report_does_not_grow_with_the_run),
        cmocka_unit_test(ten_frames_are_ten_dots_of_age_and_nine_of_intervals),
        cmocka_unit_test(one_frame_and_none_are_reports_too),
        cmocka_unit_test(ticks_are_round_rising_and_few),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
