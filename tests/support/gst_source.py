# SPDX-License-Identifier: MIT
"""Captures of GStreamer sources, for tests."""
import os
import shutil

from programs import BUILD, PATIENCE, ProgramTest, built, last_json, wait_until

FAILED, MISUSED = 1, 2


class GstSourceTest(ProgramTest):
    def setUp(self):
        super().setUp()
        built("libtriptych-gst.so")
        self.environment = os.environ | {
            "GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
            "GST_REGISTRY": str(BUILD / "gst-registry.bin")}

    def run_capture(self, source, *options):
        """A capture that ends by itself."""
        return self.run_to_end("triptych-capture", "--json", "-n", self.stream(), *options, source,
                               env=self.environment)

    def capture(self, source, *options):
        """start_capture() of a source."""
        return self.start_capture("-v", *options, source, env=self.environment)

    def dump(self, name, count):
        """Returns the bytes of the next `count` frames, rows tightly packed."""
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", count, "--to", "raw",
                               "-o", "-", "--timeout", PATIENCE, name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def all_frames(self, source, count, *options):
        """Returns the bytes of the first `count` frames of a source."""
        name = self.stream()
        process = self.start("triptych-capture", "-q", "-n", name, "-b", 16, "--wait-for-reader",
                             *options, source, env=self.environment)
        frames = self.dump(name, count)
        self.assertEqual(process.wait(PATIENCE), 0, process.stderr.read())
        return frames

    def shown(self, name):
        """Returns triptych-info's description of a stream."""
        done = self.run_to_end("triptych-info", "--json", "show", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return last_json(done.stdout)

    def wait_for(self, log, words, times=1):
        wait_until(lambda: log().count(words) >= times, f"'{words}' {times} times in the log")

    def summary(self, process):
        """Waits for the end of a capture. Returns its summary."""
        out, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        return last_json(out.decode())

    def finish(self, process):
        """Ends a capture cleanly. Returns its summary."""
        process.terminate()
        return self.summary(process)

    def copy_alone(self, path):
        """A copy of a program in a folder with the library only."""
        folder = self.folder()
        shutil.copy(BUILD / "common" / "libtriptych.so.0", folder)
        return shutil.copy(path, folder)
