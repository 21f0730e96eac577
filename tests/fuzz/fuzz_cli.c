/* SPDX-License-Identifier: MIT */
/* libFuzzer: any words as the command line of one program, chosen by -DPROGRAM_... */
#include "cli.h"

#include <triptych/stream.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 24

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** @return the status; sets the name of the requested stream, NULL without such an option. */
static int parse(int argc, char **argv, const char **stream)
{
#if defined(PROGRAM_convert)
    struct convert_config whole;
    const int status = convert_parse(&whole, argc, argv);
    const struct config config = whole.run;
#elif defined(PROGRAM_dump)
    struct cli_common common = { 0 };
    struct dump_config config = { 0 };
    const int status = dump_cli(argc, argv, &config, &common);
#elif defined(PROGRAM_info)
    struct cli_common common = { 0 };
    struct info_config config = { 0 };
    const int status = info_cli(argc, argv, &config, &common);
#else
    struct config config;
    const int status = config_parse(&config, argc, argv);
#endif
#if defined(PROGRAM_display)
    *stream = config.names[0];
#else
    *stream = config.name;
#endif
    return status;
}

/** A line of the input is a word. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char program[] = "triptych";
    char *words[WORDS_MAX + 2] = { program };
    int count = 1;
    for (size_t at = 0; at < size && count <= WORDS_MAX; count++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t bytes = end ? (size_t)(end - data) - at : size - at;
        words[count] = strndup((const char *)data + at, bytes); // of exactly that size
        if (!words[count])
            return 0;
        at += bytes + 1;
    }

    char *argv[WORDS_MAX + 2]; // getopt_long() moves them
    memcpy(argv, words, sizeof(argv));
    const char *stream;
    const int status = parse(count, argv, &stream);
    if (status < -1 || status > CLI_NOT_UNDERSTOOD)
        abort(); // run, or one of the three exit statuses
    if (status == -1 && stream && !tri_name_valid(stream))
        abort();
    for (int i = 1; i < count; i++)
        free(words[i]);
    return 0;
}
