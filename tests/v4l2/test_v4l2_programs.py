# SPDX-License-Identifier: MIT
"""Well-known V4L2 programs under triptych-v4l2: each gets the right image, unmodified, and continues
with the next writer when its writer is killed."""
import http.server
import json
import os
import queue
import socket
import subprocess
import threading
import unittest
import urllib.error
import urllib.request

from preloaded import BARS, DEVICE, PreloadedTest, shows_in_row
from programs import PATIENCE, tool, wait_until

OPENCV = """
import sys, cv2
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
number = 0
while True:
    done, image = camera.read()
    if done:
        number += 1
        cv2.imwrite(sys.argv[2] % number, image)
"""

MOTION = """
daemon off
setup_mode off
log_file {folder}/log
video_device {device}
width 640
height 480
target_dir {folder}
snapshot_interval 1
picture_output off
movie_output off
webcontrol_port 0
stream_port 0
text_right ""
"""

# Repeatedly sends a row of the camera's newest frame, and the browser's description of the camera.
PAGE = """<!doctype html><video id=v muted></video><script>
const report = what => fetch("/", { method: "POST", body: JSON.stringify(what) });
(async () => {
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    const label = stream.getVideoTracks()[0].label;
    v.srcObject = stream;
    await v.play();
    for (;;) {
        await new Promise(done => v.requestVideoFrameCallback(done));
        const canvas = new OffscreenCanvas(v.videoWidth, v.videoHeight).getContext("2d");
        canvas.drawImage(v, 0, 0);
        const row = canvas.getImageData(0, 100, v.videoWidth, 1).data.filter((_, i) => i % 4 != 3);
        await report({ label, size: [v.videoWidth, v.videoHeight], row: Array.from(row) });
    }
})().catch(error => report({ error: String(error) }));
</script>"""


class Page(http.server.BaseHTTPRequestHandler):
    """Serves PAGE, and puts what it sends into the server's queue."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def do_POST(self):
        self.server.reports.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def row_of(image):
    """A row of an image file, through the upper bars, as 640 RGB pixels."""
    return subprocess.run([tool("ffmpeg"), "-v", "error", "-i", image, "-vf",
                           "scale=640:480,crop=640:1:0:100", "-f", "rawvideo", "-pix_fmt", "rgb24",
                           "-frames:v", "1", "-"], check=True, timeout=PATIENCE,
                          stdout=subprocess.PIPE).stdout


def newest_shows(folder):
    """shows() of the newest image in a folder that a program fills; the very last is incomplete."""
    def shows(colors):
        files = sorted(folder.glob("*.jpg"))
        return len(files) > 1 and shows_in_row(row_of(files[-2]), colors)
    return shows


class Programs(PreloadedTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()
        self.writer = self.capture(self.name)

    def assert_program_follows(self, shows, *command, **options):
        program = self.start_silent(self.name, *command, **options)
        self.assert_follows(self.name, self.writer, program, shows)

    def test_ffmpeg_shows_the_bars_and_the_next_writer(self):
        folder = self.folder()
        self.assert_program_follows(newest_shows(folder), tool("ffmpeg"), "-f", "v4l2", "-i", DEVICE,
                                    "-r", "10", folder / "%08d.jpg")

    def test_gstreamer_shows_the_bars_and_the_next_writer(self):
        folder = self.folder()
        self.assert_program_follows(newest_shows(folder), tool("gst-launch-1.0"), "v4l2src",
                                    f"device={DEVICE}", "!", "videoconvert", "!", "jpegenc", "!",
                                    "multifilesink", f"location={folder}/%08d.jpg")

    def test_opencv_shows_the_bars_and_the_next_writer(self):
        folder = self.folder()
        self.assert_program_follows(newest_shows(folder), "/usr/bin/python3", "-c", OPENCV, DEVICE,
                                    folder / "%08d.jpg")

    def test_vlc_shows_the_bars_and_the_next_writer(self):
        folder = self.folder()
        self.assert_program_follows(newest_shows(folder), *self.as_user(), tool("cvlc"), "--no-audio",
                                    "--vout=dummy", "--video-filter=scene", f"--scene-path={folder}",
                                    "--scene-format=jpg", "--scene-ratio=6", f"v4l2://{DEVICE}",
                                    env=os.environ | {"HOME": str(folder)})

    def as_user(self):
        """What comes before a command that refuses root: another user who has root's files."""
        if os.geteuid() != 0:
            return []
        prefix = [tool("unshare"), "--user", "--map-user=1000", "--map-group=1000"]
        if subprocess.run([*prefix, "true"], check=False, stderr=subprocess.DEVNULL).returncode:
            self.skipTest("no user namespaces, and the program refuses root")
        return prefix

    def test_fswebcam_shows_the_bars(self):
        image = self.folder() / "image.png"
        done = self.preloaded(self.name, tool("fswebcam"), "-q", "-d", DEVICE, "-r", "640x480",
                              "--no-banner", "--png", "9", image)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(shows_in_row(row_of(image), BARS))

    def test_motion_shows_the_bars_and_the_next_writer(self):
        folder = self.folder()
        last = folder / "lastsnap.jpg"  # a link that motion makes when the file is complete
        (folder / "motion.conf").write_text(MOTION.format(folder=folder, device=DEVICE))
        self.assert_program_follows(lambda colors: last.exists() and shows_in_row(row_of(last), colors),
                                    tool("motion"), "-n", "-c", folder / "motion.conf")

    def test_ustreamer_shows_the_bars_and_the_next_writer(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        image = self.folder() / "image.jpg"

        def shows(colors):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/snapshot", timeout=5) as answer:
                    image.write_bytes(answer.read())
                    return shows_in_row(row_of(image), colors)
            except (urllib.error.URLError, ConnectionError):
                return False
        self.assert_program_follows(shows, tool("ustreamer"), "-d", DEVICE, "-r", "640x480", "--host",
                                    "127.0.0.1", "-p", str(port))

    def test_chromium_shows_the_bars_and_the_next_writer(self):
        home = self.folder()
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.addCleanup(server.server_close)
        server.reports = queue.Queue()
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)

        def shows(colors):
            seen = server.reports.get(timeout=PATIENCE)
            self.assertEqual((seen.get("label"), seen.get("size")), (self.name, [640, 480]), seen)
            return shows_in_row(seen["row"], colors)
        self.assert_program_follows(shows, tool("chromium"), "--headless=new", "--no-sandbox",
                                    "--disable-gpu", "--disable-dev-shm-usage",
                                    f"--user-data-dir={home}", "--use-fake-ui-for-media-stream",
                                    f"http://127.0.0.1:{server.server_port}/",
                                    env=os.environ | {"HOME": str(home)})


if __name__ == "__main__":
    unittest.main()
