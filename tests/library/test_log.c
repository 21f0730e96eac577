/* SPDX-License-Identifier: MIT */
/* The log on stderr: it never waits, and counts the lines that are lost. */
#include <triptych/log.h>

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/** Reads all that a pipe holds. @return the bytes read; the last of them are in `text` */
static size_t drain(int fd, char text[4096])
{
    size_t all = 0;
    for (;;) {
        const ssize_t bytes = read(fd, text, 4095);
        if (bytes <= 0)
            return all;
        text[bytes] = '\0';
        all += (size_t)bytes;
    }
}

static void log_loses_lines_that_would_wait_and_counts_them(void **state)
{
    (void)state;
    char text[4096];
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    const int ours = dup(STDERR_FILENO);
    assert_int_equal(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);

    const tri_log log = tri_log_to_stderr(TRI_LOG_INFO);
    for (int i = 0; i < 2000; i++) // larger than a pipe
        tri_log_write(&log, TRI_LOG_INFO, "test", "%0100d", i);
    const size_t taken = drain(ends[0], text);
    tri_log_write(&log, TRI_LOG_INFO, "test", "after");
    drain(ends[0], text);
    dup2(ours, STDERR_FILENO);

    assert_in_range(taken, 4096, 199999);
    assert_non_null(strstr(text, " lines lost: stderr was blocked) after\n"));
    close(ours);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_loses_lines_that_would_wait_and_counts_them),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
