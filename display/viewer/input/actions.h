/* SPDX-License-Identifier: MIT */
/** What keys do, on the stream in focus: functions for the table in keys.c. */
#ifndef VIEWER_ACTIONS_H
#define VIEWER_ACTIONS_H

struct loop;

void act_quit(struct loop *loop);
void act_leave(struct loop *loop); // fullscreen, else a tile shown alone, else the program
void act_fullscreen(struct loop *loop);
void act_pause(struct loop *loop);
void act_step_forward(struct loop *loop);
void act_step_back(struct loop *loop);
void act_screenshot(struct loop *loop);
void act_statistics(struct loop *loop);
void act_statistics_level(struct loop *loop);
void act_rotate(struct loop *loop);
void act_mirror_horizontal(struct loop *loop);
void act_mirror_vertical(struct loop *loop);
void act_scale_1x(struct loop *loop);
void act_scale_2x(struct loop *loop);
void act_fit(struct loop *loop);
void act_fill(struct loop *loop);
void act_zoom_in(struct loop *loop);
void act_zoom_out(struct loop *loop);
void act_always_on_top(struct loop *loop);
void act_colorspace(struct loop *loop);
void act_range(struct loop *loop);
void act_bits(struct loop *loop);
void act_probe(struct loop *loop);
void act_histogram(struct loop *loop); // of luma, of colours, none
void act_darker(struct loop *loop);
void act_brighter(struct loop *loop);
void act_less_gamma(struct loop *loop);
void act_more_gamma(struct loop *loop);
void act_less_contrast(struct loop *loop);
void act_more_contrast(struct loop *loop);
void act_reset_adjustments(struct loop *loop);
void act_help(struct loop *loop);
void act_compare(struct loop *loop); // and split; off again
void act_compare_mode(struct loop *loop);
void act_focus_next(struct loop *loop);
void act_focus_previous(struct loop *loop);
void act_solo(struct loop *loop);

#endif
