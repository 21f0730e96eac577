# SPDX-License-Identifier: MIT
"""The OBS source in a real OBS Studio, on a virtual screen."""
import shutil
import signal
import unittest

import obs_studio
import pixels
from programs import BUILD, ProgramTest, built, tool, wait_until
from screen import Screen

RED, GREEN = (255, 0, 0), (0, 255, 0)
NEAR = 12  # of a component: one conversion in a shader


class Obs(ProgramTest):
    """OBS's window shows the stream."""

    def setUp(self):
        super().setUp()
        self._module = built("triptych.so")
        self._obs = tool("obs")
        self._screen = Screen()
        self.addCleanup(self._screen.close)

    def _start_obs(self, stream):
        home = self.folder()
        environment = obs_studio.configure(home, self._screen, "triptych_stream", {"stream": stream})
        modules = home / "obs-studio/plugins/triptych/bin/64bit"
        modules.mkdir(parents=True)
        shutil.copy(self._module, modules / "triptych.so")
        log = open(home / "log", "wb")
        self.addCleanup(log.close)
        return self.start(self._obs, *obs_studio.OPTIONS, stdout=log, stderr=log,
                          env=environment | {"LD_LIBRARY_PATH": str(BUILD / "common")})

    def _capture(self, stream, pattern, *options):
        return self.start("triptych-capture", "-q", "-n", stream, "-s", "320x240", *options,
                          f"pattern:{pattern}")

    def _shows(self, color):
        """Whether much of the screen is of one colour."""
        return self._screen.picture().share_of(
            lambda *seen: pixels.far(seen, color) <= NEAR) > 0.02

    def test_stream_is_shown_in_obs_across_formats_and_restarts(self):
        name = self.stream()
        first = self._capture(name, "red", "-f", "NV12")
        obs = self._start_obs(name)
        wait_until(lambda: obs.poll() is not None or self._shows(RED), "red in OBS", 120)
        self.assertIsNone(obs.poll(), "OBS ended")

        first.send_signal(signal.SIGKILL)  # while it runs; another writer takes the stream over
        first.wait()
        second = self._capture(name, "green", "-f", "RGB3")  # a format that OBS lacks
        wait_until(lambda: obs.poll() is not None or self._shows(GREEN), "green in OBS", 120)
        self.assertIsNone(obs.poll(), "OBS ended")
        second.terminate()
        self.assertEqual(second.wait(30), 0)

    COLORS = (("YUYV", "601", "lim-range"), ("NV12", "709", "lim-range"),
              ("YU12", "709", "full-range"), ("YUYV", "601", "full-range"),
              ("422P", "709", "lim-range"), ("P010", "709", "lim-range"),
              ("RGB3", "default", "default"))

    def test_colours_are_those_of_the_streams_matrix_and_range(self):
        name = self.stream()
        obs = self._start_obs(name)
        for format, matrix, range_ in self.COLORS:
            with self.subTest(format=format, matrix=matrix, range=range_):
                writer = self.start("test-bars", "--name", name, "--size", "320x240", "--format",
                                    format, "--matrix", matrix, "--range", range_)
                wait_until(lambda: obs.poll() is not None or self._shows_bars(),
                           f"the bars of {format} in {matrix}, {range_}", 60)
                self.assertIsNone(obs.poll(), "OBS ended")
                writer.terminate()
                self.assertEqual(writer.wait(30), 0)
                wait_until(lambda: not self._shows_bars(), "their end", 60)

    def _shows_bars(self):
        """Whether each coloured bar has its own colour; OBS itself has white and black."""
        picture = self._screen.picture()
        return all(picture.share_of(lambda *seen, bar=bar: pixels.far(seen, bar) <= NEAR) > 0.004
                   for bar in pixels.BARS[1:-1])


if __name__ == "__main__":
    unittest.main()
