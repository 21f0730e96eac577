# SPDX-License-Identifier: MIT
"""The driver writes into the slots, as the system calls of the program show."""
import re

from programs import built

from camera import CameraTest, WEBCAM, objects


class ZeroCopy(CameraTest):
    def trace(self, arguments):
        """Runs a capture of 20 frames under strace. Returns its summary and its system calls."""
        name = self.stream()
        out = self.succeed(
            "strace -f -v -o /run/trace -e trace=ioctl,shmat,mmap "
            f"{built('triptych-capture')} --json -n {name} --count 20 -r 10 -s 640x360 -f YUYV "
            f"{arguments} v4l2:{WEBCAM}", 300)
        return objects(out)[-1], self.succeed("cat /run/trace")

    def test_userptr_makes_the_slots_the_buffers_of_the_driver(self):
        summary, calls = self.trace("--io userptr")
        self.assertEqual(summary["copies"], 0)
        segments = [int(start, 16) for start in re.findall(r"shmat\(.*\)\s+= (0x\w+)", calls)]
        buffers = {int(index): int(start, 16) for index, start in
                   re.findall(r"VIDIOC_QBUF\w*, {.*?index=(\d+), .*?m\.userptr=(0x\w+)", calls)}
        self.assertEqual(sorted(buffers), list(range(summary["slots"])))
        apart = {buffers[index + 1] - buffers[index] for index in range(len(buffers) - 1)}
        self.assertEqual(len(apart), 1, "slots have equal distances")
        self.assertGreaterEqual(apart.pop(), 640 * 360 * 2)
        self.assertTrue(any(start < buffers[0] < start + 65536 for start in segments),
                        f"the first buffer {buffers[0]:#x} is in a segment of {segments}")
        self.assertNotIn("VIDIOC_QUERYBUF", calls)

    def test_best_io_method_is_chosen_automatically(self):
        summary, calls = self.trace("")
        self.assertEqual(summary["copies"], 0)
        self.assertIn("V4L2_MEMORY_USERPTR", calls)

    def test_mapped_buffers_cost_one_copy(self):
        summary, calls = self.trace("--io mmap")
        self.assertEqual(summary["copies"], 1)
        self.assertNotIn("V4L2_MEMORY_USERPTR", calls)

    def test_userptr_with_too_few_slots_is_refused(self):
        done = self.run_in(f"{built('triptych-capture')} --io userptr -b 4 v4l2:{WEBCAM}")
        self.assertEqual(done.status, 2, done.err)
        self.assertIn("--buffers 5", done.err)

    def test_slots_of_a_killed_capture_are_left_to_its_driver(self):
        def segment():
            return self.succeed("tail -n 1 /proc/sysvipc/shm").split()[1]
        name = self.stream()
        killed = self.capture(name, "-r 10 -s 320x180 --io userptr")
        before = self.frames(name, 3)[-1]
        left = segment()
        self.succeed(f"kill -KILL $(cat {killed.number}.pid)")
        killed.wait()
        following = self.capture(name, "-r 10 -s 320x180 --io userptr")
        after = self.frames(name, 3)[-1]
        self.assertNotEqual(segment(), left)
        self.assertGreater(after["number"], before["number"])
        self.finish(following)
