# SPDX-License-Identifier: MIT
"""Ends the main thread's wait in the library when a signal arrives.

Python runs signal handlers between bytecodes. A signal that ends a system call is therefore seen at
once, but one that arrives just before the call would wait for the call's end. With set_wakeup_fd()
Python also writes each signal to a pipe; a thread waits there and interrupts the reader.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Callable
from typing import Optional

_BYTES = 4096  # of signal numbers at a time


class _Waker:
    """The pipe and its thread, one for the process, from the first wait on."""

    def __init__(self) -> None:
        self.interrupt: Optional[Callable[[], None]] = None  # of the wait in progress
        self.signalled = False  # the pipe is not empty
        self.read_fd, self.write_fd = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self.poll = select.epoll()
        self.poll.register(self.read_fd, select.EPOLLIN | select.EPOLLET)  # the waits read it
        threading.Thread(target=self._run, name="triptych-signals", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.poll.poll()
            self.signalled = True
            self._end_wait()

    def _end_wait(self) -> None:
        interrupt = self.interrupt
        if interrupt:
            interrupt()

    def pass_on(self, fd: int) -> None:
        """Empties the pipe into the descriptor that was set before it, -1: none."""
        self.signalled = False
        with contextlib.suppress(OSError):  # no signal, or that one is full or closed
            numbers = os.read(self.read_fd, _BYTES)
            if fd >= 0:
                os.write(fd, numbers)

    def close(self) -> None:
        self.poll.close()
        os.close(self.read_fd)
        os.close(self.write_fd)


_waker: Optional[_Waker] = None


def _after_fork() -> None:
    global _waker
    if _waker:
        _waker.close()  # the child has no such thread
    _waker = None


os.register_at_fork(after_in_child=_after_fork)


class Interrupting:
    """Until the end of the block, calls `interrupt` at each signal, in another thread. Does nothing
    with None, and outside of the main thread of the main interpreter: Python handles no signals
    there."""

    def __init__(self, interrupt: Optional[Callable[[], None]]) -> None:
        self._interrupt = interrupt
        self._waker: Optional[_Waker] = None
        self._outer: Optional[Callable[[], None]] = None
        self._fd = -1

    def __enter__(self) -> None:
        global _waker
        if not self._interrupt or threading.current_thread() is not threading.main_thread():
            return
        if not _waker:
            _waker = _Waker()
        try:
            self._fd = signal.set_wakeup_fd(_waker.write_fd, warn_on_full_buffer=False)
        except ValueError:  # in a sub-interpreter
            return
        if self._fd == _waker.write_fd:  # an exception came between the two lines of another wait
            self._fd = -1
        self._waker = _waker
        self._outer = _waker.interrupt  # a signal handler may wait while its main program waits
        _waker.interrupt = self._interrupt

    def __exit__(self, *_: object) -> None:
        waker = self._waker
        if waker:
            waker.interrupt = self._outer
            signal.set_wakeup_fd(self._fd)
            if waker.signalled or self._fd >= 0:
                waker.pass_on(self._fd)
