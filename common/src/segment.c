/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include "errno_map.h"
#include "sys_limits.h"
#include "sys_memory.h"
#include "sys_owner.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ // Linux 5.14; musl and older libcs do not name them
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

#define HUGE_PAGE (2ull << 20)
#if SIZE_MAX > UINT32_MAX
#define SEGMENT_BYTES_MAX (1ull << 46) // more than any machine maps; keeps sums far from overflow
#else
#define SEGMENT_BYTES_MAX SIZE_MAX // more cannot be asked for
#endif

static uint64_t round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) / to * to;
}

/** Copies the header's numbers once and accepts them only if everything lies within the segment. */
static enum tri_err check_header(struct tri_segment *segment, const char *name)
{
    if (segment->bytes < sizeof(struct tri_header))
        return TRI_ERR_CORRUPT;

    // Acquire: pairs with the release in tri_segment_announce(); the header is whole from here on.
    const struct tri_header *header = segment->header;
    const uint32_t magic = atomic_load_explicit(&header->magic, memory_order_acquire);
    if (magic == 0)
        return TRI_ERR_NO_STREAM; // being made right now, or left half made
    if (magic != TRI_MAGIC)
        return TRI_ERR_CORRUPT;
    struct tri_header copy;
    memcpy(&copy, (const void *)header, sizeof(copy));
    atomic_signal_fence(memory_order_seq_cst); // the copy is used from here on, never the original
    if (copy.version != TRI_LAYOUT_VERSION)
        return TRI_ERR_VERSION;
    if (name && strncmp(copy.name, name, sizeof(copy.name)) != 0)
        return TRI_ERR_COLLISION;

    const struct tri_geometry g = {
        .slots = copy.slots,
        .entries_at = copy.entries_at,
        .slots_at = copy.slots_at,
        .slot_bytes = copy.slot_bytes,
        .stream_id = copy.stream_id,
    };
    if (g.slots < TRI_SLOTS_MIN || g.slots > TRI_SLOTS_MAX ||
        copy.entry_bytes != sizeof(struct tri_entry) || segment->bytes > SEGMENT_BYTES_MAX ||
        g.entries_at % _Alignof(struct tri_entry) != 0 ||
        g.entries_at < sizeof(struct tri_header) || g.entries_at > segment->bytes ||
        g.slots * sizeof(struct tri_entry) > segment->bytes - g.entries_at ||
        g.slots_at % TRI_PAGE != 0 || g.slots_at > segment->bytes ||
        g.slots_at < g.entries_at + g.slots * sizeof(struct tri_entry) ||
        g.slot_bytes % TRI_PAGE != 0 || g.slot_bytes == 0 || g.slot_bytes > segment->bytes ||
        g.slots * g.slot_bytes > segment->bytes - g.slots_at ||
        segment->bytes - g.slots_at - g.slots * g.slot_bytes < TRI_PAGE)
        return TRI_ERR_CORRUPT;
    segment->geometry = g;
    return TRI_OK;
}

/** Frames in a core dump would delay the kernel's news of a crashed writer's death until all of them
 *  are on disk. */
static void leave_out_of_cores(const struct tri_segment *segment)
{
    madvise(segment->header, segment->bytes, MADV_DONTDUMP);
}

enum tri_err tri_segment_attach(struct tri_segment *segment, int shm_id, const char *name,
                                int flags)
{
    *segment = TRI_SEGMENT_NONE;
    struct shmid_ds status;
    if (shmctl(shm_id, IPC_STAT, &status) < 0) {
        const enum tri_err err = tri_err_of_errno(errno);
        return err == TRI_ERR_NO_WRITER ? TRI_ERR_NO_STREAM : err;
    }

    segment->owner = status.shm_perm.uid;
    if (status.shm_perm.uid != status.shm_perm.cuid)
        return TRI_ERR_FOREIGN;

    struct tri_segment found = { .bytes = status.shm_segsz,
                                 .shm_id = shm_id,
                                 .owner = status.shm_perm.uid };
    void *at = shmat(shm_id, NULL, flags);
    if (at == (void *)-1) {
        const enum tri_err err = tri_err_of_errno(errno);
        return err == TRI_ERR_NO_WRITER ? TRI_ERR_NO_STREAM : err;
    }
    found.header = at;
    leave_out_of_cores(&found);

    const enum tri_err err = check_header(&found, name);
    if (err != TRI_OK) {
        tri_segment_detach(&found);
        return err;
    }
    *segment = found;
    return TRI_OK;
}

enum tri_err tri_segment_find(struct tri_segment *segment, key_t key, const char *name, int flags)
{
    *segment = TRI_SEGMENT_NONE;
    const int shm_id = shmget(key, 0, 0);
    if (shm_id < 0)
        return errno == ENOENT ? TRI_ERR_NO_STREAM : tri_err_of_errno(errno);
    return tri_segment_attach(segment, shm_id, name, flags);
}

