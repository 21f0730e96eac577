/* SPDX-License-Identifier: MIT */
/* Which of its last pictures triptych-display shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <model/ring.h>

/** A ring and the number of the picture in each of its places. */
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

static void the_newest_picture_is_shown(void **state)
{
    struct film film = film_of(3);

    (void)state;
    for (int i = 1; i < 10; i++) {
        push(&film, 1);
        assert_int_equal(shown(&film), i);
    }
}

static void as_many_can_be_gone_back_to_as_there_are_places_less_one(void **state)
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

static void there_is_no_going_back_beyond_the_first_picture(void **state)
{
    struct film film = film_of(RING_SIZE_MAX);

    (void)state;
    assert_false(ring_step(&film.ring, 1));
    push(&film, 2);
    assert_true(ring_step(&film.ring, 1));
    assert_false(ring_step(&film.ring, 1));
    assert_int_equal(shown(&film), 1);
}

static void going_on_ends_at_the_newest(void **state)
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

static void a_picture_that_was_spoilt_is_never_shown(void **state)
{
    struct film film = film_of(3);

    (void)state;
    push(&film, 5);
    corrupt(&film);
    corrupt(&film);
    assert_int_equal(shown(&film), 5);
    assert_true(ring_step(&film.ring, 1));
    assert_int_equal(shown(&film), 4);
    assert_false(ring_step(&film.ring, 1)); // that place holds the spoilt one
    push(&film, 1);
    assert_int_equal(shown(&film), 6);
}

static void as_many_places_are_used_as_memory_allows_and_never_fewer_than_two(void **state)
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
        cmocka_unit_test(the_newest_picture_is_shown),
        cmocka_unit_test(as_many_can_be_gone_back_to_as_there_are_places_less_one),
        cmocka_unit_test(there_is_no_going_back_beyond_the_first_picture),
        cmocka_unit_test(going_on_ends_at_the_newest),
        cmocka_unit_test(a_picture_that_was_spoilt_is_never_shown),
        cmocka_unit_test(as_many_places_are_used_as_memory_allows_and_never_fewer_than_two),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
