# SPDX-License-Identifier: MIT
"""The configuration of an OBS Studio with one source, and the environment that it runs in."""
import json

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
OPTIONS = ("--multi", "--collection", "test", "--disable-updater")


def scene(kind, settings):
    """A scene collection with one source, filling the canvas."""
    return {"name": "test", "current_scene": "Scene", "current_program_scene": "Scene",
            "scene_order": [{"name": "Scene"}],
            "sources": [{"id": kind, "name": "picture", "settings": settings},
                        {"id": "scene", "name": "Scene",
                         "settings": {"items": [{"name": "picture", "id": 1, "visible": True}]}}]}


def configure(home, screen, kind, settings):
    """Writes the configuration into an empty folder. Returns the environment for OBS."""
    config = home / "obs-studio"
    for folder in ("basic/scenes", "basic/profiles/test"):
        (config / folder).mkdir(parents=True)
    (config / "global.ini").write_text(GLOBAL)
    (config / "basic/profiles/test/basic.ini").write_text(PROFILE)
    (config / "basic/scenes/test.json").write_text(json.dumps(scene(kind, settings)))
    return screen.environment | {"HOME": str(home), "XDG_CONFIG_HOME": str(home),
                                 "XDG_RUNTIME_DIR": str(home), "LIBGL_ALWAYS_SOFTWARE": "1",
                                 "QT_QPA_PLATFORM": "xcb"}
