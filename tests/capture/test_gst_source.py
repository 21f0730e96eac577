# SPDX-License-Identifier: MIT
"""gst:PIPELINE and file: of triptych-capture: frames, description, options, errors."""
import os
import pathlib
import re
import subprocess
import time
import unittest

from gst_source import FAILED, MISUSED, GstSourceTest
from programs import built, last_json, tool, wait_until

OPEN_SECONDS = 20  # of source_gst.c: a lost wake-up costs as much
GREY = "video/x-raw,format=GRAY8,width=64,height=48,framerate=50/1"


class Pipelines(GstSourceTest):
    def test_frames_are_those_that_triptychsink_gets(self):
        pipeline = f"videotestsrc num-buffers=12 pattern=snow ! {GREY}"
        source = self.all_frames(f"gst:{pipeline}", 12)
        name = self.stream()
        sink = self.start(tool("gst-launch-1.0"), "-q", *pipeline.split(), "!", "triptychsink",
                          f"stream={name}", "slots=16", "history=0", "wait-for-connection=true",
                          env=self.environment)
        self.assertEqual(self.dump(name, 12), source)
        self.assertEqual(sink.wait(60), 0)
        file = self.folder() / "raw"
        subprocess.run([tool("gst-launch-1.0"), "-q", *pipeline.split(), "!", "filesink",
                        f"location={file}"], check=True, env=self.environment, timeout=60)
        self.assertEqual(file.read_bytes(), source)

    def test_element_that_takes_the_pool_writes_into_slots(self):
        name, process, _ = self.capture(f"gst:videotestsrc ! {GREY}", "--count", 40)
        frames = self.frames(name, 10)
        self.assertEqual({frame["copies"] for frame in frames}, {0})
        self.assertEqual(self.summary(process)["copies"], 0)

    def test_first_frame_is_in_a_slot_already(self):
        done = self.run_capture(f"gst:videotestsrc num-buffers=1 ! {GREY}")
        self.assertEqual(done.returncode, 0, done.stderr)
        summary = last_json(done.stdout)
        self.assertEqual((summary["frames"], summary["copies"]), (1, 0))

    def test_frames_in_other_memory_are_copied_once(self):
        name, process, _ = self.capture(f"gst:videotestsrc ! {GREY} ! identity drop-allocation=1")
        self.assertEqual({frame["copies"] for frame in self.frames(name, 10)}, {1})
        self.assertEqual(self.finish(process)["dropped"]["writer"], 0)

    def test_compressed_frames_pass_as_they_are(self):
        name, process, _ = self.capture(f"gst:videotestsrc ! {GREY} ! jpegenc")
        frame = self.frames(name, 3)[-1]
        self.assertEqual((frame["format"], frame["width"], frame["key"]), ("MJPG", 64, True))
        self.finish(process)

    def test_stream_is_described_as_the_caps_are(self):
        caps = ("video/x-raw,format=NV12,width=64,height=48,framerate=50/1,colorimetry=bt709,"
                "pixel-aspect-ratio=16/11,interlace-mode=interleaved,field-order=top-field-first")
        name, process, _ = self.capture(
            f"gst:videotestsrc ! {caps} ! taginject tags=image-orientation=rotate-90")
        frame = self.frames(name, 3)[-1]
        self.assertEqual((frame["aspect_num"], frame["aspect_den"]), (16, 11))
        self.assertEqual((frame["matrix"], frame["range"]), ("709", "lim-range"))
        self.assertEqual(frame["field"], "interlaced-tb")
        self.assertEqual(self.shown(name)["picture"]["rotation"], 90)
        self.finish(process)

    def test_requested_size_format_and_rate_are_converted(self):
        name, process, _ = self.capture(f"gst:videotestsrc ! {GREY}", "-s", "32x16", "-f", "YUYV",
                                        "-r", "20")
        frame = self.frames(name, 3)[-1]
        self.assertEqual((frame["format"], frame["width"], frame["height"], frame["fps_num"]),
                         ("YUYV", 32, 16, 20))
        self.finish(process)

    def test_request_that_upstream_can_meet_costs_no_copy(self):
        name, process, _ = self.capture("gst:videotestsrc", "-s", "96x32", "-f", "NV12", "-r", "50")
        frames = self.frames(name, 5)
        self.assertEqual({(f["format"], f["width"], f["copies"]) for f in frames}, {("NV12", 96, 0)})
        self.finish(process)

    def test_format_may_change_in_mid_stream(self):
        parts = " ".join(f"videotestsrc num-buffers=20 ! video/x-raw,format={format},width={width},"
                         f"height=48,framerate=50/1 ! c. " for format, width in
                         (("GRAY8", 64), ("NV12", 128), ("GRAY8", 32)))
        name = self.stream()
        process = self.start("triptych-capture", "-q", "--json", "-n", name, "-b", 16,
                             "--wait-for-reader", f"gst:concat name=c {parts} c.",
                             env=self.environment)
        frames = self.first_frames(name, process, 60)
        self.assertEqual([(f["format"], f["width"]) for f in frames],
                         [("GREY", 64)] * 20 + [("NV12", 128)] * 20 + [("GREY", 32)] * 20)
        self.assertEqual(self.summary(process)["frames"], 60)

    def test_live_pipeline_is_not_delayed(self):
        slow = GREY.replace("50/1", "4/1")  # synchronised frames would be one period late
        done = self.run_capture(f"gst:videotestsrc is-live=true ! {slow}", "--count", 8)
        self.assertLess(last_json(done.stdout)["age_us"]["p50"], 150000)

    def test_pipeline_without_a_rate_runs_as_fast_as_it_can(self):
        done = self.run_capture(f"gst:videotestsrc num-buffers=500 ! {GREY}", "--rate", "0")
        summary = last_json(done.stdout)
        self.assertEqual((done.returncode, summary["frames"]), (0, 500), done.stderr)
        self.assertGreater(summary["fps"], 100)

    def test_end_of_the_pipeline_ends_capture(self):
        done = self.run_capture(f"gst:videotestsrc num-buffers=5 ! {GREY}")
        self.assertEqual((done.returncode, last_json(done.stdout)["frames"]), (0, 5), done.stderr)

    def test_elements_of_the_plugin_work_in_the_pipeline(self):
        first, writer, _ = self.capture(f"gst:videotestsrc ! {GREY}")
        name, process, _ = self.capture(f"gst:triptychsrc stream={first}")
        self.assertEqual(self.frames(name, 3)[-1]["width"], 64)
        self.finish(process)
        self.finish(writer)

    def test_source_is_closed_without_a_reader(self):
        name, process, log = self.capture(f"gst:videotestsrc is-live=true ! {GREY}", "--on-demand=0")
        for times in range(1, 4):
            self.wait_for(log, "standby: no readers", times)
            self.assertEqual(self.shown(name)["state"], "standby")
            frames = self.frames(name, 10)
            self.assertFalse(frames[-1]["no_signal"])
            self.assertEqual(frames[-1]["copies"], 0)
        self.finish(process)

    def test_pipeline_that_fails_is_started_again(self):
        name, process, log = self.capture(f"gst:videotestsrc is-live=true ! {GREY} ! "
                                          "identity error-after=20")
        self.wait_for(log, "signal is back after", 2)
        self.assertIn("error-after", log())
        self.assertEqual(self.frames(name, 1)[0]["width"], 64)
        self.finish(process)


