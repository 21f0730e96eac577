/* SPDX-License-Identifier: MIT */
#include <triptych/stream.h>

#include "entry.h"
#include "errno_map.h"
#include "name.h"
#include "segment.h"
#include "semset.h"
#include "sys_status.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

/** Copies a string out of shared memory. */
static void copy_text(char *to, const char *from, size_t bytes)
{
    memcpy(to, from, bytes);
    to[bytes - 1] = '\0';
    tri_utf8_clean(to);
}

static bool is_live(int sem_id)
{
    return tri_semset_has_writer(sem_id) && !tri_semset_is_new(sem_id);
}

/** Index among the holders, TRI_HOLDERS_MAX: none. */
static uint32_t holder_of(struct tri_stream *stream, pid_t pid)
{
    uint32_t i = 0;
    while (i < stream->holders && stream->holder[i] != pid)
        i++;
    if (i == stream->holders && i < TRI_HOLDERS_MAX && pid > 0)
        stream->holder[stream->holders++] = pid;
    return pid > 0 ? i : TRI_HOLDERS_MAX;
}

/** A slot has two locks. The writer's own lock is not a holder. */
static bool is_locked(const struct tri_semset_survey *survey, uint32_t slot, uint32_t parity)
{
    const uint16_t lock = survey->lock[tri_lock(slot, parity)];
    return lock > 0 && lock < TRI_LOCK_WHOLE;
}

static void read_slot(struct tri_stream *stream, const struct tri_semset_survey *survey,
                      uint32_t slot)
{
    for (uint32_t parity = 0; parity < 2; parity++) {
        int readers;
        if (is_locked(survey, slot, parity))
            holder_of(stream, tri_semset_holder(stream->sem_id, tri_lock(slot, parity), &readers));
    }
    stream->held += is_locked(survey, slot, 0) || is_locked(survey, slot, 1);
}

/** Earliest time at which a slot's frame can have been locked. */
static void read_age(struct tri_stream *stream, const struct tri_semset_survey *survey,
                     const struct tri_segment *segment, uint32_t slot)
{
    const struct tri_entry *entry = tri_segment_entry(segment, slot);
    const uint32_t parity = tri_stamp_parity(tri_entry_stamp(entry));
    int readers;
    if (!is_locked(survey, slot, parity))
        return;
    const uint32_t i =
        holder_of(stream, tri_semset_holder(stream->sem_id, tri_lock(slot, parity), &readers));
    const int64_t published = tri_segment_local_time(segment, entry->publish_ns);
    if (i < TRI_HOLDERS_MAX && tri_time_sane(published) &&
        (stream->holder_ns[i] == 0 || published < stream->holder_ns[i]))
        stream->holder_ns[i] = published;
}

/** Fills what the semaphores contain: permissions, writer, holders, waiters. */
static void read_semset(struct tri_stream *stream, struct tri_semset_survey *survey)
{
    *survey = (struct tri_semset_survey){ .live = false };
    stream->sem_id = semget(stream->key, 0, 0);
    if (stream->sem_id < 0)
        return;
    struct semid_ds status;
    const enum tri_err err = tri_status_of_sem(stream->sem_id, &status);
    if (err != TRI_OK) {
        stream->state = err == TRI_ERR_DENIED ? TRI_STREAM_UNREADABLE : TRI_STREAM_DEAD;
        return;
    }
    if (status.sem_nsems != TRI_SEM_COUNT) {
        stream->state = TRI_STREAM_CORRUPT;
        return;
    }
    stream->mode = status.sem_perm.mode & 0666;
    if (tri_semset_survey(stream->sem_id, survey) != TRI_OK)
        return; // removed just now
    stream->writer_pid = tri_semset_writer(stream->sem_id);
    // By the semaphore, not the pid, which is 0 for a writer in another PID namespace.
    stream->state = survey->live ? TRI_STREAM_LIVE : TRI_STREAM_DEAD;
    stream->waiting = survey->waiting;
    for (uint32_t slot = 0; slot < TRI_SLOTS_MAX; slot++)
        read_slot(stream, survey, slot);
}

/** The state of a stream whose segment cannot be attached. */
static enum tri_stream_state state_of(enum tri_err err)
{
    switch (err) {
    case TRI_ERR_DENIED:
        return TRI_STREAM_UNREADABLE;
    case TRI_ERR_VERSION:
        return TRI_STREAM_OTHER_VERSION;
    case TRI_ERR_NO_RESOURCES:
        return TRI_STREAM_TOO_LARGE;
    default:
        return TRI_STREAM_CORRUPT;
    }
}

