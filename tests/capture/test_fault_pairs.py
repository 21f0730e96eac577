# SPDX-License-Identifier: MIT
"""Each injected fault, alone and with each other one, over 10,000 frames: triptych-dump finds,
names and counts them exactly. At a steady rate it reports every drop and no other."""
import itertools
import os
import signal
import time
import unittest

from clock_code import numbers
from programs import PATIENCE, ProgramTest, last_json, wait_until

FRAMES = 10_000
DROP, TEAR, CHANGE, STALL_MS = 10, 7, 1000, 300
FAULTS = ("drop", "stall", "jitter", "tear", "crash", "change")
RATES = [4000, 2000, 1000, 500, 250]  # a second; 64 slots last for 16 ms, or up to 256
DELAYS = ("stalls", "stall_us", "uneven", "uneven_us")


def options(faults, rate):
    """Options of triptych-capture for the faults; jitter keeps the order of frames."""
    each = {"drop": ("--drop-every", DROP), "stall": ("--stall", f"{STALL_MS}@{FRAMES // 2}"),
            "jitter": ("--jitter", 800 / rate), "tear": ("--tear-every", TEAR),
            "crash": ("--crash-after", FRAMES), "change": ("--format-change-every", CHANGE)}
    return itertools.chain(*(each[fault] for fault in faults))


def injected(faults):
    """Returns the faults of the published frames: (lost before the last of them, torn, changes of
    format)."""
    published = lost = torn = changes = frame = 0
    alone = True  # no earlier frame of this format exists to mix with
    while published < FRAMES:
        if "change" in faults and frame and frame % CHANGE == 0:
            changes += 1
            alone = True
        frame += 1
        if "drop" in faults and frame % DROP == 0:
            lost += 1
            continue
        torn += "tear" in faults and frame % TEAR == 0 and not alone
        alone = False
        published += 1
    return lost, torn, changes


class FaultPairs(ProgramTest):
    def _measured(self, faults, rate):
        """Returns the summaries of the writer and of a reader in mode next. Real-time priority,
        where allowed, saves time: without it a busy machine is tried at lower rates."""
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "--json", "-n", name, "-s", "136x144", "-f",
                            "GREY", "-r", rate, "-b", 64, "--wait-for-reader", "--linger", PATIENCE,
                            "--count", FRAMES, *options(faults, rate), "pattern:clock")
        args = ["--json", "--clock", "--mode", "next", "--exit-on-end", name]
        if "crash" not in faults:
            args = ["--count", FRAMES, *args]
        dump = self.start("triptych-dump", "-q", *args)
        try:
            os.sched_setscheduler(dump.pid, os.SCHED_FIFO, os.sched_param(10))
        except PermissionError:
            pass
        seen, err = dump.communicate(timeout=240)
        self.assertEqual(dump.returncode, 0, err)
        made, _ = writer.communicate(timeout=60)
        self.assertEqual(writer.returncode, -signal.SIGKILL if "crash" in faults else 0)
        if "crash" in faults:
            shown = self.run_to_end("triptych-info", "--json", "show", name)
            self.assertEqual(last_json(shown.stdout)["state"], "dead")
            self.run_to_end("triptych-info", "remove", name)
        return last_json(made.decode()), last_json(seen.decode())

    def _of_all_frames(self, faults):
        """As _measured(), of a run in which the reader missed nothing, at a lower rate if
        necessary."""
        while RATES:
            made, seen = self._measured(faults, RATES[0])
            missed = seen["dropped"]["reader"]
            if missed == 0:
                return made, seen
            self.assertEqual(seen["clock"]["dropped"], missed + seen["dropped"]["driver"])
            RATES.pop(0)  # for the remaining cases as well
        self.fail(f"at no rate could a reader see {FRAMES} frames in turn")

    def check(self, *faults):
        made, seen = self._of_all_frames(faults)
        reported = made.get("faults", {"dropped": 0, "torn": 0, "format_changes": 0,
                                         "crashed": False, **{key: made[key] for key in DELAYS}})
        lost, torn, changes = injected(faults)
        self.assertEqual(
            {key: value for key, value in reported.items() if key not in DELAYS[1:]},
            {"dropped": lost, "torn": torn, "format_changes": changes, "crashed": "crash" in faults,
             "stalls": int("stall" in faults)})
        self.assertEqual({key: seen[key] for key in DELAYS}, {key: reported[key] for key in DELAYS})
        all_lost = made["dropped"]["driver"]  # includes frames that a late pattern skipped
        self.assertGreaterEqual(all_lost, lost)
        self.assertGreater(seen["clock"].pop("latency_us")["max"], 0)
        self.assertEqual(seen["clock"], {"read": FRAMES, "unread": 0, "dropped": all_lost,
                                         "repeated": 0, "reordered": 0, "torn": torn})
        self.assertEqual(
            {key: seen[key] for key in ("frames", "dropped", "torn_retried", "duplicates",
                                        "format_changes", "writers_lost")},
            {"frames": FRAMES, "dropped": {"driver": all_lost, "writer": 0, "reader": 0},
             "torn_retried": 0, "duplicates": 0, "format_changes": changes,
             "writers_lost": int("crash" in faults)})
        if "jitter" in faults:
            self.assertGreater(seen["uneven"], FRAMES / 2)
        else:
            self.assertEqual((seen["uneven"], seen["uneven_us"]["max"]), (0, 0))
            self.assertEqual(seen["stall_us"]["sum"], STALL_MS * 1000 * ("stall" in faults))

    def test_runs_without_faults_report_none(self):
        self.check()


