/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "input/key_actions.h"

#include <triptych/triptych.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_words[] = { "latest", "next", NULL };          // enum tri_reader_mode
static const char *const rotate_words[] = { "0", "90", "180", "270", NULL }; // quarter turns
static const char *const vsync_words[] = { "yes", "no", NULL };              // enum vsync

/** Parses an integer that may be negative and moves *text behind it. */
static bool read_number(const char **text, int *number)
{
    char *end = NULL;
    const long value = strtol(*text, &end, 10);
    if (end == *text || value < -TRI_DIMENSION_MAX || value > TRI_DIMENSION_MAX)
        return false;
    *text = end;
    *number = (int)value;
    return true;
}

static bool read_geometry(const char *text, struct geometry *geometry)
{
    int w;
    int h;
    *geometry = (struct geometry){ 0 };
    if (*text != '+') {
        if (!read_number(&text, &w) || *text++ != 'x' || !read_number(&text, &h) || w < 1 || h < 1)
            return false;
        geometry->has_size = true;
        geometry->size = (struct cli_size){ (uint32_t)w, (uint32_t)h };
        if (!*text)
            return true;
    }
    geometry->has_place = true;
    return *text++ == '+' && read_number(&text, &geometry->x) && *text++ == '+' &&
           read_number(&text, &geometry->y) && !*text;
}

static bool set_geometry(const struct cli_option *option, void *target, const char *value,
                         char *why, size_t why_bytes)
{
    (void)option;
    if (read_geometry(value, target))
        return true;
    snprintf(why, why_bytes, "a geometry is WIDTHxHEIGHT, +X+Y or WIDTHxHEIGHT+X+Y");
    return false;
}

static bool set_detections(const struct cli_option *option, void *target, const char *value,
                           char *why, size_t why_bytes)
{
    *(const char **)target = "";
    return !value || cli_set_name(option, target, value, why, why_bytes);
}

#define FIELD(field) .offset = offsetof(struct config, field)

static const struct cli_option options[] = {
    { 0, "mode", "latest|next", "latest",
      "newest frame, or every frame in order (writers: permissions)", cli_set_word, FIELD(mode),
      .words = mode_words },
    { 0, "timeout", "S", NULL, "fail after S seconds without a first frame; 10 with expectations",
      cli_set_seconds, FIELD(timeout) },
    { 0, "exit-on-end", NULL, NULL, "stop when the writer ends; with several streams, the last",
      cli_set_true, FIELD(exit_on_end) },
    { 0, "count", "N", NULL, "stop after N frames of each stream", cli_set_count, FIELD(count) },
    { 0, "duration", "S", NULL, "stop after S seconds", cli_set_seconds, FIELD(duration) },
    { 0, "headless", NULL, NULL, "no window: acquire and convert each frame, print statistics",
      cli_set_true, FIELD(headless) },
    { 0, "screenshot", "FILE.png", NULL,
      "write the last frame at exit (alone: the first); several: FILE-NAME.png", cli_set_text,
      FIELD(screenshot) },
    { 0, "json", NULL, NULL, "print a summary of each stream at the end, as JSON", cli_set_true,
      FIELD(json) },
    { 0, "rotate", "0|90|180|270", "0", "rotate clockwise, in addition to the frames' own rotation",
      cli_set_word, FIELD(rotate), .words = rotate_words, .group = "Window" },
    { 0, "hflip", NULL, NULL, "mirror horizontally", cli_set_true, FIELD(hflip) },
    { 0, "vflip", NULL, NULL, "mirror vertically", cli_set_true, FIELD(vflip) },
    { 0, "detections", "[=STREAM]", NULL,
      "show detections beside the frames or of STREAM [NAME.detections]", set_detections,
      FIELD(detections) },
    { 0, "fullscreen", NULL, NULL, "start in fullscreen", cli_set_true, FIELD(fullscreen) },
    { 0, "geometry", "WxH+X+Y", NULL, "size and position of the window", set_geometry,
      FIELD(geometry) },
    { 0, "title", "TEXT", NULL, "fixed window title instead of the rates", cli_set_text,
      FIELD(title) },
    { 0, "no-border", NULL, NULL, "window without border", cli_set_true, FIELD(no_border) },
    { 0, "ontop", NULL, NULL, "keep the window on top", cli_set_true, FIELD(on_top) },
    { 0, "vsync", "yes|no", "yes", "synchronise frames with the display refresh", cli_set_word,
      FIELD(vsync), .words = vsync_words },
    { 0, "screenshot-directory", "DIR", ".", "directory for screenshots of the key s", cli_set_text,
      FIELD(screenshot_directory) },
    { 0 },
};

static const struct cli_program program = {
    .name = "triptych-display",
    .synopsis = "[OPTION]... [NAME]...",
    .purpose = "Show streams in a window; wait for them and reconnect.",
    .operands = "  NAME   stream to show [cam0]; up to 16 are shown as tiles",
    .options = options,
    .shared = expect_options,
    .shared_at = offsetof(struct config, expect),
    .example = "triptych-capture pattern:clock & triptych-display",
};

static int take_names(struct config *config, int count, char **names)
{
    if (count == 0)
        config->names[config->name_count++] = TRI_NAME_DEFAULT;
    if (count > STREAMS_MAX)
        return cli_refuse(&program, "at most %d streams, '%s' is one too many", STREAMS_MAX,
                          names[STREAMS_MAX]);
    for (int i = 0; i < count; i++) {
        if (!tri_name_valid(names[i]))
            return cli_refuse(&program, "'%s' is not a stream name: a name is %s", names[i],
                              TRI_NAME_RULE);
        for (unsigned k = 0; k < config->name_count; k++) {
            if (strcmp(config->names[k], names[i]) == 0)
                return cli_refuse(&program,
                                  "'%s' is named twice: start a second triptych-display for a "
                                  "second view",
                                  names[i]);
        }
        config->names[config->name_count++] = names[i];
    }
    if (config->detections && *config->detections && count > 1)
        return cli_refuse(
            &program,
            "--detections=STREAM needs one stream, not %d: omit =STREAM, and name the "
            "streams of detections NAME.detections",
            count);
    if (config->screenshot && strcmp(config->screenshot, "-") == 0 && count > 1)
        return cli_refuse(&program,
                          "stdout takes one frame, not %d: --screenshot FILE.png "
                          "writes FILE-NAME.png for each",
                          count);
    if (config->screenshot && !config->count && config->duration <= 0 && !config->exit_on_end)
        config->count = 1;
    return -1;
}

int config_parse(struct config *config, int argc, char **argv)
{
    struct key_help keys[KEY_HELP_MAX];
    char notes[2048];
    struct cli_program with_keys = program;
    int first = 0;
    key_help_write(notes, sizeof(notes), keys, key_help_rows(keys), 2);
    with_keys.notes = notes;
    *config = (struct config){ .expect = expect_nothing(), .timeout = -1 };
    int status = cli_parse(&with_keys, argc, argv, config, &config->common, &first);
    if (status < 0)
        status = take_names(config, argc - first, argv + first);
    if (status < 0)
        status = expect_check(&config->expect, &program, false, config->json);
    if (config->timeout < 0) // a test must end, even without a frame
        config->timeout = expect_something(&config->expect) ? EXPECT_TIMEOUT_S : 0;
    return status;
}
