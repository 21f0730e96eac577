# SPDX-License-Identifier: MIT
"""What triptych-display lays over a picture: statistics, graphs, histogram, help."""

import re

from programs import ipc_of, wait_until
from viewing import WindowTest

LOST = (255, 92, 84)      # a bar of a graph before which a picture was lost
PERIOD = (255, 190, 92)   # the line of a stream's period
INTERVAL = (96, 176, 255)
AGE = (120, 214, 140)


def count(picture, color):
    """How many pixels have exactly this colour."""
    wanted = bytes(color)
    return sum(picture.data[at:at + 3] == wanted for at in range(0, len(picture.data), 3))


def dark(*color):
    return max(color) < 60


class Overlay(WindowTest):
    def capture(self, *options):
        """A stream of plain white at 30 a second, on which every panel stands out."""
        self.name = self.stream()
        self.writer = self.start("triptych-capture", "--name", self.name, "--size", "320x240",
                                 "--fps", "30", *options, "pattern:white")
        wait_until(lambda: all(ipc_of(self.name)), "the stream")
        return self.name

    def window(self, *options, geometry="640x480+0+0"):
        window = self.show(self.capture(*options), "--geometry", geometry)
        self.picture(window, lambda seen: self.is_white(seen.at(seen.width - 8, 100)), "white")
        return window

    def test_each_level_of_statistics_shows_more_and_after_the_last_comes_the_first(self):
        window = self.window()
        shares = []
        for key in ("i", "o", "o"):
            shown = self.changes(window, key, "statistics")
            self.picture(window, lambda seen: seen.share_of(dark) > (shares or [0])[-1] + 0.01,
                         f"more than {shares}")
            shares.append(window.picture().share_of(dark))
        self.assertGreater(count(window.picture(), INTERVAL), 0)
        window.press("o")
        self.picture(window, lambda seen: seen.share_of(dark) < shares[1] and
                     count(seen, INTERVAL) == 0, "one line")
        window.press("i")
        shown = self.picture(window, lambda seen: seen.share_of(dark) == 0, "no statistics")
        self.assertTrue(self.is_white(shown.at(20, 20)))

    def test_graphs_have_intervals_ages_and_the_period_as_a_line(self):
        window = self.window()
        window.press("o")
        self.picture(window, lambda seen: min(count(seen, color) for color in (INTERVAL, AGE)) > 50
                     and count(seen, PERIOD) > 100, "bars of both, and a line")

    def test_a_picture_that_was_lost_is_seen_in_the_graph(self):
        window = self.window("--drop-every", "7")
        window.press("o")
        self.picture(window, lambda seen: count(seen, LOST) > 20, "red")

    def test_the_histogram_comes_as_luma_as_colours_and_goes(self):
        window = self.window()
        luma = self.changes(window, "y", "a histogram")
        self.assertTrue(self.is_white(luma.at(20, 20)))  # upper left, there is none
        self.assertGreater(count(luma, PERIOD), 100)     # the marks of black and white
        colors = self.changes(window, "y", "another histogram")
        self.assertEqual(count(colors, PERIOD), 0)
        window.press("y")
        self.picture(window, lambda seen: seen.share_of(dark) == 0, "no histogram")

    def test_in_a_small_window_every_panel_is_whole(self):
        window = self.window(geometry="320x240+0+0")
        window.press("y", "o", "o")
        self.picture(window, lambda seen: seen.share_of(dark) > 0.3, "panels")
        shown = window.picture()
        for x in range(shown.width):  # a margin of the picture is left all around
            self.assertTrue(self.is_white(shown.at(x, 1)), f"{x} 1")
            self.assertTrue(self.is_white(shown.at(x, shown.height - 2)), f"{x} bottom")
        for y in range(shown.height):
            self.assertTrue(self.is_white(shown.at(1, y)), f"1 {y}")
            self.assertTrue(self.is_white(shown.at(shown.width - 2, y)), f"right {y}")

    def test_where_the_help_has_no_room_its_beginning_is_seen(self):
        window = self.window(geometry="160x120+0+0")
        helped = self.changes(window, "h", "the help")
        edges = [helped.at(0, y) for y in range(120)] + [helped.at(x, 0) for x in range(160)]
        self.assertLess(max(map(max, edges)), 150, "letters cut off at the left or at the top")

    def test_the_help_has_every_key_in_two_columns(self):
        told = self.run_to_end("triptych-display", "--help").stdout
        keys = ("q", "Esc", "f", "Space p", ".", "s", "i", "o", "r", "m", "0", "1", "2", "w", "+ -",
                "t", "C", "R", "h", "n", "y", "3 4", "5 6", "7 8", "Back", "Tab", "Enter", ",")
        for key in keys:
            self.assertRegex(told, rf"(?m)(^|  ){re.escape(key)} +\S")
        start = told.index("\nq ") + 1
        rows = told[start:].split("\n\n")[0].splitlines()
        second = [re.match(r"(\S+(?: \S)?) {2,}(\S.*?) {2,}(?=\S)", row) for row in rows]
        self.assertEqual(len({found.end() for found in second if found}), 1, "\n".join(rows))
        self.assertGreaterEqual(len([found for found in second if found]), len(rows) - 1)
        self.assertLessEqual(max(map(len, rows)), 80)
