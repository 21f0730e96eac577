# SPDX-License-Identifier: MIT
"""Well-known V4L2 programs under triptych-v4l2: each gets the right image, unmodified."""
import socket
import subprocess
import unittest
import urllib.error
import urllib.request

from preloaded import DEVICE, PreloadedTest
from programs import PATIENCE, tool, wait_until

OPENCV = """
import sys, cv2
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
for _ in range(5):
    done, image = camera.read()
cv2.imwrite(sys.argv[2], image)
"""


class Programs(PreloadedTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()
        self.capture(self.name)
        self.image = self.folder() / "image.png"

    def run_program(self, *command, **options):
        done = self.preloaded(self.name, *command, **options)
        self.assertEqual(done.returncode, 0, done.stderr)

    def assert_bars(self, path=None):
        """The seven upper colour bars, from left to right."""
        row = subprocess.run([tool("ffmpeg"), "-v", "error", "-i", path or self.image, "-vf",
                              "scale=640:480,crop=640:1:0:100", "-f", "rawvideo", "-pix_fmt", "rgb24",
                              "-frames:v", "1", "-"], check=True, timeout=PATIENCE,
                             stdout=subprocess.PIPE).stdout
        for bar, color in enumerate(((1, 1, 1), (1, 1, 0), (0, 1, 1), (0, 1, 0), (1, 0, 1), (1, 0, 0),
                                     (0, 0, 1))):
            at = 3 * (640 * (2 * bar + 1) // 14)
            for component, value in zip(color, row[at:at + 3]):
                # Programs differ in the matrix that they assume: up to 60 of 255.
                self.assertTrue(value > 130 if component else value < 80, f"bar {bar}: {value}")

    def test_ffmpeg_shows_the_bars(self):
        self.run_program(tool("ffmpeg"), "-y", "-v", "error", "-f", "v4l2", "-i", DEVICE,
                         "-frames:v", "1", "-update", "1", self.image)
        self.assert_bars()

    def test_gstreamer_shows_the_bars(self):
        self.run_program(tool("gst-launch-1.0"), "-q", "v4l2src", f"device={DEVICE}", "num-buffers=5",
                         "!", "videoconvert", "!", "pngenc", "snapshot=true", "!", "filesink",
                         f"location={self.image}")
        self.assert_bars()

    def test_opencv_shows_the_bars(self):
        self.run_program("/usr/bin/python3", "-c", OPENCV, DEVICE, self.image)
        self.assert_bars()

    def test_mpv_shows_the_bars(self):
        folder = self.folder()
        # The filter copies: mpv unmaps the buffers at its end while it still writes their frames.
        self.run_program(tool("mpv"), "--no-config", "--really-quiet", "--vo=image",
                         "--vo-image-format=png", "--vf=lavfi=[format=rgb24]",
                         f"--vo-image-outdir={folder}", "--frames=2", f"av://v4l2:{DEVICE}")
        self.assert_bars(folder / "00000002.png")

    def test_fswebcam_shows_the_bars(self):
        self.run_program(tool("fswebcam"), "-q", "-d", DEVICE, "-r", "640x480", "--no-banner", "--png",
                         "9", self.image)
        self.assert_bars()

    def test_ustreamer_serves_the_bars(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.start_preloaded(self.name, tool("ustreamer"), "-d", DEVICE, "-r", "640x480", "--host",
                             "127.0.0.1", "-p", str(port), stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)

        def snapshot():
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/snapshot", timeout=5) as answer:
                    online = answer.headers.get("X-UStreamer-Online", "true") == "true"
                    return answer.read() if online else None
            except (urllib.error.URLError, ConnectionError):
                return None
        image = self.folder() / "image.jpg"
        image.write_bytes(wait_until(snapshot, "a snapshot"))
        self.assert_bars(image)


if __name__ == "__main__":
    unittest.main()
