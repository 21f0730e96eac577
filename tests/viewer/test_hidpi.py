# SPDX-License-Identifier: MIT
"""A screen of twice the density, looked at pixel by pixel: Weston, a Wayland compositor, on a screen of
the test's own. Without that it would have no keyboard, which SDL 2.26 does not survive."""
import subprocess
import unittest

import pixels
from programs import ProgramTest, tool, wait_until
from screen import SIZE, Screen


class HiDpi(ProgramTest):
    def setUp(self):
        super().setUp()
        screen = Screen()
        self.addCleanup(screen.close)
        runtime = self.folder()  # nobody else may look into it: Wayland insists on that
        self.shots = self.folder()
        environment = screen.environment | {"XDG_RUNTIME_DIR": str(runtime)}
        # The shell of kiosks: a window has all of the screen, and nothing else is on it. --debug
        # lets others take pictures of it.
        self.start(tool("weston"), "--no-config", "--debug", "--backend=x11-backend.so",
                   "--use-pixman", "--shell=kiosk-shell.so", "--socket=fine", "--idle-time=0",
                   f"--width={SIZE[0] // 2}", f"--height={SIZE[1] // 2}", "--scale=2",
                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((runtime / "fine").exists, "a compositor")
        # SDL's drawing by the processor stays at the desktop's units there.
        self.environment = environment | {"WAYLAND_DISPLAY": "fine", "SDL_VIDEODRIVER": "wayland",
                                          "SDL_RENDER_DRIVER": "opengl"}

    def seen(self):
        """What is on the screen."""
        done = self.run_to_end(tool("weston-screenshooter"), env=self.environment, cwd=self.shots)
        self.assertEqual(done.returncode, 0, done.stderr)
        path, = self.shots.iterdir()
        picture = pixels.read(path)
        path.unlink()
        return picture

    def test_full_screen_image_is_shown_pixel_by_pixel(self):
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "%dx%d" % SIZE, "-f", "GREY",
                            "-r", 10, "pattern:checkers-1")
        self.wait_for_stream(name, writer)
        viewer = self.start("triptych-display", "-q", name, env=self.environment)

        def black_and_white_in_turns():
            self.assertIsNone(viewer.poll())
            seen = self.seen()
            self.assertEqual((seen.width, seen.height), SIZE)
            return all(seen.at(100 + x, 100 + y) == (((x + y) % 2) * 255,) * 3
                       for x in range(64) for y in range(64))
        wait_until(black_and_white_in_turns, "each pixel of the picture")


if __name__ == "__main__":
    unittest.main()
