# SPDX-License-Identifier: MIT
"""mpv and ffplay show a stream through a pipe, on a virtual screen."""
import os
import unittest

import pixels
from programs import ProgramTest, built, tool, wait_until
from screen import Screen

RED = (255, 0, 0)
NEAR = 16  # of a component: YUV of limited range and back


class Players(ProgramTest):
    """The commands of docs/pipelines.md."""

    def _is_shown_by(self, player):
        """Whether a red stream makes a large part of the screen red."""
        screen = Screen()
        self.addCleanup(screen.close)
        program = tool(player.split()[0])
        name = self.stream()
        self.start("triptych-capture", "-q", "-n", name, "-s", "320x240", "-f", "YU12",
                   "pattern:red")
        environment = screen.environment | {"HOME": str(self.folder()), "SDL_AUDIODRIVER": "dummy"}
        line = f"{built('triptych-dump')} -q -o - {name} | exec {player}"
        both = self.start("/bin/sh", "-c", line.replace(player.split()[0], program),
                          env=environment, process_group=0)
        self.addCleanup(self._end_group, both)

        def red():
            if both.poll() is not None:
                raise AssertionError(f"it ended: {both.stderr.read().decode()}")
            return screen.picture().share_of(lambda *seen: pixels.far(seen, RED) < NEAR) > 0.05
        wait_until(red, f"red on the screen, by {player}")

    def _end_group(self, process):
        if process.poll() is None:
            os.killpg(process.pid, 15)

    def test_ffplay_shows_a_stream(self):
        self._is_shown_by("ffplay -v error -fflags nobuffer -")

    def test_mpv_shows_a_stream(self):
        self._is_shown_by("mpv --really-quiet --vo=x11 --profile=low-latency -")


if __name__ == "__main__":
    unittest.main()
