# SPDX-License-Identifier: MIT
"""A webcam: the kernel's uvcvideo driver with a USB camera that counts its frames."""
import subprocess

from programs import built, tool

from bars import bytes_of, differences, yuyv_of
from camera import CameraTest, HERE, PATIENCE, objects
from machine import SHARE_INSIDE
from usb_camera import NUMBER_AT

MODES = ("YUYV-320x240", "YUYV-160x120", "MJPG-320x240", "MJPG-640x480")
DEVICE, NAME = 0, "'USB camera of the tests'"
PATTERN = "75% Colorbar"
COMMENT = b"\xff\xfe\0\x0a" + bytes(8)  # of a JPEG file, for the number


def size_of(mode):
    width, height = mode[5:].split("x")
    return int(width), int(height)


def frame_of(mode):
    """The frame of a mode: colour bars."""
    width, height = size_of(mode)
    bars = yuyv_of(width, height, PATTERN)
    if mode.startswith("YUYV"):
        return bars
    jpeg = subprocess.run(
        [tool("ffmpeg"), "-v", "error", "-f", "rawvideo", "-pix_fmt", "yuyv422", "-s",
         f"{width}x{height}", "-i", "-", "-q:v", "2", "-f", "mjpeg", "-"], check=True, input=bars,
        stdout=subprocess.PIPE).stdout
    return jpeg[:2] + COMMENT + jpeg[2:]


def number_of(head):
    return int.from_bytes(head[NUMBER_AT:NUMBER_AT + 8], "little")


class UsbCameraTest(CameraTest):
    """Tests that plug a USB camera in and out."""

    MODULES = (("vhci_hcd", ""), ("uvcvideo", ""), ("overlay", ""))
    RATES = (30, 10)  # of the camera

    def setUp(self):
        super().setUp()
        self.modes = self.machine.share / "modes"
        if not self.modes.exists():
            self.modes.mkdir()
            for mode in MODES:
                (self.modes / mode).write_bytes(frame_of(mode))

    def plug_in(self, device=DEVICE, cut=0):
        """Plugs the camera in; its end unplugs it."""
        camera = self.machine.start(
            f"exec python3 -ES {HERE}/usb_camera.py {SHARE_INSIDE}/modes {cut} "
            + " ".join(map(str, self.RATES)))
        self.addCleanup(self.unplug, camera)
        pid = f"{camera.number}.pid"
        there = self.run_in(f"until [ -c /dev/video{device} ]; do "
                            f"[ ! -s {pid} ] || kill -0 $(cat {pid}) || exit 1; sleep 0.1; done")
        self.assertEqual(there.status, 0, camera.err)
        return camera

    def unplug(self, camera, device=DEVICE):
        camera.end()
        self.succeed(f"while [ -c /dev/video{device} ]; do sleep 0.1; done")

    def assert_frames_are_those_sent(self, name, mode, count=5):
        """Compares frames of a stream with the camera's, but for their numbers, which must rise."""
        file = self.machine.share / f"{name}.raw"
        self.succeed(f"{built('triptych-dump')} --mode next --count {count} --timeout {PATIENCE // 2} "
                     f"--to raw -o {SHARE_INSIDE}/{file.name} {name}")
        data, sent = file.read_bytes(), (self.modes / mode).read_bytes()
        self.assertEqual(len(data), count * len(sent))
        frames = [data[at:at + len(sent)] for at in range(0, len(data), len(sent))]
        for frame in frames:
            self.assertEqual(frame[:NUMBER_AT] + frame[NUMBER_AT + 8:],
                             sent[:NUMBER_AT] + sent[NUMBER_AT + 8:])
        numbers = [number_of(frame) for frame in frames]
        self.assertEqual(numbers, sorted(set(numbers)))


