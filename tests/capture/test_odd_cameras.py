# SPDX-License-Identifier: MIT
"""Cameras whose drivers refuse, fail and answer wrongly: next attempts, published frames, log
lines."""
import json
import pathlib
import re
import signal

from programs import wait_until
from scripted_camera import ScriptedCameraTest

DONE, FAILED, MISUSED = 0, 1, 2
GREY = "mode GREY 64x48 50"
WEBCAM = ["mode YUYV 640x480 50", "mode MJPG 640x480 50", "mode YUYV 1920x1080 5",
          "mode MJPG 1920x1080 30"]
FRAMES = 12
BAD = "frame bytes=100 times=0"


class OddCameras(ScriptedCameraTest):
    def ends(self, script, args, status, *words, without=()):
        """Asserts that a capture of some frames ends with a status, and its log has `words` and
        none of `without`."""
        self.plug_in(script)
        done = self.run_capture("--json", "-n", self.stream(), "--count", FRAMES, "--linger", 0, *args,
                                "v4l2:0")
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertRegex(done.stderr, word)
        for word in without:
            self.assertNotRegex(done.stderr, word)
        return json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}

    def each(self, table):
        for script, args, status, *rest in table:
            words = [word for word in rest if not word.startswith("!")]
            without = [word[1:] for word in rest if word.startswith("!")]
            with self.subTest(script=script, args=args):
                self.ends(script, args, status, *words, without=without)


class Devices(OddCameras):
    def test_advice_matches_the_call_that_failed(self):
        control = "control 980900 Brightness 0 255 128"
        setting = ["-c", "brightness=7"]
        self.each([
            ([GREY, "fail open EACCES"], [], FAILED, "join the group"),
            ([GREY, control + " 10", "fail S_EXT_CTRLS EACCES"], setting, MISUSED,
             "brightness is inactive", "!group"),
            ([GREY, control + " 2", "fail S_EXT_CTRLS EBUSY"], setting, MISUSED,
             "locked while the device streams"),
            ([GREY, control, "fail S_EXT_CTRLS EACCES"], setting, MISUSED,
             "refuses this value at the moment", "!group"),
            ([GREY, control, "fail S_EXT_CTRLS EIO"], setting, FAILED,
             "the camera refused the value", "!cable"),
            ([GREY, "fail S_FMT EIO"], [], FAILED, "cable"),
            ([GREY, "fail S_FMT EINVAL", "caps +io_mc"], [], FAILED, "libcamera"),
        ])

    def test_failing_driver_is_not_a_wrong_command_line(self):
        self.each([
            ([GREY, "fail QUERYCAP EIO"], [], FAILED, "cannot query it.*cable", "!not a video"),
            ([GREY, "fail ENUM_FMT EIO"], [], FAILED, "cannot list its formats.*cable"),
            ([GREY, "fail ENUM_FMT EINVAL"], [], MISUSED, "its formats: none"),
            ([GREY, "caps -streaming"], [], MISUSED, r"neither streaming nor read\(\)"),
            (["mode GREY 0x48 50"], [], FAILED, "size of 0x48: the input may have no signal"),
            (["mode GREY 16385x48 50"], [], MISUSED, "16385x48: a frame has at most 16384 pixels"),
        ])

    def test_list_contains_devices_without_permission(self):
        self.plug_in([GREY, "fail open EACCES"], "video0")
        done = self.run_capture("--list-devices")
        self.assert_refused(done, FAILED, "join the group", "1 of 1 devices")
        self.assertIn("/dev/video0", done.stdout)
        self.plug_in(["card Acme", GREY], "video1")
        done = self.run_capture("--list-devices", "--json")
        self.assertEqual(done.returncode, DONE, done.stderr)
        self.assertEqual([json.loads(line)["denied"] for line in done.stdout.splitlines()],
                         [True, False])

    def test_device_is_found_by_its_whole_name_before_a_part(self):
        for node, card in (("video0", "Acme Pro"), ("video1", "Acme"), ("video2", "Acme Pro 2"),
                           ("video3", "Twin 1"), ("video4", "Twin 2"), ("video5", "Twin 3")):
            self.plug_in(["card " + card, f"bus usb-{node}", GREY], node)
        for word, node in (("Acme", "video1"), ("acme pro", "video0"), ("Pro 2", "video2"),
                           ("video1", "video1"), ("2", "video2")):
            with self.subTest(word):
                done = self.run_capture("-n", self.stream(), "--count", 1, "--linger", 0, "-v",
                                        f"v4l2:{word}")
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertIn(f"from /dev/{node} ", done.stderr)
        self.assert_refused(self.run_capture("v4l2:twin"), MISUSED, "/dev/video3 (Twin 1) and "
                            "/dev/video4 (Twin 2); use more of the name")


