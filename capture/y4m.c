/* SPDX-License-Identifier: MIT */
/** The grammar: a magic word, then parameters of one letter and a value, one blank before each. */
#include "y4m.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define STREAM_MAGIC "YUV4MPEG2"
#define FRAME_MAGIC  "FRAME"

/** One parameter: `bytes` bytes of value after its letter. */
struct parameter {
    char letter;
    const char *value;
    size_t bytes;
    size_t at; // of the letter in the line
};

__attribute__((format(printf, 3, 4))) static bool fail(struct y4m_error *error, size_t at,
                                                       const char *format, ...)
{
    va_list arguments;

    error->at = at;
    va_start(arguments, format);
    vsnprintf(error->why, sizeof(error->why), format, arguments);
    va_end(arguments);
    return false;
}

static bool starts_with(const char *line, size_t bytes, const char *magic)
{
    const size_t length = strlen(magic);

    return bytes >= length && !memcmp(line, magic, length) &&
           (bytes == length || line[length] == ' ');
}

/** Takes the parameter at *at, moves *at behind it. False at the end of the line. */
static bool next_parameter(const char *line, size_t bytes, size_t *at, struct parameter *parameter)
{
    while (*at < bytes && line[*at] == ' ')
        ++*at;
    if (*at == bytes)
        return false;
    const size_t start = *at;
    while (*at < bytes && line[*at] != ' ')
        ++*at;
    *parameter = (struct parameter){
        .letter = line[start], .value = line + start + 1, .bytes = *at - start - 1, .at = start
    };
    return true;
}

/** A whole number that fits 32 bits, from *text on; false if there is none. */
static bool read_number(const char **text, const char *end, uint32_t *number)
{
    const char *start = *text;
    uint64_t value = 0;

    while (*text < end && **text >= '0' && **text <= '9') {
        value = value * 10 + (uint64_t)(**text - '0');
        if (value > UINT32_MAX)
            return false;
        ++*text;
    }
    *number = (uint32_t)value;
    return *text > start;
}

static bool read_side(const struct parameter *parameter, const char *what, uint32_t *side,
                      struct y4m_error *error)
{
    const char *text = parameter->value, *end = text + parameter->bytes;

    if (read_number(&text, end, side) && text == end && *side >= 1 && *side <= TRI_DIMENSION_MAX)
        return true;
    return fail(error, parameter->at, "the %s is '%.*s', it must be 1 to %d", what,
                (int)(parameter->bytes < 24 ? parameter->bytes : 24), parameter->value,
                TRI_DIMENSION_MAX);
}

static bool read_ratio(const struct parameter *parameter, uint32_t *num, uint32_t *den)
{
    const char *text = parameter->value, *end = text + parameter->bytes;

    return read_number(&text, end, num) && text < end && *text++ == ':' &&
           read_number(&text, end, den) && text == end;
}

static bool read_rate(const struct parameter *parameter, struct tri_video *video,
                      struct y4m_error *error)
{
    uint32_t num, den;

    if (!read_ratio(parameter, &num, &den) || (num && !den))
        return fail(error, parameter->at, "the frame rate must be F<number>:<number>");
    video->fps_num = num;
    video->fps_den = num ? den : 0; // 0:0 is "not known"
    return true;
}

static bool read_aspect(const struct parameter *parameter, struct y4m_error *error)
{
    uint32_t across, down;

    if (read_ratio(parameter, &across, &down))
        return true;
    return fail(error, parameter->at, "the pixel's aspect must be A<number>:<number>");
}

static bool read_interlacing(const struct parameter *parameter, struct tri_video *video,
                             struct y4m_error *error)
{
    static const struct {
        char letter;
        enum tri_field field;
    } known[] = {
        { 'p', TRI_FIELD_NONE },          { 't', TRI_FIELD_INTERLACED_TB },
        { 'b', TRI_FIELD_INTERLACED_BT }, { 'm', TRI_FIELD_INTERLACED },
        { '?', TRI_FIELD_ANY },
    };

