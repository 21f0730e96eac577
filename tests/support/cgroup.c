/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include "fixture.h"

#include <errno.h>
#include <sys/stat.h>

static char group[128];
static const char *limit_file;

static bool put(const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", group, file);
    FILE *opened = fopen(path, "we");
    if (!opened)
        return false;
    const bool written = fputs(text, opened) >= 0;
    return fclose(opened) == 0 && written;
}

static bool put_limit(uint64_t limit)
{
    char text[32];
    snprintf(text, sizeof(text), "%llu", (unsigned long long)limit);
    return put(limit_file, text);
}

const char *cgroup_make(uint64_t limit)
{
    static const struct {
        const char *mount;
        const char *limit_file;
    } versions[] = {
        { "/sys/fs/cgroup/memory", "memory.limit_in_bytes" },
        { "/sys/fs/cgroup", "memory.max" },
    };
    static char why[256];
    for (unsigned i = 0; i < 2; i++) {
        snprintf(group, sizeof(group), "%s/triptych-test-%d", versions[i].mount, (int)getpid());
        limit_file = versions[i].limit_file;
        if (mkdir(group, 0755) == 0 && put_limit(limit))
            return NULL;
        snprintf(why, sizeof(why), "a memory cgroup of one's own, %s/%s: %s", group, limit_file,
                 strerror(errno));
        rmdir(group);
    }
    return why;
}

void cgroup_allow(uint64_t limit)
{
    assert_true(put_limit(limit));
}

bool cgroup_join(void)
{
    return put("cgroup.procs", "0");
}

void cgroup_remove(void)
{
    for (int ms = 0; rmdir(group) < 0 && errno == EBUSY && ms < FIXTURE_PATIENCE_S * 1000; ms++)
        fixture_sleep_ms(1);
}
