"""Server-sent events: a page learns that what it shows has changed.

A stream lives for a minute and the browser comes back by itself, with the number of the last event it has seen: so
signing out, a lock and a restriction reach an open page within a minute, by the same guards as any request, and nothing
is missed between.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import cast
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.lock import in_background
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.live.bus import LOST_TRACK, Listener, bus
from tenuto.clinic.live.tail import LedgerChange, TailReading, read_after
from tenuto.clinic.live.words import as_event
from tenuto.clinic.people.sight import sight_of

__all__ = ["events"]

STREAM_SECONDS = 60.0
PULSE_SECONDS = 15.0
STREAMS_A_PERSON = 4
"""A browser keeps six connections to a server; open pages must leave it some."""
LIST_SECONDS = 1.5
"""A list is fetched at most so often; a red flag must be seen by its owner within two seconds."""
CATCH_UP = 500
"""Events looked through for what a page missed; past that it looks at everything again."""
_open_streams: defaultdict[int, dict[object, float]] = defaultdict(dict)
"""Of each person, when the places of their streams end at the latest: also one whose browser left before its first byte."""


@require_GET
@in_background
async def events(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Tell of changes in the clinic of who is signed in; with `?patient=`, of those to one record, and in words.

    Without a patient nothing is told but that something changed, since lists show each person what they may see.
    """
    staff = cast(Staff, await request.auser())
    patient = _patient_id(request.GET.get("patient", ""))
    if not await sync_to_async(_may_follow)(staff, patient):
        raise Http404
    # Between counting and taking the place nothing is awaited, so that of many at once none slips in between.
    place = _place_of(staff.pk)
    if place is None:
        return HttpResponse("Too many pages are open. Close some.", status=HTTPStatus.TOO_MANY_REQUESTS)
    feed = _feed(staff, patient, since=_since(request), place=place)
    answer = StreamingHttpResponse(feed, content_type="text/event-stream")
    # A proxy in between must pass each event on at once.
    answer.headers["X-Accel-Buffering"] = "no"
    return answer


def _patient_id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Http404 from None


def _since(request: HttpRequest) -> int | None:
    """The last event that the page has seen: the browser's own word when it comes back, the page's at first."""
    text = request.headers.get("Last-Event-ID", "") or request.GET.get("since", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _may_follow(staff: Staff, patient_id: UUID | None) -> bool:
    """The same guards as the page: the role, the clinic, the restriction."""
    if patient_id is None:
        return may(staff, "patient.search")
    patient = staff.clinic.patients.filter(pk=patient_id).first()
    seen = patient is not None and sight_of(patient, staff=staff, at=clock.instant()).allowed
    return seen and may(staff, "patient.view")


def _wanted(staff: Staff, patient_id: UUID | None) -> Callable[[LedgerChange], bool]:
    if patient_id is None:
        return lambda change: change.clinic_id == staff.clinic_id
    # One's own entries are on the page already.
    return lambda change: change.patient_id == patient_id and change.by_id != str(staff.pk)


def _place_of(person: int) -> object | None:
    """A place for one stream of a person, until it ends; None where all are taken."""
    now, places = time.monotonic(), _open_streams[person]
    for over in [place for place, until in places.items() if until <= now]:
        del places[over]
    if len(places) >= STREAMS_A_PERSON:
        return None
    place = object()
    places[place] = now + STREAM_SECONDS + PULSE_SECONDS
    return place


async def _feed(
    staff: Staff, patient_id: UUID | None, *, since: int | None, place: object
) -> AsyncIterator[str]:
    """The stream: what was missed, then what happens, and a pulse in quiet times, for a minute."""
    wants, in_words = _wanted(staff, patient_id), patient_id is not None
    listener = Listener(wants)
    bus.join(listener)
    told = since or 0
    try:
        # A stream has a thread of its own, and what that thread took from the pool it would keep until the stream ends:
        # a few open pages would leave the clinic no connection to its database.
        await sync_to_async(close_old_connections)()
        yield "retry: 500\n\n"
        if since is not None:
            missed = await sync_to_async(_read_and_give_back)(since)
            wanted = [change for change in missed.changes if wants(change)]
            told = missed.upto
            if missed.more or wanted:
                last = wanted[-1] if wanted and not missed.more else LOST_TRACK
                yield as_event(last, in_words=in_words, zone=staff.zone, number=told)
        until = time.monotonic() + STREAM_SECONDS
        while (left := until - time.monotonic()) > 0:
            try:
                change = await listener.next(min(PULSE_SECONDS, left))
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if change is not LOST_TRACK and change.number <= told:
                continue
            yield as_event(change, in_words=in_words, zone=staff.zone)
            if not in_words and (later := await _collect(listener)) is not None:
                yield as_event(later, in_words=False)
    finally:
        bus.leave(listener)
        _open_streams[staff.pk].pop(place, None)


def _read_and_give_back(since: int) -> TailReading:
    """What was missed; the connection goes back to the pool before the stream waits."""
    try:
        return read_after(since, limit=CATCH_UP)
    finally:
        close_old_connections()


async def _collect(listener: Listener) -> LedgerChange | None:
    """The newest of what comes in the next moments: a list is fetched anew at once, and then not for each of a burst."""
    newest: LedgerChange | None = None
    until = time.monotonic() + LIST_SECONDS
    while (left := until - time.monotonic()) > 0:
        try:
            newest = await listener.next(left) or newest
        except TimeoutError:
            break
    return newest
