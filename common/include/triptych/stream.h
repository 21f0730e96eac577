/* SPDX-License-Identifier: MIT */
/** What streams there are: read from the kernel's own table, no registry file. */
#ifndef TRIPTYCH_STREAM_H
#define TRIPTYCH_STREAM_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>
#include <triptych/writer.h>

#include <sys/types.h>

TRI_BEGIN

enum tri_stream_state {
    TRI_STREAM_LIVE,       // a writer holds it
    TRI_STREAM_DEAD,       // no writer: left by one that was killed
    TRI_STREAM_UNREADABLE, // this user may not look inside
    TRI_STREAM_CORRUPT,    // not what its key promises, or of another version
};

#define TRI_HOLDERS_MAX 8 // processes that a stream's description names

/** What stands under a key of triptych's: a segment and semaphores; before the first frame semaphores
 *  alone. Times are CLOCK_REALTIME seconds, 0: never. */
struct tri_stream {
    char name[TRI_NAME_MAX + 1]; // empty when it cannot be read, or nothing says it yet
    char source[TRI_SOURCE_MAX + 1];
    enum tri_stream_state state;
    int key, shm_id, sem_id; // shm_id -1: no frame yet; sem_id -1: the semaphores are gone
    uid_t owner, creator_uid;
    gid_t group;
    uint32_t mode;               // permission bits of the semaphores: who may watch and hold
    pid_t creator_pid, last_pid; // as in ipcs -p
    pid_t writer_pid;            // 0: none, or one in another PID namespace
    uint32_t attached;           // processes, the writer included
    int64_t attach_time, detach_time, change_time;
    uint64_t bytes; // of the segment
    uint64_t slot_bytes;
    uint32_t slots;
    uint32_t held;    // slots that readers hold at this moment
    uint32_t holders; // of `holder`, each once
    pid_t holder
        [TRI_HOLDERS_MAX]; // who was the last to take or give back a held slot: not all, where
                           // several hold one, and none of another PID namespace
    uint32_t waiting;      // readers asleep until the next frame
    uint64_t published;    // frames so far
    bool has_frame;        // `newest` holds
    struct tri_frame_info newest;
};

/**
 * All of this machine's (this IPC namespace's) streams, by name.
 *
 * Ownership: *streams is the caller's, to be freed with free(); NULL when there are none.
 * @return TRI_OK; TRI_ERR_SYSTEM.
 */
TRI_API enum tri_err tri_stream_list(struct tri_stream **streams, size_t *count);

/** One stream by its name. @return TRI_OK, TRI_ERR_NO_STREAM, TRI_ERR_INVALID, TRI_ERR_COLLISION. */
TRI_API enum tri_err tri_stream_find(const char *name, struct tri_stream *stream);

/**
 * Removes a stream's System V objects. Readers keep the frame they hold, then wait for a new one.
 *
 * @param even_if_live  remove it under a running writer, which then makes it anew
 * @return TRI_OK; TRI_ERR_BUSY, it has a writer and even_if_live is false; TRI_ERR_NO_STREAM;
 *         TRI_ERR_DENIED; TRI_ERR_INVALID.
 */
TRI_API enum tri_err tri_stream_remove(const char *name, bool even_if_live);

/** The same by a key, as tri_stream_list() tells it: also of a stream whose name is not known. */
TRI_API enum tri_err tri_stream_remove_key(int key, bool even_if_live);

/** Whether `name` can name a stream: TRI_NAME_RULE. Case matters: Door and door are two streams. */
TRI_API bool tri_name_valid(const char *name);

TRI_END

#endif
