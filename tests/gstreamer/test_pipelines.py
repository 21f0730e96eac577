# SPDX-License-Identifier: MIT
"""gst-launch-1.0 with triptychsrc and triptychsink, as typed by a user."""
import os
import re
import signal
import unittest

from clock_code import numbers
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, last_json, tool, wait_until
from screen import Screen

WIDTH, HEIGHT = 320, 240
PROPERTIES = {
    "triptychsrc": ("name", "stream", "is-live", "num-buffers", "mode", "wait", "on-disconnect",
                    "timeout", "zero-copy-frames", "copied-frames"),
    "triptychsink": ("name", "stream", "slots", "slots-max", "history", "permissions", "group", "sync",
                     "zero-copy-frames", "copied-frames", "dropped-frames")}


class PipelineTest(ProgramTest):
    def setUp(self):
        super().setUp()
        built("libgsttriptych.so")
        tool("gst-launch-1.0")
        self.environment = os.environ | {"GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                                         "GST_REGISTRY": str(self.folder() / "registry.bin")}

    def launch(self, text, **environment):
        """Starts gst-launch-1.0; a writer among its elements leaves nothing after an interrupt."""
        process = self.start(tool("gst-launch-1.0"), "-q", *text.split(),
                             env=self.environment | environment)
        self.addCleanup(self.interrupt, process)
        return process

    def interrupt(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)

    def capture(self, name, *options):
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", f"{WIDTH}x{HEIGHT}", "-r", 30,
                            *options)
        self.wait_for_stream(name, writer)
        return writer

    def finish(self, process):
        """Waits for a clean exit. Returns the output."""
        _, err = process.communicate(timeout=PATIENCE * 2)
        self.assertEqual(process.returncode, 0, err.decode())
        return err.decode()


class Elements(PipelineTest):
    def test_every_property_is_explained(self):
        for element, names in PROPERTIES.items():
            listed = self.run_to_end(tool("gst-inspect-1.0"), element, env=self.environment).stdout
            for name in names:
                with self.subTest(element=element, property=name):
                    self.assertRegex(listed, re.compile(rf"^  {name} +: \w.{{9,}}", re.MULTILINE))

    def test_every_property_field_has_a_row(self):
        for element in PROPERTIES:
            source = (SOURCE / f"plugins/gstreamer/{element}.c").read_text(encoding="utf-8")
            fields = source.split("    // Properties, guarded by the object lock.")[1].split("\n\n")[0]
            with self.subTest(element=element):
                self.assertEqual(set(re.findall(r"(\w+);", fields)),
                                 set(re.findall(r"G_STRUCT_OFFSET\(\w+, (\w+)\)", source)))

    def test_format_without_a_name_in_gstreamer_is_an_error_that_names_it(self):
        name = self.stream()
        self.capture(name, "-f", "pRAA", "pattern:colors")
        source = self.launch(f"triptychsrc stream={name} ! fakesink")
        _, err = source.communicate(timeout=PATIENCE)
        self.assertEqual(source.returncode, 1, err)
        self.assertEqual(err.count(b"GStreamer has no format pRAA"), 1, err)

    def test_stream_is_shown_by_the_shortest_pipeline(self):
        screen = Screen()
        self.addCleanup(screen.close)
        name = self.stream()
        self.capture(name, "-f", "RGB3", "pattern:colors")
        viewer = self.launch(f"triptychsrc name={name} ! videoconvert ! autovideosink",
                             **screen.environment)
        wait_until(lambda: viewer.poll() is not None or len(set(screen_colours(screen))) > 4,
                   "the pattern's colours")
        self.assertIsNone(viewer.poll(), "it ended")


def screen_colours(screen):
    """Returns the colours along the middle of an image at the top left of the screen."""
    shown = screen.picture(0, HEIGHT // 2, WIDTH, 1)
    return [shown.at(x, 0) for x in range(0, WIDTH, 8)]


class Leaks(PipelineTest):
    """GStreamer's leaks tracer reports each object and buffer that outlives the pipeline."""

    TRACER = {"GST_TRACERS": "leaks", "GST_DEBUG": "GST_TRACER:7", "GST_DEBUG_NO_COLOR": "1"}

    def assert_no_leaks(self, process):
        said = self.finish(process)
        self.assertIn("object-alive, type-name=(string)%s", said)  # the tracer was active
        self.assertEqual(re.findall(r"object-alive, type-name=\(string\)(?!%).*", said), [])

    def test_sink_leaves_no_object(self):
        name = self.stream()
        self.assert_no_leaks(self.launch(
            f"videotestsrc num-buffers=20 ! queue ! triptychsink stream={name} sync=false",
            **self.TRACER))

    def test_source_leaves_no_object_after_a_restart_of_its_writer(self):
        name = self.stream()
        writer = self.capture(name, "-f", "NV12", "pattern:clock")
        reader = self.launch(f"triptychsrc stream={name} num-buffers=90 ! queue ! fakesink",
                             **self.TRACER)
        writer.kill()
        writer.wait()
        self.capture(name, "-f", "NV12", "-s", "640x360", "pattern:clock")
        self.assert_no_leaks(reader)

    def test_source_and_sink_in_one_pipeline_leave_no_object(self):
        name, copy = self.stream(), self.stream()
        self.capture(name, "-f", "NV12", "pattern:clock")
        self.assert_no_leaks(self.launch(
            f"triptychsrc stream={name} num-buffers=20 ! tee name=t ! queue ! triptychsink "
            f"stream={copy} t. ! queue ! fakesink", **self.TRACER))


class Deaths(PipelineTest):
    FRAMES = 120

    def kill_three_times(self, name, start, form, bytes_a_pixel):
        """Kills the writer that start() starts under a running pipeline, three times. Returns the
        frames."""
        size = int(WIDTH * HEIGHT * bytes_a_pixel)
        file = self.folder() / "pictures"
        writer = start()
        reader = self.launch(f"triptychsrc stream={name} num-buffers={self.FRAMES} ! "
                             f"video/x-raw,format={form} ! filesink location={file} "
                             "buffer-mode=unbuffered")
        for life in range(1, 4):
            wait_until(lambda least=life * 20 * size: file.exists() and
                       file.stat().st_size >= least, "20 pictures more")
            writer.kill()
            writer.wait()
            writer = start()
        self.finish(reader)
        data = file.read_bytes()
        self.assertEqual(len(data), self.FRAMES * size)
        return data

    def test_pipeline_outlives_a_killed_writer_without_torn_frames(self):
        name = self.stream()
        data = self.kill_three_times(
            name, lambda: self.capture(name, "-f", "GREY", "pattern:clock"), "GRAY8", 1)
        self.assertNotIn(None, numbers(data, WIDTH, HEIGHT))

    def test_readers_outlive_a_killed_triptychsink_and_follow_the_next(self):
        name = self.stream()
        dump = self.start("triptych-dump", "--stats", "--json", "--count", self.FRAMES, name)
        self.kill_three_times(name, lambda: self.launch(
            f"videotestsrc is-live=true ! video/x-raw,format=NV12,width={WIDTH},height={HEIGHT},"
            f"framerate=60/1 ! triptychsink stream={name}"), "NV12", 1.5)
        out, err = dump.communicate(timeout=PATIENCE * 2)
        self.assertEqual(dump.returncode, 0, err.decode())
        self.assertGreaterEqual(last_json(out.decode())["frames"], self.FRAMES)


if __name__ == "__main__":
    unittest.main()
