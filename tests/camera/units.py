# SPDX-License-Identifier: MIT
"""The units and the udev rule, under systemd, with a USB camera that is plugged in and out."""
import pathlib
import re

from programs import built

from camera import PATIENCE
from systemd_machine import SystemdMachine, UID, USER
from uvc import UsbCameraTest

UNIT, STREAM = "triptych-capture@video0", "video0"
AS_USER = (f"setpriv --reuid {UID} --regid {UID} --init-groups env HOME=/home/{USER} "
           f"XDG_RUNTIME_DIR=/run/user/{UID}")
BY_USER = f"{AS_USER} systemctl --user"
STRANGER = "setpriv --reuid 65534 --regid 65534 --clear-groups"


class Units(UsbCameraTest):
    MACHINE = SystemdMachine

    def setUp(self):
        for file in ("/lib/systemd/systemd", "/lib/udev/v4l_id"):
            if not pathlib.Path(file).exists():
                self.skipTest(f"no {file}: samples/setup.sh test vivid")
        super().setUp()
        self.succeed("mkdir -p /etc/triptych && touch /etc/triptych/hotplug")

    def wait_for_state(self, state, systemctl="systemctl"):
        self.succeed(f"until [ $({systemctl} show -P ActiveState {UNIT}) = {state} ]; do sleep 0.2; "
                     "done")

    def property(self, name):
        return self.succeed(f"systemctl show -P {name} {UNIT}").strip()

    def journal(self):
        return self.succeed(f"journalctl -b -o cat -u {UNIT}")

    def segment(self):
        """Permissions, owner and group of the one segment."""
        (row,) = self.succeed("tail -n +2 /proc/sysvipc/shm").splitlines()
        fields = row.split()
        return fields[2], int(fields[7]), int(fields[8])

    def reads_as(self, user):
        return self.run_in(f"{user} {built('camera-frames')} {STREAM} 2 {PATIENCE // 2}").status == 0

    def test_unit_runs_while_its_camera_is_plugged_in(self):
        before = len(self.journal())
        for _ in range(2):
            camera = self.plug_in()
            self.wait_for_state("active")
            self.assertEqual(self.property("StatusText"), "publishing")
            self.frames(STREAM, 3)
            self.unplug(camera)
            self.wait_for_state("inactive")
            self.assertEqual(self.property("Result"), "success")
            self.check_nothing_is_left()
        journal = self.journal()[before:]
        for line in (f"Started {UNIT}.service", f"{STREAM}: 320x240 YUYV from /dev/video0",
                     "No such device: unplugged", f"{UNIT}.service: Deactivated successfully"):
            self.assertEqual(journal.count(line), 2, journal)
        self.assertNotRegex(journal, re.compile("\x1b|fail|may read", re.I))

    def test_stream_is_readable_by_the_group_video_alone(self):
        self.plug_in()
        self.wait_for_state("active")
        video, owner = self.succeed("getent group video; id -u triptych").split("\n")[:2]
        self.assertEqual(self.segment(), ("640", int(owner), int(video.split(":")[2])))
        self.assertTrue(self.reads_as(AS_USER))
        self.assertFalse(self.reads_as(STRANGER))

    def test_killed_capture_is_restarted_with_the_same_stream(self):
        self.plug_in()
        self.wait_for_state("active")
        self.frames(STREAM, 1)
        self.succeed(f"systemctl kill -s KILL {UNIT}")
        self.wait_for_frame(STREAM, lambda frame: frame["generation"] == 2)
        self.assertEqual(self.property("NRestarts"), "1")

    def test_camera_starts_no_unit_without_the_administrators_consent(self):
        self.succeed("rm /etc/triptych/hotplug")
        self.plug_in()
        self.succeed("udevadm settle && systemctl is-active dev-video0.device")
        self.assertEqual(self.property("ActiveState"), "inactive")

    def test_enabled_unit_of_one_camera_needs_no_consent_for_all(self):
        self.succeed(f"rm /etc/triptych/hotplug && systemctl enable {UNIT}")
        self.addCleanup(self.succeed, f"systemctl disable {UNIT}")
        self.plug_in()
        self.wait_for_state("active")

    def test_unit_of_a_user_publishes_as_that_user(self):
        self.succeed(f"rm /etc/triptych/hotplug && systemctl start user@{UID} && "
                     f"{BY_USER} enable {UNIT}")
        self.addCleanup(self.succeed, f"{BY_USER} disable {UNIT}; systemctl stop user@{UID}")
        camera = self.plug_in()
        self.wait_for_state("active", BY_USER)
        self.assertEqual(self.segment(), ("640", UID, UID))
        self.assertTrue(self.reads_as(AS_USER))
        self.assertFalse(self.reads_as(STRANGER))
        self.unplug(camera)
        self.wait_for_state("inactive", BY_USER)