def check_of(*faults):
    def case(self):
        self.check(*faults)
    return case


for _count in (1, 2):
    for _faults in itertools.combinations(FAULTS, _count):
        setattr(FaultPairs, "test_" + "_and_".join(_faults), check_of(*_faults))


class Steady(ProgramTest):
    """A pattern of 60 frames a second and readers of both modes."""

    SIZE = (68, 72)
    FRAMES = 100

    def _published(self, name):
        return last_json(self.run_to_end("triptych-info", "--json", "show", name).stdout)["frames"]

    def _disturb(self, name, process, stays):
        """Stops a process until `stays` more frames have passed, or for their duration."""
        before = self._published(name)
        process.send_signal(signal.SIGSTOP)
        time.sleep(stays / 60)
        if process is not self.writer:
            wait_until(lambda: self._published(name) >= before + stays, "more frames")
        process.send_signal(signal.SIGCONT)

    def _lost(self, mode, disturb):
        """Returns the losses counted by a reader; asserts that they equal the gaps in the
        numbers."""
        name = self.stream()
        self.writer = self.start("triptych-capture", "-q", "-n", name, "-s", "68x72", "-f", "GREY",
                                 "-r", 60, "-b", 4, "pattern:clock")
        self.wait_for_stream(name, self.writer)
        path = self.folder() / "frames.raw"
        dump = self.start("triptych-dump", "-q", "--json", "--clock", "--mode", mode, "-o", path, name)

        def written(count):
            wait_until(lambda: path.exists() and path.stat().st_size >= count * 68 * 72,
                       f"{count} frames")
        for index, process in enumerate((dump, self.writer, dump) if disturb else ()):
            written(10 * index + 1)
            self._disturb(name, process, 18)
        written(self.FRAMES)
        dump.send_signal(signal.SIGINT)
        out, err = dump.communicate(timeout=120)
        self.assertEqual(dump.returncode, 0, err)
        self.writer.terminate()
        self.assertEqual(self.writer.wait(60), 0)
        summary = last_json(out.decode())
        seen = numbers(path.read_bytes(), *self.SIZE)
        self.assertEqual(len(seen), summary["frames"])
        self.assertNotIn(None, seen)
        holes = sum(after - before - 1 for before, after in zip(seen, seen[1:]))
        self.assertEqual(summary["clock"]["dropped"], holes)
        self.assertEqual(sum(summary["dropped"].values()), holes)
        self.assertEqual((summary["duplicates"], summary["clock"]["repeated"]), (0, 0))
        return summary["dropped"]

    def test_every_drop_is_reported_and_no_other(self):
        for mode in ("next", "latest"):
            with self.subTest(mode=mode):
                self._lost(mode, disturb=False)

    def test_drops_of_stopped_readers_and_writers_are_distinguished(self):
        for mode in ("next", "latest"):
            with self.subTest(mode=mode):
                dropped = self._lost(mode, disturb=True)
                self.assertGreater(dropped["reader"], 5)  # two stops of 18 frames, with four slots
                self.assertGreater(dropped["driver"], 5)


if __name__ == "__main__":
    unittest.main()
