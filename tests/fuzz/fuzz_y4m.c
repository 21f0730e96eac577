/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as header lines of a y4m file. Accepted headers describe valid frames. */
#include "source/y4m_header.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** The first line is the stream header, each other one a frame header; without newlines. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct y4m_issue issue = { 0 };
    uint32_t field = 0;
    struct y4m_header header;
    struct tri_shape shape;
    for (size_t at = 0, line = 0; at < size; line++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        const size_t bytes = end ? (size_t)(end - data) - at : size - at;
        char *copy = malloc(bytes); // of exactly that size: an access beyond it is detected
        if (bytes > 0 && !copy)
            return 0;
        if (bytes > 0)
            memcpy(copy, data + at, bytes);

        const bool accepted = line == 0 ? y4m_parse_header(copy, bytes, &header, &issue)
                                        : y4m_parse_frame(copy, bytes, &field, &issue);
        if (!accepted && (issue.at > bytes || !issue.why[0]))
            abort(); // an error has its position and its reason
        if (accepted && line == 0 &&
            (tri_video_shape(&header.video, &shape) != TRI_OK || !tri_video_valid(&header.video)))
            abort();
        free(copy);
        at += bytes + 1;
    }
    return 0;
}
