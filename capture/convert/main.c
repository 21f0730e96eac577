/* SPDX-License-Identifier: MIT */
/** triptych-convert: frames of a stream into another stream. */
#include "cli.h"

#include "program/stop.h"

int main(int argc, char **argv)
{
    struct convert_config config;
    const int status = convert_parse(&config, argc, argv);
    if (status >= 0)
        return status;
    const tri_log log = cli_log(&config.run.common);
    stop_on_signals();
    return capture_run(&config.run, &log);
}
