/* SPDX-License-Identifier: MIT */
/* Foreign texts: whatever they contain, the output is one printable line. */
#include "fixture.h"

#include "layout.h"
#include "utf8.h"

#include <triptych/log.h>
#include <triptych/stream.h>
#include <triptych/writer.h>

#include <sys/shm.h>

#define HOSTILE  "caf\xe9 \033[2J\xc2\x9b" // a byte of Latin-1, then two codes that clear terminals
#define HARMLESS "caf? ?[2J??"

static const struct tri_video picture = { .fourcc = TRI_FOURCC_GREY, .width = 64, .height = 48 };

static void assert_becomes(const char *text, const char *wanted)
{
    char clean[128];
    snprintf(clean, sizeof(clean), "%s", text);
    tri_utf8_clean(clean);
    assert_string_equal(clean, wanted);
}

static void letters_of_any_script_stay(void **state)
{
    (void)state;
    assert_becomes("", "");
    assert_becomes(" ~", " ~");
    assert_becomes("f\xc3\xbcr \xe2\x82\xac 5 \xf0\x9f\x8e\xa5",
                   "f\xc3\xbcr \xe2\x82\xac 5 \xf0\x9f\x8e\xa5");
    assert_becomes("\xc2\xa0 \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf",
                   "\xc2\xa0 \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf");
}

static void control_characters_are_replaced(void **state)
{
    (void)state;
    assert_becomes("a\tb\r\n\033]0;title\a\177", "a?b???]0;title??");
    assert_becomes("\xc2\x80\xc2\x9f", "????");
}

static void bytes_outside_utf_8_are_replaced(void **state)
{
    (void)state;
    assert_becomes("f\xfcr \xe2\x82\xac 5", "f?r \xe2\x82\xac 5");
    assert_becomes("cut \xe2\x82", "cut ??");
    assert_becomes("cut \xf0\x9f\x8e", "cut ???");
    assert_becomes("no first byte \x80 \xbf", "no first byte ? ?");
    assert_becomes("half of a pair \xed\xa0\x80 \xed\xbf\xbf", "half of a pair ??? ???");
    assert_becomes("longer than need be \xc0\xaf \xc1\xbf \xe0\x9f\xbf \xf0\x8f\xbf\xbf",
                   "longer than need be ?? ?? ??? ????");
    assert_becomes("past the last \xf4\x90\x80\x80 \xf5\x80\x80\x80 \xf8\x88\x80\x80 \xff",
                   "past the last ???? ???? ???? ?");
}

static void keep(void *user, enum tri_log_level level, const char *part, const char *text)
{
    (void)level;
    (void)part;
    snprintf(user, 128, "%s", text);
}

static void every_log_gets_clean_lines(void **state)
{
    (void)state;
    char said[128] = "";
    const tri_log log = { .write = keep, .user = said, .level = TRI_LOG_INFO };

    tri_log_write(&log, TRI_LOG_INFO, "test", "cannot open %s", HOSTILE);
    assert_string_equal(said, "cannot open " HARMLESS);
}

static void publish(tri_writer *writer)
{
    struct tri_draft draft;
    assert_int_equal(tri_writer_begin(writer, &picture, &draft), TRI_OK);
    memset(draft.data[0], 0, (size_t)draft.shape.bytes);
    assert_int_equal(tri_writer_publish(writer, &draft), TRI_OK);
}

static void texts_of_a_segment_are_printed_clean(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    tri_writer *writer = NULL;
    struct tri_stream stream;

    assert_int_equal(tri_writer_open(&writer, &(struct tri_writer_options){ .name = name,
                                                                            .video = picture,
                                                                            .source = HOSTILE }),
                     TRI_OK);
    publish(writer);
    assert_int_equal(tri_stream_find(name, &stream), TRI_OK);
    assert_string_equal(stream.source, HARMLESS);

    struct tri_header *header = shmat(stream.shm_id, NULL, 0);
    assert_ptr_not_equal(header, (void *)-1);
    snprintf(header->name, sizeof(header->name), "%s", HOSTILE);
    assert_int_equal(tri_stream_find(name, &stream), TRI_OK);
    assert_int_equal(stream.state, TRI_STREAM_CORRUPT);
    assert_string_equal(stream.name, "");
    snprintf(header->name, sizeof(header->name), "%s", name);
    assert_int_equal(shmdt(header), 0);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_of_any_script_stay),
        cmocka_unit_test(control_characters_are_replaced),
        cmocka_unit_test(bytes_outside_utf_8_are_replaced),
        cmocka_unit_test(every_log_gets_clean_lines),
        fixture_test(texts_of_a_segment_are_printed_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
