# SPDX-License-Identifier: MIT
"""samples/network: a stream on one host becomes the stream of the same name on another.

Two hosts are two network namespaces joined by a pair of veth devices; the far one has an IPC namespace
of its own as well, so that the same name is another stream there.
"""
import os
import signal
import subprocess
import unittest

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, built, last_json, tool

NETWORK = SOURCE / "samples/network"
SIZE = "320x240"
BAD = ("netsim min-delay=30 max-delay=60 delay-probability=1.0 allow-reordering=true "
       "drop-probability=0.01")


def run(*args):
    return subprocess.run([str(arg) for arg in args], capture_output=True, text=True, timeout=60,
                          check=False)


class Network(ProgramTest):
    """Each way there, and a bad way."""

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

    def _carry(self, over, *options, latency=100):
        """Sends a pattern to the far side; the figures of five seconds there, and a picture."""
        name = self.stream()
        picture = self.folder() / "far.png"
        self.start("triptych-capture", "-q", "-n", name, "-s", SIZE, "-r", 30, "-f", "YU12",
                   "pattern:clock")
        size = ["--size", SIZE] if over == "raw" else []
        # One shell holds the far side's IPC namespace; it ends the receiver and nothing stays.
        script = ('"$1" "${@:4}" & receiver=$!; trap "kill $receiver 2>/dev/null; wait" EXIT; '
                  '"$2" --stats --json --duration 5 --timeout 60 "$3" && '
                  '"$2" --to png --timeout 20 -o "$PICTURE" "$3" >&2')
        far = self.start(
            tool("ip"), "netns", "exec", self._far, tool("unshare"), "--ipc", "bash", "-c", script,
            "far", NETWORK / "receive", built("triptych-dump"), name, "--over", over, *size,
            "--latency", latency, *options, name, 5004,
            env=self._environment | {"PICTURE": str(picture)})
        near = self.start(tool("ip"), "netns", "exec", self._near, NETWORK / "send", "--over", over,
                          name, "10.99.0.2", 5004, env=self._environment)
        out, err = far.communicate(timeout=PATIENCE * 4)
        near.send_signal(signal.SIGINT)
        self.assertEqual(far.returncode, 0, err.decode())
        self.assertEqual(near.wait(PATIENCE), 0, near.stderr.read().decode())
        self.assertGreater(picture.stat().st_size, 1000)
        return last_json(out.decode())

    def test_h264_over_rtp_keeps_pictures_and_times(self):
        far = self._carry("h264")
        self.assertEqual((far["width"], far["height"]), (320, 240))
        self.assertGreater(far["frames"], 75)
        self.assertGreater(far["age_us"]["p50"], 0)

    def test_uncompressed_rtp_keeps_pictures_and_times(self):
        far = self._carry("raw")
        self.assertEqual((far["width"], far["height"]), (320, 240))
        self.assertGreater(far["frames"], 75)

    def test_srt_carries_the_stream(self):
        self.assertGreater(self._carry("srt")["frames"], 75)

    def test_rist_carries_the_stream(self):
        self.assertGreater(self._carry("rist")["frames"], 75)

    def test_a_bad_way_delays_the_picture_and_its_age_says_so(self):
        far = self._carry("h264", "--through", BAD)
        self.assertGreater(far["frames"], 40)
        # Taken here, shown there: with its capture time lost, the age would start anew.
        self.assertGreater(far["age_us"]["p50"], 30_000)


if __name__ == "__main__":
    unittest.main()
