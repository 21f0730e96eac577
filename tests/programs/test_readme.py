# SPDX-License-Identifier: MIT
"""The commands of README.md and of pages of docs/, typed as printed, after `meson install`."""
import os
import re
import subprocess
import unittest

from programs import BUILD, PATIENCE, SOURCE, WAIT_FOR, ProgramTest, built, last_json, tool
from screen import Screen

# Waits until a command that opens a window has something on the screen, and ends it.
SHOWN = """
shown() {
    eval "$1 &"
    window=$!
    for _ in {1..300}; do
        import -window root screen.png
        [ "$(identify -format '%[fx:mean>0.02]' screen.png)" = 0 ] || break
        kill -0 $window || exit 1
        sleep 0.2
    done
    [ "$(identify -format '%[fx:mean>0.02]' screen.png)" = 1 ] || exit 1
    kill $window
    wait $window
}
"""


def commands(section, page="README.md"):
    """Returns the lines of the section's first block of commands, without comments and the closing
    &."""
    text = (SOURCE / page).read_text(encoding="utf-8")
    block = re.search(rf"^## {section}\n(?:[^`#]*\n)?```sh\n(.*?)```", text, re.M | re.S)[1]
    lines = [re.sub(r"\s+#.*", "", line).removesuffix(" &") for line in block.splitlines()]
    return [line for line in lines if line]


class Typed(ProgramTest):
    """In a separate IPC namespace: documents use stream names that may exist here."""

    def setUp(self):
        super().setUp()
        if os.geteuid() != 0:
            self.skipTest("an IPC namespace of its own needs root")
        self.screen = Screen()
        self.addCleanup(self.screen.close)
        root = self.folder()
        subprocess.run([tool("meson"), "install", "-C", BUILD, "--no-rebuild", "--quiet",
                        "--destdir", root], check=True, timeout=PATIENCE * 4,
                       stdout=subprocess.DEVNULL)
        [programs] = root.rglob("bin")
        [library] = root.rglob("libtriptych.so.0")
        self.here = self.folder()
        for shared in ("samples", "plugins"):
            (self.here / shared).symlink_to(SOURCE / shared)
        self.environment = self.screen.environment | {
            "PATH": f"{programs}:{os.environ['PATH']}", "LD_LIBRARY_PATH": str(library.parent),
            "GST_PLUGIN_PATH": str(library.parent / "gstreamer-1.0"),
            "GST_REGISTRY": str(self.here / "registry.bin"),
            "TRIPTYCH_LIBRARY": str(library), "HOME": str(self.here)}

    def typed(self, *lines):
        """Types lines into one shell; its end ends everything it started."""
        done = self.run_to_end(tool("unshare"), "--ipc", "--pid", "--fork", "--mount-proc",
                               "--kill-child", "/bin/bash", "-c", WAIT_FOR + SHOWN + "\n".join(lines),
                               env=self.environment, cwd=self.here)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done


