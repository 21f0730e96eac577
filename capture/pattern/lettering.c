/* SPDX-License-Identifier: MIT */
/** The font: strokes with round ends on a grid of 4 by 6. */
#include "lettering.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A cell in units of the grid, and the position of the grid in it. */
#define CELL_WIDTH  5.7
#define CELL_HEIGHT 7.8
#define MARGIN_X    0.85
#define MARGIN_Y    0.9
#define PEN         0.46 // half the thickness of a stroke
#define SHADES      64   // between ground and ink, for smooth edges

/* Strokes are separated by blanks; a stroke is points "xy", x from the left, y from the top. */
static const char *const strokes[64] = {
    ['*' - ' '] = "1335 3315", // a multiplication sign
    ['-' - ' '] = "1333",
    ['.' - ' '] = "2626",
    ['/' - ' '] = "4006",
    ['0' - ' '] = "103041453616050110",
    ['1' - ' '] = "112026 1636",
    ['2' - ' '] = "01103041420646",
    ['3' - ' '] = "0110304142334445361605 1333",
    ['4' - ' '] = "36300444",
    ['5' - ' '] = "400002324345361605",
    ['6' - ' '] = "4130100105163645443303",
    ['7' - ' '] = "004016",
    ['8' - ' '] = "103041423313020110 1304051636454433",
    ['9' - ' '] = "0516364541301001021343",
    [':' - ' '] = "2121 2525",
    ['A' - ' '] = "0602204246 0444",
    ['B' - ' '] = "003041423303 33444536060003",
    ['C' - ' '] = "4130100105163645",
    ['D' - ' '] = "00204244260600",
    ['E' - ' '] = "40000646 0333",
    ['F' - ' '] = "400006 0333",
    ['G' - ' '] = "41301001051636454323",
    ['H' - ' '] = "0006 4046 0343",
    ['I' - ' '] = "1030 2026 1636",
    ['J' - ' '] = "4045361605",
    ['K' - ' '] = "0006 400346",
    ['L' - ' '] = "000646",
    ['M' - ' '] = "0600234046",
    ['N' - ' '] = "06004640",
    ['O' - ' '] = "103041453616050110",
    ['P' - ' '] = "06003041423303",
    ['Q' - ' '] = "103041453616050110 2446",
    ['R' - ' '] = "06003041423303 2346",
    ['S' - ' '] = "413010010213334445361605",
    ['T' - ' '] = "0040 2026",
    ['U' - ' '] = "000516364540",
    ['V' - ' '] = "002640",
    ['W' - ' '] = "0016233640",
    ['X' - ' '] = "0046 4006",
    ['Y' - ' '] = "002340 2326",
    ['Z' - ' '] = "00400646",
    ['_' - ' '] = "0646",
};

void lettering_open(struct lettering *lettering, uint32_t height, struct paint_rgb ink,
                    struct paint_rgb ground)
{
    *lettering = (struct lettering){ .ink = ink, .ground = ground };
    lettering->height = height & ~1u;
    lettering->width = (uint32_t)lround(lettering->height * (CELL_WIDTH / CELL_HEIGHT)) & ~1u;
}

uint32_t lettering_height(uint32_t count, uint32_t width, uint32_t height)
{
    const uint32_t by_width = (uint32_t)(width / (count * CELL_WIDTH) * CELL_HEIGHT);
    return by_width < height ? by_width : height;
}

/** @return the squared distance */
static double distance_to_segment(double x, double y, const char *point)
{
    const double x0 = point[0] - '0';
    const double y0 = point[1] - '0';
    const double dx = point[2] - '0' - x0;
    const double dy = point[3] - '0' - y0;
    const double square = dx * dx + dy * dy;
    double along = square > 0 ? ((x - x0) * dx + (y - y0) * dy) / square : 0;
    along = along < 0 ? 0 : along > 1 ? 1 : along;
    const double away_x = x - x0 - along * dx;
    const double away_y = y - y0 - along * dy;
    return away_x * away_x + away_y * away_y;
}

/** Distance from a point of the grid to the nearest stroke of a glyph. */
static double distance_to_strokes(double x, double y, const char *glyph)
{
    double nearest = CELL_HEIGHT * CELL_HEIGHT;
    for (const char *at = glyph; at[0]; at += at[0] == ' ' ? 1 : 2) {
        if (at[0] == ' ' || !at[2] || at[2] == ' ')
            continue;
        const double away = distance_to_segment(x, y, at);
        nearest = away < nearest ? away : nearest;
    }
    return sqrt(nearest);
}

static bool draw_glyph(struct lettering *lettering, struct paint *to, const struct paint *like,
                       const char *glyph)
{
    const double unit = lettering->height / CELL_HEIGHT; // pixels to a unit of the grid
    struct paint_color shade[SHADES + 1];
    struct paint_color *line = calloc(lettering->width, sizeof(*line));
    if (!line || !paint_open_part(to, like, lettering->width, lettering->height)) {
        free(line);
        *to = (struct paint){ 0 };
        return false;
    }
    for (int i = 0; i <= SHADES; i++)
        shade[i] =
            paint_color(to, paint_mix(lettering->ground, lettering->ink, i / (double)SHADES));
    for (uint32_t y = 0; y < lettering->height; y++) {
        for (uint32_t x = 0; x < lettering->width; x++) {
            const double away = distance_to_strokes((x + 0.5) / unit - MARGIN_X,
                                                    (y + 0.5) / unit - MARGIN_Y, glyph);
            const double cover = (PEN - away) * unit + 0.5;
            line[x] = shade[cover <= 0 ? 0 : cover >= 1 ? SHADES : (int)(cover * SHADES + 0.5)];
        }
        paint_line(to, 0, y, lettering->width, line);
    }
    free(line);
    return true;
}

/** The glyph of a letter, drawn at first use; NULL if out of memory. */
static struct paint *glyph_of(struct lettering *lettering, const struct paint *like, char letter)
{
    const int capital = toupper((unsigned char)letter);
    const unsigned index = capital >= ' ' && capital <= '_' ? (unsigned)(capital - ' ') : 0;
    struct paint *glyph = &lettering->glyph[index];
    if (!glyph->data[0] &&
        !draw_glyph(lettering, glyph, like, strokes[index] ? strokes[index] : ""))
        return NULL;
    return glyph;
}

void lettering_prepare(struct lettering *lettering, const struct paint *like, const char *letters)
{
    if (lettering->height < LETTERING_HEIGHT_MIN)
        return;
    for (size_t i = 0; letters[i]; i++)
        glyph_of(lettering, like, letters[i]);
}

void lettering_write(struct lettering *lettering, struct paint *to, uint32_t x, uint32_t y,
                     const char *text, const char *before)
{
    if (lettering->height < LETTERING_HEIGHT_MIN)
        return;
    for (size_t i = 0; text[i]; i++, x += lettering->width) {
        if (before && before[i] == text[i])
            continue;
        if (before && !before[i])
            before = NULL; // that text was shorter
        const struct paint *glyph = glyph_of(lettering, to, text[i]);
        if (glyph)
            paint_copy(to, x, y, glyph, 0, 0, lettering->width, lettering->height);
    }
}

void lettering_close(struct lettering *lettering)
{
    for (size_t i = 0; i < sizeof(lettering->glyph) / sizeof(lettering->glyph[0]); i++)
        free(lettering->glyph[i].data[0]);
    *lettering = (struct lettering){ 0 };
}
