/* SPDX-License-Identifier: MIT */
#include <triptych/version.h>

uint32_t tri_version(void)
{
    return TRI_VERSION_NUMBER;
}

const char *tri_version_string(void)
{
    return TRI_VERSION_STRING;
}
