# SPDX-License-Identifier: MIT
"""triptych-info: the list of streams, and their removal."""
import fcntl
import json
import os
import pwd
import re
import select
import signal
import struct
import termios
import time
import unittest

from stdin_writer import StdinWriter, noise
from programs import (PATIENCE, WAIT_FOR, ProgramTest, built, ipc_of, key_of, last_json, tool,
                      wait_until)

SIZE = (33, 17)


class Info(ProgramTest):
    """One stream, live or dead."""

    def _publish(self, format="YUYV", **rest):
        name = self.stream()
        writer = StdinWriter(self, name)
        writer.frame(format, SIZE, noise(format, *SIZE, 1), **rest)
        return name, writer

    def _killed(self):
        """A stream whose writer was killed."""
        name, writer = self._publish()
        writer.process.send_signal(signal.SIGKILL)
        writer.process.wait(60)
        self.addCleanup(self.run_to_end, "triptych-info", "remove", name)
        return name

    def _show(self, name):
        done = self.run_to_end("triptych-info", "--json", "show", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        return last_json(done.stdout)


class List(Info):
    def test_stream_is_a_line_of_the_list(self):
        name, writer = self._publish(fps=(30000, 1001))
        done = self.run_to_end("triptych-info")
        row = next(line for line in done.stdout.splitlines() if line.startswith(name + " "))
        owner = pwd.getpwuid(os.getuid()).pw_name
        self.assertEqual(row.split(), [name, "live", "YUYV", "33x17", "29.97", "0",
                                       str(writer.process.pid), owner])
        writer.end()

    def test_json_has_one_object_per_stream(self):
        name, writer = self._publish()
        done = self.run_to_end("triptych-info", "list", "--json")
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        mine = [one for one in objects if one["name"] == name]
        self.assertEqual(len(mine), 1)
        self.assertEqual(mine[0]["state"], "live")
        writer.end()

    def test_ended_stream_is_not_listed(self):
        name, writer = self._publish()
        writer.end()
        self.assertNotIn(name, self.run_to_end("triptych-info").stdout)

    def test_stream_whose_writer_was_killed_is_dead(self):
        self.assertEqual(self._show(self._killed())["state"], "dead")

    def test_stream_of_another_version_is_listed_as_such(self):
        name, writer = self._publish()
        version = self.layout_version(name)
        version[0] += 1
        self.assertEqual(self._show(name)["state"], "version")
        self.assertEqual(self._show(name)["layout_version"], version[0])
        listed = self.run_to_end("triptych-info", "list").stdout
        self.assertRegex(listed, rf"(?m)^{name} +version ")
        watched = self.run_to_end("triptych-info", "watch", "--count", "1").stdout
        self.assertRegex(watched, rf"(?m)^{name} +versio")
        cleaned = self.run_to_end("triptych-info", "clean")
        self.assertIn(f"{name}: kept: another version of triptych made it", cleaned.stderr)
        version[0] -= 1
        writer.end()


class Show(Info):
    def test_memory_matches_the_kernels_numbers(self):
        name, writer = self._publish()
        memory = self._show(name)["memory"]
        (shm,), (sem,) = ipc_of(name)
        self.assertEqual(memory["key"], f"0x{key_of(name):08x}")
        self.assertEqual(memory["shmid"], shm["shmid"])
        self.assertEqual(memory["semid"], sem["semid"])
        self.assertEqual(memory["bytes"], shm["size"])
        self.assertEqual(memory["creator_pid"], writer.process.pid)
        self.assertEqual(memory["nattch"], 1)
        self.assertEqual(memory["owner"], os.getuid())
        self.assertEqual(memory["mode"], "0640")
        self.assertEqual(memory["attach_time"] > 0, True)
        writer.end()

    def test_show_describes_the_format_and_the_newest_frame(self):
        name, writer = self._publish(range="full-range", matrix="709", fps=(60, 1))
        writer.frame("YUYV", SIZE, noise("YUYV", *SIZE, 2), range="full-range", matrix="709",
                   fps=(60, 1))
        shown = self._show(name)
        self.assertEqual(shown["picture"], shown["picture"] | {
            "format": "YUYV", "width": 33, "height": 17, "rate": [60, 1], "matrix": "709",
            "range": "full-range", "field": "none"})
        self.assertEqual((shown["newest"]["number"], shown["frames"]), (2, 2))
        self.assertEqual(shown["writer_pid"], writer.process.pid)
        self.assertEqual(shown["source"], "test:stdin")
        writer.end()

    def test_attached_readers_are_counted(self):
        name, writer = self._publish()
        for count in (1, 2):
            self.start("triptych-dump", "--stats", name)
            wait_until(lambda: self._show(name)["readers"] == count, f"{count} readers counted")
        writer.end()

    def test_show_names_attached_processes_and_their_access(self):
        beside, writer_beside = self._publish()
        name, writer = self._publish()
        self.start("triptych-dump", "--stats", beside)
        dump = self.start("triptych-dump", "--stats", name)
        for each in (beside, name):
            wait_until(lambda: self._show(each)["readers"] == 1, f"a reader of {each} counted")
        processes = {one["pid"]: one for one in self._show(name)["processes"]}
        self.assertEqual(processes.keys(), {writer.process.pid, dump.pid})
        self.assertTrue(processes[writer.process.pid]["can_write"])
        self.assertEqual(processes[dump.pid],
                         {"pid": dump.pid, "name": "triptych-dump", "can_write": False})
        shown = self.run_to_end("triptych-info", "show", name).stdout
        self.assertIn(f"pid {dump.pid} (triptych-dump)\n", shown)
        self.assertNotIn("cannot be inspected", shown)
        writer.end()
        writer_beside.end()

    def test_gstreamer_parses_the_printed_caps(self):
        name, writer = self._publish("NV12", range="lim-range", matrix="709")
        self.assertEqual(self._show(name)["gstreamer"],
                         "video/x-raw, format=(string)NV12, width=(int)33, height=(int)17, "
                         "framerate=(fraction)25/1, colorimetry=(string)2:3:5:1")
        writer.end()

    def test_ffmpeg_line_runs_as_printed(self):
        for format in ("YUYV", "YV12", "RGBP"):
            with self.subTest(format=format):
                name, writer = self._publish(format)
                done = self.run_to_end("triptych-info", "show", name)
                line = next(line for line in done.stdout.splitlines() if " ffmpeg " in line)
                command = line.split("ffmpeg", 1)[1].strip()
                path = self.folder() / "out.png"
                command = command.replace("triptych-dump", built("triptych-dump") + " --count 1", 1)
                command = command.replace("| ffmpeg", f"| {tool('ffmpeg')} -v error")
                done = self.run_to_end("/bin/sh", "-c", command.replace("OUTPUT", str(path)))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertTrue(path.exists())
                writer.end()

    def test_unknown_name_is_an_error_with_a_suggestion(self):
        name = self.stream()
        done = self.run_to_end("triptych-info", "show", name)
        self.assert_refused(done, 1, name, "no such stream", "triptych-info list")


class Watch(Info):
    def test_piped_watch_prints_tables_of_80_columns(self):
        name, writer = self._publish()
        done = self.run_to_end("triptych-info", "watch", "--count", 2, "--interval", "0.05")
        rows = [line for line in done.stdout.splitlines() if line.startswith(name + " ")]
        self.assertEqual(len(rows), 2)
        self.assertNotIn("\033", done.stdout)
        self.assertLessEqual(max(map(len, done.stdout.splitlines())), 80)
        writer.end()

    def test_row_shows_owner_readers_holders_and_drops_by_cause(self):
        name = self.stream()
        writer = self.start("triptych-capture", "-q", "-n", name, "-s", "64x48", "-f", "Y16", "-r", 0,
                            "--drop-every", 5, "--stall", "600000@12")
        self.wait_for_stream(name, writer)
        dump = self.start("triptych-dump", "--stats", name)
        wait_until(lambda: self._show(name)["held_by"] == [dump.pid], "a slot held by the reader")
        done = self.run_to_end("triptych-info", "watch", "--count", 1)
        row = next(line for line in done.stdout.splitlines() if line.startswith(name + " ")).split()
        owner = pwd.getpwuid(os.getuid()).pw_name
        self.assertEqual(row[:5], [name, "live", owner[:8], "Y16", "-"])
        self.assertEqual(row[6:9], ["1", "2+0", f"{dump.pid}*"])
        shown = self.run_to_end("triptych-info", "show", name).stdout
        self.assertIn(f"1 locked: pid {dump.pid}", shown)
        writer.terminate()
        self.assertEqual(writer.wait(60), 0)

    def test_wide_row_shows_pid_and_name_of_each_reader(self):
        name, writer = self._publish()
        dumps = [self.start("triptych-dump", "--stats", name) for _ in range(2)]
        wait_until(lambda: self._show(name)["readers"] == 2, "both readers")
        _, terminal = self._screen(24, 200)
        row = next(line for line in self._look(terminal) if line.startswith(name + " "))
        readers = re.findall(r"(\d+)\*? triptych-dump", row)
        self.assertEqual(readers, sorted((str(dump.pid) for dump in dumps), key=int))
        writer.end()

    def _screen(self, lines, columns, *args, term="xterm"):
        """Starts triptych-info watch on a terminal of that size. Returns the process and the other
        end."""
        ours, its = os.openpty()
        self.addCleanup(os.close, ours)
        self._resize(ours, lines, columns)
        watch = self.start("triptych-info", "watch", *args, stdout=its,
                           env=os.environ | {"TERM": term})
        os.close(its)
        return watch, ours

    def _resize(self, terminal, lines, columns):
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _look(self, terminal):
        """Returns the lines of the next update, without cursor movements and clearing."""
        text = b""
        while not text.endswith(b"\033[J"):
            self.assertTrue(select.select([terminal], [], [], PATIENCE)[0], "nothing was drawn")
            text += os.read(terminal, 4096)
        self.assertTrue(text.startswith(b"\033[H"))
        return re.sub(rb"\033\[[A-Z]", b"", text).decode().splitlines()

    def test_terminal_is_overwritten_at_each_update(self):
        name, writer = self._publish()
        _, terminal = self._screen(24, 80, "--interval", "0.05")
        for _ in range(3):
            lines = self._look(terminal)
            self.assertIn("NAME", lines[0])
            self.assertIn(name, [line.split()[0] for line in lines])
        writer.end()

    def test_rows_that_do_not_fit_are_counted(self):
        writers = [self._publish()[1] for _ in range(4)]
        _, terminal = self._screen(4, 60)
        lines = self._look(terminal)
        self.assertEqual(len(lines), 3)  # head, one stream, how many more
        self.assertRegex(lines[2], r"^\.\.\. \d+ more$")
        self.assertLessEqual(max(map(len, lines)), 60)
        for writer in writers:
            writer.end()

    def test_full_line_is_not_cleared(self):  # it would be the last letter of the line
        _, writer = self._publish()
        _, terminal = self._screen(24, 43)  # to the end of FPS
        text = b""
        while not text.endswith(b"\033[J"):
            text += os.read(terminal, 4096)
        lines = text.removeprefix(b"\033[H").removesuffix(b"\033[J").splitlines()
        self.assertIn(43, [len(line) for line in lines])
        for line in lines:
            self.assertEqual(line.endswith(b"\033[K"), len(line.removesuffix(b"\033[K")) < 43, line)
        writer.end()

    def test_slow_terminal_can_be_resized(self):
        _, writer = self._publish()
        watch, terminal = self._screen(24, 80, "--json", "--count", 300, "--interval", "0.01")
        wait_until(lambda: watch.poll() is not None or self._writes(watch), "a full terminal")
        for _ in range(3):  # the first may only complete a partial write
            wait_until(lambda: watch.poll() is not None or self._writes(watch), "more output")
            watch.send_signal(signal.SIGWINCH)
            time.sleep(0.02)
        try:
            while os.read(terminal, 4096):
                pass
        except OSError:  # EIO is how the end of the other side appears
            pass
        self.assertEqual(watch.wait(PATIENCE), 0, watch.stderr.read().decode())
        writer.end()

    def _writes(self, process):
        """Whether it is blocked in write(2)."""
        with open(f"/proc/{process.pid}/syscall", encoding="ascii") as call:
            return call.read().split()[0] == "1"

    def test_dumb_terminal_gets_plain_lines_of_its_width(self):
        _, writer = self._publish()
        watch, terminal = self._screen(4, 40, "--count", "2", "-i", "0.05", term="dumb")
        self.assertEqual(watch.wait(PATIENCE), 0)
        lines = os.read(terminal, 4096).decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines if line.startswith("NAME")], ["NAME"] * 2)
        self.assertNotIn("\033", "".join(lines))
        self.assertLessEqual(max(map(len, lines)), 40)
        writer.end()

    def test_resized_terminal_is_redrawn_at_once(self):
        name, writer = self._publish()
        watch, terminal = self._screen(24, 80, "--interval", 3600)
        self.assertNotIn("SIZE", self._look(terminal)[0])
        wait_until(lambda: self._sleeps(watch), "the pause between two updates")
        self._resize(terminal, 24, 120)
        watch.send_signal(signal.SIGWINCH)  # as a terminal of its own session would
        self.assertIn("SIZE", self._look(terminal)[0])
        writer.end()

    def _sleeps(self, process):
        with open(f"/proc/{process.pid}/stat", encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "S"

    def test_json_lines_have_a_rate_from_the_second_on(self):
        name, writer = self._publish()
        done = self.run_to_end("triptych-info", "watch", "--json", "--count", 2, "--interval",
                               "0.05")
        mine = [one for one in map(json.loads, done.stdout.splitlines()) if one["name"] == name]
        self.assertEqual([one["fps"] for one in mine], [None, 0])
        writer.end()

    def test_rate_counts_the_frames_since_the_line_before(self):
        name, writer = self._publish()
        watch = self.start("triptych-info", "watch", "--json", "--interval", 1)

        def line(frames):
            for text in watch.stdout:
                one = json.loads(text)
                if one["name"] == name and one["frames"] == frames:
                    return one
        self.assertIsNone(line(1)["fps"])
        for seed in range(3):
            writer.frame("YUYV", SIZE, noise("YUYV", *SIZE, seed))
        self.assertGreater(line(4)["fps"], 0)
        writer.end()
        writer = StdinWriter(self, name)
        writer.frame("YUYV", SIZE, noise("YUYV", *SIZE, 1))
        self.assertIsNone(line(1)["fps"])  # another stream of that name
        writer.end()

    def test_sort_puts_the_largest_value_first(self):
        few, writer_of_few = self._publish()
        many, writer_of_many = self._publish()
        for name, count in ((few, 1), (many, 2)):
            for _ in range(count):
                self.start("triptych-dump", "--stats", name)
            wait_until(lambda: self._show(name)["readers"] == count, f"{count} readers of {name}")
        for sort, order in (("readers", [many, few]), ("name", sorted([few, many]))):
            done = self.run_to_end("triptych-info", "watch", "--count", 1, "--sort", sort)
            names = [line.split()[0] for line in done.stdout.splitlines()]
            self.assertEqual([name for name in names if name in (few, many)], order)
        writer_of_few.end()
        writer_of_many.end()

    def test_signal_ends_watch_cleanly(self):
        watch = self.start("triptych-info", "watch")
        watch.stdout.readline()
        watch.send_signal(signal.SIGINT)
        watch.communicate(timeout=60)
        self.assertEqual(watch.returncode, 0)


class Remove(Info):
    def test_dead_stream_is_removed(self):
        name = self._killed()
        done = self.run_to_end("triptych-info", "remove", name)
        self.assertEqual((done.returncode, done.stdout), (0, f"{name}: removed\n"), done.stderr)
        self.assertEqual(ipc_of(name), ([], []))

    def test_stream_of_a_running_writer_is_not_removed(self):
        name, writer = self._publish()
        done = self.run_to_end("triptych-info", "remove", name)
        self.assert_refused(done, 1, name, "its writer is running", "--force")
        self.assertTrue(all(ipc_of(name)))
        writer.end()

    def test_forced_removal_lets_the_writer_make_a_new_stream(self):
        name, writer = self._publish()
        done = self.run_to_end("triptych-info", "remove", "--force", name)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(ipc_of(name), ([], []))
        writer.frame("YUYV", SIZE, noise("YUYV", *SIZE, 2))
        writer.frame("YUYV", SIZE, noise("YUYV", *SIZE, 3))
        self.assertEqual(self._show(name)["state"], "live")
        writer.end()

    def test_missing_stream_cannot_be_removed(self):
        done = self.run_to_end("triptych-info", "remove", self.stream())
        self.assert_refused(done, 1, "no such stream")

    def test_another_user_cannot_remove_it(self):
        name, writer = self._publish()
        if os.geteuid() != 0:
            writer.end()
            self.skipTest("only root can be another user")
        done = self.run_to_end("triptych-info", "remove", "--force", name, user="nobody")
        self.assert_refused(done, 1, "permission denied", "owner")
        self.assertEqual(self._show(name)["state"], "live")
        writer.end()


class Clean(ProgramTest):
    """Each in its own IPC namespace: streams of concurrent tests must not be touched."""

    def _clean(self, *lines):
        """Kills the writer of the stream "dead", runs `lines` of shell, then triptych-info clean
        and list. Returns the output of clean and list, and all of stderr."""
        if os.geteuid() != 0:
            self.skipTest("an IPC namespace of its own needs root")
        fifo = self.folder() / "fifo"
        os.mkfifo(fifo)
        stdin_writer, info, dump = map(built, ("stdin-writer", "triptych-info", "triptych-dump"))
        script = WAIT_FOR + "\n".join([
            f"stdin_writer={stdin_writer}; info={info}; dump={dump}; fifo={fifo}",
            "begin() { exec 3>&-; \"$stdin_writer\" \"$1\" 4 <$fifo >$fifo.said & writer=$!",
            "exec 3>$fifo",
            "printf 'GREY 4 2 25 1 default default none 0 0 8 0\\nabcdefgh' >&3",
            "wait_for test -s $fifo.said; }",
            "begin dead", "kill -9 $writer", "wait $writer 2>$fifo.killed", *lines,
            "$info clean", "echo --", "$info list",
            "exec 3>&-", "[ ! \"$reader\" ] || kill $reader", "wait"])
        done = self.run_to_end(tool("unshare"), "--ipc", "--pid", "--fork", "--mount-proc",
                               "--kill-child", "/bin/bash", "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        cleaned, listed = done.stdout.split("--\n")
        return cleaned, listed, done.stderr

    def test_dead_stream_without_readers_is_cleaned(self):
        cleaned, listed, _ = self._clean()
        self.assertEqual((cleaned, listed), ("dead: removed\n", ""))

    def test_live_stream_stays(self):
        cleaned, listed, said = self._clean("rm $fifo.said", "begin alive")
        self.assertEqual(cleaned, "dead: removed\n")
        self.assertIn("alive ", listed)
        self.assertIn("alive: kept: its writer is running", said)

    def test_dead_stream_that_a_reader_waits_on_stays(self):
        cleaned, listed, said = self._clean(
            "\"$dump\" --stats dead >$fifo.stats & reader=$!",
            "wait_for grep -q SYSV /proc/$reader/maps")
        self.assertEqual(cleaned, "")
        self.assertIn("dead ", listed)
        self.assertIn("dead: kept: readers wait", said)


    def test_semaphores_without_a_first_frame_are_cleaned(self):
        key = f"(key 0x{key_of('early'):08x})"
        cleaned, listed, _ = self._clean(
            "\"$stdin_writer\" early 4 <$fifo >$fifo.early & early=$!", "exec 4<>$fifo",
            f"until $info list | grep -qF '{key} live'; do sleep 0.05; done",
            "$info clean >$fifo.cleaned", "kill -9 $early", "wait $early 2>$fifo.killed",
            f"$info list | grep -F '{key} dead'")
        self.assertEqual(cleaned.split(), [*key.split(), "dead", "-", "-", "-", "0", "0", "root",
                                           *key.split()[:1], key.split()[1] + ":", "removed"])
        self.assertEqual(listed, "")

    def test_stream_of_another_user_stays(self):
        options = {}
        info = self._copy_for_others(built("triptych-info"), options)
        library = options["env"]["LD_LIBRARY_PATH"]
        nobody = f"{tool('setpriv')} --reuid=65534 --clear-groups env LD_LIBRARY_PATH={library}"
        _, listed, said = self._clean(
            f"{built('triptych-capture')} -q -n other -m 0644 pattern:black & other=$!",
            "until $info list | grep -q '^other '; do sleep 0.05; done",
            "kill -9 $other", "wait $other 2>$fifo.killed",
            f"{nobody} {info} clean >&2 || echo failed >&2")
        self.assertIn("other: kept: it belongs to another user", said)
        self.assertNotIn("failed", said)
        self.assertEqual(listed, "")  # root has cleaned it after that


class CommandLine(ProgramTest):
    def test_senseless_command_lines_are_refused(self):
        for args, words in ((["frob"], ["'frob'", "list, show"]), (["remove"], ["remove", "name"]),
                            (["show", "a", "b"], ["'b'"]), (["show", "A B"], ["'A B'", "a-z"]),
                            (["--interval", "0", "watch"], ["--interval"]),
                            (["--sort", "size", "watch"], ["--sort", "name fps age"]),
                            (["--color"], ["--color"])):
            with self.subTest(args=args):
                done = self.run_to_end("triptych-info", *args)
                self.assert_refused(done, 2, *words, "Try 'triptych-info --help'.")


if __name__ == "__main__":
    unittest.main()
