/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include "entry.h"
#include "errno_map.h"
#include "sys_account.h"
#include "sys_limits.h"
#include "sys_memory.h"
#include "sys_owner.h"
#include "sys_status.h"
#include "sys_time_namespace.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ // Linux 5.14; missing in musl and older libcs
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif

#define HUGE_PAGE (2ull << 20)
#if SIZE_MAX > UINT32_MAX
#define SEGMENT_BYTES_MAX (1ull << 46) // more than any machine maps; keeps sums below overflow
#else
#define SEGMENT_BYTES_MAX SIZE_MAX // upper limit of a request
#endif

static uint64_t round_up(uint64_t value, uint64_t to)
{
    return (value + to - 1) / to * to;
}

/** Copies the header's numbers once and accepts them only if all parts lie within the segment. */
static enum tri_err check_header(struct tri_segment *segment, const char *name)
{
    if (segment->bytes < sizeof(struct tri_header))
        return TRI_ERR_CORRUPT;

    // Acquire: pairs with the release in tri_segment_announce(); the header is complete from here
    // on.
    const struct tri_header *header = segment->header;
    const uint32_t magic = atomic_load_explicit(&header->magic, memory_order_acquire);
    if (magic == 0)
        return TRI_ERR_NO_STREAM; // being created, or left incomplete
    if (magic != TRI_MAGIC)
        return TRI_ERR_CORRUPT;
    struct tri_header copy;
    memcpy(&copy, (const void *)header, sizeof(copy));
    atomic_signal_fence(memory_order_seq_cst); // only the copy is used from here on
    segment->version = copy.version;
    memcpy(segment->name, copy.name, sizeof(segment->name));
    segment->name[TRI_NAME_MAX] = '\0';
    if (copy.version != TRI_LAYOUT_VERSION)
        return TRI_ERR_VERSION;
    if (name && strncmp(copy.name, name, sizeof(copy.name)) != 0)
        return TRI_ERR_COLLISION;

    const struct tri_geometry g = {
        .slots = copy.slots,
        .slots_max = copy.slots_max,
        .entries_at = copy.entries_at,
        .slots_at = copy.slots_at,
        .slot_bytes = copy.slot_bytes,
        .stream_id = copy.stream_id,
    };
    if (g.slots < TRI_SLOTS_MIN || g.slots > g.slots_max || g.slots_max > TRI_SLOTS_MAX ||
        copy.entry_bytes != sizeof(struct tri_entry) || segment->bytes > SEGMENT_BYTES_MAX ||
        g.entries_at % _Alignof(struct tri_entry) != 0 ||
        g.entries_at < sizeof(struct tri_header) || g.entries_at > segment->bytes ||
        g.slots_max * sizeof(struct tri_entry) > segment->bytes - g.entries_at ||
        g.slots_at % TRI_PAGE != 0 || g.slots_at > segment->bytes ||
        g.slots_at < g.entries_at + g.slots_max * sizeof(struct tri_entry) ||
        g.slot_bytes % TRI_PAGE != 0 || g.slot_bytes == 0 || g.slot_bytes > segment->bytes ||
        g.slots_max * g.slot_bytes > segment->bytes - g.slots_at ||
        segment->bytes - g.slots_at - g.slots_max * g.slot_bytes < TRI_PAGE)
        return TRI_ERR_CORRUPT;
    segment->geometry = g;
    return TRI_OK;
}

/** With frames in its core dump, a crashed writer's semaphores would be reverted only after all
 *  of them are on disk. */
static void leave_out_of_cores(const struct tri_segment *segment)
{
    madvise(segment->header, (size_t)segment->bytes, MADV_DONTDUMP);
}

