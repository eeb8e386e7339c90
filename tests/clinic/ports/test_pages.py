"""The page of a task: it says what ends it, takes what is recorded, and keeps what was typed when that is not enough."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tenuto.clinic.desk.projection import judge_all
from tenuto.clinic.ledger.actors import Machine
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.people import identity
from tenuto.clinic.people.models import Channel
from tenuto.clinic.ports import api
from tenuto.clinic.ports.models import Contact, NotReached, TaskEnd
from tenuto.clinic.ui.words import moment
from tenuto.core.literature.tasks import task_kinds
from tests.clinic.conftest import NOW, numbers
from tests.clinic.intake.filling import answer
from tests.clinic.plan.test_page import text_of
from tests.clinic.ports.test_task_ends import LATER, TRIES, attempt, opened

WELL = {
    "contact-how": "phone", "contact-reached": "yes", "contact-outcome": "safe", "contact-words": "Is well and safe.",
    "contact-tried_at": "2026-11-24T09:30",
}  # fmt: skip
TRIED = {"tried-welfare_check": "Police asked at 10:00."}


def url(task, act=""):
    return f"/patients/{task.patient_id}/tasks/{task.id}/{act}"


def test_it_says_what_ends_it_and_who_does_that(visit, ana, alice, carol):
    task = opened(ana, alice, "suicide.urgent")
    page = text_of(visit(alice).get(url(task)))
    assert "It ends when this is recorded: a suicide triage." in page
    assert "Record the triage" in page
    assert "Close the task" not in page
    assert (
        "A prescriber or a medical director does that. What you record is kept, and leaves it open."
        in text_of(visit(carol).get(url(task)))
    )


def test_a_nurse_reads_who_ends_an_urgent_task_wherever_it_stands(visit, ana, alice, bob):
    """Before the try: on the task, on the triage, first on every page, in intake's list and on the worklist."""
    task, who = opened(ana, alice, "suicide.urgent"), "prescriber or a medical director ends it."
    judge_all(ana.clinic, today=NOW.date())
    browser, base = visit(bob), f"/patients/{ana.pk}"
    assert "May end it a prescriber or a medical director" in text_of(browser.get(url(task)))
    for path in (f"{base}/intake/", f"{base}/plan/", f"{base}/scales/triage/", "/worklist/?owner=all"):
        assert who in text_of(browser.get(path)), path
    own = text_of(browser.get(f"{base}/scales/triage/"))
    assert "Your triage is kept, and leaves it open." in own
    assert "Your triage ends it." in text_of(visit(alice).get(f"{base}/scales/triage/"))


@pytest.mark.parametrize("kind", [kind.id for kind in task_kinds().values() if kind.suicide_risk])
def test_it_is_red_and_says_how_long_is_left_or_since_when_it_is_late(
    visit, ana, alice, bob, monkeypatch, kind
):
    task = opened(ana, alice, kind, at=NOW)
    for at, mark, words in (
        (task.due - timedelta(minutes=12), "mark-block", "12 min left"),
        (task.due + timedelta(minutes=1), "mark-late", f"Late since {moment(task.due)}"),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at)
        (shown,) = re.findall(
            r'<p><span class="mark (mark-\w+)">.*?<span>(.*?)</span>', page_of(visit(bob), task)
        )
        assert shown == (mark, words)


def page_of(browser, task):
    return browser.get(url(task)).content.decode()


def test_it_says_whom_to_call_with_numbers_that_call(visit, ana, alice, carol):
    task = opened(ana, alice, "suicide.urgent")
    page = page_of(visit(carol), task)
    assert "No number is recorded." in page
    assert page.index("people-title") < page.index("task-title")
    assert "Not recorded. Ask the patient whom to call" in page
    identity.prefer_contact(patient=ana, channel=Channel.PHONE, allowed=False, address="+1 555 010 0101", by=alice, at=NOW)  # fmt: skip
    identity.set_support_person(patient=ana, name="Rui Silva", relation="brother", phone="555 010 0102", may_be_told=False, by=alice, at=NOW)  # fmt: skip
    page = page_of(visit(carol), task)
    assert '<a href="tel:+15550100101">+1 555 010 0101</a> (phone not wanted)' in page
    assert "<dt>Support person</dt><dd>Rui Silva, brother, " in page
    assert '<a href="tel:5550100102">555 010 0102</a>. May not be told anything.' in page


