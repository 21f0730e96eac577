# SPDX-License-Identifier: MIT
"""Listings of cameras, their formats and their controls."""
import re

from programs import built

from camera import CameraTest, MULTIPLANAR, WEBCAM, objects


class Listing(CameraTest):
    def list_of(self, what, device=""):
        return objects(self.succeed(f"{built('triptych-capture')} --json --list-{what} {device}"))

    def refused(self, arguments, status, *words):
        done = self.run_in(f"{built('triptych-capture')} {arguments}")
        self.assertEqual(done.status, status, done.err)
        for word in words:
            self.assertIn(word, done.err)

    def test_devices_are_listed_with_driver_and_bus(self):
        devices = self.list_of("devices")
        self.assertEqual([device["device"] for device in devices],
                         [f"/dev/video{number}" for number in range(4)])
        self.assertEqual({device["driver"] for device in devices}, {"vivid"})
        self.assertEqual(devices[1]["bus"], "platform:vivid-001")

    def test_formats_are_listed_with_sizes_and_rates(self):
        formats = self.list_of("formats", f"v4l2:{WEBCAM}")
        nv12 = [row for row in formats if row["format"] == "NV12"]
        self.assertTrue(all(row["known"] and not row["emulated"] for row in nv12))
        sizes = {(row["width"], row["height"]): row["fps"] for row in nv12}
        self.assertIn((640, 360), sizes)
        self.assertIn(30.0, sizes[640, 360])
        self.assertGreater(len(sizes), 3)

    def test_formats_match_those_of_v4l2_ctl(self):
        ours = {row["format"] for row in self.list_of("formats", f"v4l2:{MULTIPLANAR}")}
        theirs = self.succeed(f"v4l2-ctl -d {MULTIPLANAR} --list-formats")
        # big-endian formats contain an unprintable character: '?' here, "-BE" there
        self.assertEqual({form.strip() for form in ours if "?" not in form},
                         {form.strip() for form in re.findall(r"'(.{4})'", theirs)})

    def test_controls_have_the_names_of_v4l2_ctl(self):
        ours = {row["name"] for row in self.list_of("ctrls", f"v4l2:{WEBCAM}")}
        theirs = self.succeed(f"v4l2-ctl -d {WEBCAM} --list-ctrls")
        self.assertEqual(ours, set(re.findall(r"^ +(\w+) 0x", theirs, re.M)))
        self.assertIn("brightness", ours)

    def test_control_is_listed_with_its_range_and_value(self):
        (brightness,) = [row for row in self.list_of("ctrls", f"v4l2:{WEBCAM}")
                         if row["name"] == "brightness"]
        self.assertEqual([brightness[key] for key in ("type", "min", "max", "step", "default")],
                         ["int", 0, 255, 1, 128])

    def test_control_is_set_and_read_back(self):
        capture = self.capture(self.stream(), "--count 2 -c brightness=99")
        capture.wait()
        self.assertIn("brightness is 99", capture.err)
        self.assertEqual(self.succeed(f"v4l2-ctl -d {WEBCAM} -C brightness").split(),
                         ["brightness:", "99"])
        self.control("brightness=128")

    def test_menu_is_set_by_the_text_of_its_item(self):
        self.capture(self.stream(), "--count 2 -c 'test_pattern=100% red'").wait()
        self.assertIn("7", self.succeed(f"v4l2-ctl -d {WEBCAM} -C test_pattern"))
        self.control("test_pattern=0")

    def test_value_out_of_range_is_refused_with_the_range(self):
        self.refused(f"-c brightness=300 v4l2:{WEBCAM}", 2, "brightness", "0 to 255")
        self.refused(f"-c test_pattern=nosuch v4l2:{WEBCAM}", 2, "test_pattern", "100% Red")

    def test_unknown_control_is_refused(self):
        self.refused(f"-c nosuch=1 v4l2:{WEBCAM}", 2, "nosuch", "--list-ctrls")

    def test_format_that_the_camera_lacks_is_refused_with_a_list(self):
        self.refused(f"-f MJPG v4l2:{WEBCAM}", 2, "MJPG", "YUYV")

    def test_device_is_found_by_a_unique_part_of_its_name(self):
        capture = self.capture(self.stream(), "--count 2", device="vivid-002")
        capture.wait()
        self.assertIn("/dev/video2", capture.err)

    def test_part_of_a_name_that_two_devices_share_is_refused(self):
        self.refused("v4l2:vivid", 2, "/dev/video0", "/dev/video1")

    def test_missing_device_is_named(self):
        self.refused("v4l2:/dev/video9", 1, "/dev/video9", "not plugged in")

    def test_device_that_does_not_capture_is_refused(self):
        self.refused("v4l2:/dev/null", 2, "/dev/null", "not a video capture device")

    def test_user_without_permission_gets_the_name_of_the_group(self):
        done = self.run_in("setpriv --reuid=65534 --regid=65534 --clear-groups "
                           f"{built('triptych-capture')} v4l2:{WEBCAM}")
        self.assertEqual(done.status, 1, done.err)
        self.assertIn("group", done.err)

    def test_busy_device_is_refused_with_the_pid_that_has_it(self):
        name = self.stream()
        first = self.capture(name, "")
        self.frames(name, 1)
        pid = first.file("pid").read_text().strip()
        self.refused(f"-n {self.stream()} v4l2:{WEBCAM}", 1, "in use by triptych-captur",
                     f"pid {pid}")
        self.finish(first)
