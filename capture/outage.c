/* SPDX-License-Identifier: MIT */
#include "outage.h"

#define SECOND         INT64_C(1000000000)
#define BACKOFF_MIN_NS (SECOND / 5)
#define BACKOFF_MAX_NS (5 * SECOND)

static int64_t longer(int64_t backoff_ns)
{
    return 2 * backoff_ns < BACKOFF_MAX_NS ? 2 * backoff_ns : BACKOFF_MAX_NS;
}

static void open_drawing(struct outage *outage, const char *why, const tri_log *log)
{
    const struct tri_video *video = &outage->video;
    const char *arg;
    const struct pattern *pattern = pattern_find("no-signal", &arg);
    const enum tri_err err = drawing_open(&outage->drawing, pattern, why, video);
    char fourcc[5];
    if (err != TRI_OK)
        tri_log_write(log, TRI_LOG_WARN, "capture",
                      "no frames during the outage: cannot draw %s: %s",
                      tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err));
}

void outage_begin(struct outage *outage, const struct tri_video *video, const char *why,
                  const tri_log *log)
{
    const int64_t now_ns = tri_now_ns();
    const bool soon = outage->ended_ns && now_ns - outage->ended_ns < BACKOFF_MAX_NS;
    const int64_t backoff_ns = soon ? longer(outage->backoff_ns) : BACKOFF_MIN_NS;
    *outage = (struct outage){ .active = true,
                               .since_ns = now_ns,
                               .retry_at_ns = now_ns + backoff_ns,
                               .backoff_ns = backoff_ns,
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
    outage_back_off(outage, tri_now_ns());
}

bool outage_draw(struct outage *outage, struct tri_draft *draft)
{
    const struct pattern_moment now = drawing_moment(outage->number++);
    draft->info.flags |= TRI_FRAME_NO_SIGNAL | (now.number == 0 ? TRI_FRAME_RESTART : 0);
    draft->info.capture_ns = now.time_ns;
    return outage->drawing && drawing_draw(outage->drawing, draft, &now) == TRI_OK;
}

bool outage_is_retry_due(const struct outage *outage, int64_t now_ns)
{
    return now_ns >= outage->retry_at_ns;
}

void outage_back_off(struct outage *outage, int64_t now_ns)
{
    outage->backoff_ns = longer(outage->backoff_ns);
    outage->retry_at_ns = now_ns + outage->backoff_ns;
}

double outage_seconds(const struct outage *outage, int64_t now_ns)
{
    return (double)(now_ns - outage->since_ns) / (double)SECOND;
}

void outage_end(struct outage *outage)
{
    drawing_close(&outage->drawing);
    *outage = (struct outage){ .ended_ns = tri_now_ns(), .backoff_ns = outage->backoff_ns };
}
