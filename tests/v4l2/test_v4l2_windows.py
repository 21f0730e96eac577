# SPDX-License-Identifier: MIT
"""V4L2 programs with a window under triptych-v4l2, on a virtual screen: each shows the right image, and
continues with the next writer when the writer is killed."""
import unittest

import obs_studio
from preloaded import BARS, DEVICE, PreloadedTest, is_color
from programs import tool
from screen import Screen


class Windows(PreloadedTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def screen(self, **options):
        screen = Screen(**options)
        self.addCleanup(screen.close)
        screen.environment |= {"HOME": str(self.folder()), "SDL_AUDIODRIVER": "dummy"}
        return screen

    def shows_on(self, screen):
        """shows() of a screen: it has each of the colours, and no other in their place."""
        def shows(colors):
            picture = screen.picture()
            share = {color: picture.share_of(lambda *seen, color=color: is_color(seen, color))
                     for color in BARS[1:]}
            return all((share[color] > 0.01) == (color in colors) for color in share)
        return shows

    def assert_window_follows(self, screen, writer, program):
        self.assert_follows(self.name, writer, program, self.shows_on(screen))

    def test_ffplay_shows_the_bars_and_the_next_writer(self):
        writer, screen = self.capture(self.name), self.screen()
        program = self.start_silent(self.name, tool("ffplay"), "-f", "v4l2", DEVICE,
                                    env=screen.environment)
        self.assert_window_follows(screen, writer, program)

    def test_mpv_shows_the_bars_and_the_next_writer(self):
        writer, screen = self.capture(self.name), self.screen()
        program = self.start_silent(self.name, tool("mpv"), "--no-config", "--vo=x11",
                                    "--profile=low-latency", f"av://v4l2:{DEVICE}",
                                    env=screen.environment)
        self.assert_window_follows(screen, writer, program)

    def test_guvcview_shows_the_bars_and_the_next_writer(self):
        writer, screen = self.capture(self.name), self.screen()
        program = self.start_silent(self.name, tool("guvcview"), "--gui=none", "--audio=none", "-d",
                                    DEVICE, env=screen.environment)
        self.assert_window_follows(screen, writer, program)

    def test_qv4l2_shows_the_bars_and_the_next_writer(self):
        writer, screen = self.capture(self.name), self.screen(managed=True)
        program = self.start_silent(self.name, tool("qv4l2"), "-d", DEVICE, env=screen.environment)
        screen.window_of(program).press("ctrl+v")
        self.assert_window_follows(screen, writer, program)

    def test_obs_v4l2_source_shows_the_bars_and_the_next_writer(self):
        writer, screen = self.capture(self.name, "--size", "320x240"), self.screen()  # the canvas' size
        environment = obs_studio.configure(self.folder(), screen, "v4l2_input", {
            "device_id": DEVICE, "input": 0, "pixelformat": -1, "resolution": -1, "framerate": -1})
        program = self.start_silent(self.name, tool("obs"), *obs_studio.OPTIONS, env=environment)
        self.assert_window_follows(screen, writer, program)


if __name__ == "__main__":
    unittest.main()
