"""The first page: everyone of the clinic, why now, what next."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tenuto.clinic.desk.presenters import board
from tenuto.clinic.desk.services import worklist
from tenuto.clinic.intake.services import receive
from tenuto.core.intake.facts import Coding, Measurement, Problem
from tests.clinic.conftest import NOW, facts_of, source_of

DEPRESSION = Problem("Depression", (Coding("icd10cm", "F33.2", "Recurrent depression"),))
QUERIES = 18
"""Session, person with clinic, policy in effect, patients and identifiers twice, the ten kinds of rows of intake; and the session touch."""


@pytest.fixture
def weighed(alice):
    today = NOW.date()

    def add(name, identifier, **more):
        facts = facts_of(
            name,
            identifier,
            problems=(DEPRESSION,),
            measurements=(Measurement("weight_kg", Decimal(70), today),),
            **more,
        )
        return receive(
            facts=facts, source=source_of(digest=identifier.ljust(64, "x")), by=alice, at=NOW
        ).patient

    return add


def rows(clinic, gate=""):
    return board(worklist(clinic, today=NOW.date()), gate=gate, today=NOW.date()).rows


def test_alice_and_bob_see_the_patient_and_charlie_does_not(visit, ana, alice, bob, charlie):
    for staff, sees in ((alice, True), (bob, True), (charlie, False)):
        page = visit(staff).get("/")
        assert page.status_code == 200
        assert ("Ana Silva" in page.content.decode()) is sees


def test_the_most_closed_gate_comes_first(clinic, weighed, ana):
    weighed("Zoe Alba", "MRN 7")
    marks = [row.mark for row in rows(clinic)]
    assert marks == ["refuse", "block"]


def test_a_row_says_why_and_what_next(clinic, ana):
    (row,) = rows(clinic)
    assert row.why.startswith("Measured weight: not recorded")
    assert row.more.startswith("and ")
    assert row.next_step == "Correct the facts"
    assert row.url.endswith(f"{ana.pk}/plan/")


def test_the_filter_shows_one_mark(visit, clinic, alice, ana, weighed):
    weighed("Zoe Alba", "MRN 7")
    assert [row.name for row in rows(clinic, "block")] == ["Zoe Alba"]
    assert len(rows(clinic, "nonsense")) == 2
    page = visit(alice).get("/?gate=pass").content.decode()
    assert "None with this mark" in page


def test_an_empty_clinic_says_what_will_appear(visit, charlie):
    page = visit(charlie).get("/").content.decode()
    assert "No patients yet" in page
    assert "Add a FHIR bundle" in page


def test_the_number_of_queries_does_not_grow_with_the_patients(
    visit, alice, ana, weighed, django_assert_num_queries
):
    browser = visit(alice)
    with django_assert_num_queries(QUERIES - 1):
        browser.get("/")
    for number in range(5):
        weighed(f"Patient {number}", f"MRN 1{number}")
    with django_assert_num_queries(QUERIES - 1):
        browser.get("/")


def test_the_newest_record_counts(clinic, alice, ana):
    later = NOW.replace(hour=11)
    facts = replace(
        facts_of(), problems=(DEPRESSION,), measurements=(Measurement("weight_kg", Decimal(64), NOW.date()),)
    )
    receive(facts=facts, source=source_of(digest="1" * 64), by=alice, at=later)
    (row,) = rows(clinic)
    assert row.mark == "block"
    assert row.diagnosis == "Depression (MDD, TRD)"
