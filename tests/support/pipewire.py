# SPDX-License-Identifier: MIT
"""A private PipeWire: message bus, daemon and session manager in a temporary folder."""
import json
import os
import subprocess

from programs import tool, wait_until


class PipeWire:
    """Starts in the constructor; `environment` makes a program use it."""

    def __init__(self, test):
        programs = [tool(name) for name in ("dbus-daemon", "pipewire", "wireplumber")]
        tool("pw-dump")
        folder = test.folder()
        folder.chmod(0o700)
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith(("PIPEWIRE_", "DISPLAY", "WAYLAND_"))}
        self.environment |= {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder),
                             "XDG_STATE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        bus = test.start(programs[0], "--session", "--nofork", "--print-address",
                         stderr=subprocess.DEVNULL, env=self.environment)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
        for program in programs[1:]:
            test.start(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       env=self.environment)
            if program == programs[1]:
                wait_until((folder / "pipewire-0").exists, "the daemon's socket")
        wait_until(lambda: any("wireplumber" in client.get("application.name", "").lower()
                               for client in self.properties("Client")), "the session manager")

    def objects(self, kind):
        """The daemon's description of every object of a kind, Node for instance."""
        done = subprocess.run([tool("pw-dump")], env=self.environment, capture_output=True,
                              timeout=60, check=False)
        try:
            objects = json.loads(done.stdout or "[]")
        except ValueError:  # it changed during the call
            objects = []
        return [thing for thing in objects if thing.get("type") == f"PipeWire:Interface:{kind}"]

    def properties(self, kind):
        return [(thing.get("info") or {}).get("props", {}) for thing in self.objects(kind)]

    def camera(self, name):
        """Returns the properties of the node of this name when the session manager offers it to
        applications as the camera."""
        def known():
            return any(entry["key"] == "default.video.source" and entry["value"]["name"] == name
                       for thing in self.objects("Metadata")
                       for entry in thing.get("metadata", []) if entry.get("value"))
        wait_until(known, f"{name} as the default camera")
        return next(node for node in self.properties("Node") if node.get("node.name") == name)
