# SPDX-License-Identifier: MIT
"""triptych-display's window as seen by its user, on a virtual screen."""

import os
import pathlib
import re
import signal
import time

import pixels
from stdin_writer import StdinWriter
from programs import PATIENCE, built, key_of, last_json, wait_until
from screen import SIZE, Screen
from viewer_case import WindowTest

RENDERERS = ("opengl", "opengles2", "software")
BRIGHT = 150  # above it the image is normal, below it dimmed


class States(WindowTest):
    def test_viewer_waits_for_its_stream_with_a_message(self):
        name = self.stream()
        window = self.show(name)
        wait_until(lambda: window.title() == f"{name} - waiting", 'the title "waiting"')
        picture = self.picture(window, lambda seen: seen.share_of(
            lambda *color: min(color) > 200) > 0.0005, "a text")
        self.assertLess(picture.share_of(lambda *color: min(color) > 200), 0.1)

    def test_stream_without_a_frame_is_not_reported_missing(self):
        name = self.stream()
        window = self.show(name)
        wait_until(lambda: window.title() == f"{name} - waiting", 'the title "waiting"')
        writer = StdinWriter(self, name)
        wait_until(lambda: window.title() == f"{name} - no frame yet", "another title")
        writer.end()

    def lines(self, picture):
        """Lines of bright text."""
        lit = [any(min(picture.at(x, y)) > 80 for x in range(picture.width))
               for y in range(picture.height)]
        return sum(now and not before for before, now in zip(lit, lit[1:]))

    def test_label_names_both_layout_versions_and_what_to_do(self):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (320, 240), [bytes([0]) * 320 * 240])
        version = self.layout_version(name)
        seen = []
        for added in (1, 1):
            version[0] += added
            window = self.show(name, "--geometry", "640x480+0+0")
            wait_until(lambda: window.title() == f"{name} - cannot read the stream", "the title")
            seen.append(self.picture(window, lambda seen: self.lines(seen) == 3,
                                     "the name, both versions, what to do"))
            self.viewer.terminate()
            said = self.viewer.communicate(timeout=PATIENCE)[1].decode()
            self.assertIn(f"layout version {version[0]}, ", said)
        self.assertNotEqual(seen[0].data, seen[1].data)
        version[0] -= 2
        writer.end()

    def test_label_of_an_unreadable_stream_ends_with_it(self):
        name = self.stream()

        def write():
            writer = StdinWriter(self, name)
            writer.frame("GREY", (320, 240), [bytes([128]) * 320 * 240])
            self.layout_version(name)[0] += 1
            return writer
        writer = write()
        window = self.show(name)
        for _ in range(2):
            wait_until(lambda: window.title() == f"{name} - cannot read the stream", "the title")
            writer.end()
            wait_until(lambda: window.title() == f"{name} - waiting", "a title that says waiting")
            self.viewer.send_signal(signal.SIGSTOP)  # it does not see the stream before its version
            writer = write()
            self.viewer.send_signal(signal.SIGCONT)
        writer.end()

    def test_bars_have_their_colours_with_every_renderer(self):
        for renderer, formats in (("opengl", ("NV12", "YU12", "YV12", "NV21", "YUYV", "XR24")),
                                  ("opengles2", ("NV12", "YV12")), ("software", ("NV12",))):
            for fourcc in formats:
                with self.subTest(f"{renderer} {fourcc}"):
                    name = self.bars("--count", "1", "--format", fourcc, "--matrix", "709")
                    window = self.show(name, "--geometry", "640x480", renderer=renderer)
                    picture = self.picture(window, lambda seen: self.is_white(seen.at(20, 100)),
                                           "the bars")
                    for i, color in enumerate(pixels.BARS):
                        self.assertLessEqual(pixels.far(picture.at(80 * i + 40, 100), color), 3)
                    self.viewer.terminate()
                    self.assert_ends()

    def test_software_gl_is_avoided_unless_a_renderer_is_named(self):
        for renderer, drawn in ((None, "software"), ("opengl", "opengl")):
            with self.subTest(renderer):
                window = self.show(self.bars("--count", "1"), "-v", renderer=renderer)
                self.picture(window, lambda seen: self.is_white(seen.at(10, 100)), "the bars")
                self.viewer.terminate()
                said = self.viewer.communicate(timeout=PATIENCE)[1].decode()
                self.assertEqual(re.findall(r"renderer (\w+)", said)[-1], drawn, said)

    def test_field_or_wide_pixels_are_shown_in_their_true_shape(self):
        for options, size in ((("--field", "7"), (320, 480)), (("--field", "2"), (320, 480)),
                              (("--field", "4"), (320, 240)), (("--aspect", "2"), (640, 240)),
                              (("--aspect", "1/2"), (320, 480)),
                              (("--aspect", "2", "--rotation", "90"), (240, 640))):
            with self.subTest(options):
                window = self.show(self.bars("--count", "1", *options))
                wait_until(lambda: window.size() == size, f"a window of {size}")
                self.picture(window, lambda seen: self.is_white(seen.at(10, 10)) and
                             self.is_white(seen.at(10, 30)), "the bars")
                self.viewer.terminate()
                self.assert_ends()

    def test_viewer_does_not_wait_for_a_stream_of_bad_frames(self):
        junk = self.folder() / "junk.jpg"
        junk.write_bytes(b"\xff\xd8 this is no picture" * 100)
        name = self.bars("--format", "MJPG", "--file", junk)
        window = self.show(name)
        wait_until(lambda: window.title() == f"{name} - cannot show the frames", "the title")

    def test_tiny_picture_opens_a_window_of_several_times_its_size(self):
        window = self.show(self.bars("--size", "80x60"))
        self.picture(window, lambda seen: (seen.width, seen.height) == (320, 240) and
                     self.is_white(seen.at(20, 100)), "the bars, four times as large")

    def test_picture_moves_and_the_window_has_its_size(self):
        window = self.show(self.bars("--size", "400x300"))
        self.picture(window, lambda seen: (seen.width, seen.height) == (400, 300) and
                     self.is_white(seen.at(20, 100)), "the bars at their own size")
        before = window.picture().data
        self.picture(window, lambda seen: seen.data != before, "another frame")

    def test_single_frame_is_shown_after_the_window_resizes(self):
        for _ in range(4):
            window = self.show(self.bars("--count", "1"))
            self.picture(window, lambda seen: (seen.width, seen.height) == (320, 240) and
                         self.is_white(seen.at(10, 100)), "the bars")
            maps = pathlib.Path(f"/proc/{self.viewer.pid}/maps").read_text()
            self.assertNotIn("libGL", maps, "drawn by the processor, but shown by OpenGL")
            self.viewer.terminate()
            self.assert_ends()

    def test_picture_of_another_shape_has_black_bars(self):
        window = self.show(self.bars(), "--geometry", "640x240")
        picture = self.picture(window, lambda seen: self.is_white(seen.at(170, 100)), "the bars")
        self.assertEqual(picture.at(158, 100), (0, 0, 0))
        self.assertEqual(picture.at(482, 100), (0, 0, 0))
        self.assertTrue(self.is_white(picture.at(161, 1)))

    def test_killed_writer_dims_the_image_until_it_returns(self):
        for renderer in RENDERERS:
            with self.subTest(renderer):
                name = self.bars("--format", "NV12")
                window = self.show(name, "--geometry", "640x480", renderer=renderer)
                self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
                os.kill(self.writer.pid, signal.SIGKILL)
                self.writer.wait()
                dimmed = self.picture(window, lambda seen: max(seen.at(20, 100)) < BRIGHT,
                                      "a dimmed picture")
                for i, color in enumerate(pixels.BARS):  # each colour is darker, but still distinct
                    dark = [round(part * 80 / 255) for part in color]
                    self.assertLessEqual(pixels.far(dimmed.at(80 * i + 40, 30), dark), 3)
                wait_until(lambda: window.title() == f"{name} - no signal", 'the title "no signal"')
                self.bars("--format", "NV12", name=name)
                self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "it is back")
                self.viewer.terminate()
                self.assert_ends()

    def dead(self, renderer="software"):
        """A stream of bars whose writer was killed. Returns its name."""
        self.still(renderer=renderer)
        self.viewer.terminate()
        self.assert_ends()
        os.kill(self.writer.pid, signal.SIGKILL)
        self.writer.wait()
        return self.name

    def test_retained_frame_is_shown_dimmed_and_not_counted(self):
        for renderer in RENDERERS:
            with self.subTest(renderer):
                name = self.dead(renderer)
                window = self.show(name, "--exit-on-end", "--json", renderer=renderer)
                wait_until(lambda: window.title() == f"{name} - no signal", 'the title "no signal"')
                dimmed = self.picture(window, lambda seen: (seen.width, seen.height) == (320, 240)
                                      and 60 < seen.at(10, 30)[0] < BRIGHT, "a dimmed picture")
                for i, color in enumerate(pixels.BARS):
                    dark = [round(part * 80 / 255) for part in color]
                    self.assertLessEqual(pixels.far(dimmed.at(40 * i + 20, 30), dark), 3)
                self.assertGreater(dimmed.share_of(lambda *color: min(color) > 200), 0.0005)
                self.bars("--count", "1", name=name)
                self.picture(window, lambda seen: self.is_white(seen.at(10, 30)), "it is back")
                self.writer.terminate()
                said = self.viewer.communicate(timeout=PATIENCE)[0]
                self.assertEqual(last_json(said.decode())["frames"], 1)

    def test_retained_frame_does_not_satisfy_a_timeout(self):
        name = self.dead()
        self.show(name, "--timeout", "1")
        self.assert_ends(1)
        self.run_to_end("triptych-info", "remove", name)

    def test_no_signal_frames_are_labelled(self):
        plain = self.show(self.bars("--count", "1"), "--geometry", "640x480")
        without = self.picture(plain, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window = self.show(self.bars("--count", "1", "--no-signal"), "--geometry", "640x480")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)) and
                     seen.at(600, 22) != without.at(600, 22), "a label in the upper right corner")

    def test_title_shows_name_size_format_rates_and_age(self):
        name = self.bars("--format", "NV12")
        window = self.show(name)
        pattern = re.compile(name + r" - 320x240 NV12 - \d+\.\d FPS, \d+\.\d UPS - latency \d+\.\d ms")
        wait_until(lambda: pattern.fullmatch(window.title()), "the figures in the title")

    def test_custom_title_stays(self):
        window = self.show(self.bars(), "--title", "front door")
        wait_until(lambda: window.title() == "front door", "the title")

    def test_idle_viewer_uses_almost_no_processor_time(self):
        self.still()
        ticks = os.sysconf("SC_CLK_TCK")

        def used():
            fields = pathlib.Path(f"/proc/{self.viewer.pid}/stat").read_text().rsplit(")", 1)[1]
            return sum(map(int, fields.split()[11:13])) / ticks
        before, began = used(), time.monotonic()
        time.sleep(1)
        print(f"# idle: {100 * (used() - before) / (time.monotonic() - began):.1f} % of a core")


