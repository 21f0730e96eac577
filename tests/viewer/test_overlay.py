# SPDX-License-Identifier: MIT
"""Overlays of triptych-display: statistics, graphs, histogram, help."""

import re

from programs import ipc_of, wait_until
from viewer_case import WindowTest

LOST = (255, 92, 84)      # a bar of a graph before which a frame was lost
PERIOD = (255, 190, 92)   # the line of a stream's period
INTERVAL = (96, 176, 255)
AGE = (120, 214, 140)


def count(picture, color):
    """Counts the pixels of exactly this colour."""
    wanted = bytes(color)
    return sum(picture.data[at:at + 3] == wanted for at in range(0, len(picture.data), 3))


def dark(*color):
    return max(color) < 60


class Overlay(WindowTest):
    def capture(self, *options):
        """A stream of plain white at 30 a second, in contrast to every panel."""
        self.name = self.stream()
        self.writer = self.start("triptych-capture", "--name", self.name, "--size", "320x240",
                                 "--fps", "30", *options, "pattern:white")
        wait_until(lambda: all(ipc_of(self.name)), "the stream")
        return self.name

    def window(self, *options, geometry="640x480+0+0"):
        window = self.show(self.capture(*options), "--geometry", geometry)
        self.picture(window, lambda seen: self.is_white(seen.at(seen.width - 8, 100)), "white")
        return window

    def test_statistics_levels_show_more_and_wrap_around(self):
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

    def test_graphs_show_intervals_ages_and_the_period(self):
        window = self.window()
        window.press("o")
        self.picture(window, lambda seen: min(count(seen, color) for color in (INTERVAL, AGE)) > 50
                     and count(seen, PERIOD) > 100, "bars of both, and a line")

    def test_lost_frame_is_visible_in_the_graph(self):
        window = self.window("--drop-every", "7")
        window.press("o")
        self.picture(window, lambda seen: count(seen, LOST) > 20, "red")

    def test_histogram_cycles_luma_colours_and_off(self):
        window = self.window()
        luma = self.changes(window, "y", "a histogram")
        self.assertTrue(self.is_white(luma.at(20, 20)))  # upper left is empty
        self.assertGreater(count(luma, PERIOD), 100)     # the marks of black and white
        colors = self.changes(window, "y", "another histogram")
        self.assertEqual(count(colors, PERIOD), 0)
        window.press("y")
        self.picture(window, lambda seen: seen.share_of(dark) == 0, "no histogram")

    def test_every_panel_is_whole_in_a_small_window(self):
        window = self.window(geometry="320x240+0+0")
        window.press("y", "o", "o")
        self.picture(window, lambda seen: seen.share_of(dark) > 0.3, "panels")
        shown = window.picture()
        for x in range(shown.width):  # a margin of the image remains all around
            self.assertTrue(self.is_white(shown.at(x, 1)), f"{x} 1")
            self.assertTrue(self.is_white(shown.at(x, shown.height - 2)), f"{x} bottom")
        for y in range(shown.height):
            self.assertTrue(self.is_white(shown.at(1, y)), f"1 {y}")
            self.assertTrue(self.is_white(shown.at(shown.width - 2, y)), f"right {y}")

    def assert_no_letter_at_the_edges(self, picture):
        edges = [picture.at(x, y) for y in range(picture.height) for x in (0, picture.width - 1)]
        edges += [picture.at(x, y) for x in range(picture.width) for y in (0, picture.height - 1)]
        lit = [color for color in edges if 100 < max(color) < 240]  # between the panel and white
        self.assertEqual(lit, [], "letters cut off")

    def test_help_is_paged_where_it_does_not_fit(self):
        window = self.window(geometry="160x120+0+0")
        plain = window.picture().data
        pages = []
        while len(pages) < 9:
            page = self.changes(window, "h", "the next page")
            if page.data == plain:
                break
            self.assert_no_letter_at_the_edges(page)
            pages.append(page.data)
        self.assertIn(len(pages), range(3, 7))
        self.assertEqual(len(set(pages)), len(pages))

    def test_help_has_more_columns_in_a_wide_window(self):
        window = self.window("--size", "1000x200", geometry="1000x200+0+0")
        helped = self.changes(window, "h", "the help")
        across = [x for x in range(1000) if dark(*helped.at(x, 20))]
        self.assertGreater(across[-1] - across[0], 600)
        self.assert_no_letter_at_the_edges(helped)

    def test_graphs_yield_to_statistics_and_cuts_are_marked(self):
        for size in ("1000x200", "160x120"):
            with self.subTest(size):
                window = self.window("--size", size, geometry=f"{size}+0+0")
                window.press("o")
                self.picture(window, lambda seen: count(seen, INTERVAL) > 20, "graphs alone")
                window.press("o")
                shown = self.picture(window, lambda seen: seen.share_of(dark) > 0.1 and
                                     count(seen, INTERVAL) == 0, "figures alone")
                self.assert_no_letter_at_the_edges(shown)
                self.viewer.terminate()
                self.assert_ends()
        written = [x for x in range(160) if max(shown.at(x, 114)) > 120]
        self.assertTrue(written and max(written) < 60, f"a last line of few words: {written}")

    def test_help_has_every_key_in_two_columns(self):
        help_text = self.run_to_end("triptych-display", "--help").stdout
        keys = ("q", "Esc", "f", "Space p", ".", "s", "i", "o", "r", "m", "0", "1", "2", "w", "+ -",
                "t", "C", "R", "h", "n", "y", "3 4", "5 6", "7 8", "Backspace", "Tab", "Enter", ",")
        for key in keys:
            self.assertRegex(help_text, rf"(?m)(^|  ){re.escape(key)} +\S")
        start = help_text.index("\nq ") + 1
        rows = help_text[start:].split("\n\n")[0].splitlines()
        second = [re.match(r"(\S+(?: \S)?) {2,}(\S.*?) {2,}(?=\S)", row) for row in rows]
        self.assertEqual(len({found.end() for found in second if found}), 1, "\n".join(rows))
        self.assertGreaterEqual(len([found for found in second if found]), len(rows) - 1)
        self.assertLessEqual(max(map(len, rows)), 80)
