/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "describe.h"
#include "program/stats.h"
#include "program/stop.h"
#include "table.h"

#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

/* All streams at one time. */
struct snapshot {
    tri_stream_list *streams; // NULL: none taken yet
    tri_attachment_list *attachments;
    int64_t ns;
};

/* A line: a stream and its rate since the last update. */
struct line {
    const struct tri_stream *stream;
    double rate; // below 0: unknown
};

/* Frames per second since the last update; below 0 if the stream did not exist then. */
static double rate_now(const struct snapshot *before, const struct snapshot *now,
                       const struct tri_stream *stream)
{
    const struct tri_stream *old;
    for (size_t i = 0; before->streams && (old = tri_stream_list_at(before->streams, i)); i++) {
        if (old->key == stream->key && old->published <= stream->published && now->ns > before->ns)
            return (double)(stream->published - old->published) * 1e9 /
                   (double)(now->ns - before->ns);
    }
    return -1;
}

static uint64_t drops(const struct tri_stream *stream)
{
    return stream->dropped_driver + stream->dropped_writer;
}

/* The value to sort by, greatest first. */
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
    return 0; // equal: they stay in the order of their names
}

/* A stable sort: equal values stay in the order of their names. */
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

static void print_object(const struct line *line, const tri_attachment_list *attachments)
{
    json_t *object = describe_json(line->stream, attachments);
    json_object_set_new(object, "fps",
                        line->rate < 0 ? json_null()
                                       : json_real(nearbyint(line->rate * 1000) / 1000));
    stats_print_json(stdout, object);
}

static void print_table(const struct line *lines, size_t count,
                        const tri_attachment_list *attachments, bool first)
{
    struct table table;
    table_begin(&table, first);
    for (size_t i = 0; i < count; i++)
        table_row(&table, lines[i].stream, attachments, lines[i].rate,
                  i + 1 == count ? 0 : count - i);
    if (count == 0)
        table_text(&table, "no streams; `triptych-capture pattern:smpte` creates one");
    table_end(&table);
}

static enum tri_err print_snapshot(const struct info_config *config, const struct snapshot *before,
                                   const struct snapshot *now)
{
    const size_t count = tri_stream_list_count(now->streams);
    struct line *lines = calloc(count + 1, sizeof(*lines));
    if (!lines)
        return TRI_ERR_NO_RESOURCES;
    for (size_t i = 0; i < count; i++) {
        const struct tri_stream *stream = tri_stream_list_at(now->streams, i);
        lines[i] = (struct line){ stream, rate_now(before, now, stream) };
    }
    sort_lines(lines, count, (enum info_sort)config->sort);
    for (size_t i = 0; i < count && config->json; i++)
        print_object(&lines[i], now->attachments);
    if (!config->json)
        print_table(lines, count, now->attachments, before->ns == 0);
    free(lines);
    return TRI_OK;
}

/* Ends the pause: a terminal is redrawn at once when its size changes. */
static void on_resize(int number)
{
    (void)number;
}

/* Pauses until the next update. @return false: interrupted */
static bool pause_between(const struct info_config *config)
{
    const struct timespec pause = { .tv_sec = (time_t)config->interval,
                                    .tv_nsec = (long)(fmod(config->interval, 1) * 1e9) };
    return nanosleep(&pause, NULL) == 0;
}

int info_watch(const struct info_config *config, const tri_log *log)
{
    struct snapshot before = { .streams = NULL };
    int status = CLI_DONE;
    // SA_RESTART: a write to a slow terminal continues. The pause still ends.
    struct sigaction resize = { .sa_handler = on_resize, .sa_flags = SA_RESTART };
    sigemptyset(&resize.sa_mask);
    sigaction(SIGWINCH, &resize, NULL);
    for (uint64_t i = 0; !stop_requested() && (config->count == 0 || i < config->count);) {
        struct snapshot now = { .ns = tri_now_ns() };
        enum tri_err err = tri_stream_list_open(&now.streams);
        tri_attachment_list_open(&now.attachments); // without /proc no process is named
        if (err == TRI_OK)
            err = print_snapshot(config, &before, &now);
        tri_attachment_list_close(&now.attachments);
        if (err != TRI_OK) {
            tri_stream_list_close(&now.streams);
            status = info_failed(log, "list of streams", err);
            break;
        }
        if (fflush(stdout) != 0 || ferror(stdout)) {
            tri_stream_list_close(&now.streams);
            break; // main() logs why
        }
        i++;
        const bool whole = (config->count != 0 && i >= config->count) || pause_between(config);
        // After an interrupted pause rates still count from the update before it.
        struct snapshot *old = whole || before.ns == 0 ? &before : &now;
        tri_stream_list_close(&old->streams);
        if (old == &before)
            before = now;
    }
    tri_stream_list_close(&before.streams);
    return status;
}
