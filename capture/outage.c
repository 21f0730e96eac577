/* SPDX-License-Identifier: MIT */
/** The stream goes on without its source, and says so in every frame. */
#include "outage.h"

#define SECOND         INT64_C(1000000000)
#define PAUSE_FIRST_NS (SECOND / 5)
#define PAUSE_LAST_NS  (5 * SECOND)

static int64_t longer(int64_t pause_ns)
{
    return 2 * pause_ns < PAUSE_LAST_NS ? 2 * pause_ns : PAUSE_LAST_NS;
}

static void open_drawing(struct outage *outage, const char *why, const tri_log *log)
{
    const struct tri_video *video = &outage->video;
    const enum tri_err err = drawing_open(&outage->drawing, &pattern_no_signal, why, video);
    char fourcc[5];

    if (err != TRI_OK)
        tri_log_write(log, TRI_LOG_WARN, "capture",
                      "the stream rests meanwhile: no picture can be drawn in %s: %s",
                      tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err));
}

void outage_begin(struct outage *outage, const struct tri_video *video, const char *why,
                  const tri_log *log)
{
    const int64_t now = tri_now_ns();
    const bool soon = outage->ended_ns && now - outage->ended_ns < PAUSE_LAST_NS;
    const int64_t pause_ns = soon ? longer(outage->pause_ns) : PAUSE_FIRST_NS;

    *outage = (struct outage){ .active = true,
                               .since_ns = now,
                               .next_try_ns = now + pause_ns,
                               .pause_ns = pause_ns,
                               .video = *video };
    if (video->fps_num && video->fps_den)
        schedule_init(&outage->schedule, video->fps_num, video->fps_den);
    else
        schedule_init(&outage->schedule, 25, 1);
    open_drawing(outage, why, log);
}

void outage_resume(struct outage *outage, const char *why, const tri_log *log)
{
    drawing_close(&outage->drawing);
    open_drawing(outage, why, log);
    outage->active = true;
    outage_tried(outage, tri_now_ns());
}

bool outage_draw(struct outage *outage, struct tri_draft *draft)
{
    const struct pattern_moment now = drawing_moment(outage->number++);

    draft->info.flags |= TRI_FRAME_NO_SIGNAL | (now.number == 0 ? TRI_FRAME_RESTART : 0);
    draft->info.capture_ns = now.time_ns;
    return outage->drawing && drawing_draw(outage->drawing, draft, &now) == TRI_OK;
}

bool outage_try_due(const struct outage *outage, int64_t now_ns)
{
    return now_ns >= outage->next_try_ns;
}

void outage_tried(struct outage *outage, int64_t now_ns)
{
    outage->pause_ns = longer(outage->pause_ns);
    outage->next_try_ns = now_ns + outage->pause_ns;
}

double outage_seconds(const struct outage *outage, int64_t now_ns)
{
    return (double)(now_ns - outage->since_ns) / (double)SECOND;
}

void outage_end(struct outage *outage)
{
    drawing_close(&outage->drawing);
    *outage = (struct outage){ .ended_ns = tri_now_ns(), .pause_ns = outage->pause_ns };
}
