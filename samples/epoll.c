/* SPDX-License-Identifier: MIT */
/* Prints the age of each frame in an epoll loop that also watches the terminal: Enter ends it.
 *   cc epoll.c -o epoll $(pkg-config --cflags --libs triptych) && ./epoll sample */
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <triptych/triptych.h>
#include <unistd.h>

static void add(int epoll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        perror("epoll: epoll_ctl");
}

/** Prints the frames that are there. */
static void print_frames(tri_reader *reader)
{
    struct tri_frame frame = { 0 };
    while (tri_reader_acquire(reader, &frame, 0) == TRI_OK) // never waits
        printf("frame %" PRIu64 ": %" PRId64 " us old\n", frame.info.number,
               (tri_now_ns() - frame.info.publish_ns) / 1000);
    tri_reader_release(reader, &frame);
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    const char *name = argc > 1 ? argv[1] : "sample";
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    tri_reader *reader;
    if (tri_reader_open(&reader, &(struct tri_reader_options){ .name = name, .log = &log }))
        return 1;

    setlinebuf(stdout);
    add(epoll, STDIN_FILENO);
    add(epoll, tri_reader_fd(reader)); // belongs to the reader
    for (struct epoll_event event; epoll_wait(epoll, &event, 1, -1) == 1;) {
        if (event.data.fd == STDIN_FILENO)
            break;
        print_frames(reader);
    }
    close(epoll); // before the reader closes its descriptor
    tri_reader_close(&reader);
    return 0;
}
