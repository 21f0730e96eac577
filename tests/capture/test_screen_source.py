# SPDX-License-Identifier: MIT
"""screen: as a source: the X server writes its pictures into the slots."""
import json
import os
import random
import signal
import subprocess
import unittest

import screen
from painted_screen import ScreenTest, replace_in_segment
from programs import end, ipc_of, tool, wait_until

FAILED, MISUSED = 1, 2
RED, GREEN, BLUE = 0xff0000, 0x00ff00, 0x0000ff


class Pictures(ScreenTest):
    def set_mode(self, width, height):
        """Changes the size of the screen; 200x100 has a rate, as a monitor's mode has: 50 a second."""
        def xrandr(*args, check=True):
            subprocess.run([tool("xrandr"), *args], env=self.env, check=check, timeout=60,
                           capture_output=True)
        timings = ("1.1845", "200", "210", "220", "230", "100", "101", "102", "103")
        xrandr("--newmode", "200x100", *timings, check=False)  # it may be there
        xrandr("--addmode", "screen", "200x100")
        xrandr("--output", "screen", "--mode", f"{width}x{height}")

    def test_pixels_are_those_that_another_program_reads(self):
        paint = self.paint()
        for i in range(40):
            paint("fill", 0, 7 * i, 5 * i, 40, 30, hex(0x123457 * i & 0xffffff))
        paint("pointer", 319, 239)
        for area, crop in (("", "320x240+0+0"), ("101x67+13+29", "101x67+13+29")):
            with self.subTest(area=area):
                name, process, _ = self.captured("-c", "cursor=0", source=f"screen:{area}")
                seen = subprocess.run(
                    [tool("import"), "-silent", "-window", "root", "-crop", crop, "-depth", "8",
                     "bgr:-"], env=self.env, capture_output=True, check=True, timeout=60).stdout
                data = self.picture(name)
                self.assertEqual(b"".join(data[i:i + 3] for i in range(0, len(data), 4)), seen)
                self.finish(process)

    def test_server_writes_into_the_slots_itself(self):
        name, process, _ = self.captured()
        with open(f"/proc/{self.server.pid}/maps", encoding="ascii") as maps:
            attached = [line.split()[4] for line in maps if "/SYSV74" in line]
        self.assertEqual(attached, [str(ipc_of(name)[0][0]["shmid"])])
        self.assertEqual(self.shown(name)["newest"]["copies"], 0)
        self.assertEqual(self.finish(process)["copies"], 0)

    def test_unchanged_screen_has_one_frame(self):
        paint = self.paint()
        paint("pointer", 10, 10)
        name, process, _ = self.captured()
        for number in range(2, 6):
            paint("fill", 0, 50, 50, 10, 10, hex(number))
            self.wait_for_number(name, number)
            self.assertEqual(self.number(name), number)
        self.wait_for_color(name, 55, 55, 5)
        self.assertEqual(self.finish(process)["frames"], 5)

    def test_change_outside_the_region_makes_no_frame(self):
        paint = self.paint()
        name, process, _ = self.captured("-c", "cursor=0", source="screen:100x100+100+100")
        for number in range(2, 5):
            paint("fill", 0, 0, 0, 50, 50, hex(number))
            paint("fill", 0, 210, 210, 20, 20, hex(number))
            paint("fill", 0, 90, 150, 20, 20, hex(number))  # a part of it is inside
            self.wait_for_number(name, number)
        self.assertEqual(self.finish(process)["frames"], 4)

    def test_only_rows_that_have_changed_are_written(self):
        paint = self.paint()
        paint("fill", 0, 0, 200, 320, 40, hex(0x123456))
        name, process, _ = self.captured("-c", "cursor=0", "--buffers-max", "3")
        for number in range(2, 6):  # the first picture of each slot is complete
            paint("fill", 0, 0, 0, 320, 10, hex(number))
            self.wait_for_number(name, number)
        segment = ipc_of(name)[0][0]["shmid"]
        pixel = self.picture(name)[-4:]
        self.assertEqual(pixel[:3], bytes.fromhex("563412"))
        self.assertGreaterEqual(replace_in_segment(segment, pixel, bytes(4)), 3 * 320 * 40)
        paint("fill", 0, 0, 0, 320, 10, hex(RED))
        self.wait_for_color(name, 0, 0, RED)
        self.assertEqual(self.colors(name)[239][319], 0)  # as it was in the slot
        paint("fill", 0, 0, 239, 1, 1, hex(GREEN))
        self.wait_for_color(name, 0, 239, GREEN)
        self.assertEqual(self.colors(name)[239][319], 0x123456)  # the same row
        self.finish(process)

    def test_frames_do_not_exceed_the_rate(self):
        paint = self.paint()
        name, process, _ = self.captured("-r", "20")
        for i in range(300):
            paint("fill", 0, 0, 0, 50, 50, hex(i + 1))
        self.wait_for_color(name, 25, 25, 300)  # the last change is not lost
        summary = self.finish(process)
        self.assertLess(summary["frames"], 20 * summary["duration_s"] + 3)

    def test_unchanged_pictures_are_published_on_demand(self):
        name, process, _ = self.captured("-c", "damage=0", "-r", "50")
        self.wait_for_number(name, 20)
        self.finish(process)

    def test_screen_of_another_mode_changes_the_format(self):
        for area in ("", "screen"):
            with self.subTest(area=area):
                name, process, log = self.captured(source=f"screen:{area}")
                for size, fps in (((200, 100), 50), ((320, 240), 30)):
                    self.set_mode(*size)
                    wait_until(lambda: self.shown(name)["picture"]["width"] == size[0], f"{size}")
                    picture = self.shown(name)["picture"]
                    self.assertEqual(picture["height"], size[1])
                    self.assertAlmostEqual(picture["rate"][0] / picture["rate"][1], fps, 2)
                self.finish(process)
                self.assertNotIn("no signal", log())

    def test_region_that_the_screen_lost_is_no_signal(self):
        name, process, log = self.captured(source="screen:100x100+200+100")
        self.set_mode(200, 100)
        self.wait_for(log, "is not inside the screen")
        wait_until(lambda: self.shown(name)["newest"]["no_signal"], "NO SIGNAL")
        self.set_mode(320, 240)
        self.wait_for(log, "signal is back after")
        self.finish(process)

    def test_pixels_of_16_bits_are_described(self):
        self.open_screen(depth=16)
        paint = self.paint()
        paint("fill", 0, 0, 0, 320, 240, hex(0xabcd))
        name, process, _ = self.captured()
        self.assertEqual(self.shown(name)["picture"]["format"], "RGBP")
        self.assertEqual(self.picture(name)[:4], bytes.fromhex("cdabcdab"))
        self.finish(process)


