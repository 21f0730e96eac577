/* SPDX-License-Identifier: MIT */
/* Detections as JSON: read, written, cut to the room, refused. */
#include "program/detections.h"

#include <triptych/frame.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool parse(const char *text, struct detections *detections)
{
    return detections_parse(detections, text, strlen(text));
}

static void document_of_every_key_is_read(void **state)
{
    (void)state;
    struct detections found;
    assert_true(
        parse("{\"version\":1,\"frame\":12345678901,\"size\":[640,480],\"omitted\":2,"
              "\"later\":{},\"detections\":["
              "{\"label\":\"caf\\u00e9\",\"box\":[-1.5,2,3e1,40.25],\"score\":0.5,\"id\":7},"
              "{\"label\":\"\",\"box\":[0,0,1,1]}]}",
              &found));
    assert_true(found.frame == 12345678901);
    assert_int_equal(found.width, 640);
    assert_int_equal(found.height, 480);
    assert_int_equal(found.omitted, 2);
    assert_int_equal(found.count, 2);
    const struct detection *one = &found.items[0];
    assert_string_equal(one->label, "caf\xc3\xa9");
    assert_true(one->x == -1.5 && one->y == 2 && one->width == 30 && one->height == 40.25);
    assert_true(one->score == 0.5 && one->id == 7);
    assert_true(found.items[1].score < 0 && found.items[1].id < 0);
}

static void control_characters_of_a_label_become_question_marks(void **state)
{
    (void)state;
    struct detections found;
    assert_true(parse("{\"version\":1,\"detections\":[{\"label\":\"a\\u001b[2J\\n\","
                      "\"box\":[0,0,1,1]}]}",
                      &found));
    assert_string_equal(found.items[0].label, "a?[2J?");
}

static void invalid_document_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "frame 1",
        "[]",
        "{}",
        "{\"detections\":[]}",
        "{\"version\":2,\"detections\":[]}",
        "{\"version\":1}",
        "{\"version\":1,\"detections\":{}}",
        "{\"version\":1,\"version\":1,\"detections\":[]}",
        "{\"version\":1,\"detections\":[],\"frame\":0}",
        "{\"version\":1,\"detections\":[],\"frame\":1.5}",
        "{\"version\":1,\"detections\":[],\"size\":[640]}",
        "{\"version\":1,\"detections\":[],\"size\":[0,480]}",
        "{\"version\":1,\"detections\":[],\"omitted\":-1}",
        "{\"version\":1,\"detections\":[1]}",
        "{\"version\":1,\"detections\":[{\"box\":[0,0,1,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\"}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,0,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1,-1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1,\"1\"]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1e300,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1e999,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1,1],\"score\":1.1}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\",\"box\":[0,0,1,1],\"id\":4294967296}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"a\\u0000b\",\"box\":[0,0,1,1]}]}",
        "{\"version\":1,\"detections\":[{\"label\":\"\xff\",\"box\":[0,0,1,1]}]}",
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct detections found = { .count = 9 };
        if (parse(wrong[i], &found))
            fail_msg("accepted: %s", wrong[i]);
        assert_int_equal(found.count, 0);
    }
}

static void label_beyond_63_bytes_is_refused(void **state)
{
    (void)state;
    char text[256];
    struct detections found;
    for (int length = 63; length <= 64; length++) {
        snprintf(text, sizeof(text),
                 "{\"version\":1,\"detections\":[{\"label\":\"%0*d\",\"box\":[0,0,1,1]}]}", length,
                 0);
        assert_int_equal(parse(text, &found), length == 63);
    }
}

static void more_detections_than_fit_a_frame_are_refused(void **state)
{
    (void)state;
    char text[4096] = "{\"version\":1,\"detections\":[";
    for (int i = 0; i < DETECTIONS_MAX; i++)
        strcat(text,
               i ? ",{\"label\":\"\",\"box\":[0,0,1,1]}" : "{\"label\":\"\",\"box\":[0,0,1,1]}");
    struct detections found;
    const size_t end = strlen(text);
    strcpy(text + end, "]}");
    assert_true(parse(text, &found));
    assert_int_equal(found.count, DETECTIONS_MAX);
    strcpy(text + end, ",{\"label\":\"\",\"box\":[0,0,1,1]}]}");
    assert_false(parse(text, &found));
    assert_true(strlen(text) > TRI_USER_MAX);
}

static void written_document_is_read_back_equal(void **state)
{
    (void)state;
    const struct detections written = {
        .frame = 99,
        .width = 1920,
        .height = 1080,
        .omitted = 1,
        .count = 2,
        .items = { { "person \"1\"", 1234.25, 0.5, 100, 200, 0.9375, 12 },
                   { "dog", -3, 4, 5, 6, -1, -1 } },
    };
    char text[TRI_USER_MAX];
    struct detections found;
    const size_t bytes = detections_write(&written, text, sizeof(text));
    assert_true(detections_parse(&found, text, bytes));
    assert_memory_equal(&found, &written, sizeof(found));
}

static void lowest_scores_are_left_out_where_there_is_no_room(void **state)
{
    (void)state;
    struct detections many = { .count = DETECTIONS_MAX };
    for (int i = 0; i < DETECTIONS_MAX; i++) {
        many.items[i] = (struct detection){
            .width = 1000.25, .height = 1, .id = -1, .score = i == 0 ? -1 : i / 100.
        };
        snprintf(many.items[i].label, sizeof(many.items[i].label), "label %d", i);
    }
    char text[TRI_USER_MAX];
    struct detections found;
    const size_t bytes = detections_write(&many, text, sizeof(text));
    assert_true(bytes > TRI_USER_MAX - 80);
    assert_true(detections_parse(&found, text, bytes));
    assert_int_equal(found.count + found.omitted, DETECTIONS_MAX);
    assert_in_range(found.count, 10, DETECTIONS_MAX - 1);
    for (size_t i = 0; i < found.count; i++)
        assert_float_equal(found.items[i].score, (DETECTIONS_MAX - 1 - (double)i) / 100, 1e-6);
    assert_int_equal(detections_write(&many, text, 20), 0); // not even without any
}

static void boxes_are_scaled_to_the_frame(void **state)
{
    (void)state;
    struct detections found = { .width = 100, .height = 50, .count = 1 };
    found.items[0] = (struct detection){ .x = 10, .y = 10, .width = 20, .height = 30 };
    detections_scale(&found, 50, 100);
    const struct detection *one = &found.items[0];
    assert_true(one->x == 5 && one->y == 20 && one->width == 10 && one->height == 60);
    found.width = found.height = 0; // of the frame already
    detections_scale(&found, 500, 500);
    assert_true(one->x == 5 && found.width == 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document_of_every_key_is_read),
        cmocka_unit_test(control_characters_of_a_label_become_question_marks),
        cmocka_unit_test(invalid_document_is_refused),
        cmocka_unit_test(label_beyond_63_bytes_is_refused),
        cmocka_unit_test(more_detections_than_fit_a_frame_are_refused),
        cmocka_unit_test(written_document_is_read_back_equal),
        cmocka_unit_test(lowest_scores_are_left_out_where_there_is_no_room),
        cmocka_unit_test(boxes_are_scaled_to_the_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
