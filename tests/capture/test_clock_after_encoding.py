# SPDX-License-Identifier: MIT
"""The clock's blocks after transformations of the image: encoding at a low bit rate, and
scaling."""
import subprocess
import unittest

from clock_code import numbers, strip
from programs import PATIENCE, ProgramTest, last_json, tool

FRAMES = 20


class Carried(ProgramTest):
    def video(self, size="640x360", format="NV12"):
        """Frames of pattern:clock as y4m."""
        name = self.stream()
        self.start("triptych-capture", "-q", "-n", name, "-s", size, "-f", format, "-r", 30, "-b", 32,
                   "--wait-for-reader", "--linger", PATIENCE, "--count", FRAMES)
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", FRAMES, "-o", "-",
                               "--to", "y4m", name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def ffmpeg(self, data, *args):
        done = subprocess.run([tool("ffmpeg"), "-loglevel", "error", "-i", "-", *args, "-"],
                              input=data, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def assert_read(self, video, width, height, after):
        """Asserts that each frame of `after` is read, in both strips, as in the source."""
        grey = ("-f", "rawvideo", "-pix_fmt", "gray", "-vf", f"scale={width}:{height}")
        original = numbers(self.ffmpeg(video, "-f", "rawvideo", "-pix_fmt", "gray"), 640, 360)
        self.assertEqual(len(original), FRAMES)
        self.assertEqual(sorted(set(original)), original)
        data = self.ffmpeg(after, *grey)
        for bottom in (False, True):
            self.assertEqual(numbers(data, width, height, bottom), original)

    def test_blocks_stay_readable_after_a_low_bit_rate(self):
        video = self.video()
        coded = self.ffmpeg(video, "-c:v", "libx264", "-b:v", "150k", "-maxrate", "150k", "-bufsize",
                            "75k", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-f", "matroska")
        self.assertLess(len(coded), len(video) / 50)
        self.assert_read(video, 640, 360, coded)

    def test_blocks_stay_readable_after_scaling(self):
        video = self.video()
        for width, height in ((320, 180), (1280, 720), (500, 400), (161, 121)):
            with self.subTest(size=f"{width}x{height}"):
                self.assert_read(video, width, height, video)

    def test_dump_reads_the_blocks_after_scaling_and_a_low_bit_rate(self):
        coded = self.ffmpeg(self.video(), "-vf", "scale=320:180", "-c:v", "libx264", "-b:v", "150k",
                            "-maxrate", "150k", "-bufsize", "75k", "-pix_fmt", "yuv420p", "-f",
                            "matroska")
        path = self.folder() / "video.y4m"
        path.write_bytes(self.ffmpeg(coded, "-vf", "scale=480:360", "-f", "yuv4mpegpipe"))
        name = self.stream()
        self.start("triptych-capture", "-q", "-n", name, "-b", FRAMES + 4, "-r", 0,
                   "--wait-for-reader", "--linger", PATIENCE, f"y4m:{path}")
        done = self.run_to_end("triptych-dump", "--json", "--clock", "--mode", "next", "--count",
                               FRAMES, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        clock = last_json(done.stdout)["clock"]  # gaps are those of the pattern when it was late
        self.assertEqual([clock[key] for key in ("read", "unread", "repeated", "torn")],
                         [FRAMES, 0, 0, 0])

    def test_time_increases_from_frame_to_frame(self):
        data = self.ffmpeg(self.video(), "-f", "rawvideo", "-pix_fmt", "gray")
        size = 640 * 360
        times = [strip(data[at:at + size], 640, 360)[1] for at in range(0, len(data), size)]
        steps = [late - early for early, late in zip(times, times[1:])]
        self.assertTrue(all(step > 0 for step in steps), steps)
        self.assertGreaterEqual(times[-1] - times[0], (FRAMES - 3) * 1000000 / 30)


if __name__ == "__main__":
    unittest.main()
