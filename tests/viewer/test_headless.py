# SPDX-License-Identifier: MIT
"""triptych-display without a window: colours, limits, statistics, refusals."""

import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess

import pixels
from programs import PATIENCE, built, last_json, tool, wait_until
from viewer_case import DisplayTest

RGB = ("RGB3", "BGR3", "XR24", "AR24", "AB24")
YUV = ("YUYV", "UYVY", "YVYU", "NV12", "NV21", "NV16", "YU12", "YV12", "422P", "P010")
GREY = ("GREY", "Y16")
TOLERANCE = {"RGBP": 4, **dict.fromkeys(RGB, 0), **dict.fromkeys(YUV + GREY, 2), "P010": 3}  # of 255
ODD = (321, 241)


class Pictures(DisplayTest):
    def test_every_format_has_its_colours_at_odd_sizes_with_padding(self):
        for fourcc, tolerance in TOLERANCE.items():
            with self.subTest(fourcc):
                name = self.bars("--count", "1", "--format", fourcc, "--pad", "64", size=ODD)
                picture = pixels.read(self.screenshot(name))
                self.assertEqual((picture.width, picture.height), ODD)
                self.assert_bars(picture, tolerance,
                                 pixels.luma if fourcc in GREY else lambda color: color)

    def test_rgb_of_the_limited_range_is_stretched(self):
        for fourcc in RGB + ("RGBP",):
            with self.subTest(fourcc):
                name = self.bars("--format", fourcc, "--range", "lim-range", size=ODD)
                self.assert_bars(pixels.read(self.screenshot(name)), TOLERANCE[fourcc] + 1)

    def test_motion_jpeg_has_the_colours_of_its_bars(self):
        folder = self.folder()
        drawn = self.bars("--format", "RGB3", size=ODD)
        subprocess.run([tool("convert"), self.screenshot(drawn), "-sampling-factor", "4:2:0",
                        "-quality", "95", folder / "bars.jpg"], check=True, timeout=PATIENCE)
        name = self.bars("--format", "MJPG", "--file", folder / "bars.jpg", size=ODD)
        self.assert_bars(pixels.read(self.screenshot(name)), 6)

    def test_broken_jpeg_is_logged_and_the_viewer_continues(self):
        junk = self.folder() / "junk.jpg"
        junk.write_bytes(b"\xff\xd8 this is no picture" * 100)
        name = self.bars("--format", "MJPG", "--file", junk)
        viewer = self.start("triptych-display", "--headless", "--json", name)
        said = b"cannot show 320x240 MJPG: the compressed data cannot be decoded"
        wait_until(lambda: said in viewer.stderr.readline(), "its message")
        viewer.terminate()
        out, err = viewer.communicate(timeout=PATIENCE)
        self.assertEqual(viewer.returncode, 0, err)
        self.assertGreater(last_json(out.decode())["undecodable"], 0)

    def test_colours_follow_matrix_and_range_of_the_frame(self):
        for matrix in ("601", "709", "bt2020"):
            for reach in ("full-range", "lim-range"):
                with self.subTest(f"{matrix} {reach}"):
                    name = self.bars("--count", "1", "--format", "YUYV", "--matrix", matrix, "--range",
                                     reach)
                    self.assert_bars(pixels.read(self.screenshot(name)), 3)

    def test_image_is_rotated_as_its_frames_require(self):
        name = self.bars("--format", "RGB3", "--rotation", "90", size=ODD)
        picture = pixels.read(self.screenshot(name))
        self.assertEqual((picture.width, picture.height), ODD[::-1])
        for i, color in enumerate(pixels.BARS):  # the bars are horizontal, white on top
            self.assertEqual(picture.at(ODD[1] - 2, (2 * i + 1) * ODD[0] // 16), color)
        # the lower edge became the left one
        self.assertEqual(picture.at(1, ODD[0] - 2), pixels.BARS[7])

    def test_turning_and_mirroring_by_option_is_exact(self):
        name = self.bars("--format", "RGB3", "--count", "1", size=ODD)
        plain = self.screenshot(name)
        for options, operation in ((["--rotate", "90"], ["-rotate", "90"]),
                                   (["--rotate", "180"], ["-rotate", "180"]),
                                   (["--rotate", "270"], ["-rotate", "270"]),
                                   (["--hflip"], ["-flop"]), (["--vflip"], ["-flip"]),
                                   (["--rotate", "90", "--hflip"], ["-rotate", "90", "-flop"])):
            with self.subTest(" ".join(options)):
                wanted = self.folder() / "wanted.png"
                subprocess.run([tool("convert"), plain, *operation, "+repage", wanted], check=True,
                               timeout=PATIENCE)
                seen = pixels.read(self.screenshot(name, *options))
                self.assertEqual(seen.data, pixels.read(wanted).data)

    def test_screenshot_names_its_stream_and_frame(self):
        name = self.bars("--format", "RGB3")
        said = pixels.text_of(self.screenshot(name))
        self.assertEqual(said["Title"], name)
        self.assertGreaterEqual(int(said["Frame"]), 1)
        self.assertRegex(said["Creation Time"], r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")


class Runs(DisplayTest):
    def test_count_ends_the_run_and_json_sums_it_up(self):
        name = self.bars("--format", "NV12")
        done = self.display(name, "--count", "7", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = last_json(done.stdout)
        self.assertEqual(summary["name"], name)
        self.assertEqual(summary["frames"], 7)
        self.assertEqual((summary["format"], summary["width"], summary["height"]),
                         ("NV12", 320, 240))
        for key in ("fps", "torn_retried", "copies", "upload"):
            self.assertIn(key, summary)
        for key in ("driver", "writer", "reader"):
            self.assertIn(key, summary["dropped"])
        for spread in ("age_us", "interval_us"):
            self.assertIn("p50", summary[spread])
            self.assertIn("p99", summary[spread])

    def test_duration_ends_the_run_whether_there_is_a_stream_or_not(self):
        done = self.run_to_end("triptych-display", "--headless", "--duration", "0.5", "--json",
                               self.stream())
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], 0)

    def test_maximum_number_of_streams_needs_no_large_stack(self):
        names = [self.stream() for _ in range(16)]
        done = self.run_to_end("triptych-display", "--headless", "--duration", "0.1", *names,
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_STACK,
                                                                     (1 << 21, 1 << 21)))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_stats_print_a_line_a_second(self):
        viewer = self.start("triptych-display", "--headless", self.bars())
        line = re.compile(rb" *\d+\.\d\d fps, dropped: \d+ driver \+ \d+ writer \+ \d+ reader, age ")
        wait_until(lambda: line.match(viewer.stdout.readline()), "a line of figures")

    def test_headless_run_keeps_no_history(self):
        picture = 1920 * 1080 * 4
        name = self.bars("--format", "NV12", size=(1920, 1080))
        viewer = self.start("triptych-display", "--headless", "--count", "12", name)
        usage = os.wait4(viewer.pid, 0)[2]
        viewer.returncode = 0
        small = self.start("triptych-display", "--headless", "--count", "12", self.bars())
        least = os.wait4(small.pid, 0)[2]
        small.returncode = 0
        self.assertLess(1024 * (usage.ru_maxrss - least.ru_maxrss), 5 * picture)

    def test_next_shows_each_frame_in_turn(self):
        name = self.bars("--fps", "20")
        done = self.display(name, "--count", "20", "--mode", "next", "--json")
        self.assertEqual(last_json(done.stdout)["frames"], 20)

    def test_viewer_may_start_first(self):
        name = self.stream()
        viewer = self.start("triptych-display", "--headless", "--count", "3", "--json", name)
        self.start("test-bars", "--name", name)
        out, err = viewer.communicate(timeout=PATIENCE)
        self.assertEqual(viewer.returncode, 0, err)
        self.assertEqual(json.loads(out)["frames"], 3)

    def test_returning_writer_is_shown_again(self):
        name = self.bars("--count", "3")
        viewer = self.start("triptych-display", "--headless", "--json", name)
        self.wait_for_stream(name, self.writer)
        wait_until(lambda: "SYSV" in self.maps_of(viewer), "the viewer's attachment")
        os.kill(self.writer.pid, signal.SIGKILL)
        self.writer.wait()
        self.start("test-bars", "--name", name, "--size", "640x480")
        summary = self.end_when_shown(viewer, name)
        self.assertEqual((summary["width"], summary["height"]), (640, 480))

    def end_when_shown(self, viewer, name):
        """Lets another viewer show a new frame first, then ends this one. Returns its summary."""
        done = self.display(name, "--count", "15")
        self.assertEqual(done.returncode, 0, done.stderr)
        viewer.terminate()
        out, err = viewer.communicate(timeout=PATIENCE)
        self.assertEqual(viewer.returncode, 0, err)
        return json.loads(out)

    def maps_of(self, process):
        return pathlib.Path(f"/proc/{process.pid}/maps").read_text()

    def test_segment_is_attached_for_reading_only(self):
        name = self.bars()
        viewer = self.start("triptych-display", "--headless", name)

        def attached():
            return [line for line in self.maps_of(viewer).splitlines() if "SYSV" in line]
        for line in wait_until(attached, "the viewer's attachment"):
            self.assertEqual(line.split()[1], "r--s", line)

    def test_exit_on_end_follows_the_writer(self):
        name = self.bars()
        self.wait_for_stream(name, self.writer)
        viewer = self.start("triptych-display", "--headless", "--exit-on-end", name)
        wait_until(lambda: "SYSV" in self.maps_of(viewer), "the viewer's attachment")
        self.assertIn(b"fps", viewer.stdout.readline())
        self.writer.terminate()
        self.assertEqual(viewer.wait(PATIENCE), 0)

    def test_signal_ends_the_run_and_its_screenshot_is_written(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number.name):
                path = self.folder() / "last.png"
                viewer = self.start("triptych-display", "--headless", "--duration", PATIENCE,
                                    "--screenshot", path, self.bars())
                self.assertIn(b"fps", viewer.stdout.readline())
                viewer.send_signal(number)
                self.assertEqual(viewer.wait(PATIENCE), 0)
                self.assert_bars(pixels.read(path), 2)


class Expectations(DisplayTest):
    """A run with expectations, of one stream and of several."""

    def test_met_expectation_is_status_0_and_in_the_summary(self):
        done = self.display(self.bars("--fps", "20"), "--count", "20", "--expect-fps", "20",
                            "--tolerance", "99", "--max-drops", "1000", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        expected = last_json(done.stdout)["expected"]
        self.assertEqual([(one["option"], one["met"]) for one in expected],
                         [("--expect-fps", True), ("--max-drops", True)])

    def test_missed_expectation_is_status_1_with_the_difference(self):
        done = self.display(self.bars("--fps", "20"), "--count", "10", "--expect-fps", "200",
                            "--max-age-p99", "100000")
        self.assert_refused(done, 1, "--expect-fps", "less than the 200 expected")
        self.assertNotIn("--max-age-p99", done.stderr)

    def test_stall_above_the_limit_is_status_1(self):
        for allowed, status in ((0, 1), (1, 0)):
            name = self.stream()
            self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-r", 10,
                       "--wait-for-reader", "--stall", "1000@8", "pattern:black")
            done = self.run_to_end("triptych-display", "--headless", "--count", 12, "--max-stalls",
                                   allowed, name)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual("1 more than the 0 allowed" in done.stderr, status == 1, done.stderr)

    def test_each_of_several_streams_is_judged_and_named(self):
        names = [self.bars("--fps", "20"), self.bars("--fps", "20")]
        done = self.display(names, "--count", "10", "--tap", "--max-drops", "1000",
                            "--expect-fps", "2000")
        self.assertEqual(done.returncode, 1)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "1..4")
        for line, (verdict, option, name) in zip(lines[1:], (
                ("not ok 1", "--expect-fps", names[0]), ("ok 2", "--max-drops", names[0]),
                ("not ok 3", "--expect-fps", names[1]), ("ok 4", "--max-drops", names[1]))):
            self.assertTrue(line.startswith(f"{verdict} - {option}: {name}: "), line)

    def test_run_with_expectations_does_not_wait_indefinitely(self):
        gone = self.stream()
        done = self.run_to_end("triptych-display", "--headless", "--expect-fps", "30", "--timeout",
                               "0.5", "--count", "9", gone)
        self.assert_refused(done, 1, "no frame arrived", "no frame within 0.5 s")
        name = self.bars("--count", "3")
        done = self.run_to_end("triptych-display", "--headless", "--max-drops", "0", "--timeout",
                               "3", "--count", "9", name)
        self.assert_refused(done, 1, "no frame within 3 s")

    def test_contradicting_options_are_refused(self):
        for line, word in ((["--tap"], "--expect-fps"), (["--tap", "--max-drops", "0", "--json"],
                                                         "exclude")):
            done = self.run_to_end("triptych-display", "--headless", *line)
            self.assert_refused(done, 2, word)


