# SPDX-License-Identifier: MIT
"""A video goes into a stream by one bridge and comes out by another, and is the same video bit for bit,
with its times.

Nothing can be lost by design, not by luck: the stream has more slots than the video has frames, so
no frame is ever overwritten; the writer stays after its last frame; and readers take the oldest frame
that they have not seen.
"""
import os
import signal
import subprocess
import sys
import time
import unittest

from stdin_writer import StdinWriter
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, tool

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

try:
    import numpy
except ImportError:
    numpy = None

FRAMES = 12
SLOTS = 16


def frames_of(y4m):
    """(header, pictures) of a y4m video."""
    header, _, rest = y4m.partition(b"\n")
    assert header.startswith(b"YUV4MPEG2 "), header
    pictures = rest.split(b"FRAME\n")
    assert pictures[0] == b""
    return header.decode().split(), pictures[1:]


class ByFile(ProgramTest):
    def test_small_file_passes_unchanged(self):
        self._round_trip(320, 240)

    def test_1080p_file_passes_unchanged(self):
        self._round_trip(1920, 1080)

    def test_file_of_odd_size_passes_unchanged(self):
        self._round_trip(321, 241)

    def _video(self, folder, width, height):
        """H.264 in mp4, whose dimensions are even; an odd size is cropped by the decoder."""
        path = folder / "video.mp4"
        size = f"{width + width % 2}x{height + height % 2}"
        done = self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               f"testsrc2=size={size}:rate=25", "-frames:v", FRAMES, "-c:v",
                               "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [tool("ffmpeg"), "-v", "error", "-i", path, "-vf",
                f"crop={width}:{height}:0:0:exact=1", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe"]

    def _round_trip(self, width, height):
        folder = self.folder()
        decode = self._video(folder, width, height)
        reference = folder / "reference.y4m"
        self.run_to_end(*decode, reference)

        name = self.stream()
        out = folder / "out.y4m"
        dump = self.start("triptych-dump", "--json", "--mode", "next", "--count", FRAMES,
                          "--max-drops", 0, "-o", out, name)
        decoder = self.start(*decode, "-")
        capture = self.start("triptych-capture", "--name", name, "--buffers", SLOTS,
                             "--wait-for-reader", "--linger", "120", "y4m:-",
                             stdin=decoder.stdout)
        try:
            said, complaint = dump.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            capture.terminate()
            self.fail(f"the video did not end: {capture.communicate()[1].decode()}")
        self.assertEqual(dump.returncode, 0, said + complaint)
        capture.terminate()
        self.assertEqual(capture.wait(60), 0)

        had, pictures = frames_of(reference.read_bytes())
        has, copies = frames_of(out.read_bytes())
        self.assertEqual(has[1:4], [f"W{width}", f"H{height}", "F25:1"])
        self.assertEqual(has[1:4], had[1:4])
        self.assertEqual(len(copies), FRAMES)
        for number, (picture, copy) in enumerate(zip(pictures, copies)):
            self.assertTrue(picture == copy, f"frame {number} differs")

        done = self.run_to_end(tool("ffmpeg"), "-hide_banner", "-i", out, "-i", reference,
                               "-lavfi", "psnr", "-f", "null", "-")
        self.assertIn("average:inf", done.stderr)


