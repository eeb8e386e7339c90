from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import pytest

from tenuto.core.gate import Level
from tenuto.core.intake.blood_pressure import readings
from tenuto.core.intake.eligibility import case_of
from tenuto.core.intake.facts import Allergy, Answer, Coding, Consent, Identifier, Medication, RecordedScore
from tenuto.core.intake.required import JudgementPurpose
from tenuto.core.policy import demo_policy
from tests.core.intake.people import (
    TODAY,
    finding,
    healthy,
    judged,
    measured,
    serious,
    with_answer,
    with_measured,
)

STARTING = JudgementPurpose.STARTING


@pytest.mark.parametrize(
    ("rate", "planning", "starting"),
    [
        ("50", None, None), ("110", None, None), ("49", "REVIEW", "REVIEW"), ("45", "REVIEW", "REVIEW"),
        ("44", "REVIEW", "BLOCK"), ("111", "REVIEW", "REVIEW"), ("120", "REVIEW", "REVIEW"), ("121", "REVIEW", "BLOCK"),
    ],
)  # fmt: skip
def test_heart_rate(rate, planning, starting):
    patient = with_measured(measured("heart_rate_per_min", rate))
    assert serious(judged(patient)) == ([f"HEART-RATE {planning}"] if planning else [])
    assert serious(judged(patient, STARTING)) == ([f"HEART-RATE {starting}"] if starting else [])


@pytest.mark.parametrize(
    ("value", "level"), [("94", None), ("93", "REVIEW"), ("92", "REVIEW"), ("91", "BLOCK")]
)
def test_oxygen_saturation_when_starting(value, level):
    patient = with_measured(measured("spo2_percent", value))
    assert serious(judged(patient, STARTING)) == ([f"SPO2-LOW {level}"] if level else [])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("60", []),
        ("60.1", ["ALT-RAISED REVIEW"]),
        ("119", ["ALT-RAISED REVIEW"]),
        ("120", ["ALT-HIGH BLOCK"]),
    ],
)
def test_liver_enzymes_by_multiples_of_the_upper_limit(value, expected):
    patient = with_measured(measured("alt_u_per_l", value, reference_high=Decimal(40)))
    assert serious(judged(patient)) == expected


@pytest.mark.parametrize("high", [None, Decimal(0)])
def test_a_liver_enzyme_without_a_range_is_reviewed(high):
    patient = with_measured(measured("ast_u_per_l", "20", reference_high=high))
    assert serious(judged(patient)) == ["AST-NO-RANGE REVIEW"]


def test_old_liver_tests_count_as_unknown_and_a_bad_one_still_blocks():
    patient = with_measured(measured("alt_u_per_l", "200", 184, reference_high=Decimal(40)))
    assert serious(judged(patient)) == ["ALT-HIGH BLOCK", "STALE-LAB-LIVER REVIEW"]


def test_one_half_of_the_liver_tests_is_named():
    found = finding(judged(with_measured(without=("ast_u_per_l",))), "MISSING-LAB-LIVER")
    assert "AST not recorded" in found.message


@pytest.mark.parametrize(("value", "expected"), [("30", []), ("29", ["EGFR-LOW REVIEW"])])
def test_kidney_function(value, expected):
    assert serious(judged(with_measured(measured("egfr_ml_per_min", value)))) == expected


@pytest.mark.parametrize(
    ("kg", "expected"),
    [
        ("115.6", []),
        ("115.7", ["BMI-HIGH REVIEW"]),
        ("49.2", []),
        ("49.13", []),
        ("49.1", ["BMI-LOW REVIEW"]),
        ("35", ["BMI-LOW REVIEW"]),
    ],
)
def test_body_mass_index(kg, expected):
    assert serious(judged(with_measured(measured("weight_kg", kg)))) == expected


def test_an_impossible_height_is_not_used():
    assessment = judged(with_measured(measured("height_cm", "1.7")))
    assert serious(assessment) == ["HEIGHT-IMPLAUSIBLE REVIEW"]
    assert assessment.bmi is None


def test_a_value_from_the_future_does_not_count():
    found = serious(judged(with_measured(measured("heart_rate_per_min", "70", -1))))
    assert found == ["MEASUREMENT-FUTURE REVIEW", "MISSING-HEART-RATE REVIEW"]


