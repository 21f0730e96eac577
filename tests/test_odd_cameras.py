# SPDX-License-Identifier: MIT
"""Cameras whose drivers refuse, lie and fail: what is tried next, what is published, what is logged."""
import json

from scripted_camera import ScriptedCameraTest

DONE, FAILED, MISUSED = 0, 1, 2
GREY = "mode GREY 64x48 50"
WEBCAM = ["mode YUYV 640x480 50", "mode MJPG 640x480 50", "mode YUYV 1920x1080 5",
          "mode MJPG 1920x1080 30"]
FRAMES = 12


class OddCameras(ScriptedCameraTest):
    def ends(self, script, args, status, *words, without=()):
        """A capture of some frames ends with a status; its log has `words` and none of `without`."""
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
    def test_advice_is_that_of_the_call_that_failed(self):
        control = "control 980900 Brightness 0 255 128"
        setting = ["-c", "brightness=7"]
        self.each([
            ([GREY, "fail open EACCES"], [], FAILED, "join the group"),
            ([GREY, control + " 10", "fail S_EXT_CTRLS EACCES"], setting, MISUSED,
             "brightness is inactive", "!group"),
            ([GREY, control + " 2", "fail S_EXT_CTRLS EBUSY"], setting, MISUSED,
             "locked while the device streams"),
            ([GREY, control, "fail S_EXT_CTRLS EACCES"], setting, MISUSED,
             "refuses this value now", "!group"),
            ([GREY, control, "fail S_EXT_CTRLS EIO"], setting, FAILED,
             "the camera refused the value", "!cable"),
            ([GREY, "fail S_FMT EIO"], [], FAILED, "cable"),
            ([GREY, "fail S_FMT EINVAL", "caps +io_mc"], [], FAILED, "libcamera"),
        ])

    def test_list_has_devices_that_may_not_be_opened(self):
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
        for node, card in (("video0", "Acme Pro"), ("video1", "Acme"), ("video2", "Acme Pro 2")):
            self.plug_in(["card " + card, f"bus usb-{node}", GREY], node)
        for word, node in (("Acme", "video1"), ("acme pro", "video0"), ("Pro 2", "video2"),
                           ("video1", "video1"), ("2", "video2")):
            with self.subTest(word):
                done = self.run_capture("-n", self.stream(), "--count", 1, "--linger", 0, "-v",
                                        f"v4l2:{word}")
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertIn(f"from /dev/{node} ", done.stderr)
        self.assert_refused(self.run_capture("v4l2:Acm"), MISUSED, "write more of the name")


class Rates(OddCameras):
    def test_rate_is_the_driver_s_where_it_refuses_another(self):
        self.plug_in(["mode GREY 64x48 20", "fail S_PARM EIO"])
        name, process, log = self.capture("-r", 50)
        frame = self.frames(name, 1)[0]
        self.finish(process)
        self.assertEqual(frame["fps_num"] / frame["fps_den"], 20)
        self.assertIn("cannot set 50 frames a second", log())

    def test_rate_is_found_where_the_driver_tells_none(self):
        for script, rate in ((["mode GREY 64x48 20"], 20), (["mode GREY 64x48"], 0),
                             (["mode GREY 64x48", "standard ff 25 PAL"], 25)):
            with self.subTest(script):
                self.plug_in(script + ["fail G_PARM ENOTTY"])
                name, process, log = self.capture()
                frame = self.frames(name, 1)[0]
                self.finish(process)
                self.assertEqual(frame["fps_num"], rate * frame["fps_den"])
                self.assertNotIn(" 0 frames a second", log())


class Choices(OddCameras):
    def test_format_is_the_one_that_is_quick_enough(self):
        self.each([
            (WEBCAM, ["-s", "1920x1080"], DONE,
             "1920x1080 MJPG, 30 frames", "YUYV gives no more than 5 .*--format YUYV takes it"),
            (WEBCAM, ["-s", "1920x1080", "-r", 5, "--count", 2], DONE, "1920x1080 YUYV, 5 frames"),
            (WEBCAM, ["-s", "1920x1080", "-f", "YUYV", "--count", 2], DONE,
             "no more than 5 frames a second at 1920x1080; --format MJPG gives 30"),
            (WEBCAM, [], DONE, "640x480 YUYV, 50 frames", "!chosen"),
            (["mode YUYV 64x48 29.97", "mode MJPG 64x48 30"], ["-r", 30], DONE, "YUYV"),
        ])

    def test_input_and_standard_are_selected(self):
        tuner = [GREY, "input 0 Tuner", "input 0 S-Video", "standard b000 29.97 NTSC",
                 "standard ff 25 PAL"]
        self.each([
            (tuner, ["--input", "s-video"], DONE, r"input 1 \(S-Video\)"),
            (tuner, ["--input", "1", "--standard", "pal"], DONE, "input 1", "standard PAL"),
            (tuner, ["--input", "HDMI"], MISUSED, r"0 \(Tuner\), 1 \(S-Video\)"),
            (tuner, ["--standard", "SECAM"], MISUSED, r"NTSC.*PAL"),
            (GREY, ["--input", "1"], MISUSED, "the device has no choice"),
        ])

    def test_pixel_aspect_is_the_driver_s_also_of_scaled_pictures(self):
        television = ["mode GREY 720x576 50", "mode GREY 360x576 50", "standard ff 25 PAL"]
        for aspect, size, seen in (("54/59", "720x576", (59, 54)), ("54/59", "360x576", (59, 27)),
                                   ("1/1", "360x576", (0, 0)), ("0/0", "720x576", (0, 0))):
            with self.subTest(aspect=aspect, size=size):
                self.plug_in(television + ["aspect " + aspect])
                name, process, _ = self.capture("-s", size)
                frame = self.frames(name, 1)[0]
                self.finish(process)
                self.assertEqual((frame["aspect_num"], frame["aspect_den"]), seen)

    def test_comma_in_a_control_s_value_is_escaped(self):
        control = "control 980900 Brightness 0 255 128"
        self.each([
            ([GREY, control], ["-c", "brightness=7,brightness=9"], DONE, "brightness is 9"),
            ([GREY, control], ["-c", r"brightness=7\,8"], MISUSED, "brightness takes 0 to 255"),
        ])
