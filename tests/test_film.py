# SPDX-License-Identifier: MIT
"""A film goes through ffmpeg, y4m, a stream and y4m again, and is the same film bit for bit.

Nothing can be lost by design, not by luck: the stream has more slots than the film has frames, so
no frame is ever overwritten; the writer waits for the reader before its first frame and lingers
after the last; and the reader takes the oldest frame it has not seen.
"""
import subprocess
import unittest

from programs import ProgramTest, tool

FRAMES = 12
SLOTS = 16


def frames_of(y4m):
    """(header, pictures) of a y4m film."""
    header, _, rest = y4m.partition(b"\n")
    assert header.startswith(b"YUV4MPEG2 "), header
    pictures = rest.split(b"FRAME\n")
    assert pictures[0] == b""
    return header.decode().split(), pictures[1:]


class Film(ProgramTest):
    def test_a_small_film_comes_out_bit_for_bit(self):
        self._round_trip(320, 240)

    def test_a_film_of_1080p_comes_out_bit_for_bit(self):
        self._round_trip(1920, 1080)

    def test_a_film_of_odd_size_comes_out_bit_for_bit(self):
        self._round_trip(321, 241)

    def _film(self, folder, width, height):
        """H.264 in mp4, whose sides are even; an odd size is cut out of it when it is decoded."""
        path = folder / "film.mp4"
        size = f"{width + width % 2}x{height + height % 2}"
        done = self.run_to_end(tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                               f"testsrc2=size={size}:rate=25", "-frames:v", FRAMES, "-c:v",
                               "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [tool("ffmpeg"), "-v", "error", "-i", path, "-vf",
                f"crop={width}:{height}:0:0:exact=1", "-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe"]

    def _round_trip(self, width, height):
        folder = self.folder()
        decode = self._film(folder, width, height)
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
            self.fail(f"the film did not end: {capture.communicate()[1].decode()}")
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


if __name__ == "__main__":
    unittest.main()
