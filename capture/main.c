/* SPDX-License-Identifier: MIT */
/** triptych-capture: frames of a source into a stream. */
#include "capture_run.h"
#include "cli.h"

#include "program/stop.h"

int main(int argc, char **argv)
{
    struct config config;
    const int status = config_parse(&config, argc, argv);
    if (status >= 0)
        return status;
    const tri_log log = cli_log(&config.common);
    stop_on_signals();
    return capture_run(&config, &log);
}