def test_whom_to_call_is_not_shown_where_no_safety_is_at_stake_or_when_it_is_done(visit, ana, alice, bob):
    assert "Whom to call" not in page_of(visit(bob), opened(ana, alice, "test.order"))
    task = opened(ana, alice, "triage.low")
    assert "Whom to call" in page_of(visit(bob), task)
    visit(bob).post(url(task, "contact/"), WELL)
    assert "Whom to call" not in page_of(visit(bob), task)


def test_reaching_the_person_ends_it_and_is_kept_with_its_words(visit, ana, alice, bob):
    task = opened(ana, alice, "triage.low")
    answer = visit(bob).post(url(task, "contact/"), WELL, follow=True)
    assert answer.redirect_chain[0][0] == f"/patients/{ana.pk}/intake/"
    assert api.open_tasks_of(ana) == []
    page = text_of(visit(bob).get(url(task)))
    assert "By phone. Reached, safe for now. Is well and safe." in page
    assert "Reach the person" not in page


@pytest.mark.parametrize(
    "missing", ["contact-words", "contact-reached", "contact-outcome", "contact-how", "contact-tried_at"]
)
def test_what_is_missing_is_said_at_its_field_and_the_rest_stays_typed(visit, ana, alice, bob, missing):
    task = opened(ana, alice, "triage.low")
    answer = visit(bob).post(url(task, "contact/"), {**WELL, missing: ""})
    assert answer.status_code == 422
    form = answer.context["contact_form"]
    assert list(form.errors) == [missing.removeprefix("contact-")]
    if missing != "contact-words":
        assert "Is well and safe." in answer.content.decode()
    assert not Contact.objects.exists()


def test_not_reached_is_asked_for_after_the_attempts(visit, ana, alice, bob):
    task, browser = opened(ana, alice, "suicide.screen"), visit(bob)
    assert "After 2 more attempts without an answer, at least 10 minutes apart" in text_of(
        browser.get(url(task))
    )
    assert "1 of 2" not in text_of(browser.get(url(task)))
    refused = browser.post(url(task, "not-reached/"), TRIED)
    assert refused.status_code == 422
    for tried in TRIES:
        attempt(task, bob, tried)
    page = text_of(browser.get(url(task)))
    assert "Record that everything was tried" in page
    browser.post(url(task, "not-reached/"), TRIED)
    assert NotReached.objects.get().welfare_check == "Police asked at 10:00."
    assert {each.kind for each in api.open_tasks_of(ana)} == {"suicide.screen", "contact.again"}
    page = text_of(browser.get(url(task)))
    assert "Nobody is on record as a contact. Police asked at 10:00." in page
    assert "Record that everything was tried" not in page


def test_the_form_asks_for_the_contact_on_record_or_says_that_there_is_none(visit, ana, alice, bob, dora):
    task = opened(ana, alice, "suicide.urgent")
    for tried in TRIES:
        attempt(task, bob, tried)
    assert "Nobody is on record as a contact to call." in text_of(visit(bob).get(url(task)))
    identity.set_support_person(patient=ana, name="Rui Silva", relation="brother", phone="555 010 0102", may_be_told=False, by=alice, at=NOW)  # fmt: skip
    page = text_of(visit(bob).get(url(task)))
    assert "On record, in this order: Support person: Rui Silva, brother, 555 010 0102" in page
    assert "When the emergency contact was called" in page
    refused = visit(bob).post(url(task, "not-reached/"), TRIED)
    assert set(refused.context["tried_form"].errors) == {"called_at", "emergency_contact"}
    api.record_not_reached(
        task=task.id,
        emergency_contact="He has no news.",
        called_at=TRIES[1],
        welfare_check="",
        reason_against_check="Is at work, says her brother.",
        by=alice,
        at=LATER,
    )
    review = text_of(visit(dora).get("/audit/"))
    assert "not reached: On record: Support person: Rui Silva, brother" in review
    assert "He has no news. Welfare check: none, Is at work, says her brother." in review


