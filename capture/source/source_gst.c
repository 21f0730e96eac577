/* SPDX-License-Identifier: MIT */
/** gst:PIPELINE and its short forms. The work is done in a module that is loaded when such a source is
 *  used, so that the program itself needs no GStreamer. */
#include "gst_form.h"

#include "program/stats.h"
#include "program/stop.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OPEN_SECONDS 20 // network elements report a failure by themselves earlier than that

/* From a build folder the module is beside this program's folder. */
#define BUILT_MODULE "/../plugins/gstreamer/" GST_MODULE_FILE

static const struct gst_module *module; // loaded once, never unloaded
extern const struct source_ops source_libcamera;
extern const struct source_ops source_pipewire;

/** Finds the module: in the build folder of this program, else where it is installed. */
static void find_module(char path[PATH_MAX])
{
    const ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - sizeof(BUILT_MODULE));
    if (length > 0) {
        path[length] = '\0';
        strcpy(strrchr(path, '/'), BUILT_MODULE);
        if (access(path, R_OK) == 0)
            return;
    }
    snprintf(path, PATH_MAX, "%s/%s", GST_MODULE_FOLDER, GST_MODULE_FILE);
}

static bool load_module(const tri_log *log)
{
    char path[PATH_MAX];
    if (module)
        return true;
    find_module(path);
    void *const handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct gst_module *const found = handle ? dlsym(handle, GST_MODULE_SYMBOL) : NULL;
    if (!found)
        tri_log_write(log, TRI_LOG_ERROR, "gst",
                      "no GStreamer support: %s; install the package gstreamer1.0-triptych",
                      dlerror());
    else if (strcmp(found->version, GST_MODULE_VERSION) != 0)
        tri_log_write(log, TRI_LOG_ERROR, "gst",
                      "%s: is of triptych %s, not " GST_MODULE_VERSION "; install the same version",
                      path, found->version);
    else
        module = found;
    return module != NULL;
}

/** Waits until the pipeline has caps: the first time, the stream needs a description. */
static enum source_result wait_for_caps(struct source *source)
{
    const int64_t end_ns = tri_now_ns() + OPEN_SECONDS * INT64_C(1000000000);
    while (!stop_requested()) {
        const int64_t left_ms = (end_ns - tri_now_ns()) / 1000000 + 1;
        const enum source_result result = module->ops.wait(source, left_ms > 0 ? (int)left_ms : 0);
        if (result == SOURCE_CHANGED)
            return SOURCE_OK;
        if (result == SOURCE_END) {
            tri_log_write(source->options->log, TRI_LOG_ERROR, "gst",
                          "%s: ended without any video; see with GST_DEBUG=3 in the environment",
                          source->label);
            return SOURCE_FAILED;
        }
        if (result != SOURCE_NOTHING)
            return result;
        if (tri_now_ns() > end_ns) {
            tri_log_write(source->options->log, TRI_LOG_ERROR, "gst",
                          "%s: no video within %d s; see with GST_DEBUG=3 in the environment",
                          source->label, OPEN_SECONDS);
            return SOURCE_LOST;
        }
    }
    return SOURCE_NOTHING;
}

static enum source_result gst_source_open(struct source *source)
{
    if (!load_module(source->options->log))
        return SOURCE_FAILED;
    const enum source_result result = module->ops.open(source);
    return result == SOURCE_OK && !source->writer ? wait_for_caps(source) : result;
}

static enum source_result gst_source_wait(struct source *source, int timeout_ms)
{
    return module->ops.wait(source, timeout_ms);
}

static enum source_result gst_source_fill(struct source *source, struct tri_draft **draft,
                                          int timeout_ms)
{
    return module->ops.fill(source, draft, timeout_ms);
}

static void gst_source_close(struct source *source)
{
    if (module)
        module->ops.close(source);
}

/** One list in progress. */
struct listing {
    const char *source; // its name
    bool json;
};

static void print_device(void *user, const char *argument, const char *name)
{
    const struct listing *listing = user;
    char device[256];
    snprintf(device, sizeof(device), "%s:%s", listing->source, argument);
    if (listing->json)
        stats_print_json(stdout, json_pack("{so so ss ss sb}", "device", stats_json_text(device),
                                           "name", stats_json_text(name), "driver", listing->source,
                                           "bus", "", "denied", 0));
    else
        printf("%-12s  %s\n", device, name);
}

