/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/figures.h"
#include "program/stop.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One look at all streams. */
struct look {
    struct tri_stream *streams;
    size_t count;
    int64_t ns;
};

/* A line: a stream and its rate since the look before. */
struct line {
    const struct tri_stream *stream;
    double rate; // negative where it is not known
};

/* Frames a second since the look before; negative where the stream was not there, or is another. */
static double rate_now(const struct look *before, const struct look *now,
                       const struct tri_stream *stream)
{
    for (size_t i = 0; i < before->count; i++) {
        const struct tri_stream *old = &before->streams[i];
        if (old->key == stream->key && old->published <= stream->published && now->ns > before->ns)
            return (double)(stream->published - old->published) * 1e9 /
                   (double)(now->ns - before->ns);
    }
    return -1;
}

static uint64_t drops(const struct tri_stream *stream)
{
    return stream->newest.dropped_driver + stream->newest.dropped_writer;
}

/* How much of what the list is sorted by a line has: more comes first. */
static double weight(const struct line *line, enum info_sort sort)
{
    switch (sort) {
    case INFO_BY_FPS:
        return line->rate;
    case INFO_BY_AGE:
        return describe_age_ms(line->stream);
    case INFO_BY_READERS:
        return describe_readers(line->stream);
    case INFO_BY_DROPS:
        return (double)drops(line->stream);
    case INFO_BY_NAME:
        break;
    }
    return 0; // all the same: they stay by name, as they are listed
}

/* Insertion keeps those that weigh the same in the order of their names. */
static void sort_lines(struct line *lines, size_t count, enum info_sort sort)
{
    for (size_t i = 1; i < count; i++) {
        const struct line line = lines[i];
        size_t at = i;
        for (; at > 0 && weight(&lines[at - 1], sort) < weight(&line, sort); at--)
            lines[at] = lines[at - 1];
        lines[at] = line;
    }
}

static void print_line(const struct line *line)
{
    const struct tri_stream *stream = line->stream;
    char name[32];
    char format[8];
    char size[16];
    char fps[16] = "-";
    char age[24] = "-";
    if (line->rate >= 0)
        snprintf(fps, sizeof fps, "%.2f", line->rate);
    if (stream->has_frame)
        snprintf(age, sizeof age, "%.1f", describe_age_ms(stream));
    printf("%-16.16s %-6.6s %-4s %-10s %8s %9s %4" PRIu32 " %4" PRIu32 " %10" PRIu64 "\n",
           describe_name(stream, name, sizeof name), describe_state(stream->state),
           describe_format(stream, format, sizeof format), describe_size(stream, size, sizeof size),
           fps, age, describe_readers(stream), stream->held, drops(stream));
}

static void print_object(const struct line *line)
{
    json_t *object = describe_json(line->stream);
    json_object_set_new(object, "fps",
                        line->rate < 0 ? json_null()
                                       : json_real(nearbyint(line->rate * 1000) / 1000));
    figures_print_json(stdout, object);
}

static void print_head(bool first)
{
    if (isatty(STDOUT_FILENO))
        fputs("\033[H\033[J", stdout); // to the corner, and nothing left of the last look
    else if (!first)
        putchar('\n');
    printf("%-16s %-6s %-4s %-10s %8s %9s %4s %4s %10s\n", "NAME", "STATE", "FMT", "SIZE", "FPS",
           "AGE ms", "READ", "HELD", "DROPPED");
}

static enum tri_err print_look(const struct info_config *config, const struct look *before,
                               const struct look *now)
{
    struct line *lines = calloc(now->count + 1, sizeof *lines);
    if (!lines)
        return TRI_ERR_LIMIT;
    for (size_t i = 0; i < now->count; i++)
        lines[i] = (struct line){ &now->streams[i], rate_now(before, now, &now->streams[i]) };
    sort_lines(lines, now->count, (enum info_sort)config->sort);

    if (!config->json)
        print_head(before->ns == 0);
    for (size_t i = 0; i < now->count; i++) {
        if (config->json)
            print_object(&lines[i]);
        else
            print_line(&lines[i]);
    }
    if (!config->json && now->count == 0)
        puts("no streams");
    free(lines);
    return TRI_OK;
}

int info_watch(const struct info_config *config, const tri_log *log)
{
    struct look before = { .streams = NULL };
    int status = CLI_DONE;
    for (uint64_t i = 0; !stop_asked() && (config->count == 0 || i < config->count); i++) {
        struct look now = { .ns = tri_now_ns() };
        enum tri_err err = tri_stream_list(&now.streams, &now.count);
        if (err == TRI_OK)
            err = print_look(config, &before, &now);
        free(before.streams);
        before = now;
        if (err != TRI_OK) {
            status = info_failed(log, "the list of streams", err);
            break;
        }
        if (fflush(stdout) != 0 || ferror(stdout))
            break; // main says why

        const struct timespec pause = { .tv_sec = (time_t)config->interval,
                                        .tv_nsec = (long)(fmod(config->interval, 1) * 1e9) };
        if (config->count == 0 || i + 1 < config->count)
            nanosleep(&pause, NULL); // a signal ends it, and the loop
    }
    free(before.streams);
    return status;
}
