# SPDX-License-Identifier: MIT
"""The probe of triptych-display: the pixel under the pointer and its surroundings, on a screen."""

import pixels
from viewer_case import WindowTest

MARGIN = 7   # of a panel in a window of 640x480: half the height of its letters
LINE = 16.3  # pixels from line to line of such letters
CELL = 16    # size of a magnified pixel
SIDE = 9     # pixels that are shown in each direction


class Panel:
    """New content of a window in some rows, except next to the pointer: the cross."""

    def __init__(self, changed, after):
        self.x, self.y = (min(place[axis] for place in changed) for axis in (0, 1))
        self.width = max(x for x, _ in changed) + 1 - self.x
        self.height = max(y for _, y in changed) + 1 - self.y
        self._picture = after

    @classmethod
    def between(cls, before, after, pointer, rows):
        """The new panel between two images; None without one."""
        changed = [(x, y) for y in rows if after.row(y) != before.row(y) for x in range(after.width)
                   if after.at(x, y) != before.at(x, y)
                   and max(abs(x - pointer[0]), abs(y - pointer[1])) > 18]
        return cls(changed, after) if changed else None

    def lines(self):
        """Of text, below the pixels."""
        return round((self.height - 3 * MARGIN - SIDE * CELL) / LINE)

    def neighbour(self, column, row):
        """The colour of a magnified pixel; 0, 0 is the one under the pointer."""
        left = self.x + (self.width - SIDE * CELL) // 2
        return self._picture.at(left + (column + SIDE // 2) * CELL + CELL // 2,
                                self.y + MARGIN + (row + SIDE // 2) * CELL + CELL // 2)


class Probe(WindowTest):
    def probe(self, window, x, y):
        """The panel with the pointer there; the probe is off before and afterwards."""
        window.at(x, y)
        before = window.picture()
        window.press("n")
        panel = self.panel(window, before, (x, y))
        window.press("n")
        self.picture(window, lambda seen: seen.data == before.data, "no panel")
        return panel

    def panel(self, window, before, pointer, right=lambda panel: True, rows=range(480)):
        """The new panel, as soon as it is correct."""
        seen_last = []

        def there(seen):
            seen_last[:] = [Panel.between(before, seen, pointer, rows)]
            return seen_last[0] and right(seen_last[0])
        self.picture(window, there, f"a panel at {pointer} as it should be")
        return seen_last[0]

    def assert_bar(self, color, bar):
        self.assertLessEqual(pixels.far(color, pixels.BARS[bar]), 3, f"bar {bar}")

    def test_magnified_pixels_are_those_under_the_pointer(self):
        window = self.still()  # at twice its size the second bar ends under the pointer
        panel = self.probe(window, 160, 100)
        self.assert_bar(panel.neighbour(-4, 0), 1)
        self.assert_bar(panel.neighbour(1, 0), 2)
        self.assert_bar(panel.neighbour(1, 4), 2)
        window.press("m")
        self.picture(window, lambda seen: self.is_white(seen.at(620, 100)), "mirrored")
        panel = self.probe(window, 640 - 160, 100)
        self.assert_bar(panel.neighbour(-2, 0), 2)
        self.assert_bar(panel.neighbour(3, 0), 1)
        window.press("m", "r", "1")  # 240x320 in the middle, the white bar on top
        self.picture(window, lambda seen: seen.at(320, 70) == (0, 0, 0) and
                     self.is_white(seen.at(320, 90)), "a small picture on its side")
        panel = self.probe(window, 320, 80 + 80)
        self.assert_bar(panel.neighbour(0, -4), 1)
        self.assert_bar(panel.neighbour(0, 1), 2)

    def test_magnifier_is_empty_beyond_the_edge(self):
        window = self.still()
        panel = self.probe(window, 1, 1)  # the pixel in the corner
        self.assertTrue(self.is_white(panel.neighbour(1, 1)))
        for column, row in ((-1, 0), (0, -1), (-4, -4)):
            self.assertLess(max(panel.neighbour(column, row)), 100)

    def test_panel_stays_inside_the_window(self):
        window = self.still()
        whole = self.probe(window, 200, 100)
        for x, y in ((2, 2), (637, 2), (2, 477), (637, 477), (320, 477), (637, 240)):
            with self.subTest(f"{x} {y}"):
                panel = self.probe(window, x, y)
                self.assertEqual((panel.width, panel.height), (whole.width, whole.height))

    def test_probe_is_empty_beside_the_image(self):
        window = self.still()
        window.press("1")  # 320x240 in the middle
        window.at(30, 30)
        before = self.picture(window, lambda seen: seen.at(20, 100) == (0, 0, 0), "a smaller picture")
        window.press("n")
        window.at(31, 31)
        window.at(30, 30)
        self.changes(window, "h", "the help, after all that came before it")
        window.press("h")
        self.picture(window, lambda seen: seen.data == before.data, "the picture alone")

    def test_paused_probe_reads_the_frame_or_the_shown_pixels(self):
        self.assertEqual(self.probe(self.still(), 200, 100).lines(), 3)  # no Y, U and V any more
        window = self.show(self.bars(), "--geometry", "640x480+0+0")
        self.picture(window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        window.at(200, 100)
        before = window.picture()
        window.press("n")
        seen = self.picture(window, lambda seen: seen.at(290, 260) != before.at(290, 260), "a panel")
        for _ in range(3):  # frames that are read: the last ones before the pause
            seen = self.picture(window, lambda now, last=seen: now.data != last.data, "the next one")
        for key in ("space", "comma"):  # the previous frame was also read while it was there
            self.changes(window, key, "another picture")
            self.panel(window, before, (200, 100), lambda panel: panel.lines() == 4,
                       range(60, 380))  # below the word "paused"
