/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_MAX = 100 }; // names tried for the temporary file

/* The destination: a temporary file beside the target, or the target itself if it is a device or pipe,
 * which must not be replaced. */
struct output {
    const char *path;
    const tri_log *log;
    FILE *file;
    const char *target; // `path` with symbolic links resolved
    char resolved[PATH_MAX];
    char *temporary; // NULL: written directly
    bool failed;
    bool interrupted; // by a signal: not logged
};

static void log_failure(const struct output *output, const char *what)
{
    tri_log_write(output->log, TRI_LOG_ERROR, "png", "%s: %s", output->path, what);
}

static void fail(struct output *output, int error)
{
    const bool full = error == ENOSPC || error == EDQUOT;
    output->failed = true;
    output->interrupted = error == EINTR;
    if (!output->interrupted)
        tri_log_write(output->log, TRI_LOG_ERROR, "png", "%s: %s%s", output->path, strerror(error),
                      full ? "; free some space or choose another file" : "");
}

/* Creates a new file without following links: in a folder that other users may write to, a link may
 * have been planted. */
static FILE *create_beside(struct output *output)
{
    for (int i = 0; i < NAMES_MAX; i++) {
        free(output->temporary);
        if (asprintf(&output->temporary, "%s.%ld.%d.part", output->target, (long)getpid(), i) < 0) {
            output->temporary = NULL;
            errno = ENOMEM;
            return NULL;
        }
        const int fd =
            open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (fd >= 0)
            return fdopen(fd, "wb");
        if (errno != EEXIST)
            break;
    }
    const int error = errno;
    free(output->temporary); // not created by this process
    output->temporary = NULL;
    errno = error;
    return NULL;
}

static bool output_open(struct output *output)
{
    struct stat status;
    if (strcmp(output->path, "-") == 0) {
        output->file = stdout;
        return true;
    }
    const bool exists = stat(output->path, &status) == 0;
    const bool dangles = !exists && lstat(output->path, &status) == 0;
    if (dangles || (exists && !S_ISREG(status.st_mode))) {
        output->file = fopen(output->path, "wbe");
    } else {
        output->target = exists ? realpath(output->path, output->resolved) : output->path;
        output->file = output->target ? create_beside(output) : NULL;
    }
    if (!output->file)
        fail(output, errno);
    return output->file != NULL;
}

static enum tri_err output_close(struct output *output)
{
    if (output->file) {
        const bool flushed = fflush(output->file) == 0;
        const bool closed = output->file == stdout || fclose(output->file) == 0;
        if ((!flushed || !closed) && !output->failed)
            fail(output, errno);
        if (output->temporary && !output->failed && rename(output->temporary, output->target) != 0)
            fail(output, errno);
        if (output->temporary && output->failed)
            unlink(output->temporary);
    }
    free(output->temporary);
    if (output->interrupted)
        return TRI_ERR_INTERRUPTED;
    return output->failed ? TRI_ERR_SYSTEM : TRI_OK;
}

static void on_error(png_structp png, png_const_charp text)
{
    struct output *output = png_get_error_ptr(png);
    if (!output->failed)
        log_failure(output, text);
    output->failed = true;
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text)
{
    (void)png;
    (void)text;
}

static void on_write(png_structp png, png_bytep bytes, size_t count)
{
    struct output *output = png_get_io_ptr(png);
    if (fwrite(bytes, 1, count, output->file) == count)
        return;
    fail(output, errno);
    png_error(png, "write failed");
}

static void on_flush(png_structp png)
{
    (void)png;
}

static void set_text(png_structp png, png_infop info, const char *const *text)
{
    for (; text && text[0] && text[1]; text += 2) {
        png_text chunk = { .compression = PNG_TEXT_COMPRESSION_NONE,
                           .key = (char *)(uintptr_t)text[0],
                           .text = (char *)(uintptr_t)text[1],
                           .text_length = strlen(text[1]) };
        png_set_text(png, info, &chunk, 1);
    }
}

static void encode(png_structp png, png_infop info, struct output *output, const uint8_t *rgb,
                   uint32_t width, uint32_t height, uint32_t stride, const char *const *text)
{
    if (setjmp(png_jmpbuf(png)) != 0)
        return; // on_error() has logged why
    png_set_write_fn(png, output, on_write, on_flush);
    png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_set_compression_level(png, 3); // 4K in a fraction of a second
    set_text(png, info, text);
    png_write_info(png, info);
    for (size_t row = 0; row < height; row++)
        png_write_row(png, rgb + row * stride);
    png_write_end(png, info);
}

enum tri_err picture_write_png(const char *path, const uint8_t *rgb, uint32_t width,
                               uint32_t height, uint32_t stride, const char *const *text,
                               const tri_log *log)
{
    struct output output = { .path = path, .log = log };
    if (!output_open(&output))
        return output_close(&output);

    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &output, on_error, on_warning);
    png_infop info = png ? png_create_info_struct(png) : NULL;
    if (info) {
        encode(png, info, &output, rgb, width, height, stride, text);
    } else {
        log_failure(&output, "out of memory");
        output.failed = true;
    }
    png_destroy_write_struct(&png, &info);
    return output_close(&output);
}
