"""The list of patients: everyone of the clinic, why now, what next."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tenuto.clinic.access.api import change_care_team, restrict
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.desk.comparing import differences_of
from tenuto.clinic.desk.models import Standing
from tenuto.clinic.desk.presenters import board
from tenuto.clinic.desk.services import PATIENTS_A_PAGE, patients_of
from tenuto.clinic.intake.services import receive
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.api import end_task, open_task, open_tasks_of
from tenuto.clinic.scales.services import record_triage
from tenuto.core.intake.facts import Coding, Measurement, Problem
from tenuto.core.literature.tasks import EndsBy
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, facts_of, hired, source_of
from tests.clinic.scales.filling import phq9
from tests.whole_words import whole_words

DEPRESSION = Problem("Depression", (Coding("icd10cm", "F33.2", "Recurrent depression"),))
QUERIES = 18
"""Session, person with clinic, policy, place in the chain, actions since, who waits, counts, patients, identifiers,
restrictions; the note of the look with the head of the chain, in its savepoint. PostgreSQL also locks the chain."""


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


@pytest.fixture
def rows(alice):
    def of(gate="", search="", staff=alice):
        today = NOW.date()
        found = patients_of(staff, mark=gate, search=search, page=1, today=today)
        return board(found, gate=gate, staff=staff, today=today, now=NOW).rows

    return of


def test_alice_and_bob_see_the_patient_and_charlie_does_not(visit, ana, alice, bob, charlie):
    for staff, sees in ((alice, True), (bob, True), (charlie, False)):
        page = visit(staff).get("/")
        assert page.status_code == 200
        assert ("Ana Silva" in page.content.decode()) is sees


def test_an_auditor_is_led_to_the_audit(visit, ana, clinic):
    page = visit(hired(clinic, "erin", Role.AUDITOR)).get("/")
    assert (page.status_code, page.url) == (302, "/audit/")


def test_the_most_closed_gate_comes_first(rows, weighed, ana):
    weighed("Zoe Alba", "MRN 7")
    assert [row.mark for row in rows()] == ["refuse", "review"]


def test_a_risk_is_ordered_by_level_then_by_deadline_then_by_name(rows, weighed, alice):
    """High before all, then what is late for longest, what is due soonest, and who is at no risk."""
    wanted = (
        "Zoe High",
        "Yves Late",
        "Xenia Just",
        "Wim Soon",
        "Vera Later",
        "Ursa Quiet",
        "Bea Quiet",
        "Ann Well",
    )
    people = {name: weighed(name, f"MRN 8{n}") for n, name in enumerate(wanted)}
    for name, hours in (("Yves Late", -30), ("Xenia Just", -1), ("Wim Soon", 1), ("Vera Later", 7)):
        due = NOW + timedelta(hours=hours)
        open_task(patient=people[name], kind="suicide.screen", why="Ask.", owner_role=Role.NURSE, due=due, by=alice, at=NOW)  # fmt: skip
    record_triage(
        patient=people["Zoe High"],
        level=RiskLevel.HIGH,
        rests_on="Talked it over at length today.",
        by=alice,
        at=NOW,
    )
    assert [row.name for row in rows()] == [*wanted[:5], "Ann Well", "Bea Quiet", "Ursa Quiet"]


def test_a_risk_that_is_known_stands_before_what_else_is_to_be_reviewed(rows, weighed, alice):
    patient = weighed("Kay Known", "MRN 70")
    phq9(patient, alice, 1, 1, 1, 1, 1, 1, 1, 1, 1)
    words = "Talked it over at length today."
    record_triage(
        patient=patient, level=RiskLevel.MODERATE, rests_on=words, by=alice, at=NOW + timedelta(minutes=5)
    )
    (row,) = rows()
    assert "moderate" in row.why
    assert "suicide" in row.why.lower()


def test_a_high_risk_stays_first_when_its_task_has_ended(rows, weighed, clinic, alice):
    """Those whose deadline runs come before it; the lists stay what would be worked out now."""
    high, other, late = (
        weighed(name, f"MRN 9{n}") for n, name in enumerate(("Abe Told", "Zoe Open", "Aa Late"))
    )
    for patient in (high, other):
        record_triage(
            patient=patient,
            level=RiskLevel.HIGH,
            rests_on="Talked it over at length today.",
            by=alice,
            at=NOW,
        )
    open_task(patient=late, kind="suicide.screen", why="Ask.", owner_role=Role.NURSE, due=NOW - timedelta(days=9), by=alice, at=NOW)  # fmt: skip
    (task,) = open_tasks_of(high)
    end_task(task=task.id, ends_by=EndsBy.TRIAGE, subject=high, by=alice, at=NOW)
    assert [row.name for row in rows()] == ["Zoe Open", "Abe Told", "Aa Late"]
    assert list(differences_of(clinic)) == []
    Standing.objects.filter(patient=late).update(due=NOW)
    assert len(list(differences_of(clinic))) == 1


def test_a_row_says_why_and_what_next(rows, ana):
    (row,) = rows()
    assert row.why.startswith("Measured weight: not recorded")
    assert row.more.startswith("and ")
    assert row.next_step == "Correct the facts"
    assert row.url.endswith(f"{ana.pk}/plan/")
    assert row.step_url == f"{row.url}#gate"


def test_the_filter_shows_one_mark(visit, rows, alice, ana, weighed):
    weighed("Zoe Alba", "MRN 7")
    assert [row.name for row in rows("review")] == ["Zoe Alba"]
    assert len(rows("nonsense")) == 2
    assert "None with this mark" in visit(alice).get("/?gate=pass").content.decode()


def test_an_empty_clinic_says_what_will_appear(visit, charlie):
    page = visit(charlie).get("/").content.decode()
    assert "No patients yet" in page
    assert "Register the first one, or add a file of another record system." in page


def test_a_search_finds_by_name_and_identifier_and_leaves_no_name_anywhere(visit, alice, ana, weighed):
    weighed("Zoe Alba", "MRN 7")
    browser = visit(alice)
    for words in ("silva ana", "mrn 1"):
        page = browser.post("/", {"search": words}).content.decode()
        assert "Ana Silva" in page
        assert "Zoe Alba" not in page
    assert "Nobody found" in browser.post("/", {"search": "nobody here"}).content.decode()
    look = AuditEvent.objects.filter(action="search for patients").order_by("number").first()
    assert look.detail == {"patients": [str(ana.pk)]}
    assert "silva" not in look.detail_json.casefold()


def test_a_look_at_the_list_is_on_record_with_everyone_who_was_on_it(visit, alice, ana):
    visit(alice).get("/")
    (look,) = AuditEvent.objects.filter(action="list of patients")
    assert (look.kind, look.by_id, look.detail) == ("read", str(alice.pk), {"patients": [str(ana.pk)]})


def test_a_restricted_record_stays_closed_in_the_list(visit, rows, ana, alice, bob, clinic):
    dora = hired(clinic, "dora", Role.MEDICAL_DIRECTOR)
    change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)
    restrict(patient=ana, restricted=True, why="known to the staff", by=dora, at=NOW)
    assert rows()[0].name == "Ana Silva"
    shut = rows(staff=bob)[0]
    assert (shut.mark, shut.name, shut.why) == ("unknown", "Restricted record", "Open to its care team only.")
    assert whole_words(visit(bob).get("/").content.decode(), ("Ana", "Silva", "MRN 1")) == []


def test_the_number_of_queries_does_not_grow_with_the_patients(
    visit, alice, ana, weighed, reads_with_queries
):
    browser = visit(alice)
    for number in range(2):
        weighed(f"Patient {number}", f"MRN 1{number}")
    browser.get("/")
    with reads_with_queries(QUERIES):
        browser.get("/")
    for number in range(27):
        weighed(f"Patient 2{number}", f"MRN 2{number}")
    browser.get("/")
    browser.get("/")
    with reads_with_queries(QUERIES):
        browser.get("/")


def test_a_long_list_has_pages(visit, alice, clinic, monkeypatch, weighed):
    monkeypatch.setattr("tenuto.clinic.desk.services.PATIENTS_A_PAGE", 2)
    for number in range(3):
        weighed(f"Patient {number}", f"MRN 1{number}")
    browser = visit(alice)
    assert "Page 1 of 2" in browser.get("/").content.decode()
    second = browser.get("/?page=2").content.decode()
    assert "Patient 2" in second
    assert "Patient 0" not in second
    assert "Page 2 of 2" in browser.get("/?page=99").content.decode()
    assert PATIENTS_A_PAGE > 2


def test_the_newest_record_counts(rows, alice, ana):
    later = NOW.replace(hour=11)
    facts = replace(
        facts_of(), problems=(DEPRESSION,), measurements=(Measurement("weight_kg", Decimal(64), NOW.date()),)
    )
    receive(facts=facts, source=source_of(digest="1" * 64), by=alice, at=later)
    (row,) = rows()
    assert row.mark == "review"
    assert row.diagnosis == "Depression (MDD, TRD)"
