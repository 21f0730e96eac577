/* SPDX-License-Identifier: MIT */
/* One run of one transport: its results as one JSON object on stdout. */
#include "bench.h"

#include "common/program/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const struct bench_transport bench_futex;
extern const struct bench_transport bench_semop;
extern const struct bench_transport bench_spin;
extern const struct bench_transport bench_pipe;
extern const struct bench_transport bench_message_queue;
extern const struct bench_transport bench_unix_socket;
extern const struct bench_transport bench_semaphore;
extern const struct bench_transport bench_block;
extern const struct bench_transport bench_epoll;
extern const struct bench_transport bench_block_checked;
extern const struct bench_transport bench_spinning;
extern const struct bench_transport bench_spinning_checked;
extern const struct bench_transport bench_paced;
extern const struct bench_transport bench_paced_checked;
#ifdef HAVE_GSTREAMER
extern const struct bench_transport bench_gstreamer;
#endif
#ifdef HAVE_PIPEWIRE
extern const struct bench_transport bench_pipewire;
#endif
#ifdef HAVE_ICEORYX
extern const struct bench_transport bench_iceoryx;
#endif

const struct bench_transport *const bench_transports[] = {
    &bench_futex, // limits: no locks, no copies
    &bench_semop,
    &bench_spin,
    &bench_block, // triptych
    &bench_epoll,
    &bench_block_checked,
    &bench_spinning,
    &bench_spinning_checked,
    &bench_paced,
    &bench_paced_checked,
    &bench_pipe, // textbook transports
    &bench_message_queue,
    &bench_unix_socket,
    &bench_semaphore,
#ifdef HAVE_GSTREAMER
    &bench_gstreamer, // peers
#endif
#ifdef HAVE_PIPEWIRE
    &bench_pipewire,
#endif
#ifdef HAVE_ICEORYX
    &bench_iceoryx,
#endif
    NULL,
};

struct config {
    const char *transport;
    struct cli_size size;
    uint32_t format;
    uint64_t readers;
    const char *rate;
    uint64_t jitter;
    uint64_t drop_every;
    double seconds;
    int touch;
    bool list;
};

#define AT(field) .offset = offsetof(struct config, field)

static const char *const touches[] = { "none", "all", NULL };

static const struct cli_option options[] = {
    { 'w', "transport", "TRANSPORT", "block", "transport to run; or memory, calls", cli_set_text,
      AT(transport) },
    { 's', "size", "WxH", "640x480", "pixels", cli_set_size, AT(size) },
    { 'f', "format", "FOURCC", "YUYV", "pixel format", cli_set_format, AT(format) },
    { 0, "readers", "N", "1", "1 to 64 processes", cli_set_count, AT(readers) },
    { 'r', "fps", "N[-N...]", "60", "frames a second, one rate after another; 0: unpaced",
      cli_set_text, AT(rate) },
    { 0, "jitter", "PERCENT", "0", "of a period, how far frames are off their time", cli_set_count,
      AT(jitter) },
    { 0, "drop-every", "N", "0", "one frame of N is lost by the source", cli_set_count,
      AT(drop_every) },
    { 0, "seconds", "S", "1", "how long", cli_set_seconds, AT(seconds) },
    { 0, "touch", "WHAT", "none", "bytes of a frame that both sides touch: none or all",
      cli_set_word, AT(touch), touches },
    { 'l', "list", NULL, NULL, "list the transports", cli_set_true, AT(list) },
    { 0 },
};

static const struct cli_program program = {
    .name = "bench",
    .synopsis = "[OPTION]...",
    .purpose = "Measures one transport of frames between processes.",
    .options = options,
    .example = "bench --transport paced --size 1920x1080 --format NV12",
};

static void list_transports(void)
{
    for (size_t i = 0; bench_transports[i]; i++)
        printf("%-18s %s\n", bench_transports[i]->name, bench_transports[i]->summary);
}

static void print_side(const char *name, const struct bench_side *side)
{
    const double frames = side->frames ? (double)side->frames : 1;
    const double seconds = (double)side->span_ns / 1e9;
    printf("\"%s\": {\"frames\": %llu, \"cpu_us\": %.3f, \"cpu_share\": %.5f, \"switches\": %.3f, "
           "\"faults\": %llu}, ",
           name, (unsigned long long)side->frames, (double)side->cost.cpu_ns / 1e3 / frames,
           seconds > 0 ? (double)side->cost.cpu_ns / 1e9 / seconds : 0,
           (double)side->cost.switches / frames, (unsigned long long)side->cost.faults);
}

