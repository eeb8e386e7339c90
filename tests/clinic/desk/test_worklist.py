"""The worklist: why now, whose turn, until when, one next step."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest

from tenuto.clinic.accounts.api import roles_that_may
from tenuto.clinic.accounts.models import Role
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.enquiries import Enquiring, mark_harm, record_enquiry
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people.services import register_patient
from tenuto.clinic.ports.api import open_task, place_hold
from tenuto.clinic.ports.escalating import escalate_late
from tenuto.clinic.scales.services import record_form
from tenuto.core.intake.facts import Answer, RecordedScore
from tenuto.core.literature.tasks import ENQUIRY_HARM, task_kinds
from tests.clinic.conftest import NOW, facts_of, hired, source_of

ADDRESS = "/worklist/"
QUERIES = 17
"""Session, person with clinic, policy, place in the chain, actions since, who waits, counts, rows, restrictions; the
note of the look. PostgreSQL also locks the chain."""


@pytest.fixture
def tasks(alice, ana):
    """One task is late, one is not."""

    def add(why, hours, role=Role.NURSE, kind="triage.low", **more):
        due = NOW + timedelta(hours=hours)
        return open_task(patient=ana, kind=kind, why=why, owner_role=role, due=due, by=alice, at=NOW, **more)

    return add("Ask about sleep.", -1), add("Ask about means.", 2, role=Role.PRESCRIBER, kind="test.order")


def text(visit, staff, query="?owner=all"):
    answer = visit(staff).get(ADDRESS + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_alice_and_bob_see_what_waits_and_charlie_does_not(visit, tasks, alice, bob, charlie):
    for staff, sees in ((alice, True), (bob, True), (charlie, False)):
        page = text(visit, staff)
        assert ("Ana Silva" in page) is sees
        assert ("Ask about sleep." in page) is sees


def test_each_role_that_may_search_sees_it_and_the_auditor_is_refused(visit, clinic, tasks):
    for role in Role:
        answer = visit(hired(clinic, f"one-{role}", role)).get(ADDRESS)
        assert answer.status_code == (403 if role is Role.AUDITOR else 200)
    assert visit().get(ADDRESS).status_code == 302


def test_a_row_says_why_whose_turn_until_when_and_what_next(visit, tasks, alice, ana):
    page = text(visit, alice)
    for words in (
        "Late",
        "Ask about sleep.",
        "Nurse",
        "Tue 24 Nov, 08:30",
        "Record the triage",
        f"{ana.pk}/scales/triage/",
    ):
        assert words in page
    assert page.index("Ask about sleep.") < page.index("Ask about means.") < page.index("not recorded")


def test_a_task_of_one_person_names_them(visit, tasks, alice, bob, ana):
    open_task(
        patient=ana,
        kind="test.order",
        why="Draw blood.",
        owner_role=Role.NURSE,
        owner=bob,
        due=NOW,
        by=alice,
        at=NOW,
    )
    assert ">Bob<" in text(visit, alice)
    assert "Draw blood." in text(visit, bob, "?owner=mine")


def test_the_filters_narrow(visit, tasks, alice, ana):
    place_hold(patient=ana, why="Fever since Monday.", by=alice, at=NOW)
    for query, shown in (
        ("?owner=all&mark=late", {"sleep"}),
        ("?owner=all&mark=due", {"means"}),
        ("?owner=nurse", {"sleep"}),
        ("?owner=mine", {"means", "Fever"}),
        ("?owner=all&stage=booking", {"Fever"}),
        ("?owner=nurse&mark=due", set()),
        ("?owner=all&mark=nonsense", {"sleep", "means", "Fever"}),
    ):
        page = text(visit, alice, query)
        assert {word for word in ("sleep", "means", "Fever") if word in page} >= shown
        assert not any(word in page for word in {"sleep", "means", "Fever"} - shown) or query == "?owner=mine"
    assert "Nothing of this kind" in text(visit, alice, "?owner=nurse&mark=due")


def test_it_opens_on_ones_own(visit, tasks, alice, bob):
    page = text(visit, bob, "")
    assert "Ask about sleep." in page
    assert "Ask about means." not in page


def test_a_directors_own_has_what_nobody_else_can_open(visit, tasks, clinic, dora):
    """The task of safety is a nurse's; that it is open is the director's as well."""
    page = text(visit, dora, "")
    assert "Ask about sleep." in page
    assert "Ask about means." not in page


ABOUT_A_PATIENT = [kind.id for kind in task_kinds().values() if kind.suicide_risk and kind.id != ENQUIRY_HARM]


@pytest.mark.parametrize("kind", ABOUT_A_PATIENT)
def test_a_risk_of_suicide_opens_everybodys_list_whosever_task_it_is(visit, clinic, alice, ana, kind):
    """Above what is late for longer and no matter of suicide."""
    for each, why, owner, hours in (
        ("plan.look_again", "Look at the plan.", None, -9),
        (kind, "See her now.", Role.PRESCRIBER, 1),
    ):
        for role in (owner,) if owner else Role:
            due = NOW + timedelta(hours=hours)
            open_task(patient=ana, kind=each, why=why, owner_role=role, due=due, by=alice, at=NOW)
    for role in roles_that_may("patient.search"):
        page = text(visit, hired(clinic, f"one-{role}", role), "")
        assert page.index("See her now.") < page.index("Look at the plan."), role


def test_harm_in_an_enquiry_opens_everybodys_list(visit, clinic, alice, ana):
    """Nobody is registered yet, and whoever sees the worklist sees it first."""
    due = NOW - timedelta(hours=9)
    open_task(
        patient=ana, kind="plan.look_again", why="Look at the plan.", owner_role=Role.PRESCRIBER, due=due, by=alice, at=NOW,
    )  # fmt: skip
    told = Enquiring("phone", "Sara Tester", "555 0100", True, message="I have pills.")
    mark_harm(enquiry=record_enquiry(clinic=clinic, asked=told, by=alice, at=NOW), by=alice, at=NOW)
    for role in roles_that_may("patient.search"):
        page = text(visit, hired(clinic, f"one-{role}", role), "")
        assert "Harm in an enquiry" in page, role
        assert "Look at the plan." not in page or page.index("Harm in an enquiry") < page.index(
            "Look at the plan."
        )


@pytest.mark.parametrize("level", ["high", "low"])
def test_a_high_risk_that_no_task_says_is_in_a_nurses_list(visit, alice, bob, ana, level):
    found = (Answer("suicide.screen", level, NOW.date()),)
    receive(facts=facts_of(answers=found), source=source_of(digest="8" * 64), by=alice, at=NOW)
    assert ("Ana Silva" in text(visit, bob, "")) is (level == "high")


def test_a_high_risk_comes_before_a_late_task_about_another(visit, alice, bob, ana, clinic):
    """Whatever of hers has no deadline, too; and the next step is to look at her."""
    found = (Answer("suicide.screen", "high", NOW.date()),)
    receive(facts=facts_of(answers=found), source=source_of(digest="8" * 64), by=alice, at=NOW)
    other = register_patient(name="Late Other", birth_date=None, identifiers=(), by=alice, at=NOW)
    open_task(patient=other, kind="suicide.screen", why="Weeks ago.", owner_role=Role.NURSE, due=NOW - timedelta(days=21), by=alice, at=NOW)  # fmt: skip
    page = text(visit, bob, "")
    assert page.index("Ana Silva") < page.index("Late Other")
    assert "Record the triage" in page[page.index("Ana Silva") : page.index("Late Other")]


@pytest.mark.parametrize(("answer", "first"), [(2, True), (1, False)])
def test_who_thinks_of_it_now_comes_before_a_late_task_about_another(
    visit, alice, bob, ana, clinic, answer, first
):
    other = register_patient(name="Late Other", birth_date=None, identifiers=(), by=alice, at=NOW)
    open_task(patient=other, kind="suicide.screen", why="Weeks ago.", owner_role=Role.NURSE, due=NOW - timedelta(days=21), by=alice, at=NOW)  # fmt: skip
    said = RecordedScore("suicide_check", Decimal(answer), NOW.date(), "form", (("1", answer),), NOW)
    receive(facts=facts_of(scores=(said,)), source=source_of(digest="8" * 64), by=alice, at=NOW)
    page = text(visit, alice, "?owner=all")
    assert (page.index("Ana Silva") < page.index("Late Other")) is first


def test_the_graver_answer_comes_first_however_late_another_is(visit, alice, ana):
    """Item 9 of 2 with a triage that is due in an hour, beside item 9 of 1 that has been late for days."""
    for number, answer in (("1", 1), ("2", 2)):
        other = register_patient(name=f"Answered {number}", birth_date=None, identifiers=(), by=alice, at=NOW)
        record_form(
            patient=other,
            instrument_id="phq9",
            answers={str(n): 0 for n in range(1, 9)} | {"9": answer},
            taken=NOW.date(),
            answered_by="patient",
            by=alice,
            at=NOW - timedelta(hours=6 if answer == 1 else 1),
        )
    page = text(visit, alice, "?owner=all")
    assert page.index("Answered 2") < page.index("Answered 1")
    first = list(Standing.objects.order_by("rank", "due").values_list("name", flat=True))
    assert first.index("Answered 2") < first.index("Answered 1")


def test_harm_comes_before_time(visit, tasks, alice, ana):
    """A task of safety that is not yet due stands above one that is late."""
    for kind, why, hours in (("test.order", "Late blood.", -5), ("suicide.urgent", "Call her.", 3)):
        due = NOW + timedelta(hours=hours)
        open_task(patient=ana, kind=kind, why=why, owner_role=Role.PRESCRIBER, due=due, by=alice, at=NOW)
    page = text(visit, alice)
    assert page.index("Call her.") < page.index("Late blood.")


def test_who_is_told_of_a_late_task_finds_it_among_ones_own(visit, clinic, alice, bob, carol, ana, dora):
    """A task of no risk of suicide, of another role: the nurse was told because the prescriber is late."""
    open_task(patient=ana, kind="scale.review", why="Go over the form.", owner_role=Role.PRESCRIBER, owner=alice, due=NOW - timedelta(minutes=5), by=alice, at=NOW)  # fmt: skip
    assert "Go over the form." not in text(visit, bob, "")
    assert escalate_late(clinic, at=NOW) == 1
    assert "Go over the form." in text(visit, bob, "")
    assert "Go over the form." not in text(visit, carol, "")


def test_an_empty_list_says_so(visit, charlie):
    assert "Nothing waits" in text(visit, charlie)


def test_a_look_is_on_record(visit, tasks, alice, ana):
    text(visit, alice)
    (look,) = AuditEvent.objects.filter(action="worklist")
    assert look.detail == {"patients": [str(ana.pk)]}


def test_the_number_of_queries_does_not_grow(visit, alice, tasks, reads_with_queries):
    browser = visit(alice)

    def add(numbers):
        for n in numbers:
            receive(
                facts=facts_of(f"Patient {n}", f"MRN {n}"),
                source=source_of(digest=f"{n:064}"),
                by=alice,
                at=NOW,
            )
        browser.get(ADDRESS)
        browser.get(ADDRESS)

    add(range(2, 4))
    with reads_with_queries(QUERIES):
        browser.get(ADDRESS)
    add(range(4, 31))
    with reads_with_queries(QUERIES):
        browser.get(ADDRESS)


def counted(page):
    """What each filter of a page says that it would show, by its address."""
    links = re.findall(r'<a href="\?([^"]*)"[^>]*>(?:(?!</a>).)*?<span>(\d+)</span></a>', page, re.DOTALL)
    return {unescape(query): int(number) for query, number in links}


def rows_shown(page):
    body = page.split("<tbody", 1)
    return body[1].split("</tbody>")[0].count("<tr") if len(body) > 1 else 0


@pytest.mark.parametrize(
    "query", ["", "owner=all", "owner=mine&mark=late", "owner=all&stage=intake", "owner=nurse"]
)
def test_every_filter_shows_as_many_rows_as_stand_beside_it(visit, tasks, alice, bob, ana, carol, query):
    """Also a row that is due without a date, and beside whatever else is chosen."""
    place_hold(patient=ana, why="Waits.", by=alice, at=NOW)
    register_patient(name="Zoe Early", birth_date=None, identifiers=(), by=alice, at=NOW)
    browser = visit(alice)
    browser.get(ADDRESS)
    WorkRow.objects.filter(key__startswith="step:").update(mark="due", due=None)
    first = browser.get(f"{ADDRESS}?{query}").content.decode()
    found = counted(first)
    assert len(found) > 5
    for address, number in found.items():
        assert rows_shown(browser.get(f"{ADDRESS}?{address}").content.decode()) == number, address
