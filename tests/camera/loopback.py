# SPDX-License-Identifier: MIT
"""A stream as a V4L2 device, through v4l2loopback: any program reads it as a camera."""
import os
import subprocess
import time
import unittest

from programs import BUILD, built, tool

import loopback_module
from camera import CameraTest, PATIENCE
from machine import SHARE_INSIDE

DEVICE = 20
MODULE = (loopback_module.NAME, f"devices=1 video_nr={DEVICE} card_label=stream")
WIDTH, HEIGHT = 320, 180


def gstreamer(machine):
    """Variables for GStreamer in the machine; the host passes its list of plugins."""
    registry = machine.share / "registry.bin"
    plugins = BUILD / "plugins/gstreamer"
    if not registry.exists():
        subprocess.run([tool("gst-inspect-1.0"), "triptychsrc"], check=True,
                       stdout=subprocess.DEVNULL, env=os.environ |
                       {"GST_REGISTRY": str(registry), "GST_PLUGIN_PATH": str(plugins)})
    return (f"GST_REGISTRY={SHARE_INSIDE}/{registry.name} GST_REGISTRY_UPDATE=no "
            f"GST_PLUGIN_PATH={plugins}")


class Loopback(CameraTest):
    MODULES = (MODULE,)
    BUILDERS = (loopback_module.add,)

    def setUp(self):
        built("libgsttriptych.so")
        for program in ("make", "gst-launch-1.0", "v4l2-ctl"):
            tool(program)
        try:
            super().setUp()
        except RuntimeError as error:
            raise unittest.SkipTest(str(error)) from error

    def start(self, script):
        command = self.machine.start(script)
        self.addCleanup(command.end)
        return command

    def publish_bars(self):
        """Writes a pattern as a stream, and the stream into the device. Returns its name."""
        name = self.stream()
        self.start(f"exec {built('triptych-capture')} -q -n {name} -f YUYV -s {WIDTH}x{HEIGHT} -r 5 "
                   "-b 6 pattern:smpte")
        writer = self.start(
            f"exec env {gstreamer(self.machine)} gst-launch-1.0 -q triptychsrc stream={name} ! "
            f"videoconvert ! v4l2sink device=/dev/video{DEVICE} sync=false")
        there = f"v4l2-ctl -d {DEVICE} --get-fmt-video | grep -q '{WIDTH}/{HEIGHT}'"
        for _ in range(PATIENCE):
            if self.run_in(there).status == 0:
                return name
            self.assertIsNone(writer.status, writer.err)
            time.sleep(1)
        raise AssertionError(f"no picture reaches the device: {writer.err}")

    def dump(self, name):
        """The bytes of the newest frame of a stream, as triptych-dump writes them."""
        file = self.machine.share / f"{name}.raw"
        self.succeed(f"{built('triptych-dump')} --count 1 --timeout {PATIENCE // 2} --to raw "
                     f"-o {SHARE_INSIDE}/{file.name} {name}")
        return file.read_bytes()

    def test_v4l2_reader_gets_the_bytes_of_the_stream(self):
        name = self.publish_bars()
        file = self.machine.share / "seen.raw"
        self.succeed(f"v4l2-ctl -d {DEVICE} --stream-mmap --stream-count=1 "
                     f"--stream-to={SHARE_INSIDE}/{file.name}")
        own = self.dump(name)
        self.assertEqual(len(own), WIDTH * HEIGHT * 2)
        self.assertTrue(file.read_bytes()[:len(own)] == own, "other bytes came out")  # padded to a page

    def test_triptych_capture_reads_the_loopback_device(self):
        name, copy = self.publish_bars(), self.stream()
        self.start(f"exec {built('triptych-capture')} -q -n {copy} v4l2:{DEVICE}")
        self.assertTrue(self.dump(copy) == self.dump(name), "other bytes came out")
