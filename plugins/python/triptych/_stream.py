# SPDX-License-Identifier: MIT
"""What streams there are."""

from __future__ import annotations

import ctypes
from typing import Any

from . import _library as c
from ._error import check

_STATES = {0: "live", 1: "dead", 2: "unreadable", 3: "corrupt"}
_FIELDS = ("owner", "mode", "writer_pid", "attached", "bytes", "slots", "held", "published",
           "dropped_driver", "dropped_writer")


def streams() -> list[dict[str, Any]]:
    """All streams of this IPC namespace as dictionaries: name, source, state, owner, mode, writer_pid,
    attached, bytes, slots, held, published, dropped_driver, dropped_writer."""
    found = ctypes.POINTER(c.Stream)()
    count = ctypes.c_size_t()
    check(c.lib.tri_stream_list(ctypes.byref(found), ctypes.byref(count)))
    try:
        return [{"name": s.name.decode(), "source": s.source.decode(), "state": _STATES[s.state],
                 **{field: getattr(s, field) for field in _FIELDS}} for s in found[:count.value]]
    finally:
        c.free(found)