def test_a_nurse_does_not_decide_against_a_welfare_check(visit, ana, alice, bob):
    task = opened(ana, alice, "suicide.screen")
    for tried in TRIES:
        attempt(task, bob, tried)
    sent = {
        "tried-reason_against_check": "Is at work, says her sister.",
    }
    answer = visit(bob).post(url(task, "not-reached/"), sent)
    assert answer.status_code == 422
    assert "A prescriber does." in text_of(answer)
    assert "Is at work, says her sister." in answer.content.decode()
    assert visit(alice).post(url(task, "not-reached/"), sent).status_code == 302


@pytest.mark.parametrize("act", ["close/", "contact/"])
@pytest.mark.parametrize("text", ["x", "done", "Spoke with her, all is well."])
def test_no_form_that_anybody_sends_ends_a_task_of_safety_by_text(
    visit, ana, alice, bob, carol, dora, act, text
):
    task = opened(ana, alice, "suicide.urgent")
    for person in (alice, bob, carol, dora):
        sent = {"note-note": text, "note": text, **WELL, "contact-words": text}
        visit(person).post(url(task, act), sent)
    assert not TaskEnd.objects.exists()


def test_what_the_program_opened_names_no_rule(visit, ana, alice):
    machine = Machine(ana.clinic_id, "suicide.no_task", ana.clinic.zone)
    task = api.open_by_rule(task_kinds()["suicide.screen"], patient=ana, why="Ask.", by=machine, at=NOW)
    page = text_of(visit(alice).get(url(task)))
    assert "Tenuto itself" in page
    assert "suicide.no_task" not in page


def test_a_task_without_safety_is_closed_with_a_note(visit, ana, alice, carol):
    task = opened(ana, alice, "test.order")
    assert visit(carol).post(url(task, "close/"), {"note-note": " "}).status_code == 422
    visit(carol).post(url(task, "close/"), {"note-note": "Taken at the general practice."})
    end = TaskEnd.objects.get()
    assert (end.note, end.ended_by) == ("Taken at the general practice.", "note")
    again = visit(carol).post(url(task, "close/"), {"note-note": "Once more."}, follow=True)
    assert "This task was closed by Carol (carol). Nothing was changed." in text_of(again)


@pytest.mark.parametrize("act", ["", "contact/", "not-reached/", "close/"])
def test_who_comes_in(visit, ana, alice, erin, charlie, act):
    task = opened(ana, alice, "suicide.screen")
    send = "get" if not act else "post"
    assert getattr(visit(charlie), send)(url(task, act)).status_code == 404
    assert getattr(visit(erin), send)(url(task, act)).status_code == 403
    assert getattr(visit(), send)(url(task, act)).status_code == 302


def test_a_task_of_another_patient_is_not_found(visit, ana, alice, bob):
    from tenuto.clinic.people.services import register_patient

    other = register_patient(
        name="Bea Costa", birth_date=ana.birth_date, identifiers=numbers("MRN 2"), by=alice, at=NOW
    )
    task = opened(ana, alice, "triage.low")
    assert visit(bob).get(f"/patients/{other.pk}/tasks/{task.id}/").status_code == 404


def test_looking_is_on_record(visit, ana, alice, bob):
    visit(bob).get(url(opened(ana, alice, "triage.low")))
    assert AuditEvent.objects.get(action="task page").by_name == "Bob (bob)"


def test_whom_to_call_is_the_crisis_contact_the_support_person_and_the_escort(visit, alice, bob, ana):
    answer(ana, "safety", bob, suicide__crisis_contact="Sister Ann 555 0123; 988")
    answer(ana, "support", bob, escort="Eva Roe, 555 0177, phone confirmed")
    given = {"name": "Tom Silva", "relation": "brother", "phone": "555 0199", "may_be_told": True}
    identity.set_support_person(patient=ana, **given, by=alice, at=NOW)
    task = opened(ana, alice, "suicide.urgent")
    page = visit(bob).get(url(task)).content.decode()
    page = page[page.index('id="people-title"') :]
    places = [page.index(f'href="tel:{number}"') for number in ("5550123", "5550199", "5550177")]
    assert places == sorted(places)
    assert '<a href="tel:988">988</a>' in page
    assert api.said_of(api.contacts_of(ana)).startswith(
        "Crisis contact: Sister Ann 555 0123; 988; Support person: Tom Silva"
    )
