# SPDX-License-Identifier: MIT
"""Faults injected by vivid: the stream continues, logs the reason, and recovers under the same
name."""
import statistics

from programs import built

from camera import CameraTest, HDMI, PATIENCE, TELEVISION, WEBCAM, objects

PLAIN = "-c osd_text_mode=None"  # no text over the bars
SMALL = "-r 10 -s 320x180"
SLOTS = "-b 16"  # a watcher may be late by more than a second
ENDLESS = 10**6  # frames
SIGNAL_MODES = {"current": 0, "no signal": 1, "no lock": 2, "out of range": 3, "selected": 4}


def has_drops(frames):
    return frames[-1]["dropped_driver"] > frames[0]["dropped_driver"]


def has_gap_and_return(frames):
    return any(frame["no_signal"] for frame in frames) and not frames[-1]["no_signal"]


class Faults(CameraTest):
    def watch(self, name):
        """Starts to describe the frames of a stream, from the newest one on."""
        watcher = self.machine.start(
            f"exec {built('camera-frames')} {name} {ENDLESS} {4 * PATIENCE}")
        self.addCleanup(watcher.end)
        self.wait_for(lambda: self.seen(watcher))
        return watcher

    @staticmethod
    def seen(watcher):
        return objects(watcher.out.rpartition("\n")[0])

    def wait_until_seen(self, watcher, count, true):
        """Returns all frames since watch(), as soon as they are `count` and satisfy `true`."""
        def enough(frames):
            return len(frames) >= count and true(frames)
        self.wait_for(lambda: enough(self.seen(watcher)))
        frames = self.seen(watcher)
        watcher.end()
        return frames

    def assert_gap_and_return(self, frames):
        """Frames with a signal, then labelled ones without, then with a signal again."""
        labels = [frame["no_signal"] for frame in frames]
        self.assertIn(True, labels)
        self.assertFalse(labels[0] or labels[-1], labels)
        back = frames[len(labels) - labels[::-1].index(True)]
        self.assertTrue(back["restart"], "the first frame after the gap has the flag")
        self.assertEqual({frame["generation"] for frame in frames}, {frames[0]["generation"]})
        numbers = [frame["number"] for frame in frames]
        self.assertEqual(numbers, sorted(set(numbers)))

    def fail_while_streaming(self, controls, why, arguments="", frames=40):
        name = self.stream()
        capture = self.capture(name, f"{SMALL} {SLOTS} {arguments}")
        watcher = self.watch(name)
        for control in controls:
            self.control(f"{control}=1")
        self.assert_gap_and_return(self.wait_until_seen(watcher, frames, has_gap_and_return))
        self.finish(capture)
        self.assert_logged_once(capture, why)

    def test_disconnected_camera_returns_under_the_same_name(self):
        # vivid reconnects a disconnected device only after its last user has closed it: an open
        # descriptor keeps it disconnected.
        holder = self.machine.start(f"exec sleep 1000 </dev/video{WEBCAM}")
        self.addCleanup(holder.end)
        name = self.stream()
        capture = self.capture(name, SMALL)
        self.frames(name, 3)
        self.control("disconnect=1")
        self.wait_for_frame(name, lambda frame: frame["no_signal"])
        away = [frame for frame in self.frames(name, 15) if frame["no_signal"]]
        holder.end()
        back = self.wait_for_frame(name, lambda frame: not frame["no_signal"])
        self.finish(capture)

        apart = [after["capture_ns"] - before["capture_ns"] for before, after in zip(away, away[1:])
                 if after["number"] == before["number"] + 1]
        self.assertAlmostEqual(statistics.median(apart) / 1e9, 0.1, delta=0.05)
        self.assertEqual((away[0]["fps_num"], away[0]["width"]), (back["fps_num"], back["width"]))
        self.assertEqual(away[0]["generation"], back["generation"])
        self.assert_logged_once(capture, "No such device")

    def test_capture_survives_a_fatal_error_of_the_queue(self):
        self.fail_while_streaming(["inject_fatal_streaming_error"], "Input/output error")

    def test_capture_survives_a_buffer_that_cannot_be_queued(self):
        self.fail_while_streaming(["inject_vidioc_qbuf_error"], "cannot queue a buffer")

    def test_reconnect_retries_after_errors(self):
        self.fail_while_streaming(
            ["inject_vidioc_reqbufs_error", "inject_vidioc_streamon_error",
             "inject_fatal_streaming_error"], "Input/output error", "--io mmap", frames=100)

    def test_buffer_marked_bad_is_counted_as_the_drivers_drop(self):
        name = self.stream()
        capture = self.capture(name, SMALL)
        watcher = self.watch(name)
        self.control("inject_v4l2_buf_flag_error=1")
        frames = self.wait_until_seen(watcher, 30, has_drops)
        self.finish(capture)
        self.assert_accounted(frames[0], frames[-1])
        self.assertIn("marked as bad by the driver", capture.err)

    def test_dropped_buffers_are_counted_as_the_drivers_drops(self):
        for way in ("mmap", "userptr"):
            with self.subTest(way):
                name = self.stream()
                capture = self.capture(name, f"{SMALL} --io {way}")
                watcher = self.watch(name)
                self.control("percentage_of_dropped_buffers=40")
                frames = self.wait_until_seen(watcher, 30, has_drops)
                self.control("percentage_of_dropped_buffers=0")
                self.finish(capture)
                self.assert_accounted(frames[0], frames[-1])

    def test_silent_camera_is_reopened_until_it_delivers(self):
        name = self.stream()
        capture = self.capture(name, f"{SMALL} --device-timeout 1")
        self.frames(name, 3)
        self.control("percentage_of_dropped_buffers=100")
        self.wait_for_frame(name, lambda frame: frame["no_signal"])
        self.control("percentage_of_dropped_buffers=0")
        self.wait_for_frame(name, lambda frame: not frame["no_signal"])
        self.finish(capture)
        self.assertIn("no frame for", capture.err)

    def test_persistent_capture_waits_for_a_missing_camera(self):
        name = self.stream()
        capture = self.capture(name, f"{SMALL} --persistent -v", device="/dev/video9")
        self.assertTrue(all(frame["no_signal"] for frame in self.frames(name, 40)))
        self.finish(capture)
        # In four seconds: attempts after 0, 0.2, 0.6, 1.4 and 3 s; with equal pauses there would be
        # twenty.
        self.assertIn(capture.err.count("cannot open"), range(3, 9), capture.err)

    def signal(self, mode, device=HDMI):
        control = "dv_timings_signal_mode" if device == HDMI else "standard_signal_mode"
        self.control(f"{control}={SIGNAL_MODES[mode]}", device)

    def test_lost_signal_is_logged_with_its_reason_and_recovers(self):
        for device, mode, why in ((HDMI, "no signal", "no signal:"), (HDMI, "no lock", "no lock"),
                                  (HDMI, "out of range", "out of the device's range"),
                                  (TELEVISION, "no signal", "no signal")):
            with self.subTest(mode, device=device):
                self.addCleanup(self.signal, "current", device)
                name = self.stream()
                capture = self.capture(name, "-f NV12 -s 320x180", device)
                self.frames(name, 3)
                self.signal(mode, device)
                lost = self.wait_for_frame(name, lambda frame: frame["no_signal"])
                self.signal("current", device)
                back = self.wait_for_frame(name, lambda frame: not frame["no_signal"])
                self.finish(capture)
                self.assertEqual((lost["width"], lost["fps_num"]), (back["width"], back["fps_num"]))
                self.assert_logged_once(capture, why)

    def timings(self, wanted):
        """Selects a timing by its name in vivid's menu."""
        menu = self.succeed(f"v4l2-ctl -d {HDMI} -L")
        number = menu.split(f": {wanted}\n")[0].split()[-1]
        self.control(f"dv_timings={number}", HDMI)

    def test_stream_follows_a_change_of_the_sources_size(self):
        self.addCleanup(self.signal, "current")
        name = self.stream()
        self.timings("640x480p59")
        self.signal("selected")
        capture = self.capture(name, "-f YUYV", HDMI)
        self.assertEqual(self.frames(name, 1)[0]["width"], 640)
        for timing, width, height, rate in (("720x576p50", 720, 576, 50),
                                            ("1280x720p60", 1280, 720, 60)):
            self.timings(timing)
            frame = self.wait_for_frame(name, lambda frame, width=width: frame["width"] == width)
            self.assertEqual(frame["height"], height)
            self.assertEqual(round(frame["fps_num"] / frame["fps_den"]), rate)
        self.finish(capture)
        self.assertNotIn("reopening it", capture.err)

    def restore_timings(self):
        self.timings("1280x720p60")
        self.signal("selected")
        self.succeed(f"v4l2-ctl -d {HDMI} --set-dv-bt-timings query")
        self.signal("current")

    def test_fields_of_an_interlaced_signal_are_woven(self):
        self.addCleanup(self.restore_timings)
        self.timings("1920x1080i25")
        self.signal("selected")
        name = self.stream()
        capture = self.capture(name, f"-f YUYV -s 320x180 {PLAIN}", HDMI)
        frames = self.frames(name, 10)
        picture = self.picture(name, "YUYV", 320, 180)
        self.finish(capture)
        self.assertIn("two fields woven", capture.err)
        self.assertEqual({(f["width"], f["height"], f["field"]) for f in frames},
                         {(320, 180, "interlaced-tb")})
        self.assertEqual(round(frames[0]["fps_num"] / frames[0]["fps_den"]), 25)
        self.assert_accounted(frames[0], frames[-1])
        rows = {picture[at:at + 640] for at in range(0, len(picture), 640)}
        self.assertEqual(len(rows), 1, "upright bars are the same in each line of both fields")
