/* SPDX-License-Identifier: MIT */
/** Grammar: a magic word, then parameters of one letter and a value, each after a blank. */
#include "y4m_header.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define STREAM_MAGIC "YUV4MPEG2"
#define FRAME_MAGIC  "FRAME"
#define SAMPLES      "YSCSS=" // comment of ffmpeg, in addition to C

/** One parameter: a letter and a value of `bytes` bytes. */
struct parameter {
    char letter;
    const char *value;
    size_t bytes;
    size_t at; // offset of the letter in the line
};

__attribute__((format(printf, 3, 0))) static void set_issue(struct y4m_issue *issue, size_t at,
                                                            const char *format, va_list arguments)
{
    issue->at = at;
    vsnprintf(issue->why, sizeof(issue->why), format, arguments);
}

__attribute__((format(printf, 3, 4))) static bool fail(struct y4m_issue *issue, size_t at,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_issue(issue, at, format, arguments);
    va_end(arguments);
    return false;
}

__attribute__((format(printf, 3, 4))) static void warn(struct y4m_issue *issue, size_t at,
                                                       const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (!issue->why[0])
        set_issue(issue, at, format, arguments);
    va_end(arguments);
}

/** Length of a line without the carriage return of programs for Windows. */
static size_t without_return(const char *line, size_t bytes, struct y4m_issue *issue)
{
    if (bytes == 0 || line[bytes - 1] != '\r')
        return bytes;
    warn(issue, bytes - 1, "the line ends with a carriage return");
    return bytes - 1;
}

static bool starts_with(const char *line, size_t bytes, const char *magic)
{
    const size_t length = strlen(magic);
    return bytes >= length && !memcmp(line, magic, length) &&
           (bytes == length || line[length] == ' ');
}

/** Reads the parameter at *at and advances *at. @return false at the end of the line */
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

/** Reads a number of up to 32 bits at *text. @return false if there is none */
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

static bool read_dimension(const struct parameter *parameter, const char *what, uint32_t *pixels,
                           struct y4m_issue *issue)
{
    const char *text = parameter->value;
    const char *end = text + parameter->bytes;
    if (read_number(&text, end, pixels) && text == end && *pixels >= 1 &&
        *pixels <= TRI_DIMENSION_MAX)
        return true;
    return fail(issue, parameter->at, "the %s is '%.*s', it must be 1 to %d", what,
                (int)(parameter->bytes < 24 ? parameter->bytes : 24), parameter->value,
                TRI_DIMENSION_MAX);
}

/** Reads N:D, with numbers up to `most`, or N for N:1; 0/0 if it is 0:0 ("unknown") or invalid. */
static void read_ratio(const struct parameter *parameter, const char *what, uint32_t most,
                       uint32_t *num, uint32_t *den, struct y4m_issue *issue)
{
    const char *text = parameter->value;
    const char *end = text + parameter->bytes;
    uint32_t n = 0;
    uint32_t d = 0;
    bool valid = read_number(&text, end, &n);
    if (valid && text == end) {
        d = 1;
        warn(issue, parameter->at, "the %s is %u: reading it as %u:1", what, n, n);
    } else {
        valid = valid && *text++ == ':' && read_number(&text, end, &d) && text == end && !n == !d;
    }
    valid = valid && n <= most && d <= most;
    if (!valid)
        warn(issue, parameter->at, "the %s is not %c<number>:<number>, each up to %u: ignored",
             what, parameter->letter, most);
    *num = valid && d ? n : 0;
    *den = valid && n ? d : 0;
}

static void read_interlacing(const struct parameter *parameter, struct tri_video *video,
                             struct y4m_issue *issue)
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
            return;
        }
    }
    warn(issue, parameter->at, "the interlacing is not one of Ip It Ib Im I?: ignored");
}

