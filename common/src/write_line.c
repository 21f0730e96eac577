/* SPDX-License-Identifier: MIT */
#include "write_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/** A second open file description of a pipe or a terminal, without waiting. To set O_NONBLOCK on `fd`
 *  itself would set it for the shell and for every other program on that terminal.
 *  @return -1 for any other file, and where it may not be opened: a terminal of another user */
static int reopen(int fd)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !(S_ISFIFO(status.st_mode) || S_ISCHR(status.st_mode)))
        return -1;
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

/** Whether a write to `fd` has room now. Another process may take that room before the write. */
static bool has_room(int fd)
{
    struct pollfd file = { .fd = fd, .events = POLLOUT };
    return poll(&file, 1, 0) != 0;
}

bool tri_write_line(int fd, const char *text)
{
    const struct iovec parts[] = {
        { .iov_base = (void *)(uintptr_t)text, .iov_len = strlen(text) },
        { .iov_base = (void *)(uintptr_t) "\n", .iov_len = 1 },
    };
    const int own = reopen(fd);
    if (own < 0 && !has_room(fd)) {
        errno = EAGAIN;
        return false;
    }
    const ssize_t written = writev(own >= 0 ? own : fd, parts, 2);
    const int error = written < 0 ? errno : EAGAIN;
    if (own >= 0)
        close(own);
    errno = error;
    return written == (ssize_t)parts[0].iov_len + 1;
}
