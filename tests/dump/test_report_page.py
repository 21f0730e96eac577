# SPDX-License-Identifier: MIT
"""triptych-dump --report: the page of a run, drawn and used in a browser."""
import json
import os
import re
import signal
import subprocess
import unittest
import urllib.parse
import xml.etree.ElementTree as ET

from pixels import read
from programs import PATIENCE, ProgramTest, tool, wait_until

DARK, LIGHT = 0, 1  # of Chromium's preferredColorScheme
SVG = "{http://www.w3.org/2000/svg}"
DATA = re.compile(r'(?<=<script type="application/json" id="run">).*?(?=</script>)', re.DOTALL)
# Which words of a chart overlap, and which leave the page.
FIND_OVERLAPS = """
const found = [];
for (const svg of document.querySelectorAll("figure svg")) {
    const words = [...svg.querySelectorAll("text")].map(
        e => [e.textContent, e.getBoundingClientRect()]);
    words.forEach(([a, r], i) => words.slice(i + 1).forEach(([b, s]) => {
        if (r.left < s.right && s.left < r.right && r.top + 3 < s.bottom && s.top + 3 < r.bottom)
            found.push(a + " / " + b);
    }));
    words.forEach(([a, r]) => { if (r.left < 0 || r.right > innerWidth) found.push(a + " / edge"); });
}
if (document.documentElement.scrollWidth > innerWidth)
    found.push("wider than the window");
report(found);
"""
PRESS_KEYS = """
report(["Home", "ArrowRight", "End", "ArrowLeft", "Home", "n", "n", "p"].map(key => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key }));
    return document.getElementById("read").textContent;
}));
"""
POINT = """
const figure = document.querySelector("figure.time"), plot = figure.querySelector(".plot");
const box = plot.getBoundingClientRect(), y = box.top + 20;
const send = (type, share) => figure.dispatchEvent(new PointerEvent(type,
    { clientX: box.left + share * box.width, clientY: y, button: 0, bubbles: true }));
const seen = [0, 1].map(share => { send("pointermove", share);
    return document.getElementById("read").textContent; });
figure.setPointerCapture = () => 0;
const ticks = () => [...figure.querySelectorAll(".middle")].map(e => +e.textContent);
const before = ticks();
for (const [type, share] of [["pointerdown", 0.5], ["pointermove", 0.75], ["pointerup", 0.75]])
    send(type, share);
report([...seen, before, ticks()]);
"""
SAVE = """
HTMLAnchorElement.prototype.click = () => 0;
URL.createObjectURL = blob => { blob.text().then(report); return "blob:none"; };
document.getElementById("save").dispatchEvent(new MouseEvent("click"));
"""