class Readme(Typed):
    def make_video(self, *options):
        """video.mp4, ten minutes long."""
        subprocess.run([tool("ffmpeg"), "-v", "error", "-f", "lavfi", "-i",
                        "testsrc2=size=320x240:rate=5", "-t", "600", "-c:v", "libx264", "-preset",
                        "ultrafast", *options, self.here / "video.mp4"], check=True,
                       timeout=PATIENCE)

    def test_every_command_of_the_readme_works(self):
        (camera, pattern, desk, video, display, tiles, convert, stats, png, copy, list_,
         show) = commands("Use")
        self.assertIn("/dev/video0", camera)
        self.make_video("-pix_fmt", "yuv420p")
        done = self.typed(
            camera.replace("v4l2:/dev/video0", "pattern:ball -q") + " & camera=$!",
            pattern + " &", desk + " &", "(" + video + ") &", "kill -0 $camera || exit 1",
            f"shown '{display}' || exit 1", f"shown '{tiles}' || exit 1",
            convert + " &", "triptych-dump -q --stats --count 3 small || exit 1",
            stats.replace("--duration 10", "--duration 2 --json"), png, list_, show,
            "set -m", f"{copy} &", "set +m", "wait_for test -e video.mkv",
            "kill -INT $(jobs -p %%)", "wait %%", "ffprobe -v error video.mkv && echo copied")
        self.assertTrue((self.here / "shot.png").stat().st_size > 1000)
        for name in ("cam0", "video", "test"):
            self.assertRegex(done.stdout, rf"(?m)^{name} ")
        self.assertIn("video/x-raw, format=(string)NV12, width=(int)1920", done.stdout)
        self.assertIn("copied", done.stdout)
        figures = [line for line in done.stdout.splitlines() if line.startswith("{")]
        self.assertGreater(last_json("\n".join(figures))["frames"], 10)

    def test_every_pipeline_of_the_readme_works(self):
        built("libgsttriptych.so")
        source, sink, detector = commands("In pipelines")
        capture = "triptych-capture -q -s 640x480 pattern:smpte &"
        self.typed(capture, f"shown '{source}'; :")
        done = self.typed(sink + " > sink.log &",
                          "triptych-dump --json --stats --timeout 30 --count 30 x")
        self.assertEqual(last_json(done.stdout)["copies"], 0)
        try:
            import cv2  # noqa: F401
        except ImportError:
            self.skipTest("python3-opencv is not installed")
        done = self.typed(capture, "export " + detector.split()[0],
                          detector.split(None, 1)[1] + " &",
                          "triptych-dump --json --stats --timeout 60 --count 5 moving")
        self.assertEqual(last_json(done.stdout)["format"], "BGR3")

    def test_commands_of_pipelines_md_run_as_printed(self):
        built("libgsttriptych.so")
        show, make, play, devices = commands("GStreamer", "docs/pipelines.md")
        record, _, _, back = commands("ffmpeg, mpv and others, by pipe", "docs/pipelines.md")
        self.make_video("-pix_fmt", "yuv444p10")
        tool("gst-device-monitor-1.0")
        done = self.typed(
            "triptych-capture -q -s 640x480 pattern:smpte &", f"shown '{show}'",
            f"{make} >log & {play} >log &", "triptych-dump -q --stats --count 9 x || exit 1",
            "triptych-dump -q --stats --count 9 --json video || exit 1", f"{devices} || exit 1",
            record.replace("-t 10", "-v error -t 1") + " && ffprobe -v error cam0.mp4")
        self.make_video("-y", "-pix_fmt", "yuv420p")
        self.typed(back.replace("ffmpeg", "ffmpeg -v error -nostdin") + " &",
                   "triptych-dump -q --stats --count 9 video")
        self.assertIn('"format":"Y', done.stdout)
        for name in ("cam0", "x", "video"):
            self.assertIn(f"triptych stream {name}", done.stdout)


class Testing(Typed):
    """docs/testing.md: the files for CI systems, with their programs installed."""

    def runs(self, script):
        """Runs a script of one of them for a second, on a possibly busy machine."""
        self.typed("set -e", script.replace("--duration 10", "--duration 1 --tolerance 99"))
        self.assertIn('"samples":', (self.here / "frames.html").read_text(encoding="utf-8"))

    def test_scripts_of_testing_md_run_as_printed(self):
        text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
        one, statistics, tap = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
        tool("jq")
        done = self.typed(*(script.replace("--duration 10", "--duration 1").replace("v4l2:/dev/video0",
                                                                                   "-r 5 pattern:clock")
                            for script in (one, one.partition("\n")[0], statistics, tap, ":")))
        self.assertIn("the camera failed", done.stderr)
        self.assertIn("--expect-fps: ", done.stdout)
        self.assertIn("1..3\nnot ok 1 - --expect-fps", done.stdout)

    def test_ci_files_are_valid_and_their_scripts_run(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("python3-yaml is not installed")
        text = (SOURCE / "docs/testing.md").read_text(encoding="utf-8")
        gitlab, github = map(yaml.safe_load, re.findall(r"^```yaml\n(.*?)^```", text, re.M | re.S))
        job = gitlab["frame-rate"]
        self.runs("\n".join(job["script"]))
        self.assertEqual(last_json((self.here / "frames.json").read_text())["name"], "cam0")
        checkout, install, measure = github["jobs"]["frame-rate"]["steps"]
        self.assertIn("uses", checkout)
        self.assertEqual(install["run"].splitlines(), job["before_script"])
        self.runs(measure["run"])


if __name__ == "__main__":
    unittest.main()
