"""A stream of changes from a server of its own: Django's test client can't hold one open beside a writer."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections import defaultdict

import pytest

from tests.clinic.processes import house, run
from tests.patience import PATIENCE, PROBE

pytestmark = pytest.mark.thorough

__all__ = ["house"]

PREPARE = """
import django, json, time; django.setup()
from django.test import Client
from django.utils import timezone
from tenuto.clinic.intake.services import RecordSource, receive

from tenuto.clinic.accounts.enrol import ENROLLED
from tenuto.clinic.accounts.lock import SEEN
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import employ, open_clinic
from tests.clinic.conftest import facts_of, source_of
cookies = {}
def hired(clinic, name, role):
    staff = employ(clinic=clinic, username=name, password="a quiet long note", name=name.title(), role=role, at=timezone.now())
    browser = Client(); browser.force_login(staff)
    session = browser.session; session[SEEN] = time.time(); session[ENROLLED] = True; session.save()
    cookies[name] = browser.cookies["sessionid"].value
    return staff
here, there = open_clinic(name="Meadow", demonstration=True), open_clinic(name="Harbour", demonstration=False)
alice, bob = hired(here, "alice", Role.PRESCRIBER), hired(here, "bob", Role.NURSE)
for name in ("finn", "gina", "hana", "ivan"):
    hired(here, name, Role.NURSE)
hired(here, "erin", Role.AUDITOR); hired(there, "charlie", Role.PRESCRIBER)
ana = receive(facts=facts_of(), source=source_of(), by=alice, at=timezone.now()).patient
print(json.dumps({"cookies": cookies, "patient": str(ana.pk)}))
"""
WRITE = """
import django, sys; django.setup()
from django.utils import timezone
from tenuto.clinic.access.restricting import change_care_team
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
alice, ana = Staff.objects.get(username="alice"), Patient.objects.get()
bob = Staff.objects.get(username="bob")
change_care_team(patient=ana, staff={who}, member={member}, by=alice, at=timezone.now())
"""

EMPTY = """
import django; django.setup()
from contextlib import suppress
from django.utils import timezone
from tenuto.clinic.access.restricting import change_care_team
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.people.models import Patient
alice, ana = Staff.objects.get(username="alice"), Patient.objects.get()
for who in Staff.objects.filter(clinic=alice.clinic):
    with suppress(ValueError):
        change_care_team(patient=ana, staff=who, member=False, by=alice, at=timezone.now())