/** Fills what the header and the newest frame contain. */
static void read_segment(struct tri_stream *stream, const struct tri_semset_survey *survey)
{
    struct tri_segment segment;
    const enum tri_err err = tri_segment_attach(&segment, stream->shm_id, NULL, SHM_RDONLY);
    stream->layout_version = segment.version;
    if (tri_name_valid(segment.name) && tri_name_key(segment.name) == stream->key)
        strcpy(stream->name, segment.name);
    else if (err == TRI_OK)
        stream->state = TRI_STREAM_CORRUPT;
    if (err != TRI_OK) {
        stream->state = state_of(err);
        return;
    }

    const struct tri_header *header = segment.header;
    copy_text(stream->source, header->source, sizeof(stream->source));
    stream->slots = segment.geometry.slots;
    stream->slots_open = tri_segment_open_slots(&segment);
    stream->slots_max = segment.geometry.slots_max;
    for (uint32_t slot = 0; slot < stream->slots_open; slot++)
        read_age(stream, survey, &segment, slot);
    stream->slot_bytes = segment.geometry.slot_bytes;
    const uint64_t head = atomic_load_explicit(&header->latest, memory_order_acquire);
    stream->published = tri_head_number(head);
    stream->dropped_driver = atomic_load_explicit(&header->dropped_driver, memory_order_relaxed);
    stream->dropped_writer = atomic_load_explicit(&header->dropped_writer, memory_order_relaxed);
    if (stream->published > 0 && tri_head_slot(head) < stream->slots_max) {
        struct tri_entry_known known = { 0 };
        struct tri_shape shape;
        stream->has_frame =
            tri_entry_read(tri_segment_entry(&segment, tri_head_slot(head)), stream->published,
                           stream->slot_bytes, &known, &stream->newest, &shape) == TRI_OK;
        stream->newest.capture_ns = tri_segment_local_time(&segment, stream->newest.capture_ns);
        stream->newest.publish_ns = tri_segment_local_time(&segment, stream->newest.publish_ns);
    }
    tri_segment_detach(&segment);
}

/** Fills what either kind of object contains: key and permissions. */
static struct tri_stream stream_of(const struct ipc_perm *perm)
{
    return (struct tri_stream){
        .key = perm->__key,
        .shm_id = -1,
        .sem_id = -1,
        .state = TRI_STREAM_DEAD,
        .owner = perm->uid,
        .creator_uid = perm->cuid,
        .group = perm->gid,
        .creator_group = perm->cgid,
        .mode = perm->mode & 0666,
    };
}

static void describe(struct tri_stream *stream, int shm_id, const struct shmid_ds *status)
{
    *stream = stream_of(&status->shm_perm);
    stream->shm_id = shm_id;
    stream->creator_pid = status->shm_cpid;
    stream->last_pid = status->shm_lpid;
    stream->attached = (uint32_t)status->shm_nattch;
    stream->attach_time = status->shm_atime;
    stream->detach_time = status->shm_dtime;
    stream->change_time = status->shm_ctime;
    stream->bytes = status->shm_segsz;
    struct tri_semset_survey survey;
    read_semset(stream, &survey);
    read_segment(stream, &survey);
}

/** Semaphores without a segment: the size is not known before the first frame. */
static void describe_set(struct tri_stream *stream, const struct semid_ds *status)
{
    *stream = stream_of(&status->sem_perm);
    stream->change_time = status->sem_ctime;
    struct tri_semset_survey survey;
    read_semset(stream, &survey);
}

struct tri_stream_list {
    struct tri_stream *streams;
    size_t count;
};

/** Room for one more. @return NULL when out of memory. */
static struct tri_stream *append(tri_stream_list *list)
{
    struct tri_stream *more = realloc(list->streams, (list->count + 1) * sizeof(*more));
    if (!more)
        return NULL;
    list->streams = more;
    return &more[list->count++];
}

static bool has_key(const tri_stream_list *list, key_t key)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->streams[i].key == key)
            return true;
    }
    return false;
}

static enum tri_err list_segments(tri_stream_list *list)
{
    struct shm_info table;
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    if (highest < 0)
        return TRI_ERR_SYSTEM;
    for (int index = 0; index <= highest; index++) {
        struct shmid_ds status = { 0 }; // filled by shmctl(), which analysers cannot see
        const int shm_id = tri_shm_status_at(index, &status);
        if (shm_id < 0 || !tri_key_is_ours(status.shm_perm.__key) ||
            (status.shm_perm.mode & SHM_DEST))
            continue;
        struct tri_stream *stream = append(list);
        if (!stream)
            return TRI_ERR_NO_RESOURCES;
        describe(stream, shm_id, &status);
    }
    return TRI_OK;
}

