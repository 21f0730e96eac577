# SPDX-License-Identifier: MIT
"""A stream as a PipeWire camera: docs/pipelines.md, with a real daemon of the test's own."""
import os
import re
import shlex
import signal
import subprocess
import unittest

from clock_code import numbers
from pipewire import PipeWire
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, tool

WIDTH, HEIGHT = 320, 240
TRIES = 10
LOOK_S = 6  # pictures come within a second


class Stuck(Exception):
    """No picture came."""


class Camera(ProgramTest):
    """The stream goes in by triptychsrc ! pipewiresink; somebody looks with pipewiresrc."""

    def setUp(self):
        super().setUp()
        built("libgsttriptych.so")
        self.gst = {"GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                    "GST_REGISTRY": str(self.folder() / "registry.bin")}
        if subprocess.run([tool("gst-inspect-1.0"), "pipewiresink"], check=False,
                          stdout=subprocess.DEVNULL, env=os.environ | self.gst).returncode:
            self.skipTest("gstreamer1.0-pipewire is not installed")
        self.begin_daemon()

    def begin_daemon(self):
        self.pipewire = PipeWire(self)
        self.environment = self.pipewire.environment | self.gst

    def capture(self, name, pattern, form):
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-r", 30,
                            "-f", form, "-b", 6, f"pattern:{pattern}")
        self.wait_for_stream(name, writer)
        return writer

    def offer(self, name):
        """Makes the stream a camera, by the command that the documentation prints; its process."""
        text = (SOURCE / "docs/pipelines.md").read_text(encoding="utf-8")
        [command] = re.findall(r"^gst-launch.*pipewiresink.*\\\n.*", text, re.MULTILINE)
        program, *args = shlex.split(command.replace("cam0", name))
        return self.start(tool(program), "--no-fault", *args, env=self.environment)

    def look(self, node, form, count):
        """The bytes of `count` pictures, as an application takes them from a camera. Fails with Stuck
        when none come: pipewiresink of Debian 12 (0.3.65) often crashes as somebody joins."""
        file = self.folder() / "pictures"
        consumer = self.start(
            tool("gst-launch-1.0"), "-q", "pipewiresrc", f"target-object={node}",
            f"num-buffers={count}", "!", f"video/x-raw,format={form}", "!", "filesink",
            f"location={file}", env=self.environment)
        try:
            _, err = consumer.communicate(timeout=LOOK_S)
        except subprocess.TimeoutExpired as late:
            consumer.kill()
            consumer.wait()
            raise Stuck from late
        self.assertEqual(consumer.returncode, 0, err)
        return file.read_bytes()

    def with_a_camera(self, name, scenario):
        """Runs scenario() with the stream as a camera, and where it got stuck again from the start."""
        crashes = 0
        for _ in range(TRIES):
            offer = self.offer(name)
            try:
                self.pipewire.camera(name)
                return scenario()
            except Stuck:
                crashes += offer.poll() == -signal.SIGSEGV
                offer.kill()
                offer.wait()
                self.begin_daemon()
        self.assertGreater(crashes, 0, f"no picture in {TRIES} tries, and pipewiresink did not crash")
        self.skipTest(f"pipewiresink crashed in {crashes} of {TRIES} tries, no picture came in any")

    def test_the_stream_is_a_camera_among_pipewire_s(self):
        name = self.stream()
        self.capture(name, "clock", "YUYV")
        self.offer(name)
        node = self.pipewire.camera(name)
        self.assertEqual(node["media.class"], "Video/Source")
        self.assertEqual(node["media.role"], "Camera")

    def test_the_camera_s_pictures_are_the_stream_s_byte_for_byte(self):
        name = self.stream()
        self.capture(name, "smpte", "NV12")
        own = self.run_to_end("triptych-dump", "-q", "--count", 1, "--to", "raw", "-o", "-",
                              "--timeout", PATIENCE, name, text=False).stdout
        seen = self.with_a_camera(name, lambda: self.look(name, "NV12", 3))
        self.assertEqual(len(own), WIDTH * HEIGHT * 3 // 2)
        self.assertTrue(seen == own * 3, "other bytes came out")

    def test_the_camera_outlives_its_writer_and_serves_one_application_after_the_other(self):
        name = self.stream()
        writers = [self.capture(name, "clock", "YUYV")]

        def scenario():
            self.assert_clock_goes_on(self.look(name, "YUY2", 20))
            writers[-1].kill()
            writers[-1].wait()
            writers.append(self.capture(name, "clock", "YUYV"))
            self.assert_clock_goes_on(self.look(name, "YUY2", 20))
        self.with_a_camera(name, scenario)

    def assert_clock_goes_on(self, data):
        seen = numbers(data[::2], WIDTH, HEIGHT)
        self.assertNotIn(None, seen)
        self.assertEqual(seen, sorted(seen))
        self.assertGreater(seen[-1], seen[0])


if __name__ == "__main__":
    unittest.main()