"""


@pytest.fixture(scope="module")
def served(house, tmp_path_factory):
    """Port, cookies and the patient of a running server."""
    told = json.loads(run(PREPARE, house))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        told["port"] = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("served") / "server.log"
    with log.open("w") as out:
        command = ["-m", "uvicorn", "tenuto.clinic.config.asgi:application", "--port", str(told["port"])]
        process = subprocess.Popen(
            [sys.executable, *command, "--lifespan", "off"], env=house, stdout=out, stderr=out
        )
    deadline = time.monotonic() + PATIENCE
    while True:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", told["port"]), timeout=PROBE),
        ):
            break
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(log.read_text())
        time.sleep(0.1)
    yield told
    process.terminate()
    process.wait(timeout=PATIENCE)


class Stream:
    """One open stream; `event` waits for the next event and returns its lines."""

    def __init__(self, served, who: str, query: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", served["port"], timeout=PATIENCE)
        cookie = {"Cookie": f"sessionid={served['cookies'][who]}"} if who else {}
        self.connection.request("GET", f"/live/{query}", headers=cookie | headers)
        self.answer = self.connection.getresponse()

    def event(self) -> dict[str, str]:
        found: dict[str, str] = {}
        while True:
            line = self.answer.readline().decode().rstrip("\n")
            if not line and "data" in found:
                return found
            name, _, value = line.partition(": ")
            found[name] = value

    def close(self) -> None:
        self.connection.close()


@pytest.fixture
def stream(served):
    opened = []

    def open_stream(who, query="", **headers):
        opened.append(Stream(served, who, query, **headers))
        return opened[-1]

    yield open_stream
    for one in opened:
        one.close()


@pytest.fixture
def nobody_there(house, served):
    """The house with an empty care team, whichever tests came before."""
    run(EMPTY, house)
    return house


def write(house, who="bob", *, member):
    run(WRITE.format(who=who, member=member), house)


def test_a_page_learns_in_words_what_another_person_wrote(nobody_there, served, stream):
    page = stream("bob", f"?patient={served['patient']}")
    write(nobody_there, member=True)
    event = page.event()
    assert event["event"] == "changed"
    assert "Alice (alice): joined care team." in event["data"]
    assert int(event["id"]) > 0


def test_ones_own_entries_are_not_news(nobody_there, served, stream):
    own, other = (stream(who, f"?patient={served['patient']}") for who in ("alice", "bob"))
    write(nobody_there, "alice", member=True)
    other.event()
    own.connection.sock.settimeout(1)
    with pytest.raises(TimeoutError):
        own.event()


def test_what_was_missed_is_told_on_coming_back(nobody_there, served, stream):
    page = stream("bob", f"?patient={served['patient']}")
    write(nobody_there, member=True)
    first = page.event()
    page.close()
    write(nobody_there, member=False)
    back = stream("bob", f"?patient={served['patient']}", **{"Last-Event-ID": first["id"]}).event()
    assert "left care team" in back["data"]
    write(nobody_there, member=True)
    since = stream("bob", f"?patient={served['patient']}&since={back['id']}").event()
    assert "joined care team" in since["data"]


def test_a_list_is_told_only_that_something_changed(nobody_there, served, stream):
    page, elsewhere = stream("bob"), stream("charlie")
    write(nobody_there, member=True)
    assert page.event()["data"] == "changed"
    elsewhere.connection.sock.settimeout(1)
    with pytest.raises(TimeoutError):
        elsewhere.event()


@pytest.mark.parametrize(
    ("who", "query", "status"),
    [
        ("charlie", "?patient={patient}", 404),
        ("erin", "?patient={patient}", 404),
        ("erin", "", 404),
        ("bob", "?patient=nobody", 404),
        ("bob", "?patient=00000000-0000-0000-0000-000000000000", 404),
        ("", "?patient={patient}", 302),
    ],
)
def test_nobody_listens_who_may_not_look(served, stream, who, query, status):
    assert stream(who, query.format(**served)).answer.status == status


def test_open_pages_leave_the_browser_connections(served, stream):
    # Finn opens pages here alone: the server notices only after a while that somebody's earlier pages were closed.
    pages = []
    for _ in range(5):
        pages.append(stream("finn"))
        # A stream holds a place from its first line on, which comes after its headers.
        pages[-1].answer.readline()
    assert [page.answer.status for page in pages] == [200, 200, 200, 200, 429]
    pages[0].close()
    deadline = time.monotonic() + PATIENCE
    while stream("finn").answer.status != 200:
        assert time.monotonic() < deadline, "a closed page keeps its place"
        time.sleep(0.5)


def test_open_pages_keep_no_connection_to_the_database(nobody_there, served, stream):
    # More pages than the server has connections: each gives its own back before it waits for news.
    pages = [stream(who, f"?patient={served['patient']}&since=0") for who in ("gina", "hana", "ivan") * 4]
    # First the answers: one that was refused has no events to wait for.
    assert [page.answer.status for page in pages] == [200] * 12
    for page in pages:
        page.event()
    asked = http.client.HTTPConnection("127.0.0.1", served["port"], timeout=PATIENCE)
    asked.request("GET", "/", headers={"Cookie": f"sessionid={served['cookies']['gina']}"})
    assert asked.getresponse().status == 200
    asked.close()
    write(nobody_there, member=True)
    write(nobody_there, member=False)
    assert all("care team" in page.event()["data"] for page in pages)


def test_the_stream_is_no_sign_of_someone_being_there(house, served, stream):
    script = (
        "import django; django.setup()\n"
        "from tenuto.clinic.accounts.session_store import SessionStore\n"
        f"s = SessionStore({served['cookies']['bob']!r})\n"
    )
    past = time.time() - 800  # not yet locked, and long enough ago to be noted anew by a person's request
    run(script + f"s['seen_at'] = {past}; s.save()", house)
    assert stream("bob").answer.status == 200
    assert float(run(script + "print(s['seen_at'])", house)) == past


@pytest.mark.django_db
def test_of_many_pages_that_open_at_once_no_more_than_a_few_have_a_place(visit, bob, monkeypatch):
    from asgiref.sync import async_to_sync
    from django.test import AsyncClient

    from tenuto.clinic.live import views

    places: defaultdict[int, dict[object, float]] = defaultdict(dict)
    monkeypatch.setattr(views, "_open_streams", places)
    browser = AsyncClient()
    browser.cookies = visit(bob).cookies

    async def at_once() -> list[int]:
        answers = await asyncio.gather(*(browser.get("/live/") for _ in range(20)))
        return sorted(answer.status_code for answer in answers)

    assert async_to_sync(at_once)() == [200] * 4 + [429] * 16
    # None of them was read from; their places end by themselves.
    places[bob.pk] = dict.fromkeys(places[bob.pk], 0.0)
    assert async_to_sync(at_once)()[:4] == [200] * 4
