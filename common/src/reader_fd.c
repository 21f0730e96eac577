/* SPDX-License-Identifier: MIT */
#include "reader_fd.h"

#include "name.h"
#include "semset.h"
#include "watcher.h"

#include <stdlib.h>

#define SETTLE_NS 200000 // a writer is taking over: its gates are not closed yet

/** The objects of a stream's key. */
struct objects {
    int shm_id; // -1: none
    int sem_id;
    bool live;
};

#define NO_OBJECTS ((struct objects){ .shm_id = -1, .sem_id = -1 })

struct tri_reader_fd {
    struct tri_watcher watcher;
    key_t key;
    bool signalled; // the reader must act, and the thread waits for that

    pthread_mutex_t mutex;
    pthread_cond_t resumed;
    // Guarded by the mutex, as is raising and clearing:
    uint64_t taken; // number of the newest frame that the reader has acquired or skipped
    bool changed;   // a change other than a frame, which the reader must handle
    enum tri_reader_phase phase;
    struct tri_mapping *mapping; // with a reference of its own
    bool paused;                 // until the reader has handled the change
};

static bool is_news(const struct tri_reader_fd *fd, uint64_t head)
{
    return tri_head_slot(head) != TRI_HEAD_NO_SLOT && tri_head_number(head) > fd->taken;
}

/** Raises the descriptor for a frame, unless the reader has acquired it in the meantime. */
static void raise_for_frame(struct tri_reader_fd *fd, uint64_t head)
{
    pthread_mutex_lock(&fd->mutex);
    if (is_news(fd, head))
        tri_watcher_raise(&fd->watcher);
    pthread_mutex_unlock(&fd->mutex);
}

/** With a gate open and no frame: whether the stream has lost its writer or its name. */
static bool has_ended(const struct tri_mapping *mapping)
{
    return !tri_semset_has_writer(mapping->sem_id) || tri_segment_removed(&mapping->segment);
}

/** Raises the descriptor for each frame. @return whether another change has happened. */
static bool watch_frames(struct tri_reader_fd *fd, const struct tri_mapping *mapping)
{
    struct tri_sleep *sleep = &fd->watcher.sleep;
    const struct tri_header *header = mapping->segment.header;
    uint64_t raised = 0;
    int64_t longest_ns = TRI_SLEEP_NS;
    for (;;) {
        // Acquire: pairs with the release in tri_writer_publish().
        const uint64_t head = atomic_load_explicit(&header->latest, memory_order_acquire);
        if (head != raised) {
            raised = head;
            raise_for_frame(fd, head);
        }
        if (atomic_load_explicit(&header->state, memory_order_acquire) != 0)
            return true;
        if (!tri_sleep_begin(sleep, longest_ns))
            return false;
        const enum tri_err err =
            tri_semset_wait_frame(mapping->sem_id, tri_head_number(head) + 1, &sleep->limit);
        tri_sleep_end(sleep);
        if (err == TRI_ERR_INTERRUPTED)
            return false;
        longest_ns = err == TRI_ERR_TIMEOUT ? TRI_SLEEP_IDLE_NS : TRI_SLEEP_NS;
        if (err == TRI_ERR_TIMEOUT)
            continue;
        if (err != TRI_OK)
            return true;
        if (atomic_load_explicit(&header->latest, memory_order_relaxed) != head)
            continue;
        if (has_ended(mapping))
            return true;
        if (tri_sleep_for(sleep, SETTLE_NS) != TRI_OK)
            return false;
    }
}

static bool watch_writer(struct tri_reader_fd *fd, const struct tri_mapping *mapping)
{
    struct tri_sleep *sleep = &fd->watcher.sleep;
    if (!tri_sleep_begin(sleep, TRI_SLEEP_IDLE_NS))
        return false;
    const enum tri_err err = tri_semset_wait_writer(mapping->sem_id, &sleep->limit);
    tri_sleep_end(sleep);
    return err != TRI_ERR_TIMEOUT && err != TRI_ERR_INTERRUPTED;
}

static struct objects find_objects(key_t key)
{
    struct objects found = { .shm_id = shmget(key, 0, 0) };
    uid_t owner;
    found.live = tri_semset_find(&found.sem_id, &owner, key) == TRI_OK &&
                 tri_semset_has_writer(found.sem_id);
    return found;
}

/** Waits for a change under the stream's key. */
static bool watch_name(struct tri_reader_fd *fd, enum tri_reader_phase phase, struct objects *known)
{
    struct tri_doorbell *bell = &fd->watcher.bell;
    tri_doorbell_open(bell, fd->key);
    const bool rung = tri_doorbell_is_rung(bell) || !bell->page;
    tri_doorbell_arm(bell);
    const struct objects found = find_objects(fd->key);
    const bool changed =
        found.shm_id != known->shm_id || found.sem_id != known->sem_id || found.live != known->live;
    *known = found;
    if (changed || (rung && found.shm_id >= 0))
        return true;
    // As longest_sleep() in reader.c.
    const bool rings = bell->page && phase != READER_MOVING;
    tri_doorbell_wait(bell, &fd->watcher.sleep, rings ? TRI_SLEEP_IDLE_NS : TRI_LOOKUP_NS);
    return false;
}

