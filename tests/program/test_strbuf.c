/* SPDX-License-Identifier: MIT */
/* Strings built piece by piece: what fits, and what is truncated. */
#include "program/strbuf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void pieces_follow_each_other(void **state)
{
    (void)state;
    char text[16] = "before";
    struct strbuf buf;
    strbuf_init(&buf, text, sizeof(text));
    assert_string_equal(text, "");
    strbuf_add(&buf, "%d", 12);
    strbuf_add(&buf, ", %s", "thirteen");
    assert_string_equal(text, "12, thirteen");
    assert_int_equal(buf.used, strlen(text));
}

static void text_beyond_the_room_is_cut_however_often_it_is_added(void **state)
{
    (void)state;
    char text[8] = "0123456";
    struct strbuf buf;
    strbuf_init(&buf, text, 5);
    for (int i = 0; i < 3; i++)
        strbuf_add(&buf, "abc");
    assert_string_equal(text, "abca");
    assert_int_equal(buf.used, 4);
    assert_int_equal(text[5], '5'); // unchanged
}

static void clipped_text_names_the_rows_left_out(void **state)
{
    (void)state;
    char text[64];
    struct strbuf buf;
    strbuf_init(&buf, text, sizeof(text));
    strbuf_add_clipped(&buf, "one\nlonger than five\nthree\nfour", 5, 3);
    assert_string_equal(text, "one\nlong…\n… 2 lines");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_follow_each_other),
        cmocka_unit_test(text_beyond_the_room_is_cut_however_often_it_is_added),
        cmocka_unit_test(clipped_text_names_the_rows_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
