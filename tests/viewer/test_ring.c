/* SPDX-License-Identifier: MIT */
/* The frame that triptych-display shows of its history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <model/ring.h>

/** A ring and the number of the frame in each of its places. */
struct history {
    struct ring ring;
    int picture[RING_SIZE_MAX];
    int last;
};

static struct history history_of(unsigned size)
{
    return (struct history){ .ring = { .size = size } };
}

static void push(struct history *history, int count)
{
    for (int i = 0; i < count; i++) {
        history->picture[ring_next(&history->ring)] = ++history->last;
        ring_push(&history->ring);
    }
}

static void corrupt(struct history *history)
{
    history->picture[ring_next(&history->ring)] = -1;
}

static int shown(const struct history *history)
{
    return history->picture[ring_shown(&history->ring)];
}

static void newest_frame_is_shown(void **state)
{
    struct history history = history_of(3);
    (void)state;
    for (int i = 1; i < 10; i++) {
        push(&history, 1);
        assert_int_equal(shown(&history), i);
    }
}

static void ring_steps_back_one_less_than_its_places(void **state)
{
    (void)state;
    for (unsigned size = 2; size <= RING_SIZE_MAX; size++) {
        struct history history = history_of(size);
        push(&history, 20);
        for (int i = 1; i < (int)size; i++) {
            assert_true(ring_step(&history.ring, 1));
            assert_int_equal(shown(&history), 20 - i);
        }
        assert_false(ring_step(&history.ring, 1));
        assert_int_equal(shown(&history), 20 - (int)size + 1);
    }
}

static void stepping_stops_at_the_first_frame(void **state)
{
    struct history history = history_of(RING_SIZE_MAX);
    (void)state;
    assert_false(ring_step(&history.ring, 1));
    push(&history, 2);
    assert_true(ring_step(&history.ring, 1));
    assert_false(ring_step(&history.ring, 1));
    assert_int_equal(shown(&history), 1);
}

static void stepping_forward_ends_at_the_newest(void **state)
{
    struct history history = history_of(4);
    (void)state;
    push(&history, 4);
    ring_step(&history.ring, 1);
    ring_step(&history.ring, 1);
    assert_true(ring_step(&history.ring, -1));
    assert_int_equal(shown(&history), 3);
    assert_true(ring_step(&history.ring, -1));
    assert_int_equal(shown(&history), 4);
    assert_false(ring_step(&history.ring, -1));
    assert_true(ring_step(&history.ring, 1));
    assert_true(ring_step(&history.ring, 1));
    assert_true(ring_step(&history.ring, -2));
    assert_int_equal(shown(&history), 4);
}

static void corrupt_frame_is_never_shown(void **state)
{
    struct history history = history_of(3);
    (void)state;
    push(&history, 5);
    corrupt(&history);
    corrupt(&history);
    assert_int_equal(shown(&history), 5);
    assert_true(ring_step(&history.ring, 1));
    assert_int_equal(shown(&history), 4);
    assert_false(ring_step(&history.ring, 1)); // this place contains the corrupt one
    push(&history, 1);
    assert_int_equal(shown(&history), 6);
}

static void ring_uses_the_allowed_memory_and_two_places_at_least(void **state)
{
    (void)state;
    assert_int_equal(ring_size_for(100, 350), 3);
    assert_int_equal(ring_size_for(100, 100), 2);
    assert_int_equal(ring_size_for(1000, 100), 2);
    assert_int_equal(ring_size_for(1, 100), RING_SIZE_MAX);
    assert_int_equal(ring_size_for(0, 100), RING_SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_frame_is_shown),
        cmocka_unit_test(ring_steps_back_one_less_than_its_places),
        cmocka_unit_test(stepping_stops_at_the_first_frame),
        cmocka_unit_test(stepping_forward_ends_at_the_newest),
        cmocka_unit_test(corrupt_frame_is_never_shown),
        cmocka_unit_test(ring_uses_the_allowed_memory_and_two_places_at_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
