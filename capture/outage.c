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

static void open_drawing(struct absence *absence, const char *why, const tri_log *log)
{
    const struct tri_video *video = &absence->video;
    const enum tri_err err = drawing_open(&absence->drawing, &pattern_no_signal, why, video);
    char fourcc[5];

    if (err != TRI_OK)
        tri_log_write(log, TRI_LOG_WARN, "capture",
                      "the stream rests meanwhile: no picture can be drawn in %s: %s",
                      tri_fourcc_name(video->fourcc, fourcc), tri_strerror(err));
}

void absence_begin(struct absence *absence, const struct tri_video *video, const char *why,
                   const tri_log *log)
{
    const int64_t now = tri_now_ns();
    const bool soon = absence->ended_ns && now - absence->ended_ns < PAUSE_LAST_NS;
    const int64_t pause_ns = soon ? longer(absence->pause_ns) : PAUSE_FIRST_NS;

    *absence = (struct absence){ .active = true,
                                 .since_ns = now,
                                 .next_try_ns = now + pause_ns,
                                 .pause_ns = pause_ns,
                                 .video = *video };
    if (video->fps_num && video->fps_den)
        pace_set(&absence->pace, video->fps_num, video->fps_den);
    else
        pace_set(&absence->pace, 25, 1);
    open_drawing(absence, why, log);
}

void absence_resume(struct absence *absence, const char *why, const tri_log *log)
{
    drawing_close(&absence->drawing);
    open_drawing(absence, why, log);
    absence->active = true;
    absence_tried(absence, tri_now_ns());
}

bool absence_draw(struct absence *absence, struct tri_draft *draft)
{
    const struct pattern_moment now = drawing_moment(absence->number++);

    draft->info.flags |= TRI_FRAME_NO_SIGNAL | (now.number == 0 ? TRI_FRAME_RESTART : 0);
    draft->info.capture_ns = now.time_ns;
    return absence->drawing && drawing_draw(absence->drawing, draft, &now) == TRI_OK;
}

bool absence_try_due(const struct absence *absence, int64_t now_ns)
{
    return now_ns >= absence->next_try_ns;
}

void absence_tried(struct absence *absence, int64_t now_ns)
{
    absence->pause_ns = longer(absence->pause_ns);
    absence->next_try_ns = now_ns + absence->pause_ns;
}

double absence_seconds(const struct absence *absence, int64_t now_ns)
{
    return (double)(now_ns - absence->since_ns) / (double)SECOND;
}

void absence_end(struct absence *absence)
{
    drawing_close(&absence->drawing);
    *absence = (struct absence){ .ended_ns = tri_now_ns(), .pause_ns = absence->pause_ns };
}
