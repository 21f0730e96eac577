/* SPDX-License-Identifier: MIT */
/** A buffer pool whose buffers are the slots of a stream: upstream writes into shared memory itself. */
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
} GstTriptychWriter;

GstTriptychWriter *gst_triptych_writer_new(tri_writer *writer);
void gst_triptych_writer_unref(GstTriptychWriter *writer);

/** A pool of buffers in slots of `writer`; ordinary memory where readers hold every slot. */
GstBufferPool *gst_triptych_pool_new(GstTriptychWriter *writer);

/** The open draft in which `buffer` lies, NULL if it is not in a slot of `writer`, or not as the pool
 *  made it, or is already published. Call with the writer's lock held; the draft stays the buffer's. */
struct tri_draft *gst_triptych_pool_draft(GstTriptychWriter *writer, GstBuffer *buffer);

#endif
