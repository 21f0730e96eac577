# SPDX-License-Identifier: MIT
"""Live video frames from and to a triptych stream, without copying.

    import numpy, triptych

    with triptych.Reader("cam0") as reader:
        for frame in reader:
            picture = numpy.asarray(frame.planes[0])  # a view of shared memory, read-only
            print(frame.number, picture.mean())

A frame's memory stays as it is for as long as the frame, one of its planes or an array made of one
is alive, where this user may hold slots (`frame.held`); elsewhere ask `frame.whole` after use, or
take a `frame.copy()`.

Threads: one at a time for one Reader or Writer; frames may be let go from any. A call that waits
lets other threads run. Processes that are forked, and sub-interpreters, open readers and writers of
their own.
"""

from ._error import Away, Error, Torn
from ._frame import Draft, Frame, Plane
from ._reader import Reader
from ._stream import streams
from ._writer import Writer

__all__ = ["Away", "Draft", "Error", "Frame", "Plane", "Reader", "Torn", "Writer", "streams"]
