/* SPDX-License-Identifier: MIT */
/** A buffer pool of slots: upstream writes into shared memory. */
#ifndef GST_TRIPTYCH_POOL_H
#define GST_TRIPTYCH_POOL_H

#include <triptych/writer.h>

#include <gst/video/gstvideopool.h>
#include <gst/video/video.h>

#define GST_TYPE_TRIPTYCH_POOL (gst_triptych_pool_get_type())
G_DECLARE_FINAL_TYPE(GstTriptychPool, gst_triptych_pool, GST, TRIPTYCH_POOL, GstBufferPool)

/** The writer that a sink and its pools share. Reference-counted with g_atomic_rc_box_acquire(),
 *  because buffers may outlive the sink. */
typedef struct {
    GMutex lock;        // upstream's threads begin drafts, the sink's thread publishes them
    tri_writer *writer; // NULL once the sink has stopped
    guint slots;        // that upstream and the sink may use
    guint in_use;       // of these, occupied by buffers, published or not
} GstTriptychWriter;

GstTriptychWriter *gst_triptych_writer_new(tri_writer *writer, guint slots);
void gst_triptych_writer_unref(GstTriptychWriter *writer);

#define GST_TRIPTYCH_POOL_BUFFERS 2 // minimum for upstream: one published, one being written

/** Makes a pool of slots of `writer`. It leaves two slots for copies by the sink. Further buffers
 *  (of a queue, a decoder or an encoder after a tee) get ordinary memory. */
GstBufferPool *gst_triptych_pool_new(GstTriptychWriter *writer);

/** Returns the draft of `buffer`, to be published next; the buffer still owns it. NULL if the sink
 *  has to copy: the buffer is in no slot of `writer`, in a segment that was replaced, not laid out
 *  as the pool made it, or published already. Call with the writer's lock held. */
struct tri_draft *gst_triptych_pool_publish(GstTriptychWriter *writer, GstBuffer *buffer);

#endif
