/* SPDX-License-Identifier: MIT */
/* Reserved words that are not zero: set by a program of a later version, or never initialised. */
#include <triptych/triptych.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char logged[512];

static void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    snprintf(user, sizeof(logged), "%s", text);
}

static const tri_log log_to_memory = { .write = keep, .user = logged, .level = TRI_LOG_WARN };
static const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };

static const char *stream(void)
{
    static char name[TRI_NAME_MAX + 1];
    snprintf(name, sizeof(name), "reserved%d", (int)getpid());
    logged[0] = '\0';
    return name;
}

static void writer_options_with_a_reserved_word_are_refused(void **state)
{
    (void)state;
    struct tri_writer_options options = { .name = stream(), .log = &log_to_memory };
    options.reserved[TRI_RESERVED - 1] = 1;
    tri_writer *writer;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_ERR_INVALID);
    assert_null(writer);
    assert_non_null(strstr(logged, "a reserved word is not zero: zero the structure first"));
}

static void reader_options_with_a_reserved_word_are_refused(void **state)
{
    (void)state;
    struct tri_reader_options options = { .name = stream(), .log = &log_to_memory };
    options.reserved[0] = UINT64_MAX;
    tri_reader *reader;
    assert_int_equal(tri_reader_open(&reader, &options), TRI_ERR_INVALID);
    assert_null(reader);
    assert_non_null(strstr(logged, "a reserved word is not zero: zero the structure first"));
}

static void video_with_a_reserved_word_is_refused(void **state)
{
    (void)state;
    struct tri_video later = video;
    struct tri_shape shape;
    assert_int_equal(tri_video_shape(&later, &shape), TRI_OK);
    later.reserved[3] = 1;
    assert_int_equal(tri_video_shape(&later, &shape), TRI_ERR_INVALID);
}

static void expected_video_with_a_reserved_word_is_refused(void **state)
{
    (void)state;
    for (int known = 0; known < 2; known++) { // also if the first frame gives the format
        struct tri_writer_options options = { .name = stream(), .log = &log_to_memory };
        if (known)
            options.video = video;
        options.video.reserved[0] = 1;
        tri_writer *writer;
        assert_int_equal(tri_writer_open(&writer, &options), TRI_ERR_INVALID);
        assert_non_null(strstr(logged, "a reserved word is not zero: zero the structure first"));
    }
}

static void unknown_flag_is_refused(void **state)
{
    (void)state;
    struct tri_writer_options options = { .name = stream(),
                                          .flags = TRI_WRITER_MLOCK << 1,
                                          .log = &log_to_memory };
    tri_writer *writer;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_ERR_INVALID);
    assert_null(writer);
    assert_string_equal(logged, "flags \"0x8\": there is no such flag; clear it, or use the "
                                "libtriptych that the program was built for, or a later one");
    assert_int_equal(tri_stream_remove(stream(), TRI_REMOVE_FORCE << 1), TRI_ERR_INVALID);
}

static void expected_video_that_no_frame_can_have_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct tri_video video;
        const char *text;
    } cases[] = {
        { { .fourcc = TRI_FOURCC_GREY, .width = 16385, .height = 48 },
          "16385x48 GREY: the size is out of range" },
        { { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .stride = { 10 } },
          "64x48 GREY: planes, strides or rows do not fit" },
        { { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .rotation = 45 },
          "64x48 GREY: rate, aspect ratio, rotation or bits" },
        { { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48, .fps_num = 30 },
          "64x48 GREY: rate, aspect ratio, rotation or bits" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct tri_writer_options options = { .name = stream(),
                                                    .video = cases[i].video,
                                                    .log = &log_to_memory };
        tri_writer *writer;
        assert_int_equal(tri_writer_open(&writer, &options), TRI_ERR_INVALID);
        assert_non_null(strstr(logged, cases[i].text));
    }
}

static void draft_of_another_writer_is_refused(void **state)
{
    (void)state;
    char other_name[TRI_NAME_MAX + 1];
    tri_writer *writer;
    tri_writer *other;
    struct tri_draft draft;
    struct tri_writer_options options = { .name = stream(), .video = video };
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    snprintf(other_name, sizeof(other_name), "other%d", (int)getpid());
    options.name = other_name;
    assert_int_equal(tri_writer_open(&other, &options), TRI_OK);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish_pinned(other, &draft), TRI_ERR_INVALID);
    struct tri_writer_stats stats;
    tri_writer_get_stats(other, &stats);
    assert_int_equal(stats.dropped_writer, 0);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    tri_writer_close(&other);
    tri_writer_close(&writer);
}

static void draft_with_a_reserved_word_is_dropped(void **state)
{
    (void)state;
    const struct tri_writer_options options = { .name = stream(), .video = video };
    tri_writer *writer;
    struct tri_draft draft;
    assert_int_equal(tri_writer_open(&writer, &options), TRI_OK);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    draft.info.reserved[0] = 1;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_ERR_INVALID);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    draft.info.video.reserved[0] = 1;
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_ERR_INVALID);
    assert_int_equal(tri_writer_begin(writer, &video, &draft), TRI_OK);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_options_with_a_reserved_word_are_refused),
        cmocka_unit_test(reader_options_with_a_reserved_word_are_refused),
        cmocka_unit_test(video_with_a_reserved_word_is_refused),
        cmocka_unit_test(expected_video_with_a_reserved_word_is_refused),
        cmocka_unit_test(expected_video_that_no_frame_can_have_is_refused),
        cmocka_unit_test(unknown_flag_is_refused),
        cmocka_unit_test(draft_of_another_writer_is_refused),
        cmocka_unit_test(draft_with_a_reserved_word_is_dropped),
    };
    return cmocka_run_group_tests_name("reserved", tests, NULL, NULL);
}
