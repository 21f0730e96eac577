# SPDX-License-Identifier: MIT
"""System V limits reached, a full memory cgroup, a small /dev/shm."""
import os
import pathlib
import subprocess
import unittest

from programs import PATIENCE, ProgramTest, built, ipc_of, last_json, tool, wait_until

LEFT = "cat /proc/sysvipc/shm /proc/sysvipc/sem | grep -vc key"


class Limits(ProgramTest):
    def setUp(self):
        super().setUp()
        if subprocess.run([tool("unshare"), "--ipc", "--mount", "true"], check=False,
                          stderr=subprocess.DEVNULL).returncode:
            self.skipTest("a namespace of one's own needs root")

    def capture_with(self, setting, value):
        """Runs triptych-capture with /proc/sys/kernel/SETTING at VALUE; the last line on stdout
        counts the remaining System V objects."""
        script = (f'echo "{value}" > /proc/sys/kernel/{setting} && "$@"; status=$?; {LEFT}; '
                  'exit $status')
        return self.run_to_end(tool("unshare"), "--ipc", "--mount-proc", "--fork", "--pid", "sh", "-c",
                               script, "sh", built("triptych-capture"), "--count", "3", "-s",
                               "640x480", "pattern:black")

    def assert_named(self, setting, value, *words):
        done = self.capture_with(setting, value)
        self.assert_refused(done, 1, *words, "no System V resources left")
        self.assertEqual(done.stderr.count(words[0]), 1, "it was tried again and again")
        self.assertEqual(done.stdout.split()[-1], "0", "objects were left behind")

    def test_exhausted_segments_are_reported(self):
        self.assert_named("shmmni", "0", "kernel.shmmni 0", "ipcs -m")

    def test_small_segments_are_reported(self):
        self.assert_named("shmmax", "65536", "kernel.shmmax 65536", "sysctl")

    def test_exhausted_pages_are_reported(self):
        self.assert_named("shmall", "16", "kernel.shmall 16", "sysctl")

    def test_exhausted_semaphore_sets_are_reported(self):
        self.assert_named("sem", "32000 1024000000 500 0", "kernel.sem", "ipcs -s")

    def test_exhausted_semaphores_are_reported(self):
        self.assert_named("sem", "32000 100 500 32000", "kernel.sem", "ipcs -s")

    def test_small_semaphore_sets_are_reported(self):
        self.assert_named("sem", "100 1024000000 500 32000", "kernel.sem", "100")

    def test_few_semaphores_per_call_are_reported(self):
        self.assert_named("sem", "32000 1024000000 132 32000",
                          "a new stream needs 133 operations per semop(), kernel.sem", "132",
                          'sysctl -w kernel.sem="32000 1024000000 500 32000"')
        done = self.capture_with("sem", "32000 1024000000 133 32000")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_shared_memory_folder_of_one_megabyte_is_enough(self):
        script = ('mount -t tmpfs -o size=1m none /dev/shm && '
                  '{ "$1" -q -n small -s 1920x1080 --count 400 -r 100 pattern:black & } && '
                  '"$2" --stats --json --count 20 --timeout 60 small; status=$?; kill $!; wait; '
                  'exit $status')
        done = self.run_to_end(tool("unshare"), "--ipc", "--mount", "sh", "-c", script, "sh",
                               built("triptych-capture"), built("triptych-dump"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], 20)


class MemoryCgroup(ProgramTest):
    """A limit at which the kernel would answer the first touch of a page with SIGKILL."""

    def setUp(self):
        super().setUp()
        for mount, limit in (("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                             ("/sys/fs/cgroup", "memory.max")):
            self.group = pathlib.Path(mount, f"triptych-test-{os.getpid()}")
            try:
                self.group.mkdir()
            except OSError as error:
                why = error
                continue
            self.addCleanup(self.remove_group)
            self.limit = self.group / limit
            if self.limit.exists():
                return
            why = f"{self.limit} is not there"
        self.skipTest(f"no memory cgroup of one's own: {why}")

    def remove_group(self):
        def gone():
            try:
                self.group.rmdir()
            except OSError:
                return False
            return True
        wait_until(gone, f"{self.group} is empty", PATIENCE)

    def capture_within(self, mib, name):
        self.limit.write_text(str(mib << 20))
        script = f'echo $$ >{self.group}/cgroup.procs && exec "$@"'
        return self.run_to_end("/bin/sh", "-c", script, "sh", built("triptych-capture"), "-n", name,
                               "-q", "--count", "2", "-r", "0", "-s", "3840x2160", "-f", "XR24",
                               "pattern:black")

    def test_cgroup_limit_refuses_a_stream_without_a_kill(self):
        name = self.stream()
        status = {}
        for mib in range(96, 193, 4):  # the segment alone has 95 MiB
            done = self.capture_within(mib, name)
            status[mib] = done.returncode
            self.assertIn(done.returncode, (0, 1), f"{mib} MiB: {done.stderr}")
            if done.returncode:
                self.assert_refused(done, 1, f"{self.group.name} (", f"is {mib}.0 MiB",
                                    "MiB of shared memory,", "fewer buffers")
            self.assertEqual(ipc_of(name), ([], []))
        self.assertEqual((status[96], status[192]), (1, 0), status)


if __name__ == "__main__":
    unittest.main()
