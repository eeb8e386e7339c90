"""What questions take: a yes with its detail, a group with nothing of it, people and codes that are picked."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from tenuto.clinic.intake.api import current
from tenuto.clinic.intake.forms.answers import field_of
from tenuto.clinic.intake.models import StepSave
from tenuto.clinic.intake.services import receive
from tenuto.clinic.intake.services.history import save_step
from tenuto.clinic.ledger.models import AuditEvent
from tenuto.core.data import DataError, Table
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Answer, Coding, Problem
from tenuto.core.intake.history import trial_of, trial_text
from tenuto.core.intake.steps import _step, steps
from tests.clinic.conftest import NOW, facts_of, source_of
from tests.clinic.intake.conftest import text_of
from tests.clinic.intake.filling import answer

ROW = "a" * 32


def url_of(patient, step):
    return f"/patients/{patient.pk}/intake/history/{step}/"


def finding(patient, fact):
    return next((f for f in current(patient).gate.findings if f.fact == fact and not f.missing), None)


def test_a_yes_is_told_and_the_gate_repeats_it(visit, ana, bob):
    browser = visit(bob)
    browser.post(
        url_of(ana, "medical"),
        {"q-history.liver": "yes", "q-history.liver_detail": "hepatitis C, cured 2019"},
    )
    given = current(ana).facts.answer("history.liver")
    assert (given.value, given.detail) == (True, "hepatitis C, cured 2019")
    assert "answered “yes”: hepatitis C, cured 2019" in finding(ana, "history.liver").message
    assert ">\nhepatitis C, cured 2019</textarea>" in browser.get(url_of(ana, "medical")).content.decode()


def test_a_no_has_no_detail_and_a_plain_yes_still_counts(visit, ana, bob):
    sent = {"q-history.liver": "no", "q-history.liver_detail": "left over", "q-history.renal": "yes"}
    visit(bob).post(url_of(ana, "medical"), sent)
    assert StepSave.objects.get().changes == {"history.liver": "no", "history.renal": "yes"}


def test_two_people_who_tell_a_yes_differently_choose(visit, ana, alice, bob):
    first = {"q-history.liver": "yes", "q-history.liver_detail": "hepatitis", "v-history.liver": "0"}
    visit(alice).post(url_of(ana, "medical"), first)
    clash = visit(bob).post(url_of(ana, "medical"), {**first, "q-history.liver_detail": "cirrhosis"})
    assert clash.status_code == 409
    html = clash.content.decode()
    assert 'name="q-history.liver" value="yes"' in html
    assert 'name="q-history.liver_detail" value="cirrhosis"' in html
    mine = {**first, "q-history.liver_detail": "cirrhosis", "v-history.liver": "1"}
    visit(bob).post(url_of(ana, "medical"), {"resolve": "1", "choose-history.liver": "mine", **mine})
    assert current(ana).facts.answer("history.liver").detail == "cirrhosis"


HEART = "Heart, vessels and brain"
HEARTS = ["history.cardiovascular", "history.cerebrovascular", "history.seizure"]


def asked_together(title, *facts, **more):
    return {"together": title, "asked": list(facts), **more}


def test_a_short_group_is_recorded_as_asked_together_and_answered_no(visit, ana, alice, bob):
    answer(ana, "medical", alice, history__seizure="yes: one, in 2003")
    sent = asked_together(HEART, *HEARTS, **{"q-history.thyroid": "yes", "v-history.seizure": "1"})
    moved = visit(bob).post(url_of(ana, "medical"), sent)
    assert (moved.status_code, moved["Location"].partition("#")[2]) == (302, "asked-heart-vessels-and-brain")
    facts = current(ana).facts
    assert [facts.answer(name).value for name in HEARTS] == [False, False, True]
    assert facts.answer("history.cerebrovascular").origin == "form, asked together, Bob (bob)"
    assert facts.answer("history.thyroid").origin == "form, Bob (bob)"
    assert facts.answer("history.seizure").origin == "form, Alice (alice)"
    told = AuditEvent.objects.filter(action="saved history").latest("number").detail["together"]
    assert told == HEARTS[:2]
    assert facts.answer("history.glaucoma") is None
    assert "asked together" in text_of(visit(alice).get(url_of(ana, "medical")))


def test_nothing_is_recorded_of_what_the_page_did_not_show(visit, ana, bob):
    """Neither by a click that knows no group, nor for a question of another group or one that was not in view."""
    browser = visit(bob)
    for sent in (
        {"together": "1"},
        {"together": HEART},
        asked_together(HEART, "history.porphyria", "history.glaucoma", "suicide.attempts"),
    ):
        assert browser.post(url_of(ana, "medical"), sent).status_code == 302
        assert not StepSave.objects.exists()
    browser.post(url_of(ana, "medical"), asked_together(HEART, HEARTS[0]))
    assert StepSave.objects.get().changes == {HEARTS[0]: "no"}


def test_a_group_shows_the_whole_words_of_all_that_its_button_records(visit, ana, bob):
    asked = {q.fact.id: q for step in steps() for q in step.questions}
    html = visit(bob).get(url_of(ana, "medical")).content.decode()
    boxes = re.findall(r'<section class="intake-together".*?</section>', html, re.DOTALL)
    assert len(boxes) == 3
    for box in boxes:
        facts = re.findall(r'name="asked" value="([^"]+)"', box)
        assert 2 <= len(facts) <= 5
        for name in facts:
            assert escape(asked[name].fact.ask) in box


def test_what_alone_closes_the_gate_has_an_answer_of_its_own():
    for step in steps():
        for group in step.groups:
            assert 2 <= len(group.questions) <= 5, group.title
            for q in group.questions:
                assert max(q.fact.effects.values(), default=Level.PASS) < Level.BLOCK, q.fact.id


@pytest.mark.parametrize(
    ("group", "wrong"),
    [
        (["history.porphyria", "history.liver"], "history.porphyria closes the gate by itself"),
        (["history.cardiovascular", "history.cerebrovascular", "history.seizure", "history.glaucoma",
          "history.thyroid", "history.liver"], "6 questions. At most 5"),
    ],
)  # fmt: skip
def test_a_group_that_asks_too_much_at_once_is_refused(group, wrong):
    raw = {
        "id": "x",
        "title": "X",
        "lead": "X.",
        "facts": group,
        "together": [{"title": "All", "facts": group}],
    }
    with pytest.raises(DataError, match=wrong):
        _step(Table(raw, "intake_steps.toml"))


def test_another_answer_than_nothing_is_refused_in_a_group(ana, bob):
    with pytest.raises(ValueError, match="not recorded as “yes” in a group"):
        save_step(
            patient=ana, step_id="medical", entries={}, seen={}, together={HEARTS[0]: "yes"}, by=bob, at=NOW
        )


def test_what_somebody_else_answered_meanwhile_is_no_part_of_a_group(ana, alice, bob):
    answer(ana, "medical", alice, history__seizure="yes")
    result = save_step(
        patient=ana,
        step_id="medical",
        entries={},
        seen={},
        together=dict.fromkeys(HEARTS, "no"),
        by=bob,
        at=NOW,
    )
    assert [clash.entry for clash in result.conflicts] == ["history.seizure"]
    assert current(ana).facts.answer("history.seizure").value is True


def test_nothing_is_a_default(visit, ana, bob):
    browser = visit(bob)
    assert "nothing of these" in text_of(browser.get(url_of(ana, "medical")))
    browser.post(url_of(ana, "medical"), {"q-asa.class": "2"})
    assert StepSave.objects.get().changes == {"asa.class": "2"}


def test_no_question_about_suicide_is_asked_as_one_of_a_group():
    grouped = [q for step in steps() for q in step.questions if q.together]
    assert {q.fact.group for q in grouped} == {"psychiatric", "medical", "substance"}
    for q in grouped:
        assert q.fact.effects.get(q.together, Level.PASS) is Level.PASS


def test_words_of_ones_own_or_that_there_is_nothing(visit, ana, bob):
    browser = visit(bob)
    lacking = browser.post(url_of(ana, "safety"), {"q-suicide.attempts": "told"})
    assert lacking.status_code == 422
    assert "Suicide attempts: Write it in the line below, or choose none." in text_of(lacking)
    browser.post(
        url_of(ana, "safety"), {"q-suicide.attempts": "told", "q-suicide.attempts_detail": "one, 2011"}
    )
    assert current(ana).facts.answer("suicide.attempts").value == "one, 2011"
    browser.post(url_of(ana, "safety"), {"q-suicide.attempts": "none", "v-suicide.attempts": "1"})
    assert current(ana).facts.answer("suicide.attempts").value == "none"


@pytest.mark.parametrize(
    ("sent", "kept", "level"),
    [
        ({"phone": "555 0100", "confirmed": "on"}, "Sam Reed, 555 0100, phone confirmed", None),
        ({"phone": "555 0100"}, "Sam Reed, 555 0100, phone not confirmed", Level.REVIEW),
        ({}, "Sam Reed, phone not confirmed", Level.REVIEW),
    ],
)
def test_an_escort_is_a_person_whose_number_was_called(visit, ana, bob, sent, kept, level):
    browser = visit(bob)
    browser.post(
        url_of(ana, "support"), {"q-escort": "Sam Reed", **{f"q-escort_{k}": v for k, v in sent.items()}}
    )
    assert current(ana).facts.answer("escort").value == kept
    found = finding(ana, "escort")
    assert (found.level if found else None) is level
    html = browser.get(url_of(ana, "support")).content.decode()
    assert 'name="q-escort" value="Sam Reed"' in html
    assert ("checked" in html.split('name="q-escort_confirmed"')[1].split(">")[0]) is ("confirmed" in sent)


def test_what_a_record_says_of_the_escort_stays_until_somebody_changes_it(visit, ana, alice, bob):
    told = (Answer("escort", "Sam Reed, number confirmed", NOW.date(), "QuestionnaireResponse/1"),)
    receive(facts=facts_of(answers=told), source=source_of(digest="6" * 64), by=alice, at=NOW)
    visit(bob).post(url_of(ana, "support"), {"q-escort": "Sam Reed, number confirmed", "q-escort_phone": ""})
    assert not StepSave.objects.exists()


def test_only_what_the_form_holds_can_be_asked_again(visit, ana, alice, bob):
    yesterday = NOW.date() - timedelta(days=1)
    told = (
        Answer(
            "treatments.trials", "sertraline 200 mg for 10 weeks: no response", yesterday, "Questionnaire/1"
        ),
        Answer("treatments.neuromodulation", "none", yesterday, "Questionnaire/1"),
    )
    receive(facts=facts_of(answers=told), source=source_of(digest="7" * 64), by=alice, at=NOW)
    html = visit(bob).get(url_of(ana, "trials")).content.decode()
    assert 'name="again" value="treatments.neuromodulation"' in html
    assert 'name="again" value="treatments.trials"' not in html


def test_a_number_that_was_called_has_to_be_written(visit, ana, bob):
    wrong = visit(bob).post(url_of(ana, "support"), {"q-escort": "Sam Reed", "q-escort_confirmed": "on"})
    assert "Escort: Write the number that was called." in text_of(wrong)
    assert 'value="Sam Reed"' in wrong.content.decode()


def test_the_prescriber_is_chosen_from_staff(visit, ana, bob, alice, charlie):
    browser = visit(bob)
    offered = text_of(browser.get(url_of(ana, "support")))
    assert "Alice, has seen the person" in offered
    assert "Charlie" not in offered
    assert "Bob, has seen" not in offered
    assert (
        browser.post(url_of(ana, "support"), {"q-prescriber": "Charlie, seen in person"}).status_code == 422
    )
    browser.post(url_of(ana, "support"), {"q-prescriber": "Alice, seen in person"})
    assert finding(ana, "prescriber") is None
    browser.post(url_of(ana, "support"), {"q-prescriber": "online only", "v-prescriber": "1"})
    assert finding(ana, "prescriber").level is Level.BLOCK


def test_a_diagnosis_is_picked_with_its_code(visit, ana, bob):
    browser = visit(bob)
    title = "Major depressive disorder, recurrent severe without psychotic features"
    assert f'<option value="{title} (F33.2)">' in browser.get(url_of(ana, "diagnoses")).content.decode()
    browser.post(url_of(ana, "diagnoses"), {f"r-{ROW}-text": f"{title} (F33.2)", f"r-{ROW}-status": "active"})
    (problem,) = current(ana).facts.problems
    assert (problem.text, problem.codings[0].system, problem.codings[0].code) == (title, "icd10cm", "F33.2")


def test_an_unknown_code_is_refused_and_one_that_a_record_brought_stays(visit, ana, alice, bob):
    wrong = visit(bob).post(
        url_of(ana, "diagnoses"), {f"r-{ROW}-text": "Depression", f"r-{ROW}-code": "F33.22"}
    )
    assert wrong.status_code == 422
    assert "“F33.22” is not a code that is known here" in text_of(wrong)
    assert f'id="id_r-{ROW}-code"' in wrong.content.decode()
    strange = Problem("Old trouble", (Coding("icd10cm", "U99.9"),))
    receive(facts=facts_of(problems=(strange,)), source=source_of(digest="5" * 64), by=alice, at=NOW)
    page = visit(bob).get(url_of(ana, "diagnoses")).content.decode()
    key = page.split('data-entry="')[1].split('"')[0]
    row = {
        f"r-{key}-text": "Old trouble",
        f"r-{key}-code": "U99.9",
        f"r-{key}-onset": "2001-01-01",
        f"v-{key}": "0",
    }
    assert visit(bob).post(url_of(ana, "diagnoses"), row).status_code == 302
    assert current(ana).facts.problems[0].onset.year == 2001


@pytest.mark.parametrize(
    ("step", "fields"),
    [
        ("diagnoses", {"text": "Depression", "onset": "{day}"}),
        ("medicines", {"text": "Sertraline", "last_taken": "{day}"}),
    ],
)
def test_what_was_is_not_still_to_come(visit, ana, bob, step, fields):
    def sent(day):
        row = {f"r-{ROW}-{name}": text.format(day=day) for name, text in fields.items()}
        return visit(bob).post(url_of(ana, step), row)

    wrong = sent("2026-11-25")
    assert wrong.status_code == 422
    assert "Wed 25 Nov 2026 is still to come. Correct it." in text_of(wrong)
    assert not current(ana).facts.problems
    assert not current(ana).facts.medications
    assert sent("2026-11-24").status_code == 302


def test_a_question_about_a_day_that_was_takes_none_to_come_and_the_stop_date_does():
    asked = next(q for step in steps() for q in step.questions if q.fact.id == "stop.date")
    to_come = timezone.localdate() + timedelta(days=1)
    assert field_of(asked, value="", prescribers=()).clean(to_come.isoformat()) == to_come
    past = field_of(replace(asked, fact=replace(asked.fact, id="a.day.that.was")), value="", prescribers=())
    assert past.clean(timezone.localdate().isoformat()) == timezone.localdate()
    with pytest.raises(ValidationError, match="is still to come"):
        past.clean(to_come.isoformat())


def test_the_whole_history_stands_on_one_page_and_each_step_saves_by_itself(visit, ana, bob):
    browser = visit(bob)
    url = f"/patients/{ana.pk}/intake/history/"
    html = browser.get(url).content.decode()
    assert [f'id="step-{step.id}"' in html for step in steps()] == [True] * len(steps())
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    sent = {"whole": "1", "q-asa.class": "2"}
    assert browser.post(url_of(ana, "medical"), sent)["Location"] == f"{url}#step-medicines"
    sent = asked_together(HEART, *HEARTS, whole="1")
    moved = browser.post(url_of(ana, "medical"), sent)
    assert moved["Location"] == f"{url}#asked-heart-vessels-and-brain"
    last = browser.post(url_of(ana, "support"), {"whole": "1", "q-capacity": "yes"})
    assert last["Location"] == f"{url}#step-support"
    assert browser.post(url_of(ana, "support"), {})["Location"].endswith("/intake/measurements/")


def test_a_trial_is_written_in_one_line_as_it_is_read_back(visit, ana, bob):
    line = "Sertraline 200 mg for 10 weeks: no response, adequate"
    visit(bob).post(url_of(ana, "trials"), {f"r-{ROW}-drug": line})
    assert StepSave.objects.get().changes[ROW] == {
        "drug": "Sertraline 200 mg", "weeks": "10", "response": "no response", "adequate": "yes",
    }  # fmt: skip
    assert current(ana).facts.answer("treatments.trials").value == line


@given(
    drug=st.sampled_from(["sertraline", "lithium 600 mg", "ECT, 12 sessions"]),
    weeks=st.sampled_from(["", "6", "104"]),
    response=st.sampled_from(["", "no response", "partial response", "response", "remission", "not borne"]),
    adequate=st.sampled_from(["", "yes", "no", "unclear"]),
)
def test_what_is_read_of_a_line_says_the_same_again(drug, weeks, response, adequate):
    row = {"drug": drug, "weeks": weeks, "response": response, "adequate": adequate}
    text = trial_text(row)
    read = trial_of(text)
    assert read == ({name: word for name, word in row.items() if word} if weeks else {})
    assert not read or trial_text(read) == text


def test_two_rows_wait_for_the_first_trials(visit, ana, bob):
    browser = visit(bob)
    assert browser.get(url_of(ana, "trials")).content.decode().count("data-new") == 2
    row = {f"r-{ROW}-drug": "sertraline 150 mg", f"r-{ROW}-weeks": "10", f"r-{ROW}-adequate": "yes"}
    browser.post(url_of(ana, "trials"), {**row, "r-bbbbbbbbbb-drug": "", "r-bbbbbbbbbb-weeks": ""})
    assert current(ana).facts.answer("treatments.trials").value == "sertraline 150 mg for 10 weeks: adequate"
    assert browser.get(url_of(ana, "trials")).content.decode().count("data-new") == 1
