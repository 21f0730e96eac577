# SPDX-License-Identifier: MIT
"""Pictures of an X screen by requests to its server: a program for each picture would take a hundred
times as long, and many tests poll.

As a program it prints a part of a screen: grab.py DISPLAY X Y WIDTH HEIGHT
"""
import ctypes
import subprocess
import sys

ALL_PLANES = ctypes.c_ulong(-1).value
Z_PIXMAP = 2


class _Image(ctypes.Structure):
    """The beginning of Xlib's XImage."""
    _fields_ = [("width", ctypes.c_int), ("height", ctypes.c_int), ("xoffset", ctypes.c_int),
                ("format", ctypes.c_int), ("data", ctypes.c_void_p), ("byte_order", ctypes.c_int),
                ("bitmap_unit", ctypes.c_int), ("bitmap_bit_order", ctypes.c_int),
                ("bitmap_pad", ctypes.c_int), ("depth", ctypes.c_int),
                ("bytes_per_line", ctypes.c_int), ("bits_per_pixel", ctypes.c_int)]


def _xlib():
    library = ctypes.CDLL("libX11.so.6")
    library.XOpenDisplay.restype = ctypes.c_void_p
    library.XCloseDisplay.argtypes = [ctypes.c_void_p]
    library.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    library.XDefaultRootWindow.restype = ctypes.c_ulong
    library.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int,
                                  ctypes.c_uint, ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
    library.XGetImage.restype = ctypes.POINTER(_Image)
    library.XDestroyImage.argtypes = [ctypes.POINTER(_Image)]
    return library


class Grabber:
    """A connection to an X server of 24 bits a pixel, until it is closed."""

    def __init__(self, display):
        self._x = _xlib()
        self._display = self._x.XOpenDisplay(display.encode())
        if not self._display:
            raise AssertionError(f"no connection to the screen {display}")

    def rgb(self, x, y, width, height):
        """The bytes of a part of the screen, three a pixel."""
        root = self._x.XDefaultRootWindow(self._display)
        image = self._x.XGetImage(self._display, root, x, y, width, height, ALL_PLANES, Z_PIXMAP)
        size = 4 * width * height
        assert (image.contents.bits_per_pixel, image.contents.bytes_per_line) == (32, 4 * width)
        bgrx = ctypes.string_at(image.contents.data, size)
        self._x.XDestroyImage(image)
        data = bytearray(size // 4 * 3)
        for part in range(3):
            data[part::3] = bgrx[2 - part::4]
        return bytes(data)

    def close(self):
        if self._display:
            self._x.XCloseDisplay(self._display)
            self._display = None


class FarGrabber:
    """The same in other namespaces, by a program for each picture: a display of the same number may be
    another one here."""

    def __init__(self, display, within):
        self._command = [*within, sys.executable, __file__, display]

    def rgb(self, *place):
        return subprocess.run([*self._command, *map(str, place)], capture_output=True, check=True,
                              timeout=60).stdout

    def close(self):
        pass


if __name__ == "__main__":
    sys.stdout.buffer.write(Grabber(sys.argv[1]).rgb(*map(int, sys.argv[2:])))
