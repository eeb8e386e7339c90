"""Building an invented person whose record is complete, and taking single facts out of it or changing them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from tenuto.core.gate import Level
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
    RecordedScore,
)
from tenuto.core.intake.required import RequiredFact, facts

__all__ = ["InventedRecord", "icd", "rxnorm"]

ORIGIN = "demonstration"
SYSTEM = "urn:tenuto:demonstration"

WORDS = {
    "episode.length": "since last spring, about eight months",
    "treatments.trials": "sertraline 150 mg for 10 weeks, venlafaxine 225 mg for 12 weeks; little change",
    "treatments.neuromodulation": "none",
    "history.trauma": "declined",
    "history.ketamine_treatment": "none",
    "care.treating_clinician": "Dr Demo Thistle, psychiatrist",
    "suicide.attempts": "none",
    "suicide.crisis_contact": "sibling, number confirmed; crisis line given",
    "tobacco": "never",
    "substance.treatment": "none",
    "support.person": "Demo Clover, sibling",
    "transport": "driven home by the escort",
    "escort": "Demo Clover, number confirmed",
    "prescriber": "Dr Demo Alice, seen in person",
    "goals": "to get up in the morning and go back to the choir",
    "pdmp.query": "queried by Bob Demo, nothing unexpected",
}
"""Answers in words, by fact."""

LOW_SCORES = {"stopbang": 1, "auditc": 1, "dast10": 0}
LABORATORY = {
    "systolic_mmhg": "118",
    "diastolic_mmhg": "74",
    "heart_rate_per_min": "68",
    "spo2_percent": "98",
    "alt_u_per_l": "24",
    "ast_u_per_l": "22",
    "alp_u_per_l": "70",
    "ggt_u_per_l": "25",
    "egfr_ml_per_min": "95",
}
UPPER_LIMITS = {
    "alt_u_per_l": Decimal(40),
    "ast_u_per_l": Decimal(40),
    "alp_u_per_l": Decimal(120),
    "ggt_u_per_l": Decimal(60),
}
"""The laboratory's upper limit of normal, U/L."""


def icd(code: str, display: str) -> Coding:
    """An ICD-10-CM code."""
    return Coding("icd10cm", code, display)


def rxnorm(code: str, display: str) -> Coding:
    """An RxNorm code."""
    return Coding("rxnorm", code, display)


