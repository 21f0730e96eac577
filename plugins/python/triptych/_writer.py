# SPDX-License-Identifier: MIT
"""Writes a stream."""

from __future__ import annotations

import collections
import ctypes
import fractions
from collections.abc import Sequence
from typing import Any, Optional, Tuple, Union

from . import _library as c
from ._error import check
from ._frame import Draft, SlotRef
from ._handle import Handle

Rate = Union[int, float, str, fractions.Fraction]


def _rate_of(fps: Rate) -> fractions.Fraction:
    """Reads frames a second. Raises ValueError if it is no number or has no room."""
    try:
        rate = fractions.Fraction(fps)
    except (OverflowError, ValueError, ZeroDivisionError):  # infinity, no number, 1/0
        rate = fractions.Fraction(-1)
    if isinstance(fps, float):  # 29.97 is not exact: take the rate that was meant
        rate = rate.limit_denominator(1001)
    if not 0 <= rate.numerator < 2**32 or rate.denominator >= 2**32:
        raise ValueError(f"{fps} fps: frames a second are a number from 0, at most 32 bits over 32")
    return rate


class Writer(Handle):
    """Creates the stream `name`, or takes over the one that a dead writer left behind.

    format  a fourcc or one of its aliases: "BGR3", "BGR", "bgr24"; with `planes` any four characters
    planes  of a format that triptych does not know: (bytes in a row, rows) of each plane
    width, height  pixels
    fps     a number, a fraction or "30000/1001", for readers; None: unspecified
    slots   number of frames that the segment has room for at first, 3 to 64
    slots_max  number up to which slots are opened while readers lock the others; 0: 32, fewer if these
            exceed 1 GiB
    reclaim  while readers lock every slot: overwrite the oldest frame that has been locked for this
            many seconds, and drop frames until then. 0: at once; None: never
    permissions  who may read, as in chmod: 0o640 includes the group
    group   name or number of that group; None: the group of this process
    source  description for people
    rotation  degrees clockwise to display it upright: 0, 90, 180 or 270
    pixel_aspect  width and height of a pixel; (0, 0): unspecified
    bits    significant bits of a 16-bit component, the low ones; 0: all
    colorspace, transfer, matrix, range, field, siting
            colours in the words of v4l2-ctl: range="full-range", matrix="709"; chroma siting in those
            of ffmpeg: siting="left"

    Raises Error if the name has a writer, with its pid, and ValueError for an invalid argument.

    Threads: any; a lock serialises calls of one Writer. Forked processes and sub-interpreters open
    writers of their own.
    """

    _close_call = c.lib.tri_writer_close

    def __init__(self, name: str, format: str, width: int, height: int, fps: Optional[Rate] = None,
                 slots: int = 3, permissions: int = 0o640, group: Optional[str] = None,
                 source: str = "Python", slots_max: int = 0, reclaim: Optional[float] = 0,
                 rotation: int = 0, pixel_aspect: Tuple[int, int] = (0, 0), bits: int = 0,
                 planes: Sequence[Tuple[int, int]] = (), **colors: str) -> None:
        super().__init__(name)
        self._released: collections.deque[c.Draft] = collections.deque()
        code = c.text("format", format)
        found = c.lib.tri_format_from_name(code)
        if not found and not (planes and len(code) == 4):
            raise ValueError(f"format {format!r}: not one of triptych's, which are listed by "
                             "triptych-capture --help; any other needs planes=")
        fourcc = found.contents.fourcc if found else int.from_bytes(code, "little")
        rate = _rate_of(fps or 0)
        aspect_num, aspect_den = pixel_aspect
        self.video = c.Video(fourcc=fourcc, width=c.number("width", width),
                             height=c.number("height", height),
                             fps_num=rate.numerator, fps_den=rate.denominator if fps else 0,
                             rotation=c.number("rotation", rotation),
                             aspect_num=c.number("pixel_aspect", aspect_num),
                             aspect_den=c.number("pixel_aspect", aspect_den),
                             bits=c.number("bits", bits), planes=len(planes),
                             **{kind: c.color_from_name(kind, word) for kind, word in colors.items()})
        for p, (stride, rows) in enumerate(planes[:c.PLANES_MAX]):
            self.video.stride[p] = c.number("bytes in a row", stride)
            self.video.rows[p] = c.number("rows", rows)
        if reclaim is not None and not 0 <= reclaim < c.RECLAIM_NEVER / 1000:
            raise ValueError(f"reclaim={reclaim}: not a number of seconds; None is never")
        self._open(c.lib.tri_writer_open, c.WriterOptions(
            name=c.text("name", name), video=self.video, slots=c.number("slots", slots),
            slots_max=c.number("slots_max", slots_max),
            permissions=c.number("permissions", permissions),
            group=c.text("group", group) if group else None, source=c.text("source", source),
            reclaim_ms=c.RECLAIM_NEVER if reclaim is None else round(reclaim * 1000),
            log=ctypes.pointer(self._log.struct)))

    def frame(self) -> Draft:
        """Begins the next frame in a slot: fill its planes, then call publish() or leave the `with`
        block. If no slot is free, the frame is dropped and counted: the draft is `dropped`, and works
        otherwise as usual. Never waits."""
        slot_ref = SlotRef(self)  # before the call, so that KeyboardInterrupt cannot lose it
        with self._call() as writer:
            self._cancel_released()
            code = c.lib.tri_writer_begin(writer, ctypes.byref(self.video),
                                          ctypes.byref(slot_ref.draft))
        if code != c.ERR_NO_SLOT:
            check(code, self._log)
        return Draft(slot_ref, dropped=code == c.ERR_NO_SLOT)

    def _publish(self, draft: c.Draft) -> None:
        with self._call() as writer:
            code = c.lib.tri_writer_publish_pinned(writer, ctypes.byref(draft))
        check(code, self._log)

    def _release(self, draft: c.Draft) -> None:
        """Marks a draft's memory as unused. Any thread, perhaps in the middle of a call: the next call
        returns the slot."""
        if not self._is_own_process():
            return
        self._released.append(draft)
        if not self._handle:
            self._cancel_released()

    def _cancel_released(self) -> None:
        while self._released:
            try:
                draft = self._released.popleft()
            except IndexError:  # several threads may do this after close()
                return
            c.lib.tri_writer_cancel(self._handle, ctypes.byref(draft))

    def write(self, *planes: Any, capture_ns: int = 0, user: bytes = b"", key: bool = False) -> bool:
        """Copies one array per plane into the next frame and publishes it. Returns False if it was
        dropped.

        planes      arrays of the shapes of Plane, or what numpy converts to them; for a compressed
                    format the bytes of one frame
        capture_ns  CLOCK_MONOTONIC nanoseconds of the capture; 0: now
        user        up to 1024 bytes of user data
        key         for H264 and HEVC: this frame can be decoded without earlier ones

        Raises ValueError, and publishes nothing, if the planes do not fit.
        """
        with self.frame() as draft:
            if len(planes) != len(draft.planes):
                raise ValueError(f"{draft.format} has {len(draft.planes)} planes, not {len(planes)}")
            for to, data in zip(draft.planes, planes):
                if len(to.shape) == 1:  # compressed
                    frame = memoryview(data).tobytes()  # bytes(5) would be five zeros
                    if len(frame) > to.bytes:
                        raise ValueError(f"a frame of {len(frame)} bytes: there is room for "
                                         f"{to.bytes}")
                    to.view()[:len(frame)] = frame
                    draft.bytes_used = len(frame)
                    continue
                import numpy
                numpy.copyto(numpy.asarray(to), data)
            draft.capture_ns = capture_ns
            draft.user = user
            draft._c.info.copies = 1
            draft._c.info.flags = c.FRAME_KEY if key else 0
        return not draft.dropped

    def close(self) -> None:
        """Removes the stream. Readers keep their frames, and drafts their memory. A second call does
        nothing."""
        super().close()
        if self._is_own_process() and not self._handle:
            self._cancel_released()
