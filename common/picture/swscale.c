/* SPDX-License-Identifier: MIT */
#include "swscale.h"

#include <dlfcn.h>
#include <libavutil/macros.h>
#include <pthread.h>
#include <string.h>

static const char library[] = "libswscale.so." AV_STRINGIFY(LIBSWSCALE_VERSION_MAJOR);
static struct swscale functions;
static bool loaded;

static bool find(void *handle, const char *name, void *function)
{
    void *const found = dlsym(handle, name); // also finds symbols of its dependencies
    memcpy(function, &found, sizeof(found));
    return found != NULL;
}

static void load(void)
{
    struct swscale *f = &functions;
    void *const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    loaded = handle && find(handle, "av_log_set_level", &f->log_set_level) &&
             find(handle, "av_get_pix_fmt", &f->get_pix_fmt) &&
             find(handle, "sws_isSupportedInput", &f->is_supported_input) &&
             find(handle, "sws_isSupportedOutput", &f->is_supported_output) &&
             find(handle, "sws_getContext", &f->get_context) &&
             find(handle, "sws_getCoefficients", &f->get_coefficients) &&
             find(handle, "sws_setColorspaceDetails", &f->set_colorspace_details) &&
             find(handle, "sws_scale", &f->scale) &&
             find(handle, "sws_freeContext", &f->free_context);
    if (loaded)
        f->log_set_level(AV_LOG_ERROR); // it warns about each fast path that it cannot use
}

const struct swscale *swscale_load(const tri_log *log)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!loaded)
        tri_log_write(log, TRI_LOG_ERROR, "picture",
                      "%s: cannot load: install it for this conversion", library);
    return loaded ? &functions : NULL;
}
