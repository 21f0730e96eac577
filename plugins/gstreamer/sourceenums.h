/* SPDX-License-Identifier: MIT */
/** Enumerations of triptychsrc's properties. */
#ifndef GST_TRIPTYCH_SOURCEENUMS_H
#define GST_TRIPTYCH_SOURCEENUMS_H

#include <glib-object.h>

/** What a source does when the writer closes or dies. */
enum gst_triptych_on_disconnect { ON_DISCONNECT_WAIT, ON_DISCONNECT_EOS, ON_DISCONNECT_ERROR };

GType gst_triptych_mode_type(void);       // enum tri_reader_mode
GType gst_triptych_wait_type(void);       // enum tri_reader_wait
GType gst_triptych_disconnect_type(void); // enum gst_triptych_on_disconnect

#endif
