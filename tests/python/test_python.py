# SPDX-License-Identifier: MIT
"""The Python module: frames as views of shared memory, in and out, through real streams."""
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from detector_case import DetectorTest
from stdin_writer import StdinWriter, noise, plane_sizes
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, wait_until

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set
from triptych import _library  # noqa: E402

try:
    import numpy
except ImportError:
    numpy = None

C_NAMES = {"Video": "struct tri_video", "PlaneShape": "struct tri_plane", "Shape": "struct tri_shape",
           "FrameInfo": "struct tri_frame_info", "Lease": "struct tri_lease",
           "Frame": "struct tri_frame", "Draft": "struct tri_draft", "Log": "tri_log",
           "WriterOptions": "struct tri_writer_options",
           "ReaderOptions": "struct tri_reader_options",
           "ReaderStats": "struct tri_reader_stats", "PlaneRule": "struct tri_plane_rule",
           "Component": "struct tri_component",
           "Format": "struct tri_format", "Stream": "struct tri_stream",
           "StreamEvent": "struct tri_stream_event"}

WRITE_ENDLESSLY = """
import sys, time, triptych
with triptych.Writer(sys.argv[1], "GREY", 64, 48, fps=200) as writer:
    while True:
        with writer.frame() as draft:
            memory = draft.planes[0].view()
            memory[:] = bytes([int(sys.argv[2])]) * len(memory)
        time.sleep(0.005)
"""


class Structures(unittest.TestCase):
    """ctypes structures equal those of the C compiler."""

    def test_every_field_has_the_offset_of_the_c_compiler(self):
        lines, expected = [], []
        for python, c in C_NAMES.items():
            structure = getattr(_library, python)
            lines.append(f'printf("%zu\\n", sizeof({c}));')
            expected.append((f"sizeof {c}", ctypes.sizeof(structure)))
            for name, *_ in structure._fields_:
                lines.append(f'printf("%zu\\n", offsetof({c}, {name}));')
                expected.append((f"{c}.{name}", getattr(structure, name).offset))
        source = ("#include <triptych/triptych.h>\n#include <stddef.h>\n#include <stdio.h>\n"
                  "int main(void) {" + "".join(lines) + "}")
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder, "layout")
            subprocess.run(["cc", "-x", "c", "-", "-I", SOURCE / "common/include", "-I",
                            BUILD / "common/include", "-o", program],
                           input=source.encode(), check=True)
            offsets = subprocess.run([program], capture_output=True, check=True).stdout.split()
        self.assertEqual([(name, int(offset)) for (name, _), offset in zip(expected, offsets)],
                         expected)


