# SPDX-License-Identifier: MIT
"""Frames and planes: views of shared memory, valid for as long as they live."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, Optional, Tuple, TypeVar, Union

from . import _library as c
from ._error import Torn, check

if TYPE_CHECKING:
    import numpy

    from ._reader import Reader
    from ._writer import Writer


def format_of(fourcc: int) -> c.Format:
    """Returns the row of the table of formats; an empty one for an unknown, opaque format."""
    found = c.lib.tri_format_find(fourcc)
    row: c.Format = found.contents if found else c.Format(fourcc=fourcc)
    return row


class Plane:
    """One plane of a frame. `numpy.asarray(plane)` views it without copying, read-only in a frame.

    The array is rows x groups x components: (height, width, 3) for RGB3, (height/2, width/2, 2) for
    NV12's second plane, (height, width) for a plane of single components and for Bayer formats, and
    (bytes,) for compressed ones. Packed YUV 4:2:2 is (height, width/2, 4); MIPI's packed Bayer formats
    are rows of bytes, packed grey is (height, groups, bytes of a group). Odd sizes are rounded up.
    Items are uint8, or as wide as a component's word: uint16, uint32. `shape` and `strides` describe
    the array, `bytes` is the span of the plane.
    """

    def __init__(self, owner: object, address: int, shape: tuple[int, ...],
                 strides: tuple[int, ...], typestr: str, span: int, writable: bool) -> None:
        self._owner = owner  # keeps the memory valid
        self.bytes = span
        self.shape = shape
        self.strides = strides
        self._address = address
        self._writable = writable
        self.__array_interface__ = {"version": 3, "shape": shape, "strides": strides,
                                    "typestr": typestr, "data": (address, not writable)}

    def view(self) -> memoryview:
        """Returns the plane's bytes with row padding, without copying; read-only in a frame."""
        array: Any = (ctypes.c_ubyte * self.bytes).from_address(self._address)
        array.owner = self._owner
        view = memoryview(array).cast("B")
        return view if self._writable else view.toreadonly()


def _make_planes(owner: object, frame: Union[c.Frame, c.Draft], writable: bool,
                 used: Optional[int] = None) -> list[Plane]:
    """Makes the planes. `used`: bytes of a compressed frame; None: all its room."""
    format_ = format_of(frame.info.video.fourcc)
    # An array's items are the words of components.
    item = max((one.bytes for one in format_.component[:format_.components]), default=1)
    planes = []
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    for p in range(frame.shape.planes):
        plane = frame.shape.plane[p]
        if plane.rows == 0:  # compressed
            span = plane.bytes if used is None else used
            shape, strides = (span,), (1,)
        else:
            # Bayer: one sample per pixel; opaque: rows of bytes.
            flat = format_.family == c.FAMILY_BAYER or not format_.components
            group = 1 if flat else format_.plane[p].bytes // item
            shape, strides = (plane.rows, plane.row_bytes // (group * item)), (plane.stride,
                                                                             group * item)
            if group > 1:
                shape, strides = shape + (group,), strides + (item,)
            span = plane.stride * (plane.rows - 1) + plane.row_bytes
        planes.append(Plane(owner, frame.data[p], shape, strides, f"<u{item}" if item > 1 else "|u1",
                            span, writable))
    return planes


def _user_of(described: Union[c.Frame, c.Draft]) -> bytes:
    """Copies the user data of a frame, which is outside Python's memory."""
    return ctypes.string_at(described.user, described.info.user_bytes) if described.user else b""


_Value = TypeVar("_Value")


class _Attribute(Generic[_Value]):
    """A read-only attribute with a type for static checkers."""

    def __init__(self, read: Callable[[Any], _Value], doc: str) -> None:
        self._read = read
        self.__doc__ = doc

    def __get__(self, described: Any, owner: Any = None) -> _Value:
        if described is None:
            raise AttributeError(f"an attribute of frames, not of {owner.__name__}")
        return self._read(described._c.info)

    def __set__(self, described: Any, value: object) -> None:
        raise AttributeError("read-only: the stream sets it")


def _info_field(name: str, doc: str) -> _Attribute[int]:
    return _Attribute(lambda info: int(getattr(info, name)), doc)


def _video_field(name: str, doc: str) -> _Attribute[int]:
    return _Attribute(lambda info: int(getattr(info.video, name)), doc)


def _video_name(kind: str) -> _Attribute[str]:
    return _Attribute(lambda info: c.color_name(kind, getattr(info.video, kind)),
                 f"The {kind} that the stream gives, in the words of v4l2-ctl.")


