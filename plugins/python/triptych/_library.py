# SPDX-License-Identifier: MIT
"""Loads libtriptych and declares its structures and functions for ctypes.

The structures repeat common/include/triptych/*.h field by field; tests/python/test_python.py compares
them with the C compiler's.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import operator
import os
import pathlib
from collections.abc import Iterator
from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char, c_char_p, c_int, c_int64,
                    c_size_t, c_uint32, c_uint64, c_uint8, c_void_p)

PLANES_MAX = 4
COMPONENTS_MAX = 4
RESERVED = 8
USER_MAX = 1024
NAME_MAX = 31
SOURCE_MAX = 127
HOLDERS_MAX = 8

OK, ERR_TIMEOUT, ERR_INTERRUPTED, ERR_NO_WRITER, ERR_BUSY, ERR_INVALID = 0, -1, -2, -3, -4, -5
ERR_DENIED, ERR_CORRUPT, ERR_TORN, ERR_NO_SLOT = -9, -12, -14, -15

MODES = {"latest": 0, "next": 1}
WAITS = {"block": 0, "spin": 1, "paced": 2}
FAMILY_BAYER = 4
RECLAIM_NEVER = 2**32 - 1
FRAME_KEY = 4
READER_NO_LOCK = 1
READER_RETAINED = 2
LOG_ERROR, LOG_WARN, LOG_INFO = 0, 1, 2
COLORS = ("colorspace", "transfer", "matrix", "range", "field", "siting")


def _candidates() -> Iterator[str]:
    """Yields paths of the library: TRIPTYCH_LIBRARY, the build of the checkout, the system's."""
    named = os.environ.get("TRIPTYCH_LIBRARY")
    if named:
        yield named
        return
    checkout = pathlib.Path(__file__).resolve().parents[3]
    for build in sorted(checkout.glob("build*/common/libtriptych.so.0")):
        yield str(build)
    yield "libtriptych.so.0"


def _load() -> ctypes.CDLL:
    tried = []
    for name in _candidates():
        try:
            return ctypes.CDLL(name, use_errno=True)
        except OSError as error:
            tried.append(str(error))
    raise ImportError("libtriptych is neither built in this checkout (meson setup build && meson "
                      "compile -C build) nor installed, nor named by TRIPTYCH_LIBRARY: " +
                      "; ".join(tried))


lib = _load()
lib.tri_version_string.restype = c_char_p
VERSION = "0.9.0"  # of these structures
if lib.tri_version_string() != VERSION.encode():
    raise ImportError(f"this module is of triptych {VERSION}, the library of "
                      f"{lib.tri_version_string().decode()}: install both of one version, or name "
                      "the right library by TRIPTYCH_LIBRARY")


class Video(Structure):
    _fields_ = [("fourcc", c_uint32), ("width", c_uint32), ("height", c_uint32),
                ("fps_num", c_uint32), ("fps_den", c_uint32), ("colorspace", c_uint32),
                ("transfer", c_uint32), ("matrix", c_uint32), ("range", c_uint32),
                ("field", c_uint32), ("rotation", c_uint32), ("aspect_num", c_uint32),
                ("aspect_den", c_uint32), ("siting", c_uint32), ("bits", c_uint32),
                ("stride", c_uint32 * PLANES_MAX), ("planes", c_uint32),
                ("rows", c_uint32 * PLANES_MAX), ("reserved", c_uint32 * RESERVED)]


class PlaneShape(Structure):
    _fields_ = [("offset", c_uint64), ("bytes", c_uint64), ("stride", c_uint32),
                ("row_bytes", c_uint32), ("rows", c_uint32), ("reserved", c_uint32)]


class Shape(Structure):
    _fields_ = [("planes", c_uint32), ("reserved", c_uint32), ("plane", PlaneShape * PLANES_MAX),
                ("bytes", c_uint64)]


class FrameInfo(Structure):
    _fields_ = [("video", Video), ("number", c_uint64), ("driver_sequence", c_uint64),
                ("capture_ns", c_int64), ("publish_ns", c_int64), ("dropped_driver", c_uint64),
                ("dropped_writer", c_uint64), ("generation", c_uint64), ("bytes_used", c_uint64),
                ("checksum", c_uint64), ("copies", c_uint32), ("flags", c_uint32),
                ("user_bytes", c_uint32), ("reserved", c_uint32 * (2 * RESERVED + 1))]


