"""Ctrl-C while a run is under way: the first asks it to end well, the second ends it at once."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupt:
    """`with Interrupt() as stop:` where stop.is_set() turns true at the first SIGINT or SIGTERM.

    The run looks at it between iterations, writes its last checkpoint and ends `unfinished`. A second Ctrl-C raises
    KeyboardInterrupt wherever the program is; the record is still whole, since it is only ever replaced whole.
    SIGTERM is what a batch system sends before its time limit. Does nothing outside the main thread.
    """

    def __init__(self) -> None:
        """The flag is down; nothing is caught yet."""
        self._flag = threading.Event()
        self._previous: dict[int, Any] = {}
        self.by_keyboard = False

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._previous[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def is_set(self) -> bool:
        """Whether somebody asked the run to end."""
        return self._flag.is_set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._flag.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.by_keyboard = number == signal.SIGINT
        self._flag.set()
        # print() may already be at work on this stream when the signal comes; write() cannot be caught halfway
        os.write(2, b"\nending after this iteration, with a checkpoint; Ctrl-C again ends at once\n")