/** The values of C; those of ffmpeg's comment differ in case. */
static bool find_samples(const char *word, size_t bytes, struct y4m_header *header)
{
    static const struct {
        const char *word;
        uint32_t fourcc;
        enum tri_siting siting;
        enum y4m_packing packing;
        uint32_t bits; // of 16
    } known[] = {
        { "420jpeg", TRI_FOURCC_YU12, TRI_SITING_CENTER, Y4M_AS_IS, 0 },
        { "420mpeg2", TRI_FOURCC_YU12, TRI_SITING_LEFT, Y4M_AS_IS, 0 },
        { "420paldv", TRI_FOURCC_YU12, TRI_SITING_TOPLEFT, Y4M_AS_IS, 0 },
        { "420", TRI_FOURCC_YU12, TRI_SITING_CENTER, Y4M_AS_IS, 0 },
        { "420p10", TRI_FOURCC_P010, TRI_SITING_DEFAULT, Y4M_WORDS, 0 },
        { "420p12", TRI_FOURCC_P012, TRI_SITING_DEFAULT, Y4M_WORDS, 0 },
        { "422", TRI_FOURCC_422P, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "422p10", TRI_FOURCC_Y210, TRI_SITING_DEFAULT, Y4M_WORDS, 0 },
        { "444", TRI_FOURCC_YM24, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "mono", TRI_FOURCC_GREY, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "mono16", TRI_FOURCC_Y16, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "mono12", TRI_FOURCC_Y12, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "mono10", TRI_FOURCC_Y10, TRI_SITING_DEFAULT, Y4M_AS_IS, 0 },
        { "mono9", TRI_FOURCC_Y16, TRI_SITING_DEFAULT, Y4M_AS_IS, 9 },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i].word) == bytes && !strncasecmp(word, known[i].word, bytes)) {
            header->video.fourcc = known[i].fourcc;
            header->video.siting = known[i].siting;
            header->video.bits = known[i].bits;
            header->packing = known[i].packing;
            return true;
        }
    }
    return false;
}

/** @param word  in the parameter: the value of C, or of ffmpeg's comment */
static bool read_samples(const struct parameter *parameter, const char *word,
                         struct y4m_header *header, struct y4m_issue *issue)
{
    const size_t bytes = (size_t)(parameter->value + parameter->bytes - word);
    const bool deep = bytes > 4 && (word[bytes - 3] | 0x20) == 'p' && word[bytes - 2] == '1';
    if (find_samples(word, bytes, header))
        return true;
    return fail(issue, parameter->at,
                "unsupported samples C%.*s: use one of 420jpeg 420mpeg2 420paldv 420 420p10 420p12 "
                "422 422p10 444 mono mono9 mono10 mono12 mono16; ffmpeg converts with %s",
                (int)(bytes < 24 ? bytes : 24), word,
                deep ? "-strict -1 -pix_fmt yuv420p10" : "-pix_fmt yuv422p");
}

/** What follows `prefix` in a comment; NULL if it has another prefix. */
static const char *after_prefix(const struct parameter *parameter, const char *prefix)
{
    const size_t length = strlen(prefix);
    return parameter->bytes >= length && !memcmp(parameter->value, prefix, length)
               ? parameter->value + length
               : NULL;
}

static bool is_comment(const struct parameter *parameter, const char *text)
{
    return strlen(text) == parameter->bytes && !memcmp(text, parameter->value, parameter->bytes);
}

/** Comments may be anything; these have a meaning for ffmpeg. */
static void read_comment(const struct parameter *parameter, struct tri_video *video,
                         struct parameter *samples)
{
    if (is_comment(parameter, "COLORRANGE=FULL"))
        video->range = TRI_RANGE_FULL;
    else if (is_comment(parameter, "COLORRANGE=LIMITED"))
        video->range = TRI_RANGE_LIMITED;
    else if (after_prefix(parameter, SAMPLES) && !samples->letter)
        *samples = *parameter;
}

