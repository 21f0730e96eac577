# SPDX-License-Identifier: MIT
"""Frames and their planes: views of shared memory that keep it theirs for as long as they live."""

import ctypes

from . import _library as c
from ._error import Torn, check


def format_of(fourcc):
    """The row of triptych's table of formats."""
    found = c.lib.tri_format_find(fourcc)
    if not found:
        raise ValueError(f"unknown format 0x{fourcc:08x}")
    return found.contents


class Plane:
    """One plane of a picture. `numpy.asarray(plane)` views it without copying.

    Its array is rows x groups x components: (height, width, 3) of RGB3, (height/2, width/2, 2) of
    NV12's second plane, (height, width) of a plane of single components, and (bytes,) of MJPG; of
    uint8, or uint16 where components are 16 bits wide. Packed YUV 4:2:2 is (height, width/2, 4).
    """

    def __init__(self, owner, address, shape, strides, typestr, bytes_, writable):
        self._owner = owner  # keeps the memory ours
        self.bytes = bytes_
        self.shape = shape
        self.strides = strides
        self._address = address
        self._writable = writable
        self.__array_interface__ = {"version": 3, "shape": shape, "strides": strides,
                                    "typestr": typestr, "data": (address, not writable)}

    def view(self):
        """The plane's bytes, row padding included, as a memoryview."""
        array = (ctypes.c_ubyte * self.bytes).from_address(self._address)
        array.owner = self._owner
        view = memoryview(array).cast("B")
        return view if self._writable else view.toreadonly()


def _make_planes(owner, frame, writable):
    format_ = format_of(frame.info.video.fourcc)
    wide = format_.depth > 8
    item = 2 if wide or format_.name == b"RGBP" else 1
    planes = []
    for p in range(frame.shape.planes):
        told = frame.shape.plane[p]
        if told.rows == 0:  # compressed
            used = frame.info.bytes_used if not writable else told.bytes
            shape, strides = (used,), (1,)
            bytes_ = used
        else:
            group = format_.plane[p].bytes // item
            shape, strides = (told.rows, told.row_bytes // (group * item)), (told.stride,
                                                                             group * item)
            if group > 1:
                shape, strides = shape + (group,), strides + (item,)
            bytes_ = told.stride * (told.rows - 1) + told.row_bytes
        planes.append(Plane(owner, frame.data[p], shape, strides, "<u2" if item == 2 else "|u1",
                            bytes_, writable))
    return planes


class _Described:
    """What a frame says besides its pixels. Times are CLOCK_MONOTONIC nanoseconds."""

    _c = None

    number = property(lambda self: self._c.info.number)
    driver_sequence = property(lambda self: self._c.info.driver_sequence)
    capture_ns = property(lambda self: self._c.info.capture_ns)
    publish_ns = property(lambda self: self._c.info.publish_ns)
    dropped_driver = property(lambda self: self._c.info.dropped_driver)
    dropped_writer = property(lambda self: self._c.info.dropped_writer)
    generation = property(lambda self: self._c.info.generation)
    copies = property(lambda self: self._c.info.copies)
    no_signal = property(lambda self: bool(self._c.info.flags & 1))
    width = property(lambda self: self._c.info.video.width)
    height = property(lambda self: self._c.info.video.height)
    fourcc = property(lambda self: self._c.info.video.fourcc)
    format = property(lambda self: format_of(self.fourcc).name.decode())
    rotation = property(lambda self: self._c.info.video.rotation)

    @property
    def fps(self):
        """Frames a second as the stream says, None if it does not."""
        video = self._c.info.video
        return video.fps_num / video.fps_den if video.fps_num and video.fps_den else None

    @property
    def age_ns(self):
        """Nanoseconds since the picture was taken."""
        return c.lib.tri_now_ns() - self.capture_ns

    @property
    def user(self):
        """The writer's own bytes."""
        return bytes(self._c.info.user[:self._c.info.user_bytes])


class _Loan:
    """A borrowed frame: given back when the last view of it is gone. Any thread."""

    def __init__(self, frame):
        self.frame = frame

    def __del__(self):
        c.lib.tri_reader_give_back(None, ctypes.byref(self.frame))


class Frame(_Described):
    """A frame of a stream, in its slot or, after copy(), in memory of its own."""

    def __init__(self, reader, c_frame, memory=None):
        self._reader = reader
        self._c = c_frame
        self._memory = memory
        self.held = memory is not None or bool(c.lib.tri_frame_held(ctypes.byref(c_frame)))
        self.planes = _make_planes(memory if memory is not None else _Loan(c_frame), c_frame,
                                   memory is not None)

    @property
    def whole(self):
        """Whether the memory still is this frame: ask after use where `held` is false."""
        if self._memory is not None:
            return True
        return self._reader._whole(self._c)

    def copy(self):
        """The frame in memory of its own, writable. Raises Torn if it was overwritten meanwhile."""
        memory = ctypes.create_string_buffer(max(self._c.shape.bytes, self._c.info.bytes_used))
        base = ctypes.addressof(memory)
        twin = c.Frame.from_buffer_copy(self._c)
        twin.lease = c.Lease()
        for p, plane in enumerate(self.planes):
            offset = self._c.shape.plane[p].offset
            ctypes.memmove(base + offset, self._c.data[p], plane.bytes)
            twin.data[p] = base + offset
        if not self.whole:
            raise Torn(c.ERR_TORN)
        return Frame(self._reader, twin, memory)

    def __array__(self, dtype=None):
        import numpy
        if len(self.planes) != 1:
            raise ValueError(f"{self.format} has {len(self.planes)} planes: use frame.planes[i]")
        return numpy.asarray(self.planes[0], dtype=dtype)

    def __repr__(self):
        return f"<triptych.Frame {self.number}: {self.width}x{self.height} {self.format}>"


class Draft(_Described):
    """A frame being written. As a context manager it is published at the end of the block, and
    dropped if the block raises."""

    def __init__(self, writer, c_draft):
        self._writer = writer
        self._c = c_draft
        self.planes = _make_planes(self, c_draft, True)

    @property
    def user(self):
        return bytes(self._c.info.user[:self._c.info.user_bytes])

    @user.setter
    def user(self, data):
        if len(data) > c.USER_MAX:
            raise ValueError(f"{len(data)} bytes of user data: a frame carries {c.USER_MAX}")
        ctypes.memmove(self._c.info.user, bytes(data), len(data))
        self._c.info.user_bytes = len(data)

    @property
    def capture_ns(self):
        return self._c.info.capture_ns

    @capture_ns.setter
    def capture_ns(self, value):
        self._c.info.capture_ns = value

    @property
    def bytes_used(self):
        return self._c.info.bytes_used

    @bytes_used.setter
    def bytes_used(self, value):
        self._c.info.bytes_used = value

    def publish(self):
        """Makes it the newest frame of the stream. Its planes must not be written any more."""
        writer, self._writer = self._writer, None
        if writer is None:
            raise ValueError("this draft is published or cancelled already")
        check(c.lib.tri_writer_publish(writer._handle, ctypes.byref(self._c)), writer._log)

    def cancel(self):
        """Drops it: nobody will have seen it."""
        writer, self._writer = self._writer, None
        if writer is not None:
            c.lib.tri_writer_cancel(writer._handle, ctypes.byref(self._c))

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None and self._writer is not None:
            self.publish()
        else:
            self.cancel()

    def __del__(self):
        self.cancel()