class Keys(WindowTest):
    def test_each_fit_mode_places_the_bars(self):
        window = self.still()
        for key, x, y, wanted in (("1", 165, 130, 0), ("1", 20, 100, 7), ("2", 20, 100, 0),
                                  ("w", 20, 100, 0), ("0", 20, 100, 0)):
            window.press(key)
            self.picture(window, lambda seen, at=(x, y), bar=wanted:
                         pixels.far(seen.at(*at), pixels.BARS[bar]) < 4, f"{key}: bar {wanted}")

    def test_plus_and_minus_zoom_the_image(self):
        window = self.still()
        window.press("plus")
        self.picture(window, lambda seen: pixels.far(seen.at(150, 100), pixels.BARS[2]) < 4,
                     "the third bar where the second was")
        window.press("minus", "minus")
        self.picture(window, lambda seen: seen.at(20, 100) == (0, 0, 0), "a smaller picture")

    def test_zoom_takes_memory_for_the_visible_part_alone(self):
        def split(seen, left, right):
            return (pixels.far(seen.at(10, 100), pixels.BARS[left]) < 4 and
                    pixels.far(seen.at(630, 100), pixels.BARS[right]) < 4)
        window = self.still()
        window.press("r", "r", *["plus"] * 20)  # 20480x15360 pixels, of which 640x480 are visible
        self.picture(window, lambda seen: split(seen, 4, 3), "two bars, rotated")
        window.press("m")
        self.picture(window, lambda seen: split(seen, 3, 4), "the same mirrored")
        status = pathlib.Path(f"/proc/{self.viewer.pid}/status").read_text()
        self.assertLess(int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]), 1 << 20, status)

    def test_wheel_zooms_at_the_pointer_and_dragging_moves(self):
        window = self.still()
        for _ in range(12):
            window.at(40, 200, "click", 4)  # on the white bar
        self.picture(window, lambda seen: all(self.is_white(seen.at(x, 200))
                                              for x in (20, 40, 300)), "white all around")
        window.at(500, 200, "mousedown", 1)
        window.at(200, 200)
        window.at(100, 200, "mouseup", 1)
        self.picture(window, lambda seen: not self.is_white(seen.at(40, 200)), "what is beside it")

    def test_keys_rotate_and_mirror_the_image(self):
        window = self.still()
        window.press("r")
        self.picture(window, lambda seen: self.is_white(seen.at(320, 30)) and
                     pixels.far(seen.at(320, 90), pixels.BARS[1]) < 4, "white on top")
        window.press("r", "r", "r", "m")
        self.picture(window, lambda seen: self.is_white(seen.at(620, 100)), "white on the right")
        window.press("m")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "as it was")

    def test_keys_toggle_statistics_and_help(self):
        window = self.still()
        plain = window.picture()
        few = self.changes(window, "i", "statistics")
        more = self.changes(window, "o", "more of them")
        self.assertLess(few.share_of(self.dark), more.share_of(self.dark))
        window.press("i")
        self.picture(window, lambda seen: seen.data == plain.data, "no statistics")
        helped = self.changes(window, "h", "the help")
        self.assertGreater(helped.share_of(self.dark), more.share_of(self.dark))
        window.press("h")
        self.picture(window, lambda seen: seen.data == plain.data, "no help")

    def dark(self, *color):
        return max(color) < 60

    def test_pause_holds_the_picture_and_a_step_shows_one_more(self):
        window = self.show(self.bars(), "--geometry", "640x480")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window.press("space")
        wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
        held = window.picture().data
        self.assertEqual(window.picture().data, held)
        self.changes(window, "period", "another frame")
        held = window.picture().data
        self.assertEqual(window.picture().data, held)
        window.press("p")
        self.picture(window, lambda seen: seen.data != held, "a picture that moves again")
        wait_until(lambda: not window.title().endswith(" - paused"), "the old title")

    def test_screenshot_is_written_where_requested(self):
        window = self.still("--screenshot-directory", self.shots)
        window.press("s")
        path = wait_until(lambda: list(self.shots.glob("triptych-*.png")), "the file")[0]
        self.assertRegex(path.name, rf"^triptych-{re.escape(self.name)}-20\d{{6}}-\d{{6}}-1\.png$")
        picture = pixels.read(path)
        self.assertEqual((picture.width, picture.height), (320, 240))
        for i, color in enumerate(pixels.BARS):
            self.assertLessEqual(pixels.far(picture.at(40 * i + 20, 100), color), 2)

    def test_second_screenshot_of_a_frame_keeps_the_first(self):
        window = self.still("--screenshot-directory", self.shots)
        window.press("s", "s", "s")
        wait_until(lambda: len(list(self.shots.glob("*.png"))) == 3, "three files")

    def test_chosen_colour_space_and_range_are_used(self):
        window = self.show(self.bars(), "--geometry", "640x480")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window.press("shift+r")  # full: white is 235
        self.picture(window, lambda seen: seen.at(20, 100) == (235, 235, 235), "full range")
        window.press("shift+r", "shift+r", "shift+c", "shift+c")  # Rec. 709 for what is BT.601
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)) and
                     10 < pixels.far(seen.at(280, 100), pixels.BARS[3]) < 60, "another green")

    def test_window_of_one_pixel_recovers_when_it_grows(self):
        for renderer in ("software", "opengl"):
            with self.subTest(renderer=renderer):
                window = self.still(renderer=renderer)
                for size in ((1, 1), (640, 480)):
                    self.screen.run("xdotool", "windowsize", window.number, *size)
                    wait_until(lambda: window.size() == size, f"a window of {size}")
                    window.press("i", "h", "h", "n", "y", "k", "shift+k", "k", "i", "n", "y", "y")
                self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
                window.press("q")
                self.assert_ends()

    def test_keys_act_on_layouts_that_type_other_letters(self):
        for layout in ("ru", "gr", "ara"):
            with self.subTest(layout):
                self.screen.run("setxkbmap", layout)
                self.addCleanup(self.screen.run, "setxkbmap", "us")
                window = self.still()
                window.press("58")  # m by its place: mirrored
                self.picture(window, lambda seen: self.is_white(seen.at(620, 100)), "white right")
                window.press("24")  # q
                self.assert_ends()

    def test_characters_typed_with_shift_act_on_a_french_layout(self):
        self.screen.run("setxkbmap", "fr")
        self.addCleanup(self.screen.run, "setxkbmap", "us")
        window = self.show(self.bars(), "--geometry", "640x480+0+0")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window.press("shift+59")  # typed: .
        wait_until(lambda: window.title().endswith(" - paused"), "a step, paused")
        window.press("shift+10")  # typed: 1
        self.picture(window, lambda seen: max(seen.at(20, 20)) < 4, "a picture one to one")

    def test_q_quits_the_viewer(self):
        window = self.still()
        window.press("q")
        self.assert_ends()