class WaysOfStreaming(OddCameras):
    def test_next_io_method_is_tried_until_a_frame_arrives(self):
        wayward = "caps +readwrite"
        logged = ["no frame with --io userptr: using --io mmap", "! error ", "!no signal"]
        self.each([
            ([GREY, "fail QBUF EINVAL userptr"], [], DONE, *logged),
            ([GREY, "image 0"], ["--io", "userptr"], MISUSED, "--io userptr"),
            ([GREY, "fail STREAMON EIO userptr"], [], DONE, *logged),
            ([GREY, "fail DQBUF EIO userptr"], [], DONE, *logged),
            ([GREY, "fail REQBUFS EINVAL userptr"], [], DONE, "! error ", "!no frame with"),
            ([GREY, wayward, "fail REQBUFS EINVAL"], [], DONE, "! error "),
            ([GREY, wayward, "fail STREAMON EINVAL"], [], DONE, "using --io read"),
            ([GREY, "fail STREAMON ENOSPC"], [], FAILED, "No space left.*USB bandwidth",
             "!no signal"),
            ([GREY, "fail QBUF EINVAL userptr"], ["--io", "userptr"], FAILED,
             "cannot queue a buffer"),
        ])

    def test_camera_that_fails_before_its_first_frame_ends_the_run(self):
        self.each([
            ([GREY, "fail STREAMON EPIPE", "caps +io_mc"], [], FAILED, "libcamera"),
            ([GREY, "fail REQBUFS ENOMEM"], [], FAILED, "a smaller size needs less"),
            ([GREY, "fail DQBUF ENODEV"], [], FAILED, "unplugged"),
        ])

    def test_silent_io_method_is_abandoned_at_the_timeout(self):
        self.plug_in([GREY, "fail DQBUF EAGAIN userptr"])
        name, process, log = self.capture("--device-timeout", 0.3)
        frame = self.frames(name, 60)[-1]  # the first ones say NO SIGNAL for 0.2 s
        self.assertEqual((frame["copies"], frame["no_signal"]), (1, False), log())
        self.finish(process)

    def test_camera_that_never_streams_is_logged_once(self):
        table = {"refuses": "fail STREAMON ENOSPC", "is silent": "fail DQBUF EAGAIN",
                 "gives bad frames": BAD}
        for what, line in table.items():
            with self.subTest(what):
                self.plug_in([GREY, line])
                name, process, log = self.capture("--persistent", "--device-timeout", 0.1)
                self.wait_for(log, "no signal")
                frames = self.frames(name, 90)  # run for some time
                self.assertTrue(all(frame["no_signal"] for frame in frames))
                self.finish(process)
                self.assertEqual(log().count("no signal; reopening it"), 1, log())
                self.assertNotIn("is back", log())
                self.assertLess(log().count("\n"), 8, log())

    def test_intermittent_camera_is_retried_with_longer_pauses(self):
        self.plug_in([GREY, "frame times=2", "frame times=0 index=31"])  # which is no frame
        _, process, log = self.capture("--persistent", "--device-timeout", 0.1)

        def outages():
            return re.findall(r"is back after ([\d.]+) s", log())
        wait_until(lambda: len(outages()) >= 3, "three outages")
        self.finish(process)
        for seconds, pause in zip(outages(), (0.2, 0.4, 0.8)):
            self.assertGreaterEqual(float(seconds), pause, log())

    def test_silent_camera_is_retried_with_longer_pauses(self):
        self.plug_in([GREY, "fail DQBUF EAGAIN"])
        _, process, log = self.capture("--persistent", "-v", "--device-timeout", 0.1)

        def ends():
            return [float(end) for end in re.findall(r"(?m)^ *([\d.]+) .* no frame for", log())]
        wait_until(lambda: len(ends()) >= 4, "four attempts")
        self.finish(process)
        for end, later, pause in zip(ends(), ends()[1:], (0.2, 0.4, 0.8)):
            self.assertGreater(later - end, pause, log())

    def test_unplugging_before_a_frame_is_no_fault_of_the_io_method(self):
        self.plug_in([GREY, "fail DQBUF EAGAIN"])
        name, process, log = self.capture("--persistent", "--device-timeout", 0)
        self.wait_for(log, "from /dev/video0")
        self.unplug()
        self.wait_for(log, "unplugged")
        self.plug_in(GREY)
        self.assertEqual(self.frames(name, 30)[-1]["copies"], 0)
        self.finish(process)

    def test_capture_into_slots_survives_stopped_readers(self):
        self.plug_in(GREY)
        name, process, log = self.capture("--io", "userptr")
        self.frames(name, 3)
        for _ in range(8):
            reader = self.start_reader(name, 1000)
            reader.stdout.readline()
            reader.send_signal(signal.SIGSTOP)
        frames = self.frames(name, 30)
        self.finish(process)
        self.assertEqual({(frame["copies"], frame["no_signal"]) for frame in frames}, {(0, False)})
        self.assertNotIn(" error ", log())

    def test_persistent_capture_waits_for_an_idle_loopback(self):
        self.plug_in("caps -capture\ncaps +output")
        self.ends("caps -capture\ncaps +output", [], FAILED, "not a capture device yet")
        name, process, log = self.capture("--persistent", "-s", "64x48", "-f", "GREY")
        self.assertTrue(self.frames(name, 1)[0]["no_signal"])
        self.plug_in(GREY)
        self.wait_for(log, "is back")
        self.finish(process)


