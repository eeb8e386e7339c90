"""Lists as a way round: a restricted record on paper, and looks at many patients at once that name none of them."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.booking.api import EndKind, end_appointment, standing_of
from tenuto.clinic.booking.huddle import huddle
from tenuto.clinic.ledger.models import AuditEvent
from tests.clinic.conftest import NOW
from tests.clinic.test_crawl import ALL

pytestmark = pytest.mark.django_db

VEINS = "Zephyrine forearm"
NO_LISTS = {"ui:gallery", "access:audit"}
"""Invented words, and the audit itself, which is about looks."""
WITHOUT_PARTS = [(route, name) for route, name, _ in ALL if "<" not in route and name not in NO_LISTS]


@pytest.fixture
def booked(first, alice, bob, dora, visit):
    """A patient with a visit and a note, whose record is Alice's and Dora's alone."""
    patient = first.patient
    visit(bob).post(reverse("booking:veins", args=[patient.pk]), {"veins": VEINS})
    for one in (alice, dora):
        change_care_team(patient=patient, staff=one, member=True, by=dora, at=NOW)
    return first


def restricted(row, dora):
    restrict(patient=row.patient, restricted=True, why="A colleague's relative.", by=dora, at=NOW)
    return {"on": str(row.starts_on)}


def on_paper(answer) -> str:
    pages = PdfReader(BytesIO(answer.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_restricted_record_is_on_no_huddle_sheet(booked, dora, alice, bob, visit):
    day = restricted(booked, dora)
    where = reverse("bookings:huddle-pdf")
    (shown,) = huddle(booked.patient.clinic, booked.starts_on, hidden=frozenset({booked.patient.pk}))
    known = {"", shown.time, shown.until, shown.chair, shown.nurse, shown.name, shown.risk}
    assert {value for value in vars_of(shown) if isinstance(value, str)} <= known
    own, other = on_paper(visit(alice).get(where, day)), on_paper(visit(bob).get(where, day))
    assert "Zephyrine" in own
    assert "36 mg" in own
    assert "Restricted record" in other
    for secret in ("Zephyrine", "mg", "Suicide", "Alder"):
        assert secret not in other, secret


def vars_of(shown) -> list[object]:
    return [getattr(shown, name) for name in shown.__dataclass_fields__]


@pytest.mark.parametrize("who", ["alice", "bob", "carol", "dora"])
def test_whoever_is_named_on_a_list_is_named_in_its_event(booked, who, request, visit):
    staff, patient = request.getfixturevalue(who), booked.patient
    _, another, *_ = standing_of(patient)
    why = "The patient is ill."
    end_appointment(appointment=another.pk, kind=EndKind.CANCELLED, why=why, by=staff, at=NOW)
    browser, lists = visit(staff), set()
    for route, name in WITHOUT_PARTS:
        before = AuditEvent.objects.order_by("-number").first().number
        answer = browser.get(f"/{route}", {"on": str(booked.starts_on)})
        if answer.streaming or answer.status_code >= 300:
            continue
        page = on_paper(answer) if answer["Content-Type"] == "application/pdf" else answer.content.decode()
        if patient.name in page:
            lists.add(name)
            looks = AuditEvent.objects.filter(number__gt=before, kind="read", by_id=str(staff.pk))
            assert looks.filter(detail_json__contains=str(patient.pk)).exists(), name
    assert lists >= {"bookings:week", "bookings:huddle", "bookings:huddle-pdf", "bookings:freed"}


def test_who_is_hidden_on_a_list_is_not_named_in_its_event(booked, bob, dora, visit):
    day = restricted(booked, dora)
    for name in (
        "bookings:week",
        "bookings:huddle",
        "bookings:huddle-pdf",
        "bookings:freed",
        "portal:scores",
    ):
        assert visit(bob).get(reverse(name), day).status_code == 200
        event = AuditEvent.objects.filter(kind="read", by_id=str(bob.pk)).order_by("-number").first()
        assert event.detail["patients"] == [], name
