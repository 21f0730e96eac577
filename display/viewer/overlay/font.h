/* SPDX-License-Identifier: MIT */
/** DejaVu Sans Mono, turned into an array at build time by embed.py. */
#ifndef VIEWER_FONT_H
#define VIEWER_FONT_H

#include <stddef.h>

extern const unsigned char font_data[];
extern const size_t font_bytes;

#endif
