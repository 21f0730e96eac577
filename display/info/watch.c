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

static void print_row(const struct tri_stream *stream, double rate)
{
    char name[32];
    char format[8];
    char size[16];
    char fps[16] = "-";
    char age[24] = "-";
    if (rate >= 0)
        snprintf(fps, sizeof fps, "%.2f", rate);
    if (stream->has_frame)
        snprintf(age, sizeof age, "%.1f", describe_age_ms(stream));
    printf("%-16.16s %-6.6s %-4s %-10s %8s %9s %4" PRIu32 " %4" PRIu32 " %10" PRIu64 "\n",
           describe_name(stream, name, sizeof name), describe_state(stream->state),
           describe_format(stream, format, sizeof format), describe_size(stream, size, sizeof size),
           fps, age, describe_readers(stream), stream->held,
           stream->newest.dropped_driver + stream->newest.dropped_writer);
}

static void print_table(const struct look *before, const struct look *now, bool first)
{
    if (isatty(STDOUT_FILENO))
        fputs("\033[H\033[J", stdout); // to the corner, and nothing left of the last look
    else if (!first)
        putchar('\n');
    printf("%-16s %-6s %-4s %-10s %8s %9s %4s %4s %10s\n", "NAME", "STATE", "FMT", "SIZE", "FPS",
           "AGE ms", "READ", "HELD", "DROPPED");
    for (size_t i = 0; i < now->count; i++)
        print_row(&now->streams[i], rate_now(before, now, &now->streams[i]));
    if (now->count == 0)
        puts("no streams");
}

static void print_objects(const struct look *before, const struct look *now)
{
    for (size_t i = 0; i < now->count; i++) {
        const double rate = rate_now(before, now, &now->streams[i]);
        json_t *object = describe_json(&now->streams[i]);
        json_object_set_new(object, "fps",
                            rate < 0 ? json_null() : json_real(nearbyint(rate * 1000) / 1000));
        figures_print_json(stdout, object);
    }
}

int info_watch(const struct info_config *config, const tri_log *log)
{
    struct look before = { .streams = NULL };
    int status = CLI_DONE;
    for (uint64_t i = 0; !stop_asked() && (config->count == 0 || i < config->count); i++) {
        struct look now = { .ns = tri_now_ns() };
        const enum tri_err err = tri_stream_list(&now.streams, &now.count);
        if (err != TRI_OK) {
            status = info_failed(log, "the list of streams", err);
            break;
        }
        if (config->json)
            print_objects(&before, &now);
        else
            print_table(&before, &now, i == 0);
        free(before.streams);
        before = now;
        if (fflush(stdout) != 0)
            break; // main says why

        const struct timespec pause = { .tv_sec = (time_t)config->interval,
                                        .tv_nsec = (long)(fmod(config->interval, 1) * 1e9) };
        if (config->count == 0 || i + 1 < config->count)
            nanosleep(&pause, NULL); // a signal ends it, and the loop
    }
    free(before.streams);
    return status;
}
