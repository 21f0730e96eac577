/* SPDX-License-Identifier: MIT */
/** YUV4MPEG2: the two kinds of header lines. Parses memory, reads no file. */
#ifndef CAPTURE_Y4M_HEADER_H
#define CAPTURE_Y4M_HEADER_H

#include <triptych/triptych.h>

/** A header line longer than this is not read to its end. */
#define Y4M_LINE_MAX 1024

/** What is wrong with a line, and where; of several warnings the first. */
struct y4m_issue {
    size_t at;     // byte of the line, from 0
    char why[192]; // "": nothing
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

/** Whether a line where a frame should begin is the header of another film. */
bool y4m_is_header(const char *line, size_t bytes);

/**
 * Reads a stream header: `line` has `bytes` bytes without the newline; any bytes are allowed. Size
 * and samples must be right. What no pixel depends on has its default where it is wrong or unknown,
 * and *issue says so.
 *
 * @return false with *issue set; *header is then of no use
 */
bool y4m_parse_header(const char *line, size_t bytes, struct y4m_header *header,
                      struct y4m_issue *issue);

/**
 * Reads the line before a frame, likewise.
 *
 * @param field  set to what the line says of the frame's fields, left as it is where it says
 * nothing
 */
bool y4m_parse_frame(const char *line, size_t bytes, uint32_t *field, struct y4m_issue *issue);

#endif