enum tri_err tri_segment_attach(struct tri_segment *segment, int shm_id, const char *name,
                                int flags)
{
    *segment = TRI_SEGMENT_NONE;
    struct shmid_ds status;
    enum tri_err err = tri_status_of_shm(shm_id, &status);
    if (err != TRI_OK)
        return err;

    segment->owner = status.shm_perm.uid;
    if (status.shm_perm.uid != status.shm_perm.cuid)
        return TRI_ERR_FOREIGN;

    struct tri_segment found = { .bytes = status.shm_segsz,
                                 .shm_id = shm_id,
                                 .owner = status.shm_perm.uid,
                                 .clock_offset_ns = tri_time_namespace_offset() };
    void *at = shmat(shm_id, NULL, flags);
    if (at == (void *)-1) {
        err = tri_err_of_errno(errno);
        return err == TRI_ERR_REMOVED ? TRI_ERR_NO_STREAM : err;
    }
    found.header = at;
    leave_out_of_cores(&found);

    err = check_header(&found, name);
    *segment = found;
    if (err != TRI_OK) {
        shmdt(at);
        segment->header = NULL;
        segment->shm_id = -1;
    }
    return err;
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
        struct shmid_ds status = { 0 }; // filled by shmctl(), which analysers cannot see
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
        .slots_max = plan->slots_max,
        .entries_at = entries_at,
        .slots_at = round_up(entries_at + plan->slots_max * sizeof(struct tri_entry), TRI_PAGE),
        .slot_bytes = round_up(plan->slot_bytes, TRI_PAGE),
        .stream_id = plan->stream_id,
    };
}

/** The size of a segment with room for `slots` slots. */
static uint64_t bytes_of(const struct tri_segment_plan *plan, const struct tri_geometry *geometry,
                         uint32_t slots)
{
    const uint64_t bytes = geometry->slots_at + slots * geometry->slot_bytes + TRI_PAGE;
    return plan->flags & TRI_WRITER_HUGE_PAGES ? round_up(bytes, HUGE_PAGE) : bytes;
}

/** Checked before sums that could overflow. The remainder is for the header, the guard page and
 *  rounding. */
static bool can_be_summed(const struct tri_segment_plan *plan, uint32_t slots)
{
    return plan->slot_bytes <= SEGMENT_BYTES_MAX / slots - 2 * HUGE_PAGE;
}

bool tri_segment_affordable(const struct tri_segment_plan *plan, const struct tri_segment *old,
                            bool freed, const tri_log *log)
{
    if (!can_be_summed(plan, plan->slots)) {
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: %u buffers of %llu bytes are more than any segment can have; use fewer "
                      "buffers or smaller frames",
                      plan->name, plan->slots, (unsigned long long)plan->slot_bytes);
        return false;
    }
    const struct tri_geometry geometry = geometry_of(plan);
    const uint64_t bytes = bytes_of(plan, &geometry, plan->slots);
    // Without an old segment shmget() itself reports its limits.
    if (old && !tri_limits_allow_shm(log, plan->name, bytes, freed ? old->bytes : 0))
        return false;
    // The kernel counts reserved huge pages separately.
    if ((plan->flags & TRI_WRITER_HUGE_PAGES) && tri_memory_huge_left("") >= bytes)
        return true;
    const uint64_t gone = old && freed ? tri_segment_slot_at(old, tri_segment_open_slots(old)) : 0;
    return tri_memory_allows(log, plan->name, bytes, gone);
}

/** Whether reserved huge pages can be used: a hugetlb cgroup allows the reservation and raises
 *  SIGBUS on the first touch above its limit. A kernel before 5.14 returns EINVAL: unknown. */
static bool can_be_touched(int shm_id, uint64_t bytes)
{
    void *at = shmat(shm_id, NULL, 0);
    if (at == (void *)-1)
        return false;
    const bool can = madvise(at, (size_t)bytes, MADV_POPULATE_WRITE) == 0 || errno == EINVAL;
    shmdt(at);
    return can;
}

/** shmget() with reserved huge pages. @return -1, logged: not available */
static int create_huge(const struct tri_segment_plan *plan, uint64_t bytes, int flags,
                       const tri_log *log)
{
    const int id = shmget(plan->key, (size_t)bytes, flags | SHM_HUGETLB);
    if (id >= 0 && can_be_touched(id, bytes))
        return id;
    tri_log_write(log, TRI_LOG_INFO, "segment",
                  "%s: no reserved huge pages (%s): trying transparent ones", plan->name,
                  id >= 0 ? "a cgroup allows no more" : strerror(errno));
    if (id >= 0)
        tri_segment_remove(id);
    return -1;
}

