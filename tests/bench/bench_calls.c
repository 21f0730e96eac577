/* SPDX-License-Identifier: MIT */
/* Cost of the library's own calls: one process begins, publishes, acquires and releases a frame without
 * touching its pixels. */
#include "bench.h"

#include <stdio.h>

#define BATCH 200 // frames between two readings of the clock
#define QUICK 10  // percentile of the batches: no call waits, so a slower batch was disturbed

static void one_frame(tri_writer *writer, tri_reader *reader, const struct tri_video *video)
{
    struct tri_draft draft;
    struct tri_frame frame = { 0 };
    bench_need(tri_writer_begin(writer, video, &draft) == TRI_OK, "tri_writer_begin");
    bench_need(tri_writer_publish(writer, &draft) == TRI_OK, "tri_writer_publish");
    bench_need(tri_reader_acquire(reader, &frame, 1000) == TRI_OK, "tri_reader_acquire");
    tri_reader_release(reader, &frame);
}

void bench_calls(const struct bench_setup *setup)
{
    tri_writer *writer;
    tri_reader *reader;
    const tri_log log = tri_log_to_stderr(TRI_LOG_ERROR);
    const struct tri_writer_options writer_options = { .name = setup->name,
                                                       .video = setup->video,
                                                       .log = &log };
    const struct tri_reader_options reader_options = { .name = setup->name };
    bench_need(tri_writer_open(&writer, &writer_options) == TRI_OK, "tri_writer_open");
    bench_need(tri_reader_open(&reader, &reader_options) == TRI_OK, "tri_reader_open");
    one_frame(writer, reader, &setup->video); // attaches

    static struct time_histogram batches;
    const int64_t end = tri_now_ns() + (int64_t)(setup->seconds * 1e9);
    for (int64_t start = tri_now_ns(); start < end;) {
        for (int i = 0; i < BATCH; i++)
            one_frame(writer, reader, &setup->video);
        const int64_t now = tri_now_ns();
        time_histogram_add(&batches, (now - start) / BATCH);
        start = now;
    }
    printf("{\"transport\": \"calls\", \"width\": %u, \"height\": %u, \"bytes\": %llu, \"ns\": "
           "%llu}\n",
           setup->video.width, setup->video.height, (unsigned long long)setup->shape.bytes,
           (unsigned long long)time_histogram_percentile(&batches, QUICK));
    tri_reader_close(&reader);
    tri_writer_close(&writer);
}