@unittest.skipUnless(numpy, "python3-numpy is not installed")
class Arrays(ProgramTest):
    """Planes are arrays of the right shape over the slot's memory."""

    def test_planes_of_every_format_hold_the_samples_that_were_written(self):
        for format in ("YUYV", "NV12", "NV16", "YU12", "422P", "P010", "RGB3", "XR24", "RGBP",
                       "GREY", "Y16"):
            with self.subTest(format=format):
                name = self.stream()
                with triptych.Reader(name) as reader:
                    writer = StdinWriter(self, name)
                    planes = noise(format, 33, 17, 5)
                    writer.frame(format, (33, 17), planes, pad=7)
                    frame = reader.latest(timeout=20)
                    self.assertEqual(frame.format, format)
                    for plane, wanted in zip(frame.planes, planes):
                        array = numpy.asarray(plane)
                        self.assertEqual(array.tobytes(), wanted)
                    self.assertEqual(len(frame.planes), len(plane_sizes(format, 33, 17)))
                    del frame, array, plane
                    writer.end()

    def test_array_views_the_segment_and_cannot_be_written(self):
        name = self.stream()
        with triptych.Writer(name, "BGR3", 40, 30) as writer, triptych.Reader(name) as reader:
            writer.write(numpy.full((30, 40, 3), 9, numpy.uint8))
            array = numpy.asarray(reader.latest(timeout=20))
            self.assertEqual(array.shape, (30, 40, 3))
            address = array.__array_interface__["data"][0]
            maps = [line for line in pathlib.Path("/proc/self/maps").read_text().splitlines()
                    if "SYSV" in line]
            spans = [tuple(int(end, 16) for end in line.split()[0].split("-")) for line in maps]
            self.assertTrue(any(low <= address < high for low, high in spans))
            with self.assertRaises(ValueError):
                array[0, 0] = 1

    def test_array_keeps_its_frame_when_reader_and_writer_are_gone(self):
        name = self.stream()
        writer = triptych.Writer(name, "GREY", 40, 30)
        reader = triptych.Reader(name)
        writer.write(numpy.full((30, 40), 123, numpy.uint8))
        array = numpy.asarray(reader.latest(timeout=20))
        for value in range(10):  # without a lock its slot would be overwritten
            writer.write(numpy.full((30, 40), value, numpy.uint8))
        reader.close()
        writer.close()
        self.assertTrue((array == 123).all())

    def test_planes_have_the_shapes_and_strides_of_their_format(self):
        shapes = {"YUYV": [(17, 17, 4)], "NV12": [(17, 33), (9, 17, 2)], "P010": [(17, 33), (9, 17, 2)],
                  "YU12": [(17, 33), (9, 17), (9, 17)], "422P": [(17, 33), (17, 17), (17, 17)],
                  "RGB3": [(17, 33, 3)], "AR24": [(17, 33, 4)], "RGBP": [(17, 33)], "Y16": [(17, 33)],
                  "BG10": [(17, 34)], "Y210": [(17, 17, 4)], "pRAA": [(17, 45)], "Y12P": [(17, 17, 3)],
                  "P210": [(17, 33), (17, 17, 2)], "P216": [(17, 33), (17, 17, 2)], "pBCC": [(17, 51)]}
        wide = ("P010", "P210", "P216", "Y16", "RGBP", "BG10", "Y210")
        for format, wanted in shapes.items():
            with self.subTest(format=format):
                name = self.stream()
                with triptych.Writer(name, format, 33, 17) as writer, \
                        triptych.Reader(name) as reader:
                    writer.frame().publish()
                    arrays = [numpy.asarray(plane) for plane in reader.latest(timeout=20).planes]
                    self.assertEqual([array.shape for array in arrays], wanted)
                    for array in arrays:
                        self.assertEqual(array.itemsize, 2 if format in wide else 1)
                        self.assertEqual(array.strides[0] % 64, 0)  # as tri_video_shape() does
                        self.assertEqual(array.strides[-1], array.itemsize)
                    del arrays, array

    def test_unknown_format_has_the_planes_of_its_writer(self):
        name = self.stream()
        with triptych.Writer(name, "pBEE", 32, 16, planes=[(40, 16), (7, 3)]) as writer, \
                triptych.Reader(name) as reader:
            writer.write(numpy.full((16, 40), 3, numpy.uint8), numpy.full((3, 7), 5, numpy.uint8))
            frame = reader.latest(timeout=20)
            self.assertEqual(frame.format, "pBEE")
            first, second = (numpy.asarray(plane) for plane in frame.planes)
            self.assertEqual((first.shape, second.shape), ((16, 40), (3, 7)))
            self.assertTrue((first == 3).all() and (second == 5).all())
            del first, second, frame
        for planes in ([], [(0, 16)], [(40, 0)], [(40, 16)] * 5):
            with self.subTest(planes=planes), self.assertRaises((ValueError, triptych.Error)):
                triptych.Writer(self.stream(), "pBEE", 32, 16, planes=planes)

    def test_coded_video_begins_at_a_key_frame(self):
        name = self.stream()
        with triptych.Writer(name, "H264", 32, 16) as writer, \
                triptych.Reader(name, mode="next") as reader:
            for number in range(3):
                writer.write(bytes([number]), key=number == 1)
            for number in (1, 2):
                frame = reader.next(timeout=20)
                self.assertEqual((bytes(frame.planes[0].view()), frame.key),
                                 (bytes([number]), number == 1))

    def test_copy_of_an_overwritten_frame_is_refused(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 40, 30) as writer, \
                triptych.Reader(name, lock=False) as reader:
            writer.frame().publish()
            frame = reader.latest(timeout=20)
            self.assertFalse(frame.locked)
            self.assertTrue(frame.is_intact)
            for _ in range(3):
                writer.frame().publish()
            self.assertFalse(frame.is_intact)
            with self.assertRaises(triptych.Torn):
                frame.copy()

    def test_copy_is_writable_and_its_own(self):
        name = self.stream()
        with triptych.Writer(name, "YU12", 33, 17) as writer, triptych.Reader(name) as reader:
            with writer.frame() as draft:
                for value, plane in enumerate(draft.planes):
                    numpy.asarray(plane)[:] = value + 1
            copy = reader.latest(timeout=20).copy()
            numpy.asarray(copy.planes[0])[:] = 7
            self.assertTrue((numpy.asarray(copy.planes[1]) == 2).all())
            self.assertTrue(copy.is_intact)


