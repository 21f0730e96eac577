/* SPDX-License-Identifier: MIT */
/* Prints frames a second in a libuv loop, as in Node.js and Neovim; Ctrl-C ends it.
 *   cc libuv.c -o libuv $(pkg-config --cflags --libs triptych libuv) && ./libuv sample */
#include <signal.h>
#include <stdio.h>
#include <triptych/triptych.h>
#include <uv.h>

static unsigned frames;

static void count_frames(uv_poll_t *poll, int status, int events)
{
    struct tri_frame frame = { 0 };
    (void)status;
    (void)events;
    while (tri_reader_acquire(poll->data, &frame, 0) == TRI_OK) // never waits
        frames++;
    tri_reader_release(poll->data, &frame);
}

static void print_rate(uv_timer_t *timer)
{
    (void)timer;
    printf("%u frames a second\n", frames);
    frames = 0;
}

static void stop(uv_signal_t *signal, int number)
{
    (void)number;
    uv_stop(signal->loop);
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    const char *name = argc > 1 ? argv[1] : "sample";
    uv_loop_t *loop = uv_default_loop();
    uv_poll_t poll;
    uv_timer_t timer;
    uv_signal_t interrupt;
    tri_reader *reader;
    if (tri_reader_open(&reader, &(struct tri_reader_options){ .name = name, .log = &log }))
        return 1;

    setlinebuf(stdout);
    uv_poll_init(loop, &poll, tri_reader_fd(reader)); // the descriptor belongs to the reader
    poll.data = reader;
    uv_poll_start(&poll, UV_READABLE, count_frames);
    uv_timer_init(loop, &timer);
    uv_timer_start(&timer, print_rate, 1000, 1000);
    uv_signal_init(loop, &interrupt);
    uv_signal_start(&interrupt, stop, SIGINT);
    uv_run(loop, UV_RUN_DEFAULT);

    uv_close((uv_handle_t *)&poll, NULL); // before the reader closes its descriptor
    uv_close((uv_handle_t *)&timer, NULL);
    uv_close((uv_handle_t *)&interrupt, NULL);
    uv_run(loop, UV_RUN_DEFAULT);
    tri_reader_close(&reader);
    return uv_loop_close(loop) != 0;
}
