# SPDX-License-Identifier: MIT
"""Builds every configuration, runs its tests and counts single cases; started by tests/run."""

import argparse
import ctypes
import dataclasses
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

import programs
import results

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BUILDS = SOURCE / "build-tests"
LONGEST_S = 5400  # of one configuration, in any case
AT_ONCE = (os.cpu_count() or 1) + 1  # tests: many of them sleep most of their time


@dataclasses.dataclass(frozen=True)
class Configuration:
    """One way to build, and its tests."""

    name: str
    setup: tuple = ()  # options of meson setup, beside --werror
    compilers: dict = dataclasses.field(default_factory=dict)  # in the environment of the build
    env: dict = dataclasses.field(default_factory=dict)  # of the tests
    targets: tuple = ()  # what to build, instead of everything
    test: tuple = ()  # options of meson test
    same_build_as: str = ""  # no build of its own


SLOW = ("--setup", "all")  # the tests that `meson test` omits
# Checkers read the source, not the build; the model and the soak gain nothing from a second build.
ONCE = (*SLOW, "--no-suite", "lint", "--no-suite", "model", "--no-suite", "soak")
# Nor tests that sanitizers cannot follow: into other programs, under strace in the camera's
# machine.
OURS = (*ONCE, "--no-suite", "bridge", "--no-suite", "plain", "--no-suite", "camera")

CONFIGURATIONS = (
    Configuration("gcc", test=SLOW),
    # libjpeg-turbo's vector code reads beyond its rows, and discards the results
    Configuration("valgrind", same_build_as="gcc", env={"JSIMD_FORCENONE": "1"}, test=(
        # what injected failures leave behind is AddressSanitizer's
        "--suite", "unit", "--no-suite", "injected", "--timeout-multiplier", "10", "--wrapper",
        "valgrind --quiet --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite")),
    Configuration(
        "asan+ubsan",
        # -O1 and line numbers only: compiles in two thirds of the time. gcc warns wrongly at
        # -O1; its own configuration has -O2.
        setup=("-Db_sanitize=address,undefined", "-Db_lundef=false", "-Doptimization=1",
               "-Dc_args=-g1 -Wno-maybe-uninitialized -Wno-format-truncation"),
        env={"ASAN_OPTIONS": "detect_stack_use_after_return=1:strict_string_checks=1:"
                             "verify_asan_link_order=0",
             "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
             "LD_PRELOAD": f"{BUILDS}/asan+ubsan/tests/libkeep_loaded.so",
             "LSAN_OPTIONS": f"suppressions={SOURCE}/tests/support/lsan.supp:print_suppressions=0"},
        test=(*OURS, "--timeout-multiplier", "4")),
    Configuration(
        "tsan",
        # gcc warns that it does not support fences: they guard accesses across processes, which it
        # cannot see
        setup=("-Db_sanitize=thread", "-Db_lundef=false", "-Dc_args=-Wno-tsan"),
        targets=("unit-tests",),
        env={"TSAN_OPTIONS": "halt_on_error=1:die_after_fork=0"},
        # TSan of gcc 12 cannot place its shadow memory with high address entropy
        test=("--suite", "unit", "--timeout-multiplier", "4", "--wrapper", "setarch -R")),
    Configuration("clang", setup=("-Ddebug=false",), compilers={"CC": "clang", "CXX": "clang++"},
                  test=("--suite", "unit")),
)
QUICK = Configuration("gcc", test=("--no-suite", "lint"))


def command_line():
    parser = argparse.ArgumentParser(prog="tests/run", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("names", nargs="*")
    return parser.parse_args()


def run(title, command, env):
    """Runs one command silently. Returns its result as a case, with the output if it failed."""
    try:
        done = subprocess.run(command, cwd=SOURCE, env=os.environ | env, text=True, errors="replace",
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=LONGEST_S)
        output, passed = done.stdout, done.returncode == 0
    except subprocess.TimeoutExpired as late:
        output, passed = f"{late}\n{late.output or ''}", False
    return results.Case(title, "passed" if passed else "failed", "" if passed else output)


def build(configuration, folder):
    exists = (folder / "build.ninja").exists()
    case = run("meson setup", ["meson", "setup", *(["--reconfigure"] if exists else []), str(folder),
                               "--werror", "--auto-features=enabled",
                               *configuration.setup], configuration.compilers)
    if case.outcome == "passed":
        case = run("compiles without a warning",
                   ["meson", "compile", "-C", str(folder), *configuration.targets],
                   configuration.compilers)
    return case


def test(configuration, folder, names):
    """Runs the tests. Returns the cases of meson's log, or meson's own result without one."""
    logs = folder / "meson-logs"
    for old in logs.glob("testlog*.json"):
        old.unlink()
    case = run("meson test", ["meson", "test", "-C", str(folder), "--no-rebuild",
                              "--num-processes", str(AT_ONCE), *configuration.test, *names],
               configuration.env)
    cases = [case for log in logs.glob("testlog*.json") for case in results.read_meson_log(log)]
    if names and not cases and case.outcome == "passed":
        return [results.Case("meson test", "failed", f"no test is named {' or '.join(names)}")]
    return cases if cases or case.outcome == "passed" else [case]


def system_v_objects():
    """The objects that ipcs lists, as {(kind, id): key}. Without root the suite shares its
    namespace: only this user's streams count."""
    found = {}
    for kind, number in (("shm", "shmid"), ("sem", "semid"), ("msg", "msqid")):
        for row in programs.ipc_table(kind):
            is_own_stream = row["cuid"] == os.getuid() and row["key"] >> 24 == ord("t")
            if os.geteuid() == 0 or is_own_stream:
                found[kind, row[number]] = row["key"]
    return found


def what_was_left(known):
    """Returns a case that lists remaining objects and processes. Ends those processes; adds the
    objects to the known ones."""
    new = {found: key for found, key in system_v_objects().items() if found not in known}
    left = [f"{kind} {number} with key {key:#010x}" for (kind, number), key in new.items()]
    known.update(new)
    children = pathlib.Path(f"/proc/self/task/{os.getpid()}/children")
    for pid in map(int, children.read_text().split()):
        command = pathlib.Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        if command:  # a zombie has none: it ended in time
            left.append(f"process {pid}: {command}")
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return results.Case("leaves no System V object and no process behind",
                        "failed" if left else "passed", "\n".join(left))


def adopt_orphans():
    """Makes this process the parent of orphans, so that remaining processes are found."""
    PR_SET_CHILD_SUBREAPER = 36
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def main():
    arguments = command_line()
    chosen = CONFIGURATIONS
    if arguments.names:
        chosen = CONFIGURATIONS[:1]
    elif arguments.quick:
        chosen = (QUICK,)
    adopt_orphans()
    known = system_v_objects()
    total = results.Total()
    broken = set()
    for configuration in chosen:
        started = time.monotonic()
        folder = BUILDS / (configuration.same_build_as or configuration.name)
        cases = []
        if not configuration.same_build_as:
            total.doing(configuration.name, "building")
            cases.append(build(configuration, folder))
            if cases[0].outcome == "failed":
                broken.add(folder)
        if folder not in broken:
            total.doing(configuration.name, "testing")
            cases += test(configuration, folder, arguments.names)
            cases.append(what_was_left(known))
        total.add(configuration.name, cases, time.monotonic() - started)
    return total.report()


if __name__ == "__main__":
    sys.exit(main())
