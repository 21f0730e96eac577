# SPDX-License-Identifier: MIT
"""Every format of the table, from a pattern to a picture: colours stay, in PNG and in y4m."""
import ctypes
import os
import re
import signal
import subprocess
import unittest

from pixels import far, luma, read
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, tool

BARS = ((191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0),
        (0, 0, 191))
WIDTH, HEIGHT = 168, 90
PLAYED = 30  # frames
KEPT = 32  # frames of coded video, two seconds of it: a lost one cannot be played without a warning


class Format(ctypes.Structure):
    _fields_ = [("fourcc", ctypes.c_uint32), ("name", ctypes.c_char * 5), ("family", ctypes.c_int)]


YUV, RGB, GREY, COMPRESSED, BAYER, DEPTH = range(6)


def formats():
    """(name, family) of each row of the library's table."""
    library = ctypes.CDLL(str(next(BUILD.rglob("libtriptych.so.0"))))
    library.tri_format_at.restype = ctypes.POINTER(Format)
    library.tri_format_at.argtypes = (ctypes.c_size_t,)
    index = 0
    while row := library.tri_format_at(index):
        yield row.contents.name.decode(), row.contents.family
        index += 1


class Formats(ProgramTest):
    def _draw(self, format):
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-f", format, "-s",
                            f"{WIDTH}x{HEIGHT}", "pattern:smpte")
        return name, writer

    def _dump(self, name, path, *args):
        done = self.run_to_end("triptych-dump", "-q", name, "-o", path, "--count", 1, *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def _expect_bars(self, picture, grey):
        for i, bar in enumerate(BARS):
            seen = picture.at((2 * i + 1) * WIDTH // 14, HEIGHT // 3)
            self.assertLessEqual(far(seen, luma(bar) if grey else bar), 6, (i, seen, bar))

    def test_every_format_is_documented(self):
        words = re.findall(r"\w+", (SOURCE / "docs/formats.md").read_text(encoding="utf-8"))
        self.assertEqual([name for name, _ in formats() if name not in words], [])

    def test_every_format_is_drawn_and_becomes_png(self):
        for format, family in formats():
            if family == COMPRESSED and format != "MJPG":
                continue
            with self.subTest(format=format):
                name, writer = self._draw(format)
                picture = read(self._dump(name, self.folder() / f"{format}.png"))
                if family == DEPTH:  # near is red, far blue: brightness is a distance
                    red, _, blue = picture.at(WIDTH // 14, HEIGHT // 3)
                    self.assertLess(red, blue)
                else:
                    self._expect_bars(picture, family == GREY)
                writer.terminate()

    def test_every_yuv_and_grey_format_becomes_y4m(self):
        for format, family in formats():
            if family not in (YUV, GREY):
                continue
            with self.subTest(format=format):
                name, writer = self._draw(format)
                video = self._dump(name, self.folder() / f"{format}.y4m")
                picture = self.folder() / f"{format}.png"
                subprocess.run([tool("ffmpeg"), "-v", "error", "-strict", "-1", "-i", video,
                                picture], check=True, timeout=60)
                self._expect_bars(read(picture), family == GREY)
                writer.terminate()

    def test_coded_video_begins_at_a_key_frame_and_plays(self):
        for codec, encoder, demuxer in (("h264", "libx264", "h264"), ("h265", "libx265", "hevc")):
            with self.subTest(codec=codec):
                name = self.stream()
                video = self.folder() / f"{codec}.mkv"
                subprocess.run([tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                                f"testsrc=s={WIDTH}x{HEIGHT}:r=15:d=30", "-c:v", encoder, "-g",
                                "15", "-bf", "0", video], check=True, timeout=60,
                               stderr=subprocess.DEVNULL)
                pipeline = (f"filesrc location={video} ! matroskademux ! {codec}parse "
                            f"config-interval=-1 ! triptychsink sync=true slots={KEPT} history=0 "
                            f"stream={name}")
                places = {"GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                          "GST_REGISTRY": str(BUILD / "gst-registry.bin")}
                writer = self.start(tool("gst-launch-1.0"), "-q", *pipeline.split(),
                                    env=os.environ | places)
                self.frames(name, KEPT + 5)  # the first key frame has been overwritten
                output = self.folder() / f"out.{codec}"
                self.run_to_end("triptych-dump", name, "-o", output, "--count", PLAYED)
                played = subprocess.run([tool("ffmpeg"), "-v", "warning", "-f", demuxer, "-i",
                                         output, "-f", "framemd5", "-"], check=True, timeout=60,
                                        capture_output=True, text=True)
                frames = [line for line in played.stdout.splitlines() if line[0] != "#"]
                self.assertEqual(len(frames), PLAYED)
                self.assertEqual(played.stderr, "")
                writer.send_signal(signal.SIGINT)
                writer.wait(PATIENCE)


if __name__ == "__main__":
    unittest.main()
