/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "pattern/pattern.h"
#include "program/strbuf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define UNUSED __attribute__((unused))

static const char *const io_words[] = { "auto", "mmap", "userptr", "read", NULL }; // enum source_io

/** Adds one NAME=VALUE of `bytes` characters. */
static bool add_control(struct controls *controls, const char *control, size_t bytes, char *why,
                        size_t why_bytes)
{
    const char *equals = memchr(control, '=', bytes);
    if (!equals || equals == control || equals == control + bytes - 1) {
        snprintf(why, why_bytes, "use NAME=VALUE; --list-ctrls lists the controls");
        return false;
    }
    if (controls->count == CONTROLS_MAX || bytes >= sizeof(controls->text) - controls->used) {
        snprintf(why, why_bytes, "more than %d controls, or very long ones", CONTROLS_MAX);
        return false;
    }
    char *text = controls->text + controls->used;
    controls->list[controls->count++] = text;
    for (size_t i = 0; i < bytes; i++) {
        if (control[i] == '\\' && control[i + 1] == ',')
            continue;
        *text++ = control[i]; // zero-terminated: the text was all zero
    }
    controls->used += bytes + 1;
    return true;
}

/** Length of the first control, up to a comma that is not escaped. */
static size_t control_bytes(const char *value)
{
    size_t bytes = strcspn(value, ",");
    while (value[bytes] && bytes > 0 && value[bytes - 1] == '\\')
        bytes += 1 + strcspn(value + bytes + 1, ",");
    return bytes;
}

/** Parses NAME=VALUE[,NAME=VALUE]...; "\," is a comma in a value. The option may be repeated. */
static bool set_controls(UNUSED const struct cli_option *option, void *target, const char *value,
                         char *why, size_t why_bytes)
{
    for (;;) {
        const size_t bytes = control_bytes(value);
        if (!add_control(target, value, bytes, why, why_bytes))
            return false;
        if (!value[bytes])
            return true;
        value += bytes + 1;
    }
}

/** Parses MS@FRAME. */
static bool set_stall(UNUSED const struct cli_option *option, void *target, const char *value,
                      char *why, size_t why_bytes)
{
    struct fault_options *faults = target;
    char *end = NULL;
    char *last = NULL;
    errno = 0;
    faults->stall_ms = strtoul(value, &end, 10);
    faults->stall_at = *end == '@' ? strtoul(end + 1, &last, 10) : 0;
    if (*value >= '0' && *value <= '9' && last && last > end + 1 && !*last && !errno &&
        end[1] != '-' && faults->stall_ms <= 86400000 && faults->stall_at >= 1)
        return true;
    snprintf(why, why_bytes, "use MS@FRAME, for instance 500@100");
    return false;
}

static bool set_tear(UNUSED const struct cli_option *option, void *target, UNUSED const char *value,
                     UNUSED char *why, UNUSED size_t why_bytes)
{
    *(uint64_t *)target = 1;
    return true;
}

/** A format of triptych, or the fourcc of another one, which only some sources have. */
static bool set_format(const struct cli_option *option, void *target, const char *value, char *why,
                       size_t why_bytes)
{
    const size_t length = strlen(value);
    char fourcc[5];
    if (cli_set_format(option, target, value, why, why_bytes))
        return true;
    if (length < 3 || length > 4)
        return false;
    snprintf(fourcc, sizeof(fourcc), "%-4s", value); // blanks fill up a shorter name
    *(uint32_t *)target = TRI_FOURCC(fourcc[0], fourcc[1], fourcc[2], fourcc[3]);
    return true;
}

#define FIELD(field) .offset = offsetof(struct config, field)

