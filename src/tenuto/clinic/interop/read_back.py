"""What was read of a record, value by value, before anybody keeps it: a wrong weight is seen here or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import groupby

from tenuto.clinic.ui.gates import mark_of
from tenuto.core.gate import Level
from tenuto.core.intake.eligibility import assess
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_changes import FactSaid, facts_said
from tenuto.core.intake.risk_answers import TRIAGE
from tenuto.core.intake.safety import safety_state, with_safety
from tenuto.core.policy import Policy

__all__ = ["ReadGroup", "read_back", "speaks_against"]

MOST_OPEN = 12
"""Longer lists are folded, so that none hides the next."""
_TITLES = {
    "problems": "Diagnoses",
    "medications": "Medicines",
    "allergies": "Allergies",
    "measurements": "Measured values",
    "scores": "Scores",
    "answers": "Answers",
    "consents": "Consents",
}


@dataclass(frozen=True, slots=True)
class ReadGroup:
    """The facts of one kind."""

    title: str
    facts: Sequence[FactSaid]

    @property
    def is_open(self) -> bool:
        """Whether the list stands open."""
        return len(self.facts) <= MOST_OPEN


def read_back(facts: PatientFacts) -> tuple[ReadGroup, ...]:
    """By kind, with value, unit, date and where each was read; kinds of which nothing was read are left out."""
    return tuple(
        ReadGroup(_TITLES[kind], tuple(found))
        for kind, found in groupby(facts_said(facts), key=lambda each: each.kind)
    )


def speaks_against(
    facts: PatientFacts, *, policy: Policy, as_of: date, zone: tzinfo
) -> tuple[tuple[str, str, str], ...]:
    """Mark, word and sentence of what speaks against treatment in the record, the risk of suicide first. What is not recorded is
    no reason yet."""
    state = safety_state(facts, as_of=as_of, policy=policy, zone=zone)
    gate = with_safety(assess(facts, policy=policy, as_of=as_of, zone=zone).gate, state)
    found = [each for each in gate.findings if each.level >= Level.BLOCK and not each.missing]
    found.sort(key=lambda each: each.fact != TRIAGE)
    return tuple((mark_of(each.level), each.level.name, each.message) for each in found)
