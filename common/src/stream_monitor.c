/* SPDX-License-Identifier: MIT */
/* The thread detects that something has changed; tri_stream_monitor_next() determines what. */
#include <triptych/monitor.h>

#include "name.h"
#include "semset.h"
#include "watcher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define CHECK_NS 250000000 // for writers that were killed: they ring no doorbell

/** A stream as it was when its last event was made. */
struct known_stream {
    int key;
    int shm_id;
    int sem_id;
    pid_t writer_pid;
    enum tri_stream_state state;
    char name[TRI_NAME_MAX + 1];
};

struct tri_stream_monitor {
    struct tri_watcher watcher;
    struct known_stream *known;
    size_t known_count;
    struct tri_stream_event *events;
    size_t event_count;
    size_t next_event;
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 1099511628211u; // FNV-1a, by words
}

/** A number that changes with the streams that this user may read, and with their writers. */
static uint64_t fingerprint(void)
{
    struct shm_info table = { 0 };
    uint64_t hash = 14695981039346656037u;
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    for (int i = 0; i <= highest; i++) {
        struct shmid_ds status = { 0 }; // filled by shmctl(), which analysers cannot see
        const int shm_id = shmctl(i, SHM_STAT, &status);
        if (shm_id < 0 || !tri_key_is_ours(status.shm_perm.__key))
            continue;
        const int sem_id = semget(status.shm_perm.__key, 0, 0);
        hash = mix(hash, (uint64_t)shm_id);
        hash = mix(hash, (uint32_t)sem_id);
        hash = mix(hash, sem_id >= 0 && tri_semset_has_writer(sem_id));
    }
    return hash;
}

static void *watch(void *argument)
{
    struct tri_watcher *watcher = argument;
    uint64_t last = fingerprint();
    tri_watcher_raise(watcher); // earlier changes may have been listed without it
    tri_doorbell_open(&watcher->bell, TRI_ANY_KEY);
    while (!tri_watcher_stopped(watcher)) {
        const bool rung = tri_doorbell_is_rung(&watcher->bell);
        tri_doorbell_arm(&watcher->bell);
        const uint64_t now = fingerprint();
        if (rung || now != last)
            tri_watcher_raise(watcher);
        last = now;
        tri_doorbell_wait(&watcher->bell, &watcher->sleep, CHECK_NS);
    }
    return NULL;
}

static const struct known_stream *find_known(const struct known_stream *known, size_t count,
                                             int key, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].key == key && strcmp(known[i].name, name) == 0)
            return &known[i];
    }
    return NULL;
}

static bool is_same(const struct known_stream *a, const struct known_stream *b)
{
    return a->shm_id == b->shm_id && a->sem_id == b->sem_id && a->state == b->state &&
           a->writer_pid == b->writer_pid;
}

static void add_event(struct tri_stream_monitor *monitor, enum tri_stream_event_type type,
                      const struct known_stream *stream)
{
    struct tri_stream_event *event = &monitor->events[monitor->event_count++];
    *event = (struct tri_stream_event){ .type = type, .state = stream->state, .key = stream->key };
    memcpy(event->name, stream->name, sizeof(event->name));
}

/** Makes the events between the known streams and `now`, which become the known ones. */
static void compare(struct tri_stream_monitor *monitor, struct known_stream *now, size_t count)
{
    for (size_t i = 0; i < monitor->known_count; i++) {
        const struct known_stream *old = &monitor->known[i];
        if (!find_known(now, count, old->key, old->name))
            add_event(monitor, TRI_STREAM_REMOVED, old);
    }
    for (size_t i = 0; i < count; i++) {
        const struct known_stream *old =
            find_known(monitor->known, monitor->known_count, now[i].key, now[i].name);
        if (!old)
            add_event(monitor, TRI_STREAM_ADDED, &now[i]);
        else if (!is_same(old, &now[i]))
            add_event(monitor, TRI_STREAM_CHANGED, &now[i]);
    }
    free(monitor->known);
    monitor->known = now;
    monitor->known_count = count;
}

/** Lists the streams and makes the events. */
static enum tri_err update(struct tri_stream_monitor *monitor)
{
    tri_stream_list *list;
    const enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return err;
    const size_t listed = tri_stream_list_count(list);
    free(monitor->events);
    monitor->event_count = monitor->next_event = 0;
    monitor->events = calloc(monitor->known_count + listed + 1, sizeof(*monitor->events));
    struct known_stream *now = calloc(listed + 1, sizeof(*now));
    if (!monitor->events || !now) {
        free(now);
        tri_stream_list_close(&list);
        return TRI_ERR_NO_RESOURCES;
    }
    size_t count = 0;
    for (size_t i = 0; i < listed; i++) {
        const struct tri_stream *stream = tri_stream_list_at(list, i);
        if (!stream->name[0] || stream->shm_id < 0)
            continue;
        now[count] = (struct known_stream){ .key = stream->key,
                                            .shm_id = stream->shm_id,
                                            .sem_id = stream->sem_id,
                                            .writer_pid = stream->writer_pid,
                                            .state = stream->state };
        memcpy(now[count++].name, stream->name, sizeof(stream->name));
    }
    tri_stream_list_close(&list);
    compare(monitor, now, count);
    return TRI_OK;
}

enum tri_err tri_stream_monitor_open(tri_stream_monitor **out)
{
    *out = NULL;
    struct tri_stream_monitor *monitor = calloc(1, sizeof(*monitor));
    if (!monitor)
        return TRI_ERR_NO_RESOURCES;
    if (!tri_watcher_start(&monitor->watcher, watch, &monitor->watcher)) {
        free(monitor);
        return TRI_ERR_NO_RESOURCES;
    }
    *out = monitor;
    return TRI_OK;
}

int tri_stream_monitor_fd(const tri_stream_monitor *monitor)
{
    return monitor->watcher.fd;
}

enum tri_err tri_stream_monitor_next(tri_stream_monitor *monitor, struct tri_stream_event *event)
{
    tri_watcher_clear(&monitor->watcher);
    enum tri_err err = TRI_OK;
    if (monitor->next_event == monitor->event_count)
        err = update(monitor);
    if (err == TRI_OK && monitor->event_count == 0)
        return TRI_ERR_TIMEOUT;
    // Readable until an update has found nothing: there may be more.
    tri_watcher_raise(&monitor->watcher);
    if (err == TRI_OK)
        *event = monitor->events[monitor->next_event++];
    return err;
}

void tri_stream_monitor_close(tri_stream_monitor **monitor)
{
    struct tri_stream_monitor *m = *monitor;
    *monitor = NULL;
    if (!m)
        return;
    const int saved = errno;
    tri_watcher_stop(&m->watcher, NULL, NULL);
    free(m->known);
    free(m->events);
    free(m);
    errno = saved;
}
