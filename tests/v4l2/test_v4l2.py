# SPDX-License-Identifier: MIT
"""A stream as a V4L2 device: interface, frames, lifetime."""
import os
import re
import shutil
import signal
import subprocess
import sys
import unittest

from preloaded import DEVICE, PreloadedTest
from programs import BUILD, PATIENCE, SOURCE, built, tool, wait_until

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set

# Opens the device and runs statements on it, in a process of its own.
PYTHON = """
import fcntl, mmap, os, select, struct, sys, time
DEVICE = "%s"
""" % DEVICE

# Writes the camera's own frames.
OPENCV = """
import sys, cv2
camera = cv2.VideoCapture(sys.argv[1], cv2.CAP_V4L2)
camera.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter_fourcc(*"YUYV"))
camera.set(cv2.CAP_PROP_CONVERT_RGB, 0)
with open(sys.argv[3], "wb") as out:
    for _ in range(int(sys.argv[2])):
        out.write(camera.read()[1].tobytes())
"""


class Device(PreloadedTest):
    def setUp(self):
        super().setUp()
        self.name = self.stream()

    def python(self, script, *arguments):
        """Runs a script under triptych-v4l2 and returns what it printed."""
        done = self.preloaded(self.name, tool("python3"), "-c", PYTHON + script, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.split()

    def v4l2_ctl(self, *options):
        done = self.preloaded(self.name, tool("v4l2-ctl"), "-d", DEVICE, *options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_device_passes_v4l2_compliance(self):
        self.capture(self.name)
        done = self.preloaded(self.name, tool("v4l2-compliance"), "-d", DEVICE, "-s", "10")
        [total] = re.findall(r"^Total for .*: \d+, Succeeded: (\d+), Failed: (\d+), ", done.stdout,
                             re.MULTILINE)
        self.assertEqual(total[1], "0", done.stdout)
        self.assertGreater(int(total[0]), 40)
        warnings = re.findall(r"^.*warn: (.*)", done.stdout, re.MULTILINE)
        self.assertEqual([text for text in warnings if "got sequence number" not in text], [])

    def test_mapped_and_user_buffers_get_the_streams_bytes(self):
        self.capture(self.name)
        wanted = self.raw_frame(self.name)
        for method in ("mmap", "user"):
            path = self.folder() / "frames"
            self.v4l2_ctl(f"--stream-{method}", "--stream-count=4", f"--stream-to={path}")
            self.assertEqual(path.read_bytes(), wanted * 4, method)

    def test_zero_copy_maps_the_slots_themselves(self):
        self.capture(self.name, source="pattern:clock")
        trace = self.folder() / "trace"
        path = self.folder() / "frames"
        done = self.preloaded(self.name, "--zero-copy", tool("strace"), "-f", "-e", "trace=mremap",
                              "-o", trace, tool("v4l2-ctl"), "-d", DEVICE, "--stream-mmap",
                              "--stream-count=60", f"--stream-to={path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(path.stat().st_size, 60 * 614400)
        mapped = re.findall(r"mremap\(0x[0-9a-f]+, 0, 614400, .*MREMAP_FIXED", trace.read_text())
        self.assertGreater(len(mapped), 1)
        self.assertLess(len(mapped), 30)  # most frames are in a slot that a queued buffer shows

    def test_zero_copy_of_still_frames_gets_the_streams_bytes(self):
        self.capture(self.name)
        path = self.folder() / "frames"
        done = self.preloaded(self.name, "--zero-copy", tool("v4l2-ctl"), "-d", DEVICE, "--stream-mmap",
                              "--stream-count=20", f"--stream-to={path}")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(path.read_bytes(), self.raw_frame(self.name) * 20)

    def test_read_gets_the_streams_bytes(self):
        self.capture(self.name)
        wanted = self.raw_frame(self.name)
        path = self.folder() / "frame"
        self.python("fd = os.open(DEVICE, os.O_RDWR)\n"
                    "data = b''\n"
                    "while len(data) < 614400: data += os.read(fd, 100000)\n"
                    "open(sys.argv[1], 'wb').write(data)", path)
        self.assertEqual(path.read_bytes()[:len(wanted)], wanted)

    def test_stream_is_offered_in_formats_that_programs_want(self):
        self.capture(self.name)
        listed = re.findall(r"'(....)'", self.v4l2_ctl("--list-formats"))
        self.assertEqual(listed, ["YUYV", "NV12", "YU12", "RGB3", "BGR3"])
        for fourcc, first in (("RGB3", (191, 191, 191)), ("BGR3", (191, 191, 191)), ("NV12", (180,))):
            path = self.folder() / "frame"
            self.v4l2_ctl(f"--set-fmt-video=pixelformat={fourcc}", "--stream-mmap",
                          "--stream-count=1", f"--stream-to={path}")
            for value, byte in zip(first, path.read_bytes()):  # the grey bar at the left
                self.assertAlmostEqual(value, byte, delta=4, msg=fourcc)

    def test_packed_bayer_is_offered_as_it_is_and_converted(self):
        self.capture(self.name, "--format", "pRAA")
        listed = re.findall(r"'(....)'", self.v4l2_ctl("--list-formats"))
        self.assertEqual(listed, ["pRAA", "YUYV", "NV12", "YU12", "RGB3", "BGR3"])
        for fourcc, wanted in (("pRAA", self.raw_frame(self.name)[:3]), ("RGB3", (191, 191, 191))):
            path = self.folder() / "frame"
            self.v4l2_ctl(f"--set-fmt-video=pixelformat={fourcc}", "--stream-mmap",
                          "--stream-count=1", f"--stream-to={path}")
            for value, byte in zip(wanted, path.read_bytes()):
                self.assertAlmostEqual(value, byte, delta=4, msg=fourcc)

    def test_opaque_stream_is_offered_with_its_own_planes(self):
        planes = (bytes(range(16)) * 56, b"second" * 3)
        path = self.folder() / "frame"
        with triptych.Writer(self.name, "pBEE", 32, 16, planes=[(56, 16), (6, 3)]) as writer:
            with writer.frame() as draft:
                for plane, data in zip(draft.planes, planes):
                    plane.view()[:] = data
            text = self.v4l2_ctl("--list-formats", "--get-fmt-video", "--stream-mmap",
                                 "--stream-count=1", f"--stream-to={path}")
        self.assertEqual(re.findall(r"\[\d+\]: '(....)'", text), ["pBEE"])
        self.assertRegex(text, r"Bytes per Line\s*: 56")
        self.assertEqual(path.read_bytes(), b"".join(planes))

    def test_odd_sizes_have_the_strides_that_v4l2_derives(self):
        self.capture(self.name, "--size", "77x51", "--format", "NV12")
        path = self.folder() / "frame"
        text = self.v4l2_ctl("--get-fmt-video", "--stream-mmap", "--stream-count=1",
                             f"--stream-to={path}")
        self.assertIn("77/51", text)
        self.assertEqual(len(path.read_bytes()), 80 * 51 + 80 * 26)

    def test_poll_select_and_epoll_wake_for_each_frame(self):
        self.capture(self.name, "--rate", "100", source="pattern:clock")
        counts = self.python("""
import ctypes, threading
subprocess = __import__('subprocess')
for how in ('poll', 'select', 'epoll'):
    fd = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
    poll = select.poll(); poll.register(fd, select.POLLIN)
    epoll = select.epoll(); 
    frames = 0
    while frames < 20:
        if how == 'poll': poll.poll(1000)
        elif how == 'select': select.select([fd], [], [], 1)
        else:
            if frames == 0: poll.poll(0)
            epoll.register(fd, select.EPOLLIN) if frames == 0 else None
            epoll.poll(1)
        try:
            while len(os.read(fd, 1 << 24)) < 614400: pass
            frames += 1
        except BlockingIOError: pass
    print(frames)
    os.close(fd)
""")
        self.assertEqual(counts, ["20", "20", "20"])

    def test_end_of_the_writer_is_no_frame(self):
        writer = self.capture(self.name)
        program = self.start_preloaded(self.name, sys.executable, "-c", f"""
import os, select, sys
fd = os.open({DEVICE!r}, os.O_RDWR)
def by_poll(seconds):
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return poll.poll(1000 * seconds)
def by_select(seconds):
    return select.select([fd], [], [], seconds)[0]
def read():
    left = 640 * 480 * 2
    while left: left -= len(os.read(fd, left))
read()
for wait in (by_poll, by_select):
    print('reads', flush=True)
    sys.stdin.readline()
    while wait(0.2): read()  # without a frame it would hang
    print('has none', flush=True)
    if wait(60): read()
""", stdin=subprocess.PIPE)
        for _ in ("poll", "select"):
            self.assertEqual(program.stdout.readline(), b"reads\n")
            writer.terminate()
            writer.wait()
            program.stdin.write(b"\n")
            program.stdin.flush()
            self.assertEqual(program.stdout.readline(), b"has none\n")
            writer = self.capture(self.name)
        self.assertEqual(program.wait(60), 0)

    def test_directory_of_devices_lists_the_stream(self):
        self.capture(self.name)
        listed = self.python("print(*os.listdir('/dev')); print(*os.listdir('/sys/class/video4linux'));"
                             "print(open('/sys/class/video4linux/video40/name').read());"
                             "print(os.path.realpath('/dev/video40'))")
        self.assertEqual(listed.count("video40"), 2)
        self.assertEqual(self.python("""
folder = os.open('/dev', os.O_RDONLY)
print(os.listdir(folder).count('video40'))
print(os.path.samestat(os.stat('video40', dir_fd=folder), os.stat(DEVICE)))
"""), ["1", "True"])
        self.assertEqual(self.python("""
import ctypes
libc = ctypes.CDLL(None)
libc.opendir.restype = libc.readdir.restype = ctypes.c_void_p
folder = ctypes.c_void_p(libc.opendir(b'/dev'))
for _ in range(2):
    entries = list(iter(lambda: libc.readdir(folder), None)) # their names are at offset 19
    print(ctypes.string_at(entries[-1] + 19).decode())
    libc.rewinddir(folder)
"""), ["video40"] * 2)
        self.assertEqual(self.python("""
import ctypes
libc = ctypes.CDLL(None)
for resolve in (lambda path: libc.realpath(path, None), libc.canonicalize_file_name):
    libc.realpath.restype = libc.canonicalize_file_name.restype = ctypes.c_char_p
    print(resolve(DEVICE.encode()).decode())
"""), [DEVICE] * 2)
        self.assertEqual(self.python("for path in ('040', '+40', ' 40', '40 '):"
                                     "print(os.path.exists('/dev/video' + path))"), ["False"] * 4)
        self.assertIn(self.name, listed)

    def test_path_names_the_stream_without_a_number(self):
        self.capture(self.name)
        self.raw_frame(self.name)  # a stream without a frame is no device yet
        done = self.run_to_end("triptych-v4l2", tool("v4l2-ctl"), "-d", f"/dev/triptych/{self.name}",
                               "--stream-mmap", "--stream-count=2")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_missing_stream_is_a_missing_device(self):
        done = self.preloaded(self.name, tool("cat"), DEVICE)
        self.assertIn("No such device", done.stderr)

    @unittest.skipUnless(os.getuid() == 0, "another user's stream needs root")
    def test_device_of_a_private_stream_is_denied(self):
        self.capture(self.name, "--mode", "0600")
        folder = self.folder()
        os.chmod(folder, 0o755)
        for path in ("plugins/v4l2/triptych-v4l2", "plugins/v4l2/libtriptych-v4l2.so",
                     "common/libtriptych.so.0"):
            shutil.copy(BUILD / path, folder)
        done = self.run_to_end(tool("setpriv"), "--reuid=65534", "--clear-groups", "env",
                               f"LD_LIBRARY_PATH={folder}", folder / "triptych-v4l2",
                               "--device", f"40={self.name}", tool("cat"), DEVICE)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, rf"{re.escape(self.name)}: permission denied; start its writer")
        self.assertIn(f"{DEVICE}: Permission denied", done.stderr)

    def test_other_files_are_not_touched(self):
        self.capture(self.name)
        path = self.folder() / "file"
        path.write_text("text")
        printed = self.python("print(open(sys.argv[1]).read(), os.stat(sys.argv[1]).st_size)", path)
        self.assertEqual(printed, ["text", "4"])

    def test_program_continues_when_its_writer_is_killed_and_replaced(self):
        writer = self.capture(self.name)
        program = self.start_preloaded(self.name, tool("v4l2-ctl"), "-d", DEVICE, "--stream-mmap",
                                       "--stream-count=200", "--verbose",
                                       stderr=subprocess.STDOUT)
        before = [program.stdout.readline() for _ in range(20)]
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        self.capture(self.name)
        printed = (b"".join(before) + program.stdout.read()).decode()
        self.assertEqual(program.wait(PATIENCE), 0)
        numbers = [int(number) for number in re.findall(r"seq: +(\d+)", printed)]
        self.assertEqual(numbers, sorted(numbers))  # of the second writer, too
        self.assertLess(numbers[-1], 400)

    def test_program_keeps_its_size_when_the_stream_changes(self):
        writer = self.capture(self.name)
        path = self.folder() / "frames"
        program = self.start_preloaded(self.name, tool("v4l2-ctl"), "-d", DEVICE, "--stream-mmap",
                                       "--stream-count=100", f"--stream-to={path}")
        wait_until(lambda: path.exists() and path.stat().st_size > 614400 * 5, "five frames")
        writer.terminate()
        writer.wait()
        self.capture(self.name, "--size", "320x240", "--format", "RGB3")
        self.assertEqual(program.wait(PATIENCE), 0)
        frames = path.read_bytes()
        self.assertEqual(len(frames), 614400 * 100)
        self.assertAlmostEqual(frames[0], frames[-614400], delta=12)  # the grey bar, scaled

    def test_change_that_ends_compressed_frames_is_named(self):
        writer = self.capture(self.name, "--format", "MJPG")
        program = self.start_preloaded(self.name, tool("v4l2-ctl"), "-d", DEVICE, "--stream-mmap",
                                       "--verbose", stderr=subprocess.STDOUT)
        self.assertIn(b"seq:", next(line for line in program.stdout if b"seq:" in line))
        writer.terminate()
        writer.wait()
        self.capture(self.name, "--size", "320x240", "--format", "MJPG")
        warning = next(line for line in program.stdout if b"warn" in line)
        self.assertIn(f"{self.name}: the stream is MJPG 320x240 now: a program that chose MJPG 640x480 "
                      "gets no frame; start it again", warning.decode())

    def test_file_without_buffers_waits_for_a_change_of_the_source(self):
        writer = self.capture(self.name)
        program = self.start_preloaded(self.name, tool("python3"), "-c", PYTHON + """
fd = os.open(DEVICE, os.O_RDWR)
VIDIOC_SUBSCRIBE_EVENT, VIDIOC_DQEVENT, V4L2_EVENT_SOURCE_CHANGE = 0x4020565a, 0x80885659, 5
fcntl.ioctl(fd, VIDIOC_SUBSCRIBE_EVENT, struct.pack('I', V4L2_EVENT_SOURCE_CHANGE) + bytes(28))
print('waits', flush=True)
print(struct.unpack_from('I', fcntl.ioctl(fd, VIDIOC_DQEVENT, bytes(136)))[0])
""")
        self.assertEqual(program.stdout.readline(), b"waits\n")
        writer.terminate()
        writer.wait()
        self.capture(self.name, "--size", "320x240")
        self.assertEqual(program.stdout.read(), b"5\n")

    def test_status_of_the_input_reports_no_signal(self):
        writer = self.capture(self.name)
        self.assertIn("(%s: ok)" % self.name, self.v4l2_ctl("--get-input"))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        self.assertIn("no signal", self.v4l2_ctl("--get-input"))
        self.run_to_end(built("triptych-info"), "remove", self.name)

    def test_children_do_not_touch_the_streaming_of_their_parent(self):
        self.capture(self.name)
        printed = self.python("""
import subprocess, threading
fd = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
def frame():
    done = 0
    while done < 614400:
        if not select.select([fd], [], [], 10)[0]: return 'silence'
        try: done += len(os.read(fd, 1 << 20))
        except BlockingIOError: pass
    return 'frame'
print(frame())
stdin = os.fstat(0).st_rdev
subprocess.run(['true'], stdin=fd) # by vfork(), then dup2() and close_range()
print(frame(), os.fstat(0).st_rdev == stdin)
child = os.fork()
if child == 0:
    os.close(fd)
    own = os.open(DEVICE, os.O_RDWR)
    os._exit(0 if os.read(own, 100) else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), frame())
fcntl.fcntl(fd, fcntl.F_SETFL, 0)
ended = False
def read():
    while not ended: os.read(fd, 1 << 20)
reading = threading.Thread(target=read) # waits for a frame nearly all the time, with locks held
reading.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        os.close(fd)
        os._exit(0)
    os.waitpid(child, 0)
ended = True
reading.join()
""")
        self.assertEqual(printed, ["frame", "frame", "True", "0", "frame"])

    def test_descriptors_closed_by_range_are_not_cameras_any_more(self):
        self.capture(self.name)
        path = self.folder() / "file"
        path.write_text("text")
        printed = self.python("""
import ctypes
libc = ctypes.CDLL(None)
for close in (lambda fd: libc.close_range(fd, fd, 0), libc.closefrom,
              lambda fd: libc.syscall(436, fd, fd, 0)):
    fd = os.open(DEVICE, os.O_RDWR)
    os.read(fd, 100)
    close(fd)
    file = os.open(sys.argv[1], os.O_RDONLY)
    same = fcntl.fcntl(file, fcntl.F_DUPFD, fd)
    print(same == fd, os.read(same, 100).decode())
    os.close(file)
    os.close(same)
    os.close(os.open(DEVICE, os.O_RDWR))
fd = os.open(DEVICE, os.O_RDWR)
libc.close_range(fd, fd, 4) # CLOSE_RANGE_CLOEXEC
print(len(os.read(fd, 100)))
""", path)
        self.assertEqual(printed, ["True", "text"] * 3 + ["100"])

    def test_requests_of_every_file_are_answered(self):
        self.capture(self.name)
        printed = self.python("""
FIOCLEX, FIONCLEX = 0x5451, 0x5450
fd = os.open(DEVICE, os.O_RDWR)
os.set_blocking(fd, False) # by FIONBIO
print(os.get_blocking(fd))
os.set_blocking(fd, True)
print(os.get_blocking(fd))
for request in (FIONCLEX, FIOCLEX):
    fcntl.ioctl(fd, request)
    print(fcntl.fcntl(fd, fcntl.F_GETFD))
""")
        self.assertEqual(printed, ["False", "True", "0", "1"])

    def test_file_that_is_read_refuses_to_stream(self):
        self.capture(self.name)
        printed = self.python("""
import errno
VIDIOC_REQBUFS, VIDIOC_QBUF, VIDIOC_DQBUF = 0xc0145608, 0xc058560f, 0xc0585611
VIDIOC_STREAMON, VIDIOC_STREAMOFF = 0x40045612, 0x40045613
fd = os.open(DEVICE, os.O_RDWR)
os.read(fd, 100)
def refused(request, argument):
    try: return fcntl.ioctl(fd, request, argument)
    except OSError as error: return errno.errorcode[error.errno]
print(refused(VIDIOC_REQBUFS, struct.pack('5I', 2, 1, 1, 0, 0)))
for request in (VIDIOC_QBUF, VIDIOC_DQBUF):
    print(refused(request, struct.pack('2I', 0, 1) + bytes(52) + struct.pack('I', 1) + bytes(24)))
for request in (VIDIOC_STREAMON, VIDIOC_STREAMOFF):
    print(refused(request, struct.pack('i', 1)))
print(len(os.read(fd, 100)))
""")
        self.assertEqual(printed, ["EBUSY"] * 5 + ["100"])

    def test_signal_ends_a_wait_for_a_queued_buffer(self):
        self.capture(self.name)
        printed = self.python("""
import signal
VIDIOC_REQBUFS, VIDIOC_DQBUF, VIDIOC_STREAMON = 0xc0145608, 0xc0585611, 0x40045612
fd = os.open(DEVICE, os.O_RDWR)
fcntl.ioctl(fd, VIDIOC_REQBUFS, struct.pack('5I', 2, 1, 1, 0, 0))
fcntl.ioctl(fd, VIDIOC_STREAMON, struct.pack('i', 1))
def ring(*_): raise SystemExit('rung')
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
buffer = struct.pack('2I', 0, 1) + bytes(52) + struct.pack('I', 1) + bytes(24)
try: fcntl.ioctl(fd, VIDIOC_DQBUF, buffer)
except SystemExit as error: print(error)
""")
        self.assertEqual(printed, ["rung"])

    def test_buffers_that_are_too_large_are_refused(self):
        self.capture(self.name)
        errors = self.python("""
import errno
VIDIOC_G_FMT, VIDIOC_CREATE_BUFS = 0xc0d05604, 0xc100565c
def create(size):
    form = bytearray(208)
    form[0] = 1 # V4L2_BUF_TYPE_VIDEO_CAPTURE
    fcntl.ioctl(fd, VIDIOC_G_FMT, form)
    if size: form[28:32] = struct.pack('I', size) # sizeimage
    request = bytearray(struct.pack('IIIi', 0, 1, 1, 0) + form + bytes(32))
    try: return fcntl.ioctl(fd, VIDIOC_CREATE_BUFS, request)
    except OSError as error: return errno.errorcode[error.errno]
fd = os.open(DEVICE, os.O_RDWR)
print(create(0), *map(create, (0xffffffff, 0xfffff001, 0xfffff000, 0x80000000, 0x7fffffff)))
""")
        self.assertEqual(errors, ["0"] + ["ENOMEM"] * 5)

    def test_calls_without_a_path_fail_as_the_kernels_do(self):
        self.capture(self.name)
        errors = self.python("""
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for call in (lambda: libc.statx(0, None, 0, 0x7ff, None), # Rust's standard library probes so
             lambda: libc.fstatat(0, None, None, 0), lambda: libc.stat(None, None),
             lambda: libc.open(None, 0), lambda: libc.access(None, 0)):
    print(call(), errno.errorcode[ctypes.get_errno()])
""")
        self.assertEqual(errors, ["-1", "EFAULT"] * 5)

    def test_thousand_opens_leave_nothing(self):
        self.capture(self.name)
        counts = self.python("""
def descriptors(): return len(os.listdir('/proc/self/fd'))
os.close(os.open(DEVICE, os.O_RDWR))
before = descriptors()
for i in range(1000):
    fd = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
    if i % 20 == 0:
        select.select([fd], [], [], 1)
        os.read(fd, 1000)
    os.close(os.dup(fd))
    os.close(fd)
print(before, descriptors())
""")
        self.assertEqual(counts[0], counts[1])

    def test_open_that_waits_for_a_first_frame_does_not_delay_others(self):
        self.capture(self.name)
        silent = self.stream()
        process = self.capture(silent, "--wait-for-reader")
        process.send_signal(signal.SIGSTOP)  # publishes nothing, whatever looks like a reader
        self.addCleanup(process.send_signal, signal.SIGCONT)
        counts = self.python("""
import threading
def wait():
    try: os.open('/dev/triptych/' + sys.argv[1], os.O_RDWR)
    except OSError as error: print(error.errno)
waiting = threading.Thread(target=wait)
waiting.start()
opened = 0
while waiting.is_alive():
    os.close(os.open(DEVICE, os.O_RDWR))
    opened += 1
    time.sleep(0.01)
print(opened)
""", silent)
        self.assertEqual(counts[0], "19")  # ENODEV
        self.assertGreater(int(counts[1]), 5)

    def test_ten_programs_get_the_streams_bytes_at_the_same_time(self):
        self.capture(self.name)
        frame, folder = self.raw_frame(self.name), self.folder()
        v4l2_ctl = [tool("v4l2-ctl"), "-d", DEVICE, "--stream-count=20"]
        gstreamer = [tool("gst-launch-1.0"), "-q", "v4l2src", f"device={DEVICE}", "num-buffers=20"]
        commands = [[*v4l2_ctl, "--stream-mmap", f"--stream-to={folder}/0"],
                    [*v4l2_ctl, "--stream-user", f"--stream-to={folder}/1"],
                    ["--zero-copy", *v4l2_ctl, "--stream-mmap", f"--stream-to={folder}/2"],
                    [tool("ffmpeg"), "-y", "-v", "error", "-f", "v4l2", "-input_format", "yuyv422",
                     "-i", DEVICE, "-c", "copy", "-f", "rawvideo", "-frames:v", "20", f"{folder}/3"],
                    [*gstreamer, "io-mode=mmap", "!", "filesink", f"location={folder}/4"],
                    [*v4l2_ctl, "--stream-poll", "--stream-mmap", f"--stream-to={folder}/5"],
                    [*gstreamer, "io-mode=rw", "!", "filesink", f"location={folder}/6"],
                    ["/usr/bin/python3", "-c", OPENCV, DEVICE, "20", f"{folder}/7"],
                    [tool("head"), "-c", str(20 * len(frame)), DEVICE],
                    [tool("dd"), "status=none", f"if={DEVICE}", f"bs={len(frame)}", "count=20"]]
        programs = []
        for number, command in enumerate(commands):
            with open(folder / str(number), "wb") as out:
                programs.append(self.start_preloaded(self.name, *command, stdout=out))
        for number, program in enumerate(programs):
            self.assertEqual(program.wait(PATIENCE), 0, commands[number])
            self.assertTrue((folder / str(number)).read_bytes() == frame * 20, commands[number])


if __name__ == "__main__":
    unittest.main()