@unittest.skipUnless(numpy, "python3-numpy is not installed")
class ByEveryBridge(ProgramTest):
    """Input by one writer, output by each reader: frames, numbers and capture times at 320 by
    240."""

    SIZE = (320, 240)
    APART = 1_000_000_000 // 25

    def setUp(self):
        super().setUp()
        self.video = self.folder() / "video.y4m"
        self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                        "testsrc2=size=320x240:rate=25", "-frames:v", FRAMES, "-pix_fmt", "yuv420p",
                        self.video)
        self.pictures = frames_of(self.video.read_bytes())[1]
        self.name = self.stream()
        self.gst = self.environment_for_gstreamer()

    def environment_for_gstreamer(self):
        return os.environ | {"GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                             "GST_REGISTRY": str(self.folder() / "registry.bin"),
                             "LD_LIBRARY_PATH": str(BUILD / "common")}

    def gstreamer(self, *args, **options):
        """One end of a transport in GStreamer."""
        built("libgsttriptych.so")
        asked = "import gi; gi.require_version('Gst', '1.0')"
        if self.run_to_end("/usr/bin/python3", "-c", asked).returncode:
            self.skipTest("python3-gst-1.0 is not installed")
        return self.start("/usr/bin/python3", SOURCE / "tests/support/gst_round_trip.py", *args,
                          env=self.gst, **options)

    def planes_of(self, picture):
        width, height = self.SIZE
        luma, quarter = width * height, width * height // 4
        return [picture[:luma], picture[luma:luma + quarter], picture[luma + quarter:]]

    # Output: frames, and (number, capture time) where available.

    def by_dump(self):
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", FRAMES, "--max-drops",
                               0, "-o", "-", self.name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return frames_of(done.stdout)[1]

    def by_triptychsrc(self):
        path = self.folder() / "out.yuv"
        reader = self.gstreamer("out", self.name, FRAMES, path)
        out, err = reader.communicate(timeout=PATIENCE * 2)
        self.assertEqual(reader.returncode, 0, err.decode())
        data, size = path.read_bytes(), len(self.pictures[0])
        stamps = [tuple(map(int, line.split())) for line in out.decode().splitlines()]
        return [data[at:at + size] for at in range(0, len(data), size)], stamps

    def by_python(self, reader):
        pictures, stamps = [], []
        for _ in range(FRAMES):
            frame = reader.next(timeout=PATIENCE)
            pictures.append(b"".join(numpy.asarray(plane).tobytes() for plane in frame.planes))
            stamps.append((frame.number, frame.capture_ns))
            del frame
        return pictures, stamps

    def comes_out(self):
        """Asserts that each reader returns the frames unchanged. Returns the capture times."""
        reader = triptych.Reader(self.name)  # stays to the end: some writers wait for the last one
        self.addCleanup(reader.close)
        pictures, stamps = self.by_python(reader)
        self.assertEqual([number for number, _ in stamps], list(range(1, FRAMES + 1)))
        self.assertTrue(pictures == self.pictures, "by Python's Reader")
        self.assertTrue(self.by_dump() == self.pictures, "by triptych-dump")
        pictures, stamps_of_src = self.by_triptychsrc()
        self.assertTrue(pictures == self.pictures, "by triptychsrc")
        self.assertEqual(stamps_of_src, stamps)
        return [capture for _, capture in stamps]

    def test_triptych_capture_keeps_every_bit(self):
        before = time.monotonic_ns()
        with open(self.video, "rb") as video:
            capture = self.start("triptych-capture", "--name", self.name, "--buffers", SLOTS,
                                 "--wait-for-reader", "--linger", "120", "y4m:-", stdin=video)
        times = self.comes_out()
        self.assertEqual(times, sorted(set(times)))
        self.assertGreater(times[0], before)
        capture.terminate()
        self.assertEqual(capture.wait(PATIENCE), 0)

    def test_triptychsink_keeps_every_bit(self):
        writer = self.gstreamer("in", self.video, self.name, SLOTS, stdin=subprocess.PIPE)
        times = self.comes_out()
        # 40 ms apart in the file; a late frame was rendered late, never early
        self.assertEqual({b - a for a, b in zip(times, times[1:])}, {self.APART})
        writer.stdin.close()
        self.assertEqual(writer.wait(PATIENCE), 0, writer.stderr.read().decode())

    def test_python_writer_keeps_every_bit(self):
        start = time.monotonic_ns() - FRAMES * self.APART
        times = [start + number * self.APART for number in range(FRAMES)]
        with triptych.Writer(self.name, "YU12", *self.SIZE, fps=25, slots=SLOTS) as writer:
            for picture, capture in zip(self.pictures, times):
                width, height = self.SIZE
                shapes = ((height, width), (height // 2, width // 2), (height // 2, width // 2))
                writer.write(*(numpy.frombuffer(plane, numpy.uint8).reshape(shape)
                               for plane, shape in zip(self.planes_of(picture), shapes)),
                             capture_ns=capture)
            self.assertEqual(self.comes_out(), times)

    def test_c_writer_keeps_every_bit(self):
        times = [1_000_000_000 + number * self.APART for number in range(FRAMES)]
        writer = StdinWriter(self, self.name, slots=SLOTS)
        for picture, capture in zip(self.pictures, times):
            writer.frame("YU12", self.SIZE, self.planes_of(picture), capture_ns=capture)
        self.assertEqual(self.comes_out(), times)
        writer.end()

    def test_gstreamer_keeps_capture_times_between_streams(self):
        built("libgsttriptych.so")
        times = [time.monotonic_ns() - (FRAMES - number) * self.APART for number in range(FRAMES)]
        second = self.stream()
        relay = self.start(tool("gst-launch-1.0"), "-q", "triptychsrc", f"stream={self.name}",
                           "mode=next", "is-live=false", "!", "triptychsink", f"stream={second}",
                           f"slots={SLOTS}", "history=0", "sync=false", env=self.gst)
        writer = StdinWriter(self, self.name, slots=SLOTS)
        for picture, capture in zip(self.pictures, times):
            writer.frame("YU12", self.SIZE, self.planes_of(picture), capture_ns=capture)
        with triptych.Reader(second) as reader:
            pictures, stamps = self.by_python(reader)
        self.assertTrue(pictures == self.pictures)
        self.assertEqual([capture for _, capture in stamps], times)
        relay.send_signal(signal.SIGINT)
        self.assertEqual(relay.wait(PATIENCE), 0, relay.stderr.read().decode())
        writer.end()


if __name__ == "__main__":
    unittest.main()
