# SPDX-License-Identifier: MIT
"""Adjustments of triptych-display: brightness, contrast, gamma, colours."""

import re
import subprocess

import pixels
from programs import PATIENCE, tool, wait_until
from viewer_case import WindowTest

RENDERERS = ("opengl", "software")

# Shares of red and blue in luma: ITU-R BT.601-7 section 2.5.1, BT.709-6 item 3.2, BT.2020-2 table 4.
SHARES = {"601": (0.299, 0.114), "709": (0.2126, 0.0722), "bt2020": (0.2627, 0.0593)}


def codes(color, matrix):
    """Returns Y, Cb and Cr of an R'G'B' colour in the limited range of 8 bits, by the same
    sections."""
    red, blue = SHARES[matrix]
    r, g, b = (part / 255 for part in color)
    y = red * r + (1 - red - blue) * g + blue * b
    return (round(16 + 219 * y), round(128 + 224 * (b - y) / (2 * (1 - blue))),
            round(128 + 224 * (r - y) / (2 * (1 - red))))


def color_of(code, matrix, full):
    """Returns R'G'B' of such codes, read with another matrix or range."""
    red, blue = SHARES[matrix]
    y = code[0] / 255 if full else (code[0] - 16) / 219
    cb, cr = ((part - 128) / (255 if full else 224) for part in code[1:])
    r, b = y + 2 * (1 - red) * cr, y + 2 * (1 - blue) * cb
    g = (y - red * r - blue * b) / (1 - red - blue)
    return tuple(round(255 * min(max(part, 0), 1)) for part in (r, g, b))


