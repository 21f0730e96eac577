# SPDX-License-Identifier: MIT
"""Programs that wait for frames, for a source or for readers: they sleep, and a signal ends them.

Their wake-ups are counted by the kernel. A program that polls ten times a second never stops waking
by this count, however busy the machine is.
"""
import os
import pathlib
import signal
import sys
import time
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, ipc_of, ipc_table, tool, wait_until
from screen import Screen

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

SECONDS = 2  # of a count
EACH_SECOND = 3  # the library polls once; statistics or a title are updated once

PYTHON = "import sys, threading, triptych\nreader = triptych.Reader(sys.argv[1])\n"
IN_A_THREAD = "import signal\n" + PYTHON + """
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
thread = threading.Thread(target=lambda: [None for frame in reader])
thread.start()
signal.sigwait([signal.SIGINT])
reader.close()
thread.join()
"""


def wake_ups(pid):
    """How often the threads of a process have slept."""
    count = 0
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        status = (task / "status").read_text(encoding="ascii")
        count += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return count


class Waiting(ProgramTest):
    def idle_stream(self):
        """A stream with one frame, whose writer publishes no more."""
        name = self.stream()
        writer = triptych.Writer(name, "GREY", 64, 48)
        self.addCleanup(writer.close)
        writer.frame().publish()
        return name

    def start_reader(self, name, command, **options):
        """Starts a reader. Returns when it has attached to its stream, or made the segment at which it
        waits for one."""
        def attached():
            return sum(row["nattch"] for row in ipc_of(name)[0])
        before = attached()
        process = self.start(*command, **options)
        wait_until(lambda: attached() > before or
                   any(row["cpid"] == process.pid for row in ipc_table("shm")), f"{command} waits")
        return process

    def assert_waits(self, process, number, status=0):
        """Asserts that a program stops waking, and that a signal ends it."""
        def rests():
            if process.poll() is not None:
                self.fail(process.stderr.read())
            before = wake_ups(process.pid)
            time.sleep(SECONDS)
            return wake_ups(process.pid) - before <= SECONDS * EACH_SECOND
        wait_until(rests, f"{process.args} sleeps")
        process.send_signal(number)
        sent = time.monotonic()
        self.assertEqual(process.wait(PATIENCE), status, process.stderr.read())
        print(f"# {pathlib.Path(process.args[0]).name}: {signal.Signals(number).name} "
              f"ended it after {1000 * (time.monotonic() - sent):.0f} ms")

    def assert_reader_waits(self, *command, number=signal.SIGINT, status=0, **options):
        """The same of a reader, on a stream without a new frame and without a stream."""
        for name in (self.idle_stream(), self.stream()):
            self.assert_waits(self.start_reader(name, (*command, name), **options), number, status)


class Readers(Waiting):
    def test_dump_sleeps_until_a_frame_or_a_signal(self):
        self.assert_reader_waits("triptych-dump", "-q", "--to", "raw", "-o", "/dev/null")

    def test_viewer_without_a_window_sleeps_until_a_frame_or_a_signal(self):
        self.assert_reader_waits("triptych-display", "-q", "--headless", number=signal.SIGTERM)

    def test_viewer_sleeps_until_a_frame_or_a_signal(self):
        screen = Screen()
        self.addCleanup(screen.close)
        self.assert_reader_waits("triptych-display", "-q", env=screen.environment)

    def test_list_of_streams_sleeps_between_updates(self):
        process = self.start("triptych-info", "watch", "--interval", "1")
        process.stdout.readline()
        self.assert_waits(process, signal.SIGINT)

    def python(self, program, **options):
        self.assert_reader_waits(sys.executable, "-c", program, env=os.environ | {
            "PYTHONPATH": str(SOURCE / "plugins/python")}, **options)

    def test_python_sleeps_until_a_frame_or_a_signal(self):
        self.python(PYTHON + """
try:
    for frame in reader: pass
except KeyboardInterrupt: pass""")

    def test_python_sleeps_in_a_thread_until_the_reader_is_closed(self):
        self.python(IN_A_THREAD)

    def test_triptychsrc_sleeps_until_a_frame_or_a_signal(self):
        if not list(BUILD.rglob("libgsttriptych.so")):
            self.skipTest("the plugin is not built")
        registry = self.folder() / "registry.bin"
        for name in (self.idle_stream(), self.stream()):
            command = (tool("gst-launch-1.0"), "-q", "triptychsrc", f"name={name}", "!", "fakesink")
            self.assert_waits(self.start_reader(name, command, env=os.environ | {
                "GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
                "GST_REGISTRY": str(registry)}), signal.SIGINT)


class Writers(Waiting):
    """triptych-capture and triptych-convert without a frame to publish."""

    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def assert_writer_waits(self, program, *args):
        """The same of a program that writes a stream."""
        process = self.start(program, "-q", *args)
        self.wait_for_stream(self.name, process)
        self.assert_waits(process, signal.SIGTERM)

    def assert_capture_waits(self, *args):
        self.assert_writer_waits("triptych-capture", "-n", self.name, "-s", "64x48", *args)

    def test_capture_sleeps_while_its_source_is_silent(self):
        pipe = self.folder() / "pipe"
        os.mkfifo(pipe)
        held = os.open(pipe, os.O_RDWR)
        self.addCleanup(os.close, held)
        self.assert_capture_waits("-f", "GREY", "-r", "30", f"raw:{pipe}")

    def test_capture_sleeps_until_the_next_frame(self):
        self.assert_capture_waits("-r", "1/3600", "pattern:black")

    def test_capture_sleeps_while_its_pipeline_is_silent(self):
        if not list(BUILD.rglob("libtriptych-gst.so")):
            self.skipTest("the module is not built")
        self.assert_capture_waits("--device-timeout", "0",
                                  "gst:videotestsrc is-live=true ! video/x-raw,framerate=1/3600")

    def test_capture_without_its_source_sleeps_between_frames(self):
        self.assert_capture_waits("--persistent", "-r", "1/3600", f"v4l2:{self.folder()}/missing")

    def test_capture_sleeps_in_standby(self):
        self.assert_capture_waits("--on-demand=0", "pattern:black")

    def test_capture_sleeps_until_it_has_a_reader(self):
        self.assert_capture_waits("--wait-for-reader", "pattern:black")

    def test_capture_sleeps_while_it_lingers(self):
        fifo = self.folder() / "pipe"
        os.mkfifo(fifo)
        process = self.start("triptych-capture", "-q", "-n", self.name, "-s", "64x48", "-f", "GREY",
                             "--linger", "3600", f"raw:{fifo}")
        with open(fifo, "wb") as pipe:
            self.wait_for_stream(self.name, process)
            self.start_reader(self.name, ("triptych-dump", "-q", "--to", "raw", "-o", "/dev/null",
                                          self.name))
            pipe.write(bytes(64 * 48))
        self.assert_waits(process, signal.SIGTERM)

    def test_convert_sleeps_in_standby(self):
        self.assert_writer_waits("triptych-convert", "--on-demand=0", self.idle_stream(), self.name)

    def test_convert_sleeps_until_a_frame_or_a_signal(self):
        self.assert_writer_waits("triptych-convert", self.idle_stream(), self.name)


if __name__ == "__main__":
    unittest.main()