@pytest.mark.parametrize(
    ("allergy", "level"),
    [
        (Allergy("Ketamine"), Level.BLOCK),
        (Allergy("", (Coding("rxnorm", "6130"),)), Level.BLOCK),
        (Allergy("Spravato", reaction="rash"), Level.BLOCK),
        (Allergy("Benzethonium chloride"), Level.BLOCK),
        (Allergy("possible ketamine allergy"), Level.REVIEW),
        (Allergy("Penicillin"), Level.PASS),
    ],
)
def test_allergy(allergy, level):
    found = finding(judged(healthy(allergies=(allergy,))), "ALLERGY-KETAMINE")
    assert (found.level if found else Level.PASS) is level


def test_an_unattested_allergy_list_is_reviewed():
    assert serious(judged(with_answer("allergies.attested", None))) == ["MISSING-ALLERGIES-ATTESTED REVIEW"]


GIVEN = Consent(TODAY - timedelta(days=3), True)


def refusal(day: date | None) -> Consent:
    return Consent(day, False, refused=True)


def at(each: Consent, hour: int) -> Consent:
    return replace(each, at=datetime.combine(each.signed, time(hour), UTC))


@pytest.mark.parametrize(
    ("consents", "expected"),
    [
        ((), "MISSING-CONSENT REVIEW"),
        ((Consent(TODAY, False),), "CONSENT-NOT-IN-FORCE BLOCK"),
        ((Consent(None, True),), "MISSING-CONSENT REVIEW"),
        ((Consent(TODAY + timedelta(days=1), True),), "CONSENT-AHEAD REVIEW, MISSING-CONSENT REVIEW"),
        ((Consent(TODAY - timedelta(days=366), True),), "MISSING-CONSENT REVIEW"),
        ((Consent(TODAY - timedelta(days=365), True),), None),
        ((Consent(TODAY, True, "crps"),), "CONSENT-OTHER REVIEW"),
        ((GIVEN, refusal(TODAY)), "CONSENT-REFUSED BLOCK"),
        ((GIVEN, refusal(GIVEN.signed)), "CONSENT-REFUSED BLOCK"),
        ((GIVEN, refusal(GIVEN.signed - timedelta(days=1))), None),
        ((GIVEN, refusal(None)), "CONSENT-REFUSED BLOCK"),
        ((GIVEN, refusal(TODAY + timedelta(days=365))), "CONSENT-REFUSED BLOCK"),
        ((Consent(TODAY + timedelta(days=1), True), refusal(TODAY)), "CONSENT-REFUSED BLOCK"),
        ((GIVEN, Consent(TODAY, False)), None),
        ((at(GIVEN, 14), at(refusal(GIVEN.signed), 9)), None),
        ((at(GIVEN, 9), at(refusal(GIVEN.signed), 14)), "CONSENT-REFUSED BLOCK"),
    ],
)
def test_consent(consents, expected):
    assert ", ".join(serious(judged(healthy(consents=consents)))) == (expected or "")


def phq9(item: int | None, days_ago: int = 0, total: int = 4) -> RecordedScore:
    items = () if item is None else (("44260-8", item),)
    return RecordedScore(
        "PHQ-9", Decimal(total), TODAY - timedelta(days=days_ago), items=(("44250-9", 1), *items)
    )


def with_scores(*scores: RecordedScore):
    patient = healthy()
    return replace(patient, scores=(*(s for s in patient.scores if s.instrument != "PHQ-9"), *scores))


def of_the_item(assessment) -> list[str]:
    """What is serious but for the total itself, which is low here."""
    return [found for found in serious(assessment) if not found.startswith("SEVERITY-LOW")]


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (0, None),
        (1, "SUICIDE-ITEM"),
        (2, "SUICIDE-ITEM-URGENT"),
        (3, "SUICIDE-ITEM-URGENT"),
        (None, "SUICIDE-ITEM-MISSING"),
    ],
)
def test_the_suicide_item_is_judged_by_itself_whatever_the_total(item, code):
    patient = with_answer("suicide.screen", "negative", days_ago=1, patient=with_scores(phq9(item, total=4)))
    level = "REVIEW" if item is None else "BLOCK"
    assert of_the_item(judged(patient)) == ([f"{code} {level}"] if code else [])