class VideoFiles(GstSourceTest):
    def video(self, *args, frames=40, rate=25):
        """A video file with sound."""
        path = self.folder() / "a video.mkv"
        done = subprocess.run(
            [tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i", f"testsrc2=s=128x96:r={rate}",
             "-f", "lavfi", "-i", "sine", "-frames:v", str(frames), "-shortest", "-c:v", "mpeg4",
             "-q:v", "2", "-c:a", "flac", *args, str(path)], capture_output=True, timeout=120,
            check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return path

    def test_video_is_played_at_its_own_times_and_ends(self):
        name, process, _ = self.capture(f"file:{self.video()}", "-b", 16, "--wait-for-reader")
        frames = self.first_frames(name, process, 40)
        self.assertEqual({(f["format"], f["width"]) for f in frames}, {("YU12", 128)})
        for before, frame in zip(frames, frames[1:]):
            self.assertAlmostEqual((frame["capture_ns"] - before["capture_ns"]) / 1e6, 40, delta=1)
        self.assertTrue(all(frame["publish_ns"] >= frame["capture_ns"] for frame in frames))
        self.assertEqual(self.summary(process)["frames"], 40)

    def test_video_is_repeated_from_its_start(self):
        source = f"file:{self.video(frames=10)}"
        once = self.all_frames(source, 10)
        self.assertEqual(self.all_frames(source, 30, "--loop", "--count", 30), once * 3)

    def picture(self):
        path = self.folder() / "picture.png"
        subprocess.run([tool("gst-launch-1.0"), "-q", "videotestsrc", "num-buffers=1", "!", GREY,
                        "!", "pngenc", "!", "filesink", f"location={path}"], check=True,
                       env=self.environment, timeout=60)
        return path

    def test_single_picture_is_repeated_at_a_rate(self):
        done = self.run_capture(f"file:{self.picture()}", "--loop", "--count", 21)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreaterEqual(last_json(done.stdout)["duration_s"], 19 * 0.04)

    def test_repeated_picture_is_not_lost_at_its_end(self):
        done = self.run_capture(f"file:{self.picture()}", "--loop", "--rate", 0, "--count", 8000)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], 8000)

    def test_repetitions_take_no_memory(self):
        name, process, _ = self.capture(f"file:{self.picture()}", "--loop", "--rate", 0)
        status = pathlib.Path(f"/proc/{process.pid}/status")
        kilobytes = []
        for number in 1000, 8000:
            wait_until(lambda number=number: self.frames(name, 1)[-1]["number"] >= number,
                       f"frame {number}")
            kilobytes.append(int(re.search(r"VmRSS:\s+(\d+)", status.read_text()).group(1)))
        self.assertLess(kilobytes[1] - kilobytes[0], 7000, kilobytes)
        self.finish(process)

    def test_pipeline_that_has_no_frame_is_not_repeated(self):
        for buffers in (0, 3):  # an element that counts delivers nothing after it was rewound
            with self.subTest(buffers=buffers):
                done = self.run_capture(f"gst:videotestsrc num-buffers={buffers} ! {GREY}", "--loop",
                                        "--duration", 60)
                self.assertEqual(done.returncode, FAILED, done.stderr)
                self.assertIn("omit --loop", done.stderr)
                self.assertEqual(last_json(done.stdout)["frames"], buffers)

    def test_first_frames_of_a_video_file_are_skipped(self):
        source = f"file:{self.video(frames=10)}"
        once = self.all_frames(source, 10)
        self.assertEqual(self.all_frames(source, 7, "--skip", 3), once[len(once) * 3 // 10:])

    def test_each_frame_of_a_video_file_reaches_a_reader(self):
        path = self.video(frames=30)
        expected = subprocess.run([tool("ffmpeg"), "-v", "error", "-i", str(path), "-f", "rawvideo",
                                   "-"], capture_output=True, timeout=120, check=True).stdout
        self.assertEqual(self.all_frames(f"file:{path}", 30), expected)


class Faults(GstSourceTest):
    def test_frame_that_an_element_still_needs_is_torn_in_a_copy(self):
        half = 64 * 24
        slow = GREY.replace("50/1", "25/1")  # videorate repeats each frame, which lies in a slot
        source = (f"gst:videotestsrc num-buffers=20 pattern=ball ! {slow} ! videorate ! "
                  "video/x-raw,framerate=50/1")
        intact, torn = (self.all_frames(source, 30, *options)
                        for options in ((), ("--tear-every", 3)))
        self.assertNotEqual(torn, intact)
        for number, at in enumerate(range(0, len(intact), half * 2), 1):
            lower = at - half if number % 3 == 0 else at + half
            self.assertEqual(torn[at:at + half * 2],
                             intact[at:at + half] + intact[lower:lower + half], number)

    def test_dropped_frames_of_a_pipeline_are_drops_of_the_driver(self):
        name, process, _ = self.capture(f"gst:videotestsrc num-buffers=20 ! {GREY}", "-b", 16,
                                        "--wait-for-reader", "--drop-every", 5)
        self.assertEqual(self.first_frames(name, process, 16)[-1]["dropped_driver"], 3)
        summary = self.summary(process)
        self.assertEqual((summary["frames"], summary["faults"]["dropped"]), (16, 4))

    def test_format_of_a_pipeline_changes_and_changes_back(self):
        name, process, _ = self.capture(f"gst:videotestsrc ! {GREY}", "-b", 16, "--wait-for-reader",
                                        "--format-change-every", 3)
        frames = self.first_frames(name, process, 9)
        self.assertEqual([(frame["format"], frame["width"]) for frame in frames],
                         [("GREY", 64)] * 3 + [("NV12", 32)] * 3 + [("GREY", 64)] * 3)
        self.finish(process)


class Errors(GstSourceTest):
    def assert_refused_at_once(self, status, source, *words, options=()):
        done = self.run_capture(source, *options)
        self.assert_refused(done, status, *words)
        self.assertNotIn("no signal", done.stderr)

    def test_pipeline_that_cannot_be_parsed_is_misused(self):
        for pipeline, words in (("videotestsrc !", "syntax error"), ("videotestsrc foo=1", "foo"),
                                ("videotestsrc ! fakesink", "fakesink"), ("", "after the colon")):
            with self.subTest(pipeline=pipeline):
                self.assert_refused_at_once(MISUSED, f"gst:{pipeline}", words)

    def test_missing_element_is_named_with_its_package(self):
        self.assert_refused_at_once(FAILED, "gst:avdec_nothing", "avdec_nothing",
                                    "gstreamer1.0-libav")

    def test_formats_that_do_not_fit_end_the_run(self):
        self.assert_refused_at_once(FAILED, "gst:videotestsrc ! video/x-raw,format=AYUV64",
                                    "videoconvert", options=["--persistent"])
        self.assert_refused_at_once(FAILED, "gst:videotestsrc ! video/x-raw,format=AYUV64 ! concat",
                                    "do not fit", options=["--persistent"])

    def test_advice_depends_on_what_the_last_element_delivers(self):
        for status, pipeline, options, words in (
                (FAILED, "videotestsrc ! vp8enc", (), "append ! decodebin"),
                (FAILED, "videotestsrc ! jpegenc", ("-r", 10), "omit --size, --format and --rate"),
                (MISUSED, "videotestsrc ! jpegenc", ("-s", "64x48"), "append ! decodebin"),
                (FAILED, "videotestsrc", ("-f", "MJPG"), "append an encoder"),
                (FAILED, "videotestsrc videotestsrc ! identity sleep-time=500000", (), "not linked")):
            with self.subTest(pipeline=pipeline, options=options):
                self.assert_refused_at_once(status, f"gst:{pipeline}", words, options=options)

    def test_decoded_video_has_raw_formats_only(self):
        path = self.folder() / "video"
        for name in "MJPG", "BA81":
            self.assert_refused_at_once(MISUSED, f"file:{path}", f"--format {name}", "raw format",
                                        options=["-f", name])

    def test_buffer_that_does_not_fit_its_caps_is_the_reason(self):
        pipeline = f"fakesrc ! {GREY.replace('50/1', '10/1')} ! identity sleep-time=20000"
        name, process, log = self.capture(f"gst:{pipeline}", "--device-timeout", 0.5)
        self.wait_for(log, "no usable frame for")
        self.assertIn("the last one was a buffer of 0 bytes", log())
        self.finish(process)

    def test_file_that_is_no_video_ends_the_run(self):
        path = self.folder() / "text"
        self.assert_refused_at_once(FAILED, f"file:{path}", str(path), options=["--persistent"])
        path.write_text("no video\n" * 1000)
        self.assert_refused_at_once(FAILED, f"file:{path}", "video file")

    def test_audio_without_video_is_named(self):
        path = self.folder() / "audio.wav"
        subprocess.run([tool("gst-launch-1.0"), "-q", "audiotestsrc", "num-buffers=10", "!",
                        "wavenc", "!", "filesink", f"location={path}"], check=True,
                       env=self.environment, timeout=60)
        self.assert_refused_at_once(FAILED, f"file:{path}", "no video", options=["--persistent"])
        self.assert_refused_at_once(FAILED, "gst:audiotestsrc", "delivers audio")

    def test_failure_before_the_first_frame_is_reported_at_once(self):
        path = self.folder() / "text"
        path.write_text("no picture\n" * 100)
        for start in range(8):
            with self.subTest(start=start):
                begin = time.monotonic()
                self.assert_refused_at_once(FAILED, f"gst:filesrc location={path} ! jpegdec",
                                            "No valid frames")
                self.assertLess(time.monotonic() - begin, OPEN_SECONDS / 2)

    def test_pipeline_that_ends_without_video_has_failed(self):
        for source in ("fakesrc num-buffers=0", "fakesrc num-buffers=1 ! identity drop-probability=1"):
            with self.subTest(source=source):
                self.assert_refused_at_once(FAILED, f"gst:{source} ! jpegdec", "without any video")

    def test_passwords_are_not_shown(self):
        done = self.run_capture("gst:souphttpsrc location=http://me:secret1@127.0.0.1:1/ "
                                "user-pw=secret2 proxy-pw=\"secret 3\" ! jpegdec foo=1")
        self.assert_refused(done, MISUSED, "http://me:***@127.0.0.1:1/", "user-pw=***", "foo")
        self.assertNotIn("secret", done.stderr)


class Module(GstSourceTest):
    def test_other_sources_do_not_load_gstreamer(self):
        name, process, _ = self.capture("pattern:ball", "-s", "64x48")
        self.frames(name, 1)
        with open(f"/proc/{process.pid}/maps", encoding="utf-8") as maps:
            self.assertNotIn("libgst", maps.read())
        self.finish(process)

    def test_missing_module_is_named_with_its_package(self):
        copy = self.copy_alone(built("triptych-capture"))
        done = self.run_to_end(copy, "gst:videotestsrc", env=self.environment |
                               {"LD_LIBRARY_PATH": os.path.dirname(copy)})
        self.assert_refused(done, FAILED, "gstreamer1.0-triptych")

    def test_help_lists_the_short_forms(self):
        text = self.run_to_end("triptych-capture", "--help").stdout
        for source in ("gst:PIPELINE", "rtsp://HOST/PATH", "file:FILE", "libcamera:[ID]",
                       "pipewire:[NODE]"):
            self.assertIn(source, text)


if __name__ == "__main__":
    unittest.main()
