/* SPDX-License-Identifier: MIT */
/* The grammar of y4m: headers of ffmpeg are understood, and every error has its position and
 * reason. */
#include "source/y4m_header.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct y4m_header parse(const char *line)
{
    struct y4m_header header;
    struct y4m_issue issue;
    if (!y4m_parse_header(line, strlen(line), &header, &issue) || issue.why[0])
        fail_msg("'%s': byte %zu: %s", line, issue.at, issue.why);
    return header;
}

static void header_of_ffmpeg_is_parsed_completely(void **state)
{
    const struct y4m_header header =
        parse("YUV4MPEG2 W1920 H1080 F30000:1001 Ip A1:1 C420jpeg XYSCSS=420JPEG XCOLORRANGE=FULL");
    (void)state;
    assert_int_equal(header.video.width, 1920);
    assert_int_equal(header.video.height, 1080);
    assert_int_equal(header.video.fps_num, 30000);
    assert_int_equal(header.video.fps_den, 1001);
    assert_int_equal(header.video.fourcc, TRI_FOURCC_YU12);
    assert_int_equal(header.video.field, TRI_FIELD_NONE);
    assert_int_equal(header.video.range, TRI_RANGE_FULL);
    assert_int_equal(header.packing, Y4M_AS_IS);
}

static void every_colour_space_has_its_format(void **state)
{
    static const struct {
        const char *word;
        uint32_t fourcc;
    } known[] = { { "C420", TRI_FOURCC_YU12 },      { "C420jpeg", TRI_FOURCC_YU12 },
                  { "C420mpeg2", TRI_FOURCC_YU12 }, { "C420paldv", TRI_FOURCC_YU12 },
                  { "C422", TRI_FOURCC_422P },      { "Cmono", TRI_FOURCC_GREY },
                  { "Cmono16", TRI_FOURCC_Y16 },    { "C420p10", TRI_FOURCC_P010 },
                  { "Cmono10", TRI_FOURCC_Y10 },    { "", TRI_FOURCC_YU12 } };
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "YUV4MPEG2 W8 H8 %s", known[i].word);
        assert_int_equal(parse(line).video.fourcc, known[i].fourcc);
    }
    assert_int_equal(parse("YUV4MPEG2 W8 H8 C420p10").packing, Y4M_WORDS);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 Cmono9").video.bits, 9);
}

static void fields_are_distinguished(void **state)
{
    (void)state;
    assert_int_equal(parse("YUV4MPEG2 W8 H8 Ip").video.field, TRI_FIELD_NONE);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 It").video.field, TRI_FIELD_INTERLACED_TB);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 Ib").video.field, TRI_FIELD_INTERLACED_BT);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 I?").video.field, TRI_FIELD_ANY);
}

static void unknown_rate_is_none(void **state)
{
    const struct y4m_header header = parse("YUV4MPEG2 W8 H8 F0:0");
    (void)state;
    assert_int_equal(header.video.fps_num, 0);
    assert_int_equal(header.video.fps_den, 0);
}

static void order_of_parameters_and_blanks_do_not_matter(void **state)
{
    const struct y4m_header header = parse("YUV4MPEG2  C422   H16384 F1:1 W1 Xanything=else ");
    (void)state;
    assert_int_equal(header.video.width, 1);
    assert_int_equal(header.video.height, TRI_DIMENSION_MAX);
    assert_int_equal(header.video.fourcc, TRI_FOURCC_422P);
}

static void bad_header_is_refused_with_its_place_and_reason(void **state)
{
    static const struct {
        const char *line;
        size_t at;
        const char *why;
    } bad[] = {
        { "", 0, "YUV4MPEG2" },
        { "YUV4MPEG", 0, "YUV4MPEG2" },
        { "YUV4MPEG22 W8 H8", 0, "YUV4MPEG2" },
        { "RIFF", 0, "YUV4MPEG2" },
        { "YUV4MPEG2", 9, "width" },
        { "YUV4MPEG2 W8", 12, "height" },
        { "YUV4MPEG2 H8", 12, "width" },
        { "YUV4MPEG2 W0 H8", 10, "width" },
        { "YUV4MPEG2 W8 H0", 13, "height" },
        { "YUV4MPEG2 W16385 H8", 10, "16384" },
        { "YUV4MPEG2 W4294967297 H8", 10, "width" },
        { "YUV4MPEG2 W18446744073709551617 H8", 10, "width" },
        { "YUV4MPEG2 W-8 H8", 10, "width" },
        { "YUV4MPEG2 W8x H8", 10, "width" },
        { "YUV4MPEG2 W H8", 10, "width" },
        { "YUV4MPEG2 W8 H8 C411", 16, "C411" },
        { "YUV4MPEG2 W8 H8 C", 16, "unsupported" },
        { "YUV4MPEG2 W8 H8 Cmono14", 16, "Cmono14" },
        { "YUV4MPEG2 W8 H8 XYSCSS=411", 16, "C411" },
        { "YUV4MPEG2 W8 H8 C422p12", 16, "yuv420p10" },
        { "YUV4MPEG2 W8 H8 F25 C411", 20, "yuv422p" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct y4m_header header;
        struct y4m_issue issue;
        if (y4m_parse_header(bad[i].line, strlen(bad[i].line), &header, &issue))
            fail_msg("'%s' was accepted", bad[i].line);
        if (issue.at != bad[i].at || !strstr(issue.why, bad[i].why))
            fail_msg("'%s': byte %zu: %s", bad[i].line, issue.at, issue.why);
    }
}

static void bytes_other_than_text_are_refused(void **state)
{
    static const char line[] = "YUV4MPEG2 W8\0 H8 \xff\xfe";
    struct y4m_header header;
    struct y4m_issue issue;
    (void)state;
    assert_false(y4m_parse_header(line, sizeof(line) - 1, &header, &issue));
    assert_int_equal(issue.at, 10);
}

static void frame_line_is_checked(void **state)
{
    static const char *const good[] = { "FRAME", "FRAME ", "FRAME Ip", "FRAME Xcomment It" };
    static const char *const bad[] = { "", "FRAM", "FRAMES", "frame", "FRAMEIp" };
    struct y4m_issue issue;
    uint32_t field = 0;
    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(y4m_parse_frame(good[i], strlen(good[i]), &field, &issue));
        assert_string_equal(issue.why, "");
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (y4m_parse_frame(bad[i], strlen(bad[i]), &field, &issue))
            fail_msg("'%s' was accepted", bad[i]);
    assert_true(y4m_parse_frame("FRAME Q1\r", 9, &field, &issue));
    assert_non_null(strstr(issue.why, "carriage return"));
}

static void frame_line_sets_the_field_order(void **state)
{
    static const struct {
        const char *line;
        enum tri_field field;
    } known[] = { { "FRAME", TRI_FIELD_INTERLACED },
                  { "FRAME Itii", TRI_FIELD_INTERLACED_TB },
                  { "FRAME IBpi", TRI_FIELD_INTERLACED_BT },
                  { "FRAME I1pp", TRI_FIELD_NONE },
                  { "FRAME I???", TRI_FIELD_INTERLACED } };
    struct y4m_issue issue;
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint32_t field = TRI_FIELD_INTERLACED;
        assert_true(y4m_parse_frame(known[i].line, strlen(known[i].line), &field, &issue));
        assert_int_equal(field, known[i].field);
    }
}