/** Lists the devices of one source. In the list of all sources (options->arg is NULL) what is not
 *  installed has none. */
static enum source_result list_source(const struct source_ops *ops,
                                      const struct source_options *options, enum source_list what)
{
    struct listing listing = { .source = ops->name, .json = options->json };
    const tri_log silent = { 0 };
    if (what != SOURCE_LIST_DEVICES) {
        tri_log_write(options->log, TRI_LOG_ERROR, "gst",
                      "%s: only its devices can be listed: --list-devices", ops->name);
        return SOURCE_MISUSED;
    }
    if (!load_module(options->arg ? options->log : &silent))
        return options->arg ? SOURCE_FAILED : SOURCE_OK;
    if (!module->list_devices(ops->data, print_device, &listing) && options->arg) {
        tri_log_write(options->log, TRI_LOG_ERROR, "gst",
                      "%s: not installed; install the package gstreamer1.0-%s", ops->name,
                      ops->name);
        return SOURCE_FAILED;
    }
    return fflush(stdout) == 0 ? SOURCE_OK : SOURCE_FAILED;
}

static enum source_result list_libcamera(const struct source_options *options,
                                         enum source_list what)
{
    return list_source(&source_libcamera, options, what);
}

static enum source_result list_pipewire(const struct source_options *options, enum source_list what)
{
    return list_source(&source_pipewire, options, what);
}

#define OPERATIONS                                                             \
    .open = gst_source_open, .wait = gst_source_wait, .fill = gst_source_fill, \
    .close = gst_source_close

/* Only the first video stream, decoded into system memory unless downstream requires other memory. */
#define DECODER "uridecodebin name=source expose-all-streams=false caps=\"video/x-raw(ANY)\""

const struct source_ops source_gst = {
    .name = "gst",
    .arg = "PIPELINE",
    .summary = "a GStreamer pipeline without its sink",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ .argument = GST_ARGUMENT_PIPELINE },
    OPERATIONS,
};

const struct source_ops source_rtsp = {
    .name = "rtsp",
    .arg = "//HOST/PATH",
    .summary = "a network camera",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ GST_ARGUMENT_URI, DECODER, "uri", NULL, true, true },
    OPERATIONS,
};

const struct source_ops source_rtspt = {
    .name = "rtspt",
    .arg = "//HOST/PATH",
    .summary = "the same, by TCP only",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ GST_ARGUMENT_URI, DECODER, "uri", NULL, true, true },
    OPERATIONS,
};

const struct source_ops source_rtsps = {
    .name = "rtsps",
    .arg = "//HOST/PATH",
    .summary = "a network camera, encrypted",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ GST_ARGUMENT_URI, DECODER, "uri", NULL, true, true },
    OPERATIONS,
};

const struct source_ops source_http = {
    .name = "http",
    .arg = "//HOST/PATH",
    .summary = "Motion JPEG, HLS or a video file of a web server",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ GST_ARGUMENT_URI, DECODER, "uri", NULL, true, true },
    OPERATIONS,
};

const struct source_ops source_https = {
    .name = "https",
    .arg = "//HOST/PATH",
    .summary = "the same, encrypted",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .data = &(const struct gst_form){ GST_ARGUMENT_URI, DECODER, "uri", NULL, true, true },
    OPERATIONS,
};

const struct source_ops source_file = {
    .name = "file",
    .arg = "FILE",
    .summary = "a video file of any format, at its own rate",
    .data = &(const struct gst_form){ GST_ARGUMENT_FILE, DECODER, "uri", NULL, true, false },
    OPERATIONS,
};

const struct source_ops source_libcamera = {
    .name = "libcamera",
    .arg = "[ID]",
    .summary = "a camera of libcamera",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .list = list_libcamera,
    .data = &(const struct gst_form){ GST_ARGUMENT_DEVICE, "libcamerasrc name=source",
                                      "camera-name", "libcameraprovider", false, false },
    OPERATIONS,
};

const struct source_ops source_pipewire = {
    .name = "pipewire",
    .arg = "[NODE]",
    .summary = "a PipeWire node: a camera, or a screen by the portal",
    .flags = SOURCE_CAN_STALL | SOURCE_REFORMATS,
    .list = list_pipewire,
    .data = &(const struct gst_form){ GST_ARGUMENT_DEVICE, "pipewiresrc name=source",
                                      "target-object", "pipewiredeviceprovider", false, false },
    OPERATIONS,
};
