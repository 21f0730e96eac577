/* SPDX-License-Identifier: MIT */
/** Shapes and words of an SVG picture; how each class looks stands in its style sheet. */
#ifndef DUMP_REPORT_SVG_H
#define DUMP_REPORT_SVG_H

#include "output.h"

/** Opens the picture: its size, its title for those who hear it, and the style sheet, which is for
 *  light and dark. svg_end() closes it. */
void svg_begin(struct output *output, double width, double height, const char *title);
void svg_end(struct output *output);

void svg_rect(struct output *output, double x, double y, double width, double height,
              const char *class);
void svg_line(struct output *output, double x1, double y1, double x2, double y2, const char *class);
void svg_dot(struct output *output, double x, double y, const char *class);

/** Words that begin, end ("end") or have their middle ("middle") at x, as `class` has it. Characters
 *  that mean something to XML are made harmless. */
void svg_text(struct output *output, double x, double y, const char *class, const char *format, ...)
    TRI_PRINTF(5, 6);

/** `text` with such characters made harmless. */
void svg_words(struct output *output, const char *text);

#endif