int tri_segment_former_attachments(const char *name)
{
    int attachments = 0;
    struct shm_info table = { 0 };
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    for (int i = 0; i <= highest; i++) {
        struct shmid_ds status = { 0 }; // analysers cannot see that shmctl() fills it
        const int shm_id = shmctl(i, SHM_STAT, &status);
        if (shm_id < 0 || !(status.shm_perm.mode & SHM_DEST) || status.shm_perm.uid != geteuid())
            continue;
        struct tri_segment segment;
        if (tri_segment_attach(&segment, shm_id, name, SHM_RDONLY) == TRI_OK)
            attachments += (int)status.shm_nattch;
        tri_segment_detach(&segment);
    }
    return attachments;
}

static struct tri_geometry geometry_of(const struct tri_segment_plan *plan)
{
    const uint64_t entries_at = sizeof(struct tri_header);
    return (struct tri_geometry){
        .slots = plan->slots,
        .entries_at = entries_at,
        .slots_at = round_up(entries_at + plan->slots * sizeof(struct tri_entry), TRI_PAGE),
        .slot_bytes = round_up(plan->slot_bytes, TRI_PAGE),
        .stream_id = plan->stream_id,
    };
}

static uint64_t bytes_of(const struct tri_segment_plan *plan, const struct tri_geometry *geometry)
{
    const uint64_t bytes = geometry->slots_at + geometry->slots * geometry->slot_bytes + TRI_PAGE;
    return plan->flags & TRI_WRITER_HUGE_PAGES ? round_up(bytes, HUGE_PAGE) : bytes;
}

bool tri_segment_affordable(const struct tri_segment_plan *plan, const struct tri_segment *old,
                            bool freed, const tri_log *log)
{
    // Before the sums, which would overflow. The rest is for the header, the guard page and rounding.
    if (plan->slot_bytes > SEGMENT_BYTES_MAX / plan->slots - 2 * HUGE_PAGE) {
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: %u buffers of %llu bytes are more than any segment can have; use fewer "
                      "buffers or smaller frames",
                      plan->name, plan->slots, (unsigned long long)plan->slot_bytes);
        return false;
    }
    const struct tri_geometry geometry = geometry_of(plan);
    const uint64_t bytes = bytes_of(plan, &geometry);
    const uint64_t gone = old && freed ? old->bytes : 0;
    // Without an old one shmget() itself tells of its limits.
    if (old && !tri_limits_allow_shm(log, plan->name, bytes, gone))
        return false;
    // Reserved huge pages are counted apart from all other memory.
    if ((plan->flags & TRI_WRITER_HUGE_PAGES) && tri_memory_huge_left("") >= bytes)
        return true;
    return tri_memory_allows(log, plan->name, bytes, gone);
}

/** Whether huge pages that were promised are there: a hugetlb cgroup lets them be reserved and answers
 *  the touch of one too many with SIGBUS. A kernel before 5.14 says EINVAL: it cannot tell. */
