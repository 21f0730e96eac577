/* SPDX-License-Identifier: MIT */
/** libswscale, loaded when the first conversion needs it: it and libavutil's twenty dependencies would
 *  take most of the dynamic linker's time at each start. */
#ifndef PICTURE_SWSCALE_H
#define PICTURE_SWSCALE_H

#include <triptych/log.h>

#include <libavutil/log.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>
#include <stdbool.h>

/** Its functions, with their own names. */
struct swscale {
    __typeof__(&av_log_set_level) log_set_level;
    __typeof__(&av_get_pix_fmt) get_pix_fmt;
    __typeof__(&sws_isSupportedInput) is_supported_input;
    __typeof__(&sws_isSupportedOutput) is_supported_output;
    __typeof__(&sws_getContext) get_context;
    __typeof__(&sws_getCoefficients) get_coefficients;
    __typeof__(&sws_setColorspaceDetails) set_colorspace_details;
    __typeof__(&sws_scale) scale;
    __typeof__(&sws_freeContext) free_context;
};

/** Loads it once. Any thread. @return NULL: cannot load, logged */
const struct swscale *swscale_load(const tri_log *log);

#endif
