# SPDX-License-Identifier: MIT
"""triptych-display paused: its last frames, one by one."""

import pixels
from programs import wait_until
from viewer_case import WindowTest

KEPT = 8


class Stepping(WindowTest):
    def paused(self, *options):
        """A window of a moving image, paused after enough frames. Returns its image."""
        self.window = self.show(self.bars(*options), "--geometry", "640x480",
                                "--screenshot-directory", self.shots)
        self.picture(self.window, lambda seen: self.is_white(seen.at(20, 100)), "the bars")
        seen = set()
        while len(seen) < KEPT + 2:
            seen.add(self.window.picture().data)
        self.window.press("space")
        wait_until(lambda: self.window.title().endswith(" - paused"), 'the title "paused"')
        return self.window.picture().data

    def frame(self):
        """The number of the shown frame, from a screenshot."""
        before = set(self.shots.iterdir())
        self.window.press("s")
        path, = wait_until(lambda: set(self.shots.glob("*.png")) - before, "the screenshot")
        number = int(wait_until(lambda: pixels.text_of(path).get("Frame"), "a whole file"))
        path.unlink()
        return number

    def test_stepping_back_and_forward_shows_the_same_frames(self):
        pictures = [self.paused()]
        for i in range(KEPT):
            pictures.append(self.changes(self.window, "comma", f"{i + 1} back").data)
        self.assertEqual(len(set(pictures)), KEPT + 1)
        for shown in reversed(pictures[:-1]):
            self.window.press("period")
            self.picture(self.window, lambda seen, wanted=shown: seen.data == wanted, "one on")

    def test_stepping_past_the_newest_resumes_the_stream(self):
        newest = self.paused()
        self.changes(self.window, "comma", "one back")
        self.window.press("period")
        self.picture(self.window, lambda seen: seen.data == newest, "the newest")
        self.changes(self.window, "period", "a new picture")
        self.window.press("comma")
        self.picture(self.window, lambda seen: seen.data != newest, "the one before, one back")

    def test_screenshot_has_the_shown_frame(self):
        self.paused()
        newest = self.frame()
        numbers = [newest]
        for _ in range(3):
            self.window.press("comma")
            numbers.append(self.frame())
        self.assertEqual(numbers, sorted(set(numbers), reverse=True))
        self.window.press("period", "period", "period")
        self.assertEqual(self.frame(), newest)

    def test_stepping_beyond_the_oldest_is_reported(self):
        self.paused()
        for i in range(KEPT):
            oldest = self.changes(self.window, "comma", f"{i + 1} back").data
        self.changes(self.window, "comma", "a message")
        self.picture(self.window, lambda seen: seen.data == oldest, "the same picture without it")

    def test_space_resumes_the_stream(self):
        self.paused()
        shown = self.changes(self.window, "comma", "one back").data
        self.window.press("space")
        wait_until(lambda: not self.window.title().endswith(" - paused"), "another title")
        first = self.picture(self.window, lambda seen: seen.data != shown, "another picture").data
        self.picture(self.window, lambda seen: seen.data != first, "and another one")

    def test_fewer_large_frames_are_kept(self):
        # 256 MB for sixteen streams: 16 for each, and a frame takes 15
        names = [self.bars("--size", "2560x1440", "--format", "NV12", "--fps", "10")]
        names += [self.stream() for _ in range(15)]
        self.window = self.show(names, "--geometry", "640x480",
                                "--screenshot-directory", self.shots)
        self.window.press("Return")
        self.picture(self.window, lambda seen: self.is_white(seen.at(20, 200)), "the bars")
        self.window.press("period", "period", "period", "comma")
        newer = self.frame()
        self.window.press("comma", "comma")
        self.assertEqual(self.frame(), newer)
