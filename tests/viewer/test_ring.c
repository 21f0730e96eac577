/* SPDX-License-Identifier: MIT */
/* The frame that triptych-display shows of its history. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <model/ring.h>

/** A ring and the number of the frame in each of its places. */
struct film {
    struct ring ring;
    int picture[RING_SIZE_MAX];
    int last;
};

static struct film film_of(unsigned size)
{
    return (struct film){ .ring = { .size = size } };
}

static void push(struct film *film, int count)
{
    for (int i = 0; i < count; i++) {
        film->picture[ring_next(&film->ring)] = ++film->last;
        ring_push(&film->ring);
    }
}

static void corrupt(struct film *film)
{
    film->picture[ring_next(&film->ring)] = -1;
}

static int shown(const struct film *film)
{
    return film->picture[ring_shown(&film->ring)];
}

static void newest_frame_is_shown(void **state)
{
    struct film film = film_of(3);

    (void)state;
    for (int i = 1; i < 10; i++) {
        push(&film, 1);
        assert_int_equal(shown(&film), i);
    }
}

static void ring_steps_back_one_less_than_its_places(void **state)
{
    (void)state;
    for (unsigned size = 2; size <= RING_SIZE_MAX; size++) {
        struct film film = film_of(size);
        push(&film, 20);
        for (int i = 1; i < (int)size; i++) {
            assert_true(ring_step(&film.ring, 1));
            assert_int_equal(shown(&film), 20 - i);
        }
        assert_false(ring_step(&film.ring, 1));
        assert_int_equal(shown(&film), 20 - (int)size + 1);
    }
}

static void stepping_stops_at_the_first_frame(void **state)
{
    struct film film = film_of(RING_SIZE_MAX);

    (void)state;
    assert_false(ring_step(&film.ring, 1));
    push(&film, 2);
    assert_true(ring_step(&film.ring, 1));
    assert_false(ring_step(&film.ring, 1));
    assert_int_equal(shown(&film), 1);
}

static void stepping_forward_ends_at_the_newest(void **state)
{
    struct film film = film_of(4);

    (void)state;
    push(&film, 4);
    ring_step(&film.ring, 1);
    ring_step(&film.ring, 1);
    assert_true(ring_step(&film.ring, -1));
    assert_int_equal(shown(&film), 3);
    assert_true(ring_step(&film.ring, -1));
    assert_int_equal(shown(&film), 4);
    assert_false(ring_step(&film.ring, -1));
    assert_true(ring_step(&film.ring, 1));
    assert_true(ring_step(&film.ring, 1));
    assert_true(ring_step(&film.ring, -2));
    assert_int_equal(shown(&film), 4);
}

static void corrupt_frame_is_never_shown(void **state)
{
    struct film film = film_of(3);

    (void)state;
    push(&film, 5);
    corrupt(&film);
    corrupt(&film);
    assert_int_equal(shown(&film), 5);
    assert_true(ring_step(&film.ring, 1));
    assert_int_equal(shown(&film), 4);
    assert_false(ring_step(&film.ring, 1)); // this place contains the corrupt one
    push(&film, 1);
    assert_int_equal(shown(&film), 6);
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