/** @param samples  set to the parameter with the type of samples: C, or else a comment */
static bool read_parameter(const struct parameter *parameter, struct y4m_header *header,
                           struct parameter *samples, struct y4m_issue *issue)
{
    switch (parameter->letter) {
    case 'W':
        return read_dimension(parameter, "width", &header->video.width, issue);
    case 'H':
        return read_dimension(parameter, "height", &header->video.height, issue);
    case 'F':
        read_ratio(parameter, "frame rate", INT32_MAX, &header->video.fps_num,
                   &header->video.fps_den, issue);
        return true;
    case 'I':
        read_interlacing(parameter, &header->video, issue);
        return true;
    case 'A':
        read_ratio(parameter, "pixel's aspect", TRI_ASPECT_MAX, &header->video.aspect_num,
                   &header->video.aspect_den, issue);
        return true;
    case 'C':
        *samples = *parameter;
        return true;
    case 'X':
        read_comment(parameter, &header->video, samples);
        return true;
    default:
        warn(issue, parameter->at, "a parameter does not begin with one of W H F I A C X: ignored");
        return true;
    }
}

bool y4m_is_header(const char *line, size_t bytes)
{
    return starts_with(line, bytes, STREAM_MAGIC);
}

bool y4m_parse_header(const char *line, size_t bytes, struct y4m_header *header,
                      struct y4m_issue *issue)
{
    size_t at = strlen(STREAM_MAGIC);
    struct parameter parameter;
    struct parameter samples = { .letter = 0 };
    *issue = (struct y4m_issue){ .at = 0 };
    *header = (struct y4m_header){ .packing = Y4M_AS_IS };
    find_samples("420jpeg", strlen("420jpeg"), header);
    bytes = without_return(line, bytes, issue);
    if (!y4m_is_header(line, bytes))
        return fail(issue, 0, "does not begin with " STREAM_MAGIC);
    while (next_parameter(line, bytes, &at, &parameter))
        if (!read_parameter(&parameter, header, &samples, issue))
            return false;
    if (samples.letter) {
        const char *comment = samples.letter == 'X' ? after_prefix(&samples, SAMPLES) : NULL;
        if (!read_samples(&samples, comment ? comment : samples.value, header, issue))
            return false;
    }
    if (!header->video.width || !header->video.height)
        return fail(issue, bytes, "the %s is missing", header->video.width ? "height" : "width");
    return true;
}

/** The first letter of a frame's interlacing is its presentation. */
static void read_frame_interlacing(const struct parameter *parameter, uint32_t *field,
                                   struct y4m_issue *issue)
{
    switch (parameter->bytes ? parameter->value[0] : 0) {
    case 't':
    case 'T':
        *field = TRI_FIELD_INTERLACED_TB;
        break;
    case 'b':
    case 'B':
        *field = TRI_FIELD_INTERLACED_BT;
        break;
    case 'p':
    case '1':
    case '2':
    case '3':
        *field = TRI_FIELD_NONE;
        break;
    case '?':
        break;
    default:
        warn(issue, parameter->at,
             "a frame's interlacing is not I and one of t T b B p 1 2 3 ?: ignored");
    }
}

bool y4m_parse_frame(const char *line, size_t bytes, uint32_t *field, struct y4m_issue *issue)
{
    size_t at = strlen(FRAME_MAGIC);
    struct parameter parameter;
    *issue = (struct y4m_issue){ .at = 0 };
    bytes = without_return(line, bytes, issue);
    if (!starts_with(line, bytes, FRAME_MAGIC))
        return fail(issue, 0, "a frame must begin with " FRAME_MAGIC);
    while (next_parameter(line, bytes, &at, &parameter)) {
        if (parameter.letter == 'I')
            read_frame_interlacing(&parameter, field, issue);
        else if (parameter.letter != 'X')
            warn(issue, parameter.at, "a frame's parameter does not begin with I or X: ignored");
    }
    return true;
}