class Lease(Structure):
    _fields_ = [("mapping", c_void_p), ("head", c_uint64), ("slot", c_uint32),
                ("state", c_uint32)]


class Frame(Structure):
    _fields_ = [("info", FrameInfo), ("shape", Shape), ("data", c_void_p * PLANES_MAX),
                ("user", c_void_p), ("lease", Lease), ("reserved", c_uint64 * RESERVED)]


class Draft(Structure):
    _fields_ = [("info", FrameInfo), ("shape", Shape), ("data", c_void_p * PLANES_MAX),
                ("user", c_void_p), ("previous_number", c_uint64), ("slot_index", c_uint32),
                ("lease", Lease), ("reserved", c_uint64 * RESERVED)]


LOG_WRITE = CFUNCTYPE(None, c_void_p, c_int, c_char_p, c_char_p)


class Log(Structure):
    _fields_ = [("write", LOG_WRITE), ("user", c_void_p), ("level", c_int)]


class WriterOptions(Structure):
    _fields_ = [("name", c_char_p), ("video", Video), ("slot_bytes", c_uint64),
                ("slots", c_uint32), ("slots_max", c_uint32),
                ("permissions", c_uint32), ("group", c_char_p), ("source", c_char_p),
                ("flags", c_uint32), ("reclaim_ms", c_uint32),
                ("log", POINTER(Log)), ("reserved", c_uint64 * RESERVED)]


class ReaderOptions(Structure):
    _fields_ = [("name", c_char_p), ("mode", c_int), ("wait", c_int), ("flags", c_uint32),
                ("log", POINTER(Log)), ("reserved", c_uint64 * RESERVED)]


class ReaderStats(Structure):
    _fields_ = [("frames", c_uint64), ("skipped", c_uint64), ("torn", c_uint64),
                ("dropped_driver", c_uint64), ("dropped_writer", c_uint64),
                ("restarts", c_uint64), ("state", c_int), ("slots", c_uint32),
                ("slots_open", c_uint32), ("slots_max", c_uint32), ("can_lock", c_bool),
                ("reserved", c_uint64 * RESERVED)]


class PlaneRule(Structure):
    _fields_ = [("pixels", c_uint8), ("bytes", c_uint8), ("lines", c_uint8)]


class Component(Structure):
    _fields_ = [("name", c_char), *((name, c_uint8) for name in (
        "plane", "first", "every", "across", "down", "bytes", "shift", "bits", "per_word", "line"))]


class Format(Structure):
    _fields_ = [("fourcc", c_uint32), ("name", c_char * 5), ("family", c_int),
                ("planes", c_uint8), ("depth", c_uint8), ("plane", PlaneRule * PLANES_MAX),
                ("gstreamer", c_char_p), ("ffmpeg", c_char_p), ("description", c_char_p),
                ("components", c_uint8), ("component", Component * COMPONENTS_MAX),
                ("media", c_char_p), ("delta", c_bool)]


class Stream(Structure):
    _fields_ = [("name", c_char * (NAME_MAX + 1)), ("source", c_char * (SOURCE_MAX + 1)),
                ("state", c_int), ("key", c_int), ("shm_id", c_int), ("sem_id", c_int),
                ("owner", c_uint32), ("creator_uid", c_uint32), ("group", c_uint32),
                ("creator_group", c_uint32), ("mode", c_uint32), ("creator_pid", c_int),
                ("last_pid", c_int), ("writer_pid", c_int), ("attached", c_uint32),
                ("attach_time", c_int64),
                ("detach_time", c_int64), ("change_time", c_int64), ("bytes", c_uint64),
                ("slot_bytes", c_uint64), ("slots", c_uint32), ("slots_open", c_uint32),
                ("slots_max", c_uint32), ("held", c_uint32),
                ("holders", c_uint32), ("holder", c_int * HOLDERS_MAX),
                ("holder_ns", c_int64 * HOLDERS_MAX), ("waiting", c_uint32),
                ("published", c_uint64), ("dropped_driver", c_uint64),
                ("dropped_writer", c_uint64), ("has_frame", c_bool),
                ("newest", FrameInfo), ("layout_version", c_uint32),
                ("reserved", c_uint64 * RESERVED)]


class StreamEvent(Structure):
    _fields_ = [("type", c_int), ("state", c_int), ("key", c_int), ("name", c_char * (NAME_MAX + 1)),
                ("reserved", c_uint64 * 4)]


def _declare(name: str, result: type | None, *arguments: type) -> None:
    function = getattr(lib, name)
    function.restype = result
    function.argtypes = arguments


