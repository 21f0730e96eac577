/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as a frame's user data. Accepted detections can be written and read again. */
#include "program/detections.h"

#include <triptych/frame.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct detections found;
    struct detections again;
    uint8_t text[TRI_USER_MAX];
    if (size > TRI_USER_MAX)
        return 0;
    uint8_t *copy = malloc(size); // of exactly that size: an access beyond it is detected
    if (size > 0 && !copy)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    const bool is_accepted = detections_parse(&found, copy, size);
    free(copy);
    if (!is_accepted)
        return 0;
    const size_t bytes = detections_write(&found, text, sizeof(text));
    if (bytes == 0 || bytes > sizeof(text) || !detections_parse(&again, text, bytes) ||
        again.count + again.omitted != found.count + found.omitted)
        abort();
    detections_scale(&again, 1, TRI_DIMENSION_MAX);
    for (size_t i = 0; i < again.count; i++) {
        if (!isfinite(again.items[i].y + again.items[i].height))
            abort();
    }
    return 0;
}
