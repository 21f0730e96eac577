/* SPDX-License-Identifier: MIT */
/* Modes latest and next, and counts that distinguish which side lost a frame. */
#include "fixture.h"
#include "solid_frames.h"

#define PICTURE solid_video(16, 16)
#define CODED   ((struct tri_video){ .fourcc = TRI_FOURCC_H264, .width = 16, .height = 16 })

struct stage {
    const char *name;
    tri_writer *writer;
    tri_reader *reader;
    struct tri_frame frame;
    struct tri_video video;
    uint64_t number;
};

/** A stream of `slots` buffers and a reader that is attached before its first frame. */
static struct stage stage_set_for(struct tri_video video, uint32_t slots, enum tri_reader_mode mode,
                                  uint32_t flags)
{
    struct stage s = { .name = fixture_stream(), .video = video };
    assert_int_equal(solid_open(&s.writer, s.name, &s.video, slots), TRI_OK);
    s.reader = solid_reader(s.name, mode, flags);
    assert_int_equal(tri_reader_acquire(s.reader, &s.frame, 0), TRI_ERR_TIMEOUT);
    return s;
}

static struct stage stage_set(uint32_t slots, enum tri_reader_mode mode, uint32_t flags)
{
    return stage_set_for(PICTURE, slots, mode, flags);
}

static void stage_cleared(struct stage *s)
{
    solid_leave(&s->reader, &s->frame);
    tri_writer_close(&s->writer);
}

static void publish(struct stage *s, unsigned count)
{
    while (count-- > 0)
        assert_int_equal(solid_publish(s->writer, &s->video, ++s->number), TRI_OK);
}

static void expect_counts(const struct stage *s, uint64_t frames, uint64_t skipped, uint64_t driver,
                          uint64_t writer)
{
    struct tri_reader_stats counts;
    tri_reader_get_stats(s->reader, &counts);
    assert_int_equal(counts.frames, frames);
    assert_int_equal(counts.skipped, skipped);
    assert_int_equal(counts.dropped_driver, driver);
    assert_int_equal(counts.dropped_writer, writer);
}

static void next_hands_over_each_frame_in_order(void **state)
{
    (void)state;
    struct stage s = stage_set(6, TRI_MODE_NEXT, 0);
    publish(&s, 5);
    for (uint64_t number = 1; number <= 5; number++)
        solid_expect(s.reader, &s.frame, number);
    assert_int_equal(tri_reader_acquire(s.reader, &s.frame, 0), TRI_ERR_TIMEOUT);
    expect_counts(&s, 5, 0, 0, 0);
    stage_cleared(&s);
}

/** Publishes H264 frames, "K" a key frame and "d" one that needs earlier frames. */
static void publish_coded(struct stage *s, const char *kinds)
{
    for (; *kinds; kinds++, s->number++) {
        struct tri_draft draft;
        assert_int_equal(tri_writer_begin(s->writer, &s->video, &draft), TRI_OK);
        memset(draft.data[0], 0, 16);
        draft.info.bytes_used = 16;
        draft.info.flags = *kinds == 'K' ? TRI_FRAME_KEY : 0;
        assert_int_equal(tri_writer_publish(s->writer, &draft), TRI_OK);
    }
}

static void expect_number(struct stage *s, uint64_t number)
{
    assert_int_equal(tri_reader_acquire(s->reader, &s->frame, 0), TRI_OK);
    assert_int_equal(s->frame.info.number, number);
}

static void next_begins_at_the_newest_key_frame_in_a_slot(void **state)
{
    (void)state;
    struct stage s = stage_set_for(CODED, 6, TRI_MODE_LATEST, 0);
    publish_coded(&s, "KddKd");
    solid_leave(&s.reader, &s.frame);
    s.reader = solid_reader(s.name, TRI_MODE_NEXT, 0); // joins in mid-stream
    expect_number(&s, 4);
    expect_number(&s, 5);
    publish_coded(&s, "d");
    expect_number(&s, 6);
    expect_counts(&s, 3, 0, 0, 0);
    stage_cleared(&s);
}

static void next_waits_for_a_key_frame_and_counts_what_it_skips(void **state)
{
    (void)state;
    struct stage s =
        stage_set_for(CODED, 3, TRI_MODE_NEXT, 0); // from the start: counts from frame 1
    publish_coded(&s, "Kdddd");
    assert_int_equal(tri_reader_acquire(s.reader, &s.frame, 0), TRI_ERR_TIMEOUT);
    publish_coded(&s, "dKd");
    expect_number(&s, 7);
    expect_number(&s, 8);
    expect_counts(&s, 2, 6, 0, 0);
    stage_cleared(&s);
}