_declare("tri_strerror", c_char_p, c_int)
_declare("tri_now_ns", c_int64)
_declare("tri_format_find", POINTER(Format), c_uint32)
_declare("tri_format_from_name", POINTER(Format), c_char_p)
_declare("tri_fourcc_name", c_char_p, c_uint32, c_char_p)
_declare("tri_reader_open", c_int, POINTER(c_void_p), POINTER(ReaderOptions))
_declare("tri_reader_set_mode", None, c_void_p, c_int)
_declare("tri_reader_acquire", c_int, c_void_p, POINTER(Frame), c_int)
_declare("tri_reader_is_intact", c_bool, c_void_p, POINTER(Frame))
_declare("tri_frame_is_locked", c_bool, POINTER(Frame))
_declare("tri_reader_release", None, c_void_p, POINTER(Frame))
_declare("tri_reader_get_stats", None, c_void_p, POINTER(ReaderStats))
_declare("tri_reader_close", None, POINTER(c_void_p))
_declare("tri_reader_fd", c_int, c_void_p)
_declare("tri_reader_interrupt", None, c_void_p)
_declare("tri_stream_monitor_open", c_int, POINTER(c_void_p))
_declare("tri_stream_monitor_fd", c_int, c_void_p)
_declare("tri_stream_monitor_next", c_int, c_void_p, POINTER(StreamEvent))
_declare("tri_stream_monitor_close", None, POINTER(c_void_p))
_declare("tri_writer_open", c_int, POINTER(c_void_p), POINTER(WriterOptions))
_declare("tri_writer_begin", c_int, c_void_p, POINTER(Video), POINTER(Draft))
_declare("tri_writer_publish_pinned", c_int, c_void_p, POINTER(Draft))
_declare("tri_writer_cancel", None, c_void_p, POINTER(Draft))
_declare("tri_writer_close", None, POINTER(c_void_p))
_declare("tri_stream_list_open", c_int, POINTER(c_void_p))
_declare("tri_stream_list_count", c_size_t, c_void_p)
_declare("tri_stream_list_at", POINTER(Stream), c_void_p, c_size_t)
_declare("tri_stream_list_close", None, POINTER(c_void_p))

_declare("tri_video_shape", c_int, POINTER(Video), POINTER(Shape))
_declare("tri_video_matrix", c_int, POINTER(Video))
_declare("tri_video_range", c_int, POINTER(Video))
for _kind in COLORS:
    _declare(f"tri_{_kind}_name", c_char_p, c_uint32)
    _declare(f"tri_{_kind}_from_name", c_int, c_char_p)


def value_of(words: dict[str, int], what: str, word: str) -> int:
    """Looks up a word. Raises ValueError with all words."""
    if word not in words:
        raise ValueError(f"{what} {word!r}: use one of {', '.join(words)}")
    return words[word]


def text(what: str, value: str) -> bytes:
    """Encodes an argument. Raises ValueError for what C would read in part only."""
    if not isinstance(value, str):
        raise TypeError(f"{what} {value!r}: not a str")
    if "\0" in value:
        raise ValueError(f"{what} {value!r}: contains a NUL character; leave it out")
    return value.encode()


def number(what: str, value: int, most: int = 2**32 - 1) -> int:
    """Checks an argument: ctypes would silently leave out its upper bits. Raises ValueError."""
    whole = operator.index(value)
    if not 0 <= whole <= most:
        raise ValueError(f"{what} {whole}: use a number from 0 to {most}")
    return whole


def color_from_name(kind: str, word: str) -> int:
    """Looks up a word of a kind, such as "range" or "matrix". Raises ValueError."""
    if kind not in COLORS:
        raise TypeError(f"{kind!r}: no such argument; colours are {', '.join(COLORS)}")
    value: int = getattr(lib, f"tri_{kind}_from_name")(text(kind, word))
    if value < 0:
        raise ValueError(f"{kind} {word!r}: unknown; triptych-capture --help lists the words")
    return value


def color_name(kind: str, value: int) -> str:
    """Returns the word for a value of struct tri_video."""
    word: bytes = getattr(lib, f"tri_{kind}_name")(value)
    return word.decode()


def fourcc_name(fourcc: int) -> str:
    """A fourcc as text, without trailing blanks."""
    name: bytes = lib.tri_fourcc_name(fourcc, ctypes.create_string_buffer(5))
    return name.decode()