/** Waits until the reader has handled the last change. @return its phase, and a reference in
 *  *mapping. */
static enum tri_reader_phase next_phase(struct tri_reader_fd *fd, struct tri_mapping **mapping)
{
    pthread_mutex_lock(&fd->mutex);
    while (fd->paused && !atomic_load_explicit(&fd->watcher.stop, memory_order_relaxed))
        pthread_cond_wait(&fd->resumed, &fd->mutex);
    const enum tri_reader_phase phase = fd->phase;
    *mapping = fd->mapping ? tri_mapping_ref(fd->mapping) : NULL;
    pthread_mutex_unlock(&fd->mutex);
    return phase;
}

/** Leaves a change to the reader, unless the reader has moved on in the meantime. */
static void report_change(struct tri_reader_fd *fd, enum tri_reader_phase phase,
                          const struct tri_mapping *mapping)
{
    pthread_mutex_lock(&fd->mutex);
    if (fd->phase == phase && fd->mapping == mapping) {
        fd->paused = fd->changed = true;
        tri_watcher_raise(&fd->watcher);
    }
    pthread_mutex_unlock(&fd->mutex);
}

static void *watch(void *argument)
{
    struct tri_reader_fd *fd = argument;
    struct objects known = NO_OBJECTS;
    while (!tri_watcher_stopped(&fd->watcher)) {
        struct tri_mapping *mapping;
        const enum tri_reader_phase phase = next_phase(fd, &mapping);
        if (mapping) {
            tri_doorbell_close(&fd->watcher.bell);
            known = NO_OBJECTS;
        }
        bool changed;
        if (!mapping)
            changed = watch_name(fd, phase, &known);
        else if (phase == READER_ORPHANED)
            changed = watch_writer(fd, mapping);
        else
            changed = watch_frames(fd, mapping);
        if (changed)
            report_change(fd, phase, mapping);
        tri_mapping_unref(&mapping);
    }
    return NULL;
}

/** Copies the reader's state for the thread, and resumes the thread. */
static void resume(tri_reader *r)
{
    struct tri_reader_fd *fd = r->fd;
    pthread_mutex_lock(&fd->mutex);
    struct tri_mapping *before = fd->mapping;
    fd->taken = r->last;
    fd->phase = r->phase;
    fd->mapping = r->mapping ? tri_mapping_ref(r->mapping) : NULL;
    fd->paused = fd->changed = fd->signalled = false;
    pthread_cond_signal(&fd->resumed);
    pthread_mutex_unlock(&fd->mutex);
    tri_mapping_unref(&before);
}

void tri_reader_fd_follow(tri_reader *r)
{
    r->must_check = false; // the thread watches what the reader has now
    resume(r);
    tri_sleep_interrupt(&r->fd->watcher.sleep); // it may sleep on a stream that has ended
}

void tri_reader_fd_begin(tri_reader *r)
{
    struct tri_reader_fd *fd = r->fd;
    pthread_mutex_lock(&fd->mutex);
    if (fd->changed)
        r->must_check = fd->signalled = true;
    fd->changed = false;
    pthread_mutex_unlock(&fd->mutex);
}

void tri_reader_fd_end(tri_reader *r)
{
    struct tri_reader_fd *fd = r->fd;
    pthread_mutex_lock(&fd->mutex);
    fd->taken = r->last;
    const bool more =
        r->mapping && is_news(fd, atomic_load_explicit(&r->mapping->segment.header->latest,
                                                       memory_order_relaxed));
    if (more || r->must_check || fd->changed)
        tri_watcher_raise(&fd->watcher);
    else
        tri_watcher_clear(&fd->watcher);
    pthread_mutex_unlock(&fd->mutex);
    if (fd->signalled && !r->must_check)
        resume(r);
}

static void wake(void *argument)
{
    struct tri_reader_fd *fd = argument;
    pthread_mutex_lock(&fd->mutex);
    pthread_cond_signal(&fd->resumed);
    pthread_mutex_unlock(&fd->mutex);
}

void tri_reader_fd_close(tri_reader *r)
{
    struct tri_reader_fd *fd = r->fd;
    r->fd = NULL;
    tri_watcher_stop(&fd->watcher, wake, fd);
    tri_mapping_unref(&fd->mapping);
    free(fd);
}

int tri_reader_fd(tri_reader *r)
{
    if (r->fd)
        return r->fd->watcher.fd;
    struct tri_reader_fd *fd = calloc(1, sizeof(*fd));
    if (!fd)
        return TRI_ERR_NO_RESOURCES;
    fd->key = r->key;
    fd->taken = r->last;
    fd->phase = r->phase;
    fd->mapping = r->mapping ? tri_mapping_ref(r->mapping) : NULL;
    pthread_mutex_init(&fd->mutex, NULL);
    pthread_cond_init(&fd->resumed, NULL);
    if (!tri_watcher_start(&fd->watcher, watch, fd)) {
        tri_mapping_unref(&fd->mapping);
        free(fd);
        return TRI_ERR_NO_RESOURCES;
    }
    r->fd = fd;
    return fd->watcher.fd;
}