static void reader_set_to_next_begins_at_a_key_frame(void **state)
{
    (void)state;
    struct stage s = stage_set_for(CODED, 6, TRI_MODE_LATEST, 0);
    publish_coded(&s, "Kdd");
    expect_number(&s, 3);
    tri_reader_set_mode(s.reader, TRI_MODE_NEXT);
    publish_coded(&s, "dd");
    assert_int_equal(tri_reader_acquire(s.reader, &s.frame, 0), TRI_ERR_TIMEOUT);
    publish_coded(&s, "K");
    expect_number(&s, 6);
    stage_cleared(&s);
}

static void next_begins_with_the_oldest_frame_that_is_still_whole(void **state)
{
    (void)state;
    struct stage s = stage_set(3, TRI_MODE_NEXT, 0);
    publish(&s, 10);
    for (uint64_t number = 8; number <= 10; number++)
        solid_expect(s.reader, &s.frame, number);
    expect_counts(&s, 3, 7, 0, 0);
    stage_cleared(&s);
}

static void frames_beyond_the_history_are_overwritten_first(void **state)
{
    (void)state;
    struct stage s = stage_set(6, TRI_MODE_NEXT, 0);
    tri_writer_set_history(s.writer, 2);
    publish(&s, 10);
    for (uint64_t number = 8; number <= 10; number++)
        solid_expect(s.reader, &s.frame, number);
    expect_counts(&s, 3, 7, 0, 0);
    stage_cleared(&s);
}

static void latest_returns_the_newest_and_counts_skipped_frames(void **state)
{
    (void)state;
    struct stage s = stage_set(3, TRI_MODE_LATEST, 0);
    publish(&s, 10);
    solid_expect(s.reader, &s.frame, 10);
    publish(&s, 1);
    solid_expect(s.reader, &s.frame, 11);
    publish(&s, 4);
    solid_expect(s.reader, &s.frame, 15);
    expect_counts(&s, 3, 12, 0, 0);
    stage_cleared(&s);
}

static void drops_of_driver_and_writer_are_distinguished(void **state)
{
    (void)state;
    struct stage s = stage_set(3, TRI_MODE_LATEST, 0);
    tri_writer_add_drops(s.writer, 2, 0);
    publish(&s, 1);
    solid_expect(s.reader, &s.frame, 1);
    expect_counts(&s, 1, 0, 2, 0);
    tri_writer_add_drops(s.writer, 5, 3);
    publish(&s, 2);
    solid_expect(s.reader, &s.frame, 3);
    expect_counts(&s, 2, 1, 7, 3);
    assert_int_equal(s.frame.info.dropped_driver, 7);
    assert_int_equal(s.frame.info.dropped_writer, 3);
    stage_cleared(&s);
}

static void reader_counts_only_losses_since_it_attached(void **state)
{
    (void)state;
    struct tri_video video = PICTURE;
    const char *name = fixture_stream();
    struct stage s = { .video = video };
    assert_int_equal(solid_open(&s.writer, name, &video, 3), TRI_OK);
    tri_writer_add_drops(s.writer, 100, 100);
    publish(&s, 50);
    s.reader = solid_reader(name, TRI_MODE_LATEST, 0);
    solid_expect(s.reader, &s.frame, 50);
    expect_counts(&s, 1, 0, 0, 0);
    tri_writer_add_drops(s.writer, 1, 2);
    publish(&s, 3);
    solid_expect(s.reader, &s.frame, 53);
    expect_counts(&s, 2, 2, 1, 2);
    stage_cleared(&s);
}

static void frame_that_finds_no_slot_is_the_writers_drop(void **state)
{
    (void)state;
    struct stage s = { .video = PICTURE };
    const char *name = fixture_stream();
    s.writer = solid_writer_fixed(name, &s.video, 3, TRI_RECLAIM_NEVER, NULL);
    s.reader = solid_reader(name, TRI_MODE_NEXT, 0);
    assert_int_equal(tri_reader_acquire(s.reader, &s.frame, 0), TRI_ERR_TIMEOUT);
    struct tri_frame held[2] = { 0 };
    publish(&s, 1);
    solid_expect(s.reader, &held[0], 1);
    publish(&s, 1);
    solid_expect(s.reader, &held[1], 2);
    publish(&s, 1); // the third slot, and from now on the newest

    struct tri_draft draft;
    for (int i = 0; i < 4; i++)
        assert_int_equal(tri_writer_begin(s.writer, &s.video, &draft), TRI_ERR_NO_SLOT);
    tri_reader_release(s.reader, &held[0]);
    publish(&s, 1);
    solid_expect(s.reader, &s.frame, 3);
    solid_expect(s.reader, &s.frame, 4);

    expect_counts(&s, 4, 0, 0, 4);
    tri_reader_release(s.reader, &held[1]);
    stage_cleared(&s);
}

