# SPDX-License-Identifier: MIT
"""Reads and writes the live video frames of a triptych stream without copying.

    import numpy, triptych

    with triptych.Reader("cam0") as reader:
        for frame in reader:
            picture = numpy.asarray(frame.copy().planes[0])  # yours: draw on it, keep it
            luma = numpy.asarray(frame.planes[0])  # no copy: shared memory, read-only
            print(frame.number, luma.mean())

Draw on copies only. The memory of other frames is read-only: numpy refuses to write to it, but a C
library that ignores numpy's flag, such as OpenCV 4.6, ends the process with SIGSEGV.

While `frame.locked` is true, the memory behind a frame, its planes and their arrays does not change.
Otherwise check `frame.is_intact` after use, or take a `frame.copy()`.

Threads: any; a lock serialises calls of one Reader or Writer. A call that waits lets other threads
run, and ends when one of them closes. Forked processes and sub-interpreters open readers and writers
of their own.
"""

from . import _library
from ._detections import Detection, Detections
from ._error import NoWriter, Error, Torn
from ._frame import Draft, Frame, Plane
from ._reader import Reader
from ._stream import streams
from ._watch import Event, Watch, watch
from ._writer import Writer

__version__ = _library.VERSION
__all__ = ["NoWriter", "Detection", "Detections", "Draft", "Error", "Event", "Frame", "Plane", "Reader",
           "Torn", "Watch", "Writer", "streams", "watch"]
