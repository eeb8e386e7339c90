"""What the head and the body of a request may take, decided before anything is kept: Django would first write a body to disk.

The server counts a head only while it waits for its end; one that arrives at once, or behind another, is counted here.
A form is small. A record to read may be large, and only a signed-in person sends one. Either has so long to arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.urls import reverse

from tenuto.clinic.config.connections import HEAD_BYTES
from tenuto.clinic.interop.api import MAX_BYTES

__all__ = ["limit_bodies"]

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

FORM_BYTES = 1_000_000
"""The most that any form needs: a policy in full, with room; the same as DATA_UPLOAD_MAX_MEMORY_SIZE."""
AROUND_A_FILE = 100_000
"""What a form puts around the file that it sends."""
FORM_SECONDS, RECORD_SECONDS = 30, 300
HEAD_TOO_LARGE = f"Address and headers are larger than {HEAD_BYTES // 1024} kB. Nothing was read."


class _TooMuch(Exception):
    """More came than may."""


def limit_bodies(application: Application) -> Application:
    """The same application, which never sees a head or a body that is too large, or a body that is too slow."""

    async def limited(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await application(scope, receive, send)
        if _head_size(scope) > HEAD_BYTES:
            return await _refuse(send, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, HEAD_TOO_LARGE)
        record = scope["path"] == reverse("interop:bundles") and await sync_to_async(_is_signed_in)(scope)
        most = MAX_BYTES + AROUND_A_FILE if record else FORM_BYTES
        if _told_size(scope) > most:
            return await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(most))
        body = _Body(receive, most, RECORD_SECONDS if record else FORM_SECONDS)
        begun = False

        async def note_and_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await application(scope, body.receive, note_and_send)
        except _TooMuch:
            if not begun:
                await _refuse(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(most))
        except TimeoutError:
            if not body.late or begun:
                raise
            await _refuse(
                send, HTTPStatus.REQUEST_TIMEOUT, "What was sent did not arrive in time. Send it again."
            )

    return limited


class _Body:
    """Hands a body on piece by piece while it is small enough and in time."""

    def __init__(self, receive: Receive, most: int, seconds: float) -> None:
        self._receive, self._left = receive, most
        self._until = asyncio.get_running_loop().time() + seconds
        self._more, self.late = True, False

    async def receive(self) -> Message:
        """The next piece; after the last one, whatever the server says next."""
        if not self._more:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            self.late = True
            raise
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooMuch
        self._more = bool(message.get("more_body", False))
        return message


def _head_size(scope: Message) -> int:
    """The bytes of the address and the headers, each of which stands on a line with a colon and a space."""
    address = len(scope.get("raw_path") or scope["path"]) + len(scope.get("query_string", b""))
    return address + sum(len(name) + len(value) + 4 for name, value in scope["headers"])


def _told_size(scope: Message) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"")
    # What is no number the server has refused; one of very many digits is too large in any case.
    return int(text[:18]) if text.isdigit() else 0


def _is_signed_in(scope: Message) -> bool:
    """Whether the request carries the session of somebody who signed in."""
    cookie = SimpleCookie()
    try:
        cookie.load(dict(scope["headers"]).get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return False
    morsel = cookie.get(settings.SESSION_COOKIE_NAME)
    if morsel is None:
        return False
    session = import_module(settings.SESSION_ENGINE).SessionStore(morsel.value)
    return SESSION_KEY in session


def _too_large(most: int) -> str:
    return f"What was sent is larger than {most / 1_000_000:.0f} MB, the most that this page takes. Nothing was saved."


async def _refuse(send: Send, status: HTTPStatus, text: str) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
