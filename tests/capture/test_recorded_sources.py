# SPDX-License-Identifier: MIT
"""Recorded sources, y4m and raw: every kind of file completely and in order, and malformed
files."""
import os
import signal
import subprocess
import unittest

from programs import ProgramTest, last_json, tool, wait_until

HEAD = b"YUV4MPEG2 W4 H2 F25:1 C420jpeg\n"
PICTURE = bytes(range(12))
FRAME = b"FRAME\n" + PICTURE


class Video(ProgramTest):
    def video(self, *args, frames=12, rate=20, size="64x48", format="yuv420p"):
        """A y4m file made by ffmpeg, in memory."""
        done = subprocess.run(
            [tool("ffmpeg"), "-loglevel", "error", "-f", "lavfi", "-i",
             f"testsrc2=size={size}:rate={rate}", "-frames:v", str(frames), "-pix_fmt", format,
             "-strict", "-1", *args, "-"], check=True, capture_output=True, timeout=120)
        return done.stdout

    def through(self, source, video=None, count=12, reader=(), writer=()):
        """Returns the output of a reader in order, as y4m or raw bytes."""
        name = self.stream()
        options = {"stdin": subprocess.PIPE} if video is not None else {}
        capture = self.start("triptych-capture", "-q", "-n", name, "-b", "16", "--wait-for-reader",
                             *writer, source, **options)
        if video is not None:
            capture.stdin.write(video)  # fits the pipe: nothing reads it before the reader exists
            capture.stdin.close()
        done = self.run_to_end("triptych-dump", "--mode", "next", "--count", count, "-o", "-",
                               *reader, name, text=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        capture.wait(60)
        return done.stdout

    def refused(self, video, *words, status=1, args=("y4m:-",)):
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "-r", "0", *args, input=video)
        self.assert_refused(done, status, *words)


def pictures(y4m):
    """The bytes of each frame, without the header lines."""
    head, _, rest = y4m.partition(b"\n")
    parts = []
    size = None
    while rest:
        line, _, rest = rest.partition(b"\n")
        assert line.startswith(b"FRAME"), line
        if size is None:
            size = rest.find(b"FRAME\n")
            size = len(rest) if size < 0 else size
        parts.append(rest[:size])
        rest = rest[size:]
    return parts


