/* SPDX-License-Identifier: MIT */
/* No torn frame is ever accepted: 100,000 frames of one colour each, at the machine's full
 * speed. */
#include "fixture.h"
#include "solid_frames.h"

#include <sched.h>

#define FRAMES      100000u
#define SLOTS       4 // two readers lock one each
#define SLOW_FACTOR 10u

/** A reader's mode, and its results. */
struct view {
    struct board *board;
    uint32_t flags;
    bool slow;
    _Atomic uint64_t accepted;
    _Atomic uint64_t torn;
    _Atomic uint64_t mixed;
};

struct board {
    _Atomic uint64_t published;
    _Atomic uint64_t ended;
    char name[32];
    struct view view[4];
};

static void wait_for(struct board *board, uint64_t published)
{
    while (atomic_load(&board->published) < published && !atomic_load(&board->ended))
        sched_yield();
}

/** Compares every pixel; a slow reader lets up to three frames pass in the middle. */
static uint64_t count_wrong(struct view *view, const struct tri_frame *frame)
{
    const uint32_t half = frame->shape.plane[0].rows / 2;
    uint64_t wrong = solid_wrong(frame, 0, half);
    if (view->slow)
        wait_for(view->board, frame->info.number + frame->info.number % 4);
    wrong += solid_wrong(frame, half, UINT32_MAX);
    return wrong;
}

static int watch(void *argument)
{
    struct view *view = argument;
    tri_reader *reader;
    CHECK(tri_reader_open(&reader, &(struct tri_reader_options){ .name = view->board->name,
                                                                 .flags = view->flags }) == TRI_OK);
    struct tri_frame frame = { 0 };
    while (!atomic_load(&view->board->ended)) {
        if (tri_reader_acquire(reader, &frame, 100) != TRI_OK)
            continue;
        const uint64_t wrong = count_wrong(view, &frame);
        if (tri_reader_is_intact(reader, &frame)) {
            view->accepted++;
            view->mixed += wrong > 0;
        } else {
            view->torn++;
        }
        if (view->slow)
            wait_for(view->board, frame.info.number + SLOW_FACTOR);
    }
    tri_reader_release(reader, &frame);
    tri_reader_close(&reader);
    return 0;
}

static void hundred_thousand_frames_show_no_mixed_one(void **state)
{
    (void)state;
    struct board *board = fixture_share(sizeof(*board));
    snprintf(board->name, sizeof(board->name), "%s", fixture_stream());
    const struct tri_video video = solid_video(128, 96);
    tri_writer *writer;
    assert_int_equal(solid_open(&writer, board->name, &video, SLOTS), TRI_OK);

    pid_t pid[4];
    for (unsigned i = 0; i < 4; i++) {
        board->view[i].board = board;
        board->view[i].flags = i & 1 ? TRI_READER_NO_LOCK : 0;
        board->view[i].slow = i & 2;
        pid[i] = fixture_start(watch, &board->view[i]);
    }
    uint64_t refused = 0;
    for (uint64_t number = 1; number <= FRAMES;) {
        const enum tri_err err = solid_publish(writer, &video, number);
        assert_true(err == TRI_OK || (err == TRI_ERR_NO_SLOT && ++refused < FRAMES));
        if (err == TRI_OK)
            atomic_store(&board->published, number++);
    }
    atomic_store(&board->ended, 1);

    for (unsigned i = 0; i < 4; i++)
        assert_int_equal(fixture_join(pid[i]), 0);
    for (unsigned i = 0; i < 4; i++) {
        const struct view *view = &board->view[i];
        print_message("# %s, %s: %llu accepted, %llu torn, %llu mixed\n",
                      view->slow ? "slow" : "fast", view->flags ? "without a hold" : "holding",
                      (unsigned long long)view->accepted, (unsigned long long)view->torn,
                      (unsigned long long)view->mixed);
        assert_int_equal(view->mixed, 0);
        assert_true(view->accepted > 0);
        if (!view->flags)
            assert_int_equal(view->torn, 0); // locked frames are not overwritten
    }
    assert_true(board->view[3].torn > 0); // otherwise nothing was tested
    tri_writer_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(hundred_thousand_frames_show_no_mixed_one),
    };
    return cmocka_run_group_tests_name("torn", tests, NULL, NULL);
}