class _Description:
    """Description of a frame without its pixels."""

    _c: Union[c.Frame, c.Draft]

    width = _video_field("width", "Width in pixels.")
    height = _video_field("height", "Height in pixels.")
    fourcc = _video_field("fourcc", "The format as V4L2's number.")
    rotation = _video_field("rotation", "Degrees clockwise to display it upright.")
    colorspace = _video_name("colorspace")
    transfer = _video_name("transfer")
    field = _video_name("field")
    siting = _video_name("siting")
    bits = _video_field("bits", "Significant bits of a 16-bit component, the low ones; 0: all.")

    @property
    def format(self) -> str:
        """The format as text: "YUYV"."""
        return c.fourcc_name(self.fourcc)

    @property
    def matrix(self) -> str:
        """The YUV matrix to use: "601", "709", "bt2020" ..."""
        return c.color_name("matrix", c.lib.tri_video_matrix(ctypes.byref(self._c.info.video)))

    @property
    def range(self) -> str:
        """The range to use: "full-range" or "lim-range"."""
        return c.color_name("range", c.lib.tri_video_range(ctypes.byref(self._c.info.video)))

    @property
    def pixel_aspect(self) -> Tuple[int, int]:
        """Width and height of a pixel; (1, 1) if the stream gives none."""
        video = self._c.info.video
        return (video.aspect_num, video.aspect_den) if video.aspect_den else (1, 1)

    @property
    def fps(self) -> Optional[float]:
        """Nominal frames per second, None if the stream gives none."""
        video = self._c.info.video
        return video.fps_num / video.fps_den if video.fps_num and video.fps_den else None


class FrameRef:
    """An acquired frame, or none. Released by any thread after the last view of it is gone, but not by
    a forked process, because the slot is its parent's."""

    def __init__(self) -> None:
        self.frame = c.Frame()
        self._pid = os.getpid()

    def __del__(self) -> None:
        if self._pid == os.getpid():
            c.lib.tri_reader_release(None, ctypes.byref(self.frame))


class Frame(_Description):
    """A frame of a stream, in its slot or, after copy(), in memory of its own.

    `planes` contain its pixels, valid for as long as the frame, a plane or an array of one lives, also
    after the reader was closed. `locked`: they cannot change; otherwise check `is_intact` after use.
    Times are CLOCK_MONOTONIC nanoseconds, as time.monotonic_ns().
    """

    _c: c.Frame

    number = _info_field("number", "Frame number: 1 for the stream's first frame, without gaps.")
    driver_sequence = _info_field("driver_sequence", "The source's count; gaps are lost frames.")
    capture_ns = _info_field("capture_ns", "Capture time from the driver.")
    publish_ns = _info_field("publish_ns", "Time of publication.")
    dropped_driver = _info_field("dropped_driver", "Frames lost by the driver since the stream began.")
    dropped_writer = _info_field("dropped_writer", "Frames lost by the writer since the stream began.")
    generation = _info_field("generation", "Number of the writer of this stream, from 1.")
    copies = _info_field("copies", "Number of copies that the writer made of the pixels.")

    def __init__(self, reader: Reader, c_frame: c.Frame,
                 memory: Union[FrameRef, ctypes.Array[ctypes.c_char]]) -> None:
        self._reader = reader
        self._c = c_frame
        self._is_copy = not isinstance(memory, FrameRef)
        self.locked = self._is_copy or bool(c.lib.tri_frame_is_locked(ctypes.byref(c_frame)))
        self.planes = _make_planes(memory, c_frame, self._is_copy, c_frame.info.bytes_used)

    @property
    def no_signal(self) -> bool:
        """Whether the writer drew this frame because its source delivers none."""
        return bool(self._c.info.flags & 1)

    @property
    def key(self) -> bool:
        """Compressed formats: can be decoded without earlier frames."""
        return bool(self._c.info.flags & c.FRAME_KEY)

    @property
    def age_ns(self) -> int:
        """Nanoseconds since capture."""
        return int(c.lib.tri_now_ns() - self._c.info.capture_ns)

    @property
    def user(self) -> bytes:
        """The bytes that the writer put beside the pixels, at most 1024; Detections.from_bytes() reads
        those of a detector."""
        return _user_of(self._c)

    @property
    def is_intact(self) -> bool:
        """Whether the memory still holds this frame: check after use if `locked` is false."""
        return self._is_copy or self._reader._check_intact(self._c)

    def copy(self) -> Frame:
        """Copies the frame into writable memory. Raises Torn if it was overwritten meanwhile."""
        size = max(self._c.shape.bytes, self._c.info.bytes_used)
        memory = ctypes.create_string_buffer(size + self._c.info.user_bytes)
        base = ctypes.addressof(memory)
        twin = c.Frame.from_buffer_copy(self._c)
        twin.lease = c.Lease()
        for p, plane in enumerate(self.planes):
            offset = self._c.shape.plane[p].offset
            ctypes.memmove(base + offset, self._c.data[p], plane.bytes)
            twin.data[p] = base + offset
        twin.user = base + size
        ctypes.memmove(twin.user, self._c.user, self._c.info.user_bytes)
        if not self.is_intact:
            raise Torn(c.ERR_TORN)
        return Frame(self._reader, twin, memory)

    def __array__(self, dtype: Any = None,
                  copy: Optional[bool] = None) -> numpy.ndarray[Any, Any]:
        """Views the plane of a format with one plane, without copying: numpy.asarray(frame)."""
        import numpy
        if len(self.planes) != 1:
            raise ValueError(f"{self.format} has {len(self.planes)} planes: use frame.planes[i]")
        array = numpy.asarray(self.planes[0], dtype=dtype)
        return array.copy() if copy else array

    def __repr__(self) -> str:
        return f"<triptych.Frame {self.number}: {self.width}x{self.height} {self.format}>"


