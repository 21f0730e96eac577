# SPDX-License-Identifier: MIT
"""Runs one file of unittest cases and prints TAP, which meson reads.

Usage: python3 tests/support/tap.py FILE [CASE]...
"""

import importlib.util
import pathlib
import signal
import sys
import unittest


class TapResult(unittest.TestResult):
    """Prints one line per case when it ends, with a failure's output as a comment."""

    def __init__(self):
        super().__init__()
        self.number = 0

    def report(self, ok, case, directive="", comment=""):
        self.number += 1
        name = case.id().rpartition(".")[2].removeprefix("test_")
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


def main():
    if len(sys.argv) < 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    restore_signals()
    module = load(pathlib.Path(sys.argv[1]))
    cases = list(chosen(unittest.defaultTestLoader.loadTestsFromModule(module), sys.argv[2:]))
    print("TAP version 13")
    result = TapResult()
    unittest.TestSuite(cases).run(result)
    print(f"1..{result.number}")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
