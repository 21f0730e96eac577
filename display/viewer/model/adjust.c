/* SPDX-License-Identifier: MIT */
#include "adjust.h"

#include "program/strbuf.h"

#include <math.h>
#include <stdio.h>

#define STEP_SHARE  0.05 // of white, of contrast: just visible
#define GAMMA_STEPS 10   // from gamma 1 to 2 or 1/2

static const struct range {
    const char *name;
    int least;
    int most;
} ranges[ADJUST_COUNT] = {
    [ADJUST_BRIGHTNESS] = { "brightness", -20, 20 }, // all black to all white
    [ADJUST_CONTRAST] = { "contrast", -20, 60 },     // none to four times
    [ADJUST_GAMMA] = { "gamma", -30, 30 },           // an eighth to eight
};

void adjust_by(struct adjust *adjust, enum adjust_what what, int by)
{
    int *steps = &adjust->steps[what];
    *steps += by;
    *steps = *steps < ranges[what].least ? ranges[what].least : *steps;
    *steps = *steps > ranges[what].most ? ranges[what].most : *steps;
}

bool adjust_is_on(const struct adjust *adjust)
{
    for (int i = 0; i < ADJUST_COUNT; i++) {
        if (adjust->steps[i])
            return true;
    }
    return false;
}

/** The default is 0 for brightness, 1 for contrast and gamma. */
static double value_of(const struct adjust *adjust, enum adjust_what what)
{
    const int steps = adjust->steps[what];
    if (what == ADJUST_GAMMA)
        return exp2((double)steps / GAMMA_STEPS);
    return (what == ADJUST_CONTRAST) + steps * STEP_SHARE;
}

void adjust_write_one(const struct adjust *adjust, enum adjust_what what, char *text, size_t bytes)
{
    const double value = value_of(adjust, what);
    if (what == ADJUST_GAMMA)
        snprintf(text, bytes, "%s %.2f", ranges[what].name, value);
    else
        snprintf(text, bytes, what == ADJUST_BRIGHTNESS ? "%s %+.0f %%" : "%s %.0f %%",
                 ranges[what].name, 100 * value);
}

void adjust_write_all(const struct adjust *adjust, char *text, size_t bytes)
{
    struct strbuf buf;
    strbuf_init(&buf, text, bytes);
    for (int i = 0; i < ADJUST_COUNT; i++) {
        char word[64];
        if (!adjust->steps[i])
            continue;
        adjust_write_one(adjust, (enum adjust_what)i, word, sizeof(word));
        strbuf_add(&buf, "%s%s", buf.used ? ", " : "", word);
    }
    if (buf.used == 0)
        strbuf_add(&buf, "none");
}

void adjust_levels(const struct adjust *adjust, double black, double white, uint8_t *table,
                   unsigned count)
{
    const double brightness = value_of(adjust, ADJUST_BRIGHTNESS);
    const double contrast = value_of(adjust, ADJUST_CONTRAST);
    const double gamma = value_of(adjust, ADJUST_GAMMA);
    for (unsigned i = 0; i < count; i++) {
        const double linear = ((i - black) / (white - black) - 0.5) * contrast + 0.5 + brightness;
        const double bounded = fmax(0, fmin(1, linear));
        table[i] = (uint8_t)lround(255 * (gamma == 1 ? bounded : pow(bounded, 1 / gamma)));
    }
}

void adjust_table(const struct adjust *adjust, uint8_t table[256])
{
    adjust_levels(adjust, 0, 255, table, 256);
}
