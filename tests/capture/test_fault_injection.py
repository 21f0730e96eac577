# SPDX-License-Identifier: MIT
"""Injected faults: each appears in the pixels and the statistics, and nothing else does."""
import unittest

from clock_code import numbers
from pixels import read
from programs import PATIENCE, ProgramTest, last_json
from scripted_camera import ScriptedCameraTest

WIDTH, HEIGHT = 136, 144
STALL_MS = 300


class Faults(ProgramTest):
    def play(self, count, *faults, rate=50, source="pattern:clock"):
        """Returns the numbers of the upper strips, of the lower ones, and the writer's summary of a
        stream with faults, as read by a reader that takes each frame in order."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-f",
                            "GREY", "-r", rate, "-b", 64, "--wait-for-reader", "--linger", PATIENCE,
                            "--json", "--count", count, *faults, source)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", count, "-o", "-",
                               "--to", "raw", name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        out, _ = writer.communicate(timeout=60)
        upper = numbers(done.stdout, WIDTH, HEIGHT)
        self.assertEqual(len(upper), count)
        return upper, numbers(done.stdout, WIDTH, HEIGHT, bottom=True), last_json(out.decode())

    def recording(self, count, kind):
        """A file of the first frames of the pattern."""
        name = self.stream()
        file = self.folder() / f"clock.{kind}"
        self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-f", "GREY",
                   "-r", 0, "-b", 64, "--wait-for-reader", "--linger", PATIENCE, "--count", count)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", count, "-o", file, "--to",
                               kind, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file

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

    def test_video_files_have_the_same_faults(self):
        for kind in ("y4m", "raw"):
            with self.subTest(kind):
                source = f"{kind}:{self.recording(18, kind)}"
                upper, lower, summary = self.play(12, "--tear", "--drop-every", 3, rate=0,
                                                  source=source)
                self.assertEqual(upper, [number for number in range(18) if number % 3 != 2][:12])
                self.assertEqual(lower, upper[:1] + upper[:-1])
                self.assertEqual(summary["faults"]["torn"], 11)
                _, _, summary = self.play(10, "--stall", f"{STALL_MS}@6", source=source)
                injected = summary["faults"]
                self.assertEqual((injected["stalls"], injected["stall_us"]["sum"]),
                                 (1, STALL_MS * 1000))
                # A frame read late delays the next ones of a file: none is skipped.
                self.assertGreaterEqual(summary["stall_us"]["max"], STALL_MS * 1000)

    def test_impossible_faults_are_refused(self):
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "--format-change-every", 3,
                               "y4m:-")
        self.assert_refused(done, 2, "--format-change-every", "y4m")
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "--stall", "100")
        self.assert_refused(done, 2, "--stall", "MS@FRAME")


class CameraFaults(ScriptedCameraTest):
    """Faults of a source without a schedule, which has frames in slots of its own."""

    def each_io(self, count, check, *faults):
        """Calls check(frames, summary) for a camera with faults, with each kind of buffers."""
        for io in ("userptr", "mmap"):
            with self.subTest(io):
                self.plug_in("mode GREY 64x48 50")
                name, process, _ = self.capture("--io", io, "-b", 16, "--wait-for-reader", *faults)
                frames = self.first_frames(name, process, count)
                check(frames, self.finish(process))

    def test_dropped_frames_of_a_camera_are_its_drops(self):
        def check(frames, summary):
            self.assertEqual({frame["driver_sequence"] % 5 for frame in frames}, {0, 1, 2, 3})
            lost = frames[-1]["driver_sequence"] - frames[0]["driver_sequence"] - 19
            self.assertEqual(frames[-1]["dropped_driver"] - frames[0]["dropped_driver"], lost)
            self.assertGreaterEqual(summary["faults"]["dropped"], lost)

        self.each_io(20, check, "--drop-every", 5)

    def test_stalled_camera_delivers_nothing_for_that_time(self):
        def check(frames, summary):
            gap_ns = frames[5]["publish_ns"] - frames[4]["publish_ns"]
            self.assertGreaterEqual(gap_ns, STALL_MS * 1000000)
            self.assertEqual(summary["faults"]["stalls"], 1)

        self.each_io(12, check, "--stall", f"{STALL_MS}@6")

    def test_jitter_delays_frames_of_a_camera_in_order(self):
        def check(frames, summary):
            times = [frame["capture_ns"] for frame in frames]
            self.assertEqual(times, sorted(set(times)))
            self.assertTrue(all(frame["publish_ns"] >= frame["capture_ns"] for frame in frames))
            self.assertGreater(summary["faults"]["uneven"], 5)

        self.each_io(30, check, "--jitter", 15)

    def test_format_of_a_camera_changes_and_changes_back(self):
        self.plug_in("mode GREY 64x48 50\nmode NV12 32x24 50")
        name, process, _ = self.capture("-b", 16, "--wait-for-reader", "--format-change-every", 3)
        frames = self.first_frames(name, process, 9)
        self.assertEqual([(frame["format"], frame["width"]) for frame in frames],
                         [("GREY", 64)] * 3 + [("NV12", 32)] * 3 + [("GREY", 64)] * 3)
        self.finish(process)


if __name__ == "__main__":
    unittest.main()
