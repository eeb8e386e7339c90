"""The register of facts that must be known about a person, read from `literature/facts.toml`.

Absence of a code is not absence of disease: a "no" about the history is known only through an explicit answer or a
refuted problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from tenuto.core.gate import Level
from tenuto.core.intake.facts import Coding
from tenuto.core.literature import table
from tenuto.core.sources import Basis, basis_from

__all__ = ["Fact", "Measure", "Purpose", "fact", "facts"]


class Purpose(StrEnum):
    """What the facts are judged for."""

    PLANNING = "planning"
    STARTING = "starting"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured quantity: its `Measurement.kind`, unit, and the LOINC codes that carry it."""

    kind: str
    unit: str
    loinc: tuple[str, ...]
    estimated: tuple[str, ...] = ()
    """LOINC codes of a stated or estimated value, which never counts as measured."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One required fact. Attributes are described at the head of `literature/facts.toml`."""

    id: str
    title: str
    group: str
    kind: str
    value: str
    applies: tuple[str, ...]
    planning: Level
    starting: Level
    ask: str
    basis: Basis
    effects: Mapping[str, Level]
    advice: str = ""
    path: str = ""
    valid: str = ""
    valid_months: str = ""
    same_day: bool = False
    same_day_unless: str = ""
    rules: tuple[str, ...] = ()
    codes: tuple[Coding, ...] = ()
    measures: tuple[Measure, ...] = ()
    scores: Mapping[str, tuple[str, ...]] | None = None
    review_from: int | None = None
    review_from_female: int | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    def absent(self, purpose: Purpose) -> Level:
        """The level while the fact is unknown. PASS means that it isn't asked for that purpose."""
        return self.planning if purpose is Purpose.PLANNING else self.starting

    @property
    def fhir_path(self) -> str:
        """Where the fact stands in a FHIR R4 bundle."""
        if self.path:
            return self.path
        if self.kind == "measurement":
            return "Observation.valueQuantity, UCUM-coded"
        if self.kind == "score":
            return "Observation.value or QuestionnaireResponse"
        return f"QuestionnaireResponse.item.linkId = {self.id}"


@cache
def facts() -> tuple[Fact, ...]:
    """All required facts in the order of the register."""
    return tuple(_read(entry) for entry in table("facts")["fact"])


@cache
def _by_id() -> Mapping[str, Fact]:
    return {item.id: item for item in facts()}


def fact(fact_id: str) -> Fact:
    """The fact with this id; KeyError names an unknown one."""
    try:
        return _by_id()[fact_id]
    except KeyError:
        raise KeyError(f"'{fact_id}' is not in literature/facts.toml.") from None


def _read(entry: Mapping[str, Any]) -> Fact:
    scores = entry.get("scores")
    return Fact(
        id=entry["id"],
        title=entry["title"],
        group=entry["group"],
        kind=entry["kind"],
        value=entry.get("value", ""),
        applies=tuple(entry["applies"]),
        planning=Level[entry["planning"]],
        starting=Level[entry["starting"]],
        ask=entry["ask"],
        basis=basis_from(entry, where=f"facts.toml {entry['id']}"),
        effects={key: Level[level] for key, level in entry.get("effects", {}).items()},
        advice=entry.get("advice", ""),
        path=entry.get("path", ""),
        valid=entry.get("valid", ""),
        valid_months=entry.get("valid_months", ""),
        same_day=entry.get("same_day", False),
        same_day_unless=entry.get("same_day_unless", ""),
        rules=tuple(entry.get("rules", ())),
        codes=tuple(Coding(*code) for code in entry.get("codes", ())),
        measures=tuple(
            Measure(kind, m["unit"], tuple(m["loinc"]), tuple(m.get("estimated", ())))
            for kind, m in entry.get("measures", {}).items()
        ),
        scores=None if scores is None else {name: tuple(codes) for name, codes in scores.items()},
        review_from=entry.get("review_from"),
        review_from_female=entry.get("review_from_female"),
    )