class Cursor(ScreenTest):
    def reference(self, *place):
        """A picture with the cursor, by ffmpeg."""
        x, y, width, height = place
        return subprocess.run(
            [tool("ffmpeg"), "-v", "error", "-nostdin", "-f", "x11grab", "-video_size",
             f"{width}x{height}", "-i", f"{self.display}+{x},{y}", "-frames:v", "1", "-pix_fmt", "bgr0",
             "-f", "rawvideo", "-"],
            capture_output=True, check=True, timeout=60, env=self.env).stdout

    def rgb(self, data):
        return b"".join(data[i:i + 3] for i in range(0, len(data), 4))

    def test_cursor_is_drawn_as_others_draw_it(self):
        paint = self.paint()
        for i in range(32):
            paint("fill", 0, 10 * i, 0, 10, 240, hex(0x30507 * i))
        paint("glyph", 68)
        name, process, _ = self.captured()
        for x, y in ((100, 100), (0, 0), (319, 239), (318, 5)):  # also cut off by an edge
            paint("pointer", x, y)
            wanted = self.rgb(self.reference(0, 0, 320, 240))
            wait_until(lambda: self.rgb(self.picture(name)) == wanted, f"the cursor at {x}, {y}")
        paint("glyph", 34)
        wanted = self.rgb(self.reference(0, 0, 320, 240))
        wait_until(lambda: self.rgb(self.picture(name)) == wanted, "another cursor")
        self.assertEqual(self.finish(process)["copies"], 0)

    def test_parts_that_change_add_up_to_the_picture(self):
        chance = random.Random(4711)
        paint = self.paint()
        paint("glyph", 68)
        whole, process, _ = self.captured("-r", "0")
        part, other, _ = self.captured("-r", "0", source="screen:150x101+33+77")
        for _ in range(12):
            for _ in range(chance.randint(0, 3)):
                x, y = chance.randrange(320), chance.randrange(240)
                paint("fill", 0, x, y, chance.randint(1, 90), chance.randint(1, 30),
                      hex(chance.randrange(1 << 24)))
            paint("pointer", chance.randrange(320), chance.randrange(240))
            for name, place in ((whole, (0, 0, 320, 240)), (part, (33, 77, 150, 101))):
                wanted = self.rgb(self.reference(*place))
                wait_until(lambda: self.rgb(self.picture(name)) == wanted, f"the picture {place}")
        for capture in (process, other):
            self.assertEqual(self.finish(capture)["copies"], 0)

    def test_cursor_in_a_region_is_at_its_place(self):
        paint = self.paint()
        paint("glyph", 68)
        paint("pointer", 150, 120)
        name, process, _ = self.captured(source="screen:100x80+101+99")
        wanted = self.rgb(self.reference(101, 99, 100, 80))
        self.assertEqual(self.rgb(self.picture(name)), wanted)
        self.finish(process)

    def test_cursor_is_left_out_on_request(self):
        paint = self.paint()
        paint("glyph", 68)
        paint("pointer", 150, 120)
        name, process, _ = self.captured("-c", "cursor=0")
        self.assertEqual({color for row in self.colors(name) for color in row}, {0})
        paint("pointer", 100, 100)
        paint("fill", 0, 0, 0, 1, 1, hex(BLUE))  # makes the second frame: the pointer made none
        self.wait_for_color(name, 0, 0, BLUE)
        self.assertEqual(self.finish(process)["frames"], 2)


