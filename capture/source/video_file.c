/* SPDX-License-Identifier: MIT */
/** Reads frames with as few system calls as possible. */
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
#define SCRAP_BYTES ((size_t)64 * 1024) // read at once from frames that are discarded
#define PIPE_BYTES  (1 << 20) // fewer system calls per frame than with the default of 64 KiB

static enum source_result refuse(const struct video_file *file, enum source_result result,
                                 const char *why)
{
    tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: %s", file->name, why);
    return result;
}

enum source_result video_file_open(struct video_file *file, const char *part,
                                   const struct source_options *options)
{
    const char *const arg = options->arg;
    const bool standard = arg && !strcmp(arg, "-");
    struct stat status;
    char why[128];
    *file = (struct video_file){
        .part = part, .name = standard ? "stdin" : arg, .log = options->log, .fd = -1
    };
    if (!arg || !arg[0]) {
        tri_log_write(file->log, TRI_LOG_ERROR, part, "no file; use %s:FILE, or %s:- for stdin",
                      part, part);
        return SOURCE_MISUSED;
    }
    file->fd = standard ? STDIN_FILENO : stop_open(arg, O_RDONLY | O_CLOEXEC);
    if (file->fd < 0 && errno == EINTR &&
        stop_requested()) // while waiting for the writer of a FIFO
        return SOURCE_NOTHING;
    if (file->fd < 0 || fstat(file->fd, &status) < 0) {
        snprintf(why, sizeof(why), "cannot open: %s", strerror(errno));
        return refuse(file, SOURCE_FAILED, why);
    }
    if (S_ISDIR(status.st_mode))
        return refuse(file, SOURCE_FAILED, "is a directory; name a file");
    if (isatty(file->fd))
        return refuse(file, SOURCE_MISUSED,
                      "is a terminal; name a file, or pipe one into this program");
    file->seekable = S_ISREG(status.st_mode);
    if (options->loop && !file->seekable)
        return refuse(file, SOURCE_MISUSED, "is a pipe: --loop needs a regular file");
    if (options->reopens && !file->seekable)
        return refuse(file, SOURCE_MISUSED, "is a pipe: --on-demand needs a regular file");
    if (file->seekable) {
        const off_t begin = lseek(file->fd, 0, SEEK_CUR);
        file->at = file->begin = begin > 0 ? (uint64_t)begin : 0;
        // triptych-dump refuses to record into a file that is being captured: output.c
        (void)flock(file->fd, LOCK_SH | LOCK_NB);
    }
    if (S_ISFIFO(status.st_mode))
        (void)fcntl(file->fd, F_SETPIPE_SZ, PIPE_BYTES); // best effort
    return SOURCE_OK;
}

bool video_file_set_layout(struct video_file *file, const struct tri_video *video)
{
    if (tri_video_shape(video, &file->shape) != TRI_OK) {
        tri_log_write(file->log, TRI_LOG_ERROR, file->part,
                      "%s: impossible layout: %ux%u with %u bytes per row", file->name,
                      video->width, video->height, video->stride[0]);
        return false;
    }
    file->frame_bytes = 0;
    for (uint32_t p = 0; p < file->shape.planes; p++) {
        file->row_bytes[p] = video->stride[p] ? video->stride[p] : file->shape.plane[p].row_bytes;
        file->frame_bytes += (uint64_t)file->row_bytes[p] * file->shape.plane[p].rows;
    }
    return true;
}

/** Reads once, as soon as there are bytes. */
static enum source_result read_some(struct video_file *file, struct iovec *pieces, int count,
                                    size_t *got, int timeout_ms)
{
    struct pollfd readable = { .fd = file->fd, .events = POLLIN };
    if (!file->seekable && poll(&readable, 1, timeout_ms) <= 0)
        return SOURCE_NOTHING; // the time is up, or a signal arrived
    const ssize_t bytes = readv(file->fd, pieces, count);
    if (bytes < 0 && (errno == EINTR || errno == EAGAIN))
        return SOURCE_NOTHING;
    if (bytes < 0) {
        tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: byte %" PRIu64 ": cannot read: %s",
                      file->name, file->at, strerror(errno));
        return SOURCE_FAILED;
    }
    *got = (size_t)bytes;
    file->at += (uint64_t)bytes;
    return SOURCE_OK;
}

