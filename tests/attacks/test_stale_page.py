"""A page that was opened before somebody else recorded the contrary: what it does waits until both were seen (hazard H39)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tenuto.clinic.access.restricting import change_care_team, restrict
from tenuto.clinic.course.api import record_event
from tenuto.clinic.course.services import happening
from tenuto.clinic.demo.personas import teaching_patients
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import ConsentSigned, Decision
from tenuto.clinic.intake.services import decide, receive, withdraw_consent
from tenuto.clinic.live.api import newest_number
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.pathway.seen import FIELD
from tenuto.clinic.people.models import Restriction
from tenuto.clinic.policies.models import PolicyActivation
from tenuto.clinic.policies.services import activate, propose, sign
from tenuto.clinic.ports.api import open_tasks_of, place_hold
from tenuto.clinic.ports.models import Contact, TaskEnd
from tenuto.clinic.ports.on_call import end_shift, on_call, put_on_call
from tenuto.clinic.scales.models import SuicideTriage
from tenuto.clinic.scales.services import record_form, record_triage
from tenuto.core.course.facts import CourseEventKind
from tenuto.core.intake.consent_text import current_consent_text
from tenuto.core.scales.suicide_triage import RiskLevel
from tests.clinic.conftest import NOW, source_of
from tests.clinic.intake.conftest import signed, text_of
from tests.clinic.policies.conftest import fresh, text
from tests.clinic.ports.test_task_ends import opened

CONFLICT = 409


@pytest.fixture
def alder(alice):
    """A patient whose record is complete and passes."""
    facts = next(f for f in teaching_patients(timezone.localdate()) if f.person.name == "Demo Alder")
    return receive(facts=facts, source=source_of(digest="a" * 64), by=alice, at=NOW).patient


def opens(browser, address) -> str:
    """What the form of a page that is opened now will send along."""
    page = browser.get(address, headers={"Accept": "text/html"}).content.decode()
    (sent,) = set(re.findall(rf'name="{FIELD}" value="(\d+)"', page))
    assert int(sent) > 0
    return sent


def decided(patient, by, outcome, reason):
    return decide(
        patient=patient, outcome=outcome, reason=reason, seen=current(patient).facts_sha256,
        signature=signed(by), at=NOW,
    )  # fmt: skip


@pytest.mark.usefixtures("second_factor")
def test_an_older_yes_does_not_replace_a_refusal(visit, alder, alice, dora):
    browser, address = visit(alice), f"/patients/{alder.pk}/intake/decision/"
    form = {
        "outcome": "accepted", "reason": "Fits, says the referrer.", "seen": current(alder).facts_sha256,
        FIELD: opens(browser, address),
    }  # fmt: skip
    decided(alder, dora, "not_suitable", "Psychosis, told by the family.")
    answer = browser.post(address, form)
    assert answer.status_code == CONFLICT
    assert [row.outcome for row in Decision.objects.all()] == ["not_suitable"]
    page = text_of(answer)
    for told in (
        "Not suitable: Psychosis, told by the family.",
        "Dora",
        "Accepted for planning",
        "Fits, says",
    ):
        assert told in page
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()))
    assert kept["reason"] == "Fits, says the referrer."
    assert browser.post(address, kept).status_code == 302
    assert Decision.objects.count() == 2


@pytest.mark.usefixtures("second_factor")
@pytest.mark.parametrize("known", ["", "0", "-1", "x", "9" * 40, "9" * 9, "²"])
def test_a_form_that_does_not_say_what_it_saw_has_seen_nothing(visit, alder, alice, known):
    address = f"/patients/{alder.pk}/intake/decision/"
    form = {"outcome": "accepted", "reason": "Yes.", "seen": current(alder).facts_sha256, FIELD: known}
    assert visit(alice).post(address, form).status_code == CONFLICT
    assert not Decision.objects.exists()


def test_a_lower_level_does_not_pass_a_higher_one_unseen(visit, ana, alice, bob):
    browser, address = visit(bob), f"/patients/{ana.pk}/triage/"
    address = browser.get(f"/patients/{ana.pk}/scales/triage/").request["PATH_INFO"]
    known = opens(browser, address)
    record_triage(patient=ana, level=RiskLevel.HIGH, rests_on="Plan and means at home.", by=alice, at=NOW)
    sent = {"level": "NONE", "rests_on": "Denies everything on the phone.", FIELD: known}
    answer = browser.post(address, sent)
    assert answer.status_code == CONFLICT
    assert "High: Plan and means at home." in text_of(answer)
    assert "Denies everything on the phone." in text_of(answer)
    assert [row.level for row in SuicideTriage.objects.all()] == [RiskLevel.HIGH]


@pytest.mark.usefixtures("second_factor")
def test_no_consent_is_signed_over_a_withdrawal_that_nobody_saw(visit, alder, bob, alice):
    browser, address = visit(bob), f"/patients/{alder.pk}/intake/consent/"
    text = current_consent_text()
    form = {
        "text_sha256": text.sha256, "patient_typed": alder.name, "indication": "", "photo": "no",
        **{f"agree-{statement.id}": "on" for statement in text.statements}, FIELD: opens(browser, address),
    }  # fmt: skip
    withdraw_consent(patient=alder, how="phone", why="Called: does not want it.", by=alice, at=NOW)
    answer = browser.post(address, form)
    assert answer.status_code == CONFLICT
    assert "Called: does not want it." in text_of(answer)
    assert not ConsentSigned.objects.exists()


def test_a_record_is_not_opened_by_who_saw_it_open(visit, ana, alice, dora):
    change_care_team(patient=ana, staff=alice, member=True, by=dora, at=NOW)
    browser, page = visit(dora), f"/patients/{ana.pk}/access/"
    known = opens(browser, page)
    restrict(patient=ana, restricted=True, why="A neighbour works here.", by=dora, at=NOW)
    answer = browser.post(f"{page}restrict/", {"restricted": "no", "why": "Tidying up.", FIELD: known})
    assert answer.status_code == CONFLICT
    assert "Only for the care team: A neighbour works here." in text_of(answer)
    # The director is not on the team: what is shown says nothing clinical.
    assert "Allerg" not in text_of(answer)
    assert [row.restricted for row in Restriction.objects.all()] == [True]


def test_a_task_that_was_tried_meanwhile_is_not_closed_unseen(visit, ana, alice, bob, carol):
    task = opened(ana, alice, "test.order")
    browser, page = visit(carol), f"/patients/{ana.pk}/tasks/{task.id}/"
    known = opens(browser, page)
    visit(bob).post(f"{page}close/", {"note-note": "Asked the practice again."})
    answer = browser.post(f"{page}close/", {"note-note": "Taken at the practice.", FIELD: known})
    assert answer.status_code == CONFLICT
    assert "Taken at the practice." in text_of(answer)
    assert [end.note for end in TaskEnd.objects.all()] == ["Asked the practice again."]


def test_what_was_said_on_the_phone_is_kept_though_the_task_ended(visit, ana, alice, bob):
    task = opened(ana, alice, "triage.low")
    browser, page = visit(bob), f"/patients/{ana.pk}/tasks/{task.id}/"
    said = {
        "contact-how": "phone", "contact-reached": "yes", "contact-outcome": "safe",
        "contact-words": "Told me of new thoughts.", "contact-tried_at": "2026-11-24T09:30",
        FIELD: opens(browser, page),
    }  # fmt: skip
    visit(alice).post(f"{page}contact/", {**said, "contact-words": "Is well and safe."})
    answer = browser.post(f"{page}contact/", said)
    assert answer.status_code == CONFLICT
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()))
    browser.post(f"{page}contact/", kept)
    assert {row.words for row in Contact.objects.all()} == {"Is well and safe.", "Told me of new thoughts."}
    assert TaskEnd.objects.count() == 1


def test_the_page_that_is_answered_knows_what_it_showed(visit, ana, alice, bob):
    """The 409 is no second stale page: what came while it was read is shown once more."""
    browser, address = visit(bob), f"/patients/{ana.pk}/scales/triage/"
    known = opens(browser, address)
    sent = {"level": "NONE", "rests_on": "Denies everything on the phone.", FIELD: known}
    record_triage(patient=ana, level=RiskLevel.LOW, rests_on="Passive thoughts, no plan.", by=alice, at=NOW)
    first = browser.post(address, sent)
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', first.content.decode()))
    record_triage(patient=ana, level=RiskLevel.HIGH, rests_on="Plan and means at home.", by=alice, at=NOW)
    again = browser.post(address, kept)
    assert again.status_code == CONFLICT
    assert "Plan and means at home." in text_of(again)
    assert "Passive thoughts" not in text_of(again)
    assert not PolicyActivation.objects.exists()


ROTA = "/on-call/"


def on_call_now(staff, by):
    begins, ends = NOW - timedelta(hours=1), NOW + timedelta(hours=12)
    return put_on_call(staff=staff, begins_at=begins, ends_at=ends, phone="555 0190", by=by, at=NOW)


def test_the_last_one_on_call_is_not_taken_out_unseen(visit, alice, bob, dora, clinic):
    """Two people each take one of two out, each believing that the other one stays: nobody would be reached."""
    first, second = on_call_now(alice, dora), on_call_now(bob, dora)
    browser = visit(alice)
    known = opens(browser, ROTA)
    end_shift(shift=second.pk, by=bob, at=NOW)
    sent = {FIELD: known, "taken_out": first.says}
    answer = browser.post(f"{ROTA}{first.pk}/end/", sent)
    assert answer.status_code == CONFLICT
    assert "Taken out of the rota Bob, " in text_of(answer)
    assert "Take out Alice, " in text_of(answer)
    assert on_call(clinic.pk, at=NOW) == [alice]
    kept = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode()))
    assert browser.post(f"{ROTA}{first.pk}/end/", kept).status_code == 302
    assert on_call(clinic.pk, at=NOW) == []


def test_a_shift_is_not_put_beside_one_that_nobody_saw(visit, alice, bob, carol, dora, clinic):
    browser = visit(carol)
    sent = {
        "staff": alice.pk, "begins_at": "2026-11-24T08:00", "ends_at": "2026-11-24T20:00", "phone": "555 0191",
        FIELD: opens(browser, ROTA),
    }  # fmt: skip
    on_call_now(bob, dora)
    answer = browser.post(ROTA, sent)
    assert answer.status_code == CONFLICT
    for told in ("Put on call Bob, ", "555 0190", "Who Alice", "555 0191"):
        assert told in text_of(answer)
    assert on_call(clinic.pk, at=NOW) == [bob]


@pytest.mark.parametrize("accept", [None, "*/*", "application/xhtml+xml, */*;q=0.1", "text/*"])
def test_a_page_knows_what_it_showed_whatever_it_is_fetched_as(visit, ana, bob, accept):
    headers = {} if accept is None else {"Accept": accept}
    page = visit(bob).get(f"/patients/{ana.pk}/scales/triage/", headers=headers).content.decode()
    assert set(re.findall(rf'name="{FIELD}" value="(\d+)"', page)) == {str(newest_number() - 1)}


def into_effect(alice, dora) -> None:
    """Other limits, signed by two and put into effect."""
    version = propose(text=text(weight_min="35"), why="Our scales start at 35 kg.", by=alice, at=NOW)
    for person in (alice, dora):
        sign(policy=version, signature=fresh(person), at=NOW)
    activate(policy=version, why="As agreed in November.", signature=fresh(dora), at=NOW)


PAGES = {
    "forecast": ("forecast/", "forecast/decide/"),
    "booking": ("booking/", "booking/book/"),
    "infusion": ("infusion/", "infusion/start/"),
    "recovery": ("infusion/recovery/", "infusion/recovery/discharge/"),
}
CONSENT_COUNTS = ("forecast", "infusion")
"""A booking says itself that the consent is withdrawn, and who is discharged goes home either way."""


@pytest.mark.parametrize("where", PAGES)
def test_no_open_page_outlives_the_policy_that_it_was_judged_by(visit, ana, alice, dora, where):
    shown, posted = (f"/patients/{ana.pk}/{part}" for part in PAGES[where])
    browser = visit(alice)
    known = newest_number()
    browser.get(shown)
    into_effect(alice, dora)
    answer = browser.post(posted, {FIELD: str(known)})
    assert answer.status_code == CONFLICT
    assert "meadow version 1" in text_of(answer)


@pytest.mark.parametrize("where", CONSENT_COUNTS)
def test_no_open_page_outlives_the_consent(visit, ana, alice, bob, where):
    posted = f"/patients/{ana.pk}/{PAGES[where][1]}"
    browser = visit(alice)
    known = newest_number()
    withdraw_consent(patient=ana, how="phone", why="Called: does not want it.", by=bob, at=NOW)
    answer = browser.post(posted, {FIELD: str(known)})
    assert answer.status_code == CONFLICT
    assert "Called: does not want it." in text_of(answer)


def test_no_date_is_decided_over_a_hold_that_nobody_saw(visit, ana, alice, bob):
    browser, known = visit(alice), newest_number()
    place_hold(patient=ana, why="A late blood test.", by=bob, at=NOW)
    answer = browser.post(f"/patients/{ana.pk}/forecast/decide/", {FIELD: str(known)})
    assert answer.status_code == CONFLICT
    assert "A late blood test." in text_of(answer)


def entered(patient, by, value):
    """The suicide question as somebody enters it in the clinic."""
    return record_form(
        patient=patient, instrument_id="suicide_check", answers={"1": value}, taken=NOW.date(), answered_by="interview",
        by=by, at=NOW,
    )  # fmt: skip


NONE_FOUND = {"level": "NONE", "rests_on": "Denies everything on the phone."}


def test_a_triage_does_not_close_a_suicide_task_that_nobody_saw(visit, ana, alice, bob):
    browser, address = visit(alice), f"/patients/{ana.pk}/scales/triage/"
    known = opens(browser, address)
    (task,) = entered(ana, bob, 2).tasks
    answer = browser.post(address, {**NONE_FOUND, FIELD: known})
    assert answer.status_code == CONFLICT
    for told in ("item 1: 2", "Do not leave the person alone", "Denies everything on the phone."):
        assert told in text_of(answer)
    assert [each.id for each in open_tasks_of(ana)] == [task.id]
    assert not SuicideTriage.objects.exists()


def test_a_triage_ends_the_tasks_that_its_page_showed_alone(ana, alice, bob):
    (shown,) = entered(ana, bob, 2).tasks
    known = newest_number()
    (unseen,) = entered(ana, bob, 2).tasks
    record_triage(
        patient=ana, level=RiskLevel.NONE, rests_on="Talked at length.", known=known, by=alice, at=NOW
    )
    assert [each.id for each in open_tasks_of(ana)] == [unseen.id]
    assert TaskEnd.objects.get().task_id == shown.id


def attempt(patient, by):
    return record_event(
        patient=patient, kind=CourseEventKind.SUICIDE_ATTEMPT, on=NOW.date(), note="Tablets, told by the sister.", by=by,
        at=NOW,
    )  # fmt: skip


def test_a_triage_does_not_pass_an_attempt_that_nobody_saw(visit, ana, alice, bob):
    browser, address = visit(alice), f"/patients/{ana.pk}/scales/triage/"
    known = opens(browser, address)
    attempt(ana, bob)
    answer = browser.post(address, {**NONE_FOUND, FIELD: known})
    assert answer.status_code == CONFLICT
    assert "Tablets, told by the sister." in text_of(answer)
    assert not SuicideTriage.objects.exists()


def test_an_attempt_is_first_and_red_until_a_triage_after_it(visit, ana, alice, bob):
    record_triage(patient=ana, level=RiskLevel.NONE, rests_on="Nothing found.", by=alice, at=NOW)
    attempt(ana, bob)
    assert [task.kind for task in open_tasks_of(ana)] == ["suicide.urgent"]
    state = safety_now(ana, Batch.of(ana))
    assert (state.is_red, state.is_first) == (True, True)
    assert state.sentences[0] == "Suicide attempt on Tue 24 Nov 2026. No triage since."
    assert state.sentences[0] in text_of(visit(bob).get(f"/patients/{ana.pk}/scales/triage/"))
    record_triage(patient=ana, level=RiskLevel.LOW, rests_on="Seen by me.", by=alice, at=NOW)
    assert not safety_now(ana, Batch.of(ana)).is_red


ATTEMPTED = "Suicide attempt on Tue 24 Nov 2026"


def test_an_attempt_that_opened_no_task_is_red_all_the_same(ana, bob, monkeypatch):
    """As those that were recorded when an attempt opened none."""
    monkeypatch.setattr(happening, "open_by_rule", lambda *_, **__: None)
    attempt(ana, bob)
    assert not open_tasks_of(ana)
    state = safety_now(ana, Batch.of(ana))
    assert (state.is_red, state.is_first, state.sentences[0]) == (
        True,
        True,
        f"{ATTEMPTED}. No triage since.",
    )


@pytest.mark.parametrize("level", RiskLevel)
def test_an_attempt_is_named_after_its_triage_whatever_that_found(ana, alice, bob, level):
    attempt(ana, bob)
    record_triage(patient=ana, level=level, rests_on="Talked at length.", by=alice, at=NOW)
    state = safety_now(ana, Batch.of(ana))
    assert state.is_red is (level is RiskLevel.HIGH)
    assert any(sentence.startswith(f"{ATTEMPTED}, triaged since") for sentence in state.sentences)


BESIDE_A_RISK = {
    "decision": ("intake/decision/", {"outcome": "accepted", "reason": "Fits, says the referrer."}),
    "review": ("outcomes/review/", {"kind": "response", "outcome": "continue", "reason": "All is well."}),
}


@pytest.mark.usefixtures("second_factor")
@pytest.mark.parametrize("what", CourseEventKind)
@pytest.mark.parametrize("deed", BESIDE_A_RISK)
def test_nothing_is_decided_over_an_event_that_nobody_saw(visit, alder, alice, bob, deed, what):
    address, form = BESIDE_A_RISK[deed]
    browser, known = visit(alice), newest_number()
    record_event(patient=alder, kind=what, on=NOW.date(), note="Told by the sister.", by=bob, at=NOW)
    answer = browser.post(
        f"/patients/{alder.pk}/{address}", {**form, "seen": current(alder).facts_sha256, FIELD: str(known)}
    )
    assert answer.status_code == CONFLICT
    assert "Told by the sister." in text_of(answer)


@pytest.mark.parametrize("deed", BESIDE_A_RISK)
def test_nothing_is_decided_over_a_risk_that_nobody_saw(visit, alder, alice, bob, deed):
    browser, known = visit(alice), newest_number()
    entered(alder, bob, 2)
    answer = browser.post(f"/patients/{alder.pk}/{BESIDE_A_RISK[deed][0]}", {FIELD: str(known)})
    assert answer.status_code == CONFLICT
    for told in ("item 1: 2", "Do not leave the person alone"):
        assert told in text_of(answer)