class Windows(ScreenTest):
    def setUp(self):
        super().setUp()
        self.painter = self.paint()
        self.window = self.painter("window", 50, 40, 120, 90, hex(RED))

    def capture_window(self, *args):
        return self.captured("-c", "cursor=0", *args, source=f"screen:{self.window:#x}")

    def extent(self, name):
        picture = self.shown(name)["picture"]
        return picture["width"], picture["height"]

    def test_window_is_captured_without_the_windows_above_it(self):
        name, process, _ = self.capture_window()
        self.assertEqual(self.extent(name), (120, 90))
        self.painter("window", 100, 80, 50, 50, hex(GREEN))
        self.painter("fill", self.window, 0, 0, 1, 1, hex(BLUE))
        self.wait_for_color(name, 0, 0, BLUE)
        self.assertEqual(self.colors(name)[60][60], RED)
        self.finish(process)

    def test_window_partly_outside_the_screen_is_complete(self):
        self.painter("place", self.window, -60, 200, 120, 90)
        name, process, _ = self.capture_window()
        self.assertEqual(self.extent(name), (120, 90))
        self.painter("fill", self.window, 0, 0, 1, 1, hex(BLUE))
        self.wait_for_color(name, 0, 0, BLUE)
        self.finish(process)

    def test_moved_window_stays_in_the_picture(self):
        name, process, _ = self.capture_window()
        self.painter("place", self.window, 150, 100, 120, 90)
        self.painter("fill", self.window, 5, 5, 1, 1, hex(GREEN))
        self.wait_for_color(name, 5, 5, GREEN)
        self.assertEqual(self.extent(name), (120, 90))
        self.finish(process)

    def test_resized_window_changes_the_format(self):
        name, process, log = self.capture_window()
        for size in ((200, 150), (33, 21), (250, 200)):
            self.painter("place", self.window, 10, 10, *size)
            wait_until(lambda: self.extent(name) == size, f"frames of {size}")
            self.assertEqual(self.colors(name)[size[1] - 1][size[0] - 1], RED)
        summary = self.finish(process)
        self.assertEqual(summary["format_changes"], 3)
        self.assertNotIn("no signal", log())

    def test_closed_window_is_a_lost_source(self):
        name, process, log = self.capture_window()
        self.painter("destroy", self.window)
        self.wait_for(log, "does not exist")
        wait_until(lambda: self.shown(name)["newest"]["no_signal"], "NO SIGNAL")
        self.finish(process)

    def test_hidden_window_comes_back(self):
        name, process, log = self.capture_window()
        self.painter("unmap", self.window)
        self.wait_for(log, "is not shown")
        wait_until(lambda: self.shown(name)["newest"]["no_signal"], "NO SIGNAL")
        self.painter("map", self.window)
        self.wait_for(log, "signal is back after")
        wait_until(lambda: not self.shown(name)["newest"]["no_signal"], "the window")
        self.assertEqual(self.colors(name)[50][50], RED)
        self.finish(process)

    def test_number_without_a_window_is_reported(self):
        done = self.run_to_end("triptych-capture", "screen:0x7654321", env=self.env)
        self.assert_refused(done, FAILED, "window 0x7654321 does not exist")


