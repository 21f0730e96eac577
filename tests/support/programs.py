# SPDX-License-Identifier: MIT
"""Real programs and real streams for tests: started, watched, and gone afterwards.

A test derives from ProgramTest, takes a name of its own with `self.stream()` and starts programs
with `self.start()` or `self.run_to_end()`. When it ends, everything it started is ended, and a System V
object left under its names, or made by its processes, is a failure.
"""
import atexit
import contextlib
import ctypes
import functools
import itertools
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

SOURCE = pathlib.Path(os.environ.get("TRIPTYCH_SOURCE",
                                     pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("TRIPTYCH_BUILD", SOURCE / "build"))
REMOVED = 0o1000  # SHM_DEST: removed when the last process detaches
PATIENCE = 60  # seconds that anything may take on a busy machine before it counts as stuck

# For scripts of bash: wait_for COMMAND waits until it succeeds, and ends the script at the limit.
WAIT_FOR = f"""wait_for() {{
    for _ in {{1..{PATIENCE * 20}}}; do "$@" && return; sleep 0.05; done
    echo "not within {PATIENCE} s: $*" >&2; exit 1; }}
"""

_numbers = itertools.count(1)
_running = []


@functools.lru_cache(maxsize=None)
def built(name):
    """Path of a program of this build; the test is skipped when an option left it out."""
    for path in sorted(BUILD.rglob(name)):
        if path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise unittest.SkipTest(f"{name} is not built")


def tool(name):
    """Path of a program of the system; the test is skipped without it."""
    path = shutil.which(name)
    if not path:
        raise unittest.SkipTest(f"{name} is not installed")
    return path


def is_sanitized():
    """Whether this build has sanitizers, which other programs that load its library lack."""
    options = subprocess.run([tool("meson"), "introspect", "--buildoptions", BUILD], check=True,
                             capture_output=True).stdout
    [sanitize] = [option for option in json.loads(options) if option["name"] == "b_sanitize"]
    return sanitize["value"] != "none"


def key_of(name):
    """The System V key of a stream: 't' and 24 bits of FNV-1a, see docs/design.md."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 & 0xffffffff
    return 0x74000000 | value >> 24 ^ value & 0xffffff


def ipc_table(kind):
    """/proc/sysvipc/KIND as dictionaries of numbers, keys without a sign."""
    rows = pathlib.Path("/proc/sysvipc", kind).read_text().splitlines()
    heads = rows[0].split()
    table = [dict(zip(heads, map(int, row.split()))) for row in rows[1:]]
    for row in table:
        row["key"] &= 0xffffffff
    return table


def ipc_of(name):
    """Returns the kernel objects of a stream's name: (shm rows, sem rows)."""
    key = key_of(name)
    return tuple([row for row in ipc_table(kind) if row["key"] == key] for kind in ("shm", "sem"))


def wait_until(true, what, seconds=PATIENCE):
    """Calls true() until it returns a true value, and returns that. Fails with `what` at the time
    limit."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.01)


def waits_in(pid, where):
    """Whether the process or thread sleeps in that function of the kernel."""
    with open(f"/proc/{pid}/wchan", encoding="ascii") as wchan:
        return where in wchan.read()


class Process(subprocess.Popen):
    """A program that a test started."""
    asked = False  # to end: a second signal ends a program that needs long before it has cleaned up

    def send_signal(self, sig):
        """Sends a signal. A SIGSTOP has stopped the process when this returns."""
        self.asked = self.asked or sig in (signal.SIGINT, signal.SIGTERM)
        super().send_signal(sig)
        if sig == signal.SIGSTOP and self.returncode is None:
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)


def _continue(process):
    """Continues a stopped process. SIGCONT to a running one would cancel the SIGSTOP by which
    LeakSanitizer stops the threads of a process that ends: it would wait for that without end."""
    with open(f"/proc/{process.pid}/stat", encoding="utf-8", errors="replace") as stat:
        state = stat.read().rpartition(")")[2].split()[0]
    if state == "T":
        process.send_signal(signal.SIGCONT)


def end(process):
    """Ends one process that a test started, in whatever state, and reaps it."""
    if process.stdin:
        try:
            process.stdin.close()  # some programs end at it
            process.wait(10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            pass
    ended = True
    if process.poll() is None:
        _continue(process)
        if not getattr(process, "asked", False):
            process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            ended = False
            process.kill()
            process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
    if not ended:
        raise AssertionError(f"{process.args}: did not end within {PATIENCE} s of a signal")


@atexit.register
def _end_all():
    for process in _running:
        with contextlib.suppress(AssertionError):  # the others must end, too
            end(process)


class ProgramTest(unittest.TestCase):
    """Programs, streams and files of one test."""

    def setUp(self):
        self._names = []
        self._pids = set()
        self.addCleanup(self._check_nothing_is_left)

    def stream(self):
        """A stream's name that no other test and no other process uses."""
        name = f"T{os.getpid()}.{next(_numbers)}"  # every kind of character
        self._names.append(name)
        return name

    def folder(self):
        """An empty folder, removed after the test."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="triptych-test-"))
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def start(self, program, *args, **options):
        """Starts a program of this build, or of the system by its path. Output goes to pipes unless
        `options`, those of subprocess.Popen, redirect it."""
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        path = program if os.sep in program else built(program)
        if "user" in options:
            path = self._copy_for_others(path, options)
        process = Process([path, *map(str, args)], **options)
        for other in _running:
            if other.stdout and other.stdout is options["stdin"]:
                other.stdout.close()  # a full pipe without a reader ends `other`, instead of blocking
        _running.append(process)
        self._pids.add(process.pid)
        self.addCleanup(_running.remove, process)
        self.addCleanup(end, process)
        return process

    def _copy_for_others(self, path, options):
        """Copies a program of this build to where every user may run it: not so in root's home."""
        folder = self.folder()
        folder.chmod(0o755)
        shutil.copy(BUILD / "common" / "libtriptych.so.0", folder)
        options["env"] = (options.get("env") or os.environ) | {"LD_LIBRARY_PATH": str(folder)}
        return shutil.copy(path, folder)

    def run_to_end(self, program, *args, input=None, **options):
        """Runs a program and returns it completed: .returncode, .stdout and .stderr (text, unless
        text=False)."""
        as_text = options.pop("text", True)
        if input is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(program, *args, **options)
        out, err = process.communicate(input, timeout=PATIENCE * 4)
        if as_text:
            out, err = (stream.decode() if stream is not None else None for stream in (out, err))
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def wait_for_stream(self, name, writer):
        """Waits until `name` exists, and fails at once if its writer ends."""
        def there():
            if writer.poll() is not None:
                raise AssertionError(f"the writer ended with {writer.returncode}: "
                                     f"{writer.stderr.read().decode() if writer.stderr else ''}")
            return all(ipc_of(name))
        wait_until(there, f"a stream named {name}")

    def wait_for_readers(self, name, count):
        """Waits until that many readers have attached the segment, beside its writer."""
        wait_until(lambda: ipc_of(name)[0][0]["nattch"] > count, f"{count} readers of {name}")

    def layout_version(self, name):
        """The layout version in a stream's segment, as an array of one number that can be changed."""
        libc = ctypes.CDLL(None, use_errno=True)
        libc.shmat.restype = ctypes.c_void_p
        [segment] = ipc_of(name)[0]
        at = libc.shmat(segment["shmid"], None, 0)
        self.addCleanup(libc.shmdt, ctypes.c_void_p(at))
        return ctypes.cast(at + 4, ctypes.POINTER(ctypes.c_uint32))

    def start_capture(self, *args, env):
        """Starts a capture. Returns its stream's name, the process, and a function that reads its
        log."""
        name = self.stream()
        log = self.folder() / "log"
        with log.open("w", encoding="utf-8") as file:
            process = self.start("triptych-capture", "--json", "-n", name, *args, env=env, stderr=file)
        return name, process, log.read_text

    def start_reader(self, name, count):
        """Starts a reader of the next `count` frames of a stream; frames_of() returns them."""
        return self.start("camera-frames", name, count, PATIENCE)

    def frames_of(self, reader, timeout=PATIENCE):
        """Waits for the end of start_reader()'s program. Returns the descriptions of its frames that
        have not been read from its output yet."""
        out, err = reader.communicate(timeout=timeout)
        seen = [json.loads(line) for line in out.splitlines()]
        self.assertEqual(reader.returncode, 0,
                         f"{len(seen)} frames within {PATIENCE} s, {reader.args}: {err.decode()}")
        return seen

    def frames(self, name, count):
        """Returns the descriptions of the next `count` frames of a stream."""
        seen = self.frames_of(self.start_reader(name, count), PATIENCE * 4)
        self.assertEqual(len(seen), count)
        return seen

    def first_frames(self, name, writer, count):
        """frames(), the first of a writer that waits for a reader: it is held until the reader
        waits."""
        self.wait_for_stream(name, writer)
        wait_until(lambda: waits_in(writer.pid, "futex"), "the writer's wait for a reader")
        writer.send_signal(signal.SIGSTOP)
        reader = self.start_reader(name, count)
        wait_until(lambda: waits_in(reader.pid, "semtimedop"), "the reader's wait for a frame")
        writer.send_signal(signal.SIGCONT)
        seen = self.frames_of(reader)
        self.assertEqual(len(seen), count)
        return seen

    def assert_refused(self, done, status, *words):
        """Asserts that a run ended with `status` and a message on stderr with all of `words`."""
        self.assertEqual(done.returncode, status, done.stderr)
        for word in words:
            self.assertIn(word, done.stderr)

    def _check_nothing_is_left(self):
        left = []
        for name in self._names:
            for kind, rows in zip(("shm", "sem"), ipc_of(name)):
                left += [f"{kind} of {name}: {row}" for row in rows]
                for row in rows:  # reported below; nothing remains for the next run
                    subprocess.run(["ipcrm", "-M" if kind == "shm" else "-S", str(row["key"])],
                                   check=False)
        # A removed segment that a writer of another test is about to detach is not left behind.
        left += [f"shm without a name: {row}" for row in ipc_table("shm")
                 if row["cpid"] in self._pids and row["key"] == 0 and not row["perms"] & REMOVED]
        self.assertEqual(left, [], "System V objects were left behind")


def last_json(text):
    """The last of the objects that --json printed, one a line."""
    return json.loads(text.strip().splitlines()[-1])
