# SPDX-License-Identifier: MIT
"""A HiDPI screen, compared pixel by pixel: Weston, a Wayland compositor, on a virtual screen.
Headless, it would have no keyboard, without which SDL 2.26 crashes."""
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
        runtime = self.folder()  # Wayland requires that no other user can access it
        self.shots = self.folder()
        environment = screen.environment | {"XDG_RUNTIME_DIR": str(runtime)}
        # The kiosk shell gives a window the whole screen. --debug allows other programs to take
        # screenshots.
        self.start(tool("weston"), "--no-config", "--debug", "--backend=x11-backend.so",
                   "--use-pixman", "--shell=kiosk-shell.so", "--socket=fine", "--idle-time=0",
                   f"--width={SIZE[0] // 2}", f"--height={SIZE[1] // 2}", "--scale=2",
                   env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until((runtime / "fine").exists, "a compositor")
        # There SDL's software renderer stays at the desktop's units.
        self.environment = environment | {"WAYLAND_DISPLAY": "fine", "SDL_VIDEODRIVER": "wayland",
                                          "SDL_RENDER_DRIVER": "opengl"}

    def seen(self):
        """Returns a screenshot."""
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

        def black_and_white_alternate():
            self.assertIsNone(viewer.poll())
            seen = self.seen()
            self.assertEqual((seen.width, seen.height), SIZE)
            return all(seen.at(100 + x, 100 + y) == (((x + y) % 2) * 255,) * 3
                       for x in range(64) for y in range(64))
        wait_until(black_and_white_alternate, "each pixel of the picture")


if __name__ == "__main__":
    unittest.main()