class Servers(ScreenTest):
    def test_restarted_server_is_captured_again(self):
        paint = self.paint()
        name, process, log = self.captured()
        number = self.display[1:]
        paint.process.stdin.close()
        self.server.kill()
        self.server.wait()
        self.wait_for(log, "closed the connection")
        wait_until(lambda: self.shown(name)["newest"]["no_signal"], "NO SIGNAL")
        self.open_screen(number)
        self.wait_for(log, "signal is back after")
        self.paint()("fill", 0, 0, 0, 320, 240, hex(GREEN))
        self.wait_for_color(name, 10, 10, GREEN)
        self.finish(process)

    def test_stopped_server_is_lost_and_cannot_alter_later_frames(self):
        name, process, log = self.captured("--device-timeout", "1", "-c", "damage=0")
        segment = ipc_of(name)[0][0]["shmid"]
        self.server.send_signal(signal.SIGSTOP)
        self.wait_for(log, "does not answer")
        wait_until(lambda: self.shown(name)["newest"]["no_signal"], "NO SIGNAL")
        self.assertNotEqual(ipc_of(name)[0][0]["shmid"], segment)
        self.server.send_signal(signal.SIGCONT)
        self.wait_for(log, "signal is back after")
        self.assertEqual(self.finish(process)["copies"], 0)

    def test_stopped_server_does_not_keep_the_program_from_ending(self):
        self.server.send_signal(signal.SIGSTOP)
        name, process, _ = self.capture()
        wait_until(lambda: os.path.exists(f"/proc/{process.pid}/fd/3"), "a connection")
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(ipc_of(name), ([], []))
        self.server.send_signal(signal.SIGCONT)

    def test_segment_of_a_killed_capture_is_replaced(self):
        name, process, _ = self.captured()
        segment = ipc_of(name)[0][0]["shmid"]
        process.kill()
        process.wait()
        again = self.start("triptych-capture", "-q", "-n", name, "screen:", env=self.env)
        wait_until(lambda: ipc_of(name)[0] and ipc_of(name)[0][0]["shmid"] != segment,
                   "another segment")
        again.terminate()
        again.communicate(timeout=60)

    def test_screen_is_closed_without_a_reader(self):
        name, process, log = self.capture("--on-demand=0")
        for times in range(1, 4):
            wait_until(lambda: log().count("standby: no readers") == times, f"standby {times}")
            self.assertEqual(self.shown(name)["state"], "standby")
            with open(f"/proc/{self.server.pid}/maps", encoding="ascii") as maps:
                self.assertNotIn("/SYSV74", maps.read())
            reader = self.start("triptych-dump", "--stats", name)
            wait_until(lambda: not self.shown(name)["newest"]["no_signal"], "the screen")
            reader.terminate()
            reader.communicate(timeout=60)
        self.finish(process)


