# SPDX-License-Identifier: MIT
"""samples/side-by-side, as typed after cloning the project."""
import os
import signal
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, ipc_of, tool, wait_until
from screen import Screen

DEMO = str(SOURCE / "samples" / "side-by-side")


class SideBySide(ProgramTest):
    def setUp(self):
        super().setUp()
        built("triptych-capture")
        built("triptych-display")
        tool("dpkg-query")  # on Debian, the demo installs missing packages
        self.name = self.stream()

    def demo(self, *args, screen=None):
        """Starts the demo in its own process group, as a terminal does."""
        env = screen.environment if screen else {
            key: value for key, value in os.environ.items()
            if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        return self.start(DEMO, "--build", BUILD, "--name", self.name, *args, env=env,
                          start_new_session=True)

    def finish(self, demo):
        out, err = demo.communicate(timeout=PATIENCE * 4)
        return out.decode(), err.decode()

    def test_statistics_of_both_sides_replace_a_missing_screen(self):
        out, err = self.finish(demo := self.demo("--seconds", "4", "pattern:clock"))
        self.assertEqual(demo.returncode, 0, err)
        self.assertIn("no screen", err)
        self.assertRegex(out + err, r"capture:.* fps")
        self.assertRegex(out + err, r"display:.* fps")
        self.assertEqual(ipc_of(self.name), ([], []))

    def test_camera_path_is_the_only_source(self):
        out, err = self.finish(demo := self.demo("--seconds", "4", "/dev/video-missing"))
        self.assertNotIn("one source only", out + err)
        self.assertIn("/dev/video-missing", out + err)
        self.assertNotEqual(demo.returncode, 0)

    def test_options_resembling_device_name_no_source(self):
        out, err = self.finish(demo := self.demo("--seconds", "1", "--device-timeout", "3"))
        self.assertEqual(demo.returncode, 0, out + err)
        self.assertRegex(err, "showing pattern:clock|/dev/video0")

    def test_ctrl_c_ends_both_sides_cleanly(self):
        demo = self.demo("pattern:clock")
        wait_until(lambda: all(ipc_of(self.name)) or demo.poll() is not None, "a stream")
        os.killpg(demo.pid, signal.SIGINT)
        out, err = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out + err)
        self.assertEqual(ipc_of(self.name), ([], []))

    def test_window_shows_the_stream_on_a_screen(self):
        screen = Screen()
        self.addCleanup(screen.close)
        demo = self.demo("pattern:smpte", screen=screen)
        window = screen.window_of(demo, "--name", self.name)
        window.picture_when(lambda seen: len({seen.at(seen.width * (2 * bar + 1) // 14, 100)
                                              for bar in range(7)}) == 7, "seven bars")
        self.assertIsNone(demo.poll())
        demo.terminate()
        out, err = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out + err)

    def test_failure_of_one_side_ends_both_with_status_1(self):
        out, err = self.finish(demo := self.demo("pattern:no-such-pattern"))
        self.assertIn(demo.returncode, (1, 2), out + err)
        self.assertIn("no-such-pattern", out)


if __name__ == "__main__":
    unittest.main()
