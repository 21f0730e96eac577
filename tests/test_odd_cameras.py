# SPDX-License-Identifier: MIT
"""Cameras whose drivers refuse, lie and fail: what is tried next, what is published, what is logged."""
import json

from scripted_camera import ScriptedCameraTest

DONE, FAILED, MISUSED = 0, 1, 2
GREY = "mode GREY 64x48 50"
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
