/* SPDX-License-Identifier: MIT */
/* The samples that a report keeps, and the page that carries them: for no frame, ten and a million. */
#include "run_report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define MS INT64_C(1000000)

#define DATA_BEGIN "<script type=\"application/json\" id=\"run\">"
#define DATA_END   "</script>"
#define LINE_SEP   "\xe2\x80\xa8" // U+2028 ends a line in JavaScript before 2019

enum { MILLION = 1000000, SPIKE = 4321, LOST = 3456 };

static struct report report; // large, and must not move
static struct stats stats;   // large
static char folder[] = "/tmp/triptych-report-XXXXXX";
static char path[64];

/* Frames every 20 ms with a latency of 1 ms; frame SPIKE has 77 ms; one was lost before frame LOST. */
static void run(uint64_t frames, const char *name)
{
    stats_start(&stats, name);
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

/* The page of such a run, freed by the caller. */
static char *page_of(uint64_t frames, const char *name)
{
    const tri_log log = { .level = TRI_LOG_ERROR };
    snprintf(path, sizeof(path), "%s/run.html", folder);
    assert_true(report_open(&report, path, &log));
    run(frames, name);
    json_t *summary = stats_json(&stats);
    assert_true(report_close(&report, summary, &stats));
    json_decref(summary);

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

/* The run in a page, as the browser finds it: up to the next end of a script. */
static json_t *data_of(const char *page)
{
    const char *begin = strstr(page, DATA_BEGIN);
    assert_non_null(begin);
    begin += strlen(DATA_BEGIN);
    const char *end = strstr(begin, DATA_END);
    assert_non_null(end);
    json_error_t error;
    json_t *data = json_loadb(begin, (size_t)(end - begin), 0, &error);
    if (!data)
        fail_msg("%s", error.text);
    return data;
}

static const json_t *get(const json_t *object, const char *outer, const char *inner)
{
    return json_object_get(json_object_get(object, outer), inner);
}

static json_int_t number_at(const json_t *array, size_t index)
{
    return json_integer_value(json_array_get(array, index));
}

static void million_frames_keep_their_one_spike_and_their_one_loss(void **state)
{
    (void)state;
    report.samples = (struct samples){ .frames = 0 };
    run(MILLION, "cam7");
    const struct samples *samples = &report.samples;
    const size_t count = samples_count(samples);
    const uint64_t per = samples->frames_per_sample;
    assert_in_range(count, SAMPLES_MAX / 2, SAMPLES_MAX);
    int64_t span = 0;
    for (size_t i = 0; i < count; i++) {
        const struct sample *sample = &samples->sample[i];
        assert_int_equal(sample->age.most, (i == SPIKE / per ? 77 : 1) * MS);
        assert_int_equal(sample->age.least, 1 * MS);
        assert_int_equal(sample->interval.least, 20 * MS);
        assert_int_equal(sample->interval.most, 20 * MS);
        assert_int_equal(sample->lost[LOST_BY_DRIVER], i == LOST / per);
        span += sample->interval.sum;
    }
    assert_int_equal(span, INT64_C(20) * (MILLION - 1) * MS);
}

static void page_of_a_million_frames_is_bounded_and_complete(void **state)
{
    (void)state;
    char *page = page_of(MILLION, "cam7");
    assert_in_range(strlen(page), 1 << 20, 8 << 20);
    json_t *data = data_of(page);
    const size_t count = samples_count(&report.samples);
    static const char *const arrays[] = { "span_ns",         "age_sum_ns", "interval_min_ns",
                                          "interval_max_ns", "age_min_ns", "age_max_ns" };
    for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++)
        assert_int_equal(json_array_size(get(data, "samples", arrays[i])), count);
    const json_t *lost = get(json_object_get(data, "samples"), "lost", "driver");
    assert_int_equal(json_array_size(lost), 1);
    assert_int_equal(number_at(json_array_get(lost, 0), 0),
                     LOST / report.samples.frames_per_sample);
    assert_int_equal(number_at(json_array_get(lost, 0), 1), 1);
    json_decref(data);
    free(page);
}

static void ten_frames_are_ten_samples_with_nine_intervals(void **state)
{
    (void)state;
    char *page = page_of(10, "cam7");
    json_t *data = data_of(page);
    const json_t *spans = get(data, "samples", "span_ns");
    assert_int_equal(json_array_size(spans), 10);
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(number_at(spans, i), i == 0 ? 0 : 20 * MS);
        assert_int_equal(number_at(get(data, "samples", "age_sum_ns"), i), 1 * MS);
    }
    assert_null(get(data, "samples", "age_min_ns"));
    const json_t *bucket = json_array_get(get(data, "histograms", "interval_ns"), 0);
    assert_int_equal(number_at(bucket, 2), 9);
    assert_true(number_at(bucket, 0) <= 20 * MS && 20 * MS < number_at(bucket, 1));
    json_decref(data);
    free(page);
}

static void run_without_a_frame_has_a_page_without_samples(void **state)
{
    (void)state;
    char *page = page_of(0, "cam7");
    json_t *data = data_of(page);
    assert_int_equal(json_array_size(get(data, "samples", "span_ns")), 0);
    assert_int_equal(json_integer_value(get(data, "summary", "frames")), 0);
    assert_ptr_equal(strstr(page, "<!DOCTYPE html>"), page);
    assert_non_null(strstr(page, "</html>"));
    json_decref(data);
    free(page);
}

static void text_of_the_run_cannot_end_the_script_it_is_in(void **state)
{
    (void)state;
    static const char name[] = "</script><script>alert(1)</script><!--" LINE_SEP;
    char *page = page_of(1, name);
    json_t *data = data_of(page);
    assert_string_equal(json_string_value(get(data, "summary", "name")), name);
    assert_null(strstr(page, "alert(1)<"));
    assert_null(strstr(page, LINE_SEP));
    json_decref(data);
    free(page);
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
        cmocka_unit_test(million_frames_keep_their_one_spike_and_their_one_loss),
        cmocka_unit_test(page_of_a_million_frames_is_bounded_and_complete),
        cmocka_unit_test(ten_frames_are_ten_samples_with_nine_intervals),
        cmocka_unit_test(run_without_a_frame_has_a_page_without_samples),
        cmocka_unit_test(text_of_the_run_cannot_end_the_script_it_is_in),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
