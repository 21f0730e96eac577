/* SPDX-License-Identifier: MIT */
/* The OBS source inside libobs, without a window: its frames, and its list of streams. */
#include <fixture.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <obs-module.h>
#include <obs.h>

#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <triptych/triptych.h>

enum { EACH_SECOND = 3, PATIENCE_MS = 60000, POLL_MS = 5, NOBODY = 65534 };

/** The newest frame from the source. */
static struct {
    pthread_mutex_t lock;
    struct obs_source_frame2 frame;
    uint8_t first; // byte of the frame
    unsigned frames;
    unsigned ends;
} handed = { .lock = PTHREAD_MUTEX_INITIALIZER };

/** Precedes libobs's own function, because this program is searched first. */
void obs_source_output_video2(obs_source_t *source, const struct obs_source_frame2 *frame)
{
    (void)source;
    pthread_mutex_lock(&handed.lock);
    if (frame) {
        handed.frame = *frame;
        handed.first = frame->data[0][0];
        handed.frames++;
    } else {
        handed.ends++;
    }
    pthread_mutex_unlock(&handed.lock);
}

static unsigned count_of(const unsigned *counter)
{
    pthread_mutex_lock(&handed.lock);
    const unsigned count = *counter;
    pthread_mutex_unlock(&handed.lock);
    return count;
}

static void wait_for_more(const unsigned *counter, unsigned before)
{
    for (int waited = 0; count_of(counter) == before; waited += POLL_MS) {
        assert_true(waited < PATIENCE_MS);
        usleep(POLL_MS * 1000);
    }
}

static obs_source_t *open_source(const char *stream)
{
    obs_data_t *settings = obs_data_create();
    obs_data_set_string(settings, "stream", stream);
    obs_source_t *source = obs_source_create("triptych_stream", "picture", settings, NULL);
    obs_data_release(settings);
    assert_non_null(source);
    return source;
}

static tri_writer *open_writer(const char *name)
{
    tri_writer *writer = NULL;
    assert_int_equal(tri_writer_open(&writer, &(struct tri_writer_options){ .name = name }),
                     TRI_OK);
    return writer;
}

/** Publishes a frame of one value, and waits until OBS has it. */
static void show(tri_writer *writer, const struct tri_video *video, int value, int64_t capture_ns)
{
    struct tri_draft draft;
    const unsigned before = count_of(&handed.frames);
    assert_int_equal(tri_writer_begin(writer, video, &draft), TRI_OK);
    for (uint32_t p = 0; p < draft.shape.planes; p++)
        memset(draft.data[p], value, draft.shape.plane[p].bytes);
    draft.info.capture_ns = capture_ns;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    wait_for_more(&handed.frames, before);
    assert_int_equal(handed.first, value);
}

static void assert_colors(enum video_colorspace space, enum video_range_type range)
{
    float matrix[16];
    float least[3];
    float most[3];
    video_format_get_parameters_for_format(space, range, handed.frame.format, matrix, least, most);
    assert_int_equal(handed.frame.range, range);
    assert_memory_equal(handed.frame.color_matrix, matrix, sizeof(matrix));
    assert_memory_equal(handed.frame.color_range_min, least, sizeof(least));
    assert_memory_equal(handed.frame.color_range_max, most, sizeof(most));
}

static void frame_has_its_capture_time_size_and_colours(void **state)
{
    (void)state;
    const char *const name = fixture_stream();
    obs_source_t *source = open_source(name);
    tri_writer *writer = open_writer(name);
    struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 66, .height = 34 };

    video.matrix = TRI_MATRIX_709;
    show(writer, &video, 99, 123456789);
    assert_int_equal(handed.frame.timestamp, 123456789);
    assert_int_equal(handed.frame.width, 66);
    assert_int_equal(handed.frame.height, 34);
    assert_int_equal(handed.frame.format, VIDEO_FORMAT_NV12);
    assert_colors(VIDEO_CS_709, VIDEO_RANGE_PARTIAL);

    video.matrix = TRI_MATRIX_601;
    video.range = TRI_RANGE_FULL;
    show(writer, &video, 98, 123456790);
    assert_int_equal(handed.frame.timestamp, 123456790);
    assert_colors(VIDEO_CS_601, VIDEO_RANGE_FULL);

    tri_writer_close(&writer);
    obs_source_release(source);
}

