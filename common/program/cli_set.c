/* SPDX-License-Identifier: MIT */
/* The setters of cli.h: each parses one type of value, and describes valid ones. */
#include "cli.h"
#include "fraction.h"
#include "strbuf.h"

#include <triptych/triptych.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define UNUSED __attribute__((unused))

enum { RATE_MAX = 1000000 }; // frames per second

static bool refuse(char *why, size_t why_bytes, const char *text)
{
    snprintf(why, why_bytes, "%s", text);
    return false;
}

/* A whole number at *text, digits only, no more than `max`; *text moves past it. */
static bool read_whole(const char **text, uint64_t max, uint64_t *value)
{
    if (**text < '0' || **text > '9')
        return false;
    char *end = NULL;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0 && *value <= max;
}

/* A decimal number that is all of `text`: no sign, no exponent, no "inf". */
static bool read_decimal(const char *text, double max, double *value)
{
    if (!*text || strspn(text, "0123456789.") != strlen(text))
        return false;
    char *end = NULL;
    *value = strtod(text, &end);
    return *end == '\0' && *value <= max;
}

/* Sets such a number, or refuses with the text `right`. */
static bool set_decimal(double *target, const char *value, double max, const char *right, char *why,
                        size_t why_bytes)
{
    double read = 0;
    if (!read_decimal(value, max, &read))
        return refuse(why, why_bytes, right);
    *target = read;
    return true;
}

bool cli_set_true(UNUSED const struct cli_option *option, void *target, UNUSED const char *value,
                  UNUSED char *why, UNUSED size_t why_bytes)
{
    *(bool *)target = true;
    return true;
}

bool cli_set_text(UNUSED const struct cli_option *option, void *target, const char *value,
                  char *why, size_t why_bytes)
{
    if (!*value)
        return refuse(why, why_bytes, "it must not be empty");
    *(const char **)target = value;
    return true;
}

bool cli_set_name(UNUSED const struct cli_option *option, void *target, const char *value,
                  char *why, size_t why_bytes)
{
    if (!tri_name_valid(value))
        return refuse(why, why_bytes, "a stream's name is " TRI_NAME_RULE);
    *(const char **)target = value;
    return true;
}

bool cli_set_count(UNUSED const struct cli_option *option, void *target, const char *value,
                   char *why, size_t why_bytes)
{
    uint64_t count = 0;
    if (!read_whole(&value, UINT64_MAX, &count) || *value)
        return refuse(why, why_bytes, "a count is a whole number from 0");
    *(uint64_t *)target = count;
    return true;
}

bool cli_set_seconds(UNUSED const struct cli_option *option, void *target, const char *value,
                     char *why, size_t why_bytes)
{
    return set_decimal(target, value, 1e9, "seconds are a number from 0, such as 10 or 0.5", why,
                       why_bytes);
}

bool cli_set_ms(UNUSED const struct cli_option *option, void *target, const char *value, char *why,
                size_t why_bytes)
{
    return set_decimal(target, value, 1e9, "milliseconds are a number from 0, such as 5 or 0.5",
                       why, why_bytes);
}

bool cli_set_percent(UNUSED const struct cli_option *option, void *target, const char *value,
                     char *why, size_t why_bytes)
{
    return set_decimal(target, value, 100,
                       "a percentage is a number from 0 to 100, without the sign", why, why_bytes);
}

bool cli_set_size(UNUSED const struct cli_option *option, void *target, const char *value,
                  char *why, size_t why_bytes)
{
    uint64_t width = 0;
    uint64_t height = 0;
    const bool read = read_whole(&value, TRI_DIMENSION_MAX, &width) &&
                      (*value == 'x' || *value == 'X') &&
                      (value++, read_whole(&value, TRI_DIMENSION_MAX, &height)) && !*value;
    if (!read || !width || !height) {
        snprintf(why, why_bytes, "a size is WIDTHxHEIGHT, 1x1 to %dx%d", TRI_DIMENSION_MAX,
                 TRI_DIMENSION_MAX);
        return false;
    }
    *(struct cli_size *)target = (struct cli_size){ (uint32_t)width, (uint32_t)height };
    return true;
}

/* 29.97 means 30000/1001, by common usage; other decimals are taken literally. */
static bool rate_of_decimal(const char *text, struct cli_rate *rate)
{
    double value = 0;
    if (!read_decimal(text, RATE_MAX, &value))
        return false;
    const double ntsc = nearbyint(value * 1.001) * 1000 / 1001;
    if (value >= 1 && value != floor(value) && fabs(value - ntsc) < 0.004) {
        *rate = (struct cli_rate){ (uint32_t)nearbyint(value * 1.001) * 1000, 1001 };
        return true;
    }
    const uint64_t num = (uint64_t)nearbyint(value * 1000);
    const uint64_t divisor = greatest_divisor(num, 1000);
    *rate = (struct cli_rate){ (uint32_t)(num / divisor), (uint32_t)(1000 / divisor) };
    return num > 0 || value == 0.0;
}

bool cli_set_rate(UNUSED const struct cli_option *option, void *target, const char *value,
                  char *why, size_t why_bytes)
{
    const char *const hint = "frames per second are N, N/D or a decimal such as 29.97, up to "
                             "1000000";
    struct cli_rate rate = { 0, 1 };
    if (strchr(value, '/')) {
        uint64_t num = 0;
        uint64_t den = 0;
        const bool read = read_whole(&value, UINT32_MAX, &num) && *value == '/' &&
                          (value++, read_whole(&value, UINT32_MAX, &den)) && !*value;
        if (!read || !den || num / den > RATE_MAX)
            return refuse(why, why_bytes, hint);
        rate = (struct cli_rate){ (uint32_t)num, num ? (uint32_t)den : 1 };
    } else if (!rate_of_decimal(value, &rate)) {
        return refuse(why, why_bytes, hint);
    }
    *(struct cli_rate *)target = rate;
    return true;
}

bool cli_set_format(UNUSED const struct cli_option *option, void *target, const char *value,
                    char *why, size_t why_bytes)
{
    const struct tri_format *format = tri_format_from_name(value);
    if (format) {
        *(uint32_t *)target = format->fourcc;
        return true;
    }
    struct strbuf list;
    strbuf_init(&list, why, why_bytes);
    strbuf_add(&list, "formats are");
    for (size_t i = 0; (format = tri_format_at(i)); i++)
        strbuf_add(&list, " %s", format->name);
    return false;
}

bool cli_set_mode(UNUSED const struct cli_option *option, void *target, const char *value,
                  char *why, size_t why_bytes)
{
    char *end = NULL;
    errno = 0;
    const unsigned long mode = strtoul(value, &end, 8);
    if (*value < '0' || *value > '7' || *end || errno || !mode || mode > 0777)
        return refuse(why, why_bytes, "permission bits are octal, up to 0777, for instance 0640");
    *(uint32_t *)target = (uint32_t)mode;
    return true;
}

bool cli_set_word(const struct cli_option *option, void *target, const char *value, char *why,
                  size_t why_bytes)
{
    struct strbuf list;
    strbuf_init(&list, why, why_bytes);
    strbuf_add(&list, "it must be one of");
    for (int i = 0; option->words[i]; i++) {
        if (strcmp(option->words[i], value) == 0) {
            *(int *)target = i;
            return true;
        }
        strbuf_add(&list, " %s", option->words[i]);
    }
    return false;
}
