# SPDX-License-Identifier: MIT
"""triptych-display with several streams, without a window."""

import json
import re

import pixels
from programs import PATIENCE
from viewer_case import DisplayTest

ODD = (321, 241)


class Runs(DisplayTest):

    def both(self, *options):
        """Runs two streams of different sizes. Returns their names, and the completed run."""
        names = [self.bars("--format", "NV12"), self.bars("--format", "RGB3", size=ODD)]
        return names, self.display(names, *options)

    def test_each_stream_has_a_summary_in_order_of_naming(self):
        names, done = self.both("--count", "5", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        summaries = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([summary["name"] for summary in summaries], names)
        self.assertEqual([summary["width"] for summary in summaries], [320, ODD[0]])
        for summary in summaries:
            self.assertGreaterEqual(summary["frames"], 5)

    def test_each_stream_has_a_screenshot_of_its_own(self):
        path = self.folder() / "a.shot.png"
        names, done = self.both("--screenshot", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        for name, size in zip(names, ((320, 240), ODD)):
            picture = pixels.read(path.with_name(f"a.shot-{name}.png"))
            self.assertEqual((picture.width, picture.height), size)
            self.assert_bars(picture, 3)

    def test_each_line_of_stats_names_its_stream(self):
        names, done = self.both("--duration", "1.5")
        for name in names:
            self.assertRegex(done.stdout, rf"(?m)^{name}: +\d+\.\d\d fps, dropped: ")

    def test_late_stream_fails_the_run_and_is_named(self):
        missing = self.stream()
        name = self.bars("--count", "1")  # which remains
        self.assertEqual(self.display(name, "--count", "1").returncode, 0)
        done = self.run_to_end("triptych-display", "--headless", "--timeout", "2", "--json",
                               "--count", "1", name, missing)
        self.assertEqual(done.returncode, 1)
        self.assertIn(f"{missing}: no frame within 2 s", done.stderr)
        self.assertEqual(done.stderr.count("no frame within"), 1)
        self.assertEqual(len(done.stdout.splitlines()), 2)

    def test_end_of_the_last_writer_ends_the_run(self):
        names, writers = [], []
        for _ in range(2):
            names.append(self.bars())
            writers.append(self.writer)
        viewer = self.start("triptych-display", "--headless", "--exit-on-end", *names)
        seen = set()
        while len(seen) < 2:
            line = viewer.stdout.readline().decode()
            self.assertTrue(line, "it ended too early")
            if "fps" in line and not line.split(":")[1].lstrip().startswith("0.00"):
                seen.add(line.split(":")[0])
        writers[0].terminate()
        writers[0].wait()
        self.assertIn(b"fps", viewer.stdout.readline())
        self.assertIsNone(viewer.poll())
        writers[1].terminate()
        self.assertEqual(viewer.wait(PATIENCE), 0)

    def test_stream_that_never_came_does_not_prolong_the_run(self):
        name = self.bars()
        viewer = self.start("triptych-display", "--headless", "--exit-on-end", name, self.stream())
        for line in viewer.stdout:
            if re.match(rf"{name}: +[1-9]".encode(), line):
                break
        self.writer.terminate()
        self.assertEqual(viewer.wait(PATIENCE), 0)

    def test_timeout_ends_a_run_before_its_duration(self):
        missing = self.stream()
        done = self.run_to_end("triptych-display", "--headless", "--timeout", "0.1", "--duration",
                               "1000", missing)
        self.assert_refused(done, 1, f"{missing}: no frame within 0.1 s")