class Streams(ProgramTest):
    """Times, numbers, ends and returns."""

    def _writer(self, name, value):
        environment = {**os.environ, "PYTHONPATH": str(SOURCE / "plugins/python")}
        return self.start(sys.executable, "-c", WRITE_ENDLESSLY, name, value, env=environment)

    def test_iteration_continues_with_the_next_writer_after_a_kill(self):
        name = self.stream()
        with triptych.Reader(name) as reader:
            for life in (1, 2, 3):
                process = self._writer(name, life)
                frame = wait_until(lambda: next(iter(reader)), "a frame")
                wait_until(lambda: bytes(next(iter(reader)).planes[0].view()[:1]) == bytes([life]),
                           f"a frame of life {life}")
                del frame
                process.send_signal(signal.SIGKILL)
                process.wait()
            self.assertEqual(reader.stats["restarts"], 2)
        triptych.Writer(name, "GREY", 8, 8).close()  # takes over, and closes the stream

    def test_retained_frame_is_returned_on_request(self):
        name = self.stream()
        process = self._writer(name, 7)
        with triptych.Reader(name) as reader:
            reader.latest(timeout=PATIENCE)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with triptych.Reader(name) as reader, self.assertRaises(TimeoutError):
            reader.latest(timeout=0.2)
        with triptych.Reader(name, retained=True) as reader:
            self.assertEqual(bytes(reader.latest(timeout=PATIENCE).planes[0].view()[:1]), b"\7")
        triptych.Writer(name, "GREY", 8, 8).close()  # takes over, and closes the stream

    def test_next_returns_frames_that_latest_skips(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8, slots=8) as writer, \
                triptych.Reader(name) as reader:
            with writer.frame() as draft:
                draft.user = b"first"
            first = reader.latest(timeout=20)
            self.assertEqual((first.user, first.copy().user), (b"first", b"first"))
            for _ in range(4):
                writer.frame().publish()
            self.assertEqual([reader.next(timeout=20).number for _ in range(2)], [2, 3])
            self.assertEqual(reader.latest(timeout=20).number, 5)
            self.assertEqual(reader.stats["skipped"], 1)

    def test_capture_time_is_that_of_the_writer(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8, fps="30000/1001") as writer, \
                triptych.Reader(name) as reader:
            with writer.frame() as draft:
                draft.capture_ns = 123456789
            frame = reader.latest(timeout=20)
            self.assertEqual(frame.capture_ns, 123456789)
            self.assertAlmostEqual(frame.fps, 30000 / 1001)

    def test_frame_says_whether_its_writer_copied_it(self):
        name = self.stream()
        with triptych.Writer(name, "MJPG", 8, 8) as writer, triptych.Reader(name) as reader:
            writer.write(b"\xff\xd8\xff\xd9")
            self.assertEqual(reader.latest(timeout=20).copies, 1)
            with writer.frame() as draft:
                draft.bytes_used = 4
            self.assertEqual(reader.latest(timeout=20).copies, 0)

    def test_colours_go_through_in_words(self):
        name = self.stream()
        with triptych.Writer(name, "NV12", 8, 8, range="full-range", matrix="709",
                             colorspace="rec709") as writer, triptych.Reader(name) as reader:
            writer.frame().publish()
            frame = reader.latest(timeout=20)
            self.assertEqual((frame.range, frame.matrix, frame.colorspace, frame.field),
                             ("full-range", "709", "rec709", "any"))
            del frame
        with self.assertRaisesRegex(ValueError, "matrix '999'"):
            triptych.Writer(self.stream(), "NV12", 8, 8, matrix="999")

    def test_frame_keeps_aspect_rotation_siting_and_bits(self):
        name = self.stream()
        with triptych.Writer(name, "Y16", 8, 8, rotation=90, pixel_aspect=(59, 54), bits=12,
                             siting="topleft") as writer, triptych.Reader(name) as reader:
            writer.frame().publish()
            frame = reader.latest(timeout=20)
            self.assertEqual((frame.rotation, frame.pixel_aspect, frame.bits, frame.siting),
                             (90, (59, 54), 12, "topleft"))
            del frame

    def test_writer_continues_when_drafts_hold_every_slot(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8, slots_max=3) as writer:
            kept = [writer.frame() for _ in range(3)]  # as views of drafts lock them
            with writer.frame() as draft:
                draft.planes[0].view()[:8] = bytes(8)
                self.assertTrue(draft.dropped)
            del kept
            with writer.frame() as draft:
                self.assertFalse(draft.dropped)

    def _drops_when_readers_lock_every_slot(self, reclaim):
        """Whether a writer drops the frame that finds all three slots locked."""
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8, slots_max=3, reclaim=reclaim) as writer, \
                triptych.Reader(name) as reader:
            kept = []
            for _ in range(3):
                writer.frame().publish()
                kept.append(reader.latest(timeout=20))
            with writer.frame() as draft:
                dropped = draft.dropped
            self.assertEqual([frame.is_intact for frame in kept], [dropped, True, True])
            del kept[:]
        return dropped

    def test_writer_reclaims_locked_frames_after_its_limit(self):
        self.assertFalse(self._drops_when_readers_lock_every_slot(reclaim=0))
        for reclaim in (None, 600):
            self.assertTrue(self._drops_when_readers_lock_every_slot(reclaim))
        for reclaim in (-1, 2**32):
            with self.assertRaisesRegex(ValueError, "reclaim"):
                triptych.Writer(self.stream(), "GREY", 8, 8, reclaim=reclaim)

    def test_capture_time_of_another_clock_is_refused(self):
        with triptych.Writer(self.stream(), "GREY", 8, 8) as writer:
            draft = writer.frame()
            draft.capture_ns = time.monotonic_ns()
            for value in (time.time_ns(), -1):
                with self.assertRaisesRegex(ValueError, "monotonic_ns"):
                    draft.capture_ns = value

    def test_module_has_the_version_of_its_library(self):
        self.assertEqual(triptych.__version__.encode(), _library.lib.tri_version_string())

    def test_abandoned_draft_releases_its_slot(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8) as writer:
            for _ in range(8):
                self.assertFalse(writer.frame().dropped)
            draft = writer.frame()
            draft.publish()
            with self.assertRaisesRegex(ValueError, "published"):
                draft.publish()

    def test_forked_process_leaves_the_stream_to_its_parent(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8) as writer, triptych.Reader(name) as reader:
            writer.frame().publish()
            frame = reader.latest(timeout=20)
            from_child, to_parent = os.pipe()
            from_parent, to_child = os.pipe()
            child = os.fork()
            if child == 0:
                os.close(to_child)
                refused = 0
                for call in (reader.latest, writer.frame):
                    try:
                        call()
                    except ValueError:
                        refused += 1
                del frame
                reader.close()
                writer.close()
                os.write(to_parent, b"%d" % refused)
                os.read(from_parent, 1)  # at its end the kernel undoes its semaphore operations
                os._exit(0)
            self.assertEqual(os.read(from_child, 1), b"2")
            for _ in range(8):  # with the slot released, one of them would be overwritten
                writer.frame().publish()
            self.assertTrue(frame.is_intact)
            self.assertEqual(reader.latest(timeout=20).number, 9)
            del frame
            for end in (to_child, from_child, to_parent, from_parent):
                os.close(end)
            self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_closed_objects_report_it_and_close_twice(self):
        name = self.stream()
        for opened in (triptych.Reader(name), triptych.Writer(name, "GREY", 8, 8)):
            self.assertFalse(opened.closed)
            opened.close()
            opened.close()
            self.assertTrue(opened.closed)
            with self.assertRaisesRegex(ValueError, f"of {name} is closed"):
                opened.latest() if isinstance(opened, triptych.Reader) else opened.frame()

    def test_import_without_the_library_suggests_a_fix(self):
        copy = self.folder() / "plugins/python/triptych"
        shutil.copytree(SOURCE / "plugins/python/triptych", copy)
        environment = {**os.environ, "PYTHONPATH": str(copy.parent)}
        del environment["TRIPTYCH_LIBRARY"]
        done = self.run_to_end(sys.executable, "-c", "import triptych", env=environment)
        if done.returncode == 0:
            self.skipTest("libtriptych is installed on this machine")
        self.assert_refused(done, 1, "ImportError: libtriptych is neither built in this checkout",
                            "meson setup build && meson compile -C build", "TRIPTYCH_LIBRARY")

    def test_block_that_raises_publishes_nothing(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8) as writer, triptych.Reader(name) as reader:
            with self.assertRaises(KeyError), writer.frame():
                raise KeyError
            with self.assertRaises(TimeoutError):
                reader.latest(timeout=0.05)

    def test_name_that_has_a_writer_is_refused_with_its_pid(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8):
            with self.assertRaisesRegex(triptych.Error, f"pid {os.getpid()}"):
                triptych.Writer(name, "GREY", 8, 8)

    def test_wrong_names_and_formats_are_value_errors(self):
        with self.assertRaisesRegex(ValueError, "a-z 0-9"):
            triptych.Reader("Not A Name")
        with self.assertRaisesRegex(ValueError, "format"):
            triptych.Writer(self.stream(), "XYZW", 8, 8)

    def test_live_stream_is_listed(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8) as writer:
            writer.frame().publish()
            listed = {stream["name"]: stream for stream in triptych.streams()}
            self.assertEqual(listed[name]["state"], "live")
            self.assertEqual(listed[name]["writer_pid"], os.getpid())


