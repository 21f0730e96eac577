/* SPDX-License-Identifier: MIT */
/** triptych-capture: frames of a source into a stream. */
#include "capture_run.h"
#include "cli.h"

#include "program/stop.h"

/** Lists the devices of each source. */
static int list_all(struct config *config, const tri_log *log)
{
    int status = CLI_DONE;
    config->arg = NULL; // a source without devices logs nothing then
    for (size_t i = 0; source_at(i); i++) {
        config->ops = source_at(i);
        if (config->ops->list && capture_run(config, log) != CLI_DONE)
            status = CLI_FAILED;
    }
    return status;
}

int main(int argc, char **argv)
{
    struct config config;
    const int status = config_parse(&config, argc, argv);
    if (status >= 0)
        return status;
    const tri_log log = cli_log(&config.common);
    stop_on_signals();
    return config.list_all ? list_all(&config, &log) : capture_run(&config, &log);
}