class Uvc(UsbCameraTest):
    def start(self, mode="YUYV-160x120", arguments="", device=DEVICE):
        """Starts a capture. Returns its stream and the command."""
        name = self.stream()
        form, size = mode.split("-")
        return name, self.capture(name, f"-f {form} -s {size} -r 10 {arguments}", device)

    def assert_frames_of(self, mode, arguments=""):
        name, capture = self.start(mode, arguments)
        self.assert_frames_are_those_sent(name, mode)
        self.finish(capture)

    def test_frames_of_each_mode_arrive_byte_for_byte(self):
        self.plug_in()
        for mode, io in zip(MODES, ("userptr", "mmap", "userptr", "mmap")):
            with self.subTest(mode, io=io):
                self.assert_frames_of(mode, f"--io {io}")

    def assert_counted(self, frames):
        """Asserts that the driver's sequence numbers are those that the camera wrote."""
        numbers = [number_of(bytes.fromhex(frame["head"])) for frame in frames]
        apart = {number - frame["driver_sequence"] for number, frame in zip(numbers, frames)}
        self.assertEqual(len(apart), 1, frames)
        self.assert_accounted(frames[0], frames[-1])

    def test_numbers_in_the_frames_are_those_of_the_driver(self):
        self.plug_in()
        name, capture = self.start()
        frames = self.frames(name, 20)
        self.finish(capture)
        self.assert_counted(frames)
        self.assertEqual((frames[0]["fps_num"], frames[0]["fps_den"]), (10, 1))
        self.assertEqual((frames[0]["colorspace"], frames[0]["matrix"]), ("srgb", "601"))

    def test_truncated_frames_are_counted_as_the_drivers_drops(self):
        self.plug_in(cut=4)
        name, capture = self.start()
        frames = self.frames(name, 20)
        self.finish(capture)
        self.assert_counted(frames)
        self.assertGreater(frames[-1]["dropped_driver"], frames[0]["dropped_driver"])

    def test_unplugged_camera_returns_under_the_same_name(self):
        camera = self.plug_in()
        name, capture = self.start()
        before = self.frames(name, 3)[-1]
        self.unplug(camera)
        away = self.wait_for_frame(name, lambda frame: frame["no_signal"])
        self.plug_in()
        back = self.wait_for_frame(name, lambda frame: not frame["no_signal"])
        after = self.frames(name, 3)[-1]
        self.finish(capture)
        self.assertEqual({frame["generation"] for frame in (away, back, after)},
                         {before["generation"]})
        self.assertEqual((away["width"], away["fps_num"]), (before["width"], before["fps_num"]))
        self.assertGreater(after["number"], before["number"])
        self.assert_logged_once(capture, "No such device")

    def test_camera_that_returns_as_another_node_is_found_by_name(self):
        camera = self.plug_in()
        holder = self.machine.start(f"exec sleep 1000 </dev/video{DEVICE}")
        self.addCleanup(holder.end)
        name, capture = self.start(device=NAME)
        self.frames(name, 3)
        self.unplug(camera)
        self.wait_for_frame(name, lambda frame: frame["no_signal"])
        camera = self.plug_in(device=2)  # the second node of the first one is for metadata
        self.wait_for_frame(name, lambda frame: not frame["no_signal"])
        self.finish(capture)
        self.unplug(camera, 2)

    def test_brightness_reaches_the_camera(self):
        camera = self.plug_in()
        name, capture = self.start(arguments="-c brightness=200")
        self.frames(name, 1)
        self.finish(capture)
        self.assertIn("brightness 200\n", camera.err)

    def test_led_is_on_only_while_the_stream_is_read(self):
        camera = self.plug_in()
        for io in ("userptr", "mmap"):
            with self.subTest(io):
                before = len(camera.err)
                name, capture = self.start(arguments=f"--on-demand=0 --io {io}")
                self.wait_for_standby(capture, 1)
                self.assertNotIn("LED on", camera.err[before:])
                self.frames(name, 20)
                self.wait_for_standby(capture, 2)
                self.assertRegex(camera.err[before:], r"^(LED off\n)*LED on\n(LED off\n)+$")
                self.finish(capture)

    def test_viewer_shows_the_bars_of_both_formats(self):
        self.plug_in()
        for mode in ("YUYV-320x240", "MJPG-640x480"):
            with self.subTest(mode):
                name, capture = self.start(mode)
                file = self.machine.share / f"{mode}.png"
                self.succeed(f"{built('triptych-display')} --headless --count 2 --timeout "
                             f"{PATIENCE // 2} --screenshot {SHARE_INSIDE}/{file.name} {name}")
                self.finish(capture)
                shot = subprocess.run([tool("ffmpeg"), "-v", "error", "-i", file, "-f", "rawvideo",
                                       "-pix_fmt", "rgb24", "-"], check=True,
                                      stdout=subprocess.PIPE).stdout
                self.assertEqual(len(shot), bytes_of("RGB3", *size_of(mode)))
                self.assertEqual(differences(shot, "RGB3", *size_of(mode), PATTERN), [])

    def test_devices_are_listed_with_bus_and_formats(self):
        self.plug_in()
        (device,) = objects(self.succeed(f"{built('triptych-capture')} --json --list-devices"))
        self.assertEqual((device["driver"], device["name"], device["bus"]),
                         ("uvcvideo", NAME.strip("'"), "usb-vhci_hcd.0-1"))
        formats = objects(self.succeed(
            f"{built('triptych-capture')} --json --list-formats v4l2:{DEVICE}"))
        own = {f"{row['format']}-{row['width']}x{row['height']}" for row in formats
               if not row["emulated"]}
        self.assertEqual(own, set(MODES))
