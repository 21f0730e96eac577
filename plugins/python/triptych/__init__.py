# SPDX-License-Identifier: MIT
"""Live video frames from and to a triptych stream, without copying.

    import numpy, triptych

    with triptych.Reader("cam0") as reader:
        for frame in reader:
            picture = numpy.asarray(frame.copy().planes[0])  # yours: draw on it, keep it
            luma = numpy.asarray(frame.planes[0])  # no copy: shared memory, for looking only
            print(frame.number, luma.mean())

Never draw on an array of a frame that is no copy. numpy refuses to write to it, but a C library that
does not ask, as OpenCV 4.6, ends the process with SIGSEGV: the memory itself is read-only.

A frame's memory stays as it is for as long as the frame, one of its planes or an array made of one
is alive, where this user may hold slots (`frame.locked`); elsewhere ask `frame.is_intact` after use, or
take a `frame.copy()`.

Threads: any; those that call one Reader or Writer take turns. A call that waits lets other threads
run, and ends when another one closes. Processes that are forked, and sub-interpreters, open readers
and writers of their own.
"""

from . import _library
from ._error import NoWriter, Error, Torn
from ._frame import Draft, Frame, Plane
from ._reader import Reader
from ._stream import streams
from ._writer import Writer

__version__ = _library.VERSION
__all__ = ["NoWriter", "Draft", "Error", "Frame", "Plane", "Reader", "Torn", "Writer", "streams"]
