"""A person about whom everything is known and nothing is wrong; tests change one thing at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from tenuto.core.gate import Finding
from tenuto.core.intake.eligibility import Assessment, assess
from tenuto.core.intake.facts import (
    Answer,
    Coding,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    RecordedScore,
)
from tenuto.core.intake.required import JudgementPurpose, facts
from tenuto.core.policy import demo_policy

TODAY = date(2026, 11, 22)
_CHOICES = {
    "treatments.trials": "sertraline 150 mg for 10 weeks; venlafaxine 225 mg for 12 weeks",
    "mental_state": "none",
    "suicide.screen": "negative",
    "suicide.attempts": "none",
    "airway.exam": "normal",
    "pregnancy.test": "negative",
    "asa.class": "2",
    "intoxication": "none",
    "lab.drug_screen": "negative",
    "lab.urinalysis": "normal",
    "urinary.symptoms": "none",
    "history.ketamine_treatment": "none",
    "substance.treatment": "none",
    "lab.ecg": "normal",
    "lab.tsh": "normal",
}
DEPRESSION = Problem("Recurrent major depression", (Coding("icd10cm", "F33.2"),))


def _answer(item) -> Answer:
    if item.value == "yes_no":
        passing = next((key for key, level in item.effects.items() if level == 0), "yes")
        return Answer(item.id, passing == "yes", TODAY)
    if item.value == "date":
        return Answer(item.id, TODAY + timedelta(days=90), TODAY)
    return Answer(item.id, _CHOICES.get(item.id, "Maria Silva, sister"), TODAY)


def measured(kind: str, value: str, days_ago: int = 0, minute: str = "09:00", **more) -> Measurement:
    """A measured value so many days before today."""
    return Measurement(
        kind,
        Decimal(value),
        TODAY - timedelta(days=days_ago),
        f"{kind}-{days_ago}-{minute}",
        minute=minute,
        **more,
    )


def pressure(value: str, days_ago: int = 0, minute: str = "09:00") -> tuple[Measurement, Measurement]:
    """A blood pressure written as 120/80."""
    upper, lower = value.split("/")
    day, origin = TODAY - timedelta(days=days_ago), f"bp-{days_ago}-{minute}"
    return (
        Measurement("systolic_mmhg", Decimal(upper), day, origin, minute=minute),
        Measurement("diastolic_mmhg", Decimal(lower), day, origin, minute=minute),
    )


def healthy(**changes) -> PatientFacts:
    """A woman of 40 with depression, ready to be planned and started; keyword arguments replace parts."""
    whole = PatientFacts(
        person=Person("Ana Silva", ("MRN-1",), date(1986, 5, 1), "female"),
        problems=(DEPRESSION,),
        medications=(Medication("Sertraline 50 MG Oral Tablet", (Coding("rxnorm", "312941"),)),),
        measurements=(
            measured("weight_kg", "70"),
            measured("height_cm", "170"),
            *pressure("118/76", minute="09:00"),
            *pressure("116/74", minute="09:05"),
            measured("heart_rate_per_min", "70"),
            measured("spo2_percent", "98"),
            measured("alt_u_per_l", "20", reference_high=Decimal(40)),
            measured("ast_u_per_l", "20", reference_high=Decimal(40)),
            measured("alp_u_per_l", "60", reference_high=Decimal(120)),
            measured("ggt_u_per_l", "20", reference_high=Decimal(50)),
        ),
        scores=(
            RecordedScore("PHQ-9", Decimal(19), TODAY, items=(("44260-8", 0),)),
            RecordedScore("stop-bang", Decimal(1), TODAY),
            RecordedScore("AUDIT-C", Decimal(1), TODAY),
            RecordedScore("DAST-10", Decimal(0), TODAY),
        ),
        answers=tuple(_answer(item) for item in facts() if item.kind == "answer"),
        consents=(Consent(TODAY - timedelta(days=3), True, "depression", "3"),),
    )
    return replace(whole, **changes)


def with_answer(
    fact_id: str, value, *, days_ago: int | None = 0, patient: PatientFacts | None = None
) -> PatientFacts:
    """The healthy person with one answer replaced; None leaves it out."""
    patient = patient or healthy()
    kept = tuple(a for a in patient.answers if a.fact != fact_id)
    if value is None:
        return replace(patient, answers=kept)
    taken = None if days_ago is None else TODAY - timedelta(days=days_ago)
    return replace(patient, answers=(*kept, Answer(fact_id, value, taken)))


def with_measured(*new: Measurement, without: tuple[str, ...] = ()) -> PatientFacts:
    """The healthy person with all values of the given kinds replaced."""
    kinds = {m.kind for m in new} | set(without)
    patient = healthy()
    return replace(patient, measurements=(*(m for m in patient.measurements if m.kind not in kinds), *new))


def with_problem(*problems: Problem) -> PatientFacts:
    """The healthy person with further problems."""
    return healthy(problems=(DEPRESSION, *problems))


def judged(
    patient: PatientFacts, purpose: JudgementPurpose = JudgementPurpose.PLANNING, **options
) -> Assessment:
    """Judge with the signed demonstration policy today."""
    return assess(
        patient, policy=options.pop("policy", demo_policy()), as_of=TODAY, purpose=purpose, **options
    )


def finding(assessment: Assessment, code: str) -> Finding | None:
    """The worst finding with this code."""
    return next((f for f in assessment.gate.findings if f.code == code), None)


def serious(assessment: Assessment) -> list[str]:
    """Code and level of everything that doesn't pass."""
    return [f"{f.code} {f.level.name}" for f in assessment.gate.findings if f.level > 0]