class Refusals(DisplayTest):
    def test_timeout_without_a_frame_fails_with_advice(self):
        name = self.stream()
        done = self.run_to_end("triptych-display", "--headless", "--timeout", "0.3", name)
        self.assert_refused(done, 1, name, "no frame within 0.3 s", "triptych-capture")

    def test_missing_screen_is_reported_with_advice(self):
        bare = {key: value for key, value in os.environ.items()
                if key not in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")}
        done = self.run_to_end("triptych-display", self.stream(), env=bare)
        self.assert_refused(done, 1, "no screen", "--headless")

    def test_missing_screen_is_named(self):
        gone = {key: value for key, value in os.environ.items() if key != "SDL_VIDEODRIVER"}
        gone["DISPLAY"] = ":65000"
        for driver in ({}, {"SDL_VIDEODRIVER": "x11"}):  # SDL would continue without a screen
            with self.subTest(driver=driver):
                done = self.run_to_end("triptych-display", "--timeout", "30", self.stream(),
                                       env=gone | driver)
                self.assert_refused(done, 1, "cannot open the screen", "--headless")

    def test_senseless_command_lines_are_refused_with_the_reason(self):
        for line, word in ((["Not/a/name"], "a-z 0-9"), (["a", "a"], "twice"),
                           ([f"a{i}" for i in range(17)], "'a16'"),
                           (["a", "b", "--screenshot", "-"], "FILE-NAME.png"),
                           (["--geometry", "big"], "WIDTHxHEIGHT"), (["--rotate", "45"], "270"),
                           (["--vsync", "maybe"], "yes"), (["--mode", "oldest"], "latest"),
                           (["--count", "-1"], "whole number"), (["--sideways"], "--sideways"),
                           (["--duration", "soon"], "seconds")):
            with self.subTest(" ".join(line)):
                done = self.run_to_end("triptych-display", "--headless", *line)
                self.assert_refused(done, 2, word, "triptych-display --help")

    def test_screenshot_that_cannot_be_written_fails_the_run(self):
        done = self.display(self.bars(), "--screenshot", "/nonexistent/shot.png")
        self.assert_refused(done, 1, "/nonexistent/shot.png")

    def test_summary_that_cannot_be_written_fails_the_run(self):
        with open("/dev/full", "wb") as full:
            done = self.display(self.bars(), "--json", "--count", "1", stdout=full)
        self.assert_refused(done, 1, "stdout: No space left")

    def test_help_names_the_keys(self):
        done = self.run_to_end("triptych-display", "--help")
        self.assertEqual(done.returncode, 0)
        for word in ("--screenshot", "fullscreen", "colour space"):
            self.assertIn(word, done.stdout)


class Strangers(DisplayTest):
    """Another user, who may read but not lock: the shown frames are still intact."""

    NOBODY = ("--reuid", "65534", "--regid", "65534", "--clear-groups")

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        self.place = self.folder()
        self.place.chmod(0o777)
        for file in (built("triptych-display"), built("libtriptych.so.0")):
            shutil.copy(file, self.place)

    def shot(self, name):
        path = self.place / "shot.png"
        done = self.run_to_end(
            tool("setpriv"), *self.NOBODY, self.place / "triptych-display", "--headless",
            "--count", "2", "--json", "--timeout", PATIENCE, "--screenshot", path, name,
            env=os.environ | {"LD_LIBRARY_PATH": str(self.place), "HOME": str(self.place)})
        self.assertEqual(done.returncode, 0, done.stderr)
        return pixels.read(path), last_json(done.stdout)

    def blocks(self, picture, top):
        """The clock's cells in the strip that begins at `top`: both strips of one frame are
        equal."""
        return [picture.at((2 * column + 1) * picture.width // 68,
                           top + (2 * row + 1) * picture.height // 72)[1] > 128
                for row in range(3) for column in range(34)]

    def test_fast_writer_causes_no_mixed_frame(self):
        name = self.stream()
        self.start("triptych-capture", "--name", name, "--mode", "0644", "--size", "3840x2160",
                   "--format", "NV12", "--fps", "0", "pattern:clock")
        torn = 0
        for _ in range(3):
            picture, summary = self.shot(name)
            torn += summary["torn_retried"]
            self.assertEqual(*(self.blocks(picture, top) for top in (0, picture.height * 11 // 12)))
        print(f"# torn frames found and not shown: {torn}")
