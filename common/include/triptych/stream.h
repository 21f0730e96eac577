/* SPDX-License-Identifier: MIT */
/** Listing, finding and removing streams. The kernel's own table is the registry; there is no file. */
#ifndef TRIPTYCH_STREAM_H
#define TRIPTYCH_STREAM_H

#include <triptych/api.h>
#include <triptych/error.h>
#include <triptych/frame.h>
#include <triptych/log.h>
#include <triptych/writer.h>

#include <sys/types.h>

TRI_BEGIN

/** State of a stream. */
enum tri_stream_state {
    TRI_STREAM_LIVE,          // has a writer
    TRI_STREAM_DEAD,          // no writer: left behind by one that was killed
    TRI_STREAM_UNREADABLE,    // this user has no permission to read it
    TRI_STREAM_CORRUPT,       // the header is not valid
    TRI_STREAM_OTHER_VERSION, // made by a triptych with another `layout_version`
    TRI_STREAM_TOO_LARGE,     // does not fit into the address space of this process
};

#define TRI_HOLDERS_MAX 8 // pids in a stream's description

/** A stream: its segment and semaphores; before the first frame semaphores only. Times are
 *  CLOCK_REALTIME seconds, 0: never. */
struct tri_stream {
    char name[TRI_NAME_MAX + 1];     // empty if unreadable, or if no segment names it yet
    char source[TRI_SOURCE_MAX + 1]; // description of the source, by its writer
    enum tri_stream_state state;     // at this moment
    int key;                         // of both objects
    int shm_id;                      // -1: no frame yet
    int sem_id;                      // -1: the semaphores are gone
    uid_t owner;                     // of the objects
    uid_t creator_uid;               // another user than `owner` makes the stream untrusted
    gid_t group;                     // its members have the group bits
    gid_t creator_group;             // its members have them too
    uint32_t mode;                   // permission bits of the semaphores: who may read and lock
    pid_t creator_pid;               // as in ipcs -p
    pid_t last_pid;                  // as in ipcs -p
    pid_t writer_pid;                // 0: none, or in another PID namespace
    uint32_t attached;               // processes, including the writer
    int64_t attach_time;             // the last one
    int64_t detach_time;             // the last one
    int64_t change_time;             // the last IPC_SET
    uint64_t bytes;                  // of the segment
    uint64_t slot_bytes;             // of one slot
    uint32_t slots;                  // at first
    uint32_t slots_open;             // now
    uint32_t slots_max;              // at most
    uint32_t held;                   // slots that readers have locked
    uint32_t holders;                // valid elements of `holder`, each pid once
    /** The processes that locked or released a locked slot last: incomplete where several processes
     *  lock one slot, and without processes of other PID namespaces. */
    pid_t holder[TRI_HOLDERS_MAX];
    int64_t holder_ns[TRI_HOLDERS_MAX]; // tri_now_ns() when the oldest frame that it locks was
                                        // published; 0: it locks the frame to come
    uint32_t waiting;                   // readers that sleep until the next frame
    uint64_t published;                 // frames so far
    uint64_t dropped_driver;            // so far; those of `newest` end with that frame
    uint64_t dropped_writer;            // so far
    bool has_frame;                     // `newest` is valid
    struct tri_frame_info newest;       // the newest frame
    uint32_t layout_version;            // of the segment, 0: unknown
    uint64_t reserved[TRI_RESERVED];    // zero
};

/** Opaque: the streams at one moment. Threads: any, as long as none closes it. */
typedef struct tri_stream_list tri_stream_list;

/**
 * Lists all streams of this IPC namespace, sorted by name.
 *
 * Ownership: *out belongs to the caller, who closes it with tri_stream_list_close(); NULL on failure.
 * Threads:   any.
 * Cost:      some system calls for each System V object of the namespace.
 *
 * @return TRI_OK; TRI_ERR_NO_RESOURCES, out of memory; TRI_ERR_SYSTEM.
 */
TRI_API enum tri_err tri_stream_list_open(tri_stream_list **out);

/** Returns the number of streams in the list. Threads: any. Cost: no system call. */
TRI_API size_t tri_stream_list_count(const tri_stream_list *list);

/** Returns stream number `index`, from 0; NULL past the last. Ownership: the list's, valid until it is
 *  closed. Threads: any. Cost: no system call. */
TRI_API const struct tri_stream *tri_stream_list_at(const tri_stream_list *list, size_t index);

/** Frees the list and sets *list to NULL. Accepts a NULL *list. Threads: one, when no other uses the
 *  list. Cost: no system call. */
TRI_API void tri_stream_list_close(tri_stream_list **list);

/**
 * Finds one stream by its name.
 *
 * @param stream  filled on TRI_OK and TRI_ERR_COLLISION, otherwise zero except for the ids, which
 *                are -1
 *
 * @return TRI_OK; TRI_ERR_NO_STREAM; TRI_ERR_INVALID, not a name; TRI_ERR_COLLISION, another stream has
 *         the same key; TRI_ERR_NO_RESOURCES, out of memory; TRI_ERR_SYSTEM.
 *
 * Threads: any. Cost: as tri_stream_list_open().
 */
TRI_API enum tri_err tri_stream_find(const char *name, struct tri_stream *stream);

/** Options of tri_stream_remove(). */
enum tri_remove_flags {
    TRI_REMOVE_FORCE =
        1u << 0, // also remove a stream that has a writer, which then creates it again
};

/**
 * Removes a stream's System V objects. Readers keep the frames they have acquired and wait for a new
 * stream.
 *
 * @param flags  enum tri_remove_flags
 *
 * @return TRI_OK; TRI_ERR_BUSY, it has a writer and TRI_REMOVE_FORCE is not set; TRI_ERR_NO_STREAM;
 *         TRI_ERR_DENIED; TRI_ERR_INVALID, not a name, or an unknown flag; TRI_ERR_NO_RESOURCES, out of
 *         memory; TRI_ERR_SYSTEM.
 *
 * Threads: any. Cost: as tri_stream_list_open().
 */
TRI_API enum tri_err tri_stream_remove(const char *name, uint32_t flags);

/** As tri_stream_remove(), by the key from tri_stream_list_at(): also for a stream whose name is
 *  unknown. @return as tri_stream_remove(); TRI_ERR_INVALID, not a key of a stream. Threads: any. Cost:
 *  at most six system calls. */
TRI_API enum tri_err tri_stream_remove_key(int key, uint32_t flags);

/** Returns whether `name` is a valid name, see TRI_NAME_RULE. Case matters: Door and door are two
 *  streams. Threads: any. Cost: no system call. */
TRI_API bool tri_name_valid(const char *name);

TRI_END

#endif