class Copies(ScreenTest):
    """Servers that cannot write into the slots."""

    def assert_copied(self, why, env=None):
        self.paint()("fill", 0, 0, 0, 320, 240, hex(GREEN))
        name, process, log = self.captured(env=env)
        self.assertIn(why, log())
        self.assertEqual(self.colors(name)[100][100], GREEN)
        self.assertEqual(self.finish(process)["copies"], 1)

    def test_server_without_shared_memory_sends_pictures(self):
        self.server_options = ("-extension", "MIT-SHM")
        self.open_screen()
        self.assert_copied("has no MIT-SHM")

    def test_server_of_another_user_sends_pictures(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to become another user")
        self.open_screen_as(65534)
        self.assert_copied("may not write to the stream's memory")

    def open_screen_as(self, user):
        end(self.server)
        self.server = screen.Screen(within=(tool("setpriv"), f"--reuid={user}", "--clear-groups"))
        self.addCleanup(self.server.close)
        self.env["DISPLAY"] = self.server.display

    def test_server_in_another_ipc_namespace_sends_pictures(self):
        unshare = (tool("unshare"), "--ipc")
        if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
            self.skipTest("no IPC namespaces here")
        end(self.server)
        self.server = screen.Screen(within=unshare)
        self.addCleanup(self.server.close)
        self.env["DISPLAY"] = self.server.display
        self.assert_copied("shares no memory with this process")


class CommandLine(ScreenTest):
    def refused(self, *args, status=MISUSED, env=None):
        done = self.run_to_end("triptych-capture", *args, env=env or self.env)
        self.assertEqual(done.returncode, status, done.stderr)
        return done.stderr

    def test_impossible_requests_are_refused(self):
        for area, words in (("400x100+0+0", "is not inside the screen, which has 320x240"),
                            ("100x100+300+0", "is not inside the screen"),
                            ("100x", "neither a region nor a window"),
                            ("0x0", "neither a region nor a window"),
                            ("12c", "neither a region nor a window")):
            with self.subTest(area=area):
                self.assertIn(words, self.refused(f"screen:{area}"))
        self.assertIn("not 64x48", self.refused("-s", "64x48", "screen:"))
        self.assertIn("not 320x240 NV12", self.refused("-f", "NV12", "screen:"))
        self.assertIn("use 0 or 1", self.refused("-c", "cursor=2", "screen:"))
        self.assertIn("use cursor or damage", self.refused("-c", "curser=0", "screen:"))
        self.assertIn("--input", self.refused("--input", "1", "screen:"))

    def test_missing_screens_are_reported(self):
        self.assertIn("no monitor 'HDMI-7'; use one of: screen",
                      self.refused("screen:HDMI-7", status=FAILED))
        self.assertIn("cannot connect to the X server", self.refused("screen::4711", status=FAILED))
        without = {key: value for key, value in self.env.items() if key != "DISPLAY"}
        self.assertIn("DISPLAY is not set", self.refused("screen:", env=without))
        self.assertIn("pipewire:", self.refused("screen:", env=without | {"WAYLAND_DISPLAY": "w"}))

    def test_display_and_monitor_can_be_named(self):
        without = {key: value for key, value in self.env.items() if key != "DISPLAY"}
        for area in (self.display, f"{self.display},64x48+1+2", f"{self.display},screen"):
            with self.subTest(area=area):
                name, process, _ = self.captured(source=f"screen:{area}", env=without)
                self.assertEqual(self.shown(name)["source"], f"screen {area}")
                self.finish(process)

    def test_screens_and_their_monitors_are_listed(self):
        def listed(*args):
            done = self.run_to_end("triptych-capture", *args, env=self.env)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        def listed_json(what):
            return [json.loads(line) for line in listed(what, "--json", "screen:").splitlines()]
        text = listed("--list-devices", "screen:")
        self.assertIn(text, listed("--list-devices"))
        self.assertRegex(text, rf"^screen:{self.display} +320x240\+0\+0 \(whole screen\)\n")
        devices = listed_json("--list-devices")
        self.assertEqual([device["device"] for device in devices],
                         [f"screen:{self.display}", f"screen:{self.display},screen"])
        self.assertEqual((devices[0]["width"], devices[0]["height"]), self.size)
        self.assertIn("XR24", listed("--list-formats", "screen:"))
        self.assertIn("320x240", listed("--list-formats", "screen:"))
        controls = listed_json("--list-ctrls")
        self.assertEqual([control["name"] for control in controls], ["cursor", "damage"])


if __name__ == "__main__":
    unittest.main()
