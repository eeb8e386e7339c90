from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenuto.core.dates import say_date
from tenuto.core.gate import Level
from tenuto.core.intake.facts import (
    Coding,
    Consent,
    Identifier,
    Medication,
    PatientFacts,
    Person,
    Problem,
    ProblemStatus,
)
from tenuto.core.intake.required import JudgementPurpose, facts
from tenuto.core.policy import default_policy
from tests.core.intake.people import (
    DEPRESSION,
    TODAY,
    finding,
    healthy,
    judged,
    pressure,
    serious,
    with_answer,
    with_measured,
    with_problem,
)


@pytest.mark.parametrize(("age", "asked"), [(55, True), (56, False)])
def test_a_pregnancy_test_is_asked_for_up_to_the_age_of_the_policy(age, asked):
    silent = with_answer("pregnancy.test", None)
    person = replace(silent.person, birth_date=TODAY.replace(year=TODAY.year - age))
    found = finding(judged(replace(silent, person=person)), "MISSING-PREGNANCY-TEST")
    assert (found is not None) is asked


@pytest.mark.parametrize("purpose", list(JudgementPurpose))
def test_a_person_about_whom_everything_is_known_passes(purpose):
    assessment = judged(healthy(), purpose)
    assert serious(assessment) == []
    assert assessment.gate.level is Level.PASS
    assert assessment.missing == ()
    assert assessment.not_checked == ()


def test_it_hands_on_what_planning_needs():
    assessment = judged(healthy())
    assert [i.condition.id for i in assessment.indications] == ["depression"]
    assert assessment.weight.kg.value == 70
    assert assessment.bmi.rounded(1).value == Decimal("24.2")
    assert assessment.body.age_years == 40
    assert str(assessment.blood_pressure).startswith("116/74")


def test_an_unsigned_policy_never_passes():
    assert "POLICY-UNSIGNED REVIEW" in serious(judged(healthy(), policy=default_policy()))


def test_nothing_known_is_refused_and_everything_is_missing():
    assessment = judged(PatientFacts(Person()))
    assert assessment.gate.level is Level.REFUSE
    asked = {f.id for f in facts() if f.absent(JudgementPurpose.PLANNING) is not Level.PASS}
    assert set(assessment.missing) == asked
    assert assessment.weight is None


@pytest.mark.parametrize("item", [f for f in facts() if f.kind == "answer"], ids=lambda f: f.id)
@pytest.mark.parametrize("purpose", list(JudgementPurpose))
def test_each_unanswered_question_has_the_effect_that_the_register_says(item, purpose):
    base = healthy() if item.id != "lab.ecg" else with_problem(Problem("Coronary artery disease"))
    assessment = judged(with_answer(item.id, None, patient=base), purpose)
    said = finding(assessment, "MISSING-" + item.id.upper().replace(".", "-").replace("_", "-"))
    if item.absent(purpose) is Level.PASS:
        assert said is None
    else:
        assert said.level is item.absent(purpose)
        assert item.id in assessment.missing


@pytest.mark.parametrize("item", [f for f in facts() if f.effects], ids=lambda f: f.id)
def test_each_answer_has_the_effect_that_the_register_says(item):
    for key, level in item.effects.items():
        if key.endswith("_pain"):
            continue
        assessment = judged(with_answer(item.id, key))
        said = finding(assessment, "ANSWER-" + item.id.upper().replace(".", "-").replace("_", "-"))
        applies = item.id != "lab.ecg"
        assert (said.level if said else Level.PASS) is (level if applies else Level.PASS), key


@pytest.mark.parametrize("code", ["consent", "escort", "prescriber"])
def test_what_is_needed_on_the_day_is_to_do_while_planning_and_blocks_starting(code):
    gone = with_answer(code, None, patient=healthy(consents=()) if code == "consent" else None)
    planning, starting = judged(gone), judged(gone, JudgementPurpose.STARTING)
    assert (planning.to_do, starting.to_do) == ((code,), ())
    name = f"MISSING-{code.upper()}"
    assert (finding(planning, name).level, finding(starting, name).level) == (Level.REVIEW, Level.BLOCK)


def test_a_recorded_refusal_speaks_against_planning_too():
    assert finding(judged(with_answer("escort", "none")), "ANSWER-ESCORT").level is Level.BLOCK
    withdrawn = healthy(consents=(Consent(TODAY, False),))
    assert finding(judged(withdrawn), "CONSENT-NOT-IN-FORCE").level is Level.BLOCK


def test_records_that_say_the_same_are_one_finding():
    many = [Problem(f"Alcohol dependence, note {n}", (Coding("icd10cm", "F10.20"),)) for n in range(15)]
    found = [f for f in judged(with_problem(*many)).gate.findings if f.code.startswith("CONTRA-")]
    assert len({f.code for f in found}) == len(found)
    assert "14 more entries say the same." in found[0].message


def test_no_diagnosis_blocks():
    assert finding(judged(healthy(problems=())), "MISSING-DIAGNOSIS").level is Level.BLOCK


