# SPDX-License-Identifier: MIT
"""Runs one file of unittest cases and prints TAP, which meson reads.

Usage: python3 tests/support/tap.py FILE [CASE]...
"""

import ctypes
import importlib.util
import pathlib
import signal
import sys
import time
import unittest

import programs

DETACH_S = 10  # for processes that are about to detach from a removed segment


class TapResult(unittest.TestResult):
    """Prints one line per case when it ends, with a failure's output as a comment."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def report(self, ok, case, directive="", comment=""):
        self.line(ok, case.id().rpartition(".")[2].removeprefix("test_"), directive, comment)

    def line(self, ok, name, directive="", comment=""):
        self.number += 1
        print("ok" if ok else "not ok", self.number, "-", name + directive)
        for line in comment.splitlines():
            print("#", line)
        sys.stdout.flush()

    def addSuccess(self, test):
        self.report(True, test)

    def addSkip(self, test, reason):
        self.report(True, test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.report(False, test, comment=self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.report(False, test, comment=self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.report(False, test, comment=str(subtest) + "\n" + self._exc_info_to_string(err, test))


def load(path):
    """Loads the module in `path`, which may import its neighbours and those of tests/support."""
    here = pathlib.Path(__file__).resolve().parent
    sys.path[:0] = [str(path.resolve().parent), str(here)]
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def chosen(suite, names):
    """Cases of a suite: all, or those whose name contains one of `names`."""
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from chosen(item, names)
        elif not names or any(name in item.id() for name in names):
            yield item


def restore_signals():
    """Restores signals: a shell starts background processes with signals ignored, as nohup does,
    and every program of a test would inherit that. A time limit arrives as SIGTERM: unwind, so that
    exit handlers end what a test started."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def leave_other_tests():
    """Enters an IPC namespace of its own, where the user may make one. Programs that read all streams
    would otherwise attach to those of tests that run beside them. Returns whether it did."""
    CLONE_NEWIPC = 0x08000000
    return ctypes.CDLL(None).unshare(CLONE_NEWIPC) == 0


def objects_left():
    """Returns the rows of the System V objects in this namespace. Those without a key are of X clients
    that were killed between making one and marking it for removal."""
    end = time.monotonic() + DETACH_S
    while True:
        left = [f"{kind} {row}" for kind in ("shm", "sem", "msg")
                for row in programs.ipc_table(kind) if row["key"]]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.05)


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    restore_signals()
    alone = leave_other_tests()
    module = load(pathlib.Path(sys.argv[1]))
    cases = list(chosen(unittest.defaultTestLoader.loadTestsFromModule(module), sys.argv[2:]))
    if sys.argv[2:] and not cases:
        print(f"{sys.argv[1]}: no case is named {' or '.join(sys.argv[2:])}", file=sys.stderr)
        return 2
    print("TAP version 13")
    result = TapResult()
    unittest.TestSuite(cases).run(result)
    left = objects_left() if alone else []
    if left:
        result.line(False, "leaves_no_system_v_object_behind", comment="\n".join(left))
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() and not left else 1


if __name__ == "__main__":
    sys.exit(main())
