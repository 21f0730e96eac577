# SPDX-License-Identifier: MIT
"""docs/layout.md: its tables against the bytes of a live stream, and readers that know nothing else."""
import ctypes
import re
import subprocess
import sys
import unittest

from programs import PATIENCE, SOURCE, ProgramTest, ipc_of, tool
from stdin_writer import StdinWriter

SHM_RDONLY = 0o10000


def tables():
    """The rows of both tables with an example: {table: [(offset, bytes)]}."""
    found = {}
    for line in (SOURCE / "docs/layout.md").read_text(encoding="utf-8").splitlines():
        heading = re.match(r"### (\w+), at", line)
        if heading:
            rows = found.setdefault(heading[1], [])
        row = re.match(r"\| (\d+) \| .* \| ((?:[0-9a-f]{2} ?)+) \|$", line)
        if row:
            rows.append((int(row[1]), bytes.fromhex(row[2])))
    return found


class Layout(ProgramTest):
    def test_tables_describe_the_bytes_of_a_live_stream(self):
        if sys.byteorder != "little":
            self.skipTest("the examples are of a little-endian machine")
        found = tables()
        self.assertEqual([len(rows) > 15 for rows in found.values()], [True, True])
        name = "golden"
        self.assertEqual(ipc_of(name), ([], []))
        writer = StdinWriter(self, name, 4)
        writer.frame("NV12", (6, 4), [bytes(24), bytes(12)], fps=(30000, 1001), range="lim-range",
                     matrix="709", capture_ns=1000000007)
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        [segment] = ipc_of(name)[0]
        at = libc.shmat(segment["shmid"], None, SHM_RDONLY)
        memory = ctypes.string_at(at, 1 << 14)
        libc.shmdt(ctypes.c_void_p(at))
        writer.end()
        slot = memory[64] & 0x7f
        start = {"Header": 0, "Entry": int.from_bytes(memory[16:24], "little") + 1280 * slot}
        for table, rows in found.items():
            for offset, golden in rows:
                place = start[table] + offset
                self.assertEqual(memory[place:place + len(golden)].hex(" "), golden.hex(" "),
                                 f"{table}, offset {offset}")


class Readers(ProgramTest):
    """Each prints the mean of plane 0, frame by frame, and ends with the stream."""

    def expect_frames(self, *command):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame("GREY", (70, 10), [bytes([40]) * 700])  # rows end in padding
        reader = self.start(*command, name)
        read = reader.stdout.readline
        self.assertEqual(read().decode(), "frame 1: 70x10 GREY, mean 40.0\n")
        for number in range(2, 200):
            writer.frame("GREY", (70, 10), [bytes([number]) * 700])
            self.assertEqual(read().decode(), f"frame {number}: 70x10 GREY, mean {number}.0\n")
        writer.frame("GREY", (1000, 1000), [bytes([7]) * 1000000])  # in a larger segment
        self.assertEqual(read().decode(), "frame 200: 1000x1000 GREY, mean 7.0\n")
        writer.end()
        self.assertEqual(read().decode(), f"{name} has no writer\n")
        self.assertEqual(reader.wait(PATIENCE), 0)

    def test_perl_reads_a_stream_with_core_functions(self):
        tool("perl")
        self.expect_frames(str(SOURCE / "samples/read.pl"))

    def test_rust_reads_a_stream_with_its_standard_library(self):
        program = self.folder() / "read"
        source = SOURCE / "samples/read.rs"
        text = source.read_text(encoding="utf-8")
        printed = re.search(r"^//!   rustc (.*) read.rs &&", text, re.MULTILINE)
        done = subprocess.run([tool("rustc"), *printed[1].split(), source, "-o", program],
                              timeout=PATIENCE * 2, check=False, text=True, stderr=subprocess.PIPE)
        self.assertEqual((done.stderr, done.returncode), ("", 0))
        self.expect_frames(str(program))


if __name__ == "__main__":
    unittest.main()
