# SPDX-License-Identifier: MIT
"""Searches the model of the hand-over exhaustively, and each wrong variant until its error is found.

As a script: python3 tests/support/tap.py tests/model/check.py [CASE]...
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

MODEL = pathlib.Path(__file__).with_name("triptych.pml")
WRONG = sorted(set(re.findall(r"\bWRONG_(\w+)", MODEL.read_text(encoding="utf-8"))) - {""})
# A reader with two locks exhausts three slots; a fourth one is enough.
RECLAIM = ("FRAMES=6", "KEEPER", "NO_CHECKER")
GROWTH = ("FRAMES=6", "KEEPER", "NO_CHECKER", "SLOTS_MAX=4")
# Wrong steps that four frames and a reader with one lock do not reach.
ELSEWHERE = {
    "AHEAD_BY_NUMBER_ONLY": ("FRAMES=7", "NO_CHECKER"),
    "NEWEST_TAKEN": RECLAIM,
    "TAKEOVER_FORGETS": RECLAIM,
    "TAKEOVER_FORGETS_PARITY": RECLAIM,
    "NEITHER_GROWTH_NOR_RECLAIM": RECLAIM,
    "RECLAIM_TAKES_THE_NEWEST": RECLAIM,
    "RECLAIM_RELEASES_A_LOCK_IT_LACKS": RECLAIM,
    "RECLAIMED_TAKEN_FOR_INTACT": RECLAIM,
    "LOCKED_SLOT_CLOSED": GROWTH,
}
MEGABYTES = 3500
LONGEST_S = 900


def search(*macros):
    """Builds and runs the search. Returns spin's report."""
    with tempfile.TemporaryDirectory(prefix="triptych-model-") as folder:
        defines = [f"-D{macro}" for macro in macros]
        subprocess.run(["spin", *defines, "-a", str(MODEL)], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run(["cc", "-O2", "-w", "-DSAFETY", "-DCOLLAPSE", f"-DMEMLIM={MEGABYTES}",
                        "-o", "pan", "pan.c"], cwd=folder, check=True)
        done = subprocess.run(["./pan", "-m100000", "-w24"], cwd=folder, timeout=LONGEST_S, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.stdout


def print_result(report, what):
    states = re.search(r"(\d+) states, stored", report)
    print(f"# {what}: {states[1] if states else '?'} states")
    sys.stdout.flush()


@unittest.skipUnless(shutil.which("spin"), "spin is not installed")
class Protocol(unittest.TestCase):
    maxDiff = None

    def assert_holds(self, *macros):
        report = search(*macros)
        print_result(report, " ".join(macros))
        self.assertIn("errors: 0", report)
        self.assertNotIn("Search not completed", report)
        for unreached in re.findall(r"\((\d+) of \d+ states\)", report if len(macros) == 1 else ""):
            self.assertEqual(unreached, "0", "a part of the model never ran:\n" + report)

    def test_two_writers_with_both_kinds_of_reader_pass(self):
        self.assert_holds("FRAMES=4")

    def test_slots_open_while_a_reader_locks_the_others(self):
        self.assert_holds(*GROWTH)

    def test_locked_frames_are_reclaimed_at_the_limit(self):
        self.assert_holds(*RECLAIM)

    def test_locking_reader_later_than_the_gates_passes(self):
        self.assert_holds("FRAMES=7", "NO_CHECKER")

    def test_checking_reader_later_than_the_gates_passes(self):
        self.assert_holds("FRAMES=7", "NO_HOLDER")


def caught(wrong):
    def case(self):
        report = search(*ELSEWHERE.get(wrong, ("FRAMES=4",)), "WRONG_" + wrong)
        found = re.search(r"pan:1: (.*)", report)
        print_result(report, f"{wrong.lower()} caught by {found[1] if found else 'nothing'}")
        self.assertTrue(found, "the model accepts it:\n" + report)
        self.assertRegex(found[1], "assertion violated|invalid end state")
    return case


for name in WRONG:
    setattr(Protocol, f"test_caught_when_{name.lower()}", caught(name))
