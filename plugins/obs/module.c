/* SPDX-License-Identifier: MIT */
#include "obs_source.h"

#include <obs-module.h>

OBS_DECLARE_MODULE()

MODULE_EXPORT const char *obs_module_name(void)
{
    return "triptych";
}

MODULE_EXPORT const char *obs_module_description(void)
{
    return "Live video frames from System V shared memory";
}

bool obs_module_load(void)
{
    obs_register_source(&obs_triptych_source);
    return true;
}