def test_a_condition_that_was_asked_for_but_is_not_recorded_blocks():
    assessment = judged(healthy(), indication="ptsd")
    assert finding(assessment, "MISSING-DIAGNOSIS").level is Level.BLOCK


def test_an_unknown_condition_is_named():
    with pytest.raises(ValueError, match="'gout' is not a condition"):
        judged(healthy(), indication="gout")


def test_a_recorded_no_is_an_answer_or_a_refuted_problem():
    silent = with_answer("history.aneurysm", None)
    assert "history.aneurysm" in judged(silent).missing
    refuted = Problem("Aneurysm", status=ProblemStatus.REFUTED)
    assert "history.aneurysm" not in judged(replace(silent, problems=(DEPRESSION, refuted))).missing
    denied = Problem("No history of aneurysm")
    assert "history.aneurysm" in judged(replace(silent, problems=(DEPRESSION, denied))).missing


def test_pregnancy_unknown_blocks_starting_and_reviews_planning():
    silent = with_answer("pregnancy.test", None)
    assert finding(judged(silent), "MISSING-PREGNANCY-TEST").level is Level.REVIEW
    assert finding(judged(silent, JudgementPurpose.STARTING), "MISSING-PREGNANCY-TEST").level is Level.BLOCK
    man = replace(silent, person=replace(silent.person, sex="male"))
    assert "pregnancy.test" not in judged(man, JudgementPurpose.STARTING).missing


@pytest.mark.parametrize("purpose", JudgementPurpose)
@pytest.mark.parametrize("change", [{"sex": "male"}, {"birth_date": date(1950, 1, 2)}])
def test_what_is_not_asked_of_somebody_still_closes_when_it_is_recorded(change, purpose):
    positive = with_answer("pregnancy.test", "positive")
    found = finding(
        judged(replace(positive, person=replace(positive.person, **change)), purpose), "ANSWER-PREGNANCY-TEST"
    )
    assert found.level is Level.BLOCK
    assert "check sex, age and whose result it is" in found.message


@pytest.mark.parametrize(
    ("answer", "days_ago"), [("refused", 0), ("perhaps", 0), ("negative", 0), ("positive", 400)]
)
def test_what_is_not_asked_and_closes_nothing_is_not_said(answer, days_ago):
    recorded = with_answer("pregnancy.test", answer, days_ago=days_ago)
    man = replace(recorded, person=replace(recorded.person, sex="male"))
    assert finding(judged(man), "ANSWER-PREGNANCY-TEST") is None


def test_a_pregnancy_test_counts_seven_days_with_contraception_and_today_without():
    old = with_answer("pregnancy.test", "negative", days_ago=7)
    assert serious(judged(old, JudgementPurpose.STARTING)) == []
    assert "STALE-PREGNANCY-TEST BLOCK" in serious(
        judged(with_answer("pregnancy.test", "negative", days_ago=8), JudgementPurpose.STARTING)
    )
    unprotected = with_answer("contraception", False, patient=old)
    assert "STALE-PREGNANCY-TEST BLOCK" in serious(judged(unprotected, JudgementPurpose.STARTING))


def test_an_old_bad_answer_still_counts():
    assessment = judged(with_answer("suicide.screen", "high", days_ago=20))
    assert finding(assessment, "ANSWER-SUICIDE-SCREEN").level is Level.BLOCK
    assert finding(assessment, "STALE-SUICIDE-SCREEN").level is Level.REVIEW


def test_an_answer_that_cannot_be_read_is_not_known():
    assessment = judged(with_answer("history.aneurysm", "maybe"))
    assert finding(assessment, "UNREADABLE-HISTORY-ANEURYSM").level is Level.REVIEW
    assert "history.aneurysm" in assessment.missing


def test_contradicting_answers_of_one_day_count_as_the_worse():
    patient = healthy()
    both = replace(patient, answers=(*patient.answers, with_answer("ketamine_misuse", True).answers[-1]))
    assert finding(judged(both), "ANSWER-KETAMINE-MISUSE").level is Level.BLOCK


def test_what_is_not_known_here_is_listed():
    assessment = judged(with_problem(Problem("Kawasaki disease", (Coding("snomed", "75053002"),))))
    assert assessment.gate.level is Level.REVIEW
    assert "Kawasaki" in assessment.not_checked[0]


def test_many_problems_that_are_not_known_here_are_one_finding_that_names_them_all():
    strange = tuple(Problem(f"Strange {n}") for n in "CAB")
    patient = healthy()
    assessment = judged(replace(patient, problems=(*patient.problems, *strange)))
    (found,) = [f for f in assessment.gate.findings if f.code == "NOT-CHECKED"]
    assert "The problems “Strange A”, “Strange B” and “Strange C” are not known here." in found.message


