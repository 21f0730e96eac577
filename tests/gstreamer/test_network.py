# SPDX-License-Identifier: MIT
"""samples/network: a stream on one host becomes the stream of the same name on another.

Two hosts are two network namespaces joined by a pair of veth devices. The far one has an IPC
namespace, too, so the same name is another stream there.
"""
import os
import signal
import subprocess
import unittest

import clock_code
import pixels
from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, end, last_json, tool
from screen import Screen

NETWORK = SOURCE / "samples/network"
WIDTH, HEIGHT = 320, 240
FRAMES = 90
PATIENT_MS = 2000  # SRT and RIST drop what other programs delay by more than their latency
SIZE = f"{WIDTH}x{HEIGHT}"
BAD = ("netsim min-delay=30 max-delay=60 delay-probability=1.0 allow-reordering=true "
       "drop-probability=0.01")


def run(*args):
    return subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=60,
                          check=False)


def clock_of(picture):
    """Returns the number in the blocks of pattern:clock, 0 if unreadable."""
    code = clock_code.strip(picture.data[1::3], picture.width, picture.height)
    return code[0] if code else 0


def difference(one, other):
    """Returns the mean difference between the bytes of two images."""
    return sum(abs(a - b) for a, b in zip(one.data, other.data)) / len(one.data)


