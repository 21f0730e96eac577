/* SPDX-License-Identifier: MIT */
#include "run_report.h"

#include "report_page.h"

#include <triptych/version.h>

#include <string.h>
#include <strings.h>
#include <sys/utsname.h>
#include <unistd.h>

#define PLACE "@RUN@" // in the page: where the run goes

bool report_ending(const char *path)
{
    const char *ending = strrchr(path, '.');
    return ending && ending != path &&
           (strcasecmp(ending, ".html") == 0 || strcasecmp(ending, ".htm") == 0);
}

bool report_open(struct report *report, const char *path, const tri_log *log)
{
    *report = (struct report){ .started = time(NULL) };
    return output_open(&report->output, path, log);
}

/* {"name": ..., "system", "release", "cores"} */
static json_t *host_json(void)
{
    struct utsname host;
    if (uname(&host) != 0)
        return json_object();
    return json_pack("{so* so* so* sI}", "name", stats_json_text(host.nodename), "system",
                     stats_json_text(host.sysname), "release", stats_json_text(host.release),
                     "cores", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN));
}

/* [low, high, count] of each bucket that is not empty. */
static json_t *histogram_json(const struct time_histogram *histogram)
{
    json_t *array = json_array();
    for (unsigned i = 0; i < TIME_HISTOGRAM_BUCKETS; i++) {
        uint64_t low;
        uint64_t high;
        if (histogram->bucket[i] == 0)
            continue;
        time_histogram_bucket(i, &low, &high);
        json_array_append_new(array, json_pack("[III]", (json_int_t)low, (json_int_t)high,
                                               (json_int_t)histogram->bucket[i]));
    }
    return array;
}

static json_t *run_json(const struct report *report, json_t *summary, const struct stats *stats)
{
    const struct tri_video *video = &stats->video;
    struct tm local;
    char started[64] = "";
    uint64_t gap_ns;
    stats_gaps(stats, &gap_ns);
    if (localtime_r(&report->started, &local))
        strftime(started, sizeof(started), "%Y-%m-%d %H:%M:%S %z", &local);
    return json_pack("{sO ss ss so so? sI s{so so} so}", "summary", summary, "started", started,
                     "version", TRI_VERSION_STRING, "host", host_json(), "rate",
                     stats_know_rate(stats)
                         ? json_pack("[II]", (json_int_t)video->fps_num, (json_int_t)video->fps_den)
                         : NULL,
                     "gap_ns", (json_int_t)gap_ns, "histograms", "interval_ns",
                     histogram_json(&stats->interval), "age_ns", histogram_json(&stats->age),
                     "samples", samples_json(&report->samples));
}

/* A part of the JSON. Only strings can have a "<" in them: escaped, none ends the script element that
 * the page keeps the run in. JSON_ENSURE_ASCII has escaped what is not ASCII, U+2028 included. */
static int write_escaped(const char *text, size_t bytes, void *to)
{
    struct output *output = to;
    for (const char *const end = text + bytes; text < end;) {
        const char *special = memchr(text, '<', (size_t)(end - text));
        const char *stop = special ? special : end;
        if (!output_text(output, "%.*s", (int)(stop - text), text) ||
            (special && !output_text(output, "\\u003c")))
            return -1;
        text = special ? special + 1 : end;
    }
    return 0;
}

bool report_close(struct report *report, json_t *summary, const struct stats *stats)
{
    struct output *output = &report->output;
    const unsigned char *place = memmem(report_page_data, report_page_bytes, PLACE, strlen(PLACE));
    const size_t before = (size_t)(place - report_page_data);
    const size_t after = before + strlen(PLACE);
    json_t *run = run_json(report, summary, stats);
    output_rows(output, report_page_data, 0, before, 1);
    const bool dumped = run && json_dump_callback(run, write_escaped, output,
                                                  JSON_COMPACT | JSON_ENSURE_ASCII) == 0;
    json_decref(run);
    output_rows(output, report_page_data + after, 0, report_page_bytes - after, 1);
    output_flush(output);
    if (output->error)
        output_log_error(output);
    else if (!dumped)
        tri_log_write(output->log, TRI_LOG_ERROR, "report", "%s: out of memory: no run in it",
                      output->path);
    const bool written = dumped && output->error == 0;
    return output_close(output) && written;
}