@dataclass(frozen=True, slots=True)
class InventedRecord:
    """An invented person's facts as of `today`, in steps that read like a history."""

    today: date
    facts: PatientFacts

    @classmethod
    def complete(
        cls,
        today: date,
        *,
        name: str,
        number: int,
        years: int,
        sex: str,
        kg: str,
        cm: str,
        diagnosis: Coding,
        aged_on: date | None = None,
    ) -> InventedRecord:
        """Everything that the register asks for, answered without any concern. `aged_on` is the day on which the person is so many
        years old, where that is another one.
        """
        aged, recent = aged_on or today, today - timedelta(days=2)
        person = Person(
            name,
            (
                Identifier(f"DEMO-{number:04}", "MRN", f"{SYSTEM}/record", proves=True),
                Identifier(f"DEMO-{7000 + 37 * number}", "NHI", f"{SYSTEM}/health", proves=True),
            ),
            aged.replace(year=aged.year - years, day=min(aged.day, 28)) - timedelta(days=11 * number),
            sex,
        )
        kinds = {"weight_kg": kg, "height_cm": cm, **LABORATORY}
        measured = [
            Measurement(kind, Decimal(value), recent, ORIGIN, reference_high=UPPER_LIMITS.get(kind))
            for kind, value in kinds.items()
        ]
        # Blood pressure counts only when it was taken twice.
        twice = [
            replace(m, minute=minute)
            for m in measured
            for minute in (("09:10", "09:20") if m.kind.endswith("mmhg") else ("",))
        ]
        return cls(
            today,
            PatientFacts(
                person=person,
                problems=(Problem(diagnosis.display, (diagnosis,), origin=ORIGIN),),
                measurements=tuple(twice),
                scores=tuple(
                    RecordedScore(kind, Decimal(value), recent, ORIGIN) for kind, value in LOW_SCORES.items()
                ),
                answers=tuple(
                    _reassuring(item, recent, today)
                    for item in facts()
                    if item.kind == "answer" and not (sex == "male" and _BEARING.issuperset(item.applies))
                ),
                consents=(Consent(recent, active=True, version="demo 1", origin=ORIGIN),),
            ),
        ).scored("phq9", 17)

    def answered(self, fact: str, value: bool | str) -> InventedRecord:
        """Another answer to one question."""
        new = Answer(fact, value, self.today - timedelta(days=1), ORIGIN)
        kept = tuple(a for a in self.facts.answers if a.fact != fact)
        return replace(self, facts=replace(self.facts, answers=(*kept, new)))

    def unanswered(self, *gone: str) -> InventedRecord:
        """Without the answers to some questions."""
        kept = tuple(a for a in self.facts.answers if a.fact not in gone)
        return replace(self, facts=replace(self.facts, answers=kept))

    def also(self, *problems: Problem) -> InventedRecord:
        """With further diagnoses."""
        return replace(self, facts=replace(self.facts, problems=(*self.facts.problems, *problems)))

    def taking(self, *medicines: str, codes: tuple[Coding, ...] = ()) -> InventedRecord:
        """With medicines, each by name or with its code."""
        named = [Medication(text, (), origin=ORIGIN) for text in medicines]
        coded = [Medication(code.display, (code,), origin=ORIGIN) for code in codes]
        return replace(self, facts=replace(self.facts, medications=(*self.facts.medications, *named, *coded)))

    def allergic(self, text: str, reaction: str) -> InventedRecord:
        """With an allergy."""
        new = Allergy(text, (), reaction, ORIGIN)
        return replace(self, facts=replace(self.facts, allergies=(*self.facts.allergies, new)))

    def measured(self, kind: str, value: str, *, days_ago: int = 1) -> InventedRecord:
        """With another value of a measurement in place of the old ones."""
        taken = self.today - timedelta(days=days_ago)
        old = [m for m in self.facts.measurements if m.kind == kind]
        kept = tuple(m for m in self.facts.measurements if m.kind != kind)
        new = tuple(replace(m, value=Decimal(value), taken=taken) for m in old)
        return replace(self, facts=replace(self.facts, measurements=(*kept, *new)))

    def unmeasured(self, *kinds: str) -> InventedRecord:
        """Without some measurements."""
        kept = tuple(m for m in self.facts.measurements if m.kind not in kinds)
        return replace(self, facts=replace(self.facts, measurements=kept))

    def scored(self, instrument: str, value: int) -> InventedRecord:
        """With a score of a scale."""
        kept = tuple(s for s in self.facts.scores if s.instrument != instrument)
        new = RecordedScore(instrument, Decimal(value), self.today - timedelta(days=2), ORIGIN)
        return replace(self, facts=replace(self.facts, scores=(*kept, new)))

    def without_consent(self) -> InventedRecord:
        """With no consent on record."""
        return replace(self, facts=replace(self.facts, consents=()))


_BEARING = frozenset(("childbearing", "childbearing_age"))
"""The groups of whom a man is none: nobody has asked him."""


def _reassuring(item: RequiredFact, recent: date, today: date) -> Answer:
    value: bool | str | date
    passing = [answer for answer, level in item.effects.items() if level is Level.PASS]
    if item.value == "yes_no":
        value = "yes" in passing and "no" not in passing
    elif item.value == "date":
        value = today + timedelta(days=180)
    elif item.value == "choice":
        value = passing[0]
    else:
        value = WORDS[item.id]
    return Answer(item.id, value, recent, ORIGIN)
