"""What was read of a record, value by value, before anybody keeps it: a wrong weight is seen here or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_changes import FactSaid, facts_said

__all__ = ["ReadGroup", "read_back"]

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
