"""What one connection may take: so long to say what it wants, so much of it in lines, and so many that have not said it yet.

A server waits for the end of a request's head; whoever never ends theirs would keep a place for ever. Each has a few seconds,
and when too many are unfinished at once, the oldest go first: a browser's head arrives whole within one of them.

A request ends where both the proxy and this server believe that it ends. What two programs may read in two ways is refused:
else the rest of one person's request is taken for the beginning of the next person's.
"""

from __future__ import annotations

import asyncio
import re
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["GuardedConnection", "server_options"]

HEAD_SECONDS = 10
"""A proxy sends the head of a request at once, and a telephone in a tunnel within a few seconds."""
HEAD_BYTES = 32 * 1024
"""Address and headers together. Browsers send about two thousand; a posted form waits in the body."""
UNFINISHED = 200
"""Connections whose request has not been told yet, of all clients."""
CONNECTIONS = 1000
"""Of all kinds, pages that listen for changes included; beyond, a request is answered with 503."""
IDLE_SECONDS = 5
"""How long a connection stays open for a next request."""


_END_OF_HEAD = re.compile(rb"\n\r?\n")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_FOLDED = re.compile(rb"\n[ \t]")
_SIZE_TOLD = re.compile(rb"(?im)^(content-length|transfer-encoding)[ \t]*:(.*)$")


def _ambiguous(head: bytes) -> str:
    """Why the size of a request's body could be read in two ways; empty when it can't (RFC 9112, sections 2.2, 5.2 and 6)."""
    if _BARE_LINE_FEED.search(head):
        return "a line that ends without a carriage return"
    if _FOLDED.search(head):
        return "a header on two lines"
    told = _SIZE_TOLD.findall(head)
    if len(told) > 1:
        return "the size of the body told more than once"
    if told and b"," in told[0][1]:
        return "several sizes of the body in one header"
    if told and told[0][0].lower() == b"transfer-encoding" and head.partition(b"\r\n")[0][-8:] != b"HTTP/1.1":
        return "a body in chunks in another version than HTTP/1.1"
    return ""


class StrictRequests(h11.Connection):
    """Reads requests as h11 does, and refuses those that a proxy before it could read otherwise."""

    def next_event(self) -> Any:
        """The next event. Raises h11.RemoteProtocolError for a head whose size can be read in two ways."""
        if self.their_state is h11.IDLE:
            told, _ = self.trailing_data
            end = _END_OF_HEAD.search(told)
            why = _ambiguous(told[: end.end()]) if end else ""
            if why:
                raise h11.RemoteProtocolError(f"The request has {why}.")
        return super().next_event()


class GuardedConnection(H11Protocol):
    """A connection that must tell its request in time, and in one way."""

    _unfinished: dict[GuardedConnection, None] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.conn = StrictRequests(h11.SERVER, self.config.h11_max_incomplete_event_size or HEAD_BYTES)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first request."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._late: asyncio.TimerHandle | None = None
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Stop to wait when the request has been told whole."""
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """Wait for the next request; the server itself closes a connection that stays quiet."""
        super().on_response_complete()
        if not self.transport.is_closing() and self.cycle.response_complete:
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        self._stop_waiting()
        self._late = self.loop.call_later(HEAD_SECONDS, self._give_up)
        self._unfinished[self] = None
        if len(self._unfinished) > UNFINISHED:
            next(iter(self._unfinished))._give_up()

    def _stop_waiting(self) -> None:
        self._unfinished.pop(self, None)
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _give_up(self) -> None:
        self._stop_waiting()
        self.transport.abort()


def server_options() -> dict[str, Any]:
    """What `tenuto serve` asks of its server."""
    return {
        "http": GuardedConnection,
        "ws": "none",
        "h11_max_incomplete_event_size": HEAD_BYTES,
        "limit_concurrency": CONNECTIONS,
        "timeout_keep_alive": IDLE_SECONDS,
        "server_header": False,
    }
