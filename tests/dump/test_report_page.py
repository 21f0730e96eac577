# SPDX-License-Identifier: MIT
"""triptych-dump --report: a picture of a run, looked at in a browser."""
import os
import re
import signal
import subprocess
import unittest
import xml.etree.ElementTree as ET

from pixels import read
from programs import PATIENCE, ProgramTest, tool, wait_until

SVG = "{http://www.w3.org/2000/svg}"
# Which words lie over others, told in an element of the page.
FIND_OVERLAPS = """<script>
const words = [...document.querySelectorAll("text")].map(e => [e.textContent,
    e.getBoundingClientRect()]);
const found = [];
words.forEach(([a, r], i) => words.slice(i + 1).forEach(([b, s]) => {
    if (r.left < s.right && s.left < r.right && r.top + 3 < s.bottom && s.top + 3 < r.bottom)
        found.push(a + " / " + b);
}));
const out = document.querySelector("svg").getBoundingClientRect();
words.forEach(([a, r]) => { if (r.left < out.left || r.right > out.right) found.push(a + " / edge"); });
document.body.insertAdjacentHTML("beforeend", `<p id="overlaps">${found.length}: ${found}</p>`);
</script>"""


class Report(ProgramTest):
    def measured(self, path, *args, count=60, faults=()):
        """A report of a stream of 100 frames a second."""
        name = self.stream()
        self.start("triptych-capture", "-q", "-n", name, "-s", "136x144", "-r", 100, "-b", 64,
                   "--wait-for-reader", "--linger", PATIENCE, "--count", count, *faults,
                   "pattern:clock")
        done = self.run_to_end("triptych-dump", "-q", "--mode", "next", "--count", count, "--report",
                               path, *args, name)
        return done

    def browser(self, page, *args):
        """What Chromium says of a page, on stdout."""
        home = self.folder()
        done = subprocess.run(
            [tool("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", f"--user-data-dir={home}", "--window-size=1040,1100",
             "--enable-logging=stderr", *args, page.as_uri()],
            capture_output=True, timeout=PATIENCE * 4, env=os.environ | {"HOME": str(home)})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertNotIn("CONSOLE", done.stderr.decode())  # errors of the page
        return done.stdout.decode()

    def classes(self, path):
        """How many elements there are of each class; fails unless the file is XML."""
        counts = {}
        for element in ET.parse(path).getroot().iter():
            for word in (element.get("class") or "").split():
                counts[word] = counts.get(word, 0) + 1
        return counts

    def test_it_is_drawn_whole_and_no_word_lies_over_another(self):
        page = self.folder() / "run.html"
        done = self.measured(page, "--clock", "--expect-fps", 1, "--max-drops", 0, "--max-age-p99",
                             60000, faults=("--drop-every", 20, "--stall", "400@30"))
        self.assertEqual(done.returncode, 1, done.stderr)
        counts = self.classes(page)
        self.assertEqual((counts["mean"], counts["band"] >= 2, counts["bars"]), (2 + 1, True, 2))
        self.assertEqual((counts["met"], counts["missed"]), (1, 2))
        self.assertGreaterEqual(counts["driver"], 1)
        self.assertGreaterEqual(counts["gap"], 2 + 1)  # in two charts, and in the legend

        shown = page.with_name("shown.html")
        shown.write_text(page.read_text().replace("</body>", FIND_OVERLAPS + "</body>"))
        dom = self.browser(shown, "--dump-dom")
        self.assertEqual(re.findall(r'<p id="overlaps">(.*?)</p>', dom)[-1], "0: ")

        shot = page.with_name("shot.png")
        self.browser(page, f"--screenshot={shot}")
        picture = read(shot)
        seen = {picture.at(x, y) for x in range(picture.width) for y in range(picture.height)}
        for color, what in (((0, 0x72, 0xb2), "the line of means"), ((0xd5, 0x5e, 0), "a loss"),
                            ((0xf6, 0xf8, 0xfa), "a plot"), ((0xb3, 0x26, 0x1e), "not met")):
            self.assertIn(color, {at[:3] for at in seen}, what)

    def test_an_svg_is_the_same_picture_alone(self):
        path = self.folder() / "run.svg"
        self.assertEqual(self.measured(path).returncode, 0)
        root = ET.parse(path).getroot()
        self.assertEqual(root.tag, SVG + "svg")
        self.assertIn("frames a second", root.find(SVG + "title").text)
        self.assertIn('class="mean"', self.browser(path, "--dump-dom"))
        text = path.read_text()
        self.assertNotIn("<script", text)
        self.assertEqual(re.findall(r'(?:href|src)=|url\(', text), [])  # nothing from elsewhere

    def test_it_is_written_when_the_run_is_ended_by_a_signal(self):
        path = self.folder() / "run.svg"
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-r", 100)
        self.wait_for_stream(name, writer)
        dump = self.start("triptych-dump", "--stats", "--report", path, name)
        wait_until(dump.stdout.readline, "a second of figures")
        dump.send_signal(signal.SIGINT)
        dump.communicate(timeout=PATIENCE)
        self.assertEqual(dump.returncode, 0)
        self.assertGreater(self.classes(path)["mean"], 0)

    def test_frames_can_be_written_beside_it(self):
        path = self.folder() / "run.svg"
        film = path.with_name("film.y4m")
        self.assertEqual(self.measured(path, "-o", film).returncode, 0)
        self.assertEqual(film.read_bytes().count(b"FRAME\n"), 60)
        self.assertGreater(self.classes(path)["mean"], 0)

    def test_a_file_that_cannot_be_written_is_told_before_the_run(self):
        done = self.run_to_end("triptych-dump", "--report", "/nowhere/run.svg", self.stream())
        self.assert_refused(done, 1, "/nowhere/run.svg", "No such file or directory")

    def test_a_full_disk_is_told(self):
        path = self.folder() / "run.svg"
        path.symlink_to("/dev/full")
        self.assert_refused(self.measured(path), 1, "No space left on device")

    def test_a_run_that_does_not_begin_leaves_no_file(self):
        path = self.folder() / "run.svg"
        done = self.run_to_end("triptych-dump", "--report", path, "-o", "/nowhere/f.raw",
                               self.stream())
        self.assert_refused(done, 1, "/nowhere/f.raw")
        self.assertFalse(path.exists())

    def test_another_ending_is_not_understood(self):
        done = self.run_to_end("triptych-dump", "--report", "run.pdf", self.stream())
        self.assert_refused(done, 2, "run.pdf", "FILE.html or FILE.svg")


if __name__ == "__main__":
    unittest.main()