class Report(ProgramTest):
    def measured(self, path, *args, count=60, faults=()):
        """Runs triptych-dump with a report of a stream of 100 frames per second."""
        name = self.stream()
        self.start("triptych-capture", "-q", "-n", name, "-s", "136x144", "-r", 100, "-b", 64,
                   "--wait-for-reader", "--linger", PATIENCE, "--count", count, *faults,
                   "pattern:clock")
        return self.run_to_end("triptych-dump", "-q", "--mode", "next", "--count", count,
                               "--report", path, *args, name)

    def page(self, *args, **options):
        """The page of such a run that ended with status 0."""
        path = self.folder() / "run.html"
        done = self.measured(path, *args, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def browser(self, page, *args, width=1040):
        """Opens a page in Chromium. Returns its output."""
        home = self.folder()
        done = subprocess.run(
            [tool("chromium"), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", f"--user-data-dir={home}", f"--window-size={width},1200",
             "--enable-logging=stderr", *args, page.as_uri()],
            capture_output=True, timeout=PATIENCE * 4, env=os.environ | {"HOME": str(home)})
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        errors = [line for line in done.stderr.decode().splitlines() if "CONSOLE" in line]
        self.assertEqual(errors, [])
        return done.stdout.decode()

    def reported(self, page, script, **options):
        """Runs a script in the page. The value that it gives to report()."""
        probed = page.with_name("probed.html")
        probed.write_text(page.read_text().replace("</body>", """<script>
            const report = value => { const to = document.createElement("pre"); to.id = "reported";
                to.textContent = encodeURIComponent(JSON.stringify(value)); document.body.append(to); };
            """ + script + "</script></body>"))
        dom = self.browser(probed, "--virtual-time-budget=5000", "--dump-dom", **options)
        text = re.findall(r'<pre id="reported">(.*?)</pre>', dom)[-1]
        return json.loads(urllib.parse.unquote(text))

    def data(self, page):
        """The run in a page."""
        return json.loads(DATA.search(page.read_text())[0])

    def test_charts_verdicts_and_marks_are_drawn_and_no_words_overlap(self):
        page = self.folder() / "run.html"
        done = self.measured(page, "--clock", "--expect-fps", 1, "--max-drops", 0, "--max-age-p99",
                             60000, faults=("--drop-every", 20, "--stall", "400@30"))
        self.assertEqual(done.returncode, 1, done.stderr)
        dom = self.browser(page, "--dump-dom")
        counts = {name: len(re.findall(f'class="{name}"', dom)) for name in
                  ("mean", "bars", "met", "missed", "driver", "gap", "dot")}
        self.assertEqual(counts, {"mean": 2 + 1, "bars": 2, "met": 1, "missed": 2, "driver": 1 + 1,
                                  "gap": 2 + 1, "dot": 59 + 60})  # + 1: the legend
        for width in (1040, 500):
            self.assertEqual(self.reported(page, FIND_OVERLAPS, width=width), [])

        shot = page.with_name("shot.png")
        for scheme, colors in ((LIGHT, ("0072b2", "d55e00", "f6f8fa", "b3261e")),
                               (DARK, ("56b4e9", "ff8c42", "161b22", "ff7b72"))):
            self.browser(page, f"--screenshot={shot}",
                         f"--blink-settings=preferredColorScheme={scheme}")
            picture = read(shot)
            seen = {bytes(picture.at(x, y)[:3]).hex()
                    for x in range(picture.width) for y in range(picture.height)}
            self.assertLessEqual(set(colors), seen)

    def test_keys_step_through_frames_and_jump_to_losses(self):
        page = self.page(faults=("--drop-every", 20))
        first, second, last, one_back, _, lost, next_lost, lost_again = self.reported(page, PRESS_KEYS)
        self.assertRegex(first, r"^Frame 1 of 60 · at 0 · interval none · latency \d")
        self.assertRegex(second, r"^Frame 2 of 60 · at .* · interval \d")
        self.assertRegex(last, r"^Frame 60 of 60 ")
        self.assertRegex(one_back, r"^Frame 59 of 60 ")
        marks = [index + 1 for index, _ in self.data(page)["samples"]["lost"]["driver"]]
        self.assertGreaterEqual(len(marks), 3)  # more when the machine is busy
        for text in (lost, next_lost):
            self.assertRegex(text, r"lost by the driver before it$|interval \d\d")
        self.assertEqual(lost_again, lost)

    def test_pointer_reads_a_frame_and_zooms(self):
        first, last, before, after = self.reported(self.page(), POINT)
        self.assertRegex(first, "^Frame [1-9] of 60 ")
        self.assertRegex(last, "^Frame (5.|60) of 60 ")
        self.assertGreaterEqual(after[0], (before[0] + before[-1]) / 2 - 1e-9)

    def test_saved_charts_are_an_svg_without_scripts_or_references(self):
        root = ET.fromstring(self.reported(self.page(), SAVE))
        self.assertEqual(root.tag, SVG + "svg")
        classes = [element.get("class") for element in root.iter()]
        self.assertEqual((classes.count("mean"), classes.count("bars")), (2, 2))
        self.assertEqual(list(root.iter(SVG + "script")), [])
        self.assertNotIn("var(", root.find(SVG + "style").text)

    def test_text_of_the_run_is_shown_as_text(self):
        page, name = self.page(), "</script><img src=x onerror=document.title='run'>\u2028&amp;"
        data = self.data(page)
        data["summary"]["name"] = name
        data["host"]["name"] = name
        data["summary"]["expected"] = [{"option": name, "met": True, "text": name}]
        run = json.dumps(data).replace("<", "\\u003c")
        page.write_text(DATA.sub(lambda _: run, page.read_text()))
        images, title, host = self.reported(page, 'report([document.images.length, document.title, '
                                            'document.getElementById("host").textContent]);')
        self.assertEqual(images, 0)
        self.assertTrue(title.startswith(name.replace("\u2028", " ")) or title.startswith(name), title)
        self.assertIn(name, host)

    def test_page_is_one_file_that_loads_nothing(self):
        text = self.page().read_text()
        self.assertEqual(re.findall(r'\b(?:href|src)=["\']|@import|url\((?!#)', text), [])
        self.assertIn("default-src 'none'", text)
        self.assertNotIn("@RUN@", text)

    def test_run_without_frames_has_a_page(self):
        path = self.folder() / "run.html"
        self.run_to_end("triptych-dump", "-q", "--timeout", 0.2, "--report", path, self.stream())
        self.assertEqual(self.reported(path, """
            report([document.getElementById("stream").textContent,
                    document.querySelectorAll("figure").length,
                    document.querySelector("footer").clientHeight]);"""), ["No frame arrived.", 0, 0])

    def test_report_is_written_when_a_signal_ends_the_run(self):
        path = self.folder() / "run.html"
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-r", 100)
        self.wait_for_stream(name, writer)
        dump = self.start("triptych-dump", "--stats", "--report", path, name)
        wait_until(dump.stdout.readline, "a second of statistics")
        dump.send_signal(signal.SIGINT)
        dump.communicate(timeout=PATIENCE)
        self.assertEqual(dump.returncode, 0)
        self.assertGreater(self.data(path)["summary"]["frames"], 0)

    def test_report_and_frames_can_be_written_in_one_run(self):
        video = self.folder() / "video.y4m"
        page = self.page("-o", video)
        self.assertEqual(video.read_bytes().count(b"FRAME\n"), 60)
        self.assertEqual(len(self.data(page)["samples"]["span_ns"]), 60)

    def test_unwritable_file_fails_before_the_run(self):
        done = self.run_to_end("triptych-dump", "--report", "/nowhere/run.html", self.stream())
        self.assert_refused(done, 1, "/nowhere/run.html", "No such file or directory")

    def test_full_disk_is_reported(self):
        path = self.folder() / "run.html"
        path.symlink_to("/dev/full")
        self.assert_refused(self.measured(path), 1, "No space left on device")

    def test_run_that_does_not_begin_leaves_no_file(self):
        path = self.folder() / "run.html"
        done = self.run_to_end("triptych-dump", "--report", path, "-o", "/nowhere/f.raw",
                               self.stream())
        self.assert_refused(done, 1, "/nowhere/f.raw")
        self.assertFalse(path.exists())

    def test_other_endings_are_refused(self):
        for name in ("run.pdf", "run.svg", "html"):
            done = self.run_to_end("triptych-dump", "--report", name, self.stream())
            self.assert_refused(done, 2, name, "FILE.html")


if __name__ == "__main__":
    unittest.main()
