# SPDX-License-Identifier: MIT
"""triptych-dump: published frames are written completely and unchanged."""
import itertools
import os
import random
import re
import signal
import time
import unittest

from stdin_writer import StdinWriter, noise, plane_sizes
from programs import SOURCE, ProgramTest, built, last_json, tool, wait_until

Y4M = {  # format: its y4m equivalent, and its tag for limited range
    "YU12": ("420", "420mpeg2"), "YV12": ("420", "420mpeg2"), "NV12": ("420", "420mpeg2"),
    "NV21": ("420", "420mpeg2"), "P010": ("420", "420p10"), "422P": ("422", "422"),
    "NV16": ("422", "422"), "YUYV": ("422", "422"), "UYVY": ("422", "422"), "YVYU": ("422", "422"),
    "GREY": ("mono", "mono"), "Y16": ("mono", "mono16"),
}
ODD = (33, 17)


def planar(format, size, planes):
    """Returns the content of a y4m frame: the same samples as planes Y, U, V, derived from the
    definitions of the formats without the tool's optimisations."""
    width, height = size
    if format in ("YU12", "422P", "GREY", "Y16"):
        return b"".join(planes)
    if format == "YV12":
        return planes[0] + planes[2] + planes[1]
    if format in ("NV12", "NV16"):
        return planes[0] + planes[1][0::2] + planes[1][1::2]
    if format == "NV21":
        return planes[0] + planes[1][1::2] + planes[1][0::2]
    if format == "P010":
        words = [[int.from_bytes(plane[i:i + 2], "little") >> 6 for i in range(0, len(plane), 2)]
                 for plane in planes]
        return b"".join(word.to_bytes(2, "little")
                        for plane in (words[0], words[1][0::2], words[1][1::2]) for word in plane)
    y, u, v = {"YUYV": (0, 1, 3), "UYVY": (1, 0, 2), "YVYU": (0, 3, 1)}[format]
    row_bytes, rows = plane_sizes(format, width, height)[0]
    lines = [planes[0][i * row_bytes:(i + 1) * row_bytes] for i in range(rows)]
    return (b"".join(line[y::2][:width] for line in lines)
            + b"".join(line[u::4] for line in lines) + b"".join(line[v::4] for line in lines))


class Formats(ProgramTest):
    """CONTRIBUTING.md on output formats."""

    def test_every_sink_file_is_a_format_of_to_and_in_its_help(self):
        files = {path.stem.removeprefix("sink_")
                 for path in (SOURCE / "display/dump").glob("sink_*.c")}
        refused = self.run_to_end("triptych-dump", "--to", "nothing", "-o", "x", self.stream())
        self.assert_refused(refused, 2, "must be one of")
        accepted = refused.stderr.splitlines()[0].split("must be one of")[1].split()
        self.assertEqual(set(accepted), files, "the list in display/dump/meson.build is incomplete")
        help = self.run_to_end("triptych-dump", "--help").stdout
        self.assertIn(" ".join(accepted), re.search("--to .*", help)[0])

    def test_every_format_has_an_ending(self):
        refused = self.run_to_end("triptych-dump", "--to", "nothing", "-o", "x", self.stream())
        for name in refused.stderr.splitlines()[0].split("must be one of")[1].split():
            path = self.folder() / f"frame.{name}"
            done = self.run_to_end("triptych-dump", "--timeout", 0.1, "-o", path, self.stream())
            self.assert_refused(done, 1, "no frame within --timeout")


class Start(ProgramTest):
    def test_start_loads_no_library_of_a_conversion(self):
        loaded = self.run_to_end(tool("ldd"), built("triptych-dump")).stdout
        self.assertIn("libtriptych", loaded)
        for library in ("libswscale", "libavutil", "libSDL2", "libv4l", "libgst"):
            self.assertNotIn(library, loaded)


