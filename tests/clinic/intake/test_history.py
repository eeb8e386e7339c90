"""A history that saves itself: nothing half-saved, nothing overwritten, answers become facts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tenuto.clinic.accounts.guards import WrongClinic
from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.models import StepSave
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.history import NotTheirJudgement
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.clinic.ports.api import open_tasks_of
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Allergy, Answer, Medication
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer

ROW = "a" * 32


def url_of(patient, step="medical"):
    return f"/patients/{patient.pk}/intake/history/{step}/"


def test_an_answer_becomes_a_fact_with_who_and_when(ana, bob):
    answer(ana, "medical", bob, history__aneurysm="yes")
    given = current(ana).facts.answer("history.aneurysm")
    assert (given.value, given.taken, given.origin) == (True, NOW.date(), "form, Bob (bob)")
    assert any(
        f.code == "ANSWER-HISTORY-ANEURYSM" and f.level is Level.BLOCK for f in current(ana).gate.findings
    )
    assert AuditEvent.objects.get(action="saved history").detail["entries"] == ["history.aneurysm"]


def test_the_newest_answer_counts_and_the_old_one_stays(ana, bob, alice):
    answer(ana, "medical", bob, history__liver="yes")
    answer(ana, "medical", alice, seen={"history.liver": 1}, history__liver="no")
    assert current(ana).facts.answer("history.liver").value is False
    assert [save.changes for save in StepSave.objects.order_by("version")] == [
        {"history.liver": "yes"},
        {"history.liver": "no"},
    ]


def test_what_was_not_changed_is_not_saved_again(ana, bob, alice):
    answer(ana, "medical", bob, history__liver="no")
    result = answer(ana, "medical", alice, seen={"history.liver": 1}, history__liver="no")
    assert result.saved == ()
    assert StepSave.objects.count() == 1


def test_two_people_who_change_different_answers_both_keep_theirs(ana, bob, alice):
    answer(ana, "medical", bob, history__liver="no", history__renal="")
    result = answer(ana, "medical", alice, history__liver="", history__renal="yes")
    assert (result.saved, result.conflicts) == (("history.renal",), ())
    assert current(ana).facts.answer("history.liver").value is False
    assert current(ana).facts.answer("history.renal").value is True


def test_two_browsers_on_one_answer_lose_nothing_and_a_person_chooses(visit, ana, alice, bob):
    name = "q-history.liver"
    first, second = visit(alice), visit(bob)
    first.get(url_of(ana))
    second.get(url_of(ana))
    assert first.post(url_of(ana), {name: "yes", "v-history.liver": "0"}).status_code == 302

    clash = second.post(
        url_of(ana), {name: "no", "v-history.liver": "0", "q-history.renal": "no", "v-history.renal": "0"}
    )
    page = text_of(clash)
    assert clash.status_code == 409
    assert "Alice (alice)" in page
    assert "The rest of what you wrote was saved" in page
    assert current(ana).facts.answer("history.liver").value is True
    assert current(ana).facts.answer("history.renal").value is False

    again = {"resolve": "1", name: "no", "v-history.liver": "1"}
    second.post(url_of(ana), {**again, "choose-history.liver": "theirs"})
    assert current(ana).facts.answer("history.liver").value is True
    second.post(url_of(ana), {**again, "choose-history.liver": "mine"})
    assert current(ana).facts.answer("history.liver").value is False


def test_an_unanswered_choice_keeps_what_stands(visit, ana, alice, bob):
    answer(ana, "medical", alice, history__liver="yes")
    visit(bob).post(url_of(ana), {"resolve": "1", "q-history.liver": "no", "v-history.liver": "1"})
    assert current(ana).facts.answer("history.liver").value is True


def test_a_bad_value_is_a_sentence_on_its_field_and_nothing_is_saved(visit, ana, alice):
    answers = {"q-goals": "sing again", "q-stop.date": "next summer"}
    page = visit(alice).post(url_of(ana, "goals"), answers)
    assert page.status_code == 422
    assert "Write the day as 2026-11-24." in text_of(page)
    assert "sing again" in page.content.decode()
    assert not StepSave.objects.exists()


def test_one_entry_saves_itself_and_brings_the_gate(visit, ana, alice):
    browser = visit(alice)
    data = {"q-history.aneurysm": "yes", "v-history.aneurysm": "0"}
    told = browser.post(url_of(ana), data, headers={"X-Autosave": "1"}).json()
    assert told["versions"] == {"history.aneurysm": 1}
    assert told["saved"] == "Saved 09:30"
    assert "ANSWER-HISTORY-ANEURYSM" in told["aside"]
    wrong = browser.post(url_of(ana), {"q-history.aneurysm": "maybe"}, headers={"X-Autosave": "1"})
    assert wrong.status_code == 422
    assert "Choose one of yes, no" in wrong.json()["error"]
    other = browser.post(url_of(ana), {**data, "q-history.aneurysm": "no"}, headers={"X-Autosave": "1"})
    assert (other.status_code, other.json()) == (409, {"conflict": True})


def test_a_medicine_shows_what_it_does_with_ketamine_at_once(visit, ana, alice):
    row = {f"r-{ROW}-text": "Theophylline", f"r-{ROW}-dose": "300 mg", f"v-{ROW}": "0"}
    told = visit(alice).post(url_of(ana, "medicines"), row, headers={"X-Autosave": "1"}).json()
    assert "BLOCK" in told["notes"][ROW]
    assert current(ana).facts.medications[0] == Medication(
        "Theophylline", dose="300 mg", origin="form, Alice (alice)"
    )
    page = text_of(visit(alice).get(url_of(ana, "medicines")))
    assert "Theophylline" in page


def test_an_unknown_medicine_is_never_called_harmless(visit, ana, alice):
    row = {f"r-{ROW}-text": "Xyloquark"}
    told = visit(alice).post(url_of(ana, "medicines"), row, headers={"X-Autosave": "1"}).json()
    assert "Not known here, so not checked" in told["notes"][ROW]


@pytest.mark.parametrize(
    "rows", [{f"r-{ROW}-dose": "5 mg"}, {f"r-{ROW}-text": "x", f"r-{ROW}-last_taken": "soon"}]
)
def test_a_row_that_makes_no_sense_is_not_saved(visit, ana, alice, rows):
    assert visit(alice).post(url_of(ana, "medicines"), rows).status_code == 422
    assert not StepSave.objects.exists()


def test_an_empty_row_is_no_row(visit, ana, alice):
    empty = {f"r-{ROW}-text": "", f"r-{ROW}-status": "active", f"v-{ROW}": "0"}
    visit(alice).post(url_of(ana, "diagnoses"), empty)
    assert not StepSave.objects.exists()


def test_a_record_and_the_form_are_one_list_and_only_a_person_strikes(visit, ana, alice):
    receive(
        facts=facts_of(medications=(Medication("sertraline"),), allergies=(Allergy("penicillin"),)),
        source=source_of(digest="2" * 64),
        by=alice,
        at=NOW,
    )
    receive(facts=facts_of(), source=source_of(digest="3" * 64), by=alice, at=NOW + timedelta(hours=1))
    assert [m.text for m in current(ana).facts.medications] == ["sertraline"]
    assert [a.text for a in current(ana).facts.allergies] == ["penicillin"]

    browser = visit(alice)
    page = browser.get(url_of(ana, "medicines")).content.decode()
    key = page.split('data-entry="')[1].split('"')[0]
    shown = {f"r-{key}-text": "sertraline", f"v-{key}": "0"}
    browser.post(url_of(ana, "medicines"), shown)
    assert not StepSave.objects.exists(), "what a record told is not told again by looking at it"
    browser.post(url_of(ana, "medicines"), {**shown, f"r-{key}-remove": "1"})
    assert current(ana).facts.medications == ()


def test_a_newer_record_beats_an_older_answer_and_the_other_way_round(ana, alice, bob):
    tomorrow = NOW + timedelta(days=1)
    answer(ana, "medical", bob, history__liver="yes")
    told = (Answer("history.liver", False, tomorrow.date(), "QuestionnaireResponse/1"),)
    receive(facts=facts_of(answers=told), source=source_of(digest="4" * 64), by=alice, at=tomorrow)
    assert current(ana, as_of=tomorrow.date()).facts.answer("history.liver").value is False
    answer(
        ana, "medical", bob, at=tomorrow + timedelta(days=1), seen={"history.liver": 1}, history__liver="no"
    )
    answer(
        ana, "medical", bob, at=tomorrow + timedelta(days=2), seen={"history.liver": 2}, history__liver="yes"
    )
    later = tomorrow + timedelta(days=3)
    assert current(ana, as_of=later.date()).facts.answer("history.liver").value is True


def test_trials_are_told_in_one_answer(ana, bob):
    row = {
        "drug": "sertraline",
        "dose": "150 mg",
        "weeks": "10",
        "response": "no response",
        "adequate": "yes",
    }
    answer(ana, "trials", bob, **{ROW: row})
    given = current(ana).facts.answer("treatments.trials")
    assert given.value == "sertraline 150 mg for 10 weeks: no response, adequate"


@pytest.mark.parametrize(
    ("entry", "word", "tasks"),
    [
        ("suicide.means", "yes", ["suicide.means"]),
        ("suicide.means", "no", []),
        ("suicide.attempts", "one, ten years ago", ["suicide.attempts"]),
        ("suicide.attempts", "None.", []),
        ("suicide.safety_plan", "no", ["suicide.safety_plan"]),
    ],
)
def test_every_positive_answer_opens_a_task_with_owner_and_deadline(ana, bob, entry, word, tasks):
    answer(ana, "safety", bob, **{entry: word})
    opened = open_tasks_of(ana)
    assert [task.kind for task in opened] == tasks
    assert all(task.owner_role == "prescriber" and task.due > NOW for task in opened)


def test_nobody_writes_into_another_clinic(ana, charlie):
    with pytest.raises(WrongClinic):
        answer(ana, "medical", charlie, history__liver="no")
    assert not StepSave.objects.exists()


def test_no_click_takes_a_question_out_of_sight(ana, carol, client):
    """The answer stays with its author and day, can be changed, and hides nothing without its reason."""
    client.force_login(carol)
    answer(ana, "person", carol, childbearing__potential="no", contraception="yes")
    shown = client.get(url_of(ana, "person")).content.decode()
    for name in ("childbearing.potential", "contraception", "lactation"):
        assert f'name="q-{name}"' in shown
    assert "No, without its reason" in shown
    assert "Carol (carol)" in shown
    answer(
        ana, "person", carol, seen={"childbearing.potential": 1}, childbearing__potential="no: hysterectomy"
    )
    given = current(ana).facts.answer("childbearing.potential")
    assert (given.value, given.detail) == (False, "hysterectomy")
    shown = client.get(url_of(ana, "person")).content.decode()
    for name in ("childbearing.potential", "contraception", "lactation"):
        assert f'name="q-{name}"' in shown


def test_a_no_without_its_reason_can_not_be_chosen(ana, carol, client):
    client.force_login(carol)
    sent = client.post(url_of(ana, "person"), {"q-childbearing.potential": "no"}, headers={"X-Autosave": "1"})
    assert sent.status_code == 422
    assert "no: hysterectomy" in sent.json()["error"]


@pytest.mark.parametrize(
    ("step", "name", "value"),
    [
        ("medical", "airway.exam", "normal"),
        ("medical", "asa.class", "2"),
        ("support", "capacity", "yes"),
        ("support", "prescriber", "Alice, seen in person"),
    ],
)
def test_a_clinical_judgement_is_recorded_by_whose_it_is(ana, carol, alice, client, step, name, value):
    entry = {name.replace(".", "__"): value}
    with pytest.raises(NotTheirJudgement, match=r"is a clinical judgement: .* a medical director records it"):
        answer(ana, step, carol, **entry)
    assert current(ana).facts.answer(name) is None
    client.force_login(carol)
    shown = client.get(url_of(ana, step)).content.decode()
    assert f'name="q-{name}"' not in shown
    assert "A clinical judgement:" in shown
    answer(ana, step, alice, **entry)
    assert current(ana).facts.answer(name) is not None


def test_a_trial_is_adequate_when_a_clinician_says_so(ana, carol, bob):
    row = {"drug": "sertraline 150 mg", "weeks": "10"}
    answer(ana, "trials", carol, **{ROW: row})
    with pytest.raises(NotTheirJudgement, match="Whether a trial was adequate"):
        answer(ana, "trials", carol, seen={ROW: 1}, **{ROW: {**row, "adequate": "yes"}})
    answer(ana, "trials", bob, seen={ROW: 1}, **{ROW: {**row, "adequate": "yes"}})
    # What a clinician judged stays when somebody corrects another word of the row.
    answer(ana, "trials", carol, seen={ROW: 2}, **{ROW: {**row, "dose": "200 mg", "adequate": "yes"}})
    assert "adequate" in current(ana).facts.answer("treatments.trials").value
