/* SPDX-License-Identifier: MIT */
/* Prints the brightness of each frame of a stream, without copying any of it.
 *   cc read.c -o read $(pkg-config --cflags --libs triptych) && ./read sample */
#include <inttypes.h>
#include <stdio.h>
#include <triptych/triptych.h>

static double mean(const uint8_t *row, const struct tri_plane *plane)
{
    uint64_t sum = 0;
    for (uint32_t y = 0; y < plane->rows; y++, row += plane->stride) // a row may end in padding
        for (uint32_t x = 0; x < plane->row_bytes; x++)
            sum += row[x];
    return (double)sum / ((double)plane->rows * plane->row_bytes);
}

int main(int argc, char **argv)
{
    const tri_log log = tri_log_to_stderr(TRI_LOG_WARN);
    tri_reader *reader; // waits for the stream, and for its return when the writer restarts
    const char *name = argc > 1 ? argv[1] : "sample";
    if (tri_reader_open(&reader, &(struct tri_reader_options){ .name = name, .log = &log }))
        return 1;

    setlinebuf(stdout);
    for (struct tri_frame frame = { 0 };;) { // ends with Ctrl-C: the kernel releases the locks
        if (tri_reader_acquire(reader, &frame, 1000) != TRI_OK) { // releases the previous frame
            puts("waiting");
            continue;
        }
        const double brightness = mean(frame.data[0], &frame.shape.plane[0]);
        if (tri_reader_is_intact(reader, &frame)) // not overwritten meanwhile: the sum is good
            printf("frame %" PRIu64 ": brightness %.1f\n", frame.info.number, brightness);
    }
}