class BadFrames(OddCameras):
    def test_bad_frames_are_logged_with_their_bytes(self):
        good = "frame times=0"
        self.each([
            ([GREY, "frame bytes=100", good], [], DONE, r"1 unusable frame,.*truncated \(100 of 3072"),
            ([GREY, "frame bytes=0", good], [], DONE, "1 unusable frame,.*empty"),
            ([GREY, "frame flags=0x40", good], [], DONE, r"marked as bad by the driver \(3072 b"),
            ([GREY, "frame bytes=100", good], ["--io", "mmap"], DONE, r"100 of 3072 bytes"),
            ([GREY, "frame offset=10 bytes=3072", good], [], DONE),
        ])

    def test_bad_frames_do_not_end_an_outage(self):
        self.plug_in([GREY, BAD])
        name, process, log = self.capture("--device-timeout", 0.5)
        self.wait_for(log, r"no usable frame for 0\.\d s: the last one was truncated \(100 of 3072")
        self.assertTrue(self.frames(name, 1)[0]["no_signal"])
        listed = self.run_to_end("triptych-info", "list").stdout
        self.assertRegex(listed, rf"(?m)^{re.escape(name)} +no-signal ")
        self.finish(process)

    def test_no_signal_frame_shows_the_reason_at_any_verbosity(self):
        self.plug_in(["mode GREY 640x480 50", "frame bytes=100 times=0"])
        name, process, _ = self.capture("-q", "--device-timeout", 0.1)
        picture = self.picture(name)
        self.finish(process)
        lines = [picture[640 * y:640 * (y + 1)] for y in range(345, 375)]
        # one line of letters at least: the reason is short if no frame arrived within the time-out
        self.assertGreater(sum(len(set(line)) > 1 for line in lines), 10, "no letters are there")

    def test_bad_frames_are_logged_once_a_second(self):
        self.plug_in([GREY, BAD])
        _, process, log = self.capture("--device-timeout", 0)
        self.wait_for(log, r"\b[2-9]\d unusable frames,")
        summary = self.finish(process)
        lines = log().count("unusable frame")
        self.assertLessEqual(lines, 1 + summary["duration_s"], log())

    def test_capture_survives_wrong_answers_of_a_driver(self):
        huge = "frame bytes=4000000000 times=0"
        for io in ("mmap", "userptr", "auto"):
            self.each([
                ([GREY, huge], ["--io", io], DONE),
                (["mode MJPG 64x48 50", huge], ["--io", io], DONE),
                ([GREY, "pitch 7", "image 3072"], ["--io", io], DONE),
                ([GREY, "pitch 4294967295", "image 3072"], ["--io", io], DONE),
            ])
        self.each([
            (["mode RGB4 64x48 50", "frame bytes=500", "frame times=0"], ["-f", "YU12"], DONE,
             "truncated"),
            (["mode RGB4 64x48 50", "pitch 1", "image 12288"], ["-f", "YU12"], DONE),
            (["mode RGB4 64x48 50", "pitch 300", "image 14400"], ["-f", "YU12"], DONE),
        ])
        self.plug_in(["mode RGB4 64x48 50", "pitch 1", "image 48"])
        _, process, log = self.capture("-f", "YU12")
        self.wait_for(log, "truncated .48 of 12288 bytes")
        self.finish(process)

    def test_padded_rows_are_converted_without_their_padding(self):
        for mode, pitch in (("YUYV", 192), ("GREY", 100), ("NV12", 128), ("RGB3", 256)):
            with self.subTest(mode):
                self.plug_in([f"mode {mode} 64x48 50", f"pitch {pitch}"])
                name, process, _ = self.capture("-f", "YU12", "--io", "mmap")
                luma = self.picture(name)[:64 * 48]
                self.finish(process)
                rows = [luma[64 * y:64 * (y + 1)] for y in range(48)]
                self.assertTrue(all(max(row) - min(row) < 4 for row in rows), "rows are sheared")
                self.assertTrue(all(row[5] <= below[5] for row, below in zip(rows, rows[1:])))


