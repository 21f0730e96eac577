/* SPDX-License-Identifier: MIT */
#include "standby.h"

#include "pattern/drawing.h"

#define CHECK_NS INT64_C(40000000)

/** Whether the stream has readers now. */
static bool has_readers(struct standby *standby, const struct publisher *publisher)
{
    const bool read = publisher_has_readers(publisher);
    standby->checked_ns = tri_now_ns();
    if (read)
        standby->read_ns = standby->checked_ns;
    return read;
}

bool standby_is_due(struct standby *standby, const struct publisher *publisher)
{
    if (standby->after_s < 0 || tri_now_ns() - standby->checked_ns < CHECK_NS)
        return false;
    if (has_readers(standby, publisher))
        return false;
    return !standby->read_ns ||
           (double)(standby->checked_ns - standby->read_ns) / 1e9 >= standby->after_s;
}

bool standby_must_end(struct standby *standby, const struct publisher *publisher, int timeout_ms)
{
    if (tri_writer_wait_for_reader(publisher->writer, timeout_ms) != TRI_OK)
        return false;
    standby->checked_ns = standby->read_ns = tri_now_ns();
    return true;
}

bool standby_publish(struct publisher *publisher)
{
    const struct tri_video *video = &publisher->source.video;
    const char *arg;
    const struct pattern *pattern = pattern_find("standby", &arg);
    struct drawing *drawing;
    char fourcc[5];
    const enum tri_err err =
        drawing_open(&drawing, pattern, "the source opens when a reader attaches", video);
    if (err != TRI_OK) {
        tri_log_write(publisher->log, TRI_LOG_WARN, "capture",
                      "no STANDBY frame: cannot draw %s: %s",
                      tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err));
        return false;
    }
    const struct pattern_moment now = drawing_moment(0);
    struct tri_draft *draft = publisher_begin(publisher, video);
    const bool drawn = draft && drawing_draw(drawing, draft, &now) == TRI_OK;
    drawing_close(&drawing);
    if (drawn) {
        draft->info.flags |= TRI_FRAME_NO_SIGNAL | TRI_FRAME_STANDBY;
        draft->info.capture_ns = now.time_ns;
        publisher_publish(publisher, draft);
    } else if (draft) {
        tri_writer_cancel(publisher->writer, draft);
    }
    return drawn;
}
