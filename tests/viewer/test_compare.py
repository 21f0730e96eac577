# SPDX-License-Identifier: MIT
"""A frame kept by triptych-display, and its comparisons."""

import pixels
from programs import wait_until
from viewer_case import WindowTest

AMBER = (255, 190, 92)  # the divider


class CompareTest(WindowTest):
    def kept(self, renderer="software"):
        """A window of 640x480 in which a frame is kept, and a later one shown beside it."""
        self.window = self.show(self.bars(), "--geometry", "640x480", renderer=renderer)
        self.picture(self.window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        self.window.press("space")
        wait_until(lambda: self.window.title().endswith(" - paused"), 'the title "paused"')
        self.plain = self.window.picture()
        self.window.press("k")
        self.divided_at(320)
        for _ in range(3):
            self.changes(self.window, "period", "a later picture")
        return self.window

    def divided_at(self, x):
        return self.picture(self.window, lambda seen: seen.at(x, 200) == AMBER, f"a divider at {x}")

    def strip(self, picture, left, right):
        """The image of the lower part, where each frame differs."""
        return [picture.at(x, 428) for x in range(left, right)]

    def assert_kept(self, picture, left, right):
        self.assertTrue(self.strip(picture, left, right) == self.strip(self.plain, left, right),
                        f"{left} to {right} is not the kept picture's")


class Compare(CompareTest):
    def test_kept_frame_is_left_of_the_running_stream(self):
        window = self.kept()
        window.press("space")
        self.divided_at(320)
        for what, white in (("comes", True), ("goes", False), ("comes again", True)):
            picture = self.picture(window, lambda seen, wanted=white: wanted == any(
                self.is_white(color) for color in self.strip(seen, 330, 640)), f"a block {what}")
            self.assert_kept(picture, 0, 310)

    def test_divider_follows_the_pointer(self):
        window = self.kept()
        window.at(320, 200, "mousedown", 1)
        window.at(480, 200)
        picture = self.divided_at(480)
        self.assert_kept(picture, 0, 470)
        window.at(100, 200, "mouseup", 1)
        self.divided_at(100)
        window.at(300, 200)
        window.press("h", "h")
        self.divided_at(100)

    def test_dragging_beside_the_divider_moves_the_image(self):
        window = self.kept()
        window.press("2")
        window.at(450, 200, "mousedown", 1)
        window.at(350, 200, "mouseup", 1)
        self.divided_at(320)

    def test_blinking_alternates_both_frames(self):
        window = self.kept()
        window.press("shift+k")
        kept = self.strip(self.plain, 0, 640)
        for _ in range(2):
            self.picture(window, lambda seen: self.strip(seen, 0, 640) == kept, "the kept one")
            self.picture(window, lambda seen: self.strip(seen, 0, 640) != kept, "the present one")

    def test_same_key_ends_the_comparison(self):
        window = self.kept()
        window.press("k")
        self.picture(window, lambda seen: seen.at(320, 200) != AMBER, "no divider")
        window.press("comma", "comma", "comma")  # to the kept frame
        self.picture(window, lambda seen: self.strip(seen, 0, 640) == self.strip(
            self.plain, 0, 640), "the present picture from side to side")

    def test_equal_frames_have_a_black_difference(self):
        window = self.kept("opengl")
        window.press("shift+k", "shift+k")
        picture = self.picture(window, lambda seen: seen.at(20, 100) == (0, 0, 0), "a difference")
        for i in range(len(pixels.BARS)):
            self.assertEqual(picture.at(80 * i + 40, 100), (0, 0, 0))
        self.assertTrue(any(max(color) > 100 for color in self.strip(picture, 0, 640)))

    def test_renderer_without_subtraction_omits_the_difference(self):
        window = self.kept()
        window.press("shift+k")
        self.picture(window, lambda seen: seen.at(320, 200) != AMBER, "blinking")
        window.press("shift+k")
        self.divided_at(320)
