"""What goes on beside the requests keeps no connection to the database while it waits: the pages need them."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from django.db import connection
from django.db.backends.signals import connection_created

from tenuto.clinic.live.background import Background
from tenuto.clinic.live.bus import Bus, Listener
from tenuto.clinic.live.worker import Worker
from tests.patience import PATIENCE

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="a file that is open is kept from nobody"),
]


@pytest.fixture
def opened():
    """The connections that each thread opened, by its name."""
    found = {}

    def note(connection, **_):
        found.setdefault(threading.current_thread().name, set()).add(connection)

    connection.close()
    connection_created.connect(note)
    yield found
    connection_created.disconnect(note)


def idle(opened, *, at_least):
    """Wait until these threads have looked and then none holds what it opened."""
    deadline = time.monotonic() + PATIENCE
    while not at_least <= set(opened) or any(one.connection is not None for each in opened.values() for one in each):  # fmt: skip
        held = {name for name, each in opened.items() if any(one.connection is not None for one in each)}
        assert time.monotonic() < deadline, f"{held} of {set(opened)}"
        time.sleep(0.01)


def test_threads_that_wait_hold_no_connection(opened, monkeypatch):
    monkeypatch.setattr(Background, "__init__", lambda self: setattr(self, "_parts", (Worker(every=1.0),)))
    with Background():
        idle(opened, at_least={"MainThread", "jobs", "regular jobs"})


def test_the_tail_of_the_chain_gives_back_what_comes_from_a_pool(opened):
    async def follow():
        bus = Bus(every=1.0)
        listener = Listener(lambda change: True)
        bus.join(listener)
        await asyncio.to_thread(idle, opened, at_least={"ledger tail"})
        bus.leave(listener)

    asyncio.run(follow())
