# SPDX-License-Identifier: MIT
"""triptych-display without a graphics card: the X server reads frames from shared memory."""

import re
import subprocess

import pixels
from programs import last_json, tool, wait_until
from screen import Screen
from viewer_case import WindowTest

SIZE = (320, 240)
GEOMETRY = ("--geometry", "%dx%d+0+0" % SIZE)


class SharedMemory(WindowTest):
    def moving(self, fourcc, *options, fps=60):
        """A window of a moving image at its own size."""
        self.bars("--format", fourcc, "--fps", fps, "--size", "%dx%d" % SIZE)
        return self.show(self.name, *GEOMETRY, *options)

    def assert_bars(self, window, what):
        def right(seen):
            return all(pixels.far(seen.at((2 * i + 1) * SIZE[0] // 16, 120), color) <= 4
                       for i, color in enumerate(pixels.BARS))
        self.picture(window, right, what)

    def images(self):
        """Segments of the viewer that have no key: of SDL's window, and of images for the X server."""
        with open(f"/proc/{self.viewer.pid}/maps", encoding="ascii") as maps:
            return len(set(re.findall(r" (\d+) +/SYSV00000000", maps.read())))

    def server_reads_stream(self):
        """Whether the X server has attached a segment of triptych's."""
        with open(f"/proc/{self.screen.server.pid}/maps", encoding="ascii") as maps:
            return "/SYSV74" in maps.read()

    def upload(self):
        """How the last frame was uploaded, by the summary of --json."""
        self.viewer.terminate()
        output, errors = self.viewer.communicate(timeout=60)
        self.assertEqual(self.viewer.returncode, 0, errors)
        return last_json(output.decode())["upload"]

    def test_server_reads_rgb_frames_from_their_slots(self):
        window = self.moving("XR24", "--json")
        self.assert_bars(window, "the bars")
        wait_until(self.server_reads_stream, "the segment in the X server")
        self.assert_bars(window, "the bars, from their slot")
        self.assertEqual(self.upload(), "in-slot")

    def test_server_reads_converted_frames_from_the_viewer(self):
        window = self.moving("YU12", "--json")
        wait_until(lambda: self.images() >= 3, "two images besides SDL's")
        self.assert_bars(window, "the bars, from an image")
        self.assertFalse(self.server_reads_stream())
        self.assertEqual(self.upload(), "converted")

    def test_picture_is_the_same_below_an_overlay(self):
        window = self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        window.press("i")
        wait_until(lambda: not self.server_reads_stream(), "SDL's own drawing")
        self.assert_bars(window, "the bars, by SDL")
        window.press("i")
        wait_until(self.server_reads_stream, "the segment in the X server")
        self.assert_bars(window, "the bars")

    def test_paused_picture_is_the_last_one_shown(self):
        window = self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        window.press("space")
        wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
        self.assert_bars(window, "the bars")
        self.assertEqual(window.picture().data, window.picture().data)

    def test_killed_writer_leaves_its_last_frame_darker(self):
        window = self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        self.assert_bars(window, "the bars")
        self.writer.kill()
        self.picture(window, lambda seen: 20 < seen.at(20, 20)[0] < 120, "the first bar, darker")
        self.bars("--format", "XR24", "--fps", "60", "--size", "%dx%d" % SIZE, name=self.name)
        self.assert_bars(window, "the bars of the next writer")

    def test_margins_of_a_larger_window_are_black(self):
        window = self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        window.press("1")  # original size
        self.screen.run("xdotool", "windowsize", window.number, SIZE[0] + 100, SIZE[1] + 60)
        seen = self.picture(window, lambda seen: seen.width == SIZE[0] + 100
                            and self.is_white(seen.at(60, 40)), "the bars in the middle")
        for x, y in ((10, 100), (SIZE[0] + 90, 100), (100, 10), (100, SIZE[1] + 50)):
            self.assertEqual(seen.at(x, y), (0, 0, 0))
        wait_until(self.server_reads_stream, "the segment in the X server")

    def test_first_step_back_keeps_frames_of_a_fast_stream(self):
        window = self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        window.press("comma")
        wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
        window.press("space")
        wait_until(lambda: not window.title().endswith(" - paused"), "another title")
        seen = set()
        while len(seen) < 5:
            seen.add(window.picture().data)
        window.press("space")
        wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
        for i in range(3):
            self.changes(window, "comma", f"{i + 1} back")
        self.assertFalse(self.server_reads_stream())

    def test_stopped_viewer_does_not_slow_its_writer(self):
        self.moving("XR24")
        wait_until(self.server_reads_stream, "the segment in the X server")
        self.viewer.send_signal(19)
        try:
            done = self.run_to_end("triptych-dump", "--mode", "next", "--count", "120", "--json",
                                   self.name)
        finally:
            self.viewer.send_signal(18)
        self.assertEqual(last_json(done.stdout)["dropped"]["writer"], 0)

    def test_slow_stream_keeps_its_last_frames(self):
        window = self.moving("XR24", fps=25)
        wait_until(lambda: self.images() >= 5, "images to step back to")
        window.press("space")
        wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
        for i in range(3):
            self.changes(window, "comma", f"{i + 1} back")


class OtherNamespace(WindowTest):
    @classmethod
    def setUpClass(cls):
        unshare = (tool("unshare"), "--ipc")
        if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
            cls.skipTest(cls, "no IPC namespaces here")
        cls.screen = Screen(within=unshare)
        cls.addClassCleanup(cls.screen.close)

    def test_server_in_another_ipc_namespace_shows_the_picture(self):
        self.bars("--format", "XR24", "--fps", "60", "--size", "%dx%d" % SIZE)
        window = self.show(self.name, *GEOMETRY, "-v")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 20)), "the bars")
        self.viewer.terminate()
        self.assertIn(b"SDL copies frames", self.viewer.communicate(timeout=60)[1])
