# SPDX-License-Identifier: MIT
"""The one producer of a stream."""

import ctypes
import fractions

from . import _library as c
from ._error import check
from ._frame import Draft
from ._log import Log


class Writer:
    """Makes the stream `name`.

    format  a fourcc or one of its aliases: "BGR3", "BGR", "bgr24"
    fps     a number or a fraction, for readers to know; None: not said
    slots   how many frames the segment has room for, at least 3
    mode    who may watch: 0o640 lets the group
    """

    def __init__(self, name, format, width, height, fps=None, slots=3, mode=0o640, group=None,
                 source="Python"):
        found = c.lib.tri_format_named(format.encode())
        if not found:
            raise ValueError(f"format {format!r}: not one of triptych's; see triptych-capture --help")
        rate = fractions.Fraction(fps or 0).limit_denominator(1001)
        self.video = c.Video(fourcc=found.contents.fourcc, width=width, height=height,
                             fps_num=rate.numerator, fps_den=rate.denominator if fps else 0)
        self._log = Log()
        self._handle = ctypes.c_void_p()
        options = c.WriterOptions(name=name.encode(), video=self.video, slots=slots, mode=mode,
                                  group=group.encode() if group else None, source=source.encode(),
                                  log=ctypes.pointer(self._log.struct))
        check(c.lib.tri_writer_open(ctypes.byref(self._handle), ctypes.byref(options)), self._log)
        self.name = name

    def frame(self):
        """Begins the next frame in place: fill its planes, then publish() it or leave its block.
        Returns None if readers hold every slot: the frame is dropped and counted; never waits."""
        if not self._handle:
            raise ValueError("this writer is closed")
        draft = c.Frame()
        code = c.lib.tri_writer_begin(self._handle, ctypes.byref(self.video), ctypes.byref(draft))
        if code == c.ERR_NO_SLOT:
            return None
        check(code, self._log)
        return Draft(self, draft)

    def write(self, *planes, capture_ns=0, user=b""):
        """Copies one array a plane into the next frame and publishes it; False if it was dropped.
        For MJPG: the bytes of one JPEG picture."""
        draft = self.frame()
        if draft is None:
            return False
        with draft:
            if len(planes) != len(draft.planes):
                raise ValueError(f"{draft.format} has {len(draft.planes)} planes, not {len(planes)}")
            for to, data in zip(draft.planes, planes):
                if draft.format == "MJPG":
                    to.view()[:len(data)] = bytes(data)
                    draft.bytes_used = len(data)
                    continue
                import numpy
                numpy.copyto(numpy.asarray(to), data)
            draft.capture_ns = capture_ns
            draft.user = user
            draft._c.info.copies = 1
        return True

    def close(self):
        """Removes the stream; readers keep the frame they hold."""
        c.lib.tri_writer_close(ctypes.byref(self._handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_handle", None):
            self.close()
