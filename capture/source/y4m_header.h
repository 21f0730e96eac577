/* SPDX-License-Identifier: MIT */
/** YUV4MPEG2: parses the header lines of streams and frames. */
#ifndef CAPTURE_Y4M_HEADER_H
#define CAPTURE_Y4M_HEADER_H

#include <triptych/triptych.h>

/** Longest header line that is accepted. */
#define Y4M_LINE_MAX 1024

/** An error in a line, or its first warning. */
struct y4m_issue {
    size_t at;     // offset in the line
    char why[192]; // "": none
};

/** Layout of the samples in the file. */
enum y4m_packing {
    Y4M_AS_IS, // plane after plane, as in a slot
    Y4M_WORDS, // a plane of 16-bit words for each component, to be packed as the format has them
};

struct y4m_header {
    struct tri_video video; // a rate of 0/0: not in the header
    enum y4m_packing packing;
};

/** Whether a line is a stream header. */
bool y4m_is_header(const char *line, size_t bytes);

/**
 * Parses a stream header of `bytes` bytes, without its newline; may contain any bytes. Size and
 * samples must be valid. Parameters on which no pixel depends get their default if they are invalid
 * or unknown, with a warning in *issue.
 *
 * @return false: *issue is the error, *header is undefined
 */
bool y4m_parse_header(const char *line, size_t bytes, struct y4m_header *header,
                      struct y4m_issue *issue);

/**
 * Parses a frame header, in the same way.
 *
 * @param field  set to the field order of the frame if the line has one
 */
bool y4m_parse_frame(const char *line, size_t bytes, uint32_t *field, struct y4m_issue *issue);

#endif