class Whole(Video):
    def test_y4m_from_a_pipe_passes_unchanged(self):
        for format, size in (("yuv420p", "64x48"), ("yuv420p", "34x18"), ("yuv422p", "33x17"),
                             ("gray", "31x5"), ("yuv420p10le", "30x14"), ("gray16le", "19x7"),
                             ("yuv420p12le", "31x15"), ("yuv422p10le", "31x5"),
                             ("yuv444p", "31x5"), ("gray10le", "19x7"), ("gray12le", "19x7")):
            with self.subTest(format=format, size=size):
                video = self.video("-f", "yuv4mpegpipe", format=format, size=size)
                out = self.through("y4m:-", video)
                self.assertEqual(pictures(out), pictures(video))

    def test_y4m_from_a_file_passes_unchanged(self):
        video = self.video("-f", "yuv4mpegpipe", size="161x91", format="yuv422p")
        path = self.folder() / "video.y4m"
        path.write_bytes(video)
        self.assertEqual(pictures(self.through(f"y4m:{path}")), pictures(video))

    def test_raw_frames_pass_unchanged(self):
        video = self.video("-f", "rawvideo", format="nv12", size="50x30")
        out = self.through("raw:-", video, writer=("-s", "50x30", "-f", "NV12", "--fps", "20"),
                           reader=("--to", "raw"))
        self.assertEqual(out, video)

    def test_skip_leaves_out_the_first_frames(self):
        video = self.video("-f", "yuv4mpegpipe")
        out = self.through("y4m:-", video, count=9, writer=("--skip", "3"))
        self.assertEqual(pictures(out), pictures(video)[3:])

    def test_looped_file_restarts(self):
        video = self.video("-f", "yuv4mpegpipe", frames=3)
        path = self.folder() / "video.y4m"
        path.write_bytes(video)
        out = self.through(f"y4m:{path}", count=8, writer=("--loop", "--count", "8"))
        self.assertEqual(pictures(out), (pictures(video) * 3)[:8])

    def test_looped_raw_file_restarts(self):
        path = self.folder() / "video.raw"
        path.write_bytes(b"abcdefgh")
        out = self.through(f"raw:{path}", count=5, reader=("--to", "raw"),
                           writer=("-s", "2x2", "-f", "GREY", "--loop", "--count", "5", "-r", "20"))
        self.assertEqual(out, b"abcdefghabcdefghabcd")

    def test_file_has_its_own_rate_unless_another_is_requested(self):
        for args, fps in (((), 25), (("-r", "30000/1001"), 29.97)):
            name = self.stream()
            done = self.run_to_end("triptych-capture", "-q", "-n", name, "--json", *args, "y4m:-",
                                   input=HEAD + FRAME * 12)
            self.assertEqual(done.returncode, 0, done.stderr)
            summary = last_json(done.stdout)
            self.assertEqual(summary["frames"], 12)
            self.assertGreaterEqual(summary["duration_s"] + 0.0005, 11 / fps)  # rounded, never early

    def test_unpaced_capture_loses_no_frame_of_a_pipe(self):
        done = self.run_to_end("triptych-capture", "-q", "-n", self.stream(), "--json", "-r", "0",
                               "y4m:-", input=HEAD + FRAME * 5000)
        summary = last_json(done.stdout)
        self.assertEqual((summary["frames"], summary["dropped"]["writer"]), (5000, 0))


class Headers(Video):
    """The description of frames in a y4m header, beyond size and samples."""

    def test_header_passes_unchanged(self):
        for said in ("Ip A1:1 C420jpeg", "It A59:54 C420mpeg2", "Ib A0:0 C420paldv", "Im A10:11 C422",
                     "Ip A1:1 Cmono10", "Ip A1:1 C420p10", "I? A1:1 C420jpeg"):
            with self.subTest(said=said):
                head = f"YUV4MPEG2 W4 H2 F25:1 {said}".encode()
                out = self.through("y4m:-", head + b"\nFRAME\n" + bytes(48), count=1)
                self.assertTrue(out.startswith(head + b" "), out[:80])

    def test_frames_of_a_mixed_file_keep_their_order(self):
        lines = [b"FRAME Itii\n", b"FRAME Ibii\n", b"FRAME I1pp\n", b"FRAME I???\n"]
        head = b"YUV4MPEG2 W4 H2 F25:1 Im A1:1 Cmono"
        video = b"".join(line + bytes(8) for line in [lines[3], *lines])
        out = self.through("y4m:-", head + b"\n" + video, count=5)
        self.assertEqual(out.partition(b"\n")[2], video)

    def assert_warned(self, video, frames, *words):
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "-r", "0", "--json", "y4m:-",
                               input=video)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(last_json(done.stdout)["frames"], frames)
        for word in words:
            self.assertIn(word, done.stderr)
        self.assertEqual(done.stderr.count(" byte "), 1 if words else 0, done.stderr)

    def test_unknown_header_fields_are_warnings(self):
        size = b"YUV4MPEG2 W4 H2"
        for video, words in (
                (size + b" F25\n" + FRAME, ["byte 16", "25:1"]),
                (size + b" F1:0\n" + FRAME, ["byte 16", "rate"]),
                (size + b" A1\n" + FRAME, ["byte 16", "aspect"]),
                (size + b" Q1 Zwhat\n" + FRAME, ["byte 16", "parameter"]),
                (size + b"\r\n" + FRAME, ["byte 15", "carriage return"]),
                (HEAD + b"FRAME Q1\n" + PICTURE, [f"byte {len(HEAD) + 6}", "parameter"]),
                (HEAD + b"FRAME\r\n" + PICTURE, [f"byte {len(HEAD) + 5}", "carriage return"]),
                (HEAD + FRAME + b"\n", [f"byte {len(HEAD + FRAME)}", "empty line"]),
                (HEAD + b"\r\n\n" + FRAME, [f"byte {len(HEAD)}", "empty line"])):
            with self.subTest(video=video):
                self.assert_warned(video, 1, *words)

    def test_concatenated_files_continue(self):
        self.assert_warned((HEAD + FRAME * 2) * 3, 6)
        done = self.run_to_end("triptych-capture", "-q", "-n", self.stream(), "--json", "y4m:-",
                               input=HEAD + FRAME + b"YUV4MPEG2 W2 H2 F25:1 Cmono\nFRAME\nabcd")
        summary = last_json(done.stdout)
        self.assertEqual(summary["frames"], 2)
        self.assertEqual((summary["format"], summary["width"]), ("GREY", 2))

    def test_change_within_a_file_is_logged(self):
        for first, then, words in ((b"F25:1", b"F50:1", "from 25/1 frames per second to 50/1"),
                                   (b"F25:1 It", b"F25:1 Ib", "interlaced-tb to interlaced-bt"),
                                   (b"F25:1 A1:1", b"F25:1 A59:54", "pixel aspect 1:1 to 59:54")):
            name = self.stream()
            videos = [b"YUV4MPEG2 W4 H2 C420jpeg " + said + b"\n" + FRAME * 2
                     for said in (first, then)]
            capture = self.start("triptych-capture", "-q", "-n", name, "-b", "16",
                                 "--wait-for-reader", "y4m:-", stdin=subprocess.PIPE)
            capture.stdin.write(b"".join(videos))
            capture.stdin.close()
            done = self.run_to_end("triptych-dump", "--mode", "next", "--count", 4, "-o",
                                   self.folder() / "video.y4m", name)
            self.assertEqual(done.stderr.count("the stream changed"), 1, done.stderr)
            self.assertIn(words, done.stderr)
            capture.wait(60)