enum source_result video_file_read(struct video_file *file, void *to, size_t bytes, size_t *got,
                                   int timeout_ms)
{
    struct iovec piece = { .iov_base = to, .iov_len = bytes };
    return read_some(file, &piece, 1, got, timeout_ms);
}

/** Lists what to read next: the rest of a plane if its rows lie in the slot as they do in the file,
 *  otherwise single rows. */
static int next_pieces(const struct video_file *file, const struct tri_draft *draft,
                       struct iovec pieces[PIECES_MAX])
{
    uint64_t skip = file->done;
    int count = 0;
    for (uint32_t p = 0; p < file->shape.planes; p++) {
        const uint32_t stride = draft->shape.plane[p].stride;
        const uint64_t plane_bytes = (uint64_t)file->row_bytes[p] * file->shape.plane[p].rows;
        const uint64_t at_once = stride == file->row_bytes[p] ? plane_bytes : file->row_bytes[p];
        for (; skip < plane_bytes && count < PIECES_MAX; count++) {
            const uint64_t begun = skip % at_once;
            pieces[count] = (struct iovec){
                .iov_base = draft->data[p] + skip / at_once * stride + begun,
                .iov_len = (size_t)(at_once - begun),
            };
            skip += at_once - begun;
        }
        if (skip < plane_bytes)
            break;
        skip -= plane_bytes;
    }
    return count;
}

enum source_result video_file_read_frame(struct video_file *file, const struct tri_draft *draft,
                                         int timeout_ms)
{
    static char scrap[SCRAP_BYTES];
    struct iovec pieces[PIECES_MAX];
    while (file->done < file->frame_bytes) {
        const uint64_t left = file->frame_bytes - file->done;
        int count = 1;
        if (draft)
            count = next_pieces(file, draft, pieces);
        else
            pieces[0] =
                (struct iovec){ .iov_base = scrap,
                                .iov_len = left < SCRAP_BYTES ? (size_t)left : SCRAP_BYTES };

        size_t got;
        const enum source_result result = read_some(file, pieces, count, &got, timeout_ms);
        if (result != SOURCE_OK)
            return result;
        if (got == 0 && file->done == 0)
            return SOURCE_END;
        if (got == 0) {
            tri_log_write(file->log, TRI_LOG_ERROR, file->part,
                          "%s: byte %" PRIu64 ": truncated: the last frame has %" PRIu64
                          " of %" PRIu64 " bytes",
                          file->name, file->at, file->done, file->frame_bytes);
            return SOURCE_FAILED;
        }
        file->done += got;
    }
    return SOURCE_OK;
}

enum source_result video_file_deliver(struct video_file *file, struct source *source,
                                      struct tri_draft *draft, int timeout_ms)
{
    struct schedule *schedule = &source->schedule;
    if (source->skip == 0) {
        if (!schedule_wait(schedule, timeout_ms))
            return SOURCE_NOTHING;
        schedule_postpone(schedule);
        schedule_advance(schedule);
    }
    if (draft) {
        draft->info.driver_sequence = file->frames;
        draft->info.capture_ns = schedule->num ? schedule->frame_ns : 0;
    }
    file->done = 0;
    file->frames++;
    return SOURCE_OK;
}

enum source_result video_file_rewind(struct video_file *file)
{
    if (lseek(file->fd, (off_t)file->begin, SEEK_SET) < 0) {
        tri_log_write(file->log, TRI_LOG_ERROR, file->part, "%s: cannot seek to its start: %s",
                      file->name, strerror(errno));
        return SOURCE_FAILED;
    }
    file->at = file->begin;
    return SOURCE_OK;
}

void video_file_set_rate(struct tri_video *video, const struct tri_video *wanted)
{
    if (wanted->fps_den) {
        video->fps_num = wanted->fps_num;
        video->fps_den = wanted->fps_num ? wanted->fps_den : 0;
    } else if (!video->fps_num) {
        video->fps_num = 30;
        video->fps_den = 1;
    }
}

void video_file_close(struct video_file *file)
{
    if (file->fd > STDIN_FILENO)
        close(file->fd);
    file->fd = -1;
}
