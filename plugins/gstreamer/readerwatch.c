/* SPDX-License-Identifier: MIT */
#include "readerwatch.h"

#include <triptych/attachment.h>

static guint attached_signal;
static guint detached_signal;

void gst_triptych_reader_watch_install(GObjectClass *klass)
{
    attached_signal = g_signal_new("reader-attached", G_OBJECT_CLASS_TYPE(klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
    detached_signal = g_signal_new("reader-detached", G_OBJECT_CLASS_TYPE(klass), G_SIGNAL_RUN_LAST,
                                   0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
}

static GHashTable *new_names(void)
{
    return g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
}

void gst_triptych_reader_watch_init(struct gst_triptych_reader_watch *watch)
{
    g_rec_mutex_init(&watch->lock);
    watch->names = new_names();
}

void gst_triptych_reader_watch_clear(struct gst_triptych_reader_watch *watch)
{
    g_rec_mutex_clear(&watch->lock);
    g_hash_table_unref(watch->names);
}

void gst_triptych_reader_watch_reset(struct gst_triptych_reader_watch *watch)
{
    g_rec_mutex_lock(&watch->lock);
    g_hash_table_unref(watch->names);
    watch->names = new_names();
    g_rec_mutex_unlock(&watch->lock);
}

static gboolean has_handlers(GstElement *element)
{
    return g_signal_has_handler_pending(element, attached_signal, 0, FALSE) ||
           g_signal_has_handler_pending(element, detached_signal, 0, FALSE);
}

gboolean gst_triptych_reader_watch_is_due(struct gst_triptych_reader_watch *watch,
                                          GstElement *element, int shm_id)
{
    struct shmid_ds now;
    const struct shmid_ds *seen = &watch->seen;
    if (!has_handlers(element) || shmctl(shm_id, IPC_STAT, &now) < 0)
        return FALSE;
    const gboolean changed = now.shm_nattch != seen->shm_nattch || now.shm_lpid != seen->shm_lpid ||
                             now.shm_atime != seen->shm_atime || now.shm_dtime != seen->shm_dtime;
    // The times are seconds: later changes in the same second may look the same.
    const gboolean settled = time(NULL) > MAX(now.shm_atime, now.shm_dtime);
    const gboolean due = changed || (watch->unsettled && settled);
    watch->unsettled = !settled;
    watch->seen = now;
    return due;
}

/** Lists the processes that read a segment. @return NULL if they cannot be listed. */
static GHashTable *find_readers(int shm_id)
{
    tri_attachment_list *list;
    if (tri_attachment_list_open(&list) != TRI_OK)
        return NULL;
    GHashTable *names = new_names();
    const struct tri_attachment *one;
    for (gsize i = 0; (one = tri_attachment_list_at(list, i)); i++) {
        if (one->shm_id == shm_id && !one->can_write)
            g_hash_table_insert(names, GINT_TO_POINTER(one->pid), g_strdup(one->name));
    }
    tri_attachment_list_close(&list);
    return names;
}

/** Emits a signal for each process in `names` that is not in `others`. */
static void emit_difference(GstElement *element, guint signal, GHashTable *names,
                            GHashTable *others)
{
    GHashTableIter iter;
    gpointer pid;
    gpointer name;
    g_hash_table_iter_init(&iter, names);
    while (g_hash_table_iter_next(&iter, &pid, &name)) {
        if (!g_hash_table_contains(others, pid))
            g_signal_emit(element, signal, 0, GPOINTER_TO_INT(pid), name);
    }
}

void gst_triptych_reader_watch_update(struct gst_triptych_reader_watch *watch, GstElement *element,
                                      int shm_id)
{
    if (!has_handlers(element))
        return;
    g_rec_mutex_lock(&watch->lock); // signals come in order
    GHashTable *now = find_readers(shm_id);
    if (now) {
        GHashTable *before = watch->names;
        watch->names = g_hash_table_ref(now);
        emit_difference(element, detached_signal, before, now);
        emit_difference(element, attached_signal, now, before);
        g_hash_table_unref(before);
        g_hash_table_unref(now);
    }
    g_rec_mutex_unlock(&watch->lock);
}
