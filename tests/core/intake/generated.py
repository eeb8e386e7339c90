"""People at random, for laws that hold for everyone: by Hypothesis, and fast ones from one seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Coding,
    Consent,
    Identifier,
    Measurement,
    Medication,
    PatientFacts,
    Person,
    Problem,
    ProblemStatus,
    RecordedScore,
    SuicideAttempt,
)
from tenuto.core.intake.required import facts
from tests.core.intake.people import DEPRESSION, TODAY, healthy

ICD = [
    "F33.2",
    "F31.32",
    "F43.10",
    "F42.2",
    "G90.511",
    "I71.4",
    "I21.4",
    "F20.9",
    "F10.20",
    "F10.21",
    "Z33.1",
    "K74.60",
    "I10",
    "M32.9",
    "E05.90",
    "N30.10",
    "F30.10",
    "F41.1",
]
TEXTS = [
    "Depression",
    "No history of aneurysm",
    "rule out stroke",
    "Schizophrenia",
    "Sinusitis",
    "Lupus",
    "family history of psychosis",
    "",
    "Ketamine abuse 2012",
    "Glaucoma",
]
MEDICINES = [
    "Sertraline 50 mg",
    "Theo-24",
    "Norco 5/325",
    "Xanax",
    "Zorblax",
    "Lisinopril 10 mg",
    "Ketamine troche",
    "Vivitrol",
    "",
]
KINDS = [
    "weight_kg",
    "height_cm",
    "systolic_mmhg",
    "diastolic_mmhg",
    "heart_rate_per_min",
    "spo2_percent",
    "alt_u_per_l",
    "ast_u_per_l",
    "alp_u_per_l",
    "ggt_u_per_l",
    "egfr_ml_per_min",
]
ANSWERS = [item for item in facts() if item.kind == "answer"]
SCALES = ["PHQ-9", "GAD-7", "PCL-5", "AUDIT-C", "DAST-10", "stop-bang", "phq9_item9"]

days = st.one_of(st.none(), st.integers(-3, 400).map(lambda n: TODAY - timedelta(days=n)))
decimals = st.decimals(0, 300, allow_nan=False, places=1)
problems = st.builds(
    Problem,
    text=st.sampled_from(TEXTS),
    codings=st.lists(st.sampled_from(ICD).map(lambda c: Coding("icd10cm", c)), max_size=2).map(tuple),
    status=st.sampled_from(ProblemStatus),
    onset=days,
    ended=days,
    severity=st.sampled_from(["", "mild", "severe"]),
)
stated = problems.filter(lambda p: p.status is not ProblemStatus.REFUTED)
medications = st.builds(
    Medication, text=st.sampled_from(MEDICINES), dose=st.sampled_from(["", "5 mg"]), last_taken=days
)
allergies = st.builds(
    Allergy, text=st.sampled_from(["Ketamine", "Penicillin", "Latex", "denies ketamine allergy"])
)
measurements = st.builds(
    Measurement,
    kind=st.sampled_from(KINDS),
    value=decimals,
    taken=days,
    origin=st.sampled_from(["a", "b"]),
    original=st.sampled_from(["", "154 [lb_av]"]),
    estimated=st.booleans(),
    minute=st.sampled_from(["", "09:00", "09:05"]),
    reference_high=st.one_of(st.none(), st.just(Decimal(40))),
)
values = st.one_of(
    st.booleans(),
    st.text(max_size=12),
    st.sampled_from(["none", "high", "positive"]),
    decimals,
    days.filter(bool),
)
answers = st.builds(Answer, fact=st.sampled_from([a.id for a in ANSWERS]), value=values, taken=days)
scores = st.builds(
    RecordedScore,
    instrument=st.sampled_from(SCALES),
    value=st.integers(0, 27).map(Decimal),
    taken=days,
    items=st.sampled_from([(), (("44260-8", 0),), (("44260-8", 2),), (("44250-9", 3),)]),
)
consents = st.builds(
    Consent, signed=days, active=st.booleans(), indication=st.sampled_from(["", "depression", "crps"])
)
attempts = st.builds(SuicideAttempt, on=st.dates(date(2020, 1, 1), date(2027, 1, 1)), taken=days)
patients = st.builds(
    PatientFacts,
    person=st.builds(
        Person,
        name=st.sampled_from(["", "Ana Silva"]),
        identifiers=st.sampled_from([(), (Identifier("1"),), (Identifier("1", "MR", "urn:x", proves=True), Identifier("2"))]),
        birth_date=st.one_of(st.none(), st.dates(date(1930, 1, 1), date(2027, 1, 1))),
        sex=st.sampled_from(["", "male", "female", "other"]),
    ),
    problems=st.lists(problems, max_size=4).map(tuple),
    medications=st.lists(medications, max_size=3).map(tuple),
    allergies=st.lists(allergies, max_size=2).map(tuple),
    measurements=st.lists(measurements, max_size=8).map(tuple),
    scores=st.lists(scores, max_size=3).map(tuple),
    answers=st.lists(answers, max_size=8).map(tuple),
    consents=st.lists(consents, max_size=2).map(tuple),
    unreadable=st.lists(st.text(max_size=8), max_size=1).map(tuple),
    attempts=st.lists(attempts, max_size=2).map(tuple),
)  # fmt: skip


def nearly_healthy(rng: random.Random) -> tuple[PatientFacts, bool]:
    """The healthy person with up to three things changed at random, and whether a required fact was taken away."""
    patient, removed = healthy(), False
    for _ in range(rng.randrange(4)):
        change = rng.randrange(6)
        if change == 0:
            gone = rng.choice([a for a in patient.answers if _asked(a.fact)])
            patient = replace(patient, answers=tuple(a for a in patient.answers if a.fact != gone.fact))
            removed = True
        elif change == 1:
            kind = rng.choice(
                [m.kind for m in patient.measurements if m.kind != "spo2_percent"] or ["weight_kg"]
            )
            patient = replace(patient, measurements=tuple(m for m in patient.measurements if m.kind != kind))
            removed = True
        elif change == 2 and patient.scores:
            gone_score = rng.choice(patient.scores)
            patient = replace(patient, scores=tuple(s for s in patient.scores if s is not gone_score))
            removed = True
        elif change == 3:
            patient = replace(patient, consents=())
            removed = True
        elif change == 4:
            patient = replace(patient, medications=(*patient.medications, Medication(rng.choice(MEDICINES))))
        else:
            patient = replace(patient, problems=(*patient.problems, any_problem(rng)))
    return patient, removed


def _asked(fact_id: str) -> bool:
    return any(a.id == fact_id and a.planning > 0 and a.applies != ("ecg",) for a in ANSWERS)


def any_problem(rng: random.Random) -> Problem:
    """A problem that isn't refuted."""
    return Problem(
        rng.choice(TEXTS),
        tuple(Coding("icd10cm", rng.choice(ICD)) for _ in range(rng.randrange(2))),
        rng.choice([s for s in ProblemStatus if s is not ProblemStatus.REFUTED]),
        rng.choice([None, TODAY - timedelta(days=rng.randrange(500))]),
    )


def shuffled(patient: PatientFacts, rng: random.Random) -> PatientFacts:
    """The same facts in another order."""

    def mixed(items: tuple) -> tuple:
        return tuple(rng.sample(items, len(items)))

    return replace(
        patient,
        problems=mixed(patient.problems),
        medications=mixed(patient.medications),
        allergies=mixed(patient.allergies),
        measurements=mixed(patient.measurements),
        scores=mixed(patient.scores),
        answers=mixed(patient.answers),
        consents=mixed(patient.consents),
        attempts=mixed(patient.attempts),
    )


def with_depression(patient: PatientFacts) -> PatientFacts:
    """The same person with an active depression."""
    return replace(patient, problems=(DEPRESSION, *patient.problems))
