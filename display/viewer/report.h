/* SPDX-License-Identifier: MIT */
/** What a run says of itself: figures each second, and its end. */
#ifndef VIEWER_REPORT_H
#define VIEWER_REPORT_H

#include "cli.h"
#include "stream_view.h"

/** A line of figures on stdout, at most once a second; none with --json or --quiet. */
void report_second(const struct config *config, struct stream_view *stream);

/** The end of a run: the last picture as --screenshot wants it, the summary as --json wants it.
 *  @return the exit status; the log says what is wrong. */
int report_end(const struct config *config, struct stream_view *stream, SDL_Renderer *renderer);

#endif
