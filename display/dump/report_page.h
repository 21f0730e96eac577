/* SPDX-License-Identifier: MIT */
/** The page of a report, built into the program: see page/ and meson.build. */
#ifndef DUMP_REPORT_PAGE_H
#define DUMP_REPORT_PAGE_H

#include <stddef.h>

extern const unsigned char report_page_data[];
extern const size_t report_page_bytes;

#endif
