# SPDX-License-Identifier: MIT
"""One of any number of consumers of a stream."""

import ctypes
import time

from . import _library as c
from ._error import check
from ._frame import Frame
from ._log import Log

_STATES = {0: "waiting", 1: "live", 2: "away"}
_SLICE_MS = 100  # how long Ctrl-C may go unheard


class Reader:
    """Reads the stream `name`, which need not exist yet, and follows it through restarts.

    mode   which frame iteration hands over: "latest" or "next"
    wait   "block", "spin" or "paced"
    hold   lock the slots of frames in use, where permitted

    One thread at a time; frames may be let go from any.
    """

    def __init__(self, name="cam0", mode="latest", wait="block", hold=True):
        self._log = Log()
        self._handle = ctypes.c_void_p()
        self._mode = mode
        options = c.ReaderOptions(name=name.encode(), mode=c.MODES[mode], wait=c.WAITS[wait],
                                  flags=0 if hold else c.READER_NO_HOLD,
                                  log=ctypes.pointer(self._log.struct))
        check(c.lib.tri_reader_open(ctypes.byref(self._handle), ctypes.byref(options)), self._log)
        self.name = name

    def latest(self, timeout=None):
        """The newest whole frame that this reader has not seen; what was missed is skipped."""
        return self._borrow("latest", timeout)

    def next(self, timeout=None):
        """The oldest frame not yet seen that is still whole in its slot."""
        return self._borrow("next", timeout)

    def _borrow(self, mode, timeout):
        """Waits at most `timeout` seconds, then raises TimeoutError. A writer's absence is waited
        out: see `state`."""
        if not self._handle:
            raise ValueError("this reader is closed")
        c.lib.tri_reader_set_mode(self._handle, c.MODES[mode])
        end = None if timeout is None else time.monotonic() + timeout
        frame = c.Frame()
        while True:
            left = _SLICE_MS
            if end is not None:
                left = max(0, min(left, int((end - time.monotonic()) * 1000)))
            code = c.lib.tri_reader_borrow(self._handle, ctypes.byref(frame), left)
            if code == c.OK:
                return Frame(self, frame)
            over = end is not None and time.monotonic() >= end
            if code in (c.ERR_TIMEOUT, c.ERR_INTERRUPTED, c.ERR_AWAY, c.ERR_CORRUPT) and not over:
                continue
            if code in (c.ERR_INTERRUPTED, c.ERR_AWAY):
                code = c.ERR_TIMEOUT
            check(code, self._log)

    def __iter__(self):
        """Frames for ever, in this reader's mode."""
        while True:
            yield self._borrow(self._mode, None)

    def _whole(self, frame):
        if not self._handle:
            raise ValueError("this reader is closed")
        return bool(c.lib.tri_reader_whole(self._handle, ctypes.byref(frame)))

    @property
    def counts(self):
        """What was seen so far: frames, skipped, torn, dropped_driver, dropped_writer, restarts."""
        counts = c.ReaderCounts()
        if self._handle:
            c.lib.tri_reader_count(self._handle, ctypes.byref(counts))
        return {name: getattr(counts, name) for name, _ in c.ReaderCounts._fields_
                if name not in ("state", "holds")}

    @property
    def state(self):
        """"waiting" for a first frame, "live", or "away": the writer has closed or died."""
        counts = c.ReaderCounts()
        if self._handle:
            c.lib.tri_reader_count(self._handle, ctypes.byref(counts))
        return _STATES[counts.state]

    def close(self):
        """Frames at hand stay good."""
        c.lib.tri_reader_close(ctypes.byref(self._handle))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        if getattr(self, "_handle", None):
            self.close()