class Frames(ProgramTest):
    """Output equals input."""

    def _publish(self, format, size=ODD, count=3, **rest):
        name = self.stream()
        writer = StdinWriter(self, name)
        frames = [noise(format, *size, seed) for seed in range(count)]
        for planes in frames:
            writer.frame(format, size, planes, **rest)
        return name, frames, writer

    def test_y4m_contains_every_sample_of_every_supported_format(self):
        for format, (_, tag) in Y4M.items():
            with self.subTest(format=format):
                name, frames, writer = self._publish(format, range="lim-range", pad=7)
                done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", "-",
                                       name, text=False)
                head = (f"YUV4MPEG2 W33 H17 F25:1 Ip A0:0 C{tag} XCOLORRANGE=LIMITED\n").encode()
                body = b"".join(b"FRAME\n" + planar(format, ODD, planes) for planes in frames)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(done.stdout, head + body)
                writer.end()

    def test_y4m_header_names_the_full_range(self):
        name, _, writer = self._publish("YU12", range="full-range")
        done = self.run_to_end("triptych-dump", "--count", 1, "-o", "-", name, text=False)
        self.assertTrue(done.stdout.splitlines()[0].endswith(b"C420jpeg XCOLORRANGE=FULL"))
        writer.end()

    def test_y4m_is_read_by_ffmpeg_sample_for_sample(self):
        ffmpeg = tool("ffmpeg")
        for format, pixels in (("YUYV", "yuv422p"), ("NV12", "yuv420p"), ("GREY", "gray"),
                               ("Y16", "gray16le"), ("P010", "yuv420p10le")):
            with self.subTest(format=format):
                path = self.folder() / "video.y4m"
                name, frames, writer = self._publish(format, range="lim-range")
                self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path, name)
                read = self.run_to_end(ffmpeg, "-v", "error", "-i", path, "-f", "rawvideo",
                                       "-pix_fmt", pixels, "-", text=False)
                self.assertEqual(read.stderr, b"")
                self.assertEqual(read.stdout,
                                 b"".join(planar(format, ODD, planes) for planes in frames))
                writer.end()

    def test_raw_holds_rows_without_padding_and_planes_in_order(self):
        for format in ("YUYV", "NV12", "YV12", "422P", "P010", "RGB3", "RGBP", "AR24", "Y16"):
            with self.subTest(format=format):
                path = self.folder() / "frames.raw"
                name, frames, writer = self._publish(format, pad=5)
                done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path,
                                       name)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(path.read_bytes(), b"".join(map(b"".join, frames)))
                writer.end()

    def test_raw_mjpg_is_an_mjpeg_stream(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        pictures = [self._jpeg(color) for color in ("red", "green", "blue")]
        for picture in pictures:
            writer.frame("MJPG", (64, 48), [picture])
        path = self.folder() / "video.mjpeg"
        self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o", path, name)
        self.assertEqual(path.read_bytes(), b"".join(pictures))
        writer.end()

    def _jpeg(self, color):
        done = self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               f"color={color}:s=64x48", "-frames:v", 1, "-f", "mjpeg", "-",
                               text=False)
        return done.stdout

    def test_png_files_are_numbered_and_show_the_colour(self):
        folder = self.folder()
        name = self.stream()
        writer = StdinWriter(self, name)
        colors = [(255, 0, 0), (0, 255, 0), (9, 99, 199)]
        for color in colors:
            writer.frame("RGB3", ODD, [bytes(color) * (ODD[0] * ODD[1])])
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 3, "-o",
                               folder / "shot-%03d.png", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(folder)),
                         ["shot-001.png", "shot-002.png", "shot-003.png"])
        for number, color in enumerate(colors, 1):
            read = self.run_to_end(tool("ffmpeg"), "-v", "error", "-i",
                                   folder / f"shot-{number:03}.png", "-f", "rawvideo", "-pix_fmt",
                                   "rgb24", "-", text=False)
            self.assertEqual(read.stdout, bytes(color) * (ODD[0] * ODD[1]))
        writer.end()

    def test_png_name_without_a_number_takes_one_frame(self):
        folder = self.folder()
        name, _, writer = self._publish("YUYV")
        for path in (folder / "shot.png", folder / "100%.png"):
            self.assertEqual(self.run_to_end("triptych-dump", "-o", path, name).returncode, 0)
            self.assertTrue(path.read_bytes().startswith(b"\x89PNG"))
        writer.end()

    def test_latest_takes_the_newest_frame(self):
        name, frames, writer = self._publish("GREY")
        done = self.run_to_end("triptych-dump", "--to", "raw", "--count", 1, name, text=False)
        self.assertEqual(done.stdout, frames[-1][0])
        writer.end()


