"""Following the chain by number."""

from __future__ import annotations

import asyncio

import pytest

from tenuto.clinic.access.api import change_care_team
from tenuto.clinic.ledger.services import record_read
from tenuto.clinic.live.bus import LONGEST_QUEUE, LOST_TRACK, Listener
from tenuto.clinic.live.tail import LedgerChange, newest_number, read_after
from tenuto.clinic.live.words import as_event
from tests.clinic.conftest import NOW


@pytest.mark.django_db
def test_writes_are_changes_and_looks_are_none(ana, alice):
    start = newest_number()
    record_read(subject=ana, by=alice, at=NOW, what="plan page")
    change_care_team(patient=ana, staff=alice, member=True, by=alice, at=NOW)
    reading = read_after(start)
    assert [(change.action, change.patient_id) for change in reading.changes] == [
        ("joined care team", ana.pk)
    ]
    assert reading.upto == newest_number() == start + 2
    assert not reading.more


@pytest.mark.django_db
def test_a_limit_says_that_there_may_be_more(ana, alice):
    change_care_team(patient=ana, staff=alice, member=True, by=alice, at=NOW)
    first = read_after(0, limit=1)
    assert first.more
    assert first.upto == 1
    assert read_after(newest_number()).upto == newest_number()


def change(number: int = 7, action: str = "opened task", name: str = "Nora") -> LedgerChange:
    return LedgerChange(number, None, None, action, "1", name, NOW)


def test_a_listener_gets_what_comes_in_order():
    async def listen():
        listener = Listener(lambda _: True)
        for number in range(3):
            listener.tell(change(number))
        return [(await listener.next(1)).number for _ in range(3)]

    assert asyncio.run(listen()) == [0, 1, 2]


def test_a_listener_that_is_too_slow_is_told_to_look_at_everything():
    async def listen():
        listener = Listener(lambda _: True)
        for number in range(LONGEST_QUEUE + 1):
            listener.tell(change(number))
        await asyncio.sleep(0)
        return await listener.next(1), (await listener.next(1)).number

    assert asyncio.run(listen()) == (LOST_TRACK, LONGEST_QUEUE)


def test_words_of_a_change_are_escaped_and_stay_one_event():
    event = as_event(change(name="<b>Nora</b>\n\nevent: forged"), in_words=True)
    assert event.count("\n\n") == 1
    assert "&lt;b&gt;Nora&lt;/b&gt; event: forged: opened task." in event


def test_lists_are_told_nothing_but_that_something_changed():
    assert as_event(change(), in_words=False) == "id: 7\nevent: changed\ndata: changed\n\n"
