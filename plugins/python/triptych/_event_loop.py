# SPDX-License-Identifier: MIT
"""Waits in asyncio's event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

# The tasks that wait for a descriptor in a loop, in order: a loop calls one function per descriptor.
_waiting: dict[tuple[asyncio.AbstractEventLoop, int], list[asyncio.Event]] = {}


async def readable(fd: int) -> None:
    """Returns when `fd` is readable. It is in the loop only meanwhile. Tasks that wait for the same one
    take turns."""
    import asyncio  # only where it is used: it takes longer than all of this module
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    events = _waiting.setdefault((loop, fd), [])
    events.append(event)
    try:
        loop.add_reader(fd, lambda: events[0].set())
        await event.wait()
    finally:
        events.remove(event)
        if not events:
            del _waiting[loop, fd]
            loop.remove_reader(fd)
