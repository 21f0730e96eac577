/* SPDX-License-Identifier: MIT */
/** A buffer pool whose buffers are the slots of a stream: upstream writes into shared memory
 *  itself. */
#ifndef GST_TRIPTYCH_POOL_H
#define GST_TRIPTYCH_POOL_H

#include <triptych/writer.h>

#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>

#define GST_TYPE_TRIPTYCH_POOL (gst_triptych_pool_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychPool, gst_triptych_pool, GST, TRIPTYCH_POOL, GstBufferPool)

/**
 * The one writer that a sink and its pools share. Reference-counted with g_atomic_rc_box_acquire():
 * buffers may outlive the sink.
 */
typedef struct {
    GMutex lock;        // upstream's threads begin drafts, the sink's publishes them
    tri_writer *writer; // NULL once the sink has stopped
    guint slots;        // of the stream
    guint in_use;       // of them, that buffers lie in, published or not
} GstTriptychWriter;

GstTriptychWriter *gst_triptych_writer_new(tri_writer *writer, guint slots);
void gst_triptych_writer_unref(GstTriptychWriter *writer);

#define GST_TRIPTYCH_POOL_BUFFERS 2 // that upstream should have at least: one shown, one at work

/** A pool of buffers in slots of `writer`. It leaves the sink two to copy to, in turn: buffers
 *  beyond that, as where a queue, a decoder or an encoder behind a tee keeps them, lie in ordinary
 *  memory. */
GstBufferPool *gst_triptych_pool_new(GstTriptychWriter *writer);

/** The draft in which `buffer` lies, to be published next and the buffer's own; NULL if it has to
 *  be copied: it is not in a slot of `writer`, or of a segment since replaced, or not as the pool
 *  made it, or it was published before. Call with the writer's lock held. */
struct tri_draft *gst_triptych_pool_publish(GstTriptychWriter *writer, GstBuffer *buffer);

#endif
