# SPDX-License-Identifier: MIT
"""The OBS source in a real OBS Studio, on a virtual screen."""
import json
import shutil
import signal
import unittest

import pixels
from programs import BUILD, ProgramTest, built, tool, wait_until
from screen import Screen

GLOBAL = """[General]
FirstRun=true
LastVersion=486539266
[Basic]
SceneCollection=test
SceneCollectionFile=test
Profile=test
ProfileDir=test
"""
PROFILE = """[General]
Name=test
[Video]
BaseCX=320
BaseCY=240
OutputCX=320
OutputCY=240
"""
RED, GREEN = (255, 0, 0), (0, 255, 0)
NEAR = 12  # of a component: one conversion in a shader


def scene(stream):
    """A scene collection with one source, filling the canvas."""
    return {"name": "test", "current_scene": "Scene", "current_program_scene": "Scene",
            "scene_order": [{"name": "Scene"}],
            "sources": [{"id": "triptych_stream", "name": "picture",
                         "settings": {"stream": stream}},
                        {"id": "scene", "name": "Scene",
                         "settings": {"items": [{"name": "picture", "id": 1, "visible": True}]}}]}


class Obs(ProgramTest):
    """OBS's window shows the stream."""

    def setUp(self):
        super().setUp()
        self._module = built("triptych.so")
        self._obs = tool("obs")
        self._screen = Screen()
        self.addCleanup(self._screen.close)

    def _start_obs(self, stream):
        home = self.folder()
        config = home / "obs-studio"
        modules = config / "plugins/triptych/bin/64bit"
        for folder in (modules, config / "basic/scenes", config / "basic/profiles/test"):
            folder.mkdir(parents=True)
        shutil.copy(self._module, modules / "triptych.so")
        (config / "global.ini").write_text(GLOBAL)
        (config / "basic/profiles/test/basic.ini").write_text(PROFILE)
        (config / "basic/scenes/test.json").write_text(json.dumps(scene(stream)))
        log = open(home / "log", "wb")
        self.addCleanup(log.close)
        environment = self._screen.environment | {
            "HOME": str(home), "XDG_CONFIG_HOME": str(home), "XDG_RUNTIME_DIR": str(home),
            "LD_LIBRARY_PATH": str(BUILD / "common"), "LIBGL_ALWAYS_SOFTWARE": "1",
            "QT_QPA_PLATFORM": "xcb"}
        return self.start(self._obs, "--multi", "--collection", "test", "--disable-updater",
                          env=environment, stdout=log, stderr=log)

    def _capture(self, stream, pattern, *options):
        return self.start("triptych-capture", "-q", "-n", stream, "-s", "320x240", *options,
                          f"pattern:{pattern}")

    def _shows(self, color):
        """Whether much of the screen is of one colour."""
        return self._screen.picture().share_of(
            lambda *seen: pixels.far(seen, color) <= NEAR) > 0.02

    def test_stream_is_shown_in_obs_across_formats_and_restarts(self):
        name = self.stream()
        first = self._capture(name, "red", "-f", "NV12")
        obs = self._start_obs(name)
        wait_until(lambda: obs.poll() is not None or self._shows(RED), "red in OBS", 120)
        self.assertIsNone(obs.poll(), "OBS ended")

        first.send_signal(signal.SIGKILL)  # while it runs; another writer takes the stream over
        first.wait()
        second = self._capture(name, "green", "-f", "RGB3")  # a format that OBS lacks
        wait_until(lambda: obs.poll() is not None or self._shows(GREEN), "green in OBS", 120)
        self.assertIsNone(obs.poll(), "OBS ended")
        second.terminate()
        self.assertEqual(second.wait(30), 0)

    COLORS = (("YUYV", "601", "lim-range"), ("NV12", "709", "lim-range"),
              ("YU12", "709", "full-range"), ("YUYV", "601", "full-range"),
              ("422P", "709", "lim-range"), ("P010", "709", "lim-range"),
              ("RGB3", "default", "default"))

    def test_colours_are_those_of_the_streams_matrix_and_range(self):
        name = self.stream()
        obs = self._start_obs(name)
        for format, matrix, range_ in self.COLORS:
            with self.subTest(format=format, matrix=matrix, range=range_):
                writer = self.start("test-bars", "--name", name, "--size", "320x240", "--format",
                                    format, "--matrix", matrix, "--range", range_)
                wait_until(lambda: obs.poll() is not None or self._shows_bars(),
                           f"the bars of {format} in {matrix}, {range_}", 60)
                self.assertIsNone(obs.poll(), "OBS ended")
                writer.terminate()
                self.assertEqual(writer.wait(30), 0)
                wait_until(lambda: not self._shows_bars(), "their end", 60)

    def _shows_bars(self):
        """Whether each coloured bar has its own colour; OBS itself has white and black."""
        picture = self._screen.picture()
        return all(picture.share_of(lambda *seen, bar=bar: pixels.far(seen, bar) <= NEAR) > 0.004
                   for bar in pixels.BARS[1:-1])


if __name__ == "__main__":
    unittest.main()