class Again(Video):
    """--loop, and input that is not a video file."""

    def test_stdin_is_looped_from_its_initial_offset(self):
        path = self.folder() / "video.y4m"
        path.write_bytes(b"read before" + HEAD + FRAME * 2)
        name = self.stream()
        with open(path, "rb") as video:
            video.seek(len(b"read before"))
            capture = self.start("triptych-capture", "-q", "-r", "0", "-n", name, "--loop",
                                 "--count", 6, "y4m:-", stdin=video)
            self.assertEqual(capture.wait(60), 0, capture.stderr)

    def test_pipe_is_not_looped(self):
        for kind, args in (("y4m", ()), ("raw", ("-s", "2x2", "-f", "GREY"))):
            self.refused(HEAD + FRAME, "--loop", "pipe", status=2,
                         args=("--loop", *args, f"{kind}:-"))

    def test_terminal_is_refused_as_a_video_file(self):
        ours, its = os.openpty()
        self.addCleanup(os.close, ours)
        done = self.run_to_end("triptych-capture", "-n", self.stream(), "y4m:-", stdin=its)
        os.close(its)
        self.assert_refused(done, 2, "is a terminal", "pipe")

    def test_signal_ends_the_wait_for_the_writer_of_a_fifo(self):
        path = self.folder() / "fifo"
        os.mkfifo(path)
        capture = self.start("triptych-capture", "-n", self.stream(), f"y4m:{path}",
                             stderr=subprocess.PIPE)
        wait_until(lambda: "partner" in self.sleeps_in(capture), "it waits")
        capture.send_signal(signal.SIGINT)
        self.assertEqual(capture.communicate(timeout=60)[1], b"")
        self.assertEqual(capture.returncode, 0)

    def sleeps_in(self, process):
        with open(f"/proc/{process.pid}/wchan", encoding="ascii") as wchan:
            return wchan.read()

    def test_raw_rows_may_have_padding(self):
        for format, stride, video, picture in (
                ("GREY", 4, b"ab..cd..", b"abcd"),
                ("YUYV", 6, b"abcd..efgh..", b"abcdefgh"),
                ("YU12", 6, b"ab....cd....e..f..", b"abcdef"),
                ("NV12", 64, b"ab" + bytes(62) + b"cd" + bytes(62) + b"ef" + bytes(62), b"abcdef")):
            with self.subTest(format=format):
                out = self.through("raw:-", video * 2, count=2, reader=("--to", "raw"),
                                   writer=("-s", "2x2", "-f", format, "--stride", stride))
                self.assertEqual(out, picture * 2)
        self.refused(b"", "impossible layout", status=2,
                     args=("raw:-", "-s", "4x2", "-f", "GREY", "--stride", "3"))
        self.refused(b"", "--stride", status=2, args=("y4m:-", "--stride", "3"))


