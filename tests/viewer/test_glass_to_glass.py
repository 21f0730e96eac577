# SPDX-License-Identifier: MIT
"""Glass to glass: pattern:clock in triptych-display's window, captured from the screen into a second
stream, and read there."""
import unittest

from programs import ProgramTest, last_json, tool
from screen import Screen

SIZE = (640, 360)
FRAMES = 60


class Glass(ProgramTest):
    def setUp(self):
        super().setUp()
        self.screen = Screen()
        self.addCleanup(self.screen.close)

    def _by_ffmpeg(self, name, *options):
        """Starts capturing the screen at twice the pattern's rate."""
        grab = self.start(tool("ffmpeg"), "-v", "error", "-f", "x11grab", "-draw_mouse", 0,
                          "-framerate", 60, "-video_size", "%dx%d" % SIZE, "-i",
                          f"{self.screen.display}+0,0", *options, "-f", "yuv4mpegpipe", "-",
                          env=self.screen.environment)
        self.start("triptych-capture", "-q", "-n", name, "-b", 16, "-r", 0, "y4m:-",
                   stdin=grab.stdout)

    def _by_capture(self, name):
        """Starts capturing each change of the screen."""
        self.start("triptych-capture", "-q", "-n", name, "-b", 16, "-r", 0, "-c", "cursor=0",
                   "screen:%dx%d+0+0" % SIZE, env=self.screen.environment)

    def _seen(self, start, *options):
        """Returns a reader's results of the stream into which the screen was captured."""
        pattern, grabbed = self.stream(), self.stream()
        writer = self.start("triptych-capture", "-q", "-n", pattern, "-s", "%dx%d" % SIZE, "-f",
                            "NV12", "-r", 30, "pattern:clock")
        self.wait_for_stream(pattern, writer)
        viewer = self.start("triptych-display", "-q", "--no-border", "--geometry",
                            "%dx%d+0+0" % SIZE, pattern, env=self.screen.environment)
        window = self.screen.window_of(viewer)
        window.picture_when(lambda seen: seen.at(2, 2) == (255, 255, 255), "the clock's corner")
        start(grabbed, *options)
        done = self.run_to_end("triptych-dump", "--json", "--clock", "--mode", "next", "--count",
                               FRAMES, "--timeout", 60, grabbed)
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = last_json(done.stdout)
        clock = summary["clock"]
        print(f"# glass to glass: latency p50 {clock['latency_us']['p50'] / 1000:.1f} ms, p99 "
              f"{clock['latency_us']['p99'] / 1000:.1f} ms; {clock}", flush=True)
        return clock

    def _assert_measured(self, clock):
        self.assertEqual(clock["read"] + clock["unread"], FRAMES)
        self.assertLessEqual(clock["unread"], FRAMES // 10)
        self.assertEqual(clock["reordered"], 0)
        self.assertGreater(clock["read"] - clock["repeated"], 3)  # and the frames follow each other
        self.assertGreater(clock["latency_us"]["p50"], 0)

    def test_screen_is_read_into_a_second_stream(self):
        clock = self._seen(self._by_ffmpeg, "-pix_fmt", "yuv420p")
        self._assert_measured(clock)
        self.assertGreater(clock["repeated"], 0)  # the screen is captured twice for each frame

    def test_scaled_screen_is_read_too(self):
        self._assert_measured(
            self._seen(self._by_ffmpeg, "-vf", "scale=400:300", "-pix_fmt", "yuv420p"))

    def test_screen_source_captures_each_frame_once(self):
        clock = self._seen(self._by_capture)
        self._assert_measured(clock)
        self.assertLess(clock["repeated"], FRAMES // 4)  # the viewer may draw a frame twice


if __name__ == "__main__":
    unittest.main()