class Desktop(WindowTest):
    managed = True

    def test_f_toggles_fullscreen(self):
        window = self.still()
        window.press("f")
        wait_until(lambda: window.size() == SIZE, "the size of the screen")
        window.press("Escape")
        wait_until(lambda: window.size() == (640, 480), "the old size")
        window.press("Escape")
        self.assert_ends()

    def test_double_click_toggles_fullscreen(self):
        window = self.still()
        window.at(300, 200, "click", "--repeat", 2, "--delay", 50, 1)
        wait_until(lambda: window.size() == SIZE, "the size of the screen")

    def test_closing_the_window_ends_the_viewer(self):
        window = self.still()
        window.press("alt+F4")
        self.assert_ends()

    def test_window_has_the_requested_geometry_and_border(self):
        window = self.show(self.bars(), "--geometry", "400x300+50+60", "--no-border", "--ontop")
        wait_until(lambda: window.place() == (50, 60, 400, 300), "its place")
        self.assertIn("ABOVE", self.screen.run("xprop", "-id", window.number, "_NET_WM_STATE"))
        window.press("t")
        wait_until(lambda: "ABOVE" not in self.screen.run("xprop", "-id", window.number,
                                                          "_NET_WM_STATE"), "no longer on top")


class Gone(WindowTest):
    def setUp(self):
        super().setUp()
        self.screen = Screen()
        self.addCleanup(self.screen.close)

    def test_lost_screen_ends_the_viewer_with_status_1(self):
        self.still()
        self.screen.close()
        self.assertEqual(self.viewer.wait(PATIENCE), 1)
        self.assertIn(f"X server {self.screen.display}: connection lost",
                      self.viewer.stderr.read().decode())


    def test_loss_of_the_x_server_runs_no_exit_handlers(self):
        preloaded = [os.environ.get("LD_PRELOAD"), built("libexit_code.so")]
        self.show(self.bars("--count", "1"),
                  env={"LD_PRELOAD": ":".join(filter(None, preloaded))})
        self.screen.close()
        self.assert_ends(1)


class Runs(WindowTest):
    def test_count_and_json_match_a_headless_run(self):
        name = self.bars()
        done = self.run_to_end("triptych-display", "--count", "5", "--json", name,
                               env=self.screen.environment)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], 5)

    def test_signal_ends_the_viewer_at_once(self):
        for name in (self.stream(), self.bars()):
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(f"{name} {number.name}"):
                    self.show(name)
                    self.viewer.send_signal(number)
                    self.assert_ends()

    def test_timeout_and_exit_on_end_work_with_a_window(self):
        self.show(self.stream(), "--timeout", "0.5")
        self.assert_ends(1)
        window = self.show(self.bars(), "--exit-on-end")
        wait_until(lambda: " FPS" in window.title(), "a picture")
        self.writer.terminate()
        self.assert_ends()

    def test_segment_is_attached_for_reading_only(self):
        self.still()
        maps = pathlib.Path(f"/proc/{self.viewer.pid}/maps").read_text().splitlines()
        ours = f"SYSV{key_of(self.name):08x}"  # the X server has others
        attached = [line.split()[1] for line in maps if ours in line]
        self.assertTrue(attached)
        self.assertEqual(set(attached), {"r--s"})