class Malformed(Video):
    def test_malformed_file_is_refused_with_the_offset_of_the_error(self):
        for video, words in (
                (b"", ["empty"]),
                (b"\n", ["byte 0", "YUV4MPEG2"]),
                (b"RIFF....AVI ", ["truncated"]),
                (b"RIFF\n", ["byte 0", "YUV4MPEG2"]),
                (b"\0" * 5000, ["too long"]),
                (b"YUV4MPEG2 W4 H2", ["truncated"]),
                (b"YUV4MPEG2 W0 H2\n", ["byte 10", "width", "1 to 16384"]),
                (b"YUV4MPEG2 W99999999999999999999 H2\n", ["byte 10", "width"]),
                (b"YUV4MPEG2 W4\n", ["height", "missing"]),
                (b"YUV4MPEG2 W4 H2 C411\n", ["C411", "yuv422p"]),
                (b"YUV4MPEG2 W4 H2 C444p10\n", ["C444p10", "-strict -1 -pix_fmt yuv420p10"]),
                (b"YUV4MPEG2 W4 H2 XYSCSS=411\n", ["byte 16", "C411"]),
                (HEAD, ["no frame"]),
                (HEAD + b"FRAM", ["truncated"]),
                (HEAD + b"FRAME", ["truncated"]),
                (HEAD + b"FRAME\n", ["truncated"]),
                (HEAD + b"FRAME\n" + PICTURE[:5], [f"byte {len(HEAD) + 11}", "5 of 12"]),
                (HEAD + FRAME + FRAME[:-1], ["truncated", "11 of 12"]),
                (HEAD + FRAME + b"XRAME\n", [f"byte {len(HEAD + FRAME)}", "FRAME"]),
                (HEAD + FRAME + b"F\n" + FRAME, ["FRAME"]),
                (HEAD + FRAME + b"YUV4MPEG2 W0 H2\n", [f"byte {len(HEAD + FRAME) + 10}", "width"]),
                (HEAD + b"FRAME X" + b"x" * 3000, ["too long"])):
            with self.subTest(video=video[:60]):
                self.refused(video, *words)

    def test_raw_file_that_ends_within_a_frame_is_reported(self):
        self.refused(b"abcdef", "2 of 4", args=("raw:-", "-s", "2x2", "-f", "GREY"))
        self.refused(b"", "empty", args=("raw:-", "-s", "2x2", "-f", "GREY"))

    def test_file_with_another_size_or_format_is_refused(self):
        self.refused(HEAD + FRAME, "4x2", "--size", status=2, args=("y4m:-", "-s", "8x8"))
        self.refused(HEAD + FRAME, "YU12", "--format", status=2, args=("y4m:-", "-f", "NV12"))

    def test_empty_file_is_not_looped(self):
        path = self.folder() / "video.y4m"
        path.write_bytes(HEAD)
        self.refused(None, "no frame", args=("--loop", f"y4m:{path}"))


if __name__ == "__main__":
    unittest.main()
