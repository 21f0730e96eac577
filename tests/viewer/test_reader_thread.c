/* SPDX-License-Identifier: MIT */
/* The viewer's thread that waits for frames: the window's thread gets every change of the stream. */
#include "fixture.h"
#include "solid_frames.h"
#include "stream/reader_thread.h"

#include <errno.h>
#include <semaphore.h>
#include <time.h>

static void ring(void *user)
{
    sem_post(user);
}

/** Waits for the thread's next result. */
static enum tri_err take(struct reader_thread *thread, sem_t *bell, struct tri_frame *frame)
{
    struct timespec limit;
    enum tri_err outcome;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += FIXTURE_PATIENCE_S;
    do
        assert_int_equal(sem_timedwait(bell, &limit), 0);
    while (!reader_thread_take(thread, frame, &outcome));
    return outcome;
}

static void end_that_the_window_notices_first_is_handed_over(void **state)
{
    const char *name = fixture_stream();
    const struct tri_video video = solid_video(64, 48);
    tri_writer *writer = solid_stream(name);
    tri_reader *reader = solid_reader(name, TRI_MODE_LATEST, 0);
    struct tri_frame frame = { 0 };
    sem_t bell;
    (void)state;
    sem_init(&bell, 0, 0);
    struct reader_thread *thread = reader_thread_start(reader, ring, &bell);
    assert_non_null(thread);
    while (take(thread, &bell, &frame) != TRI_OK) { // the first frame may be older than the reader
        reader_thread_resume(thread);
        assert_int_equal(solid_publish(writer, &video, 2), TRI_OK);
    }
    tri_writer_close(&writer);
    while (tri_reader_acquire(reader, &frame, 0) != TRI_ERR_NO_WRITER)
        fixture_sleep_ms(10); // it checks for the writer now and then
    tri_reader_release(reader, &frame);
    reader_thread_resume(thread);

    assert_int_equal(take(thread, &bell, &frame), TRI_ERR_NO_WRITER);
    reader_thread_resume(thread);
    reader_thread_stop(&thread);
    tri_reader_close(&reader);
    sem_destroy(&bell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fixture_test(end_that_the_window_notices_first_is_handed_over),
    };
    return cmocka_run_group_tests_name("reader_thread", tests, NULL, NULL);
}