class Rates(OddCameras):
    def test_rate_is_that_of_a_driver_that_refuses_another(self):
        self.plug_in(["mode GREY 64x48 20", "fail S_PARM EIO"])
        name, process, log = self.capture("-r", 50)
        frame = self.frames(name, 1)[0]
        self.finish(process)
        self.assertEqual(frame["fps_num"] / frame["fps_den"], 20)
        self.assertIn("cannot set 50 fps", log())

    def test_rate_is_measured_where_the_driver_reports_none(self):
        for script, rate in ((["mode GREY 64x48 20"], 20), (["mode GREY 64x48"], 0),
                             (["mode GREY 64x48", "standard ff 25 PAL"], 25)):
            with self.subTest(script):
                self.plug_in(script + ["fail G_PARM ENOTTY"])
                name, process, log = self.capture()
                frame = self.frames(name, 1)[0]
                self.finish(process)
                self.assertEqual(frame["fps_num"] / (frame["fps_den"] or 1), rate)
                self.assertNotIn(" 0 fps", log())


class Times(OddCameras):
    def times(self, *frames, count=20, args=()):
        """Captures the frames of a camera with odd times or numbers."""
        self.plug_in(["mode GREY 64x48 50", *frames])
        name, process, log = self.capture("--wait-for-reader", *args)
        seen = self.frames(name, count)
        self.finish(process)
        return seen, log()

    def test_plausible_times_of_the_driver_are_used(self):
        seen, log = self.times("frame age=40 times=0")
        self.assertTrue(all(frame["publish_ns"] - frame["capture_ns"] >= 39e6 for frame in seen))
        self.assertNotIn("driver's times", log)

    def test_impossible_times_are_replaced_by_arrival_times(self):
        for odd in ("frame age=9000 times=0", "frame still=1 times=0", "frame age=-60000 times=0",
                    "frame age=40 times=3\nframe age=3000 times=3",
                    "frame age=40 times=1\nframe age=200 times=1"):
            with self.subTest(odd):
                seen, log = self.times(odd)
                ages = [frame["publish_ns"] - frame["capture_ns"] for frame in seen]
                self.assertTrue(all(0 <= age < 1e9 for age in ages), ages)
                times = [frame["capture_ns"] for frame in seen]
                self.assertEqual(times, sorted(set(times)))
                self.assertEqual(log.count("driver's times"), 1)

    def test_times_are_used_after_a_single_bad_one(self):
        seen, _ = self.times("frame age=9000", "frame age=40 times=0")
        ages = [frame["publish_ns"] - frame["capture_ns"] for frame in seen[3:]]
        self.assertTrue(all(age >= 39e6 for age in ages), ages)

    def test_jumping_sequence_numbers_are_not_drops(self):
        for odd in ("frame\nframe seq=2000000000", "frame\nframe step=1000000",
                    "frame seq=7 times=0", "frame step=-5 times=0"):
            with self.subTest(odd):
                seen, _ = self.times(odd)
                self.assertEqual(seen[-1]["dropped_driver"], seen[0]["dropped_driver"])
                numbers = [frame["driver_sequence"] for frame in seen]
                self.assertEqual(numbers, sorted(numbers))

    def test_gaps_in_the_numbers_are_drops(self):
        seen, _ = self.times("frame times=4", "frame step=3")
        lost = seen[-1]["dropped_driver"] - seen[0]["dropped_driver"]
        numbers = [frame["driver_sequence"] for frame in seen]
        self.assertGreaterEqual(lost, 6)
        self.assertEqual(lost, numbers[-1] - numbers[0] - (seen[-1]["number"] - seen[0]["number"]))

    def test_capture_waits_for_a_slow_camera(self):
        self.plug_in("mode GREY 64x48 2")
        name, process, log = self.capture("--device-timeout", 0.2)
        self.assertFalse(any(frame["no_signal"] for frame in self.frames(name, 3)))
        self.finish(process)
        self.assertNotIn("no frame for", log())


