/* SPDX-License-Identifier: MIT */
/** What keys do, on the stream in focus: functions for the table in keys.c. */
#ifndef VIEWER_ACTIONS_H
#define VIEWER_ACTIONS_H

struct loop;

void act_quit(struct loop *loop);
void act_leave(struct loop *loop); // fullscreen, else a tile shown alone, else the program
void act_fullscreen(struct loop *loop);
void act_pause_or_go(struct loop *loop);
void act_step(struct loop *loop);
void act_step_back(struct loop *loop);
void act_screenshot(struct loop *loop);
void act_statistics(struct loop *loop);
void act_more(struct loop *loop);
void act_turn(struct loop *loop);
void act_mirror(struct loop *loop);
void act_flip(struct loop *loop);
void act_one_to_one(struct loop *loop);
void act_twice(struct loop *loop);
void act_fit(struct loop *loop);
void act_fill(struct loop *loop);
void act_nearer(struct loop *loop);
void act_farther(struct loop *loop);
void act_on_top(struct loop *loop);
void act_next_colorspace(struct loop *loop);
void act_next_range(struct loop *loop);
void act_next_bits(struct loop *loop);
void act_probe(struct loop *loop);
void act_histogram(struct loop *loop); // of luma, of colours, none
void act_darker(struct loop *loop);
void act_brighter(struct loop *loop);
void act_less_gamma(struct loop *loop);
void act_more_gamma(struct loop *loop);
void act_less_contrast(struct loop *loop);
void act_more_contrast(struct loop *loop);
void act_unadjusted(struct loop *loop);
void act_help(struct loop *loop);
void act_keep(struct loop *loop); // and split; off again
void act_compare(struct loop *loop);
void act_focus_next(struct loop *loop);
void act_focus_before(struct loop *loop);
void act_alone(struct loop *loop);

#endif
