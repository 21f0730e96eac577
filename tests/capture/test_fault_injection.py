# SPDX-License-Identifier: MIT
"""Injected faults: each appears in the pixels and the statistics, and nothing else does."""
import unittest

from clock_code import numbers
from pixels import read
from programs import PATIENCE, ProgramTest, last_json

WIDTH, HEIGHT = 136, 144


class Faults(ProgramTest):
    def play(self, count, *faults, rate=50):
        """Returns the numbers of the upper strips, of the lower ones, and the writer's summary of a
        stream with faults, as read by a reader that takes each frame in order."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-f",
                            "GREY", "-r", rate, "-b", 64, "--wait-for-reader", "--linger", PATIENCE,
                            "--json", "--count", count, *faults)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", count, "-o", "-",
                               "--to", "raw", name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        out, _ = writer.communicate(timeout=60)
        upper = numbers(done.stdout, WIDTH, HEIGHT)
        self.assertEqual(len(upper), count)
        return upper, numbers(done.stdout, WIDTH, HEIGHT, bottom=True), last_json(out.decode())

    def test_frames_without_faults_are_intact_and_gaps_are_counted(self):
        upper, lower, summary = self.play(20)
        self.assertEqual(upper, lower)
        self.assertEqual(upper[-1] - upper[0] - 19, summary["dropped"]["driver"])

    def test_dropped_frames_are_gaps_and_drops_of_the_driver(self):
        upper, _, summary = self.play(20, "--drop-every", 5, rate=0)
        self.assertEqual(upper, [number for number in range(24) if number % 5 != 4])
        self.assertEqual(summary["dropped"]["driver"], 4)
        self.assertEqual(summary["dropped"]["writer"], 0)

    def test_torn_frame_has_two_numbers(self):
        upper, lower, _ = self.play(12, "--tear", rate=0)
        self.assertEqual(upper, list(range(12)))
        self.assertEqual(lower, [0] + list(range(11)))

    def test_torn_frames_are_injected_at_random(self):
        upper, lower, _ = self.play(12, "--tear-every", 4, rate=0)
        self.assertEqual([number for number, below in zip(upper, lower) if number != below],
                         [3, 7, 11])

    def test_drops_and_tears_add_up(self):
        upper, lower, summary = self.play(12, "--tear", "--drop-every", 3, rate=0)
        self.assertEqual(upper, [number for number in range(18) if number % 3 != 2][:12])
        self.assertEqual(lower, upper[:1] + upper[:-1])
        self.assertEqual(summary["dropped"]["driver"], 5)

    def test_stall_is_one_long_interval_and_no_drop_of_its_own(self):
        upper, _, summary = self.play(10, "--stall", "400@6", rate=0)
        self.assertEqual(upper, list(range(10)))
        self.assertGreaterEqual(summary["interval_us"]["max"], 400000)
        self.assertIsNone(summary["stalls"])  # without a rate a stall is undefined

    def test_capture_times_follow_the_schedule_and_the_faults(self):
        _, _, summary = self.play(10, "--stall", "400@6")
        self.assertEqual((summary["stalls"], summary["stall_us"]), (1, {"sum": 4e5, "max": 4e5}))
        self.assertEqual((summary["uneven"], summary["uneven_us"]), (0, {"max": 0}))

    def test_jitter_spreads_the_intervals(self):
        _, _, summary = self.play(40, "--jitter", 15)
        self.assertGreaterEqual(summary["interval_us"]["max"], 25000)  # 20 ms and up to 15 more

    def test_format_and_size_change_and_change_back(self):
        name = self.stream()
        shots = self.folder() / "%d.png"
        self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-f", "RGB3", "-r", "20",
                   "-b", 16, "--wait-for-reader", "--count", 9, "--format-change-every", 3)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 9, "-o", shots, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        widths = [read(path).width for path in sorted(shots.parent.iterdir(),
                                                      key=lambda path: int(path.stem))]
        self.assertEqual(widths, [64] * 3 + [32] * 3 + [64] * 3)

    def test_crash_leaves_a_stream_that_the_next_writer_takes_over(self):
        name = self.stream()
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "64x48", "-r", "0",
                               "--crash-after", 7)
        self.assertEqual(done.returncode, -9)
        listed = self.run_to_end("triptych-info", "list").stdout
        self.assertIn("dead", next(line for line in listed.splitlines() if name in line))
        done = self.run_to_end("triptych-capture", "-q", "-n", name, "-s", "64x48", "--count", 1)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_faults_are_refused_for_sources_other_than_patterns(self):
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "--tear", "y4m:-")
        self.assert_refused(done, 2, "patterns", "y4m")
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "--stall", "100")
        self.assert_refused(done, 2, "--stall", "MS@FRAME")


if __name__ == "__main__":
    unittest.main()
