/* SPDX-License-Identifier: MIT */
/** YUV4MPEG2: the two kinds of header lines. Parses memory, reads no file. */
#ifndef CAPTURE_Y4M_H
#define CAPTURE_Y4M_H

#include <triptych/triptych.h>

/** A header line longer than this is not read to its end. */
#define Y4M_LINE_MAX 1024

/** What is wrong with a line, and where. */
struct y4m_error {
    size_t at; // byte of the line, from 0
    char why[160];
};

/** How the samples of a frame stand in the file, where that differs from the slot. */
enum y4m_packing {
    Y4M_AS_IS,  // plane after plane, as the format in `video` has them
    Y4M_420P10, // three planes of 16-bit words, to become P010
};

struct y4m_header {
    struct tri_video video; // a rate of 0/0: the header says none
    enum y4m_packing packing;
};

/**
 * Reads a stream header: `line` has `bytes` bytes without the newline; any bytes are allowed.
 *
 * @return false with *error set; *header is then of no use
 */
bool y4m_parse_header(const char *line, size_t bytes, struct y4m_header *header,
                      struct y4m_error *error);

/** Reads the line before a frame, likewise. Its parameters are checked for form only. */
bool y4m_parse_frame(const char *line, size_t bytes, struct y4m_error *error);

#endif