class Adjust(WindowTest):
    def screenshot(self, window):
        """The file written by the key s."""
        before = set(self.shots.glob("*.png"))  # none of them is overwritten
        window.press("s")
        new = wait_until(lambda: set(self.shots.glob("*.png")) - before, "a screenshot")
        return new.pop()

    def test_brightness_contrast_and_gamma_can_be_undone(self):
        for renderer in RENDERERS:
            with self.subTest(renderer):
                window = self.still(renderer=renderer)
                plain = window.picture()
                for keys, bar, wanted in ((("4", "4"), 7, 26), (("3", "3"), 7, 0),
                                          (("8",) * 20, 1, 255), (("7",) * 20, 1, 191),
                                          (("6",) * 10, 1, 221), (("5",) * 10, 1, 191)):
                    window.press(*keys)  # the sixth bar's red is the second's
                    self.picture(window, lambda seen, at=80 * bar + 40, value=wanted:
                                 abs(seen.at(at, 100)[0] - value) <= 3, f"{keys}: {wanted}")
                window.press("4", "6", "8", "BackSpace")
                self.picture(window, lambda seen, before=plain: all(
                    seen.at(80 * i + 40, 100) == before.at(80 * i + 40, 100) for i in range(8)),
                    "the picture as it was")
                self.viewer.terminate()
                self.assert_ends()

    def test_screenshot_names_adjustments_and_the_stream_is_unchanged(self):
        window = self.still("--screenshot-directory", self.shots)
        said = pixels.text_of(self.screenshot(window))
        self.assertEqual(said["Adjustments"], "none")
        window.press("4", "4", "7")
        self.picture(window, lambda seen: seen.at(600, 100)[0] > 28, "a black, brighter by both")
        path = self.screenshot(window)
        self.assertEqual(pixels.text_of(path)["Adjustments"], "brightness +10 %, contrast 95 %")
        self.assertGreater(pixels.read(path).at(300, 100)[0], 20)
        other = self.show(self.name, "--geometry", "640x480+0+0")
        self.picture(other, lambda seen: self.is_white(seen.at(20, 100)) and
                     max(seen.at(600, 100)) < 4, "the stream as it is")

    def test_screenshot_names_its_stream(self):
        window = self.still("--screenshot-directory", self.shots)
        window.press("2", "m")  # zoomed: the file has the image's own size
        path = self.screenshot(window)
        said = pixels.text_of(path)
        self.assertEqual((pixels.read(path).width, pixels.read(path).height), (320, 240))
        self.assertEqual(said["Title"], self.name)
        self.assertEqual(said["Frame"], "1")
        self.assertEqual((said["Format"], said["Size"]), ("YUYV", "320x240"))
        self.assertRegex(said["Colours"], r"^\w+, matrix 601, lim-range$")
        self.assertRegex(said["Creation Time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.assertRegex(said["Software"], r"^triptych-display \d")

    def test_sixteen_bit_grey_is_adjusted_before_it_is_made_eight_bits(self):
        window = self.show(self.bars("--format", "Y16", "--bits", "12"), "--geometry", "640x480")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window.press("b", "b", "b", "b")  # as if 16 counted: 12 bits are almost black
        grey = [pixels.luma(bar)[0] for bar in pixels.BARS]
        self.picture(window, lambda seen: all(abs(seen.at(80 * i + 40, 100)[0] - value / 16) <= 2
                                              for i, value in enumerate(grey)), "nearly black bars")
        window.press(*["8"] * 20, *["4"] * 10)  # contrast 200 %, brightness +50 %
        self.picture(window, lambda seen: all(abs(seen.at(80 * i + 40, 100)[0] - value / 8) <= 1
                                              for i, value in enumerate(grey)), "twice as bright")
        window.press("BackSpace", "b", "b", "b")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars again")

    def assert_colours_follow(self, window):
        """C: as described by the frames (601), smpte170m, rec709, bt2020; R: as described, full,
        limited."""
        for key, matrix, full in (("shift+c", "601", False), ("shift+c", "709", False),
                                  ("shift+r", "709", True), ("shift+c", "bt2020", True),
                                  ("shift+r", "bt2020", False), ("shift+r", "bt2020", False),
                                  ("shift+c", "601", False)):
            with self.subTest(f"{matrix} {'full' if full else 'limited'}"):
                window.press(key)
                wanted = [color_of(codes(bar, "601"), matrix, full) for bar in pixels.BARS]
                self.picture(window, lambda seen, colors=wanted: all(
                    pixels.far(seen.at(80 * i + 40, 100), color) <= 3
                    for i, color in enumerate(colors)), f"{wanted}")

    def test_chosen_colour_space_and_range_match_the_standards(self):
        for renderer in RENDERERS:
            window = self.show(self.bars(), "--geometry", "640x480", renderer=renderer)
            self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
            self.assert_colours_follow(window)
            self.viewer.terminate()
            self.assert_ends()

    def test_still_frame_changes_its_colours_at_once(self):
        for renderer in RENDERERS:
            self.assert_colours_follow(self.still(renderer=renderer))
            self.viewer.terminate()
            self.assert_ends()

    def test_kept_frame_changes_its_colours_at_once(self):
        for renderer in RENDERERS:
            window = self.show(self.bars(), "--geometry", "640x480", renderer=renderer)
            self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
            window.press("space")
            held = window.picture_at_rest()
            self.assert_colours_follow(window)
            window.press("shift+c", "shift+c", "shift+c", "shift+c")
            now = window.picture_at_rest()
            below = [[seen.at(x, 424) for x in range(640)] for seen in (held, now)]
            self.assertEqual(*below)
            self.viewer.terminate()
            self.assert_ends()

    def message(self, window, key):
        """Presses a key. Returns the width of the message in the lower left corner."""
        window.press(key)

        def width(seen):
            return sum(max(seen.at(x, seen.height - 17)) < 60 for x in range(seen.width))
        shown = self.picture(window, lambda seen: width(seen) > 20, "a message")
        return width(shown)

    def test_delayed_colour_changes_are_explained(self):
        white = self.folder() / "white.jpg"
        subprocess.run([tool("convert"), "-size", "1000x300", "xc:white", white], check=True,
                       timeout=PATIENCE)
        raw = self.stream()
        self.start("triptych-capture", "--name", raw, "--size", "1000x300", "pattern:white")
        compressed = self.bars("--format", "MJPG", "--size", "1000x300", "--file", white)
        widths = []
        for name, key in ((raw, "space"), (raw, "comma"), (compressed, "space")):
            window = self.show(name, "--geometry", "1000x300+0+0")
            self.picture(window, lambda seen: self.is_white(seen.at(20, 200)), "white")
            wait_until(lambda: re.search(r" [1-9]\S* FPS", window.title()), "some pictures")
            window.press(key)
            wait_until(lambda: window.title().endswith(" - paused"), 'the title "paused"')
            widths.append(self.message(window, "shift+r"))
            self.viewer.terminate()
            self.assert_ends()
        self.assertGreater(min(widths[1:]), 3 * widths[0])  # "range: full-range" alone
        self.assertNotEqual(*widths[1:])
