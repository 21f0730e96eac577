/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20 };

bool output_open(struct output *output, const char *path, const tri_log *log)
{
    const bool to_stdout = strcmp(path, "-") == 0;
    *output = (struct output){ .path = to_stdout ? "stdout" : path,
                               .log = log,
                               .file = to_stdout ? stdout : fopen(path, "wbe") };
    if (!output->file) {
        tri_log_say(log, TRI_LOG_ERROR, "output", "%s: cannot be opened: %s", path,
                    strerror(errno));
        return false;
    }
    setvbuf(output->file, NULL, _IOFBF, BUFFER_BYTES);

    struct stat status;
    const int fd = fileno(output->file);
    output->can_undo =
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && !(fcntl(fd, F_GETFL) & O_APPEND);
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
    fflush(output->file); // what fails here is cut off below
    clearerr(output->file);
    return ftruncate(fileno(output->file), output->mark) == 0 &&
           fseeko(output->file, output->mark, SEEK_SET) == 0;
}

bool output_flush(struct output *output)
{
    if (output->error)
        return false;
    errno = 0;
    return remember(output, fflush(output->file) == 0);
}

void output_complain(const struct output *output)
{
    switch (output->error) {
    case EPIPE:
        tri_log_say(output->log, TRI_LOG_ERROR, "output", "%s: the reader of the pipe went away",
                    output->path);
        break;
    case ENOSPC:
    case EDQUOT:
        tri_log_say(output->log, TRI_LOG_ERROR, "output",
                    "%s: %s; free some, or write elsewhere, or fewer frames (--count)",
                    output->path, strerror(output->error));
        break;
    default:
        tri_log_say(output->log, TRI_LOG_ERROR, "output", "%s: cannot be written: %s", output->path,
                    strerror(output->error));
    }
}

bool output_close(struct output *output)
{
    if (!output->file)
        return true;
    const bool had_error = output->error != 0;
    const bool empty = output->can_undo && ftello(output->file) == 0;
    errno = 0;
    // stdout too: some file systems tell of a full disk only here.
    const bool closed = remember(output, fclose(output->file) == 0);
    output->file = NULL;
    if (!closed && !had_error)
        output_complain(output);
    if (empty && strcmp(output->path, "stdout") != 0)
        unlink(output->path);
    return closed && !had_error;
}