def test_many_medicines_that_are_not_known_here_are_one_finding_that_names_them_all():
    strange = tuple(Medication(f"Zorbadrug {n}") for n in "BA")
    assessment = judged(replace(healthy(), medications=strange))
    (found,) = [f for f in assessment.gate.findings if f.code == "MEDICINE-UNKNOWN"]
    assert "The medicines “Zorbadrug A” and “Zorbadrug B” are not known here." in found.message
    assert assessment.gate.level is Level.REVIEW


def test_two_identifiers_are_needed():
    person = Person("Ana Silva", (), None, "female")
    assert "MISSING-IDENTITY BLOCK" in serious(judged(healthy(person=person), JudgementPurpose.STARTING))
    twice = Person("Ana Silva", (Identifier("ana  silva"),), None, "female")
    assert "MISSING-IDENTITY REVIEW" in serious(judged(healthy(person=twice)))


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (date(2008, 11, 23), "AGE-MINOR BLOCK"),
        (date(2008, 11, 22), None),
        (date(1960, 11, 23), None),
        (date(1960, 11, 22), "AGE-OLD REVIEW"),
        (date(2027, 1, 1), "AGE-FUTURE BLOCK"),
    ],
)
def test_age(born, expected):
    found = [
        c for c in serious(judged(healthy(person=Person("A", ("1",), born, "male")))) if c.startswith("AGE")
    ]
    assert found == ([expected] if expected else [])


def test_pain_alone_softens_remitted_psychosis_only():
    remitted = Problem("Psychosis", (Coding("icd10cm", "F29"),), ProblemStatus.REMISSION)
    crps = Problem("CRPS", (Coding("icd10cm", "G90.511"),))
    both = judged(healthy(problems=(DEPRESSION, crps, remitted)))
    assert finding(both, "CONTRA-PSYCHOSIS").level is Level.BLOCK
    pain = judged(healthy(problems=(crps, remitted)))
    assert finding(pain, "CONTRA-PSYCHOSIS").level is Level.REVIEW


def test_substance_use_is_treated_only_when_asked_for_by_name():
    disorder = Problem("Alcohol dependence", (Coding("icd10cm", "F10.20"),))
    silent = judged(healthy(problems=(disorder,)))
    assert finding(silent, "CONTRA-SUBSTANCE-USE").level is Level.BLOCK
    assert finding(silent, "MISSING-DIAGNOSIS") is not None
    asked = judged(healthy(problems=(disorder,)), indication="substance_use")
    assert finding(asked, "CONTRA-SUBSTANCE-USE").level is Level.REVIEW
    assert finding(asked, "SPECIALIST").level is Level.REVIEW


def test_a_high_pressure_alone_asks_for_another():
    once = with_measured(*pressure("165/80"))
    assert "BP-HIGH-ONCE REVIEW" in serious(judged(once))


def test_problems_of_one_condition_stand_in_one_order():
    again = Problem("Major depressive disorder", (Coding("icd10cm", "F32.9"),))
    assert judged(healthy(problems=(DEPRESSION, again))) == judged(healthy(problems=(again, DEPRESSION)))


def test_remission_alone_is_reviewed():
    remitted = Problem("Depression", (Coding("icd10cm", "F33.42"),))
    assert serious(judged(healthy(problems=(remitted,)))) == ["IN-REMISSION REVIEW"]


def test_a_consent_for_another_condition_is_reviewed():
    both = healthy(problems=(DEPRESSION, Problem("PTSD", (Coding("icd10cm", "F43.10"),))))
    assert finding(judged(both, indication="ptsd"), "CONSENT-OTHER").level is Level.REVIEW
    assert finding(judged(both, indication="depression"), "CONSENT-OTHER") is None


def test_borderline_is_named_and_not_treated():
    patient = healthy(problems=(Problem("Borderline personality disorder", (Coding("icd10cm", "F60.3"),)),))
    assert finding(judged(patient), "MISSING-DIAGNOSIS").level is Level.BLOCK
    assert finding(judged(patient, indication="borderline"), "NO-TEMPLATE").level is Level.BLOCK


def test_each_condition_says_how_much_is_known():
    said = finding(judged(healthy()), "EVIDENCE")
    assert "third line" in said.message
    assert said.basis.sources


def test_a_consent_of_a_day_to_come_is_named():
    signed = TODAY + timedelta(days=3)
    assessment = judged(replace(healthy(), consents=(Consent(signed, active=True),)))
    assert f"dated {say_date(signed)}" in finding(assessment, "CONSENT-AHEAD").message


def test_a_problem_that_is_not_known_is_shown_with_its_code():
    patient = healthy()
    strange = Problem("see code", (Coding("icd9cm", "437.3"),))
    assessment = judged(replace(patient, problems=(*patient.problems, strange)))
    assert any("“see code” (437.3) is not known here" in text for text in assessment.not_checked)


def test_a_suspected_illness_is_not_told_as_active():
    patient = healthy()
    suspected = Problem("Schizophrenia", (Coding("icd10cm", "F20.9"),), certain=False)
    assessment = judged(replace(patient, problems=(*patient.problems, suspected)))
    assert "is recorded as suspected, not confirmed" in finding(assessment, "CONTRA-SCHIZOPHRENIA").message
