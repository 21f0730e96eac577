/* SPDX-License-Identifier: MIT */
#include "doorbell.h"

#include "name.h"

#include <triptych/frame.h>

#include <errno.h>
#include <linux/futex.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAGIC       0x42495254u // "TRIB" in memory order
#define BELL_BYTES  2713 // the kernel reports a segment's exact size: others rarely have this one
#define BELL_MODE   0666 // writers of all users ring
#define BELLS_MAX   1024 // rung by one writer at a time
#define RUNG_MIN_NS 2000000 // between two rings that end waits
#define STALE_S     10      // a doorbell without its process, which died while it made it

struct tri_doorbell_page {
    uint32_t magic;
    _Atomic uint32_t rings;
    key_t key;
};

static long futex(_Atomic uint32_t *word, int operation, uint32_t value,
                  const struct timespec *limit)
{
    long number = SYS_futex;
#ifdef SYS_futex_time64 // 32-bit systems, whose libc may have 64-bit times
    if (sizeof(limit->tv_sec) > sizeof(long))
        number = SYS_futex_time64;
#endif
    return syscall(number, word, operation, value, limit, NULL, 0);
}

bool tri_doorbell_open(struct tri_doorbell *bell, key_t key)
{
    if (bell->page)
        return false;
    const int id = shmget(IPC_PRIVATE, BELL_BYTES, BELL_MODE);
    if (id < 0)
        return false;
    void *at = shmat(id, NULL, 0);
    shmctl(id, IPC_RMID, NULL);
    if (at == (void *)-1)
        return false;
    bell->page = at;
    bell->page->key = key;
    bell->page->magic = MAGIC;
    tri_doorbell_arm(bell);
    return true;
}

void tri_doorbell_arm(struct tri_doorbell *bell)
{
    // Acquire: pairs with the ring; what its writer made before is found.
    if (bell->page)
        bell->seen = atomic_load_explicit(&bell->page->rings, memory_order_acquire);
}

bool tri_doorbell_is_rung(const struct tri_doorbell *bell)
{
    return bell->page &&
           atomic_load_explicit(&bell->page->rings, memory_order_acquire) != bell->seen;
}

enum tri_err tri_doorbell_wait(struct tri_doorbell *bell, struct tri_sleep *sleep, int64_t ns)
{
    if (!bell->page)
        return tri_sleep_for(sleep, ns);
    const int64_t soonest = bell->rung_ns + RUNG_MIN_NS - tri_now_ns();
    if (soonest > 0 && tri_sleep_for(sleep, soonest < ns ? soonest : ns) != TRI_OK)
        return TRI_ERR_INTERRUPTED;
    if (!tri_sleep_begin(sleep, ns))
        return TRI_ERR_INTERRUPTED;
    const long result = futex(&bell->page->rings, FUTEX_WAIT, bell->seen, &sleep->limit);
    const bool interrupted = result < 0 && errno == EINTR;
    tri_sleep_end(sleep);
    if (tri_doorbell_is_rung(bell))
        bell->rung_ns = tri_now_ns();
    return interrupted ? TRI_ERR_INTERRUPTED : TRI_OK;
}

void tri_doorbell_close(struct tri_doorbell *bell)
{
    if (bell->page)
        shmdt(bell->page);
    bell->page = NULL;
}

static void ring(int id, key_t key)
{
    void *at = shmat(id, NULL, 0);
    if (at == (void *)-1)
        return;
    struct tri_doorbell_page *page = at;
    if (page->magic == MAGIC &&
        (page->key == key || (page->key == TRI_ANY_KEY && tri_key_is_ours(key)))) {
        atomic_fetch_add_explicit(&page->rings, 1, memory_order_release);
        futex(&page->rings, FUTEX_WAKE, 1, NULL); // one thread waits at a doorbell
    }
    shmdt(at);
}

void tri_doorbell_ring(key_t key)
{
    const int saved = errno;
    struct shm_info table = { 0 };
    const int highest = shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&table);
    int rung = 0;
    for (int i = 0; i <= highest && rung < BELLS_MAX; i++) {
        struct shmid_ds status = { 0 }; // filled by shmctl(), which analysers cannot see
        const int id = shmctl(i, SHM_STAT, &status);
        if (id < 0 || status.shm_segsz != BELL_BYTES || status.shm_perm.__key != IPC_PRIVATE ||
            (status.shm_perm.mode & 0777) != BELL_MODE)
            continue;
        if (status.shm_perm.mode & SHM_DEST) {
            ring(id, key);
            rung++;
        } else if (status.shm_nattch == 0 && time(NULL) - status.shm_ctime > STALE_S) {
            shmctl(id, IPC_RMID, NULL); // refused where it is another user's
        }
    }
    errno = saved;
}