    for (size_t i = 0; parameter->bytes == 1 && i < sizeof(known) / sizeof(known[0]); i++) {
        if (known[i].letter == parameter->value[0]) {
            video->field = known[i].field;
            return true;
        }
    }
    return fail(error, parameter->at, "the interlacing must be one of Ip It Ib Im I?");
}

static bool word_is(const struct parameter *parameter, const char *word)
{
    return strlen(word) == parameter->bytes && !memcmp(word, parameter->value, parameter->bytes);
}

static bool read_colorspace(const struct parameter *parameter, struct y4m_header *header,
                            struct y4m_error *error)
{
    static const struct {
        const char *word;
        uint32_t fourcc;
        enum y4m_packing packing;
    } known[] = {
        { "420jpeg", TRI_FOURCC_YU12, Y4M_AS_IS },  { "420mpeg2", TRI_FOURCC_YU12, Y4M_AS_IS },
        { "420paldv", TRI_FOURCC_YU12, Y4M_AS_IS }, { "420", TRI_FOURCC_YU12, Y4M_AS_IS },
        { "420p10", TRI_FOURCC_P010, Y4M_420P10 },  { "422", TRI_FOURCC_422P, Y4M_AS_IS },
        { "mono", TRI_FOURCC_GREY, Y4M_AS_IS },     { "mono16", TRI_FOURCC_Y16, Y4M_AS_IS },
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (word_is(parameter, known[i].word)) {
            header->video.fourcc = known[i].fourcc;
            header->packing = known[i].packing;
            return true;
        }
    }
    return fail(error, parameter->at,
                "there is no format for C%.*s, only for 420jpeg 420mpeg2 420paldv 420 420p10 422 "
                "mono mono16; let ffmpeg convert with -pix_fmt yuv420p",
                (int)(parameter->bytes < 24 ? parameter->bytes : 24), parameter->value);
}

/** Comments are anything; these two mean something to ffmpeg. */
static void read_comment(const struct parameter *parameter, struct tri_video *video)
{
    if (word_is(parameter, "COLORRANGE=FULL"))
        video->range = TRI_RANGE_FULL;
    else if (word_is(parameter, "COLORRANGE=LIMITED"))
        video->range = TRI_RANGE_LIMITED;
}

static bool read_parameter(const struct parameter *parameter, struct y4m_header *header,
                           struct y4m_error *error)
{
    switch (parameter->letter) {
    case 'W':
        return read_side(parameter, "width", &header->video.width, error);
    case 'H':
        return read_side(parameter, "height", &header->video.height, error);
    case 'F':
        return read_rate(parameter, &header->video, error);
    case 'I':
        return read_interlacing(parameter, &header->video, error);
    case 'A':
        return read_aspect(parameter, error);
    case 'C':
        return read_colorspace(parameter, header, error);
    case 'X':
        read_comment(parameter, &header->video);
        return true;
    default:
        return fail(error, parameter->at, "a parameter begins with one of W H F I A C X");
    }
}

bool y4m_parse_header(const char *line, size_t bytes, struct y4m_header *header,
                      struct y4m_error *error)
{
    size_t at = strlen(STREAM_MAGIC);
    struct parameter parameter;

    *header = (struct y4m_header){ .video.fourcc = TRI_FOURCC_YU12, .packing = Y4M_AS_IS };
    if (!starts_with(line, bytes, STREAM_MAGIC))
        return fail(error, 0, "it does not begin with " STREAM_MAGIC);
    while (next_parameter(line, bytes, &at, &parameter))
        if (!read_parameter(&parameter, header, error))
            return false;
    if (!header->video.width || !header->video.height)
        return fail(error, bytes, "the %s is missing", header->video.width ? "height" : "width");
    return true;
}

bool y4m_parse_frame(const char *line, size_t bytes, struct y4m_error *error)
{
    size_t at = strlen(FRAME_MAGIC);
    struct parameter parameter;

    if (!starts_with(line, bytes, FRAME_MAGIC))
        return fail(error, 0, "a frame must begin with " FRAME_MAGIC);
    while (next_parameter(line, bytes, &at, &parameter))
        if (parameter.letter != 'I' && parameter.letter != 'X')
            return fail(error, parameter.at, "a frame's parameter begins with I or X");
    return true;
}
