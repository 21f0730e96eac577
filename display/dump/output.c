/* SPDX-License-Identifier: MIT */
#include "output.h"

#include "program/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, PIPE_BYTES = 1 << 20, LAST_WAIT_MS = 500 };

/* Whether a pipe can take PIPE_BUF bytes within LAST_WAIT_MS. */
static bool takes_more(int fd)
{
    struct pollfd pipe = { .fd = fd, .events = POLLOUT };
    return poll(&pipe, 1, LAST_WAIT_MS) == 1;
}

/* Calls write(2) until everything is written. A signal during a write leaves a short count, not
 * EINTR, so stdio alone would continue and block on a full pipe. After a request to
 * stop, the frame is completed as long as a reader takes it. */
static ssize_t write_all(void *cookie, const char *bytes, size_t count)
{
    struct output *output = cookie;
    if (output->can_undo && !output->begun && output->fd != STDOUT_FILENO &&
        ftruncate(output->fd, 0) != 0) {
        output->error = errno;
        return 0;
    }
    output->begun = true;
    for (size_t done = 0; done < count;) {
        size_t part = count - done;
        if (stop_requested() && !output->can_undo) {
            if (!takes_more(output->fd)) {
                output->error = EINTR;
                return 0;
            }
            part = part < PIPE_BUF ? part : PIPE_BUF;
        }
        const ssize_t written = write(output->fd, bytes + done, part);
        if (written < 0 && errno == EAGAIN) {
            takes_more(output->fd); // another process of this pipe has set O_NONBLOCK
        } else if (written < 0 && errno != EINTR) {
            output->error = errno;
            return 0;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return (ssize_t)count;
}

static int seek(void *cookie, off64_t *offset, int whence)
{
    const struct output *output = cookie;
    *offset = lseek(output->fd, *offset, whence);
    return *offset < 0 ? -1 : 0;
}

/* Opens without changing the contents. */
static int open_path(struct output *output, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    const bool exists = fd < 0 && errno == EEXIST;
    if (exists)
        fd = stop_open(path, O_WRONLY | O_CLOEXEC);
    const bool dangles = exists && fd < 0 && errno == ENOENT;
    if (dangles)
        fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    if (fd >= 0 && (!exists || dangles))
        output->created = realpath(path, NULL);
    return fd;
}

/* Whether another triptych program records to this file or captures from it. */
static bool is_taken(const struct output *output)
{
    return output->can_undo && flock(output->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

static bool refuse(struct output *output, const char *path, const char *why)
{
    tri_log_write(output->log, TRI_LOG_ERROR, "output", "%s: %s", path, why);
    if (output->fd >= 0 && output->fd != STDOUT_FILENO)
        close(output->fd);
    free(output->created);
    output->created = NULL;
    return false;
}

bool output_open(struct output *output, const char *path, const tri_log *log)
{
    const bool to_stdout = strcmp(path, "-") == 0;
    *output = (struct output){ .path = to_stdout ? "stdout" : path, .log = log };
    output->fd = to_stdout ? STDOUT_FILENO : open_path(output, path);
    if (output->fd < 0 && errno == EINTR && stop_requested()) // no reader opened the FIFO
        return false;
    if (output->fd < 0) {
        char why[128];
        snprintf(why, sizeof(why), "cannot open: %s", strerror(errno));
        return refuse(output, path, why);
    }
    struct stat status;
    if (fstat(output->fd, &status) == 0) {
        output->can_undo = S_ISREG(status.st_mode) && !(fcntl(output->fd, F_GETFL) & O_APPEND);
        if (S_ISFIFO(status.st_mode)) // best effort: fewer context switches
            (void)fcntl(output->fd, F_SETPIPE_SZ, PIPE_BYTES);
    }
    if (is_taken(output))
        return refuse(output, path,
                      "in use: another triptych program records to it or captures from it; choose "
                      "another file");
    const cookie_io_functions_t functions = { .write = write_all, .seek = seek };
    output->file = fopencookie(output, "w", functions);
    if (!output->file)
        return refuse(output, path, "out of memory");
    setvbuf(output->file, NULL, _IOFBF, BUFFER_BYTES);
    return true;
}

static bool remember(struct output *output, bool done)
{
    if (!done && !output->error)
        output->error = errno ? errno : EIO;
    return done;
}

bool output_text(struct output *output, const char *format, ...)
{
    if (output->error)
        return false;
    va_list args;
    va_start(args, format);
    errno = 0;
    const bool done = vfprintf(output->file, format, args) >= 0;
    va_end(args);
    return remember(output, done);
}

bool output_rows(struct output *output, const uint8_t *data, uint32_t stride, size_t row_bytes,
                 uint32_t rows)
{
    if (output->error)
        return false;
    errno = 0;
    if (stride == row_bytes)
        return remember(output, fwrite(data, row_bytes, rows, output->file) == rows);
    for (size_t row = 0; row < rows; row++)
        if (fwrite(data + row * stride, 1, row_bytes, output->file) != row_bytes)
            return remember(output, false);
    return true;
}

void output_mark(struct output *output)
{
    if (output->can_undo)
        output->mark = ftello(output->file);
}

bool output_undo(struct output *output)
{
    __fpurge(output->file);
    clearerr(output->file);
    return ftruncate(output->fd, output->mark) == 0 &&
           fseeko(output->file, output->mark, SEEK_SET) == 0;
}

bool output_flush(struct output *output)
{
    if (output->error)
        return false;
    errno = 0;
    return remember(output, fflush(output->file) == 0);
}

void output_log_error(const struct output *output)
{
    switch (output->error) {
    case EPIPE:
        tri_log_write(output->log, TRI_LOG_ERROR, "output", "%s: broken pipe: its reader has ended",
                      output->path);
        break;
    case ENOSPC:
    case EDQUOT:
        tri_log_write(
            output->log, TRI_LOG_ERROR, "output",
            "%s: %s; free some space, choose another file, or write fewer frames (--count)",
            output->path, strerror(output->error));
        break;
    case EFBIG:
        tri_log_write(output->log, TRI_LOG_ERROR, "output",
                      "%s: %s; raise ulimit -f, choose another file system, or write fewer frames "
                      "(--count)",
                      output->path, strerror(output->error));
        break;
    default:
        tri_log_write(output->log, TRI_LOG_ERROR, "output", "%s: cannot write: %s", output->path,
                      strerror(output->error));
    }
}

void output_discard(struct output *output)
{
    if (output->file && !output->begun)
        __fpurge(output->file);
}

bool output_close(struct output *output)
{
    if (!output->file)
        return true;
    if (output->error) // the buffered rest would fail or block again
        __fpurge(output->file);
    const bool had_error = output->error != 0 && output->error != EINTR;
    errno = 0;
    bool closed = remember(output, fclose(output->file) == 0);
    struct stat status;
    if (output->created && fstat(output->fd, &status) == 0 && status.st_size == 0)
        unlink(output->created);
    free(output->created);
    output->created = NULL;
    // Including stdout: some file systems report a full disk only here.
    closed = remember(output, close(output->fd) == 0) && closed;
    output->file = NULL;
    if (!closed && !had_error)
        output_log_error(output);
    return closed && !had_error;
}
