# SPDX-License-Identifier: MIT
"""The virtual machine of all camera tests, and their common actions."""
import atexit
import itertools
import json
import re
import shutil
import time
import unittest

from programs import built

import machine
from bars import bytes_of

# A webcam, an HDMI grabber, a webcam with V4L2's multi-planar API, and a television card.
WEBCAM, HDMI, MULTIPLANAR, TELEVISION = range(4)
VIVID = ("vivid", "n_devs=4 node_types=0x1,0x1,0x1,0x1 num_inputs=1,1,1,1 "
                  "input_types=0x0,0x3,0x0,0x1 multiplanar=1,1,2,1")
HERE = machine.HERE
NEEDS = ("qemu-system-x86_64", "busybox", "cpio", "apt-get", "dpkg-deb")
PATIENCE = 120  # seconds for anything: the machine's processor is emulated and shared

_numbers = itertools.count(1)
_machines = {}


def the_machine(kind, modules, builders):
    """Boots a machine of this kind with these modules for the first test that needs it. One boot
    serves all tests of the process."""
    for program in NEEDS:
        if not shutil.which(program):
            raise unittest.SkipTest(f"{program} is not installed: samples/setup.sh vivid")
    if modules not in _machines:
        made = kind(modules, builders)
        made.__enter__()
        atexit.register(made.__exit__)
        _machines[modules] = made
    return _machines[modules]


def objects(text):
    """The objects that --json printed."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


class CameraTest(unittest.TestCase):
    """Each test has streams of its own and leaves the cameras as they were."""

    MACHINE, MODULES, BUILDERS = machine.Machine, (VIVID,), ()

    def setUp(self):
        self.machine = the_machine(self.MACHINE, self.MODULES, self.BUILDERS)
        self.names = []
        self.commands_before = self.machine.count
        self.addCleanup(self.check_nothing_is_left)

    def run_in(self, script, timeout=PATIENCE):
        return self.machine.run(script, timeout)

    def succeed(self, script, timeout=PATIENCE):
        """Runs a script that must end with 0. Returns its output."""
        done = self.run_in(script, timeout)
        if done.status:
            self.fail(f"{script}\nstatus {done.status}\n{done.out}\n{done.err}\n{self.logs()}")
        return done.out

    def wait_for(self, true):
        """Calls true() until it returns true."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                self.fail(f"not within {PATIENCE} s\n{self.logs()}")
            time.sleep(0.1)

    def wait_for_standby(self, capture, times):
        """Waits until a capture has gone into standby as often as this."""
        self.wait_for(lambda: capture.err.count("standby: no readers") == times)

    def logs(self):
        """What the commands of this test wrote to stderr, and the end of the kernel's log."""
        commands = list(self.machine.commands.values())[self.commands_before:]
        texts = [f"{command.text('sh')}status {command.status}\n{command.err}" for command in commands]
        return "\n".join(texts) + self.run_in("dmesg | tail").out

    def stream(self):
        name = f"camera-{next(_numbers)}"
        self.names.append(name)
        return name

    def capture(self, name, arguments, device=WEBCAM):
        """Starts triptych-capture on a device, as a Command; ended after the test."""
        command = self.machine.start(
            f"exec {built('triptych-capture')} --json -n {name} {arguments} v4l2:{device}")
        self.addCleanup(command.end)
        return command

    def finish(self, command):
        """Ends a capture cleanly. Returns its summary."""
        command.end()
        self.assertEqual(command.status, 0, command.err)
        return objects(command.out)[-1]

    def frames(self, name, count):
        """Returns the descriptions of the next `count` frames of a stream."""
        out = self.succeed(f"{built('camera-frames')} {name} {count} {PATIENCE // 2}")
        return objects(out)

    def wait_for_frame(self, name, true):
        """Returns the first frame that satisfies `true`, among the next few hundred."""
        for _ in range(40):
            for frame in self.frames(name, 10):
                if true(frame):
                    return frame
        self.fail("no such frame came")

    def picture(self, name, form, width, height):
        """The pixels of the newest frame, rows tightly packed."""
        file = self.machine.share / f"{name}.raw"
        self.succeed(f"{built('triptych-dump')} --count 1 --timeout {PATIENCE // 2} "
                     f"--to raw -o {machine.SHARE_INSIDE}/{file.name} {name}")
        data = file.read_bytes()
        self.assertEqual(len(data), bytes_of(form, width, height))
        return data

    def assert_accounted(self, before, after):
        """Asserts that every frame counted by the driver was published or is counted as lost."""
        published = after["number"] - before["number"]
        lost = sum(after[key] - before[key] for key in ("dropped_driver", "dropped_writer"))
        self.assertEqual(after["driver_sequence"] - before["driver_sequence"], published + lost)

    def assert_logged_once(self, capture, why):
        self.assertIn(why, capture.err)
        self.assertEqual(capture.err.count(" error "), 1, capture.err)
        self.assertEqual(capture.err.count("reopening it"), 1, capture.err)
        self.assertEqual(capture.err.count("is back"), 1, capture.err)

    def control(self, setting, device=WEBCAM):
        """Sets a control from outside, as a user does with v4l2-ctl."""
        self.succeed(f"v4l2-ctl -d {device} -c '{setting}'")

    def check_nothing_is_left(self):
        left = self.run_in("tail -n +2 /proc/sysvipc/shm /proc/sysvipc/sem").out
        self.assertNotRegex(left, re.compile(r"^ +\d", re.M), "System V objects were left behind")
