/* SPDX-License-Identifier: MIT */
/** What triptych-capture and the module that contains its GStreamer code share: the program needs no
 *  GStreamer until such a source is used. */
#ifndef CAPTURE_GST_FORM_H
#define CAPTURE_GST_FORM_H

#include "frame_source.h"

/** What follows the source's colon. */
enum gst_argument {
    GST_ARGUMENT_PIPELINE, // a pipeline in the syntax of gst-launch-1.0
    GST_ARGUMENT_URI,      // the rest of a URI that begins with the source's name
    GST_ARGUMENT_FILE,     // a path
    GST_ARGUMENT_DEVICE,   // a name of the element's own; may be empty
};

/** How a source of this kind becomes a pipeline: source_ops.data. */
struct gst_form {
    enum gst_argument argument;
    const char *pipeline; // NULL: the argument is the pipeline
    const char *property; // of the element "source" in `pipeline`: gets the argument
    const char *provider; // of GStreamer: lists the devices that the argument names; NULL: none
    bool decodes;         // the pipeline ends in a decoder: its format may have to be converted
    bool remote;          // capture times are those of arrival unless the sender sends its own;
                          // the end of the stream is a loss
};

#define GST_MODULE_SYMBOL "triptych_gst_module"

/** A device: `argument` follows the source's colon, `name` is for people. Valid during the call. */
typedef void gst_device_found(void *user, const char *argument, const char *name);

/** What the module exports under GST_MODULE_SYMBOL. */
struct gst_module {
    const char *version; // of triptych; another version has other structures

    /** open() does not wait; wait() returns SOURCE_CHANGED with the first caps. */
    struct source_ops ops;

    /** Lists the devices of a form with a provider. @return false if that is not installed */
    bool (*list_devices)(const struct gst_form *form, gst_device_found *found, void *user);
};

#endif