static void numbers_have_no_gaps_however_drafts_end(void **state)
{
    (void)state;
    struct stage s = stage_set(4, TRI_MODE_NEXT, 0);
    for (int i = 0; i < 20; i++) {
        struct tri_draft draft;
        assert_int_equal(tri_writer_begin(s.writer, &s.video, &draft), TRI_OK);
        if (i % 3 == 0)
            tri_writer_cancel(s.writer, &draft);
        if (i % 3 == 1) {
            if (i % 2)
                draft.info.user_bytes = TRI_USER_MAX + 1;
            else
                draft.shape.bytes = UINT64_MAX; // a reader would report it as corrupt
            assert_int_equal(tri_writer_publish(s.writer, &draft), TRI_ERR_INVALID);
        }
        if (i % 3 == 2) {
            solid_paint(&draft, ++s.number);
            assert_int_equal(tri_writer_publish(s.writer, &draft), TRI_OK);
            solid_expect(s.reader, &s.frame, s.number);
        }
    }
    expect_counts(&s, 6, 0, 0,
                  6); // refused frames are the writer's drops; cancelled ones are not
    stage_cleared(&s);
}

/** Random steps, the same on every run; the counts must add up at each. */
static void expect_sums(enum tri_reader_mode mode, uint32_t flags)
{
    struct stage s = stage_set(5, mode, flags);
    uint32_t rng = 12345;
    uint64_t driver = 0;
    uint64_t writer = 0;
    uint64_t frames = 0;
    uint64_t last = 0;
    for (int step = 0; step < 20000; step++) {
        rng = rng * 1664525 + 1013904223;
        const uint32_t face = rng >> 28;
        if (face < 6) {
            publish(&s, 1 + face);
        } else if (face < 8) {
            tri_writer_add_drops(s.writer, face, face - 5);
            driver += face;
            writer += face - 5;
        } else if (tri_reader_acquire(s.reader, &s.frame, 0) == TRI_OK) {
            assert_int_equal(solid_wrong(&s.frame, 0, UINT32_MAX), 0);
            assert_true(s.frame.info.number > last);
            last = s.frame.info.number;
            frames++;
            expect_counts(&s, frames, last - frames, s.frame.info.dropped_driver,
                          s.frame.info.dropped_writer);
        }
    }
    publish(&s, 1);
    while (tri_reader_acquire(s.reader, &s.frame, 0) == TRI_OK)
        frames++;
    assert_int_equal(s.frame.info.number, s.number);
    expect_counts(&s, frames, s.number - frames, driver, writer);
    stage_cleared(&s);
}

static void frames_seen_and_skipped_add_up_to_frames_published(void **state)
{
    (void)state;
    expect_sums(TRI_MODE_LATEST, 0);
    expect_sums(TRI_MODE_LATEST, TRI_READER_NO_LOCK);
    expect_sums(TRI_MODE_NEXT, 0);
    expect_sums(TRI_MODE_NEXT, TRI_READER_NO_LOCK);
}

static void unknown_reader_mode_is_refused(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    const struct tri_reader_options options[] = {
        { .name = "No Name" },
        { .name = name, .mode = (enum tri_reader_mode)2 },
        { .name = name, .wait = (enum tri_reader_wait)3 },
        { .name = name, .flags = 1u << 31 },
    };
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        tri_reader *reader;
        assert_int_equal(tri_reader_open(&reader, &options[i]), TRI_ERR_INVALID);
        assert_null(reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(next_hands_over_each_frame_in_order),
        fixture_test(next_begins_at_the_newest_key_frame_in_a_slot),
        fixture_test(next_waits_for_a_key_frame_and_counts_what_it_skips),
        fixture_test(reader_set_to_next_begins_at_a_key_frame),
        fixture_test(next_begins_with_the_oldest_frame_that_is_still_whole),
        fixture_test(frames_beyond_the_history_are_overwritten_first),
        fixture_test(latest_returns_the_newest_and_counts_skipped_frames),
        fixture_test(drops_of_driver_and_writer_are_distinguished),
        fixture_test(reader_counts_only_losses_since_it_attached),
        fixture_test(frame_that_finds_no_slot_is_the_writers_drop),
        fixture_test(numbers_have_no_gaps_however_drafts_end),
        fixture_test(frames_seen_and_skipped_add_up_to_frames_published),
        fixture_test(unknown_reader_mode_is_refused),
    };
    return cmocka_run_group_tests_name("next", tests, NULL, NULL);
}
