/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <triptych/triptych.h>

static const char *const fit_words[] = { "stretch", "pad", "crop", NULL };          // enum fit
static const char *const rotate_words[] = { "0", "90", "180", "270", "own", NULL }; // ROTATE_OWN
static const char *const flip_words[] = { "h", "v", NULL };                         // enum flip

/** Parses +N and moves *text behind it. */
static bool read_offset(const char **text, uint32_t *offset)
{
    char *end = NULL;
    const unsigned long value = strtoul(*text, &end, 10);
    if (**text != '+' || (*text)[1] < '0' || (*text)[1] > '9' || value > TRI_DIMENSION_MAX)
        return false;
    *text = end;
    *offset = (uint32_t)value;
    return true;
}

/** Parses +X+Y. */
static bool read_place(const char *text, struct stream_edit *edit)
{
    return read_offset(&text, &edit->crop_x) && read_offset(&text, &edit->crop_y) && !*text;
}

/** Parses WxH+X+Y, or WxH at +0+0. */
static bool set_crop(const struct cli_option *option, void *target, const char *value, char *why,
                     size_t why_bytes)
{
    struct stream_edit *edit = target;
    char size[32];
    const size_t length = strcspn(value, "+");
    if (length < sizeof(size) && (!value[length] || read_place(value + length, edit))) {
        memcpy(size, value, length);
        size[length] = '\0';
        if (cli_set_size(option, &edit->crop_size, size, why, why_bytes))
            return true;
    }
    snprintf(why, why_bytes, "a crop is WIDTHxHEIGHT+X+Y, for instance 640x480+100+0");
    return false;
}

#define RUN(field)  .offset = offsetof(struct convert_config, run.field)
#define EDIT(field) .offset = offsetof(struct convert_config, edit.field)

static const struct cli_option options[] = {
    { 'c', "count", "N", NULL, "stop after N frames", cli_set_count, RUN(count) },
    { 0, "exit-on-end", NULL, NULL, "stop when FROM's writer ends, do not wait for another",
      cli_set_true, EDIT(exit_on_end) },
    { 0, "json", NULL, NULL, "print a summary at the end, as JSON", cli_set_true, RUN(json) },
    { 'f', "format", "FORMAT", NULL, "fourcc, or its name in GStreamer or ffmpeg", cli_set_format,
      RUN(format), .group = "Picture, in this order: crop, rotate, flip, size, format" },
    { 's', "size", "WxH", NULL, "scale to this size in pixels", cli_set_size, RUN(size) },
    { 0, "fit", "stretch|pad|crop", "stretch",
      "if the shape differs: distort, add borders, or crop", cli_set_word, EDIT(fit),
      .words = fit_words },
    { 0, "crop", "WxH+X+Y", NULL, "only this part", set_crop,
      .offset = offsetof(struct convert_config, edit) },
    { 0, "rotate", "0|90|180|270|own", "0", "clockwise; own: by the frames' own rotation",
      cli_set_word, EDIT(rotate), .words = rotate_words },
    { 0, "flip", "h|v", NULL, "mirror horizontally or vertically", cli_set_word, EDIT(flip),
      .words = flip_words },
    { 'r', "rate", "FPS", NULL, "at most this many frames per second, N or N/D", cli_set_rate,
      RUN(rate) },
    { 0, "fps", "FPS", NULL, NULL, cli_set_rate, RUN(rate) },
    { 0 },
};

static const struct cli_program program = {
    .name = "triptych-convert",
    .synopsis = "[OPTION]... FROM TO",
    .purpose = "Write the frames of one stream into another, converted once for all readers.",
    .operands = "  FROM  the stream to read; triptych-convert waits for it\n"
                "  TO    the stream to write",
    .options = options,
    .shared = stream_option_rows,
    .shared_at = offsetof(struct convert_config, run.stream),
    .notes = "While FROM has no writer, TO shows NO SIGNAL. With --on-demand FROM is read only "
             "while TO has\n"
             "readers. Capture times, sequence numbers and user data are those of FROM.",
    .example = "triptych-convert --on-demand -s 640x360 -f NV12 cam0 small",
};

static int check(const struct convert_config *config)
{
    const uint32_t fourcc = config->run.format;
    const struct tri_format *format = tri_format_find(fourcc);
    if (strcmp(config->run.arg, config->run.name) == 0)
        return cli_refuse(&program, "FROM and TO are both %s: choose another name for TO",
                          config->run.arg);
    if (format && (format->family == TRI_FAMILY_COMPRESSED || format->family == TRI_FAMILY_BAYER ||
                   format->family == TRI_FAMILY_DEPTH))
        return cli_refuse(&program,
                          "--format %s: triptych-convert makes no compressed, Bayer or depth "
                          "frames; choose a YUV, RGB or grey format",
                          format->name);
    if (config->edit.fit != FIT_STRETCH && !config->run.size.width)
        return cli_refuse(&program, "--fit %s needs a --size to fit into",
                          fit_words[config->edit.fit]);
    if (config->run.rate.den && !config->run.rate.num)
        return cli_refuse(&program, "--rate 0 would leave no frames: omit it for all of them");
    return stream_options_check(&config->run.stream, &program);
}

int convert_parse(struct convert_config *config, int argc, char **argv)
{
    int first = 0;
    *config = (struct convert_config){
        .run = { .ops = &source_stream, .stream = stream_options_default(), .persistent = true },
        .edit = { .flip = FLIP_NONE }
    };
    const int status = cli_parse(&program, argc, argv, config, &config->run.common, &first);
    if (status >= 0)
        return status;
    if (argc - first != 2)
        return cli_refuse(&program, "give two streams, FROM and TO, not %d", argc - first);
    for (int i = first; i < argc; i++)
        if (!tri_name_valid(argv[i]))
            return cli_refuse(&program, "'%s' is not a stream name: a name is %s", argv[i],
                              TRI_NAME_RULE);
    config->run.arg = argv[first];
    config->run.name = config->edit.to = argv[first + 1];
    config->run.edit = &config->edit;
    return check(config);
}