static void samples_follow_a_comment_where_c_is_missing(void **state)
{
    (void)state;
    assert_int_equal(parse("YUV4MPEG2 W8 H8 XYSCSS=422").video.fourcc, TRI_FOURCC_422P);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 XYSCSS=420P10").packing, Y4M_WORDS);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 XYSCSS=444 C422").video.fourcc, TRI_FOURCC_422P);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 C422 XYSCSS=444").video.fourcc, TRI_FOURCC_422P);
}

static void header_keeps_aspect_and_siting(void **state)
{
    const struct y4m_header header = parse("YUV4MPEG2 W8 H8 A59:54 C420paldv");
    (void)state;
    assert_int_equal(header.video.aspect_num, 59);
    assert_int_equal(header.video.aspect_den, 54);
    assert_int_equal(header.video.siting, TRI_SITING_TOPLEFT);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 C420mpeg2").video.siting, TRI_SITING_LEFT);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 C420jpeg").video.siting, TRI_SITING_CENTER);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 A0:0").video.aspect_den, 0);
}

static void header_warns_of_unknown_fields(void **state)
{
    static const struct {
        const char *line;
        size_t at;
        const char *why;
        uint32_t fps_num;
        uint32_t fps_den;
    } odd[] = {
        { "YUV4MPEG2 W8 H8 F", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F25", 16, "25:1", 25, 1 },
        { "YUV4MPEG2 W8 H8 F25:", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F25:0", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F25:1:1", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F99999999999:1", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F4294967295:1", 16, "rate", 0, 0 },
        { "YUV4MPEG2 W8 H8 F25:1 Ix", 22, "interlacing", 25, 1 },
        { "YUV4MPEG2 W8 H8 I", 16, "interlacing", 0, 0 },
        { "YUV4MPEG2 W8 H8 A1", 16, "aspect", 0, 0 },
        { "YUV4MPEG2 W8 H8 A1:70000", 16, "aspect", 0, 0 },
        { "YUV4MPEG2 W8 H8 Z1 F25:1", 16, "parameter", 25, 1 },
        { "YUV4MPEG2 W8 H8 F25:1\r", 21, "carriage return", 25, 1 },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        struct y4m_header header;
        struct y4m_issue issue;
        assert_true(y4m_parse_header(odd[i].line, strlen(odd[i].line), &header, &issue));
        if (issue.at != odd[i].at || !strstr(issue.why, odd[i].why))
            fail_msg("'%s': byte %zu: %s", odd[i].line, issue.at, issue.why);
        assert_int_equal(header.video.fps_num, odd[i].fps_num);
        assert_int_equal(header.video.fps_den, odd[i].fps_den);
        assert_true(tri_video_valid(&header.video));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_of_ffmpeg_is_parsed_completely),
        cmocka_unit_test(every_colour_space_has_its_format),
        cmocka_unit_test(fields_are_distinguished),
        cmocka_unit_test(unknown_rate_is_none),
        cmocka_unit_test(order_of_parameters_and_blanks_do_not_matter),
        cmocka_unit_test(bad_header_is_refused_with_its_place_and_reason),
        cmocka_unit_test(bytes_other_than_text_are_refused),
        cmocka_unit_test(frame_line_is_checked),
        cmocka_unit_test(frame_line_sets_the_field_order),
        cmocka_unit_test(samples_follow_a_comment_where_c_is_missing),
        cmocka_unit_test(header_keeps_aspect_and_siting),
        cmocka_unit_test(header_warns_of_unknown_fields),
    };
    return cmocka_run_group_tests_name("y4m", tests, NULL, NULL);
}
