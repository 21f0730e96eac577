# SPDX-License-Identifier: MIT
"""A stream as a PipeWire camera: docs/pipelines.md, with a private daemon."""
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import unittest

from clock_code import numbers
from pipewire import PipeWire
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, tool, wait_until

WIDTH, HEIGHT = 320, 240
FRAME_BYTES = WIDTH * HEIGHT * 2  # YUYV


class Camera(ProgramTest):
    """triptychsrc ! pipewiresink provides the stream; pipewiresrc reads it."""

    def setUp(self):
        super().setUp()
        built("libgsttriptych.so")
        self.gst = {"GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                    "GST_REGISTRY": str(self.folder() / "registry.bin")}
        if subprocess.run([tool("gst-inspect-1.0"), "pipewiresink"], check=False,
                          stdout=subprocess.DEVNULL, env=os.environ | self.gst).returncode:
            self.skipTest("gstreamer1.0-pipewire is not installed")
        self.pipewire = PipeWire(self)
        self.environment = self.pipewire.environment | self.gst

    def capture(self, name, pattern, form, rate=30):
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-r", rate,
                            "-f", form, "-b", 6, f"pattern:{pattern}")
        self.wait_for_stream(name, writer)
        return writer

    def offer(self, name):
        """Makes the stream a camera, by the documented command. Returns its properties."""
        text = (SOURCE / "docs/pipelines.md").read_text(encoding="utf-8")
        [command] = re.findall(r"^gst-launch.*pipewiresink.*\\\n.*", text, re.MULTILINE)
        program, *args = shlex.split(command.replace("cam0", name))
        self.pipeline = self.start(tool(program), "--no-fault", *args, env=self.environment)
        return self.pipewire.camera(name)

    def camera_frames(self, node, form, count):
        """Returns the bytes of `count` frames, as an application takes them from a camera."""
        file = self.folder() / "pictures"
        consumer = self.start(
            tool("gst-launch-1.0"), "-q", "pipewiresrc", f"target-object={node}",
            f"num-buffers={count}", "!", f"video/x-raw,format={form}", "!", "filesink",
            f"location={file}", env=self.environment)
        try:
            _, err = consumer.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.fail(f"no picture; the camera's pipeline has ended with {self.pipeline.poll()}")
        self.assertEqual(consumer.returncode, 0, err)
        return file.read_bytes()

    def test_stream_is_listed_as_a_pipewire_camera(self):
        name = self.stream()
        self.capture(name, "clock", "YUYV")
        node = self.offer(name)
        self.assertEqual(node["media.class"], "Video/Source")
        self.assertEqual(node["media.role"], "Camera")

    def picture(self, name):
        """Returns the bytes of the newest frame of a stream."""
        done = self.run_to_end("triptych-dump", "-q", "--count", 1, "--to", "raw", "-o", "-",
                               "--timeout", PATIENCE, name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_capture_lists_a_camera_and_takes_its_frames(self):
        name, copy = self.stream(), self.stream()
        self.capture(name, "smpte", "NV12")
        self.offer(name)
        listed = self.run_to_end("triptych-capture", "--list-devices", "--json", "pipewire:",
                                 env=self.environment)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        [device] = [device["device"] for device in map(json.loads, listed.stdout.splitlines())
                    if device["name"] == name]
        self.start("triptych-capture", "-q", "-n", copy, "-f", "NV12", "--persistent", device,
                   env=self.environment)
        wait_until(lambda: self.picture(copy) == self.picture(name), "the camera's picture")

    def test_camera_frames_equal_the_stream_byte_for_byte(self):
        name = self.stream()
        self.capture(name, "smpte", "NV12")
        own = self.run_to_end("triptych-dump", "-q", "--count", 1, "--to", "raw", "-o", "-",
                              "--timeout", PATIENCE, name, text=False).stdout
        self.offer(name)
        seen = self.camera_frames(name, "NV12", 3)
        self.assertEqual(len(own), WIDTH * HEIGHT * 3 // 2)
        self.assertTrue(seen == own * 3, "other bytes came out")

    def test_early_consumer_gets_the_first_frame(self):
        name = self.stream()
        self.capture(name, "clock", "YUYV", rate=4)  # pipewiresink waits for the duration of six frames
        self.offer(name)
        self.assert_clock_continues(self.camera_frames(name, "YUY2", 3))

    def test_camera_outlives_its_writer_and_serves_applications(self):
        name = self.stream()
        writer = self.capture(name, "clock", "YUYV")
        self.offer(name)
        self.assert_clock_continues(self.camera_frames(name, "YUY2", 20))
        writer.kill()
        writer.wait()
        self.capture(name, "clock", "YUYV")
        data = self.camera_frames(name, "YUY2", 20)
        seen = self.clock_numbers(data)
        restart = next((at for at in range(1, 20) if seen[at] < seen[at - 1]), 0)
        self.assert_clock_continues(data[restart * FRAME_BYTES:])  # the sink held older frames

    def clock_numbers(self, data):
        seen = numbers(data[::2], WIDTH, HEIGHT)
        self.assertNotIn(None, seen)
        return seen

    def assert_clock_continues(self, data):
        seen = self.clock_numbers(data)
        self.assertEqual(seen, sorted(seen))
        self.assertGreater(seen[-1], seen[0])


class Benchmark(ProgramTest):
    """The benchmark's own daemon has its socket in a folder below /tmp."""

    def start_run(self, seconds):
        tool("pipewire")
        bench = built("bench")
        listed = subprocess.run([bench, "--list"], capture_output=True, text=True, check=True)
        if "pipewire" not in listed.stdout:
            self.skipTest("the benchmark was built without PipeWire")
        return self.start(bench, "--transport", "pipewire", "--seconds", seconds,
                          start_new_session=True)

    def folders_of(self, run):
        return list(pathlib.Path("/tmp").glob(f"bench-{run.pid}.*"))

    def assert_folder_goes(self, run):
        wait_until(lambda: not self.folders_of(run), "the folder removed")

    def test_run_removes_its_folder(self):
        run = self.start_run(1)
        self.assertEqual(run.wait(PATIENCE), 0)
        self.assertEqual(self.folders_of(run), [])

    def test_killed_run_removes_its_folder(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            run = self.start_run(60)
            wait_until(lambda: any((folder / "pipewire-0").exists() for folder in self.folders_of(run)),
                       "the daemon's socket")
            os.killpg(run.pid, number)  # as a terminal does
            self.assertEqual(run.wait(PATIENCE), -number)
            self.assert_folder_goes(run)


if __name__ == "__main__":
    unittest.main()
