# SPDX-License-Identifier: MIT
"""A memory cgroup of version 2, which a host with version 1 cannot make."""
from programs import built

from camera import CameraTest

GROUP = "/run/memory/small"


class MemoryCgroup(CameraTest):
    def capture_within(self, limit):
        return self.run_in(
            f"echo {limit} >{GROUP}/memory.max && echo $$ >{GROUP}/cgroup.procs && "
            f"exec {built('triptych-capture')} -n {self.stream()} --count 2 -s 3840x2160 -f XR24 "
            "pattern:black")

    def test_stream_that_does_not_fit_is_refused_without_a_kill(self):
        self.succeed(f"mkdir /run/memory && mount -t cgroup2 none /run/memory && mkdir {GROUP} && "
                     "echo +memory >/run/memory/cgroup.subtree_control")
        done = self.capture_within("64M")
        self.assertEqual(done.status, 1, done.err)
        self.assertIn("available in memory cgroup /small (memory.max is 64.0 MiB)", done.err)
        done = self.capture_within("256M")
        self.assertEqual(done.status, 0, done.err)
