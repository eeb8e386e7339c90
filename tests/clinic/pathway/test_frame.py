"""One frame: every page of a patient carries the same banner and the same spine."""

from __future__ import annotations

import re

import pytest

from tenuto.clinic.accounts.models import Role
from tenuto.clinic.pathway import frame
from tenuto.clinic.pathway.api import Batch, Contribution, Place, Turn, spine_of, turns_of
from tenuto.clinic.pathway.parts import Rank
from tests.clinic.plan.conftest import accepted, add  # noqa: F401 - fixtures

PAGES = ("intake/", "intake/decision/", "scales/", "plan/", "plan/visits/", "plan/comfort/")


def part(page, tag):
    return re.search(rf"<{tag} class=\"(?:banner|spine)\".*?</{tag}>", page, re.DOTALL)[0]


def test_banner_and_spine_are_the_same_on_every_page(visit, accepted, alice):  # noqa: F811 - fixtures
    patient = accepted()
    pages = [visit(alice).get(f"/patients/{patient.pk}/{page}").content.decode() for page in PAGES]
    assert len({part(page, "ol") for page in pages}) == 1
    assert len({part(page, "header") for page in pages}) == 1


@pytest.fixture
def with_stage(monkeypatch):
    """Mount a contribution beside those that stand."""

    def mount(**more):
        known = frame.contributions()
        mounted = Contribution(room="booking", page="plan:page", **more)
        monkeypatch.setattr(frame, "contributions", lambda: (*known, mounted))

    return mount


def a_turn(stage="booking"):
    return Turn(
        stage=stage, kind="To book", mark="due", why="Because.", owner=Role.COORDINATOR, next_step="Book",
        target="plan:page", rank=Rank.DECIDE,
    )  # fmt: skip


def test_a_stage_that_says_nothing_of_a_patient_lies_ahead(ana, with_stage):
    with_stage(places=lambda batch: {})
    (booking,) = [each for each in spine_of(ana, Batch.of(ana)) if each.name == "booking"]
    assert (booking.state, booking.words) == ("ahead", "Not started")
    with_stage(places=lambda batch: {ana.pk: Place("here", "Two of six booked")})
    (booking,) = [each for each in spine_of(ana, Batch.of(ana)) if each.name == "booking"]
    assert (booking.state, booking.words, bool(booking.url)) == ("here", "Two of six booked", True)


def test_the_later_stage_is_heard_and_may_say_that_it_is_nobodys_turn(ana, with_stage):
    assert turns_of(Batch.of(ana))[ana.pk].stage == "intake"
    with_stage(turns=lambda batch: {ana.pk: a_turn()})
    assert turns_of(Batch.of(ana))[ana.pk].stage == "booking"
    with_stage(turns=lambda batch: {ana.pk: None})
    assert turns_of(Batch.of(ana))[ana.pk] is None


def test_the_latest_stages_alerts_come_first_and_are_counted_beyond_four(ana, with_stage):
    with_stage(alerts=lambda batch: {ana.pk: ["Acute risk", "A", "B", "C", "D"]})
    alerts = frame.banner_of(ana, Batch.of(ana)).alerts
    assert alerts[:2] == ("Acute risk", "A")
    assert alerts[4].startswith("and ")


def test_a_batch_asks_once(ana):
    batch, asked = Batch.of(ana), []
    for _ in range(2):
        batch.once(asked.append)
    assert asked == [batch]
