# SPDX-License-Identifier: MIT
"""The Python module: lifetimes, threads, forks, Ctrl-C, garbage. Where an error would access freed
memory, the case runs in a child process."""
import array
import copy
import fractions
import gc
import os
import pickle
import signal
import sys
import threading
import unittest
from unittest import mock

from programs import BUILD, PATIENCE, SOURCE, ProgramTest, wait_until, waits_in

sys.path.insert(0, str(SOURCE / "plugins/python"))
os.environ["TRIPTYCH_LIBRARY"] = str(BUILD / "common/libtriptych.so.0")

import triptych  # noqa: E402  after the path is set
from triptych import _library  # noqa: E402


class LifeTest(ProgramTest):
    def pair(self, **options):
        """The writer and the reader of a stream of grey frames, 8x8."""
        name = self.stream()
        writer = triptych.Writer(name, options.pop("format", "GREY"), 8, 8, **options)
        self.addCleanup(writer.close)
        reader = triptych.Reader(name)
        self.addCleanup(reader.close)
        return writer, reader

    def python(self, program):
        """Runs a program with its own stream; freed memory is overwritten."""
        environment = {**os.environ, "PYTHONPATH": str(SOURCE / "plugins/python"),
                       "PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "165",
                       "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
        return self.run_to_end(sys.executable, "-c", "import sys, triptych\n" + program,
                               self.stream(), env=environment)

    def assert_runs(self, program):
        done = self.python(program)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


def fill(writer, value):
    """Publishes a frame of one value. Returns the memory of its draft."""
    with writer.frame() as draft:
        memory = draft.planes[0].view()
        memory[:] = bytes([value]) * len(memory)
    return memory


class Memory(LifeTest):
    """Views keep their memory and their slot."""

    def test_view_of_a_published_draft_outlives_the_writer(self):
        self.assert_runs("""if True:
            with triptych.Writer(sys.argv[1], "GREY", 640, 480) as writer:
                with writer.frame() as draft:
                    view = draft.planes[0].view()
                    view[:] = bytes([9]) * len(view)
            assert view[1000] == 9
        """)

    def test_view_of_a_draft_that_was_refused_outlives_the_writer(self):
        self.assert_runs("""if True:
            with triptych.Writer(sys.argv[1], "GREY", 640, 480) as writer:
                draft = writer.frame()
                view = draft.planes[0].view()
                draft._c.info.capture_ns = 2**63 - 1
                try:
                    draft.publish()
                except ValueError:
                    view[1000] = 9
            assert view[1000] == 9
        """)

    def test_draft_that_ended_refuses_what_it_would_write_into_its_slot(self):
        self.assert_runs("""if True:
            writer = triptych.Writer(sys.argv[1], "GREY", 8, 8)
            ended = [writer.frame() for _ in range(2)]
            ended[0].publish()
            ended[1].cancel()
            writer.close()
            for draft in ended:
                for name, value in (("user", b"late"), ("capture_ns", 1), ("bytes_used", 1)):
                    try:
                        setattr(draft, name, value)
                        print(name, "was set", file=sys.stderr)
                    except ValueError:
                        pass
                try:
                    print(draft.user, file=sys.stderr)
                except ValueError:
                    pass
        """)

    def test_writer_that_closed_leaves_nothing_attached(self):
        self.assert_runs("""if True:
            writer = triptych.Writer(sys.argv[1], "GREY", 8, 8)
            writer.frame().cancel()
            writer.close()
            with open("/proc/self/maps") as maps:
                assert "/SYSV" not in maps.read(), "a segment is attached"
        """)

    def test_slot_is_not_written_again_while_a_view_of_its_draft_lives(self):
        writer, _ = self.pair()
        first = fill(writer, 1)
        for value in range(2, 10):
            fill(writer, value)
        self.assertEqual(first[0], 1)

    def test_last_view_releases_the_slot(self):
        writer, _ = self.pair(slots_max=3)
        kept = [fill(writer, value) for value in (1, 2, 3)]
        self.assertTrue(writer.frame().dropped)
        del kept[0]
        self.assertFalse(writer.frame().dropped)

    def test_iteration_ends_when_a_signal_handler_closes_the_reader(self):
        reader = triptych.Reader(self.stream())
        before = signal.signal(signal.SIGALRM, lambda *_: reader.close())
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        self.assertEqual(list(reader), [])

    def test_frame_can_be_copied_after_its_reader_was_closed(self):
        writer, reader = self.pair()
        fill(writer, 7)
        frame = reader.latest(timeout=20)
        reader.close()
        self.assertTrue(frame.is_intact)
        self.assertEqual(bytes(frame.copy().planes[0].view()[:1]), b"\7")

    def test_copy_of_a_compressed_picture_is_as_long_as_the_picture(self):
        writer, reader = self.pair(format="MJPG")
        self.assertTrue(writer.write(b"\xff\xd8picture\xff\xd9"))
        frame = reader.latest(timeout=20)
        self.assertEqual(bytes(frame.copy().planes[0].view()), b"\xff\xd8picture\xff\xd9")

    def test_frames_in_a_reference_cycle_are_released_as_garbage(self):
        writer, reader = self.pair()
        fill(writer, 1)
        ring = [reader.latest(timeout=20)]
        ring.append(ring)
        fill(writer, 2)
        fill(writer, 3)
        del ring
        gc.collect()
        self.assertTrue(all(fill(writer, value)[0] for value in (4, 5, 6)))
        self.assertEqual(reader.latest(timeout=20).dropped_writer, 0)

    def test_objects_alive_at_interpreter_exit_end_silently(self):
        self.assert_runs("""if True:
            writer = triptych.Writer(sys.argv[1], "GREY", 64, 48)
            reader = triptych.Reader(sys.argv[1])
            published = writer.frame()
            published_view = published.planes[0].view()
            published.publish()
            frame = reader.latest(timeout=20)
            view = frame.planes[0].view()
            draft = writer.frame()
            ring = [writer, reader, frame, draft]
            ring.append(ring)
        """)


class Interrupted(LifeTest):
    """A Ctrl-C that arrives just after the library's call."""

    def interrupting(self, call):
        """Runs `call` and discards its result."""
        real = getattr(_library.lib, call)

        def then_interrupt(*arguments):
            real(*arguments)
            raise KeyboardInterrupt
        return mock.patch.object(_library.lib, call, then_interrupt)

    def test_exception_in_a_reader_loses_no_slot(self):
        writer, reader = self.pair()
        fill(writer, 1)
        with self.interrupting("tri_reader_acquire"), self.assertRaises(KeyboardInterrupt):
            reader.latest(timeout=20)
        for value in (2, 3, 4, 5):  # the first of three slots would stay locked if it was lost
            fill(writer, value)
        listed = {stream["name"]: stream for stream in triptych.streams()}
        self.assertEqual(listed[writer.name]["held"], 0)

    def test_exception_in_a_writer_loses_no_slot(self):
        writer, _ = self.pair()
        for _ in range(4):
            with self.interrupting("tri_writer_begin"), self.assertRaises(KeyboardInterrupt):
                writer.frame()
        self.assertIsNotNone(writer.frame())

    def test_signal_ends_a_wait(self):
        _, reader = self.pair()
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.addCleanup(signal.signal, signal.SIGINT, before)
        def interrupt():
            wait_until(lambda: waits_in(os.getpid(), "semtimedop"), "the wait")
            os.kill(os.getpid(), signal.SIGINT)
        with self.assertRaises(KeyboardInterrupt):
            threading.Thread(target=interrupt).start()
            reader.next(timeout=2 * PATIENCE)

    def test_signal_that_ends_no_system_call_ends_a_wait(self):
        """Another thread receives it; so ends one that arrives just before the system call."""
        for mode in ("block", "spin", "paced"):
            self.assert_runs(f"""if True:
                import os, signal, threading, time
                def interrupt():
                    while waiting.acquire(blocking=False):
                        waiting.release()
                        time.sleep(0.001)
                    time.sleep(0.05)
                    signal.pthread_kill(threading.get_ident(), signal.SIGINT)
                writer = triptych.Writer(sys.argv[1], "GREY", 64, 48)
                writer.frame().publish()
                reader = triptych.Reader(sys.argv[1], wait="{mode}")
                reader.latest(timeout=20)
                waiting = reader._lock
                for _ in range(5):
                    threading.Thread(target=interrupt, daemon=True).start()
                    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
                    try:
                        reader.latest()
                    except KeyboardInterrupt:
                        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
                        continue
                    sys.exit("no KeyboardInterrupt")
            """)

    def test_signal_reaches_the_wakeup_descriptor_that_was_set_before(self):
        self.assert_runs("""if True:
            import os, signal, threading
            reader = triptych.Reader(sys.argv[1])
            signal.signal(signal.SIGUSR1, lambda *_: None)
            read, write = os.pipe()
            os.set_blocking(write, False)
            signal.set_wakeup_fd(write)
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            try:
                reader.latest(timeout=1)
            except TimeoutError:
                pass
            assert signal.set_wakeup_fd(-1) == write
            assert os.read(read, 9) == bytes([signal.SIGUSR1])
        """)

    def test_signal_ends_a_wait_of_a_forked_child(self):
        self.assert_runs("""if True:
            import os, signal, threading
            try:
                triptych.Reader(sys.argv[1]).latest(timeout=0.01)  # starts the parent's thread
            except TimeoutError:
                pass
            child = os.fork()
            if child == 0:
                thread = threading.Timer(0.1, lambda: signal.pthread_kill(thread.ident, signal.SIGINT))
                thread.start()
                signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
                try:
                    triptych.Reader(sys.argv[1]).latest()
                except KeyboardInterrupt:
                    os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        """)

    def test_handler_of_a_signal_may_close(self):
        self.assert_runs("""if True:
            import os, signal, threading
            reader = triptych.Reader(sys.argv[1])
            signal.signal(signal.SIGUSR1, lambda *_: reader.close())
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            try:
                reader.latest(timeout=60)
            except ValueError as error:
                assert "is closed" in str(error), error
            writer = triptych.Writer(sys.argv[1], "GREY", 8, 8)
            begin = triptych._library.lib.tri_writer_begin
            def close_in_call(*arguments):
                signal.signal(signal.SIGUSR1, lambda *_: writer.close())
                os.kill(os.getpid(), signal.SIGUSR1)
                return begin(*arguments)
            triptych._library.lib.tri_writer_begin = close_in_call
            writer.frame()
            assert not triptych.streams(), "the handle outlived the call in which it was closed"
        """)


class Threads(LifeTest):
    def test_close_by_another_thread_ends_a_wait(self):
        self.assert_runs("""if True:
            import threading, time
            for _ in range(10):
                reader = triptych.Reader(sys.argv[1])
                said = []
                def wait():
                    try:
                        reader.latest()
                    except ValueError as error:
                        said.append(str(error))
                thread = threading.Thread(target=wait)
                thread.start()
                time.sleep(0.03)  # or it would not wait yet
                reader.close()
                thread.join()
                assert said and "is closed" in said[0], said
        """)

    def test_time_limit_holds_while_another_thread_waits(self):
        _, reader = self.pair()
        with mock.patch.object(threading, "excepthook", lambda _: None):  # its reader is closed
            waiting = threading.Thread(target=reader.latest)
            waiting.start()
            with self.assertRaises(TimeoutError):
                reader.latest(timeout=0.3)
            self.assertEqual((reader.state, reader.stats["frames"]), ("waiting", 0))
            reader.close()
            waiting.join(PATIENCE)
        self.assertFalse(waiting.is_alive())

    def test_draft_dropped_during_a_call_waits_for_its_end(self):
        writer, _ = self.pair()
        drafts = [writer.frame()]
        real, calls = _library.lib.tri_writer_begin, []

        def begin(*arguments):
            drafts.clear()  # as the garbage collector does, in any thread
            calls.append("begun")
            return real(*arguments)
        real_cancel = _library.lib.tri_writer_cancel

        def cancel(*arguments):
            calls.append("cancelled")
            return real_cancel(*arguments)
        with mock.patch.object(_library.lib, "tri_writer_begin", begin), \
                mock.patch.object(_library.lib, "tri_writer_cancel", cancel):
            writer.frame().cancel()
            self.assertEqual(calls, ["begun"])
            writer.frame().cancel()
        self.assertEqual(sorted(calls[1:3]), ["cancelled", "cancelled"])

    def test_fork_while_another_thread_waits_does_not_block_the_child(self):
        self.assert_runs("""if True:
            import os, signal, threading, time
            reader = triptych.Reader(sys.argv[1])
            def wait():
                try:
                    reader.latest()
                except ValueError:
                    pass
            thread = threading.Thread(target=wait)
            thread.start()
            time.sleep(0.05)
            child = os.fork()
            if child == 0:
                signal.alarm(30)
                assert not reader.stats["frames"]
                reader.close()
                os._exit(0)
            status = os.waitpid(child, 0)[1]
            reader.close()
            thread.join()
            assert status == 0, status
        """)


class Values(LifeTest):
    def test_errors_come_through_a_pipe_between_processes(self):
        name = self.stream()
        with triptych.Writer(name, "GREY", 8, 8), self.assertRaises(triptych.Error) as raised:
            triptych.Writer(name, "GREY", 8, 8)
        twin = pickle.loads(pickle.dumps(raised.exception))
        self.assertEqual((type(twin), twin.code, str(twin)),
                         (triptych.Error, raised.exception.code, str(raised.exception)))

    def test_rate_below_zero_or_out_of_range_is_refused(self):
        for fps in (-1, "-30/1", 1e12, float("inf"), float("nan"), "1/0", "fast", "1/9999999999"):
            with self.subTest(fps=fps), self.assertRaisesRegex(ValueError, "fps"):
                triptych.Writer(self.stream(), "GREY", 8, 8, fps=fps)

    def test_text_that_c_would_read_in_part_is_refused(self):
        name = self.stream()
        for arguments in ({"name": name + "\0b"}, {"format": "GREY\0"}, {"source": "a\0b"},
                          {"group": "0\0b"}, {"range": "full-range\0b"}):
            with self.subTest(arguments=arguments), self.assertRaisesRegex(ValueError, "NUL"):
                triptych.Writer(**{"name": name, "format": "GREY", "width": 8, "height": 8,
                                   **arguments})
        with self.assertRaisesRegex(ValueError, "NUL"):
            triptych.Reader(name + "\0b")

    def test_numbers_beyond_their_fields_are_refused(self):
        name = self.stream()
        for field in ("width", "height", "slots", "slots_max", "permissions", "rotation", "bits"):
            for number in (-1, 2**32 + 8):
                with self.subTest(field=field, number=number), \
                        self.assertRaisesRegex(ValueError, f"{field} {number}"):
                    triptych.Writer(**{"name": name, "format": "GREY", "width": 8, "height": 8,
                                       field: number})
        for planes in ([(-1, 8)], [(8, 2**32 + 8)]):
            with self.subTest(planes=planes), self.assertRaisesRegex(ValueError, "row"):
                triptych.Writer(name, "abcd", 8, 8, planes=planes)
        writer, _ = self.pair(format="MJPG")
        with self.assertRaisesRegex(ValueError, "bytes_used"):
            writer.frame().bytes_used = 2**64 + 8

    def test_bytes_of_wider_items_are_written_whole(self):
        writer, reader = self.pair(format="MJPG")
        picture = array.array("H", b"\xff\xd8\xff\xd9")
        writer.write(picture, user=picture)
        frame = reader.latest(PATIENCE)
        self.assertEqual((bytes(frame.planes[0].view()), frame.user), (picture.tobytes(),) * 2)

    def test_number_is_not_taken_for_bytes(self):
        writer, _ = self.pair(format="MJPG")
        for arguments in ({"user": 5}, {"picture": 5}):
            with self.subTest(arguments=arguments), self.assertRaises(TypeError):
                writer.write(arguments.get("picture", b"\xff\xd8\xff\xd9"),
                             user=arguments.get("user", b""))

    def test_readers_and_writers_cannot_be_copied_or_pickled(self):
        writer, reader = self.pair()
        for handle in (writer, reader):
            for duplicate in (copy.copy, copy.deepcopy, pickle.dumps):
                with self.subTest(handle=handle, duplicate=duplicate), \
                        self.assertRaisesRegex(TypeError, "cannot be copied"):
                    duplicate(handle)
        fill(writer, 1)
        self.assertEqual(reader.latest(PATIENCE).number, 1)

    def test_exact_rate_stays_exact(self):
        for fps, rate in (("1/3600", 1 / 3600), (fractions.Fraction(60000, 1003), 60000 / 1003),
                          (29.97, 29.97), (25, 25)):
            with self.subTest(fps=fps), triptych.Writer(self.stream(), "GREY", 8, 8,
                                                        fps=fps) as writer:
                self.assertEqual(writer.frame().fps, rate)

    def test_compressed_picture_too_large_for_its_slot_is_refused(self):
        writer, reader = self.pair(format="MJPG")
        with self.assertRaisesRegex(ValueError, "1000000 bytes"):
            writer.write(bytes(1000000))
        with self.assertRaises(TimeoutError):
            reader.latest(timeout=0)


if __name__ == "__main__":
    unittest.main()
