/* SPDX-License-Identifier: MIT */
/* Writers and readers in a forked child: their locks and their place belong to the parent. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

struct stage {
    struct tri_video video;
    const char *name;
    tri_writer *writer;
    tri_reader *reader;
    struct tri_draft draft;
    struct tri_frame frame;
};

/** A frame is published and acquired, and the next one begun. */
static struct stage *set_up(void)
{
    static struct stage s;
    s = (struct stage){ .video = solid_video(64, 48), .name = fixture_stream() };
    assert_int_equal(solid_open(&s.writer, s.name, &s.video, 0), TRI_OK);
    assert_int_equal(solid_publish(s.writer, &s.video, 1), TRI_OK);
    s.reader = solid_reader(s.name, TRI_MODE_NEXT, 0);
    solid_expect(s.reader, &s.frame, 1);
    assert_true(tri_frame_is_locked(&s.frame));
    assert_int_equal(tri_writer_begin(s.writer, &s.video, &s.draft), TRI_OK);
    solid_paint(&s.draft, 2);
    return &s;
}

/** What the parent does after its child: nothing was lost, unlocked, or numbered twice. */
static void expect_untouched(struct stage *s)
{
    struct tri_stream stream;
    assert_int_equal(tri_stream_find(s->name, &stream), TRI_OK);
    assert_int_equal(stream.state, TRI_STREAM_LIVE);
    assert_int_equal(stream.published, 1);
    assert_int_equal(stream.dropped_writer, 0);
    assert_int_equal(stream.held, 1);
    assert_int_equal(tri_writer_publish(s->writer, &s->draft), TRI_OK);
    solid_expect(s->reader, &s->frame, 2);
    for (uint64_t number = 3; number < 20; number++) {
        assert_int_equal(solid_publish(s->writer, &s->video, number), TRI_OK);
        solid_expect(s->reader, &s->frame, number);
    }
    solid_leave(&s->reader, &s->frame);
    tri_writer_close(&s->writer);
}

static int write_in_the_child(void *argument)
{
    struct stage *s = argument;
    struct tri_draft another;
    CHECK(tri_writer_begin(s->writer, &s->video, &another) == TRI_ERR_FORKED);
    CHECK(another.data[0] == NULL);
    tri_writer_add_drops(s->writer, 0, 5);
    CHECK(tri_writer_publish(s->writer, &s->draft) == TRI_ERR_FORKED);
    CHECK(strstr(tri_strerror(TRI_ERR_FORKED), "open it again in this process"));
    tri_writer_close(&s->writer);
    return 0;
}

static void forked_child_cannot_use_its_parents_writer(void **state)
{
    (void)state;
    struct stage *s = set_up();
    assert_int_equal(fixture_join(fixture_start(write_in_the_child, s)), 0);
    expect_untouched(s);
}

static int read_in_the_child(void *argument)
{
    struct stage *s = argument;
    struct tri_frame another = { .lease = { 0 } };
    CHECK(tri_reader_acquire(s->reader, &another, 0) == TRI_ERR_FORKED);
    CHECK(tri_reader_acquire(s->reader, &s->frame, 0) == TRI_ERR_FORKED);
    CHECK(tri_reader_is_intact(s->reader, &s->frame));
    tri_reader_release(s->reader, &s->frame);
    CHECK(s->frame.data[0] == NULL);
    struct tri_stream stream;
    CHECK(tri_stream_find(s->name, &stream) == TRI_OK && stream.held == 1); // its parent's
    tri_reader_close(&s->reader);
    return 0;
}

static void forked_child_cannot_use_its_parents_reader(void **state)
{
    (void)state;
    struct stage *s = set_up();
    assert_int_equal(fixture_join(fixture_start(read_in_the_child, s)), 0);
    expect_untouched(s);
}

static int open_in_the_child(void *argument)
{
    struct stage *s = argument;
    struct tri_frame frame = { .lease = { 0 } };
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = s->name }) == TRI_OK);
    CHECK(tri_reader_acquire(reader, &frame, 0) == TRI_OK && tri_frame_is_locked(&frame));
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static void forked_child_can_open_a_reader_of_its_own(void **state)
{
    (void)state;
    struct stage *s = set_up();
    assert_int_equal(fixture_join(fixture_start(open_in_the_child, s)), 0);
    expect_untouched(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(forked_child_cannot_use_its_parents_writer),
        fixture_test(forked_child_cannot_use_its_parents_reader),
        fixture_test(forked_child_can_open_a_reader_of_its_own),
    };
    return cmocka_run_group_tests_name("fork", tests, NULL, NULL);
}
