/* SPDX-License-Identifier: MIT */
#include "cli.h"
#include "headless.h"
#include "loop.h"

#include "program/stop.h"

int main(int argc, char **argv)
{
    struct config config;
    const int status = config_parse(&config, argc, argv);
    if (status >= 0)
        return status;
    const tri_log log = cli_log(&config.common);
    stop_on_signals();
    return config.headless ? headless_run(&config, &log) : loop_run(&config, &log);
}