static bool can_be_touched(int shm_id, uint64_t bytes)
{
    void *at = shmat(shm_id, NULL, 0);
    if (at == (void *)-1)
        return false;
    const bool can = madvise(at, bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL;
    shmdt(at);
    return can;
}

/** shmget() with reserved huge pages. @return -1 where those cannot be had, and it is said */
static int create_huge(const struct tri_segment_plan *plan, uint64_t bytes, int flags,
                       const tri_log *log)
{
    const int id = shmget(plan->key, bytes, flags | SHM_HUGETLB);
    if (id >= 0 && can_be_touched(id, bytes))
        return id;
    tri_log_write(log, TRI_LOG_INFO, "segment",
                  "%s: no reserved huge pages (%s): trying transparent ones", plan->name,
                  id >= 0 ? "a cgroup allows no more" : strerror(errno));
    if (id >= 0)
        tri_segment_remove(id);
    return -1;
}

/** shmget(), with huge pages where they were asked for and can be had. */
static int create(const struct tri_segment_plan *plan, uint64_t bytes, const tri_log *log)
{
    const int flags = IPC_CREAT | IPC_EXCL | (int)plan->mode;
    if (plan->flags & TRI_WRITER_HUGE_PAGES) {
        const int id = create_huge(plan, bytes, flags, log);
        if (id >= 0)
            return id;
        if (!tri_memory_allows(log, plan->name, bytes, 0)) { // they were counted on
            errno = ENOMEM;
            return -1;
        }
    }
    return shmget(plan->key, bytes, flags);
}

/** Wishes of the options that change speed, not meaning: what is refused is said and left. */
static void tune(struct tri_segment *segment, const struct tri_segment_plan *plan,
                 const tri_log *log)
{
    if ((plan->flags & TRI_WRITER_HUGE_PAGES) &&
        madvise(segment->header, segment->bytes, MADV_HUGEPAGE) < 0)
        tri_log_write(log, TRI_LOG_INFO, "segment", "%s: ordinary pages: %s", plan->name,
                      strerror(errno));
    if ((plan->flags & TRI_WRITER_MLOCK) && shmctl(segment->shm_id, SHM_LOCK, NULL) < 0)
        tri_log_write(log, TRI_LOG_WARN, "segment",
                      "%s: cannot be locked in memory: %s; raise the limit with `ulimit -l`",
                      plan->name, strerror(errno));
    tri_segment_fault_in(segment);
}

enum tri_err tri_segment_create(struct tri_segment *segment, const struct tri_segment_plan *plan,
                                const tri_log *log)
{
    *segment = TRI_SEGMENT_NONE;
    const struct tri_geometry geometry = geometry_of(plan);
    const uint64_t bytes = bytes_of(plan, &geometry);

    struct tri_segment made = { .bytes = bytes, .shm_id = create(plan, bytes, log) };
    if (made.shm_id < 0) {
        const int error = errno;
        if (error == EEXIST) { // planted since the writer took its place
            tri_owner_explain(log, plan->name, plan->key);
            return TRI_ERR_FOREIGN;
        }
        tri_limits_explain_shm(log, plan->name, bytes, error);
        return error == EINVAL ? TRI_ERR_NO_RESOURCES : tri_err_of_errno(error);
    }

    struct shmid_ds status;
    void *at = shmat(made.shm_id, NULL, 0);
    if (at == (void *)-1 || shmctl(made.shm_id, IPC_STAT, &status) < 0) {
        const enum tri_err err = tri_err_of_errno(errno);
        tri_log_write(log, TRI_LOG_ERROR, "segment", "%s: cannot attach %llu bytes: %s", plan->name,
                      (unsigned long long)bytes, strerror(errno));
        tri_segment_remove(made.shm_id);
        made.header = at == (void *)-1 ? NULL : at;
        tri_segment_detach(&made);
        return err == TRI_ERR_NO_WRITER ? TRI_ERR_SYSTEM
                                        : err; // AWAY would be said of the semaphores
    }
    made.header = at;
    leave_out_of_cores(&made);
    made.owner = status.shm_perm.uid;
    status.shm_perm.gid = plan->group;
    shmctl(made.shm_id, IPC_SET, &status); // we made it: cannot be refused
    tune(&made, plan, log);

    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    struct tri_header *header = made.header;
    header->version = TRI_LAYOUT_VERSION;
    header->slots = plan->slots;
    header->entry_bytes = sizeof(struct tri_entry);
    header->entries_at = geometry.entries_at;
    header->slots_at = geometry.slots_at;
    header->slot_bytes = geometry.slot_bytes;
    header->stream_id = plan->stream_id;
    header->created_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    strncpy(header->name, plan->name, sizeof(header->name) - 1);
    made.geometry = geometry;
    *segment = made;
    return TRI_OK;
}

void tri_segment_announce(struct tri_segment *segment)
{
    // Release: whoever loads magic with acquire, in check_header(), sees the whole header.
    atomic_store_explicit(&segment->header->magic, TRI_MAGIC, memory_order_release);
}

/** A kernel before 5.14 answers EINVAL: then the pages come one by one, in the frame path. */
static void populate(const uint8_t *at, uint64_t bytes, int advice)
{
    const int saved = errno;
    const uint64_t below = (uintptr_t)at % (uintptr_t)sysconf(_SC_PAGESIZE);
    madvise((void *)(uintptr_t)(at - below), bytes + below, advice);
    errno = saved;
}

void tri_segment_fault_in(const struct tri_segment *segment)
{
    populate((const uint8_t *)segment->header, segment->bytes, MADV_POPULATE_WRITE);
}

void tri_segment_fault_in_frames(const struct tri_segment *segment, uint64_t bytes)
{
    for (uint32_t i = 0; i < segment->geometry.slots && segment->owner == geteuid(); i++)
        populate(tri_segment_slot(segment, i), bytes, MADV_POPULATE_READ);
}

bool tri_segment_removed(const struct tri_segment *segment)
{
    struct shmid_ds status;
    if (shmctl(segment->shm_id, IPC_STAT, &status) == 0)
        return (status.shm_perm.mode & SHM_DEST) != 0;
    // A sandbox may refuse the call: that says nothing about the segment.
    return tri_err_of_errno(errno) == TRI_ERR_NO_WRITER;
}

enum tri_err tri_segment_remove(int shm_id)
{
    return shmctl(shm_id, IPC_RMID, NULL) == 0 ? TRI_OK : tri_err_of_errno(errno);
}

void tri_segment_detach(struct tri_segment *segment)
{
    const int saved = errno;
    if (segment->header)
        shmdt(segment->header);
    *segment = TRI_SEGMENT_NONE;
    errno = saved;
}
