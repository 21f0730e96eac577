# SPDX-License-Identifier: MIT
"""--on-demand with a real driver: its cost without a reader, and how soon it is live."""
import re

from programs import built

from camera import CameraTest, WEBCAM

QUIET_S = 10


class Standby(CameraTest):
    def demanded(self):
        """A capture in standby: stream, command, pid."""
        name = self.stream()
        capture = self.capture(name, "-r 30 -s 320x180 --on-demand=0")
        self.wait_for_standby(capture, 1)
        return name, capture, capture.file("pid").read_text().strip()

    def cpu_s(self, pid):
        """Processor time of a process so far."""
        fields = self.succeed(f"cat /proc/{pid}/stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def test_standby_leaves_the_device_to_others(self):
        name, capture, pid = self.demanded()
        self.assertNotIn("/dev/video", self.succeed(f"ls -l /proc/{pid}/fd"))
        self.succeed(f"v4l2-ctl -d {WEBCAM} --stream-mmap --stream-count=2 2>&1")
        self.frames(name, 20)
        self.wait_for_standby(capture, 2)
        self.assertNotIn("/dev/video", self.succeed(f"ls -l /proc/{pid}/fd"))
        self.finish(capture)

    def test_standby_makes_no_ioctl(self):
        _, capture, pid = self.demanded()
        self.run_in(f"timeout {QUIET_S} strace -f -p {pid} -o /run/trace")
        calls = set(re.findall(r"^\d+ +(\w+)\(", self.succeed("cat /run/trace"), re.M))
        self.finish(capture)
        self.assertLessEqual(calls, {"futex", "clock_gettime", "shmctl", "restart_syscall"})
