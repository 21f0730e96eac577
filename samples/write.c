/* SPDX-License-Identifier: MIT */
/* Shares a grey picture that brightens, 30 times a second, as the stream "sample".
 *   cc write.c -o write $(pkg-config --cflags --libs triptych) && ./write */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <triptych/triptych.h>

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

int main(void)
{
    const struct tri_video video = { .fourcc = TRI_FOURCC_GREY, .width = 640, .height = 480 };
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN); // logs what went wrong, and what to do
    tri_writer *writer;
    if (tri_writer_open(&writer, &(struct tri_writer_options){ .name = "sample", .log = &log }))
        return 1;

    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    for (int brightness = 0; !stopped; brightness = (brightness + 1) % 256) {
        struct tri_draft draft;
        if (tri_writer_begin(writer, &video, &draft) == TRI_OK) { // a free slot of shared memory
            memset(draft.data[0], brightness, draft.shape.plane[0].bytes);
            tri_writer_publish(writer, &draft); // now every reader sees it
        }
        nanosleep(&(struct timespec){ .tv_nsec = 33333333 }, NULL);
    }
    tri_writer_close(&writer); // removes the stream
    return 0;
}