class Network(ProgramTest):
    """Each transport, and a slow, lossy link."""

    def setUp(self):
        super().setUp()
        built("libgsttriptych.so")
        if os.geteuid() != 0:
            self.skipTest("network namespaces need root")
        if run("/usr/bin/python3", "-c", "import gi; gi.require_version('Gst', '1.0')").returncode:
            self.skipTest("python3-gst-1.0 is not installed")
        self._near, self._far = (f"tri-{side}-{os.getpid()}" for side in ("near", "far"))
        ip = tool("ip")
        for space in (self._near, self._far):
            if run(ip, "netns", "add", space).returncode:
                self.skipTest("this kernel or container makes no network namespaces")
            self.addCleanup(run, ip, "netns", "del", space)
        if run(ip, "link", "add", "veth0", "netns", self._near, "type", "veth", "peer", "name",
               "veth0", "netns", self._far).returncode:
            self.skipTest("this kernel has no veth devices")
        for space, address in ((self._near, "10.99.0.1/24"), (self._far, "10.99.0.2/24")):
            run(ip, "-n", space, "address", "add", address, "dev", "veth0")
            for device in ("lo", "veth0"):
                run(ip, "-n", space, "link", "set", device, "up")
        programs = [str(BUILD / "display/info"), os.environ["PATH"]]
        self._environment = os.environ | {
            "GST_PLUGIN_PATH": str(BUILD / "plugins/gstreamer"),
            "GST_REGISTRY": str(self.folder() / "registry.bin"),
            "LD_LIBRARY_PATH": str(BUILD / "common"), "PATH": ":".join(programs)}

    def _write(self, name, pattern):
        return self.start("triptych-capture", "-q", "-n", name, "-s", SIZE, "-r", 30, "-f", "YU12",
                          f"pattern:{pattern}")

    def _start_far(self, name, over, script, *options, latency=100, **more):
        """Runs a shell script on the far side while the stream `name` is received there. Its $dump
        is a program, its $name the stream."""
        size = ["--size", SIZE] if over == "raw" else []
        # One shell keeps the far side's IPC namespace; it ends the receiver, and nothing remains.
        begin = '"$0" "$@" & receiver=$!; trap "kill $receiver 2>/dev/null; wait" EXIT; '
        return self.start(
            tool("ip"), "netns", "exec", self._far, tool("unshare"), "--ipc", "bash", "-c",
            begin + script, NETWORK / "receive", "--over", over, *size, "--latency", latency,
            *options, name, 5004, **more,
            env=self._environment | {"dump": built("triptych-dump"), "name": name})

    def _receive(self, name, over, *options, latency=100):
        """Receives the stream `name` on the far side. Returns the process and the prefix of
        commands that run there."""
        far = self._start_far(name, over, "echo here; read -r", *options, latency=latency,
                              stdin=subprocess.PIPE)
        self.assertEqual(far.stdout.readline(), b"here\n")
        return far, [tool("nsenter"), f"--target={far.pid}", "--ipc", "--net"]

    def _show(self, name, there):
        """A viewer of the stream on its own screen. Returns its window."""
        screen = Screen(within=there)
        self.addCleanup(screen.close)
        viewer = self.start(*there, built("triptych-display"), "-q", "--no-border", "--geometry",
                            f"{SIZE}+0+0", name, env=screen.environment)
        return screen.window_of(viewer)

    def _start_near(self, name, over, host="10.99.0.2"):
        return self.start(tool("ip"), "netns", "exec", self._near, NETWORK / "send", "--over", over,
                          name, host, 5004, env=self._environment)

    def _end_near(self, near):
        near.send_signal(signal.SIGINT)
        self.assertEqual(near.wait(PATIENCE), 0, near.stderr.read().decode())

    def _carry(self, over, *options, host="10.99.0.2", latency=100):
        """Sends a clock to the far side. Returns the statistics of FRAMES frames there. A viewer's
        window there then shows that the stream continues."""
        name = self.stream()
        self._write(name, "clock")
        far, there = self._receive(name, over, *options, latency=latency)
        near = self._start_near(name, over, host)
        done = self.run_to_end(*there, built("triptych-dump"), "--stats", "--json", "--clock",
                               "--count", FRAMES, "--timeout", 60, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        window = self._show(name, there)
        first = clock_of(window.picture_when(clock_of, "a clock in the window"))
        window.picture_when(lambda seen: clock_of(seen) > first + 30, "the clock a second later")
        self._end_near(near)
        end(far)
        figures = last_json(done.stdout)
        self.assertEqual((figures["width"], figures["height"]), (WIDTH, HEIGHT))
        self.assertEqual(figures["clock"]["reordered"], 0)
        return figures

    def _relay(self, *args):
        """A link in between: packets to 10.99.0.1 arrive at the far side."""
        relay = self.start(tool("ip"), "netns", "exec", self._near, "/usr/bin/python3",
                           SOURCE / "tests/support/lossy_relay.py", *args)
        self.assertEqual(relay.stdout.readline(), b"here\n")

    def _carry_well(self, over, **more):
        """As _carry(), over a lossless link: the clock is readable in nearly every frame."""
        figures = self._carry(over, **more)
        self.assertGreater(figures["clock"]["read"], figures["frames"] * 0.9)
        return figures

    def _time_lost(self, figures):
        """Returns how much the age by capture time is smaller than the age by the time in the
        pixels, in milliseconds. Both sides have one clock here."""
        return (figures["clock"]["latency_us"]["p50"] - figures["age_us"]["p50"]) / 1000

    def _keep_times(self, over):
        """Over a slow link: an age counted from arrival would be smaller by its delay."""
        self._relay("--late", "10.99.0.1", "10.99.0.2", 5004)
        self.assertLess(abs(self._time_lost(self._carry_well(over, host="10.99.0.1"))), 100)

    def test_h264_over_rtp_keeps_frames_and_times(self):
        self._keep_times("h264")

    def test_uncompressed_rtp_keeps_frames_and_times(self):
        self._keep_times("raw")

    def _compare(self, over):
        """Returns what a viewer's window shows on the far side, and the near side's frame."""
        name = self.stream()
        picture = self.folder() / "near.png"
        writer = self._write(name, "smpte")
        self.wait_for_stream(name, writer)
        done = self.run_to_end("triptych-dump", "-o", picture, name)
        self.assertEqual(done.returncode, 0, done.stderr)
        near = pixels.read(picture)
        _, there = self._receive(name, over)
        sender = self._start_near(name, over)
        self._show(name, there).picture_when(lambda seen: difference(seen, near) < 4,
                                             "the bars, in their colours")
        self._end_near(sender)

    def test_viewer_shows_the_stream_over_h264(self):
        self._compare("h264")

    def test_viewer_shows_the_stream_over_uncompressed_rtp(self):
        self._compare("raw")

    def test_srt_carries_the_stream(self):
        self._carry_well("srt", latency=PATIENT_MS)

    def test_rist_carries_the_stream(self):
        self._carry_well("rist", latency=PATIENT_MS)

    def test_slow_link_increases_the_age_of_frames(self):
        far = self._carry("h264", "--through", BAD)
        # The delay is after the socket: the time of arrival alone would also be late.
        self.assertGreater(far["age_us"]["p50"], 30_000)
        self.assertLess(abs(self._time_lost(far)), 25)

    def test_srt_and_rist_retransmit_lost_packets(self):
        self._relay("10.99.0.1", "10.99.0.2", 5004, 5005)
        for over in ("srt", "rist"):
            with self.subTest(over=over):
                far = self._carry(over, host="10.99.0.1", latency=PATIENT_MS)
                self.assertGreater(far["clock"]["read"], far["frames"] * 0.8)

    def test_sender_follows_a_killed_and_restarted_writer(self):
        name = self.stream()
        writer = self._write(name, "red")
        far = self._start_far(name, "h264", '"$dump" -q --to raw --timeout 60 -o - "$name"')
        near = self._start_near(name, "h264")
        self._read_until(far, "red", lambda v: v > 200)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer = self._write(name, "green")
        self._read_until(far, "green", lambda v: v < 80)
        far.terminate()
        self._end_near(near)
        writer.terminate()
        self.assertEqual(writer.wait(PATIENCE), 0)

    def test_either_end_of_srt_can_be_restarted(self):
        names = self.stream(), self.stream()
        for name, color in zip(names, ("red", "green")):
            self._write(name, color)
        read = '"$dump" -q --to raw --timeout 60 -o - "$name"'
        near = self._start_near(names[0], "srt")
        far = self._start_far(names[0], "srt", read)
        self._read_until(far, "red", lambda v: v > 200)
        self._end_near(near)
        near = self._start_near(names[1], "srt")
        self._read_until(far, "green", lambda v: v < 80)
        far.terminate()
        far.wait(PATIENCE)
        far = self._start_far(names[0], "srt", read)
        self._read_until(far, "green with another receiver", lambda v: v < 80)
        far.terminate()
        self._end_near(near)

    def test_motion_jpeg_of_an_odd_size_is_sent(self):
        name = self.stream()
        source = self.start(tool("gst-launch-1.0"), "-q", "videotestsrc", "pattern=red",
                            "is-live=true", "!",
                            f"video/x-raw,width={WIDTH + 1},height={HEIGHT + 1}", "!", "jpegenc",
                            "!", "triptychsink", f"stream={name}", env=self._environment)
        for over in ("h264", "raw"):
            with self.subTest(over=over):
                self.wait_for_stream(name, source)
                far = self._start_far(name, over, '"$dump" -q --to raw --timeout 60 -o - "$name"')
                near = self._start_near(name, over)
                self._read_until(far, "red", lambda v: v > 200)
                far.terminate()
                far.wait(PATIENCE)
                self._end_near(near)
        source.send_signal(signal.SIGINT)
        source.wait(PATIENCE)

    def _read_until(self, far, what, true):
        """Reads the far side's frames until true(V) of a central sample."""
        bytes_ = WIDTH * HEIGHT * 3 // 2
        while True:
            picture = far.stdout.read(bytes_)
            self.assertEqual(len(picture), bytes_, f"the far side ended before it was {what}")
            if true(picture[-WIDTH * HEIGHT // 8]):
                return


if __name__ == "__main__":
    unittest.main()
