/* SPDX-License-Identifier: MIT */
/* Available memory, on copies of the files of systems and containers. */
#include "sys_memory.h"

#include "fake_root.h"
#include "fixture.h"

#define MIB(n) ((uint64_t)(n) << 20)

#define V1_MOUNT "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
#define V1       "/sys/fs/cgroup/memory"
#define V2_MOUNT "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw,nsdelegate\n"
#define V2       "/sys/fs/cgroup"

static struct tri_memory_left left_now(void)
{
    struct tri_memory_left left;
    tri_memory_check(root, &left);
    return left;
}

static void expect(uint64_t bytes, const char *where)
{
    const struct tri_memory_left left = left_now();
    assert_int_equal(left.bytes, bytes);
    if (!strstr(left.where, where))
        fail_msg("\"%s\" lacks \"%s\"", left.where, where);
}

static void put_number(const char *path, uint64_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%llu\n", (unsigned long long)value);
    root_put(path, text);
}

static void a_version_1_group(const char *limit_path, uint64_t limit, const char *usage_path,
                              uint64_t usage)
{
    root_put("/proc/self/mountinfo",
             "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
             "33 31 0:30 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n" V1_MOUNT);
    root_put("/proc/self/cgroup", "8:pids:/other\n4:memory,hugetlb:/a/b\n1:cpu:/\n0::/\n");
    put_number(limit_path, limit);
    put_number(usage_path, usage);
}

static void unreadable_limits_are_ignored(void **state)
{
    (void)state;
    expect(UINT64_MAX, "");
}

static void machine_memory_counts_with_its_swap(void **state)
{
    (void)state;
    root_put("/proc/meminfo", "MemTotal:       16000 kB\nMemFree:          100 kB\n"
                              "MemAvailable:    4096 kB\nSwapFree:        2048 kB\n");
    expect(MIB(6), "on this machine");
}

static void group_of_version_1_allows_its_limit_less_its_usage(void **state)
{
    (void)state;
    a_version_1_group(V1 "/a/b/memory.limit_in_bytes", MIB(64), V1 "/a/b/memory.usage_in_bytes",
                      MIB(40));
    expect(MIB(24), "in memory cgroup /a/b (memory.limit_in_bytes is 64.0 MiB)");
}

static void parent_group_may_allow_less(void **state)
{
    (void)state;
    a_version_1_group(V1 "/a/b/memory.limit_in_bytes", MIB(64), V1 "/a/b/memory.usage_in_bytes",
                      MIB(40));
    put_number(V1 "/a/memory.limit_in_bytes", MIB(100));
    put_number(V1 "/a/memory.usage_in_bytes", MIB(90));
    expect(MIB(10), "in memory cgroup /a (");
    put_number(V1 "/memory.limit_in_bytes", MIB(200));
    put_number(V1 "/memory.usage_in_bytes", MIB(199));
    expect(MIB(1), "in memory cgroup / (");
}

static void cached_files_count_as_free(void **state)
{
    (void)state;
    a_version_1_group(V1 "/a/b/memory.limit_in_bytes", MIB(64), V1 "/a/b/memory.usage_in_bytes",
                      MIB(64));
    root_put(V1 "/a/b/memory.stat",
             "cache 9\ninactive_file 7\ntotal_inactive_file 1048576\ntotal_active_file 2097152\n");
    expect(MIB(3), "/a/b");
}

static void memory_and_swap_may_share_a_limit(void **state)
{
    (void)state;
    root_put("/proc/meminfo", "MemAvailable: 1048576 kB\nSwapFree: 102400 kB\n");
    a_version_1_group(V1 "/a/b/memory.limit_in_bytes", MIB(64), V1 "/a/b/memory.usage_in_bytes",
                      MIB(60));
    expect(MIB(104), "/a/b");
    put_number(V1 "/a/b/memory.memsw.limit_in_bytes", MIB(64));
    put_number(V1 "/a/b/memory.memsw.usage_in_bytes", MIB(60));
    expect(MIB(4), "memory.memsw.limit_in_bytes");
}

static void group_of_version_2_without_a_limit_uses_its_parents(void **state)
{
    (void)state;
    root_put("/proc/self/mountinfo", V2_MOUNT);
    root_put("/proc/self/cgroup", "0::/system.slice/camera.service\n");
    root_put(V2 "/system.slice/camera.service/memory.max", "max\n");
    put_number(V2 "/system.slice/camera.service/memory.current", MIB(30));
    expect(UINT64_MAX, "");
    put_number(V2 "/system.slice/memory.max", MIB(128));
    put_number(V2 "/system.slice/memory.current", MIB(120));
    root_put(V2 "/system.slice/memory.stat",
             "anon 5\ninactive_file 1048576\nactive_file 0\nslab_reclaimable 1048576\n");
    expect(MIB(10), "in memory cgroup /system.slice (memory.max is 128.0 MiB)");
}

static void swap_of_a_group_of_version_2_is_bounded_by_its_own_limit(void **state)
{
    (void)state;
    root_put("/proc/meminfo", "MemAvailable: 1048576 kB\nSwapFree: 102400 kB\n");
    root_put("/proc/self/mountinfo", V2_MOUNT);
    root_put("/proc/self/cgroup", "0::/\n");
    put_number(V2 "/memory.max", MIB(64));
    put_number(V2 "/memory.current", MIB(60));
    put_number(V2 "/memory.swap.max", MIB(10));
    put_number(V2 "/memory.swap.current", MIB(4));
    expect(MIB(10), "/");
    put_number(V2 "/memory.swap.max", 0);
    expect(MIB(4), "/");
}

static void container_mount_begins_at_its_own_group(void **state)
{
    (void)state;
    root_put("/proc/self/mountinfo",
             "35 31 0:32 /docker/c1 /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n");
    root_put("/proc/self/cgroup", "4:memory:/docker/c1/inner\n");
    put_number(V1 "/memory.limit_in_bytes", MIB(20));
    put_number(V1 "/memory.usage_in_bytes", MIB(5));
    expect(MIB(15), "in memory cgroup /docker/c1 (");
    root_put("/proc/self/cgroup", "4:memory:/docker/c10\n"); // not below it
    expect(UINT64_MAX, "");
    root_put("/proc/self/cgroup", "4:memory:/../c2\n");
    expect(UINT64_MAX, "");
}

static void reserved_huge_pages_are_counted_apart(void **state)
{
    (void)state;
    assert_int_equal(tri_memory_huge_left(root), 0);
    root_put("/proc/meminfo", "MemAvailable: 4096 kB\nHugePages_Total: 10\nHugePages_Free: 6\n"
                              "HugePages_Rsvd: 2\nHugepagesize: 2048 kB\n");
    assert_int_equal(tri_memory_huge_left(root), MIB(8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        root_test(unreadable_limits_are_ignored),
        root_test(machine_memory_counts_with_its_swap),
        root_test(group_of_version_1_allows_its_limit_less_its_usage),
        root_test(parent_group_may_allow_less),
        root_test(cached_files_count_as_free),
        root_test(memory_and_swap_may_share_a_limit),
        root_test(group_of_version_2_without_a_limit_uses_its_parents),
        root_test(swap_of_a_group_of_version_2_is_bounded_by_its_own_limit),
        root_test(container_mount_begins_at_its_own_group),
        root_test(reserved_huge_pages_are_counted_apart),
    };
    return cmocka_run_group_tests_name("memory_limit", tests, NULL, NULL);
}
