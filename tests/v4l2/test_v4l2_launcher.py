# SPDX-License-Identifier: MIT
"""triptych-v4l2 itself: its options and messages."""
import re
import shutil
import sys
import unittest

from preloaded import PreloadedTest
from programs import tool


class Launcher(PreloadedTest):
    def test_list_names_the_device_of_each_stream(self):
        name = self.stream()
        self.capture(name)
        self.raw_frame(name)  # a stream without a frame is no device yet
        self.assertRegex(self.run_to_end("triptych-v4l2", "--list").stdout,
                         rf"(?m)^/dev/video\d+ +/dev/triptych/{re.escape(name)}$")

    def test_devices_without_a_stream_are_named(self):
        done = self.run_to_end("triptych-v4l2", "--device", "7=missing", tool("true"))
        self.assert_refused(done, 0, "/dev/video7", "missing: there is no stream")

    def test_programs_that_cannot_be_preloaded_are_named(self):
        program = self.folder() / "program"
        shutil.copy(tool("true"), program)
        program.chmod(0o4755)
        self.assert_refused(self.run_to_end("triptych-v4l2", program), 0, "setuid")
        static = tool("busybox")  # of busybox-static
        self.assert_refused(self.run_to_end("triptych-v4l2", static, "true"), 0, "statically linked")
        self.assertNotIn("linked", self.run_to_end("triptych-v4l2", "true").stderr)
        bits, other = ("32", 1) if sys.maxsize > 1 << 32 else ("64", 2)
        foreign = self.folder() / "foreign"
        foreign.write_bytes(b"\x7fELF" + bytes([other, 1, 1]) + bytes(93))
        foreign.chmod(0o755)
        self.assertIn(f"{foreign} does not see the devices: it is a {bits}-bit program",
                      self.run_to_end("triptych-v4l2", foreign).stderr)

    def test_options_behind_the_program_are_the_programs(self):
        done = self.run_to_end("triptych-v4l2", tool("printf"), "%s", "--list")
        self.assertEqual((done.returncode, done.stdout), (0, "--list"))

    def test_missing_program_ends_as_in_a_shell(self):
        self.assert_refused(self.run_to_end("triptych-v4l2", "/no/such/program"), 127, "No such file")

    def test_bad_command_lines_are_refused(self):
        self.assert_refused(self.run_to_end("triptych-v4l2"), 2, "no program")
        self.assert_refused(self.run_to_end("triptych-v4l2", "--device", "cam0", "true"), 2,
                            "NUMBER=STREAM")
        for value in ("+4=cam0", " 4=cam0", "04=cam0", "255=cam0"):
            self.assert_refused(self.run_to_end("triptych-v4l2", "--device", value, "true"), 2,
                                "from 0 to 254")
        self.assert_refused(self.run_to_end("triptych-v4l2", "--device", "4=cam0", "--device", "4=cam1",
                                            "true"), 2, "/dev/video4 is 'cam0' already")


if __name__ == "__main__":
    unittest.main()
