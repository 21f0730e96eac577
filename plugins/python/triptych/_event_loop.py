# SPDX-License-Identifier: MIT
"""Waits in asyncio's event loop."""


async def readable(fd: int) -> None:
    """Returns when `fd` is readable. It is in the loop only meanwhile."""
    import asyncio  # only where it is used: it takes longer than all of this module
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    loop.add_reader(fd, event.set)
    try:
        await event.wait()
    finally:
        loop.remove_reader(fd)
