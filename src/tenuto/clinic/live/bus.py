"""Brings changes to whoever listens in this process: one thread tails the chain, each listener has a queue of its own.

Every process of the server tails for itself, so that a write in one reaches the browsers of all, without a further
service. The thread runs while somebody listens.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection

from tenuto.clinic.live.tail import LedgerChange, newest_number, read_after

__all__ = ["LOST_TRACK", "Bus", "Listener", "bus"]

EVERY_SECONDS = 0.2
"""Between two looks at the chain: a row by primary key, which costs next to nothing."""
LONGEST_QUEUE = 200
LOST_TRACK = None
"""Stands in the queue of a listener that was too slow: look at everything again."""
logger = logging.getLogger(__name__)


class Listener:
    """One open page. Use `next` in the event loop that made it."""

    def __init__(self, wants: Callable[[LedgerChange], bool]) -> None:
        self.wants = wants
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[LedgerChange | None] = asyncio.Queue(LONGEST_QUEUE)

    async def next(self, seconds: float) -> LedgerChange | None:
        """The next change, or `LOST_TRACK`. Raises TimeoutError when nothing comes."""
        return await asyncio.wait_for(self._queue.get(), seconds)

    def tell(self, change: LedgerChange) -> None:
        """Called by the tail, from its own thread."""
        self._loop.call_soon_threadsafe(self._put, change)

    def _put(self, change: LedgerChange) -> None:
        if self._queue.full():
            while not self._queue.empty():
                self._queue.get_nowait()
            self._queue.put_nowait(LOST_TRACK)
        self._queue.put_nowait(change)


class Bus:
    """The listeners of this process, and the thread that serves them."""

    def __init__(self, every: float = EVERY_SECONDS) -> None:
        self._every = every
        self._listeners: set[Listener] = set()
        self._held = threading.Lock()
        self._thread: threading.Thread | None = None

    def join(self, listener: Listener) -> None:
        """Tell this listener of every change it wants that is written from now on."""
        with self._held:
            self._listeners.add(listener)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="ledger tail", daemon=True)
                self._thread.start()

    def leave(self, listener: Listener) -> None:
        """The page was closed."""
        with self._held:
            self._listeners.discard(listener)

    def _follow(self) -> None:
        upto: int | None = None
        pause = threading.Event()
        while self._still_needed():
            try:
                upto = newest_number() if upto is None else self._once(upto)
            except DatabaseError as error:
                logger.warning("The audit chain could not be read for live pages: %s", error)
                connection.close()
            if "pool" in connection.settings_dict["OPTIONS"]:
                # One of few goes back between two looks. A file that is open disturbs nobody, and opening it costs more.
                close_old_connections()
            pause.wait(self._every)
        connection.close()

    def _still_needed(self) -> bool:
        """Whether anybody listens. Deciding to stop and forgetting the thread is one step, for `join`."""
        with self._held:
            if not self._listeners:
                self._thread = None
            return bool(self._listeners)

    def _once(self, upto: int) -> int:
        reading = read_after(upto)
        with self._held:
            listeners = tuple(self._listeners)
        for change in reading.changes:
            for listener in listeners:
                if listener.wants(change):
                    self._tell(listener, change)
        return reading.upto

    def _tell(self, listener: Listener, change: LedgerChange) -> None:
        try:
            listener.tell(change)
        except RuntimeError:  # its event loop has ended, and so has the page
            self.leave(listener)


bus = Bus()
"""The one of this process."""
