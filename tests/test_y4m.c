/* SPDX-License-Identifier: MIT */
/* The grammar of y4m: what ffmpeg writes is understood, and every fault has its place and its name. */
#include "y4m.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct y4m_header parse(const char *line)
{
    struct y4m_header header;
    struct y4m_error error;

    if (!y4m_parse_header(line, strlen(line), &header, &error))
        fail_msg("'%s': byte %zu: %s", line, error.at, error.why);
    return header;
}

static void a_header_of_ffmpeg_says_all_there_is(void **state)
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
                  { "", TRI_FOURCC_YU12 } };

    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char line[64];
        snprintf(line, sizeof(line), "YUV4MPEG2 W8 H8 %s", known[i].word);
        assert_int_equal(parse(line).video.fourcc, known[i].fourcc);
    }
    assert_int_equal(parse("YUV4MPEG2 W8 H8 C420p10").packing, Y4M_420P10);
}

static void fields_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(parse("YUV4MPEG2 W8 H8 Ip").video.field, TRI_FIELD_NONE);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 It").video.field, TRI_FIELD_INTERLACED_TB);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 Ib").video.field, TRI_FIELD_INTERLACED_BT);
    assert_int_equal(parse("YUV4MPEG2 W8 H8 I?").video.field, TRI_FIELD_ANY);
}

static void a_rate_that_is_not_known_is_none(void **state)
{
    const struct y4m_header header = parse("YUV4MPEG2 W8 H8 F0:0");

    (void)state;
    assert_int_equal(header.video.fps_num, 0);
    assert_int_equal(header.video.fps_den, 0);
}

static void the_order_of_parameters_and_more_blanks_do_not_matter(void **state)
{
    const struct y4m_header header = parse("YUV4MPEG2  C422   H16384 F1:1 W1 Xanything=else ");

    (void)state;
    assert_int_equal(header.video.width, 1);
    assert_int_equal(header.video.height, TRI_DIMENSION_MAX);
    assert_int_equal(header.video.fourcc, TRI_FOURCC_422P);
}

static void a_bad_header_is_refused_with_its_place_and_reason(void **state)
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
        { "YUV4MPEG2 W8 H8 F", 16, "rate" },
        { "YUV4MPEG2 W8 H8 F25", 16, "rate" },
        { "YUV4MPEG2 W8 H8 F25:", 16, "rate" },
        { "YUV4MPEG2 W8 H8 F25:0", 16, "rate" },
        { "YUV4MPEG2 W8 H8 F25:1:1", 16, "rate" },
        { "YUV4MPEG2 W8 H8 F99999999999:1", 16, "rate" },
        { "YUV4MPEG2 W8 H8 Ix", 16, "interlacing" },
        { "YUV4MPEG2 W8 H8 I", 16, "interlacing" },
        { "YUV4MPEG2 W8 H8 A1", 16, "aspect" },
        { "YUV4MPEG2 W8 H8 C444", 16, "C444" },
        { "YUV4MPEG2 W8 H8 C", 16, "format" },
        { "YUV4MPEG2 W8 H8 Cmono12", 16, "Cmono12" },
        { "YUV4MPEG2 W8 H8 Z1", 16, "parameter" },
        { "YUV4MPEG2 W8 H8\r", 13, "height" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct y4m_header header;
        struct y4m_error error;
        if (y4m_parse_header(bad[i].line, strlen(bad[i].line), &header, &error))
            fail_msg("'%s' was accepted", bad[i].line);
        if (error.at != bad[i].at || !strstr(error.why, bad[i].why))
            fail_msg("'%s': byte %zu: %s", bad[i].line, error.at, error.why);
    }
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    static const char line[] = "YUV4MPEG2 W8\0 H8 \xff\xfe";
    struct y4m_header header;
    struct y4m_error error;

    (void)state;
    assert_false(y4m_parse_header(line, sizeof(line) - 1, &header, &error));
    assert_int_equal(error.at, 10);
}

static void a_frame_line_is_checked(void **state)
{
    static const char *const good[] = { "FRAME", "FRAME ", "FRAME Ip", "FRAME Xcomment It" };
    static const char *const bad[] = { "", "FRAM", "FRAMES", "frame", "FRAME W8", "FRAMEIp" };
    struct y4m_error error;

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(y4m_parse_frame(good[i], strlen(good[i]), &error));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (y4m_parse_frame(bad[i], strlen(bad[i]), &error))
            fail_msg("'%s' was accepted", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_of_ffmpeg_says_all_there_is),
        cmocka_unit_test(every_colour_space_has_its_format),
        cmocka_unit_test(fields_are_told_apart),
        cmocka_unit_test(a_rate_that_is_not_known_is_none),
        cmocka_unit_test(the_order_of_parameters_and_more_blanks_do_not_matter),
        cmocka_unit_test(a_bad_header_is_refused_with_its_place_and_reason),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(a_frame_line_is_checked),
    };
    return cmocka_run_group_tests_name("y4m", tests, NULL, NULL);
}