/** Each format of OBS is found in the table, or is one of those that the table lacks. */
static void every_format_of_obs_is_used(void **state)
{
    (void)state;
    static const enum video_format lacking[] = { VIDEO_FORMAT_I210, VIDEO_FORMAT_I412,
                                                 VIDEO_FORMAT_I40A, VIDEO_FORMAT_I42A,
                                                 VIDEO_FORMAT_YUVA, VIDEO_FORMAT_YA2L,
                                                 VIDEO_FORMAT_AYUV, VIDEO_FORMAT_I010 };
    const char *const name = fixture_stream();
    obs_source_t *source = open_source(name);
    tri_writer *writer = open_writer(name);
    int number = 0;
    for (enum video_format each = VIDEO_FORMAT_NONE + 1;
         strcmp(get_video_format_name(each), "None") != 0; each++) {
        const struct tri_format *format = tri_format_from_name(get_video_format_name(each));
        bool lacks = false;
        for (size_t i = 0; i < sizeof(lacking) / sizeof(lacking[0]); i++)
            lacks |= lacking[i] == each;
        assert_int_equal(format == NULL, lacks);
        if (lacks)
            continue;
        const struct tri_video video = { .fourcc = format->fourcc, .width = 64, .height = 48 };
        number++;
        show(writer, &video, number, number * INT64_C(1000));
        assert_int_equal(handed.frame.format, each);
    }
    tri_writer_close(&writer);
    obs_source_release(source);
}

static void source_follows_a_change_of_format_and_a_new_writer(void **state)
{
    (void)state;
    const char *const name = fixture_stream();
    obs_source_t *source = open_source(name);
    const enum video_format formats[] = { VIDEO_FORMAT_YUY2, VIDEO_FORMAT_BGRA, VIDEO_FORMAT_Y800 };
    const uint32_t fourccs[] = { TRI_FOURCC_YUYV, TRI_FOURCC_AR24, TRI_FOURCC_GREY };

    for (int life = 1; life <= 2; life++) {
        tri_writer *writer = open_writer(name);
        for (uint32_t i = 0; i < 3; i++) {
            const struct tri_video video = { .fourcc = fourccs[i],
                                             .width = 64 + 64 * i,
                                             .height = 48 + 48 * i };
            show(writer, &video, life * 10 + (int)i, life * INT64_C(1000));
            assert_int_equal(handed.frame.format, formats[i]);
            assert_int_equal(handed.frame.width, video.width);
        }
        const unsigned ends = count_of(&handed.ends);
        tri_writer_close(&writer);
        wait_for_more(&handed.ends, ends); // no frame rather than a stale one
    }
    obs_source_release(source);
}

static void frames_without_locks_are_shown_from_the_first(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip_because("only root can become another user");
    const char *const name = fixture_stream();
    tri_writer *writer = NULL;
    const struct tri_writer_options options = { .name = name, .permissions = 0644 };
    const struct tri_video video = { .fourcc = TRI_FOURCC_NV12, .width = 66, .height = 34 };
    struct tri_draft draft;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    memset(draft.data[0], 77, draft.shape.bytes);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);

    const unsigned before = count_of(&handed.frames);
    assert_int_equal(seteuid(NOBODY), 0);
    obs_source_t *source = open_source(name);
    wait_for_more(&handed.frames, before);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(handed.first, 77);
    for (int value = 78; value < 80; value++)
        show(writer, &video, value, value);
    obs_source_release(source);
    tri_writer_close(&writer);
}

static void long_name_is_not_truncated_to_another_stream(void **state)
{
    (void)state;
    char longest[TRI_NAME_MAX + 1];
    char longer[TRI_NAME_MAX + 2];
    const char *const name = fixture_stream();
    memset(longest, '0', TRI_NAME_MAX);
    memcpy(longest, name, strlen(name));
    longest[TRI_NAME_MAX] = '\0';
    snprintf(longer, sizeof(longer), "%s0", longest);
    obs_source_t *wrong = open_source(longer);
    obs_source_t *right = open_source(longest);
    tri_writer *writer = open_writer(longest);
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 8, .height = 8 };
    const unsigned before = count_of(&handed.frames);

    for (int value = 1; value <= 3; value++)
        show(writer, &video, value, value);
    obs_source_release(wrong);
    obs_source_release(right);
    assert_int_equal(count_of(&handed.frames), before + 3);
    tri_writer_close(&writer);
}

