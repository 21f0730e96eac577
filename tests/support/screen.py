# SPDX-License-Identifier: MIT
"""A virtual screen (Xvfb), windows on it, keys and the pointer."""

import os
import subprocess
import time

import pixels
from grab import FarGrabber, Grabber
from programs import Process, end, tool, wait_until

SIZE = (1024, 768)


class Screen:
    """An X server, optionally with a window manager; `environment` makes a program use it. `within`
    is a prefix of each command, to run it in other namespaces."""

    def __init__(self, managed=False, within=()):
        self.within = list(within)
        reading, writing = os.pipe()
        self.server = Process(
            [*self.within, tool("Xvfb"), "-displayfd", str(writing), "-screen", "0", "%dx%dx24" % SIZE,
             "-nolisten", "tcp",
             "-noreset"],  # otherwise it resets when the last client disconnects, and drops new clients
            pass_fds=[writing], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            self.display = ":" + pipe.readline().strip()
        if self.display == ":":
            raise AssertionError(f"Xvfb ended with {self.server.wait()}")
        self.environment = {key: value for key, value in os.environ.items()
                            if key not in ("WAYLAND_DISPLAY", "SDL_RENDER_DRIVER", "XAUTHORITY")}
        self.environment |= {"DISPLAY": self.display, "SDL_VIDEODRIVER": "x11"}
        self._grabber = FarGrabber(self.display, within) if within else Grabber(self.display)
        self._manager = None
        if managed:
            self._manager = subprocess.Popen(
                [*self.within, tool("openbox"), "--sm-disable"], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # The first key of all changes the keymap; the manager then grabs its keys again.
            self.run("xdotool", "key", "Shift_L")
            wait_until(self._manager_answers, "the window manager")

    def close(self):
        self._grabber.close()
        if self._manager:
            end(self._manager)
        end(self.server)

    def run(self, program, *args):
        """Runs a program of the system on this screen. Returns its output."""
        return subprocess.run([*self.within, tool(program), *map(str, args)], env=self.environment,
                              timeout=60, capture_output=True, text=True, check=True).stdout.strip()

    def _xdotool(self, *args):
        """The output of a command that may fail."""
        return subprocess.run([*self.within, tool("xdotool"), *map(str, args)], timeout=60,
                              env=self.environment, capture_output=True, text=True,
                              check=False).stdout.strip()

    def _manager_answers(self):
        """Whether the window manager serves requests. A window that is opened while it starts may
        never be shown."""
        self._xdotool("set_num_desktops", 1)
        return self.run("xprop", "-root", "_NET_NUMBER_OF_DESKTOPS").endswith(" = 1")

    def picture(self, x=0, y=0, width=SIZE[0], height=SIZE[1]):
        """The image of a part of the screen, clipped."""
        width, height = min(width, SIZE[0] - x), min(height, SIZE[1] - y)
        return pixels.Picture(width, height, self._grabber.rgb(x, y, width, height))

    def window_of(self, process, *search):
        """Returns the window of a program when it is visible; `search`, of xdotool, finds one that
        another process opens."""
        search = search or ("--pid", str(process.pid))

        def found():
            if process.poll() is not None:
                said = b"".join(text for text in process.communicate() if text).decode()
                raise AssertionError(f"no window: it ended with {process.returncode}: {said}")
            return self._xdotool("search", "--onlyvisible", *search).split()
        window = Window(self, wait_until(found, "a window on the screen")[-1])
        if self._manager:  # with the pointer where the manager's own keys expect it
            wait_until(lambda: self._xdotool("getactivewindow") == window.number, "its focus")
        return window


class Window:
    """One window, by its X number."""

    def __init__(self, screen, number):
        self.screen, self.number = screen, number

    def title(self):
        return self.screen.run("xdotool", "getwindowname", self.number)

    def place(self):
        """X, Y, width and height on the screen."""
        lines = self.screen.run("xdotool", "getwindowgeometry", "--shell", self.number).splitlines()
        values = dict(line.split("=") for line in lines)
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def size(self):
        return self.place()[2:]

    def press(self, *keys):
        """Keys by their X names: space, Escape, shift+c."""
        self.screen.run("xdotool", "windowfocus", "--sync", self.number)
        for key in keys:
            self.screen.run("xdotool", "key", key)

    def at(self, x, y, *what):
        """Moves the pointer there, then acts: ("click", 4), ("mousedown", 1) ..."""
        self.screen.run("xdotool", "mousemove", "--window", self.number, x, y, *what)

    def picture(self):
        """The image of the window, clipped to the screen."""
        return self.screen.picture(*self.place())

    def picture_at_rest(self):
        """The image after a second without a change: messages have disappeared by then."""
        shown = [self.picture()]

        def rests():
            time.sleep(1)
            shown.append(self.picture())
            return shown[-1].data == shown[-2].data
        wait_until(rests, "a picture that does not change")
        return shown[-1]

    def picture_when(self, true, what):
        """The first image that satisfies true(picture)."""
        shown = []

        def right():
            shown[:] = [self.picture()]
            return true(shown[0])
        wait_until(right, what)
        return shown[0]