/** shmget(), with huge pages if requested and available. */
static int create_in_group(const struct tri_segment_plan *plan, uint64_t bytes, int perms,
                           const tri_log *log)
{
    const int flags = IPC_CREAT | IPC_EXCL | perms;
    if (plan->flags & TRI_WRITER_HUGE_PAGES) {
        const int id = create_huge(plan, bytes, flags, log);
        if (id >= 0)
            return id;
        if (!tri_memory_allows(log, plan->name, bytes, 0)) { // ordinary pages are needed now
            errno = ENOMEM;
            return -1;
        }
    }
    // Without a reservation: an unopened slot costs addresses, no memory.
    return shmget(plan->key, (size_t)bytes, flags | SHM_NORESERVE);
}

/** The same, with the effective group that may read. */
static int create(const struct tri_segment_plan *plan, uint64_t bytes, const tri_log *log)
{
    struct tri_account_before before;
    const bool entered = tri_account_enter_group(plan->group, &before);
    const int perms = (int)plan->mode | (entered ? 0 : TRI_IPC_UNFINISHED); // until IPC_SET
    const int id = create_in_group(plan, bytes, perms, log);
    tri_account_leave_group(&before);
    return id;
}

/** Creates and attaches, read-write. @return false with errno set, and nothing was created */
static bool create_attached(struct tri_segment *made, const struct tri_segment_plan *plan,
                            const tri_log *log)
{
    made->geometry = geometry_of(plan);
    made->bytes = bytes_of(plan, &made->geometry, plan->slots_max);
    made->shm_id = create(plan, made->bytes, log);
    if (made->shm_id < 0)
        return false;
    void *at = shmat(made->shm_id, NULL, 0);
    if (at != (void *)-1) {
        made->header = at;
        return true;
    }
    const int saved = errno;
    tri_segment_remove(made->shm_id);
    errno = saved;
    return false;
}

/** Options that change speed only: best effort, failures are logged. */
static void tune(struct tri_segment *segment, const struct tri_segment_plan *plan,
                 const tri_log *log)
{
    if ((plan->flags & TRI_WRITER_HUGE_PAGES) &&
        madvise(segment->header, (size_t)segment->bytes, MADV_HUGEPAGE) < 0)
        tri_log_write(log, TRI_LOG_INFO, "segment", "%s: ordinary pages: %s", plan->name,
                      strerror(errno));
    if ((plan->flags & TRI_WRITER_MLOCK) && shmctl(segment->shm_id, SHM_LOCK, NULL) < 0)
        tri_log_write(log, TRI_LOG_WARN, "segment",
                      "%s: cannot be locked in memory: %s; raise the limit with `ulimit -l`",
                      plan->name, strerror(errno));
}

enum tri_err tri_segment_create(struct tri_segment *segment, const struct tri_segment_plan *wanted,
                                const tri_log *log)
{
    *segment = TRI_SEGMENT_NONE;
    struct tri_segment_plan plan = *wanted;
    struct tri_segment made = TRI_SEGMENT_NONE;
    while (plan.slots_max > plan.slots && !can_be_summed(&plan, plan.slots_max))
        plan.slots_max--;
    // The limits (shmmax, shmall, overcommit, addresses) include unopened slots.
    while (!create_attached(&made, &plan, log)) {
        const int error = errno;
        if (error == EEXIST) { // created by another process since the writer took its place
            tri_owner_explain(log, plan.name, plan.key);
            return TRI_ERR_FOREIGN;
        }
        if (plan.slots_max == plan.slots ||
            (error != EINVAL && error != ENOSPC && error != ENOMEM)) {
            tri_limits_explain_shm(log, plan.name, made.bytes, error);
            return error == EINVAL ? TRI_ERR_NO_RESOURCES : tri_err_of_errno(error);
        }
        plan.slots_max = plan.slots + (plan.slots_max - plan.slots) / 2;
    }
    if (plan.slots_max < wanted->slots_max)
        tri_log_write(log, TRI_LOG_INFO, "segment",
                      "%s: %u slots at most, not %u: the limits of shared memory allow no more",
                      plan.name, plan.slots_max, wanted->slots_max);

    struct shmid_ds status;
    if (shmctl(made.shm_id, IPC_STAT, &status) < 0) {
        tri_log_write(log, TRI_LOG_ERROR, "segment", "%s: the new segment is gone or denied",
                      plan.name);
        tri_segment_remove(made.shm_id);
        tri_segment_detach(&made);
        return TRI_ERR_SYSTEM;
    }
    leave_out_of_cores(&made);
    made.owner = status.shm_perm.uid;
    status.shm_perm.gid = plan.group;
    status.shm_perm.mode = (unsigned short)plan.mode;
    shmctl(made.shm_id, IPC_SET, &status); // created by this process: cannot fail
    tune(&made, &plan, log);

    struct timespec now = { 0 };
    clock_gettime(CLOCK_REALTIME, &now);
    struct tri_header *header = made.header;
    header->version = TRI_LAYOUT_VERSION;
    header->slots = plan.slots;
    header->slots_max = plan.slots_max;
    header->entry_bytes = sizeof(struct tri_entry);
    header->entries_at = made.geometry.entries_at;
    header->slots_at = made.geometry.slots_at;
    header->slot_bytes = made.geometry.slot_bytes;
    header->stream_id = plan.stream_id;
    header->created_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    // The others open when frames need them: touching the memory of all slots would delay the
    // first frame. Huge pages and locked memory are allocated for all slots at once anyway.
    const bool at_once = plan.flags & (TRI_WRITER_HUGE_PAGES | TRI_WRITER_MLOCK);
    atomic_store_explicit(&header->slots_open, at_once ? plan.slots : 1, memory_order_relaxed);
    strncpy(header->name, plan.name, sizeof(header->name) - 1);
    *segment = made;
    return TRI_OK;
}

