/* SPDX-License-Identifier: MIT */
#include "sys_limits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

/** The text of a file in /proc/sys/kernel, "unknown" if it cannot be read. */
static const char *limit(const char *path, char text[64])
{
    strcpy(text, "unknown");
    FILE *file = fopen(path, "re");
    if (!file)
        return text;
    if (fgets(text, 64, file))
        text[strcspn(text, "\n")] = '\0';
    fclose(file);
    for (char *c = text; *c; c++) {
        if (*c == '\t')
            *c = ' ';
    }
    return text;
}

void tri_limits_explain_shm(const tri_log *log, const char *name, uint64_t bytes, int error)
{
    char number[64];
    char all[64];
    const unsigned long long need = bytes;
    switch (error) {
    case EINVAL:
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: %llu bytes are more than one segment may have (kernel.shmmax %s); "
                      "raise it with sysctl, or use fewer buffers or smaller frames",
                      name, need, limit("/proc/sys/kernel/shmmax", number));
        break;
    case ENOSPC:
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: no room for %llu bytes of shared memory: kernel.shmmni %s segments or "
                      "kernel.shmall %s pages are used up; see ipcs -m, remove what is unused or "
                      "raise the limits with sysctl",
                      name, need, limit("/proc/sys/kernel/shmmni", number),
                      limit("/proc/sys/kernel/shmall", all));
        break;
    case ENOMEM:
        tri_log_write(log, TRI_LOG_ERROR, "segment",
                      "%s: out of memory for %llu bytes; use fewer buffers or smaller frames", name,
                      need);
        break;
    default:
        tri_log_write(log, TRI_LOG_ERROR, "segment", "%s: cannot create %llu bytes: %s", name, need,
                      strerror(error));
    }
}

bool tri_limits_allow_shm(const tri_log *log, const char *name, uint64_t bytes, uint64_t freed)
{
    struct shminfo limits = { 0 }; // filled by shmctl(), which analysers cannot see
    struct shm_info used = { 0 };
    if (shmctl(0, IPC_INFO, (struct shmid_ds *)(void *)&limits) < 0 ||
        shmctl(0, SHM_INFO, (struct shmid_ds *)(void *)&used) < 0)
        return true;

    const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    const uint64_t pages_freed = (freed + page - 1) / page;
    const uint64_t pages = used.shm_tot - pages_freed + (bytes + page - 1) / page;
    const uint64_t segments = (uint64_t)used.used_ids - (freed > 0) + 1;
    const int error = bytes > limits.shmmax                               ? EINVAL
                      : segments > limits.shmmni || pages > limits.shmall ? ENOSPC
                                                                          : 0;
    if (error)
        tri_limits_explain_shm(log, name, bytes, error);
    return error == 0;
}

void tri_limits_explain_sem(const tri_log *log, const char *name, unsigned count,
                            unsigned operations, int error)
{
    char number[64];
    switch (error) {
    case E2BIG:
        tri_log_write(log, TRI_LOG_ERROR, "semset",
                      "%s: a new stream needs %u operations per semop(), kernel.sem \"%s\" allows "
                      "fewer: raise its third number to 500, the kernel's default, with "
                      "`sysctl -w kernel.sem=\"32000 1024000000 500 32000\"`",
                      name, operations, limit("/proc/sys/kernel/sem", number));
        break;
    case ENOSPC:
    case EINVAL:
        tri_log_write(
            log, TRI_LOG_ERROR, "semset",
            "%s: cannot create a set of %u semaphores: kernel.sem is \"%s\" (per set, in all, "
            "per call, sets); see ipcs -s, remove what is unused or raise it with sysctl",
            name, count, limit("/proc/sys/kernel/sem", number));
        break;
    default:
        tri_log_write(log, TRI_LOG_ERROR, "semset", "%s: cannot create %u semaphores: %s", name,
                      count, strerror(error));
    }
}
