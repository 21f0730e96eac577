/* SPDX-License-Identifier: MIT */
/** Signals of an element whose stream is attached or detached by a process. */
#ifndef GST_TRIPTYCH_READERWATCH_H
#define GST_TRIPTYCH_READERWATCH_H

#include <gst/gst.h>
#include <sys/shm.h>

/** The readers of one stream. Its functions may be called from any thread. */
struct gst_triptych_reader_watch {
    GRecMutex lock;       // recursive: a handler of a signal may stop the element
    GHashTable *names;    // of the readers known, by pid
    struct shmid_ds seen; // at the last gst_triptych_reader_watch_is_due()
    gboolean unsettled;   // that was within the second of the last change
};

/** Adds the signals `reader-attached` and `reader-detached` to an element's class. */
void gst_triptych_reader_watch_install(GObjectClass *klass);

void gst_triptych_reader_watch_init(struct gst_triptych_reader_watch *watch);
void gst_triptych_reader_watch_clear(struct gst_triptych_reader_watch *watch);

/** Forgets the readers of a stream that has ended, without signals. */
void gst_triptych_reader_watch_reset(struct gst_triptych_reader_watch *watch);

/** Whether processes have attached to a segment or detached from it since the last call, also if
 *  their number is the same; a second later for one that is hidden by another in the same second.
 *  Costs a system call, none if no handler is connected. One thread at a time. */
gboolean gst_triptych_reader_watch_is_due(struct gst_triptych_reader_watch *watch,
                                          GstElement *element, int shm_id);

/** Compares the processes that read a segment with those known, and emits a signal for each that
 *  was attached or detached. Takes milliseconds: reads /proc. Does nothing without a handler. */
void gst_triptych_reader_watch_update(struct gst_triptych_reader_watch *watch, GstElement *element,
                                      int shm_id);

#endif
