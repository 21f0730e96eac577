# SPDX-License-Identifier: MIT
"""A PipeWire of the test's own: message bus, daemon and session manager in a folder that is removed."""
import json
import os
import subprocess

from programs import tool, wait_until


class PipeWire:
    """Runs from the constructor on; `environment` makes a program use it."""

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
        """What the daemon says of every object of a kind, Node for instance."""
        done = subprocess.run([tool("pw-dump")], env=self.environment, capture_output=True,
                              timeout=60, check=False)
        try:
            objects = json.loads(done.stdout or "[]")
        except ValueError:  # it changed while it was told
            objects = []
        return [thing for thing in objects if thing.get("type") == f"PipeWire:Interface:{kind}"]

    def properties(self, kind):
        return [(thing.get("info") or {}).get("props", {}) for thing in self.objects(kind)]

    def camera(self, name):
        """The properties of the node of this name, as soon as the session manager takes it for the
        camera that applications get."""
        def known():
            return any(entry["key"] == "default.video.source" and entry["value"]["name"] == name
                       for thing in self.objects("Metadata")
                       for entry in thing.get("metadata", []) if entry.get("value"))
        wait_until(known, f"{name} as the default camera")
        return next(node for node in self.properties("Node") if node.get("node.name") == name)
