# SPDX-License-Identifier: MIT
"""Reports streams that appear, change and end."""

from __future__ import annotations

import ctypes
import select
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple, Optional

from . import _library as c
from ._error import check
from ._event_loop import readable
from ._stream import STATES

_TYPES = {0: "added", 1: "changed", 2: "removed"}


class Event(NamedTuple):
    """A change of a stream. `type`: added, changed, removed; `state` as in streams()."""
    type: str
    name: str
    state: str


class Watch:
    """Events of all streams of this IPC namespace: first one of each stream that exists.

    Iterate over it, with `for` or `async for`, or wait for fileno() in an event loop and call poll().
    Threads: one at a time. Not for use after a fork.
    """

    def __init__(self) -> None:
        self._monitor = ctypes.c_void_p()
        check(c.lib.tri_stream_monitor_open(ctypes.byref(self._monitor)))

    def fileno(self) -> int:
        """A descriptor that is readable while poll() would return an event. Raises ValueError after
        close()."""
        if not self._monitor:
            raise ValueError("this Watch is closed")
        fd: int = c.lib.tri_stream_monitor_fd(self._monitor)
        return fd

    def poll(self) -> Optional[Event]:
        """Returns the next event, or None. Never waits."""
        event = c.StreamEvent()
        self.fileno()
        code = c.lib.tri_stream_monitor_next(self._monitor, ctypes.byref(event))
        if code == c.ERR_TIMEOUT:
            return None
        check(code)
        return Event(_TYPES[event.type], event.name.decode(), STATES[event.state])

    def __iter__(self) -> Iterator[Event]:
        while self._monitor:
            event = self.poll()
            if event:
                yield event
            else:
                select.select([self], [], [])

    async def __aiter__(self) -> AsyncIterator[Event]:
        while self._monitor:
            event = self.poll()
            if event:
                yield event
            else:
                await readable(self.fileno())

    def close(self) -> None:
        """A second call does nothing."""
        c.lib.tri_stream_monitor_close(ctypes.byref(self._monitor))

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if getattr(self, "_monitor", None):
            self.close()


def watch() -> Watch:
    """Opens a Watch: `for event in triptych.watch(): ...`"""
    return Watch()
