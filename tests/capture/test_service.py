# SPDX-License-Identifier: MIT
"""triptych-capture as a service: readiness, units, the rule for cameras that are plugged in."""
import os
import pathlib
import re
import socket
import subprocess
import unittest

from programs import BUILD, PATIENCE, ProgramTest, built, ipc_of, tool, wait_until

UNITS = ("triptych-capture@.service", "triptych-capture-user@.service")


class Service(ProgramTest):
    def listen(self, address):
        """A service manager's socket."""
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(manager.close)
        manager.settimeout(PATIENCE)
        manager.bind(address)
        return manager

    def assert_reports_readiness(self, manager, address):
        name = self.stream()
        capture = self.start("triptych-capture", "--quiet", "--name", name, "--size", "64x64",
                             env=os.environ | {"NOTIFY_SOCKET": address})
        self.assertIn("READY=1", manager.recv(200).decode().splitlines())
        self.assertTrue(all(ipc_of(name)), "the stream exists when the service is ready")
        capture.terminate()
        self.assertEqual(manager.recv(200), b"STOPPING=1")
        self.assertEqual(capture.wait(PATIENCE), 0)

    def test_service_is_ready_once_its_stream_exists(self):
        path = str(self.folder() / "notify")
        self.assert_reports_readiness(self.listen(path), path)

    def test_abstract_socket_gets_the_same_reports(self):
        name = f"triptych-test-{os.getpid()}"
        self.assert_reports_readiness(self.listen("\0" + name), "@" + name)

    def test_missing_manager_does_not_stop_capture(self):
        done = self.run_to_end("triptych-capture", "--quiet", "--name", self.stream(),
                               "--size", "64x64",
                               "--count", "2", "--linger", "0",
                               env=os.environ | {"NOTIFY_SOCKET": "/no/such/socket"})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_manager_that_does_not_read_does_not_stop_capture(self):
        path = str(self.folder() / "notify")
        self.listen(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.setblocking(False)
            with self.assertRaises(BlockingIOError):  # its queue is full
                while True:
                    client.sendto(b"STATUS=waiting", path)
        capture = self.start("triptych-capture", "--quiet", "--name", self.stream(),
                             "--size", "64x64", "--count", "2", "--linger", "0",
                             env=os.environ | {"NOTIFY_SOCKET": path})
        self.addCleanup(capture.kill)  # one that waits for the manager ignores SIGTERM
        wait_until(lambda: capture.poll() is not None, "the capture ends")
        self.assertEqual(capture.returncode, 0)

    def test_units_pass_systemd_analyze(self):
        folder = self.folder()
        for unit in UNITS:
            text = (BUILD / "capture" / "systemd" / unit).read_text(encoding="utf-8")
            path = folder / unit.replace("@", "@video0").replace("-user", "-user0")
            path.write_text(re.sub(r"(?m)^(ExecStart=)\S+", rf"\1{built('triptych-capture')}", text),
                            encoding="utf-8")
            done = subprocess.run([tool("systemd-analyze"), "verify", "--man=no", path], text=True,
                                  capture_output=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertNotIn(path.name, done.stderr)

    def test_options_of_the_units_are_understood(self):
        text = (BUILD / "capture" / "systemd" / UNITS[0]).read_text(encoding="utf-8")
        [options] = re.findall(r'CAPTURE_OPTIONS=([^"]*)"', text)
        done = self.run_to_end("triptych-capture", *options.split(), "--count", "1", "--quiet",
                               "--name",
                               self.stream(), "--size", "64x64", "--linger", "0", "pattern:black")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_rule_starts_the_unit_of_a_camera_only_on_request(self):
        rules = pathlib.Path(__file__).parents[2] / "capture" / "systemd" / "70-triptych.rules"
        [rule] = [line for line in rules.read_text(encoding="utf-8").splitlines()
                  if "SYSTEMD_WANTS" in line]
        self.assertIn('TEST=="/etc/triptych/hotplug"', rule)
        self.assertIn('ENV{SYSTEMD_WANTS}+="triptych-capture@%k.service"', rule)


if __name__ == "__main__":
    unittest.main()