class Torn(ProgramTest):
    """A frame that is overwritten on its way to the output is removed from it."""

    SIZE = (2048, 1024)

    def test_no_torn_frame_is_written_however_slow_the_reader(self):
        if os.geteuid() != 0:
            self.skipTest("only root can be another user")
        for _ in range(10):  # until one was torn on the way: otherwise the test proves nothing
            if self._stop_and_go() > 0:
                return
        self.fail("no frame was overwritten while it was copied: nothing was proved")

    def _stop_and_go(self):
        """Stops a dump at random instants while frames of one colour each pass. Checks every frame
        that it wrote. Returns how many it detected as overwritten before writing."""
        name = self.stream()
        writer = StdinWriter(self, name, slots=3)
        pixels = self.SIZE[0] * self.SIZE[1]
        colors = itertools.cycle(range(256))

        def publish():
            writer.frame("YUYV", self.SIZE, [bytes([next(colors)]) * (2 * pixels)])

        publish()
        path = self.folder() / "frames.y4m"
        with open(path, "wb") as file:
            # in the group, so it may read, but not the user, so it may not lock
            dump = self.start("triptych-dump", "--json", "--to", "y4m", "-o", "-", name,
                              user="nobody", group=os.getegid(), extra_groups=[], stdout=file)
        for _ in range(30):
            publish()
            time.sleep(random.uniform(0, 0.01))  # most likely during the copy
            dump.send_signal(signal.SIGSTOP)
            for _ in range(4):
                publish()
            dump.send_signal(signal.SIGCONT)
        dump.send_signal(signal.SIGINT)
        self.assertEqual(dump.wait(60), 0)
        summary = last_json(dump.stderr.read().decode())
        writer.end()

        with open(path, "rb") as file:
            file.readline()
            for number in range(summary["frames"]):
                self.assertEqual(file.readline(), b"FRAME\n")
                frame = file.read(2 * pixels)
                self.assertTrue(frame == frame[:1] * (2 * pixels), f"frame {number} is torn")
            self.assertEqual(file.read(1), b"", "a part of a frame was left in the file")
        return summary["torn_retried"]

    def test_frame_reclaimed_while_it_is_written_is_undone(self):
        for _ in range(10):  # until that has happened
            if self._hold_too_long() > 0:
                return
        self.fail("no slot was reclaimed during a write: nothing was tested")

    def _hold_too_long(self):
        """Stops a dump that writes directly from its slot for longer than the writer allows. Checks
        every frame in the file. Returns how many were undone."""
        name = self.stream()
        folder = self.folder()
        width, height = 2000, 1000  # padded rows are written one by one, which takes time
        source = folder / "colors.raw"
        source.write_bytes(b"".join(bytes([color]) * (width * height) for color in range(16)))
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{width}x{height}", "-f",
                            "GREY", "-r", "0", "--loop", "--buffers-max", "3", "--reclaim", "0.05",
                            f"raw:{source}")
        self.wait_for_stream(name, writer)
        # Two of them: a single one leaves the writer a slot, and nothing is reclaimed.
        paths = [folder / "a.raw", folder / "b.raw"]
        dumps = [self.start("triptych-dump", "-q", "--json", "-o", path, name) for path in paths]
        for path in paths:
            wait_until(lambda: path.exists() and path.stat().st_size > 0, "the first frame")
        for _ in range(15):
            for dump in dumps:
                dump.send_signal(signal.SIGSTOP)
                time.sleep(random.uniform(0, 0.004))  # so that they lock different slots
            time.sleep(0.15)
            for dump in dumps:
                dump.send_signal(signal.SIGCONT)
            time.sleep(random.uniform(0, 0.004))  # most likely during a write
        torn = 0
        for dump, path in zip(dumps, paths):
            dump.send_signal(signal.SIGINT)
            summary = last_json(dump.communicate(timeout=60)[0].decode())
            self.assertEqual(dump.returncode, 0)
            torn += summary["torn_retried"]
            with open(path, "rb") as file:
                for number in range(summary["frames"]):
                    frame = file.read(width * height)
                    self.assertTrue(frame == frame[:1] * len(frame), f"frame {number} is torn")
                self.assertEqual(file.read(1), b"", "a part of a frame was left in the file")
        writer.terminate()
        self.assertEqual(writer.wait(60), 0)
        return torn


if __name__ == "__main__":
    unittest.main()