static const struct cli_option options[] = {
    { 'n', "name", "NAME", TRI_NAME_DEFAULT, "the stream: " TRI_NAME_RULE, cli_set_name,
      FIELD(name) },
    { 's', "size", "WxH", NULL, "pixels; default: the source chooses", cli_set_size, FIELD(size),
      .group = "Video" },
    { 0, "resolution", "WxH", NULL, NULL, cli_set_size, FIELD(size) },
    { 0, "video-size", "WxH", NULL, NULL, cli_set_size, FIELD(size) },
    { 'f', "format", "FORMAT", NULL, "fourcc, or its name in GStreamer or ffmpeg", set_format,
      FIELD(format) },
    { 0, "pixelformat", "FORMAT", NULL, NULL, set_format, FIELD(format) },
    { 'r', "rate", "FPS", NULL, "frames per second, N or N/D; 0: unpaced (dump: true, constant)",
      cli_set_rate, FIELD(rate) },
    { 0, "fps", "FPS", NULL, NULL, cli_set_rate, FIELD(rate) },
    { 0, "framerate", "FPS", NULL, NULL, cli_set_rate, FIELD(rate) },
    { 0, "stride", "BYTES", NULL, "raw: bytes from row to row, including padding", cli_set_count,
      FIELD(stride) },
    { 0, "loop", NULL, NULL, "restart a file at its end", cli_set_true, FIELD(loop) },
    { 0, "skip", "N", NULL, "discard the first N frames of the source", cli_set_count,
      FIELD(skip) },
    { 0, "count", "N", NULL, "stop after N frames (-c of the other programs)", cli_set_count,
      FIELD(count) },
    { 'd', "device", "DEVICE", NULL, "same as v4l2:DEVICE (-d of triptych-dump: --duration)",
      cli_set_text, FIELD(device), .group = "Cameras" },
    { 0, "io", "METHOD", "auto", "I/O method, auto, mmap, userptr or read", cli_set_word, FIELD(io),
      .words = io_words },
    { 0, "input", "INPUT", NULL, "input, by number or name", cli_set_text, FIELD(input) },
    { 0, "standard", "NAME", NULL, "television standard of the input, for instance PAL",
      cli_set_text, FIELD(standard) },
    { 'c', "set-ctrl", "NAME=VALUE", NULL,
      "set controls, separated by commas; \\, is a comma in a value", set_controls,
      FIELD(controls) },
    { 0, "device-timeout", "S", "5", "reopen a device after S seconds without a frame; 0: never",
      cli_set_seconds, FIELD(device_timeout) },
    { 0, "list-devices", NULL, NULL, "list cameras and screens, or those of SOURCE, and exit",
      cli_set_true, FIELD(list_devices) },
    { 0, "list-formats", NULL, NULL, "list formats, sizes and rates of a camera and exit",
      cli_set_true, FIELD(list_formats) },
    { 'l', "list-ctrls", NULL, NULL, "list controls of a camera and exit", cli_set_true,
      FIELD(list_ctrls) },
    { 0, "persistent", NULL, NULL, "retry a missing or lost device indefinitely", cli_set_true,
      FIELD(persistent), .group = "Operation" },
    { 0, "wait-for-reader", NULL, NULL, "publish nothing before the first reader is attached",
      cli_set_true, FIELD(wait_for_reader) },
    { 0, "json", NULL, NULL, "print lists, and a summary at the end, as JSON", cli_set_true,
      FIELD(json) },
    { 0, "drop-every", "N", NULL, "drop every Nth frame", cli_set_count, FIELD(faults.drop_every),
      .group = "Faults, for tests" },
    { 0, "stall", "MS@FRAME", NULL, "no frames for MS milliseconds before frame FRAME", set_stall,
      FIELD(faults) },
    { 0, "jitter", "MS", NULL, "delay each frame by up to MS milliseconds", cli_set_ms,
      FIELD(faults.jitter_ms) },
    { 0, "tear", NULL, NULL, "replace every lower half by the previous frame's", set_tear,
      FIELD(faults.tear_every) },
    { 0, "tear-every", "N", NULL, "replace it in every Nth frame", cli_set_count,
      FIELD(faults.tear_every) },
    { 0, "crash-after", "N", NULL, "end by SIGKILL after N frames", cli_set_count,
      FIELD(faults.crash_after) },
    { 0, "format-change-every", "N", NULL, "change format and size after every N frames",
      cli_set_count, FIELD(faults.change_every) },
    { 0 },
};

static const struct cli_program program = {
    .name = "triptych-capture",
    .synopsis = "[OPTION]... [SOURCE]",
    .purpose = "Share the newest frame of a video source with every reader on this machine.",
    .options = options,
    .shared = stream_option_rows,
    .shared_at = offsetof(struct config, stream),
    .example = "triptych-capture -n desk --size 1920x1080 pattern:clock & triptych-display desk",
};

/** Lists the sources and patterns from their tables. */
static void describe_sources(char *text, size_t bytes)
{
    struct strbuf list;
    char what[32];
    strbuf_init(&list, text, bytes);
    for (size_t i = 0; source_at(i); i++) {
        const struct source_ops *ops = source_at(i);
        snprintf(what, sizeof(what), "%s:%s", ops->name, ops->arg);
        strbuf_add(&list, "  %-20s %s\n", what, ops->summary);
    }
    for (size_t i = 0; pattern_at(i); i++)
        strbuf_add(&list, "%s    %-18s %s", i ? "\n" : "Patterns:\n", pattern_at(i)->name,
                   pattern_at(i)->summary);
}

/** What --format takes, in lines as long as the rest of the help. */
static void describe_formats(char *text, size_t bytes)
{
    struct strbuf list;
    strbuf_init(&list, text, bytes);
    strbuf_add(&list, "Formats:");
    size_t column = list.used;

    for (size_t i = 0; tri_format_at(i); i++) {
        const char *name = tri_format_at(i)->name;
        const bool full = column + 1 + strlen(name) > 80;
        column = (full ? 8 : column) + 1 + strlen(name);
        strbuf_add(&list, "%s %s", full ? "\n        " : "", name);
    }
}

