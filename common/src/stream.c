/* SPDX-License-Identifier: MIT */
#include <triptych/stream.h>

#include "entry.h"
#include "fail.h"
#include "name.h"
#include "segment.h"
#include "semset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sem.h>

#ifndef SHM_STAT_ANY // Linux 4.17: IPC_STAT by index, for any user
#define SHM_STAT_ANY 15
#endif

/** Copies a text out of shared memory; nothing that could disturb a terminal survives. */
static void copy_text(char *to, const char *from, size_t bytes)
{
    memcpy(to, from, bytes);
    to[bytes - 1] = '\0';
    for (char *c = to; *c; c++) {
        if (*c < ' ' || *c > '~')
            *c = '?';
    }
}

/** What the semaphores tell: permissions, writer, holders, waiters. */
static void read_semset(struct tri_stream *stream)
{
    stream->sem_id = semget(stream->key, 0, 0);
    if (stream->sem_id < 0)
        return;
    struct semid_ds status;
    if (semctl(stream->sem_id, 0, IPC_STAT, &status) < 0) {
        stream->state = errno == EACCES ? TRI_STREAM_UNREADABLE : TRI_STREAM_DEAD;
        return;
    }
    if (status.sem_nsems != TRI_SEM_COUNT) {
        stream->state = TRI_STREAM_CORRUPT;
        return;
    }
    stream->mode = status.sem_perm.mode & 0777;
    stream->writer_pid = tri_semset_writer(stream->sem_id);
    // By the semaphore, not the pid, which is 0 for a writer in another PID namespace.
    const bool live = tri_semset_has_writer(stream->sem_id) == TRI_OK;
    stream->state = live ? TRI_STREAM_LIVE : TRI_STREAM_DEAD;
    for (uint32_t i = 0; i < TRI_SLOTS_MAX; i++) {
        int held;
        tri_semset_holder(stream->sem_id, i, &held);
        stream->held += held > 0;
    }
    for (uint32_t k = 0; k < TRI_GATES; k++) {
        const int waiting = semctl(stream->sem_id, TRI_SEM_GATE_0 + (int)k, GETZCNT);
        stream->waiting += waiting > 0 ? (uint32_t)waiting : 0;
    }
}

/** What the header and the newest frame tell. */
static void read_segment(struct tri_stream *stream)
{
    struct tri_segment segment;
    const enum tri_err err = tri_segment_attach(&segment, stream->shm_id, NULL, SHM_RDONLY);
    if (err == TRI_ERR_DENIED)
        stream->state = TRI_STREAM_UNREADABLE;
    else if (err != TRI_OK)
        stream->state = TRI_STREAM_CORRUPT;
    if (err != TRI_OK)
        return;

    const struct tri_header *header = segment.header;
    copy_text(stream->name, header->name, sizeof(stream->name));
    copy_text(stream->source, header->source, sizeof(stream->source));
    stream->slots = segment.geometry.slots;
    stream->slot_bytes = segment.geometry.slot_bytes;
    const uint64_t word = atomic_load_explicit(&header->latest, memory_order_acquire);
    stream->published = tri_word_number(word);
    if (stream->published > 0 && tri_word_slot(word) < stream->slots) {
        struct tri_entry_known known = { 0 };
        struct tri_shape shape;
        stream->has_frame =
            tri_entry_read(tri_segment_entry(&segment, tri_word_slot(word)), stream->published,
                           stream->slot_bytes, &known, &stream->newest, &shape) == TRI_OK;
    }
    if (!tri_name_valid(stream->name) || tri_name_key(stream->name) != stream->key)
        stream->state = TRI_STREAM_CORRUPT;
    tri_segment_detach(&segment);
}

static void describe(struct tri_stream *stream, int shm_id, const struct shmid_ds *status)
{
    *stream = (struct tri_stream){
        .key = status->shm_perm.__key,
        .shm_id = shm_id,
        .sem_id = -1,
        .state = TRI_STREAM_DEAD,
        .owner = status->shm_perm.uid,
        .creator_uid = status->shm_perm.cuid,
        .group = status->shm_perm.gid,
        .mode = status->shm_perm.mode & 0777,
        .creator_pid = status->shm_cpid,
        .last_pid = status->shm_lpid,
        .attached = (uint32_t)status->shm_nattch,
        .attach_time = status->shm_atime,
        .detach_time = status->shm_dtime,
        .change_time = status->shm_ctime,
        .bytes = status->shm_segsz,
    };
    read_semset(stream);
    read_segment(stream);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct tri_stream *)a)->name, ((const struct tri_stream *)b)->name);
}

enum tri_err tri_stream_list(struct tri_stream **streams, size_t *count)
{
    *streams = NULL;
    *count = 0;
    struct shm_info table;
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    if (highest < 0)
        return tri_err_of_errno(errno);

    for (int index = 0; index <= highest; index++) {
        struct shmid_ds status = { 0 }; // analysers cannot see that shmctl() fills it
        const int shm_id = shmctl(index, SHM_STAT_ANY, &status);
        if (shm_id < 0 || !tri_key_is_ours(status.shm_perm.__key) ||
            (status.shm_perm.mode & SHM_DEST))
            continue;
        struct tri_stream *more = realloc(*streams, (*count + 1) * sizeof(**streams));
        if (!more) {
            free(*streams);
            *streams = NULL;
            *count = 0;
            return TRI_ERR_LIMIT;
        }
        *streams = more;
        describe(&more[(*count)++], shm_id, &status);
    }
    if (*count > 1)
        qsort(*streams, *count, sizeof(**streams), by_name);
    return TRI_OK;
}

enum tri_err tri_stream_find(const char *name, struct tri_stream *stream)
{
    *stream = (struct tri_stream){ .shm_id = -1, .sem_id = -1 };
    if (!tri_name_valid(name))
        return TRI_ERR_INVALID;

    struct tri_stream *streams;
    size_t count;
    enum tri_err err = tri_stream_list(&streams, &count);
    if (err != TRI_OK)
        return err;
    err = TRI_ERR_NO_STREAM;
    for (size_t i = 0; i < count && err == TRI_ERR_NO_STREAM; i++) {
        if (streams[i].key != tri_name_key(name))
            continue;
        *stream = streams[i];
        const bool other = stream->name[0] && strcmp(stream->name, name) != 0;
        err = other && stream->state != TRI_STREAM_CORRUPT ? TRI_ERR_COLLISION : TRI_OK;
    }
    free(streams);
    return err;
}

enum tri_err tri_stream_remove(const char *name, bool even_if_live)
{
    if (!tri_name_valid(name))
        return TRI_ERR_INVALID;
    struct tri_stream stream;
    enum tri_err err = tri_stream_find(name, &stream);
    if (err != TRI_OK && err != TRI_ERR_NO_STREAM)
        return err;

    // A writer that died before its first frame leaves semaphores alone.
    const int sem_id = semget(tri_name_key(name), 0, 0);
    if (err == TRI_ERR_NO_STREAM && sem_id < 0)
        return TRI_ERR_NO_STREAM;
    if (!even_if_live && sem_id >= 0 && tri_semset_has_writer(sem_id) == TRI_OK)
        return TRI_ERR_BUSY;

    err = TRI_OK;
    if (stream.shm_id >= 0)
        err = tri_segment_remove(stream.shm_id);
    if (sem_id >= 0) {
        const enum tri_err sem_err = tri_semset_remove(sem_id);
        err = err == TRI_OK ? sem_err : err;
    }
    return err == TRI_ERR_AWAY ? TRI_OK : err; // somebody else was quicker
}
