# SPDX-License-Identifier: MIT
"""Every program that reads streams, on a stream that a hostile process rewrites at the same
time."""
import subprocess
import unittest

from programs import PATIENCE, ProgramTest, last_json

SECONDS = 4


class RewrittenStream(ProgramTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()
        self.writer = self.start("triptych-capture", "-q", "-n", self.name, "-s", "320x240",
                                 "-r", "3000", "pattern:ball")
        self.wait_for_stream(self.name, self.writer)

    def scribble(self, seed):
        return self.start("test-scribbler", self.name, SECONDS, seed)

    def assert_survives(self, process):
        """Asserts that the program ended by itself, in time, with its own status and no sanitizer
        report."""
        out, err = process.communicate(timeout=PATIENCE * 4)
        said = err.decode(errors="replace")
        self.assertIn(process.returncode, (0, 1), said)
        for word in ("Sanitizer", "runtime error"):
            self.assertNotIn(word, said)
        return out.decode(errors="replace")

    def assert_the_stream_continues(self):
        self.assertIsNone(self.writer.poll(), "the writer has ended")
        done = self.run_to_end("triptych-dump", "--count", "5", "--stats", "--json", self.name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], 5)

    def run_under_fire(self, program, *args):
        hostile = self.scribble(1)
        running = [self.start(program, *args, self.name) for _ in range(2)]
        for process in running:
            self.assert_survives(process)
        self.assertEqual(hostile.wait(PATIENCE), 0)
        self.assert_the_stream_continues()

    def test_dump_counts_intact_frames_of_a_hostile_stream(self):
        self.run_under_fire("triptych-dump", "--stats", "--json", "--duration", SECONDS,
                            "--timeout", SECONDS)

    def test_dump_writes_intact_frames_of_a_hostile_stream(self):
        self.run_under_fire("triptych-dump", "--to", "raw", "-o", "/dev/null", "--mode", "next",
                            "--duration", SECONDS, "--timeout", SECONDS)

    def test_display_survives_a_hostile_stream(self):
        self.run_under_fire("triptych-display", "--headless", "--json", "--duration", SECONDS,
                            "--timeout", SECONDS)

    def test_info_survives_a_hostile_stream(self):
        hostile = self.scribble(2)
        while hostile.poll() is None:
            for command in (("list",), ("list", "--json"), ("show", self.name)):
                self.assert_survives(self.start("triptych-info", *command,
                                                stdin=subprocess.DEVNULL))
        self.assertEqual(hostile.returncode, 0)
        self.assert_the_stream_continues()


if __name__ == "__main__":
    unittest.main()
