"""Whoever floods the served clinic: half-told requests, endless bodies, large forms of strangers. Others are answered."""

from __future__ import annotations

import asyncio
import contextlib
import re

import pytest
import uvicorn
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from tenuto.clinic.config import bodies, connections
from tenuto.clinic.config.bodies import FORM_BYTES, limit_bodies
from tenuto.clinic.config.connections import UNFINISHED, GuardedConnection, server_options
from tenuto.clinic.interop.fhir.loading import MAX_BYTES
from tests.patience import PATIENCE


async def answering(scope, receive, send):
    """An application that reads what is sent, as Django does, and says how much it was."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


class Served:
    """The real server, with its options and what stands around the program, around a small application."""

    async def __aenter__(self):
        limited = limit_bodies(answering)
        config = uvicorn.Config(limited, port=0, log_level="critical", lifespan="off", **server_options())
        self.server = uvicorn.Server(config)
        self.running = asyncio.create_task(self.server.serve())
        while not self.server.started:
            await asyncio.sleep(0.01)
        self.port = self.server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self.server.should_exit = True
        await self.running

    async def connect(self, sent: bytes):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(sent)
        await writer.drain()
        return reader, writer

    async def get(self) -> bytes:
        reader, writer = await self.connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = await reader.read()
        writer.close()
        return answer


HALF = b"GET /sign-in/ HTTP/1.1\r\nHost: x\r\nX-Slow: "


def test_six_hundred_half_told_requests_keep_nobody_out(record_property):
    async def attack() -> int:
        async with Served() as served:
            opened = [await served.connect(HALF) for _ in range(600)]
            assert (await served.get()).startswith(b"HTTP/1.1 200")
            kept = len(GuardedConnection._unfinished)
            for _, writer in opened:
                writer.close()
            return kept

    record_property("inputs", 600)
    assert asyncio.run(attack()) <= UNFINISHED


def test_a_head_that_never_ends_is_given_up(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.2)

    async def attack() -> bytes:
        async with Served() as served:
            reader, writer = await served.connect(HALF)
            try:
                return await asyncio.wait_for(reader.read(), PATIENCE)
            except ConnectionResetError:
                return b""
            finally:
                writer.close()

    assert asyncio.run(attack()) == b""


def test_a_connection_that_goes_on_is_given_time_for_each_request(monkeypatch):
    monkeypatch.setattr(connections, "HEAD_SECONDS", 0.5)

    async def visit() -> list[bytes]:
        async with Served() as served:
            reader, writer = await served.connect(b"")
            answers = []
            for _ in range(4):
                await asyncio.sleep(0.3)
                writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                answers.append((await reader.readuntil(b"0\r\n\r\n"))[:15])
            writer.close()
            return answers

    assert asyncio.run(visit()) == [b"HTTP/1.1 200 OK"] * 4


def test_a_head_of_megabytes_is_refused():
    async def attack() -> bytes:
        async with Served() as served:
            reader, writer = await served.connect(
                b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Much: y\r\n" * 10_000
            )
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(attack()).startswith(b"HTTP/1.1 400")


def head_of(size: int, how: str) -> bytes:
    """A whole head of about so many bytes, most of it in one place."""
    line, more = b"GET /", b""
    if how == "address":
        line += b"?" + b"a" * size
    elif how == "one header":
        more = b"X-Much: " + b"a" * size + b"\r\n"
    else:
        more = b"X-Much: yyyyyyyyyy\r\n" * (size // 20)
    return line + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + more + b"\r\n"


async def asked(served: Served, *sent: bytes, apart: bool = False) -> list[bytes]:
    """The status of each answer to what is sent on one connection, at once or `apart`. A connection that is shut answers nothing."""
    reader, writer = await served.connect(sent[0] if apart else b"".join(sent))
    answer = b""
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        for piece in sent[1:] if apart else ():
            await asyncio.sleep(0.01)
            writer.write(piece)
        while piece := await reader.read(4096):
            answer += piece
    writer.close()
    return re.findall(rb"HTTP/1\.1 (\d+)", answer)


@pytest.mark.parametrize("how", ["address", "one header", "many headers"])
@pytest.mark.parametrize("size", [40_000, 62_000, 100_000])
def test_a_large_head_that_arrives_at_once_is_refused_as_well(size, how):
    """Nothing of it was missing when the server looked, so that its own limit did not count."""

    async def attack() -> list[bytes]:
        async with Served() as served:
            return await asked(served, head_of(size, how))

    assert b"200" not in asyncio.run(attack())


def test_a_large_head_behind_a_small_one_is_refused():
    async def attack() -> list[bytes]:
        async with Served() as served:
            return await asked(served, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", head_of(40_000, "one header"))

    assert asyncio.run(attack()).count(b"200") <= 1


def test_a_head_as_large_as_a_browser_may_send_is_answered():
    async def visit() -> list[bytes]:
        async with Served() as served:
            return await asked(served, head_of(30_000, "one header"))

    assert asyncio.run(visit()) == [b"200"]


POSTED = b"POST / HTTP/1.1\r\nHost: x\r\n"
BEHIND = b"GET /behind/ HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
ONE_CHUNK = b"\r\n3\r\na=1\r\n0\r\n\r\n"
IN_TWO_WAYS = {
    "a length and chunks": POSTED + b"Content-Length: 4\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + BEHIND,
    "chunks and a length": POSTED + CHUNKED + b"Content-Length: 43\r\n\r\n0\r\n\r\n" + BEHIND,
    "one length twice": POSTED + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\na=1",
    "one length twice in one line": POSTED + b"Content-Length: 3, 3\r\n\r\na=1",
    "two lengths": POSTED + b"Content-Length: 3\r\ncontent-length: 4\r\n\r\na=1",
    "chunks twice": POSTED + CHUNKED + CHUNKED + ONE_CHUNK,
    "other codings": POSTED + b"Transfer-Encoding: identity, chunked\r\n" + ONE_CHUNK,
    "chunks on a second line": POSTED + b"Transfer-Encoding:\r\n chunked\r\n" + ONE_CHUNK,
    "a length on a second line": POSTED + b"X-A: b\r\n\tContent-Length: 3\r\n\r\na=1",
    "lines without returns": b"GET / HTTP/1.1\nHost: x\n\n" + BEHIND,
    "one line without a return": POSTED + b"X-A: b\n" + CHUNKED + ONE_CHUNK,
    "a space before the colon": POSTED + b"Content-Length : 3\r\n\r\na=1",
    "chunks in version 1.0": POSTED.replace(b"1.1", b"1.0") + CHUNKED + ONE_CHUNK + BEHIND,
    "a length below nothing": POSTED + b"Content-Length: -3\r\n\r\na=1",
    "a length in base 16": POSTED + b"Content-Length: 0x3\r\n\r\na=1",
}


@pytest.mark.parametrize("name", IN_TWO_WAYS)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(name, record_property):
    """What a proxy reads as one request and this server as two would put a stranger's words before the next person's."""
    record_property("inputs", 2)
    raw = IN_TWO_WAYS[name]
    half = len(raw) // 2

    async def attack() -> tuple[list[bytes], list[bytes]]:
        async with Served() as served:
            return await asked(served, raw), await asked(served, raw[:half], raw[half:], apart=True)

    at_once, apart = asyncio.run(attack())
    assert at_once == [b"400"]
    # What is still sent to a connection that was shut can cost its answer.
    assert apart in ([b"400"], [])


def test_an_ambiguous_request_behind_a_plain_one_is_refused():
    async def attack() -> list[bytes]:
        async with Served() as served:
            return await asked(
                served, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", IN_TWO_WAYS["a length and chunks"]
            )

    assert asyncio.run(attack()) == [b"200", b"400"]


@pytest.mark.parametrize(
    "size", [b"-1", b"+3", b"0x3", b" 3", b"", b"g", b"F" * 21, b"3;a\nb", b"3\r", b"3\0", b"1_0"]
)
def test_a_chunk_of_no_size_is_refused(size):
    async def attack() -> list[bytes]:
        async with Served() as served:
            body = size + b"\r\na=1\r\n0\r\n\r\n"
            return await asked(served, POSTED + CHUNKED + b"\r\n" + body)

    assert b"200" not in asyncio.run(attack())


@pytest.mark.parametrize(
    "sent", [POSTED + CHUNKED + ONE_CHUNK, POSTED + b"Content-Length: 3\r\n\r\na=1", BEHIND]
)
def test_requests_of_one_size_are_answered_one_after_the_other(sent):
    async def visit() -> list[bytes]:
        async with Served() as served:
            return await asked(
                served, sent, sent, BEHIND.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
            )

    assert asyncio.run(visit()) == [b"200"] * 3


# Bodies, as the application behind the server meets them.


class Post:
    """A request whose body comes in pieces; counts how many were taken."""

    def __init__(self, path: str, pieces: list[bytes], *, told: int | None = None, cookie: str = "") -> None:
        headers = [(b"content-type", b"multipart/form-data; boundary=x")]
        headers += [(b"content-length", str(told).encode())] if told is not None else []
        headers += [(b"cookie", cookie.encode())] if cookie else []
        self.scope = {"type": "http", "method": "POST", "path": path, "headers": headers}
        self.pieces, self.taken, self.answer = pieces, 0, []

    async def receive(self):
        if self.taken == len(self.pieces):
            await asyncio.sleep(3600)
        self.taken += 1
        return {
            "type": "http.request",
            "body": self.pieces[self.taken - 1],
            "more_body": self.taken < len(self.pieces) or self.unfinished,
        }

    unfinished = False

    async def send(self, message):
        self.answer.append(message)

    @property
    def status(self) -> int:
        return self.answer[0]["status"]

    @property
    def text(self) -> str:
        return self.answer[1]["body"].decode()


def given(post: Post) -> Post:
    asyncio.run(limit_bodies(answering)(post.scope, post.receive, post.send))
    return post


PIECE = b"x" * 65_536


def test_three_hundred_megabytes_of_a_stranger_are_refused_before_the_first_is_taken():
    post = given(Post("/sign-in/", [PIECE] * 10, told=300_000_000))
    assert (post.status, post.taken) == (413, 0)
    assert "larger than 1 MB" in post.text


def test_a_body_that_does_not_tell_its_size_is_cut_where_it_is_too_large():
    post = given(Post("/sign-in/", [PIECE] * 1000))
    assert post.status == 413
    assert post.taken == FORM_BYTES // len(PIECE) + 1


@pytest.mark.parametrize("size", ["9" * 400, "10000000000000000000000"])
def test_a_size_of_many_digits_is_a_size(size):
    assert given(Post("/sign-in/", [PIECE], told=int(size) if len(size) < 50 else 10**399)).status == 413


def test_a_form_is_passed_on_whole():
    post = given(Post("/sign-in/", [PIECE, PIECE, b"end"], told=2 * len(PIECE) + 3))
    assert (post.status, post.text) == (200, str(2 * len(PIECE) + 3))


def test_a_body_that_stops_is_given_up(monkeypatch):
    monkeypatch.setattr(bodies, "FORM_SECONDS", 0.1)
    post = Post("/sign-in/", [PIECE])
    post.unfinished = True
    assert given(post).status == 408
    assert "did not arrive in time" in post.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("cookie", ["", "sessionid=made-up", "sessionid=\x7f; =;;;", "a" * 5000])
def test_a_stranger_sends_no_record(cookie):
    assert given(Post("/interop/bundles/", [PIECE], told=2_000_000, cookie=cookie)).status == 413


@pytest.mark.django_db(transaction=True)
def test_a_session_without_a_sign_in_sends_no_record(client: Client):
    session = SessionStore()
    session["theme"] = "dark"
    session.save()
    post = Post("/interop/bundles/", [PIECE], told=2_000_000, cookie=f"sessionid={session.session_key}")
    assert given(post).status == 413


@pytest.mark.django_db(transaction=True)
def test_a_signed_in_person_sends_a_record_and_no_more(visit, alice):
    cookie = f"sessionid={visit(alice).cookies['sessionid'].value}"
    assert given(Post("/interop/bundles/", [PIECE] * 20, told=20 * len(PIECE), cookie=cookie)).status == 200
    assert given(Post("/interop/bundles/", [PIECE], told=MAX_BYTES * 2, cookie=cookie)).status == 413
    assert given(Post("/sign-in/", [PIECE], told=2_000_000, cookie=cookie)).status == 413