/** Prints pairs of microseconds and frames, so that the histograms of several runs can be added. */
static void print_histogram(const struct time_histogram *latency)
{
    printf("\"latencies\": [");
    const char *comma = "";
    for (unsigned i = 0; i < TIME_HISTOGRAM_BUCKETS; i++) {
        if (latency->bucket[i] == 0)
            continue;
        uint64_t low;
        uint64_t high;
        time_histogram_bucket(i, &low, &high);
        printf("%s[%.3f, %llu]", comma, (double)(low + high) / 2e3,
               (unsigned long long)latency->bucket[i]);
        comma = ", ";
    }
    printf("]}\n");
}

static void print_result(const struct bench_setup *setup, const struct bench_result *r)
{
    const struct time_histogram *latency = &r->latency;
    const double seconds = (double)r->readers.span_ns / 1e9;
    printf(
        "{\"transport\": \"%s\", \"width\": %u, \"height\": %u, \"bytes\": %llu, \"readers\": %u, "
        "\"rate\": \"%s\", \"touch\": \"%s\", ",
        setup->transport, setup->video.width, setup->video.height,
        (unsigned long long)setup->shape.bytes, setup->readers, setup->rate_text,
        touches[setup->touch]);
    print_side("writer", &r->writer);
    print_side("reader", &r->readers);
    printf("\"fps\": %.2f, \"dropped\": %llu, \"torn\": %llu, \"latency_us\": {\"p50\": %.3f}, ",
           seconds > 0 ? (double)r->readers.frames / setup->readers / seconds : 0,
           (unsigned long long)r->writer.dropped, (unsigned long long)r->torn,
           (double)time_histogram_percentile(latency, 50) / 1e3);
    print_histogram(latency);
}

/** Parses "60" or "60-30-60". @return false if it is neither. */
static bool set_rates(struct bench_setup *setup, const char *text)
{
    setup->rate_text = text;
    const char *at = text;
    do {
        char *end;
        const double rate = strtod(at, &end);
        if (end == at || rate < 0 || rate > 1e6 || setup->rates == BENCH_RATES_MAX)
            return false;
        setup->rate[setup->rates++] = rate;
        at = end + (*end == '-');
    } while (*at);
    return true;
}

int main(int argc, char **argv)
{
    struct config config = { 0 };
    struct cli_common common;
    int operand;
    const int status = cli_parse(&program, argc, argv, &config, &common, &operand);
    if (status >= 0)
        return status;
    if (config.list) {
        list_transports();
        return CLI_DONE;
    }
    if (config.readers < 1 || config.readers > BENCH_READERS_MAX)
        return cli_refuse(&program, "--readers is 1 to %d", BENCH_READERS_MAX);

    struct bench_setup setup = {
        .transport = config.transport,
        .video = { .fourcc = config.format,
                   .width = config.size.width,
                   .height = config.size.height },
        .readers = (uint32_t)config.readers,
        .jitter = (uint32_t)config.jitter,
        .drop_every = (uint32_t)config.drop_every,
        .seconds = config.seconds,
        .touch = config.touch == 0 ? BENCH_TOUCH_NONE : BENCH_TOUCH_ALL,
    };
    snprintf(setup.name, sizeof(setup.name), "bench-%d", (int)getpid());
    if (!set_rates(&setup, config.rate))
        return cli_refuse(&program, "--fps: \"%s\" is no rate and no list like 60-30-60",
                          config.rate);
    if (config.jitter > 50)
        return cli_refuse(&program, "--jitter is 0 to 50");
    if (tri_video_shape(&setup.video, &setup.shape) != TRI_OK)
        return cli_refuse(&program, "there is no such picture");

    if (strcmp(config.transport, "memory") == 0) {
        bench_memory(&setup);
        return CLI_DONE;
    }
    if (strcmp(config.transport, "calls") == 0) {
        bench_calls(&setup);
        return CLI_DONE;
    }
    for (size_t i = 0; bench_transports[i]; i++) {
        if (strcmp(config.transport, bench_transports[i]->name) != 0)
            continue;
        static struct bench_result result; // large, and all zero
        bench_run(bench_transports[i], &setup, &result);
        print_result(&setup, &result);
        return CLI_DONE;
    }
    return cli_refuse(&program, "there is no transport \"%s\"; see --list", config.transport);
}
