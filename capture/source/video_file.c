/* SPDX-License-Identifier: MIT */
/** Files and pipes as sources of pictures. */
#include "video_file.h"

#include "program/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define PIECES_MAX  256                 // of one readv(2)
#define SCRAP_BYTES ((size_t)64 * 1024) // where pictures go that nobody wants
#define PIPE_BYTES  (1 << 20)           // fewer system calls a picture than with the usual 64 KiB

static enum source_result refuse(const struct film *film, enum source_result result,
                                 const char *why)
{
    tri_log_write(film->log, TRI_LOG_ERROR, film->part, "%s: %s", film->name, why);
    return result;
}

enum source_result film_open(struct film *film, const char *part,
                             const struct source_options *options)
{
    const char *const arg = options->arg;
    const bool standard = arg && !strcmp(arg, "-");
    struct stat status;
    char why[128];

    *film = (struct film){
        .part = part, .name = standard ? "stdin" : arg, .log = options->log, .fd = -1
    };
    if (!arg || !arg[0]) {
        tri_log_write(film->log, TRI_LOG_ERROR, part,
                      "a file is missing: %s:FILE, or %s:- for stdin", part, part);
        return SOURCE_MISUSED;
    }
    film->fd = standard ? STDIN_FILENO : open(arg, O_RDONLY | O_CLOEXEC);
    if (film->fd < 0 && errno == EINTR && stop_asked()) // nobody came to write to a FIFO
        return SOURCE_NOTHING;
    if (film->fd < 0 || fstat(film->fd, &status) < 0) {
        snprintf(why, sizeof(why), "cannot open: %s", strerror(errno));
        return refuse(film, SOURCE_FAILED, why);
    }
    if (S_ISDIR(status.st_mode))
        return refuse(film, SOURCE_FAILED, "is a directory, not a film");
    if (isatty(film->fd))
        return refuse(film, SOURCE_MISUSED,
                      "is a terminal, not a film: name a file, or pipe one into this program");
    film->seekable = S_ISREG(status.st_mode);
    if (options->loop && !film->seekable)
        return refuse(film, SOURCE_MISUSED,
                      "cannot be read twice: --loop takes a file, not a pipe");
    if (film->seekable) {
        const off_t begin = lseek(film->fd, 0, SEEK_CUR);
        film->at = film->begin = begin > 0 ? (uint64_t)begin : 0;
        // Nobody records into what is being captured: see display/dump/output.c.
        (void)flock(film->fd, LOCK_SH | LOCK_NB);
    }
    if (S_ISFIFO(status.st_mode))
        (void)fcntl(film->fd, F_SETPIPE_SZ, PIPE_BYTES); // a wish
    return SOURCE_OK;
}

bool film_expect(struct film *film, const struct tri_video *video)
{
    if (tri_video_shape(video, &film->shape) != TRI_OK) {
        tri_log_write(film->log, TRI_LOG_ERROR, film->part,
                      "%s: %ux%u with %u bytes from row to row cannot be a picture", film->name,
                      video->width, video->height, video->stride[0]);
        return false;
    }
    film->picture_bytes = 0;
    for (uint32_t p = 0; p < film->shape.planes; p++) {
        film->row_bytes[p] = video->stride[p] ? video->stride[p] : film->shape.plane[p].row_bytes;
        film->picture_bytes += (uint64_t)film->row_bytes[p] * film->shape.plane[p].rows;
    }
    return true;
}

/** Reads once, when there is something to read. */
static enum source_result read_some(struct film *film, struct iovec *pieces, int count, size_t *got,
                                    int timeout_ms)
{
    struct pollfd readable = { .fd = film->fd, .events = POLLIN };

    if (!film->seekable && poll(&readable, 1, timeout_ms) <= 0)
        return SOURCE_NOTHING; // the time is up, or a signal came
    const ssize_t bytes = readv(film->fd, pieces, count);
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN))
        return SOURCE_NOTHING;
    if (bytes < 0) {
        tri_log_write(film->log, TRI_LOG_ERROR, film->part,
                      "%s: cannot read at byte %" PRIu64 ": %s", film->name, film->at,
                      strerror(errno));
        return SOURCE_FAILED;
    }
    *got = (size_t)bytes;
    film->at += (uint64_t)bytes;
    return SOURCE_OK;
}

enum source_result film_read(struct film *film, void *to, size_t bytes, size_t *got, int timeout_ms)
{
    struct iovec piece = { .iov_base = to, .iov_len = bytes };

    return read_some(film, &piece, 1, got, timeout_ms);
}

/** What comes next, from where the last read ended: the rest of a plane where rows lie in the slot as
 *  they do in the file, else single rows. */
static int next_pieces(const struct film *film, const struct tri_draft *draft,
                       struct iovec pieces[PIECES_MAX])
{
    uint64_t skip = film->done;
    int count = 0;

    for (uint32_t p = 0; p < film->shape.planes; p++) {
        const uint32_t stride = draft->shape.plane[p].stride;
        const uint64_t plane_bytes = (uint64_t)film->row_bytes[p] * film->shape.plane[p].rows;
        const uint64_t at_once = stride == film->row_bytes[p] ? plane_bytes : film->row_bytes[p];
        for (; skip < plane_bytes && count < PIECES_MAX; count++) {
            const uint64_t begun = skip % at_once;
            pieces[count] = (struct iovec){
                .iov_base = draft->data[p] + skip / at_once * stride + begun,
                .iov_len = at_once - begun,
            };
            skip += at_once - begun;
        }
        if (skip < plane_bytes)
            break;
        skip -= plane_bytes;
    }
    return count;
}

enum source_result film_read_picture(struct film *film, const struct tri_draft *draft,
                                     int timeout_ms)
{
    static char scrap[SCRAP_BYTES];
    struct iovec pieces[PIECES_MAX];

    while (film->done < film->picture_bytes) {
        const uint64_t left = film->picture_bytes - film->done;
        int count = 1;
        if (draft)
            count = next_pieces(film, draft, pieces);
        else
            pieces[0] = (struct iovec){ .iov_base = scrap,
                                        .iov_len = left < SCRAP_BYTES ? left : SCRAP_BYTES };

        size_t got;
        const enum source_result result = read_some(film, pieces, count, &got, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        if (got == 0 && film->done == 0)
            return SOURCE_END;
        if (got == 0) {
            tri_log_write(film->log, TRI_LOG_ERROR, film->part,
                          "%s: truncated at byte %" PRIu64 ": %" PRIu64 " of %" PRIu64
                          " bytes of the last frame are there",
                          film->name, film->at, film->done, film->picture_bytes);
            return SOURCE_FAILED;
        }
        film->done += got;
    }
    film->done = 0;
    film->pictures++;
    return SOURCE_OK;
}

enum source_result film_rewind(struct film *film)
{
    if (lseek(film->fd, (off_t)film->begin, SEEK_SET) < 0) {
        tri_log_write(film->log, TRI_LOG_ERROR, film->part,
                      "%s: cannot go back to its beginning: %s", film->name, strerror(errno));
        return SOURCE_FAILED;
    }
    film->at = film->begin;
    return SOURCE_OK;
}

void film_set_rate(struct tri_video *video, const struct tri_video *wanted)
{
    if (wanted->fps_den) {
        video->fps_num = wanted->fps_num;
        video->fps_den = wanted->fps_num ? wanted->fps_den : 0;
    } else if (!video->fps_num) {
        video->fps_num = 30;
        video->fps_den = 1;
    }
}

void film_close(struct film *film)
{
    if (film->fd > STDIN_FILENO)
        close(film->fd);
    film->fd = -1;
}