class Choices(OddCameras):
    def test_fast_enough_format_is_chosen(self):
        self.each([
            (WEBCAM, ["-s", "1920x1080"], DONE,
             "1920x1080 MJPG, 30 fps", "MJPG: YUYV is limited to 5 fps .*--format YUYV to force it"),
            (WEBCAM, ["-s", "1920x1080", "-r", 5, "--count", 2], DONE, "1920x1080 YUYV, 5 fps"),
            (WEBCAM, ["-s", "1920x1080", "-f", "YUYV", "--count", 2], DONE,
             "limited to 5 fps at 1920x1080; --format MJPG reaches 30"),
            (WEBCAM, [], DONE, "640x480 YUYV, 50 fps", "!using MJPG"),
            (["mode YUYV 64x48 29.97", "mode MJPG 64x48 30"], ["-r", 30], DONE, "YUYV"),
        ])

    def test_unusual_formats_are_chosen_on_request_or_alone(self):
        usual = "mode GREY 64x48 5"
        for script, args, format in (
                (["mode H264 64x48 50", usual], [], "GREY"),
                (["mode BA81 64x48 50", usual], [], "GREY"),
                (["mode Z16 64x48 50", usual], [], "GREY"),
                (["mode Z16 64x48 50", usual], ["-f", "Z16"], "Z16"),
                (["mode RG12 64x48 50", usual], ["-f", "RG12"], "RG12"),
                (["mode Y10 64x48 50"], [], "Y10"),
                (["mode NV24 64x48 50"], [], "NV24"),
                (["mode Z16 64x48 50"], [], "Z16"),
                (["mode BA81 64x48 50"], [], "YU12"),  # by libv4lconvert
                (["mode BA81 64x48 50"], ["-f", "BA81"], "BA81"),
                (["mode pRAA 64x48 50", usual], [], "GREY"),
                (["mode pRAA 64x48 50", usual, "pitch 80"], ["-f", "pRAA"], "pRAA"),
                (["mode pgCC 64x48 50", "pitch 96"], ["-f", "pgCC"], "pgCC"),
                (["mode HEVC 64x48 50"], [], "HEVC")):
            with self.subTest(script=script, args=args):
                self.assertEqual(self.ends(script, args, DONE)["format"], format)

    def test_key_frames_are_those_marked_by_driver_or_bytes(self):
        folder = self.folder()
        units = {"idr": b"\0\0\0\1\x67\x42\0\0\1\x65\x88", "delta": b"\0\0\0\1\x41\x9a\0\0"}
        for name, unit in units.items():
            (folder / name).write_bytes(unit)
        for lines, keys in ((["file={idr}"], {True}), (["file={delta} flags=8"], {True}),
                            (["times=1 file={idr}", "times=2 file={delta}"], {True, False})):
            with self.subTest(lines):
                self.plug_in(["mode H264 64x48 50"] + [
                    "frame " + line.format(**{name: folder / name for name in units})
                    for line in lines])
                name, process, _ = self.capture()
                frames = [frame for frame in self.frames(name, 8) if not frame["no_signal"]]
                self.assertEqual({frame["key"] for frame in frames}, keys)
                self.finish(process)

    def test_input_and_standard_are_selected(self):
        tuner = [GREY, "input 0 Tuner", "input 0 S-Video", "standard b000 29.97 NTSC",
                 "standard ff 25 PAL"]
        self.each([
            (tuner, ["--input", "s-video"], DONE, r"input 1 \(S-Video\)"),
            (tuner, ["--input", "1", "--standard", "pal"], DONE, "input 1", "standard PAL"),
            ([*tuner, "fail G_PARM ENOTTY"], ["--standard", "ntsc"], DONE, "29.97 fps"),
            ([*tuner, "fail G_PARM ENOTTY"], ["--standard", "pal"], DONE, "25 fps"),
            (tuner, ["--input", "HDMI"], MISUSED, r"0 \(Tuner\), 1 \(S-Video\)"),
            (tuner, ["--standard", "SECAM"], MISUSED, r"NTSC.*PAL"),
            (GREY, ["--input", "1"], MISUSED, "the device has none"),
        ])

    def test_pixel_aspect_is_that_of_the_driver_also_when_scaled(self):
        television = ["mode GREY 720x576 50", "mode GREY 360x576 50", "standard ff 25 PAL"]
        for aspect, size, seen in (("54/59", "720x576", (59, 54)), ("54/59", "360x576", (59, 27)),
                                   ("1/1", "360x576", (0, 0)), ("0/0", "720x576", (0, 0))):
            with self.subTest(aspect=aspect, size=size):
                self.plug_in(television + ["aspect " + aspect])
                name, process, _ = self.capture("-s", size)
                frame = self.frames(name, 1)[0]
                self.finish(process)
                self.assertEqual((frame["aspect_num"], frame["aspect_den"]), seen)

    def test_comma_in_a_controls_value_is_escaped(self):
        control = "control 980900 Brightness 0 255 128"
        self.each([
            ([GREY, control], ["-c", "brightness=7,brightness=9"], DONE, "brightness is 9"),
            ([GREY, control], ["-c", r"brightness=7\,8"], MISUSED, "brightness: use 0 to 255"),
        ])


