# SPDX-License-Identifier: MIT
"""The ffmpeg lines that triptych-dump prints work as printed, and ffmpeg reads every sample."""
import re
import shlex
import unittest

from stdin_writer import PLANES, StdinWriter, noise
from programs import ProgramTest, built, tool

FRAMES = 3
NO_Y4M = ("RGB3", "BGR3", "XR24", "AR24", "AB24", "RGBP")
SIZES = ((32, 18), (33, 17))


class Lines(ProgramTest):
    def _publish(self, format, size, **rest):
        name = self.stream()
        writer = StdinWriter(self, name)
        frames = [noise(format, *size, seed) for seed in range(FRAMES)]
        for planes in frames:
            writer.frame(format, size, planes, pad=7, **rest)
        return name, b"".join(b"".join(planes) for planes in frames), writer

    def _printed(self, *args):
        """Returns the printed line, and the output."""
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", FRAMES, *args,
                               text=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return re.search(r"to read it: (ffmpeg .*)", done.stderr.decode())[1], done.stdout

    def _type(self, line, output, input=None):
        """Runs a line with `output` for its OUTPUT. Returns what ffmpeg wrote to stdout."""
        line = line.replace("triptych-dump", built("triptych-dump") +
                            f" --mode next --count {FRAMES}")
        line = line.replace("ffmpeg ", f"{tool('ffmpeg')} -v error ", 1)
        done = self.run_to_end("/bin/sh", "-c", line.replace("OUTPUT", output), input=input,
                               text=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    SAME = "-f rawvideo -"  # ffmpeg keeps the format of its input

    def test_every_format_in_a_pipe_is_read_by_the_printed_line(self):
        for format in sorted(set(PLANES) - {"NV16", "YV12"}):
            for size in SIZES:
                with self.subTest(format=format, size=size):
                    name, samples, writer = self._publish(format, size)
                    line, output = self._printed("--to", "raw", "-o", "-", name)
                    self.assertEqual(output, samples)
                    self.assertEqual(self._type(line, self.SAME, input=output), samples)
                    writer.end()

    def test_bayer_of_odd_width_is_read_without_its_padding(self):
        width, height = SIZES[1]
        for format, size in (("BA81", 1), ("BYR2", 2)):
            with self.subTest(format=format):
                name = self.stream()
                self.start("triptych-capture", "-q", "-n", name, "-f", format, "-s",
                           f"{width}x{height}", "pattern:colors")
                line, output = self._printed("--to", "raw", "-o", "-", name)
                row = (width + 1) * size
                samples = b"".join(output[at:at + width * size]
                                   for at in range(0, len(output), row))
                self.assertEqual(self._type(line, self.SAME, input=output), samples)

    def test_raw_file_is_read_by_the_printed_line(self):
        path = self.folder() / "video.raw"
        name, samples, writer = self._publish("BGR3", SIZES[1])
        line, _ = self._printed("-o", path, name)
        self.assertEqual(self._type(line, self.SAME), samples)
        writer.end()

    def test_formats_that_y4m_lacks_pass_by_the_printed_line(self):
        for format in NO_Y4M:
            with self.subTest(format=format):
                name, samples, writer = self._publish(format, SIZES[1])
                done = self.run_to_end("triptych-dump", "-o", "-", name)
                self.assert_refused(done, 1, f"y4m has no {format}")
                line = re.search(r"use raw video: (triptych-dump .*)", done.stderr)[1]
                self.assertEqual(self._type(line, self.SAME), samples)
                writer.end()

    def test_motion_jpeg_is_read_by_the_printed_line(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        made = self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               "color=red:s=64x48", "-frames:v", 1, "-f", "mjpeg", "-", text=False)
        for _ in range(FRAMES):
            writer.frame("MJPG", (64, 48), [made.stdout])
        line, output = self._printed("--to", "raw", "-o", "-", name)
        self.assertEqual(self._type(line, "-c copy -f mjpeg -", input=output), made.stdout * FRAMES)
        writer.end()

    def test_formats_that_ffmpeg_cannot_read_raw_are_sent_as_y4m(self):
        for format in ("NV16", "YV12"):
            with self.subTest(format=format):
                name, _, writer = self._publish(format, SIZES[0])
                done = self.run_to_end("triptych-dump", "--to", "raw", "--count", 1, "-o",
                                       self.folder() / "video.raw", name)
                self.assertIn(f"ffmpeg cannot read {format} as raw video; use --to y4m",
                              done.stderr)
                writer.end()

    def test_printed_line_describes_the_colours(self):
        name, _, writer = self._publish("YUYV", SIZES[0], range="full-range", matrix="709")
        line, output = self._printed("--to", "raw", "-o", "-", name)
        done = self.run_to_end(*shlex.split(line.replace("ffmpeg", tool("ffmpeg") + " -hide_banner")
                                            .replace("OUTPUT", "-f null -")), input=output)
        self.assertRegex(done.stderr, r"yuyv422\(pc, bt709/")
        writer.end()


if __name__ == "__main__":
    unittest.main()