static enum tri_err list_lone_sets(tri_stream_list *list)
{
    struct seminfo table = { 0 };
    const int highest = semctl(0, 0, SEM_INFO, &table);
    if (highest < 0)
        return TRI_ERR_SYSTEM;
    for (int index = 0; index <= highest; index++) {
        struct semid_ds status = { 0 };
        if (tri_sem_status_at(index, &status) < 0 || !tri_key_is_ours(status.sem_perm.__key) ||
            has_key(list, status.sem_perm.__key))
            continue;
        struct tri_stream *stream = append(list);
        if (!stream)
            return TRI_ERR_NO_RESOURCES;
        describe_set(stream, &status);
    }
    return TRI_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct tri_stream *)a)->name, ((const struct tri_stream *)b)->name);
}

enum tri_err tri_stream_list_open(tri_stream_list **out)
{
    *out = NULL;
    tri_stream_list *list = calloc(1, sizeof(*list));
    if (!list)
        return TRI_ERR_NO_RESOURCES;
    enum tri_err err = list_segments(list);
    if (err == TRI_OK)
        err = list_lone_sets(list);
    if (err != TRI_OK) {
        tri_stream_list_close(&list);
        return err;
    }
    if (list->count > 1)
        qsort(list->streams, list->count, sizeof(*list->streams), by_name);
    *out = list;
    return TRI_OK;
}

size_t tri_stream_list_count(const tri_stream_list *list)
{
    return list->count;
}

const struct tri_stream *tri_stream_list_at(const tri_stream_list *list, size_t index)
{
    return index < list->count ? &list->streams[index] : NULL;
}

void tri_stream_list_close(tri_stream_list **list)
{
    if (*list)
        free((*list)->streams);
    free(*list);
    *list = NULL;
}

enum tri_err tri_stream_find(const char *name, struct tri_stream *stream)
{
    *stream = (struct tri_stream){ .shm_id = -1, .sem_id = -1 };
    if (!tri_name_valid(name))
        return TRI_ERR_INVALID;

    tri_stream_list *list;
    enum tri_err err = tri_stream_list_open(&list);
    if (err != TRI_OK)
        return err;
    err = TRI_ERR_NO_STREAM;
    for (size_t i = 0; i < list->count && err == TRI_ERR_NO_STREAM; i++) {
        if (list->streams[i].key != tri_name_key(name))
            continue;
        *stream = list->streams[i];
        if (stream->shm_id < 0)
            strcpy(stream->name, name); // no header records it
        const bool other = stream->name[0] && strcmp(stream->name, name) != 0;
        err = other && stream->state != TRI_STREAM_CORRUPT ? TRI_ERR_COLLISION : TRI_OK;
    }
    tri_stream_list_close(&list);
    return err;
}

static bool are_remove_flags(uint32_t flags)
{
    return (flags & ~(uint32_t)TRI_REMOVE_FORCE) == 0;
}

/** Removes the objects of a key; `shm_id` -1: no segment. */
static enum tri_err remove_objects(key_t key, int shm_id, uint32_t flags)
{
    const int sem_id = semget(key, 0, 0);
    if (shm_id < 0 && sem_id < 0)
        return TRI_ERR_NO_STREAM;
    if (!(flags & TRI_REMOVE_FORCE) && sem_id >= 0 && is_live(sem_id))
        return TRI_ERR_BUSY;

    enum tri_err err = TRI_OK;
    if (shm_id >= 0)
        err = tri_segment_remove(shm_id);
    if (sem_id >= 0) {
        const enum tri_err sem_err = tri_semset_remove(sem_id);
        err = err == TRI_OK ? sem_err : err;
    }
    return err == TRI_ERR_REMOVED ? TRI_OK : err; // another process was faster
}

enum tri_err tri_stream_remove(const char *name, uint32_t flags)
{
    if (!are_remove_flags(flags))
        return TRI_ERR_INVALID;
    struct tri_stream stream;
    const enum tri_err err = tri_stream_find(name, &stream);
    return err == TRI_OK ? remove_objects(stream.key, stream.shm_id, flags) : err;
}

enum tri_err tri_stream_remove_key(int key, uint32_t flags)
{
    return tri_key_is_ours(key) && are_remove_flags(flags)
               ? remove_objects(key, shmget(key, 0, 0), flags)
               : TRI_ERR_INVALID;
}
