# SPDX-License-Identifier: MIT
"""triptych-dump --clock: losses and changes between pattern:clock and here, read from the
pixels."""
import unittest

from programs import ProgramTest, last_json, tool

FRAMES = 24
SLOTS = 32  # more than frames: none is overwritten, so every fault is injected by the test
CLEAN = {"read": FRAMES, "unread": 0, "dropped": 0, "repeated": 0, "reordered": 0, "torn": 0}


class Clock(ProgramTest):
    SIZE = "640x480"

    def _through(self, *source, frames=FRAMES, options=(), **rest):
        """Returns --clock's results for a number of frames of a source, and dump's status."""
        name = self.stream()
        dump = self.start("triptych-dump", "--clock", "--json", "--mode", "next", "--count", frames,
                          *options, name)
        capture = self.start("triptych-capture", "--name", name, "--buffers", SLOTS, "--linger",
                             "240", "--wait-for-reader", *source, **rest)
        out, err = dump.communicate(timeout=240)
        capture.terminate()
        self.assertEqual(capture.wait(60), 0)
        clock = last_json(out.decode())["clock"]
        self.latency = clock.pop("latency_us")
        return clock, dump.returncode, err.decode()

    def _pattern(self, *options):
        return self._through("--count", FRAMES, "--size", self.SIZE, "--fps", "0", *options,
                             "pattern:clock")[0]

    def _video(self):
        """pattern:clock as a y4m file. Drawn unpaced, because a paced pattern skips frames when it
        is late."""
        name = self.stream()
        path = self.folder() / "clock.y4m"
        dump = self.start("triptych-dump", "--mode", "next", "--count", FRAMES, "-o", path, name)
        capture = self.start("triptych-capture", "--name", name, "--buffers", SLOTS, "--count",
                             FRAMES, "--linger", "240", "--wait-for-reader", "--size", self.SIZE,
                             "--format", "YU12", "--fps", "0", "pattern:clock")
        self.assertEqual(dump.wait(240), 0)
        capture.terminate()
        self.assertEqual(capture.wait(60), 0)
        path.write_bytes(path.read_bytes().replace(b"F0:0", b"F50:1", 1))
        return path

    def _changed(self, change):
        """The file with its list of frames changed."""
        path = self._video()
        header, *pictures = path.read_bytes().split(b"FRAME\n")
        path.write_bytes(b"FRAME\n".join([header, *change(pictures)]))
        return f"y4m:{path}"

    def test_undamaged_clock_has_no_faults_in_any_format(self):
        for format in ("YUYV", "UYVY", "NV12", "YU12", "GREY", "Y16", "P010", "RGB3", "XR24",
                       "RGBP", "MJPG"):
            with self.subTest(format=format):
                self.assertEqual(self._pattern("--format", format), CLEAN)

    def test_every_fault_is_found_named_and_counted(self):
        def corrupt(pictures):
            half = len(pictures[0]) // 3  # luma is two thirds: the middle of the image
            torn = pictures[20][:half] + pictures[21][half:]
            return [*pictures[:5], *pictures[7:10], pictures[9], *pictures[10:12], pictures[13],
                    pictures[12], *pictures[14:18], bytes(len(torn)), *pictures[18:20], torn,
                    *pictures[21:]]
        clock, _, _ = self._through(self._changed(corrupt))
        self.assertEqual(clock, {"read": FRAMES - 1, "unread": 1, "dropped": 2, "repeated": 1,
                                 "reordered": 1, "torn": 1})

    def test_faults_above_the_limit_fail_and_are_reported(self):
        video = self._changed(lambda pictures: pictures[:4] + pictures[7:])
        _, status, said = self._through(video, frames=FRAMES - 3,
                                        options=["--max-clock-faults", 2])
        self.assertEqual(status, 1)
        self.assertIn("--max-clock-faults: 3 faults (3 dropped, 0 repeated", said)
        self.assertIn("1 more than the 2 allowed", said)
        _, status, said = self._through(video, frames=FRAMES - 3,
                                        options=["--max-clock-faults", 3])
        self.assertEqual(status, 0, said)

    def test_clock_is_read_after_h264_at_a_low_bit_rate_and_scaling(self):
        video = self._video()
        lossy = video.with_name("lossy.mp4")
        coded = self.run_to_end(tool("ffmpeg"), "-v", "error", "-i", video, "-vf", "scale=480:360",
                                "-c:v", "libx264", "-crf", "38", "-pix_fmt", "yuv420p", lossy)
        self.assertEqual(coded.returncode, 0, coded.stderr)
        decoder = self.start(tool("ffmpeg"), "-v", "error", "-i", lossy, "-f", "yuv4mpegpipe", "-")
        self.assertEqual(self._through("y4m:-", stdin=decoder.stdout)[0], CLEAN)

    def test_latency_is_measured_from_the_pixels(self):
        self._pattern("--format", "GREY")
        self.assertGreater(self.latency["p99"], 0)
        self.assertLess(self.latency["p50"], 10_000_000)


if __name__ == "__main__":
    unittest.main()
