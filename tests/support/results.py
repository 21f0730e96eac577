# SPDX-License-Identifier: MIT
"""Test cases from meson's logs, and their count."""

import collections
import dataclasses
import json
import re
import sys

TAP_LINE = re.compile(r"^(?P<ok>ok|not ok)\b\s*\d*\s*-?\s*(?P<name>[^#]*?)\s*"
                      r"(?:#\s*(?P<directive>skip|todo)\S*\s*(?P<reason>.*))?$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    outcome: str  # "passed", "failed" or "skipped"
    detail: str = ""  # why it was skipped, what it printed when it failed


def tap_cases(test, text):
    """Returns the cases of one TAP text; comments after a "not ok" belong to it."""
    cases = []
    for line in text.splitlines():
        found = TAP_LINE.match(line)
        if not found:
            if line.startswith("1..0"):
                cases.append(Case(test, "skipped", line.partition("#")[2].strip()[4:].strip()))
            continue
        reason = found["reason"] or ""
        if (found["directive"] or "").lower() == "skip":
            cases.append(Case(f"{test}: {found['name']}", "skipped", reason))
        else:
            outcome = "passed" if found["ok"] == "ok" else "failed"
            cases.append(Case(f"{test}: {found['name']}", outcome))
    return cases


def cases_of(entry):
    """The cases of one test as meson logged it."""
    test = entry["name"].partition(":")[2] or entry["name"]
    output = entry["stdout"] + entry.get("stderr", "")
    cases = tap_cases(test, entry["stdout"])
    failed = [case for case in cases if case.outcome == "failed"]
    if failed:
        # the output is kept once, with the first of them
        first = cases.index(failed[0])
        cases[first] = dataclasses.replace(failed[0], detail=output)
    elif entry["result"] not in ("OK", "SKIP", "EXPECTEDFAIL"):
        what = f"{entry['result'].lower()}, exit status {entry['returncode']}"
        cases.append(Case(test, "failed", f"{what}\n{output}"))
    elif not cases:
        skipped = entry["result"] == "SKIP"
        cases.append(Case(test, "skipped" if skipped else "passed", output if skipped else ""))
    return cases


def read_meson_log(path):
    with open(path, encoding="utf-8") as log:
        return [case for line in log for case in cases_of(json.loads(line))]


class Total:
    """Counts over all configurations; prints as it goes."""

    def __init__(self):
        self.count = collections.Counter()
        self.unusual = []

    def doing(self, configuration, what):
        """Shows a running step on a terminal; the next line replaces it."""
        if sys.stdout.isatty():
            print(f"{configuration:12} {what} ...", end="\033[K\r", flush=True)

    def add(self, configuration, cases, seconds):
        count = collections.Counter(case.outcome for case in cases)
        self.count += count
        print(f"{configuration:12} {count['passed']:5} passed {count['failed']:4} failed "
              f"{count['skipped']:4} skipped {seconds:6.0f} s", flush=True)
        self.unusual += [(configuration, case) for case in cases if case.outcome != "passed"]

    def report(self):
        for configuration, case in self.unusual:
            if case.outcome == "skipped":
                print(f"skipped {configuration} {case.name}: {case.detail.strip()}")
        for configuration, case in self.unusual:
            if case.outcome == "failed":
                print(f"\nFAILED {configuration} {case.name}")
                sys.stdout.writelines(f"    {line}\n" for line in case.detail.splitlines())
        print(f"\n{self.count['passed']} passed, {self.count['failed']} failed, "
              f"{self.count['skipped']} skipped")
        return 1 if self.count["failed"] else 0