def test_a_triage_after_the_answer_ends_it_and_one_of_the_same_day_only_by_its_hour():
    assert of_the_item(judged(with_scores(phq9(1, days_ago=3)))) == ["SUICIDE-KNOWN REVIEW"]
    assert of_the_item(judged(with_scores(phq9(1, days_ago=0)))) == ["SUICIDE-ITEM BLOCK"]
    known = ["SUICIDE-KNOWN REVIEW"]
    for hour, expected in ((16, ["SUICIDE-ITEM-URGENT BLOCK"]), (9, known), (8, known)):
        answered = replace(phq9(2, days_ago=0), at=at(hour))
        assert of_the_item(judged(with_scores(answered))) == ["SUICIDE-ITEM-URGENT BLOCK"]
        patient = with_scores(answered)
        screens = tuple(a for a in patient.answers if a.fact != "suicide.screen")
        screened = Answer("suicide.screen", "negative", TODAY, at=at(9))
        assert of_the_item(judged(replace(patient, answers=(*screens, screened)))) == expected


def at(hour: int) -> datetime:
    return datetime(TODAY.year, TODAY.month, TODAY.day, hour, tzinfo=timezone(timedelta(hours=-5)))


def test_an_answer_that_can_t_be_read_for_certain_counts_as_the_worst():
    unclear = RecordedScore("phq9_item9", Decimal(3), TODAY, unclear="maybe")
    found = finding(judged(with_scores(unclear)), "SUICIDE-ITEM-URGENT")
    assert "can't be read for certain (maybe)" in found.message


def test_an_older_positive_item_is_not_lost_behind_a_newer_form():
    patient = with_answer("suicide.screen", None, patient=with_scores(phq9(0), phq9(2, days_ago=4)))
    assert "SUICIDE-ITEM-URGENT BLOCK" in serious(judged(patient))


def test_an_item_without_a_total_counts():
    alone = RecordedScore("phq9_item9", Decimal(1), TODAY)
    patient = with_answer("suicide.screen", "negative", days_ago=1, patient=healthy())
    assert serious(judged(replace(patient, scores=(*patient.scores, alone)))) == ["SUICIDE-ITEM BLOCK"]


@pytest.mark.parametrize(
    ("level", "expected"), [("low", "REVIEW"), ("moderate", "REVIEW"), ("high", "BLOCK"), ("negative", None)]
)
def test_triage_levels(level, expected):
    found = finding(judged(with_answer("suicide.screen", level)), "ANSWER-SUICIDE-SCREEN")
    assert (found.level.name if found else None) == expected


@pytest.mark.parametrize(
    ("sex", "score", "reviewed"),
    [("male", 3, False), ("male", 4, True), ("female", 2, False), ("female", 3, True)],
)
def test_audit_c_by_sex(sex, score, reviewed):
    patient = healthy()
    scores = tuple(
        replace(s, value=Decimal(score)) if s.instrument == "AUDIT-C" else s for s in patient.scores
    )
    assessment = judged(replace(patient, scores=scores, person=replace(patient.person, sex=sex)))
    assert (finding(assessment, "SCORE-AUDIT-C") is not None) is reviewed


def test_an_antihypertensive_is_asked_about_on_the_day():
    medicine = Medication("Lisinopril 10 mg")
    assert (
        finding(judged(healthy(medications=(medicine,))), "INTERACTION-ANTIHYPERTENSIVE").level is Level.PASS
    )
    asked = finding(judged(healthy(medications=(medicine,)), STARTING), "INTERACTION-ANTIHYPERTENSIVE")
    assert asked.level is Level.REVIEW
    assert "taken today" in asked.message
    taken = replace(medicine, last_taken=TODAY)
    assert serious(judged(healthy(medications=(taken,)), STARTING)) == []


def test_nobody_is_told_to_stop_a_medicine():
    for name in ("Xanax", "Vivitrol", "Lamictal", "Zoloft", "Adderall", "Nardil", "Theo-24"):
        for found in judged(healthy(medications=(Medication(name),))).gate.findings:
            assert "stop taking" not in found.message
            assert "discontinue" not in found.message


def halves(*parts: tuple[str, str, str, str]):
    """Halves of blood pressures: kind, value, minute, where they were read."""
    sent = tuple(
        replace(measured(f"{kind}_mmhg", value), minute=minute, origin=origin)
        for kind, value, minute, origin in parts
    )
    others = tuple(m for m in healthy().measurements if "mmhg" not in m.kind)
    patient = healthy(measurements=(*others, *sent))
    case = case_of(
        patient, policy=demo_policy(), as_of=TODAY, purpose=JudgementPurpose.PLANNING, indication=None
    )
    return [str(r).partition(" ")[0] for r in readings(case)]


