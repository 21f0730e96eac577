/* SPDX-License-Identifier: MIT */
/* Format and size change within a stream, and readers of every kind follow. */
#include "fixture.h"
#include "ipc.h"
#include "solid_frames.h"

/** Reader modes: newest or each, with a lock or without. */
static const struct way {
    enum tri_reader_mode mode;
    uint32_t flags;
} ways[] = {
    { TRI_MODE_LATEST, 0 },
    { TRI_MODE_LATEST, TRI_READER_NO_LOCK },
    { TRI_MODE_NEXT, 0 },
    { TRI_MODE_NEXT, TRI_READER_NO_LOCK },
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/** A writer and a reader of one stream, and the reader's frame. */
struct pair {
    const char *name;
    tri_writer *writer;
    tri_reader *reader;
    struct tri_frame frame;
};

/** A pair on a new stream for `video`; `slots` as in solid_open(). */
static struct pair open_pair(const struct tri_video *video, uint32_t slots, struct way way)
{
    struct pair pair = { .name = fixture_stream() };
    assert_int_equal(solid_open(&pair.writer, pair.name, video, slots), TRI_OK);
    pair.reader = solid_reader(pair.name, way.mode, way.flags);
    return pair;
}

static void close_pair(struct pair *pair)
{
    solid_leave(&pair->reader, &pair->frame);
    tri_writer_close(&pair->writer);
}

static void new_format_arrives_with_its_first_frame(void **state)
{
    (void)state;
    const struct tri_video first = solid_video(64, 48);
    struct tri_video second = solid_video(33, 17);
    second.fourcc = TRI_FOURCC_AB24;
    second.stride[0] = 33 * 4 + 20;
    second.fps_num = 30000;
    second.fps_den = 1001;
    second.colorspace = TRI_COLORSPACE_BT2020;
    second.transfer = TRI_TRANSFER_SMPTE2084;
    second.matrix = TRI_MATRIX_BT2020;
    second.range = TRI_RANGE_FULL;
    second.field = TRI_FIELD_INTERLACED;
    second.rotation = 270;
    second.aspect_num = 59;
    second.aspect_den = 54;
    second.siting = TRI_SITING_TOPLEFT;
    second.bits = 12;

    for (unsigned i = 0; i < WAYS; i++) {
        struct pair pair = open_pair(&first, 0, ways[i]);
        assert_int_equal(solid_publish(pair.writer, &first, 1), TRI_OK);
        solid_expect(pair.reader, &pair.frame, 1);
        assert_true(tri_video_same(&pair.frame.info.video, &first));
        assert_int_equal(solid_publish(pair.writer, &second, 2), TRI_OK);
        solid_expect(pair.reader, &pair.frame, 2);
        assert_true(tri_video_same(&pair.frame.info.video, &second));
        assert_int_equal(pair.frame.shape.plane[0].stride, 33 * 4 + 20);
        assert_int_equal(pair.frame.shape.plane[0].rows, 17);
        close_pair(&pair);
    }
}

static void larger_frame_makes_a_larger_segment_of_the_same_name(void **state)
{
    (void)state;
    const struct tri_video small = solid_video(64, 48);
    const struct tri_video large = solid_video(320, 240);
    for (unsigned i = 0; i < WAYS; i++) {
        struct pair pair = open_pair(&small, 0, ways[i]);
        const int old_id = ipc_shm(pair.name);
        assert_int_equal(solid_publish(pair.writer, &small, 1), TRI_OK);
        solid_expect(pair.reader, &pair.frame, 1);

        assert_int_equal(solid_publish(pair.writer, &large, 2), TRI_OK);
        assert_int_not_equal(ipc_shm(pair.name), old_id);
        assert_true(ipc_exists(old_id)); // its frame is locked
        assert_true(tri_reader_is_intact(pair.reader, &pair.frame));
        assert_int_equal(solid_wrong(&pair.frame, 0, UINT32_MAX), 0);

        solid_expect(pair.reader, &pair.frame, 2);
        assert_int_equal(pair.frame.info.video.width, 320);
        assert_false(ipc_exists(old_id));
        struct tri_reader_stats counts;
        tri_reader_get_stats(pair.reader, &counts);
        assert_int_equal(counts.skipped, 0);
        assert_int_equal(counts.restarts, 0);
        close_pair(&pair);
    }
}

static void frames_of_the_old_segment_come_before_those_of_the_new_one(void **state)
{
    (void)state;
    const struct tri_video small = solid_video(64, 48);
    const struct tri_video large = solid_video(320, 240);
    struct pair pair = open_pair(&small, 4, (struct way){ .mode = TRI_MODE_NEXT });
    assert_int_equal(tri_reader_acquire(pair.reader, &pair.frame, 0), TRI_ERR_TIMEOUT); // attached

    for (uint64_t number = 1; number <= 3; number++)
        assert_int_equal(solid_publish(pair.writer, &small, number), TRI_OK);
    for (uint64_t number = 4; number <= 6; number++)
        assert_int_equal(solid_publish(pair.writer, &large, number), TRI_OK);

    for (uint64_t number = 1; number <= 6; number++)
        solid_expect(pair.reader, &pair.frame, number);
    close_pair(&pair);
}

static uint32_t readers_of(const tri_writer *writer)
{
    struct tri_writer_stats stats;
    tri_writer_get_stats(writer, &stats);
    return stats.readers;
}

static void reader_that_has_not_moved_yet_is_counted(void **state)
{
    (void)state;
    const struct tri_video small = solid_video(64, 48);
    const struct tri_video large = solid_video(320, 240);
    struct pair pair = open_pair(&small, 0, ways[0]);
    assert_int_equal(solid_publish(pair.writer, &small, 1), TRI_OK);
    solid_expect(pair.reader, &pair.frame, 1);
    assert_int_equal(readers_of(pair.writer), 1);

    assert_int_equal(solid_publish(pair.writer, &large, 2), TRI_OK);
    assert_int_equal(readers_of(pair.writer), 1);
    solid_expect(pair.reader, &pair.frame, 2);
    assert_int_equal(readers_of(pair.writer), 1);
    solid_leave(&pair.reader, &pair.frame);
    assert_int_equal(readers_of(pair.writer), 0);
    tri_writer_close(&pair.writer);
}

static void poll_finds_a_larger_segment_at_once(void **state)
{
    (void)state;
    const struct tri_video small = solid_video(64, 48);
    const struct tri_video large = solid_video(320, 240);
    struct pair pair = open_pair(&small, 0, ways[0]);
    assert_int_equal(solid_publish(pair.writer, &small, 1), TRI_OK);
    assert_int_equal(tri_reader_acquire(pair.reader, &pair.frame, 0), TRI_OK);

    assert_int_equal(solid_publish(pair.writer, &large, 2), TRI_OK);
    assert_int_equal(tri_reader_acquire(pair.reader, &pair.frame, 0), TRI_OK);
    assert_int_equal(pair.frame.info.number, 2);
    tri_writer_close(&pair.writer);
    assert_int_equal(tri_reader_acquire(pair.reader, &pair.frame, 0), TRI_ERR_NO_WRITER);
    solid_leave(&pair.reader, &pair.frame);
}

#define GROWTHS          12u
#define FRAMES_OF_A_SIZE 40u

struct follower {
    const char *name;
    const struct way *way;
    _Atomic uint64_t newest;
};

static int follow(void *argument)
{
    struct follower *follower = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = follower->name,
                                                                 .mode = follower->way->mode,
                                                                 .flags = follower->way->flags }) ==
          TRI_OK);
    struct tri_frame frame = { 0 };
    while (follower->newest < (uint64_t)GROWTHS * FRAMES_OF_A_SIZE) {
        CHECK(tri_reader_acquire(reader, &frame, FIXTURE_PATIENCE_S * 1000) == TRI_OK);
        const uint64_t wrong = solid_wrong(&frame, 0, UINT32_MAX);
        CHECK(!tri_reader_is_intact(reader, &frame) || wrong == 0);
        CHECK(frame.info.number > follower->newest);
        CHECK(frame.info.video.width == 64 + (frame.info.number - 1) / FRAMES_OF_A_SIZE * 64);
        follower->newest = frame.info.number;
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static void readers_in_other_processes_follow_every_growth(void **state)
{
    (void)state;
    const char *name = fixture_stream();
    struct follower *follower = fixture_share(WAYS * sizeof(*follower));
    pid_t pid[WAYS];
    for (unsigned i = 0; i < WAYS; i++) {
        follower[i].name = name;
        follower[i].way = &ways[i];
        pid[i] = fixture_start(follow, &follower[i]);
    }

    tri_writer *writer;
    struct tri_video video = solid_video(64, 48);
    assert_int_equal(solid_open(&writer, name, &video, 6), TRI_OK);
    for (uint64_t number = 1; number <= (uint64_t)GROWTHS * FRAMES_OF_A_SIZE; number++) {
        video.width = (uint32_t)(64 + (number - 1) / FRAMES_OF_A_SIZE * 64);
        assert_int_equal(solid_publish(writer, &video, number), TRI_OK);
        fixture_sleep_ms(1);
    }

    for (unsigned i = 0; i < WAYS; i++)
        assert_int_equal(fixture_join(pid[i]), 0);
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(new_format_arrives_with_its_first_frame),
        fixture_test(larger_frame_makes_a_larger_segment_of_the_same_name),
        fixture_test(frames_of_the_old_segment_come_before_those_of_the_new_one),
        fixture_test(reader_that_has_not_moved_yet_is_counted),
        fixture_test(poll_finds_a_larger_segment_at_once),
        fixture_test(readers_in_other_processes_follow_every_growth),
    };
    return cmocka_run_group_tests_name("change", tests, NULL, NULL);
}
