# SPDX-License-Identifier: MIT
"""Several streams in one window: tiles, focus, solo."""

import json
import os
import re
import signal
import time

from programs import PATIENCE, wait_until
from screen import SIZE
from viewer_case import WindowTest

AMBER = (255, 190, 92)  # the frame around the tile in focus


class TilesTest(WindowTest):
    def still_tiles(self, count, *options):
        """A window of 640x480 with `count` still tiles. Returns their names."""
        self.names = [self.bars("--count", "1") for _ in range(count)]
        window = self.show(self.names, "--geometry", "640x480+0+0", *options)
        return window

    def focus_is(self, window, x, y):
        """Waits until the frame of the focus passes through a point. Returns the image."""
        return self.picture(window, lambda seen: seen.at(x, y) == AMBER, f"the frame at {x}, {y}")

    def both(self, window):
        """The image when both tiles have their frames, and the first one the focus."""
        return self.picture(window, lambda seen: self.is_white(seen.at(20, 240)) and self.is_white(
            seen.at(342, 240)) and seen.at(1, 100) == AMBER, "two tiles")


class Tiles(TilesTest):
    def test_four_streams_form_a_square_with_names(self):
        window = self.still_tiles(4)
        picture = self.picture(window, lambda seen: all(
            self.is_white(seen.at(x, y)) for x in (20, 340) for y in (180, 420)), "four tiles")
        for x in (5, 327):
            for y in (20, 262):
                self.assertLess(max(picture.at(x, y)), 60, "a dark ground for the name")

    def test_missing_stream_waits_in_its_own_tile(self):
        names = [self.bars("--count", "1"), self.stream()]
        window = self.show(names, "--geometry", "640x240")
        picture = self.picture(window, lambda seen: self.is_white(seen.at(20, 150)) and
                               seen.at(340, 5) != (0, 0, 0), "a picture and a notice")
        bright = [x for x in range(322, 640) for y in range(60, 180)
                  if min(picture.at(x, y)) > 200]
        self.assertTrue(bright)
        wait_until(lambda: re.fullmatch(rf"{names[0]} \d+\.\d FPS, {names[1]} waiting",
                                        window.title()), "a title with both")

    def test_killed_writer_dims_its_own_tile_alone(self):
        names = [self.bars(), self.bars()]
        window = self.show(names, "--geometry", "640x240")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 150)) and
                     self.is_white(seen.at(340, 150)), "both")
        os.kill(self.writer.pid, signal.SIGKILL)
        self.writer.wait()
        self.picture(window, lambda seen: self.is_white(seen.at(20, 150)) and
                     max(seen.at(340, 150)) < 150, "the second one dimmed")
        wait_until(lambda: window.title().endswith(f"{names[1]} no signal"), "the title")
        self.bars(name=names[1])
        self.picture(window, lambda seen: self.is_white(seen.at(340, 150)), "it is back")

    def test_window_has_room_for_all_tiles(self):
        window = self.show([self.bars("--size", "200x150") for _ in range(3)])
        wait_until(lambda: window.size() == (400, 300), "two columns and two rows")