@pytest.mark.parametrize(
    ("parts", "read"),
    [
        ([("systolic", "151", "14:02", "o1"), ("diastolic", "92", "14:02", "o2")], ["151/92"]),
        ([("systolic", "151", "14:02", "o1"), ("diastolic", "92", "14:09", "o2")], ["?/92", "151/?"]),
        ([("systolic", "151", "", "o1"), ("diastolic", "92", "", "o2")], ["151/?", "?/92"]),
        (
            [("systolic", "151", "14:02", "o1"), ("systolic", "120", "14:02", "o2"), ("diastolic", "92", "14:02", "o3")],
            ["151/92", "120/?"],
        ),
        ([("systolic", "151", "14:02", "o1"), ("diastolic", "92", "14:02", "o1")], ["151/92"]),
    ],
)  # fmt: skip
def test_halves_of_one_minute_are_one_blood_pressure_also_when_sent_apart(parts, read):
    assert halves(*parts) == read


# ---- answers that a newer one does not take back -------------------------------------------------------------
def also(fact: str, value: object, days_ago: int | None):
    day = None if days_ago is None else TODAY - timedelta(days=days_ago)
    patient = healthy()
    return replace(patient, answers=(*patient.answers, Answer(fact, value, day)))


@pytest.mark.parametrize(
    ("fact", "value", "days_ago", "expected"),
    [
        ("history.aneurysm", True, 400, "ANSWER-HISTORY-ANEURYSM BLOCK"),
        ("history.aneurysm", True, None, "ANSWER-HISTORY-ANEURYSM BLOCK"),
        ("history.aneurysm", False, 400, None),
        ("history.psychosis", "yes", 400, "ANSWER-HISTORY-PSYCHOSIS BLOCK"),
        ("history.bladder", True, 400, None),
        ("history.bladder", True, None, "ANSWER-HISTORY-BLADDER BLOCK"),
        ("capacity", True, None, None),
        ("history.aneurysm", True, -365, "FUTURE-HISTORY-ANEURYSM BLOCK"),
        ("history.aneurysm", False, -365, "FUTURE-HISTORY-ANEURYSM REVIEW"),
        ("history.mania", True, -365, "FUTURE-HISTORY-MANIA REVIEW"),
    ],
)
def test_a_yes_is_not_lost_to_a_newer_no(fact, value, days_ago, expected):
    assert serious(judged(also(fact, value, days_ago))) == ([expected] if expected else [])


def test_both_answers_are_said():
    message = finding(judged(also("history.aneurysm", True, None)), "ANSWER-HISTORY-ANEURYSM").message
    assert "answered “yes” without a date, and “no” on " in message
    assert "Both stand, and the one that closes counts." in message


# ---- who it is -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [
        ("", Identifier("1", "MB", "urn:insurer"), "MISSING-IDENTITY REVIEW"),
        ("", Identifier("1"), "MISSING-IDENTITY REVIEW"),
        ("", Identifier("1", "MR", "urn:hospital", proves=True), None),
        ("Ana Ensayo", Identifier("1"), None),
    ],
)
def test_a_family_s_number_alone_is_no_identity(name, number, expected):
    patient = healthy()
    someone = replace(patient, person=replace(patient.person, name=name, identifiers=(number,)))
    assert serious(judged(someone)) == ([expected] if expected else [])


@pytest.mark.parametrize(("kind", "name"), [("alp_u_per_l", "ALP"), ("ggt_u_per_l", "GGT")])
@pytest.mark.parametrize(
    ("value", "limit", "expected"),
    [
        ("150", 100, []),
        ("151", 100, ["RAISED REVIEW"]),
        ("700", 100, ["RAISED REVIEW"]),
        ("60", None, ["NO-RANGE REVIEW"]),
    ],
)
def test_enzymes_of_the_bile_ducts_ask_for_review(kind, name, value, limit, expected):
    taken = measured(kind, value, reference_high=limit and Decimal(limit))
    assert serious(judged(with_measured(taken))) == [f"{name}-{code}" for code in expected]
