# SPDX-License-Identifier: MIT
"""Cameras out of text files, for tests of whole programs. The statements: scripted_camera.h."""
import json
import os
import re

from programs import BUILD, ProgramTest, built, wait_until

PATIENCE = 60


class ScriptedCameraTest(ProgramTest):
    """A folder of scripts; each is a camera while its file exists."""

    def setUp(self):
        super().setUp()
        module = BUILD / "tests" / "libscripted_camera.so"
        if not module.exists():
            self.skipTest("cameras are not built")
        self.cameras = self.folder()
        loaded = [str(module)] + os.environ.get("LD_PRELOAD", "").split()
        self.env = os.environ | {"LD_PRELOAD": " ".join(loaded),
                                 "SCRIPTED_CAMERAS": str(self.cameras)}

    def plug_in(self, script, node="video0"):
        """Lines of a script, as text or a list."""
        lines = script if isinstance(script, str) else "\n".join(script)
        new = self.cameras / "new"
        new.write_text(lines)
        new.rename(self.cameras / node)

    def unplug(self, node="video0"):
        (self.cameras / node).unlink()

    def run_capture(self, *args):
        """A capture that ends by itself."""
        return self.run_to_end("triptych-capture", *args, env=self.env)

    def capture(self, *args, device="v4l2:/dev/video0"):
        """start_capture() of a camera."""
        return self.start_capture(*args, device, env=self.env)

    def picture(self, name):
        """The bytes of the newest frame, rows tightly packed."""
        file = self.folder() / "picture"
        done = self.run_to_end("triptych-dump", "--count", 1, "--timeout", PATIENCE, "--to", "raw",
                               "-o", file, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file.read_bytes()

    def wait_for(self, log, words):
        """Waits for a line of the log that matches. Returns it."""
        def found():
            return next((line for line in log().splitlines() if re.search(words, line)), None)
        return wait_until(found, f"'{words}' in the log")

    def finish(self, process):
        """Ends a capture cleanly. Returns its summary."""
        process.terminate()
        out, _ = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 0)
        return json.loads(out.splitlines()[-1])
