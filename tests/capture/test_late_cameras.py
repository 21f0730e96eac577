# SPDX-License-Identifier: MIT
"""Cameras that appear after the start of capture, come back, or vanish while they are configured."""
from scripted_camera import ScriptedCameraTest

GREY = "mode GREY 64x48 50"


class LateCameras(ScriptedCameraTest):
    def test_camera_that_appears_later_captures_into_slots(self):
        for io in ("auto", "userptr"):
            with self.subTest(io):
                name, process, log = self.capture("--persistent", "--io", io, "-f", "GREY")
                self.assertTrue(self.frames(name, 1)[0]["no_signal"])
                self.plug_in(GREY)
                self.wait_for(log, "is back")
                frame = self.frames(name, 8)[-1]
                self.finish(process)
                self.unplug()
                self.assertEqual((frame["copies"], frame["no_signal"]), (0, False))

    def test_camera_that_appears_later_chooses_as_one_that_is_there(self):
        webcam = ["mode MJPG 1920x1080 50", "mode MJPG 640x480 30"]
        for script in (GREY, webcam):
            with self.subTest(script):
                name, process, log = self.capture("--persistent", "-v")
                self.assertTrue(self.frames(name, 1)[0]["no_signal"])
                self.plug_in(script)
                self.wait_for(log, "is back")
                self.unplug()
                self.wait_for(log, "unplugged")
                self.finish(process)
                self.assertRegex(log(), "64x48 GREY, 50 fps|1920x1080 MJPG, 50 fps")
                self.assertNotIn("requested", log())

    def test_device_that_vanishes_in_any_call_is_waited_for(self):
        arguments = ["-c", "brightness=7", "--input", "Tuner", "--standard", "PAL", "-f", "GREY"]
        script = [GREY, "control 980900 Brightness 0 255 128", "input 0 Tuner",
                  "standard ff 25 PAL"]
        for call in ("open", "QUERYCAP", "ENUMINPUT", "S_INPUT", "ENUMSTD", "S_STD",
                     "QUERY_EXT_CTRL", "S_EXT_CTRLS", "G_FMT", "ENUM_FMT", "ENUM_FRAMESIZES",
                     "S_FMT", "G_PARM", "REQBUFS", "QBUF", "STREAMON", "DQBUF"):
            with self.subTest(call=call):
                self.plug_in([*script, f"fail {call} ENODEV"])
                name, process, log = self.capture("--persistent", *arguments)
                self.wait_for(log, "unplugged|not plugged in")
                self.assertTrue(self.frames(name, 1)[0]["no_signal"])
                self.plug_in(script)
                self.wait_for(log, "is back")
                self.finish(process)

    def test_reconnected_camera_uses_its_best_io_method(self):
        self.plug_in(GREY)
        name, process, log = self.capture("--persistent")
        self.frames(name, 3)
        self.unplug()
        self.wait_for(log, "unplugged")
        self.plug_in(GREY)
        self.wait_for(log, "is back")
        frame = self.frames(name, 8)[-1]
        self.assertEqual((frame["copies"], frame["no_signal"]), (0, False))
        self.finish(process)