class Detector(DetectorTest):
    """samples/detect.py: OpenCV on one stream, its output as another."""

    def detector(self):
        """Returns the detector, the name of its input stream, and that of its output stream."""
        name, output = self.stream(), self.stream()
        return self.start_detector(name, output), name, output

    def test_detector_publishes_its_drawing(self):
        detector, name, output = self.detector()
        with triptych.Reader(output) as reader:
            for size, format, seen in ((160, 120), "BGR3", (160, 120)), \
                    ((161, 121), "YUYV", (161, 121)), ((163, 123), "NV12", (162, 122)):
                capture = self.start("triptych-capture", "-n", name, "-s", "%dx%d" % size, "-f",
                                     format, "pattern:ball")

                def shown():
                    frame = reader.latest(timeout=60)
                    return (frame.width, frame.height, frame.format) == (*seen, "BGR3")
                wait_until(shown, f"what was found in {format}")
                capture.send_signal(signal.SIGINT)
                self.assertEqual(capture.wait(60), 0, capture.stderr.read().decode())
        self.end_detector(detector)

    def test_detector_gets_the_colours_of_every_common_format(self):
        for format_ in ("YUYV", "NV12", "YU12", "YV12", "MJPG"):
            detector, name, output = self.detector()
            self.start("triptych-capture", "-q", "-n", name, "-s", "161x121", "-f", format_,
                       "pattern:red")
            with self.subTest(format=format_), triptych.Reader(output) as reader:
                blue, green, red = numpy.asarray(reader.latest(timeout=60).planes[0])[60, 80]
                self.assertGreater(red, 200)
                self.assertLess(max(blue, green), 40)
            self.end_detector(detector, signal.SIGTERM)

    def test_detector_suggests_a_fix_for_another_format(self):
        detector, name, _ = self.detector()
        self.start("triptych-capture", "-q", "-n", name, "-f", "Y16", "pattern:red")
        self.assertEqual(detector.wait(60), 1)
        self.assertIn("triptych-capture --format", detector.stderr.read().decode())


if __name__ == "__main__":
    unittest.main()