/** Whether the source's list of streams has this name. */
static bool lists(obs_source_t *source, const char *name)
{
    obs_properties_t *properties = obs_source_properties(source);
    obs_property_t *list = obs_properties_get(properties, "stream");
    bool found = false;
    for (size_t i = 0; i < obs_property_list_item_count(list); i++)
        found = found || strcmp(obs_property_list_item_string(list, i), name) == 0;
    obs_properties_destroy(properties);
    return found;
}

static uint32_t readers_of(const tri_writer *writer)
{
    struct tri_writer_stats counts;
    tri_writer_get_stats(writer, &counts);
    return counts.readers;
}

static void removed_source_ends_without_frames(void **state)
{
    (void)state;
    const char *const name = fixture_stream();
    obs_source_t *source = open_source(name);
    tri_writer *writer = open_writer(name);
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };

    show(writer, &video, 1, 1);
    assert_int_equal(readers_of(writer), 1);
    obs_source_release(source);
    for (int waited = 0; readers_of(writer) > 0; waited += POLL_MS) {
        assert_true(waited < PATIENCE_MS);
        usleep(POLL_MS * 1000);
    }
    tri_writer_close(&writer);
}

/** How often the source's thread has slept. */
static unsigned long sleeps_of_source(void)
{
    unsigned long sleeps = 0;
    glob_t threads;
    assert_int_equal(glob("/proc/self/task/*/status", 0, NULL, &threads), 0);
    for (size_t i = 0; i < threads.gl_pathc; i++) {
        char text[4096] = "";
        FILE *file = fopen(threads.gl_pathv[i], "r");
        if (!file)
            continue; // that thread has ended
        text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
        fclose(file);
        const char *count = strstr(text, "\nvoluntary_ctxt_switches:");
        if (count && strncmp(text, "Name:\ttriptych stream\n", 22) == 0)
            sleeps += strtoul(strchr(count, ':') + 1, NULL, 10);
    }
    globfree(&threads);
    assert_true(sleeps > 0);
    return sleeps;
}

/** Asserts that the source's thread comes to rest. */
static void wait_for_rest(void)
{
    for (int waited = 0;; waited += 2000) {
        const unsigned long before = sleeps_of_source();
        assert_true(waited < PATIENCE_MS);
        usleep(2000 * 1000);
        if (sleeps_of_source() - before <= 2UL * EACH_SECOND)
            return;
    }
}

static void source_without_frames_sleeps(void **state)
{
    (void)state;
    const char *const name = fixture_stream();
    obs_source_t *source = open_source(name);
    tri_writer *writer = open_writer(name);
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };
    const unsigned ends = count_of(&handed.ends);

    show(writer, &video, 1, 1);
    wait_for_rest();
    tri_writer_close(&writer);
    wait_for_more(&handed.ends, ends);
    wait_for_rest();
    obs_source_release(source);
}

static void existing_streams_can_be_selected(void **state)
{
    (void)state;
    const char *const name = fixture_stream();
    obs_source_t *source = open_source("a-stream-to-come");
    assert_false(lists(source, name));

    tri_writer *writer = open_writer(name);
    struct tri_draft draft;
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 8, .height = 8 };
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    assert_true(lists(source, name));

    tri_writer_close(&writer);
    assert_false(lists(source, name));
    obs_source_release(source);
}

/** libobs logs to stdout, where the results go. */
static void say_nothing(int level, const char *format, va_list args, void *user)
{
    (void)level;
    (void)format;
    (void)args;
    (void)user;
}

static int start_obs(void **state)
{
    (void)state;
    base_set_log_handler(say_nothing, NULL);
    obs_module_t *module = NULL;
    const char *path = getenv("OBS_MODULE");
    return !path || !obs_startup("en-US", NULL, NULL) ||
           obs_open_module(&module, path, NULL) != MODULE_SUCCESS || !obs_init_module(module);
}

static int stop_obs(void **state)
{
    (void)state;
    obs_shutdown();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(frame_has_its_capture_time_size_and_colours),
        fixture_test(every_format_of_obs_is_used),
        fixture_test(source_follows_a_change_of_format_and_a_new_writer),
        fixture_test(frames_without_locks_are_shown_from_the_first),
        fixture_test(long_name_is_not_truncated_to_another_stream),
        fixture_test(removed_source_ends_without_frames),
        fixture_test(source_without_frames_sleeps),
        fixture_test(existing_streams_can_be_selected),
    };
    return cmocka_run_group_tests(tests, start_obs, stop_obs);
}
