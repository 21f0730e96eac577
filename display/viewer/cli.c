/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "keys.h"

#include <triptych/triptych.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_words[] = { "latest", "next", NULL };          // enum tri_mode
static const char *const rotate_words[] = { "0", "90", "180", "270", NULL }; // quarter turns
static const char *const vsync_words[] = { "yes", "no", NULL };              // enum vsync

/** Reads a whole number that may be negative; *text moves behind it. */
static bool read_number(const char **text, int *number)
{
    char *end = NULL;
    const long value = strtol(*text, &end, 10);

    if (end == *text || value < -TRI_SIDE_MAX || value > TRI_SIDE_MAX)
        return false;
    *text = end;
    *number = (int)value;
    return true;
}

static bool read_geometry(const char *text, struct geometry *geometry)
{
    int w, h;

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

#define FIELD(field) .offset = offsetof(struct config, field)

static const struct cli_option options[] = {
    { 0, "mode", "latest|next", "latest", "newest frame, or each one in turn", cli_set_word,
      FIELD(mode), .words = mode_words },
    { 0, "rotate", "0|90|180|270", "0", "turn clockwise, besides what the frames ask for",
      cli_set_word, FIELD(rotate), .words = rotate_words },
    { 0, "hflip", NULL, NULL, "mirror left and right", cli_set_true, FIELD(hflip) },
    { 0, "vflip", NULL, NULL, "mirror top and bottom", cli_set_true, FIELD(vflip) },
    { 0, "fullscreen", NULL, NULL, "start in fullscreen", cli_set_true, FIELD(fullscreen) },
    { 0, "geometry", "WxH+X+Y", NULL, "size and place of the window", set_geometry,
      FIELD(geometry) },
    { 0, "title", "TEXT", NULL, "a fixed title instead of the figures", cli_set_text,
      FIELD(title) },
    { 0, "no-border", NULL, NULL, "a window without a frame", cli_set_true, FIELD(no_border) },
    { 0, "ontop", NULL, NULL, "keep the window above others", cli_set_true, FIELD(on_top) },
    { 0, "vsync", "yes|no", "yes", "show pictures in step with the screen", cli_set_word,
      FIELD(vsync), .words = vsync_words },
    { 0, "screenshot-directory", "DIR", ".", "where the key s puts its files", cli_set_text,
      FIELD(screenshot_directory) },
    { 0, "exit-on-end", NULL, NULL, "end when the writer does", cli_set_true, FIELD(exit_on_end) },
    { 0, "headless", NULL, NULL, "no window: take and prepare each picture, print figures",
      cli_set_true, FIELD(headless) },
    { 0, "count", "N", NULL, "end after N pictures", cli_set_count, FIELD(count) },
    { 0, "duration", "S", NULL, "end after S seconds", cli_set_seconds, FIELD(duration) },
    { 0, "timeout", "S", NULL, "fail when there is no first picture within S seconds",
      cli_set_seconds, FIELD(timeout) },
    { 0, "screenshot", "FILE.png", NULL,
      "write the last picture there at the end; alone: the first, and end", cli_set_text,
      FIELD(screenshot) },
    { 0, "json", NULL, NULL, "figures as JSON, the last line is the summary", cli_set_true,
      FIELD(json) },
    { 0 },
};

static const struct cli_program program = {
    .name = "triptych-display",
    .synopsis = "[OPTION]... [NAME]",
    .purpose = "Show a stream in a window; wait for it, and for its return.",
    .operands = "  NAME   the stream  [cam0]",
    .options = options,
    .example = "triptych-capture pattern:clock & triptych-display",
};

int config_parse(struct config *config, int argc, char **argv)
{
    char notes[2048];
    struct cli_program with_keys = program;
    int first = 0;

    keys_help(notes, sizeof(notes));
    with_keys.notes = notes;
    *config = (struct config){ .name = TRI_NAME_DEFAULT };
    const int status = cli_parse(&with_keys, argc, argv, config, &config->common, &first);
    if (status >= 0)
        return status;
    if (argc - first > 1)
        return cli_refuse(&program, "one stream at a time, not also '%s'", argv[first + 1]);
    if (first < argc)
        config->name = argv[first];
    if (!tri_name_valid(config->name))
        return cli_refuse(&program, "'%s' cannot be a stream's name: 1 to %d of a-z 0-9 - _",
                          config->name, TRI_NAME_MAX);
    if (config->screenshot && !config->count && config->duration <= 0 && !config->exit_on_end)
        config->count = 1;
    return -1;
}