class Focus(TilesTest):
    def test_tab_and_a_click_move_the_focus(self):
        window = self.still_tiles(2)
        first = self.both(window)
        self.assertNotEqual(first.at(639, 100), AMBER)
        window.press("Tab")
        self.focus_is(window, 639, 100)
        window.press("Tab")
        self.focus_is(window, 1, 100)
        window.press("shift+Tab")
        self.focus_is(window, 639, 100)
        window.at(100, 240, "click", 1)
        self.focus_is(window, 1, 100)

    def test_keys_act_on_the_stream_in_focus_alone(self):
        window = self.still_tiles(2)
        before = self.both(window)
        window.press("m")
        picture = self.picture(window, lambda seen: not self.is_white(seen.at(20, 240)), "mirrored")
        self.assertEqual(picture.at(342, 240), before.at(342, 240))
        self.assertTrue(self.is_white(picture.at(300, 240)))

    def test_wheel_zooms_the_picture_under_the_pointer(self):
        window = self.still_tiles(2)
        before = self.both(window)
        for _ in range(12):
            window.at(330, 240, "click", 4)
        picture = self.picture(window, lambda seen: self.is_white(seen.at(500, 240)), "near")
        self.assertEqual(picture.at(300, 240), before.at(300, 240))
        self.assertEqual(picture.at(100, 100), before.at(100, 100))

    def test_enter_toggles_solo(self):
        window = self.still_tiles(2)
        both = self.both(window)
        window.press("Tab")
        self.focus_is(window, 639, 100)
        window.press("Return")
        alone = self.picture(window, lambda seen: self.is_white(seen.at(20, 400)), "one alone")
        self.assertNotEqual(alone.at(1, 100), AMBER)
        window.press("Return", "Tab")
        self.picture(window, lambda seen: seen.data == both.data, "both again")

    def test_hidden_stream_is_read_but_not_shown(self):
        names = [self.bars(), self.bars()]
        window = self.show(names, "--geometry", "640x480", "--json")
        self.focus_is(window, 1, 100)
        window.press("Return")
        wait_until(lambda: re.fullmatch(rf"{names[0]} [1-9].* FPS, {names[1]} [1-9].* UPS",
                                        window.title()), "one alone")
        alone = self.picture(window, lambda seen: self.is_white(seen.at(20, 400)), "one alone")
        self.picture(window, lambda seen: seen.data != alone.data, "which moves")
        time.sleep(2)
        self.viewer.terminate()
        seen, unseen = map(json.loads, self.viewer.communicate(timeout=PATIENCE)[0].splitlines())
        print(f"# shown: {seen['frames']} of the one alone, {unseen['frames']} of the other")
        self.assertLess(unseen["frames"], seen["frames"])

    def test_revealed_tile_shows_the_newest_frame(self):
        window = self.still_tiles(2)
        both = self.both(window)
        self.assertTrue(self.is_white(both.at(342, 240)))
        window.press("Return")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 400)), "the first one alone")
        self.writer.terminate()
        self.writer.wait(PATIENCE)
        wait_until(lambda: window.title().endswith("no signal"), "the second one's end")
        self.start("triptych-capture", "-q", "-n", self.names[1], "-s", "320x240", "--count", 1,
                   "--wait-for-reader", "--linger", PATIENCE, "pattern:green")
        wait_until(lambda: window.title().endswith("UPS"), "its one frame")
        window.press("Return")
        self.picture(window, lambda seen: seen.at(342, 240)[1] > 200 > seen.at(342, 240)[0],
                     "which is green")

    def test_escape_ends_solo_before_it_quits(self):
        window = self.still_tiles(2)
        both = self.both(window)
        window.press("Return")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 400)), "one alone")
        window.press("Escape")
        self.picture(window, lambda seen: seen.data == both.data, "both again")
        window.press("Escape")
        self.assert_ends()

    def test_stream_without_others_has_no_frame_and_no_name(self):
        window = self.still_tiles(1)
        picture = self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        self.assertTrue(self.is_white(picture.at(0, 0)))


class Desktop(TilesTest):
    managed = True

    def test_double_click_shows_one_stream_and_f_is_fullscreen(self):
        window = self.still_tiles(2)
        first, second = self.names
        wait_until(lambda: re.fullmatch(rf"{first} .* FPS, {second} .* FPS", window.title()),
                   "both")
        window.at(400, 240, "click", "--repeat", 2, "--delay", 50, 1)
        wait_until(lambda: re.fullmatch(rf"{first} .* UPS, {second} .* FPS", window.title()),
                   "the second one alone")
        self.assertEqual(window.size(), (640, 480))
        window.press("f")
        wait_until(lambda: window.size() == SIZE, "the size of the screen")
