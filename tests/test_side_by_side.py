# SPDX-License-Identifier: MIT
"""samples/side-by-side, as somebody types it who has just cloned the project."""
import os
import signal
import subprocess
import time
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, ipc_of, tool, wait_until

DEMO = str(SOURCE / "samples" / "side-by-side")


class SideBySide(ProgramTest):
    def setUp(self):
        super().setUp()
        built("triptych-capture")
        built("triptych-display")
        tool("dpkg-query")  # the demo installs what is missing, on Debian
        self.name = self.stream()

    def demo(self, *args, screen=None):
        """Starts the demo in a process group of its own, as a terminal does."""
        env = {key: value for key, value in os.environ.items()
               if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        if screen:
            env["DISPLAY"] = screen
        return self.start(DEMO, "--build", BUILD, "--name", self.name, *args, env=env,
                          start_new_session=True)

    def finish(self, demo):
        out, err = demo.communicate(timeout=PATIENCE * 4)
        return out.decode(), err.decode()

    def screen(self):
        """A virtual screen; its DISPLAY."""
        read, write = os.pipe()
        self.start(tool("Xvfb"), "-displayfd", write, "-screen", "0", "1280x800x24", pass_fds=(write,),
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as told:
            return ":" + told.readline().strip()

    def test_without_a_screen_it_says_so_and_shows_the_figures_of_both_sides(self):
        out, err = self.finish(demo := self.demo("--seconds", "4", "pattern:clock"))
        self.assertEqual(demo.returncode, 0, err)
        self.assertIn("no screen", err)
        self.assertRegex(out + err, r"capture:.* fps")
        self.assertRegex(out + err, r"display:.* fps")
        self.assertEqual(ipc_of(self.name), ([], []))

    def test_a_camera_named_by_its_path_is_the_only_source(self):
        out, err = self.finish(demo := self.demo("--seconds", "4", "/dev/video-nobody-has"))
        self.assertNotIn("one source at a time", out + err)
        self.assertIn("/dev/video-nobody-has", out + err)
        self.assertNotEqual(demo.returncode, 0)

    def test_an_option_that_only_begins_like_device_names_no_source(self):
        out, err = self.finish(demo := self.demo("--seconds", "1", "--device-timeout", "3"))
        self.assertEqual(demo.returncode, 0, out + err)
        self.assertRegex(err, "showing pattern:clock|/dev/video0")

    def test_ctrl_c_ends_both_sides_cleanly(self):
        demo = self.demo("pattern:clock")
        wait_until(lambda: all(ipc_of(self.name)) or demo.poll() is not None, "the stream stands")
        time.sleep(1)
        os.killpg(demo.pid, signal.SIGINT)
        out, err = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out + err)
        self.assertEqual(ipc_of(self.name), ([], []))

    def test_on_a_screen_there_is_a_window_with_the_picture(self):
        xdotool = tool("xdotool")
        screen = self.screen()
        demo = self.demo("pattern:smpte", screen=screen)

        def window():
            found = subprocess.run([xdotool, "search", "--name", self.name], capture_output=True,
                                   env=os.environ | {"DISPLAY": screen})
            return found.stdout.split() or demo.poll() is not None
        wait_until(window, "a window named after the stream")
        wait_until(lambda: self.colours(screen) >= 7 or demo.poll() is not None, "seven bars")
        self.assertIsNone(demo.poll())
        demo.terminate()
        out, err = self.finish(demo)
        self.assertEqual(demo.returncode, 0, out + err)

    def colours(self, screen):
        """How many different colours the screen shows."""
        shot = subprocess.run([tool("import"), "-window", "root", "-depth", "8", "rgb:-"],
                              capture_output=True, env=os.environ | {"DISPLAY": screen}).stdout
        return len({shot[i:i + 3] for i in range(0, len(shot), 3)})

    def test_when_one_side_fails_the_other_ends_and_the_status_says_so(self):
        out, err = self.finish(demo := self.demo("pattern:no-such-pattern"))
        self.assertIn(demo.returncode, (1, 2), out + err)
        self.assertIn("no-such-pattern", out)


if __name__ == "__main__":
    unittest.main()
