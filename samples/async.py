#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prints the rate of every stream in one asyncio loop, for streams that appear and end.

    PYTHONPATH=plugins/python samples/async.py
"""
import asyncio
import time

import triptych


async def print_rate(name):
    """Counts a stream's frames for as long as it exists."""
    frames, since = 0, time.monotonic()
    with triptych.Reader(name) as reader:
        async for _ in reader:
            frames += 1
            if time.monotonic() - since >= 1:
                print(f"{name}: {frames} frames a second", flush=True)
                frames, since = 0, time.monotonic()


async def main():
    tasks = {}
    with triptych.watch() as events:
        async for event in events:
            if event.type == "added":
                tasks[event.name] = asyncio.create_task(print_rate(event.name))
            elif event.type == "removed" and event.name in tasks:
                tasks.pop(event.name).cancel()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