int64_t tri_segment_local_time(const struct tri_segment *segment, int64_t ns)
{
    const int64_t writer =
        atomic_load_explicit(&segment->header->clock_offset_ns, memory_order_relaxed);
    if (writer == segment->clock_offset_ns || !tri_time_sane(writer) || !tri_time_sane(ns))
        return ns;
    const int64_t local = ns - writer + segment->clock_offset_ns;
    return tri_time_sane(local) ? local : ns;
}

void tri_segment_announce(struct tri_segment *segment)
{
    // Release: pairs with the acquire in check_header(), which then sees the complete header.
    atomic_store_explicit(&segment->header->magic, TRI_MAGIC, memory_order_release);
}

bool tri_segment_populate(const struct tri_segment *segment, uint64_t offset, uint64_t bytes,
                          bool write)
{
    const int saved = errno;
    const uint64_t aside = offset % (uint64_t)sysconf(_SC_PAGESIZE); // may exceed TRI_PAGE
    const bool done = madvise((uint8_t *)segment->header + offset - aside, (size_t)(bytes + aside),
                              write ? MADV_POPULATE_WRITE : MADV_POPULATE_READ) == 0 ||
                      errno == EINVAL;
    errno = saved;
    return done;
}

void tri_segment_populate_open(const struct tri_segment *segment)
{
    tri_segment_populate(segment, 0, tri_segment_slot_at(segment, tri_segment_open_slots(segment)),
                         true);
}

void tri_segment_populate_entries(const struct tri_segment *segment)
{
    const struct tri_geometry *geometry = &segment->geometry;
    tri_segment_populate(segment, 0, sizeof(struct tri_header), false);
    tri_segment_populate(segment, geometry->entries_at,
                         geometry->slots_max * sizeof(struct tri_entry), false);
}

void tri_segment_free_slot(const struct tri_segment *segment, uint32_t slot)
{
    const int saved = errno;
    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE); // may be shared with neighbouring slots
    const uint64_t from = round_up(tri_segment_slot_at(segment, slot), page);
    const uint64_t to = tri_segment_slot_at(segment, slot + 1) / page * page;
    if (from < to)
        madvise((uint8_t *)segment->header + from, (size_t)(to - from), MADV_REMOVE);
    errno = saved;
}

bool tri_segment_removed(const struct tri_segment *segment)
{
    struct shmid_ds status;
    if (shmctl(segment->shm_id, IPC_STAT, &status) == 0)
        return (status.shm_perm.mode & SHM_DEST) != 0;
    // A sandbox may refuse the call: no conclusion about the segment.
    return tri_err_of_errno(errno) == TRI_ERR_REMOVED;
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