class UnknownFormats(OddCameras):
    OPAQUE = "mode XYZW 64x48 50"

    def test_unknown_format_is_captured_on_request_or_alone(self):
        for script, args, format in (([self.OPAQUE, GREY], [], "GREY"),
                                     ([self.OPAQUE, "mode BA81 64x48 50"], ["-f", "BA81"], "BA81"),
                                     ([self.OPAQUE, GREY], ["-f", "XYZW"], "XYZW"),
                                     (["mode XYZ 64x48 50", GREY], ["-f", "XYZ"], "XYZ"),
                                     (self.OPAQUE, [], "XYZW")):
            with self.subTest(script=script, args=args):
                words = ["does not know XYZ"] if format.startswith("XYZ") else []
                self.assertEqual(self.ends(script, args, DONE, *words)["format"], format)
        self.ends(self.OPAQUE, ["-f", "ABCD"], MISUSED, "cannot deliver ABCD; its formats: XYZW")

    def test_opaque_frames_have_the_rows_or_bytes_of_the_driver(self):
        padded = b"".join(bytes([y]) * 64 + b"\xee" * 16 for y in range(48))
        for io in ("userptr", "mmap"):
            for lines, wanted in (([], bytes(y for y in range(48) for _ in range(64))),
                                  (["pitch 80"], padded), (["pitch 80", "image 3900"], padded)):
                with self.subTest(io=io, lines=lines):
                    self.plug_in([self.OPAQUE, *lines])
                    name, process, _ = self.capture("--io", io)
                    self.assertEqual(self.picture(name)[:len(wanted)], wanted)
                    self.finish(process)
            with self.subTest(io=io):
                self.plug_in([self.OPAQUE, "pitch 0", "image 5000", "frame bytes=1234 times=0"])
                name, process, _ = self.capture("--io", io)
                self.assertEqual(len(self.picture(name)), 1234)
                self.finish(process)

    def test_programs_log_once_that_they_cannot_show_an_unknown_format(self):
        self.plug_in(self.OPAQUE)
        name, process, _ = self.capture()
        for ending, words in (("png", "cannot convert XYZW to RGB"), ("y4m", "y4m has no XYZW")):
            with self.subTest(ending):
                done = self.run_to_end("triptych-dump", "--count", 5, "-o",
                                       self.folder() / f"%d.{ending}", name)
                self.assert_refused(done, FAILED, words)
                self.assertEqual(done.stderr.count("XYZW"), 1, done.stderr)
        shown = self.run_to_end("triptych-display", "--headless", "--json", "--duration", 1, name)
        self.assertEqual(shown.stderr.count("cannot show 64x48 XYZW: there is no conversion"), 1,
                         shown.stderr)
        self.assertGreater(json.loads(shown.stdout.splitlines()[-1])["undecodable"], 1)
        self.finish(process)