CLOCK_AHEAD_NS = 60 * 10**9


class SlotRef:
    """The slot of a draft, or none. Returned to the writer after the draft and all views of it are
    gone; until then no other draft uses it."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.draft = c.Draft()

    def __del__(self) -> None:
        self.writer._release(self.draft)

    def describe_without_slot(self) -> None:
        """Provides memory of this process, because no slot was free."""
        draft = self.draft
        draft.info.video = self.writer.video
        check(c.lib.tri_video_shape(ctypes.byref(draft.info.video), ctypes.byref(draft.shape)))
        self._memory = ctypes.create_string_buffer(draft.shape.bytes + c.USER_MAX)
        draft.user = ctypes.addressof(self._memory) + draft.shape.bytes
        for p in range(draft.shape.planes):
            draft.data[p] = ctypes.addressof(self._memory) + draft.shape.plane[p].offset


class Draft(_Description):
    """A frame being written: fill its `planes`, set its attributes, then call publish().

    As a context manager it is published at the end of the block, and cancelled if the block raises. If
    no slot was free, `dropped` is true: the draft has memory of its own and is never published.
    Published pixels belong to readers: planes and arrays may still be read, also after the writer was
    closed, but not written. Each occupies its slot for as long as it lives. `user` and assignments
    raise ValueError then.
    """

    def __init__(self, slot_ref: SlotRef, dropped: bool = False) -> None:
        self.dropped = dropped
        if dropped:
            slot_ref.describe_without_slot()
        self._c = slot_ref.draft
        self._slot_ref: Optional[SlotRef] = slot_ref
        self.planes = _make_planes(slot_ref, slot_ref.draft, True)

    @property
    def user(self) -> bytes:
        """Up to 1024 bytes of user data for readers."""
        self._check_unpublished()
        return _user_of(self._c)

    @user.setter
    def user(self, data: bytes) -> None:
        self._check_unpublished()
        data = memoryview(data).tobytes()  # bytes(5) would be five zeros
        if len(data) > c.USER_MAX:
            raise ValueError(f"{len(data)} bytes of user data: a frame carries {c.USER_MAX}")
        ctypes.memmove(self._c.user, data, len(data))
        self._c.info.user_bytes = len(data)

    @property
    def capture_ns(self) -> int:
        """Capture time, CLOCK_MONOTONIC nanoseconds; 0: time of publication."""
        return int(self._c.info.capture_ns)

    @capture_ns.setter
    def capture_ns(self, value: int) -> None:
        self._check_unpublished()
        if not 0 <= value <= c.lib.tri_now_ns() + CLOCK_AHEAD_NS:
            raise ValueError(f"capture_ns {value}: not a time of CLOCK_MONOTONIC up to now; take it "
                             "from time.monotonic_ns()")
        self._c.info.capture_ns = value

    @property
    def bytes_used(self) -> int:
        """Bytes of a compressed frame."""
        return int(self._c.info.bytes_used)

    @bytes_used.setter
    def bytes_used(self, value: int) -> None:
        self._check_unpublished()
        self._c.info.bytes_used = c.number("bytes_used", value, 2**64 - 1)

    def publish(self) -> None:
        """Makes it the newest frame of the stream. Raises ValueError if it was published or cancelled,
        and if an attribute is out of range: then the frame is dropped."""
        slot_ref = self._check_unpublished()
        self._detach()
        if not self.dropped:
            slot_ref.writer._publish(slot_ref.draft)

    def cancel(self) -> None:
        """Drops the frame unpublished."""
        self._detach()

    def _check_unpublished(self) -> SlotRef:
        """Returns the slot. Raises ValueError once it is no longer this draft's."""
        if self._slot_ref is None:
            raise ValueError("this draft is published or cancelled already")
        return self._slot_ref

    def _detach(self) -> None:
        """Hands the slot over."""
        self._slot_ref = None
        self.planes = []

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None and self._slot_ref is not None:
            self.publish()
        else:
            self.cancel()
