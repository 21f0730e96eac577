# SPDX-License-Identifier: MIT
"""Common parts of triptych-display's tests: streams of bars, runs and windows."""

import pixels
from programs import PATIENCE, ProgramTest
from screen import Screen


class DisplayTest(ProgramTest):
    """triptych-display without a window, on streams of colour bars."""

    def bars(self, *options, size=(320, 240)):
        """Starts a stream of colour bars until the end of the test. Returns its name."""
        name = self.stream()
        self.writer = self.start("test-bars", "--name", name, "--size", "%dx%d" % size, *options)
        return name

    def display(self, name, *options, **more):
        """A run on one stream, or on a list of them."""
        names = name if isinstance(name, list) else [name]
        return self.run_to_end("triptych-display", "--headless", "--timeout", PATIENCE, *options,
                               *names, **more)

    def screenshot(self, name, *options):
        path = self.folder() / "shot.png"
        done = self.display(name, "--screenshot", path, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def assert_bars(self, picture, tolerance, change=lambda color: color):
        """Asserts that the middle of each bar has its colour, at the top and further down."""
        for i, color in enumerate(pixels.BARS):
            for y in (1, picture.height // 2):
                seen = picture.at((2 * i + 1) * picture.width // 16, y)
                self.assertLessEqual(pixels.far(seen, change(color)), tolerance,
                                     f"bar {i}: {seen}, not {change(color)}")


class WindowTest(ProgramTest):
    """triptych-display with a window on a virtual screen, and keys pressed in it."""

    managed = False  # whether a window manager runs

    @classmethod
    def setUpClass(cls):
        cls.screen = Screen(cls.managed)
        cls.addClassCleanup(cls.screen.close)

    def setUp(self):
        super().setUp()
        self.shots = self.folder()

    def bars(self, *options, name=None):
        self.name = name or self.stream()
        self.writer = self.start("test-bars", "--name", self.name, *options)
        return self.name

    def show(self, name, *options, renderer="software", env=None):
        """Starts a viewer of a stream, or of a list of them. Returns its window. Without a renderer
        the viewer chooses one."""
        names = name if isinstance(name, list) else [name]
        chosen = {"SDL_RENDER_DRIVER": renderer} if renderer else {}
        self.viewer = self.start("triptych-display", *options, *names,
                                 env=self.screen.environment | chosen | (env or {}))
        return self.screen.window_of(self.viewer)

    def still(self, *options, renderer="software"):
        """A window of 640x480 with a still image of 320x240."""
        window = self.show(self.bars("--count", "1"), "--geometry", "640x480+0+0", *options,
                           renderer=renderer)
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars, fitted")
        return window

    def picture(self, window, true, what):
        return window.picture_when(true, what)

    def is_white(self, color):
        return min(color) > 240

    def assert_ends(self, status=0):
        self.assertEqual(self.viewer.wait(PATIENCE), status, self.viewer.stderr.read().decode())

    def changes(self, window, key, what):
        """Presses a key and waits until the window changes. Returns the new image."""
        before = window.picture().data
        window.press(key)
        return self.picture(window, lambda seen: seen.data != before, what)