static int refuse_cameras(void)
{
    return cli_refuse(&program, "built without camera support: install libv4l-dev and rebuild");
}

static int refuse_source(const char *text)
{
    struct strbuf list;
    char names[512];
    strbuf_init(&list, names, sizeof(names));
    for (size_t i = 0; source_at(i); i++)
        strbuf_add(&list, "%s%s:%s", i ? ", " : "", source_at(i)->name, source_at(i)->arg);
    return cli_refuse(&program, "'%s' is not a source: use one of %s", text, names);
}

static bool is_plain_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/** Finds the source: by its name before a colon, or a device by its path. */
static int choose_source(struct config *config, const char *text)
{
    if (config->device && text)
        return cli_refuse(&program, "one source only: --device %s or %s", config->device, text);
    if (config->device || (text && text[0] == '/' && !is_plain_file(text))) {
        config->ops = source_find("v4l2", &config->arg);
        config->arg = config->device ? config->device : text;
        return config->ops ? -1 : refuse_cameras();
    }
    const bool lists = config->list_formats || config->list_ctrls;
    config->list_all = config->list_devices && !text;
    if (!text)
        text = lists && source_find("v4l2", &config->arg) ? "v4l2" : "pattern:clock";
    config->ops = source_find(text, &config->arg);
    if (config->ops)
        return -1;
    if (strncmp(text, "v4l2:", 5) == 0)
        return refuse_cameras();
    const char *arg;
    if (is_plain_file(text) && source_find("file", &arg))
        return cli_refuse(&program, "'%s' is a file: use file:%s, or y4m:%s if it is YUV4MPEG2",
                          text, text, text);
    if (is_plain_file(text))
        return cli_refuse(&program,
                          "'%s' is a file: use y4m:%s if it is YUV4MPEG2, else ffmpeg -i %s "
                          "-f yuv4mpegpipe - | %s y4m:-",
                          text, text, text, program.name);
    return refuse_source(text);
}

static int check(const struct config *config)
{
    if (config->stream.on_demand >= 0 && config->wait_for_reader)
        return cli_refuse(&program, "--wait-for-reader: --on-demand waits for readers already");
    if ((config->input || config->standard) && !(config->ops->flags & SOURCE_INPUTS))
        return cli_refuse(&program, "--%s: only for cameras, not %s",
                          config->input ? "input" : "standard", config->ops->name);
    if (config->format && !tri_format_find(config->format) &&
        !(config->ops->flags & SOURCE_OPAQUE)) {
        char name[5];
        char why[512];
        uint32_t unused;
        cli_set_format(NULL, &unused, tri_fourcc_name(config->format, name), why, sizeof(why));
        return cli_refuse(&program, "--format %s: %s", name, why);
    }
    if (config->stride && !(config->ops->flags & SOURCE_STRIDE))
        return cli_refuse(&program, "--stride: only for raw video, not %s", config->ops->name);
    if (config->stride > INT32_MAX)
        return cli_refuse(&program, "--stride %llu: use 1 to %d bytes",
                          (unsigned long long)config->stride, INT32_MAX);
    if (config->controls.count && !(config->ops->flags & SOURCE_CONTROLS))
        return cli_refuse(&program, "--set-ctrl: only cameras and screens have controls, not %s",
                          config->ops->name);
    if (config->faults.change_every && !(config->ops->flags & SOURCE_REFORMATS))
        return cli_refuse(&program,
                          "--format-change-every: %s has a format of its own; use a "
                          "pattern, a camera or gst:",
                          config->ops->name);
    if ((config->list_devices || config->list_formats || config->list_ctrls) && !config->list_all &&
        !config->ops->list)
        return cli_refuse(&program,
                          "nothing to list for %s: use v4l2:DEVICE or screen:", config->ops->name);
    return stream_options_check(&config->stream, &program);
}

int config_parse(struct config *config, int argc, char **argv)
{
    char operands[4096];
    char formats[512];
    struct cli_program complete = program;
    int first = 0;
    describe_sources(operands, sizeof(operands));
    describe_formats(formats, sizeof(formats));
    complete.operands = operands;
    complete.notes = formats;
    *config = (struct config){ .stream = stream_options_default() };
    int status = cli_parse(&complete, argc, argv, config, &config->common, &first);
    if (status >= 0)
        return status;
    if (argc - first > 1)
        return cli_refuse(&program, "one source only, not also '%s'", argv[first + 1]);
    status = choose_source(config, first < argc ? argv[first] : NULL);
    config->faults.source = config->ops;
    return status >= 0 ? status : check(config);
}
