"""Alice owns, Bob is on her team, Charlie of another clinic must be refused."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tenuto.clinic.accounts.context import CONFIRMED
from tenuto.clinic.accounts.enrol import ENROLLED
from tenuto.clinic.accounts.lock import SEEN
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.accounts.services import employ, open_clinic
from tenuto.clinic.intake.services import RecordSource, receive
from tenuto.clinic.ledger import anchor
from tenuto.clinic.ledger.append_only import unsealed
from tenuto.clinic.live.tail import newest_number
from tenuto.clinic.pathway.seen import FIELD
from tenuto.core.intake.facts import Identifier, PatientFacts, Person
from tests.clinic.built import demonstration_of
from tests.clinic.ledger import databases  # noqa: F401  - tests that commit end with emptied tables

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PASSWORD = "a quiet long note"


@pytest.fixture(autouse=True)
def _one_moment(monkeypatch):
    # Ages, weekdays and holidays must not decide whether a test passes.
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(autouse=True)
def _quick_and_forgetful(settings):
    # The real hash is slow on purpose; what the library counts in one test must not slow down the next.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture(autouse=True)
def _anchor_of_this_test(tmp_path_factory, settings):
    settings.LEDGER_ANCHOR = tmp_path_factory.mktemp("anchor") / "anchor.json"
    anchor.forget()


@pytest.fixture(autouse=True)
def _every_row_has_its_event(request):
    """What a test wrote through services was taken into the audit chain."""
    yield
    if "db" in request.fixturenames and "transactional_db" not in request.fixturenames:
        assert [str(row) for row in unsealed()] == []


@pytest.fixture
def demonstration(transactional_db, settings):
    """The demonstration of NOW with its anchor."""
    demonstration_of(NOW, settings.LEDGER_ANCHOR)


@pytest.fixture
def reads_with_queries(django_assert_num_queries):
    """Asserts how many queries a page asks that is read on record.

    PostgreSQL is asked for one more, the lock of the audit chain; SQLite has one writer anyway.
    """
    return lambda number: django_assert_num_queries(number + (connection.vendor == "postgresql"))


@pytest.fixture
def clinic(db):
    return open_clinic(name="Meadow Clinic", demonstration=True)


@pytest.fixture
def other_clinic(db):
    return open_clinic(name="Harbour Clinic", demonstration=False)


def hired(clinic, username, role):
    return employ(
        clinic=clinic, username=username, password=PASSWORD, name=username.title(), role=role, at=NOW
    )


@pytest.fixture
def alice(clinic):
    return hired(clinic, "alice", Role.PRESCRIBER)


@pytest.fixture
def bob(clinic):
    return hired(clinic, "bob", Role.NURSE)


@pytest.fixture
def carol(clinic):
    return hired(clinic, "carol", Role.COORDINATOR)


@pytest.fixture
def dora(clinic):
    return hired(clinic, "dora", Role.MEDICAL_DIRECTOR)


@pytest.fixture
def erin(clinic):
    return hired(clinic, "erin", Role.AUDITOR)


@pytest.fixture
def charlie(other_clinic):
    return hired(other_clinic, "charlie", Role.PRESCRIBER)


class Browser(Client):
    """Sends forms as a page that was opened this moment would, unless the test says what its page knew."""

    def post(self, path, data=None, *args, **kwargs):
        if isinstance(data, dict | None) and "content_type" not in kwargs:
            data = {FIELD: newest_number(), **(data or {})}
        return super().post(path, data, *args, **kwargs)


@pytest.fixture
def visit():
    """A browser of a person: `visit(alice)`; of a stranger: `visit()`."""

    def open_browser(staff=None) -> Browser:
        client = Browser()
        if staff is not None:
            client.force_login(staff)
            # As after a real sign-in; else the first page would write the session.
            session = client.session
            session[SEEN] = time.time()
            session[ENROLLED] = session[CONFIRMED] = True
            session.save()
        return client

    return open_browser


def numbers(*shown: str) -> tuple[Identifier, ...]:
    """Numbers of a person's own, as they are shown: `numbers("MRN 1")`."""
    split = [each.rpartition(" ") for each in shown]
    return tuple(Identifier(value, label, f"urn:test:{label}", proves=True) for label, _, value in split)


def facts_of(name="Ana Silva", *identifiers, born=date(1981, 5, 4), **more) -> PatientFacts:
    """A person of whom hardly anything is known."""
    return PatientFacts(Person(name, numbers(*(identifiers or ("MRN 1",))), born, "female"), **more)


def source_of(name="ana.json", digest="0" * 64, ignored=()) -> RecordSource:
    return RecordSource(name, digest, dict(ignored))


@pytest.fixture
def ana(alice):
    """Alice's patient."""
    return receive(facts=facts_of(), source=source_of(), by=alice, at=NOW).patient