class Fields(OddCameras):
    def test_alternating_fields_are_woven(self):
        for first, second, word in (("top", "bottom", "interlaced-tb"),
                                    ("bottom", "top", "interlaced-bt")):
            with self.subTest(first):
                self.plug_in(["mode GREY 64x24 50", "field alternate",
                              f"frame field={first}", f"frame field={second} step=0"])
                name, process, log = self.capture()
                picture = self.picture(name)
                frames = self.frames(name, 10)
                self.finish(process)
                self.assertEqual(picture, bytes(y for y in range(48) for _ in range(64)))
                self.assertEqual({(f["height"], f["field"]) for f in frames}, {(48, word)})
                self.assertEqual(frames[-1]["dropped_driver"], frames[0]["dropped_driver"])
                self.assertIn("woven", log())

    def test_lost_field_costs_its_frame_alone(self):
        self.plug_in(["mode GREY 64x24 50", "field alternate", "frame field=top",
                      "frame field=bottom step=0", "frame field=top", "frame field=top",
                      "frame field=bottom step=0"])
        name, process, _ = self.capture()
        frames = self.frames(name, 9)
        self.finish(process)
        self.assertEqual(frames[-1]["dropped_driver"] - frames[0]["dropped_driver"], 4)
        self.assertEqual({frame["field"] for frame in frames}, {"interlaced-tb"})

    def test_stream_that_begins_with_a_lone_field_keeps_field_order(self):
        self.plug_in(["mode GREY 64x24 50", "field alternate", "frame field=bottom",
                      "frame field=top", "frame field=bottom step=0"])
        name, process, _ = self.capture("--wait-for-reader")
        frames = self.first_frames(name, process, 9)
        self.finish(process)
        self.assertEqual(frames[0]["number"], 1)
        self.assertEqual({frame["field"] for frame in frames}, {"interlaced-tb"})

    def test_fields_that_each_have_a_number_are_woven(self):
        self.plug_in(["mode GREY 64x24 50", "field alternate", "frame field=top",
                      "frame field=bottom"])
        name, process, _ = self.capture()
        frames = self.frames(name, 9)
        self.finish(process)
        self.assertEqual({(f["height"], f["field"]) for f in frames}, {(48, "interlaced-tb")})

    def test_compressed_fields_are_published_alone_with_a_warning(self):
        self.plug_in(["mode MJPG 64x24 50", "field alternate", "frame field=top",
                      "frame field=bottom step=0"])
        name, process, log = self.capture()
        frames = self.frames(name, 10)
        self.finish(process)
        self.assertEqual({(f["height"], f["field"]) for f in frames}, {(24, "top"), (24, "bottom")})
        self.assertIn("cannot be woven in MJPG: each is published as a frame of half the height",
                      log())


class JpegOfAnotherSize(OddCameras):
    def jpeg(self, size):
        file = self.folder() / "picture.jpg"
        name = self.stream()
        camera = self.start("triptych-capture", "-q", "-n", name, "-f", "MJPG", "-s", size,
                            "pattern:smpte")
        self.wait_for_stream(name, camera)
        done = self.run_to_end("triptych-dump", "--count", 1, "--to", "raw", "-o", file, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return file

    def test_picture_is_published_at_its_own_size(self):
        for real, named, seen in (("320x240", "640x480", (320, 240)),
                                  ("640x480", "320x240", (640, 480)),
                                 ("640x368", "640x360", (640, 360))):
            with self.subTest(real=real, named=named):
                file = self.jpeg(real)
                self.plug_in([f"mode MJPG {named} 50", f"frame times=0 file={file}"])
                name, process, log = self.capture()
                frame = self.frames(name, 1)[0]
                self.finish(process)
                self.assertEqual((frame["width"], frame["height"]), seen)
                self.assertEqual("instead of the negotiated" in log(), real[:3] != named[:3])
