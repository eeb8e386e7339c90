"""The register of facts that must be known about a person, read from `literature/facts.toml`.

Absence of a code is not absence of disease: a "no" about the history is known only through an explicit answer or a
refuted problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.gate import Level
from tenuto.core.intake.facts import Coding
from tenuto.core.literature import ROOT
from tenuto.core.scales.reading import instrument
from tenuto.core.sources import Basis, basis_of

__all__ = ["GROUPS", "JudgementPurpose", "MeasuredQuantity", "RequiredFact", "fact", "facts"]


GROUPS = {
    "identity": "Identity",
    "psychiatric": "Psychiatric history",
    "suicide": "Suicide risk",
    "medical": "Medical history",
    "substance": "Substances",
    "agreement": "Capacity, company and agreement",
    "examination": "Examination",
    "laboratory": "Tests",
}
"""How each group of facts is called."""


class JudgementPurpose(StrEnum):
    """What the facts are judged for."""

    PLANNING = "planning"
    STARTING = "starting"


@dataclass(frozen=True, slots=True)
class MeasuredQuantity:
    """One measured quantity: its `Measurement.kind`, unit, and the LOINC codes that carry it."""

    kind: str
    unit: str
    loinc: tuple[str, ...]
    estimated: tuple[str, ...] = ()
    """LOINC codes of a stated or estimated value, which never counts as measured."""


@dataclass(frozen=True, slots=True)
class RequiredFact:
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
    opens: str = ""
    advice: str = ""
    advice_for: Mapping[str, str] = field(default_factory=dict)
    """What to do after one answer, where that is not the same after each."""
    path: str = ""
    valid: str = ""
    valid_months: str = ""
    same_day: bool = False
    on_the_day: bool = False
    """Needed by the first infusion: while planning, its absence is something to do by that day."""
    same_day_unless: str = ""
    apart_minutes: int = 0
    """How far apart two readings must be taken to count as two."""
    ever: bool = False
    """Asks whether something ever was: a later "no" does not take back an earlier "yes"."""
    rules: tuple[str, ...] = ()
    codes: tuple[Coding, ...] = ()
    measures: tuple[MeasuredQuantity, ...] = ()
    scores: Mapping[str, tuple[str, ...]] | None = None
    judged_by: tuple[str, ...] = ()
    """The roles whose clinical judgement the answer is; empty where anybody who takes the history may record it."""
    no_because: tuple[str, ...] = ()
    """The reasons for which a "no" counts; empty where a "no" needs none."""
    review_from: int | None = None
    review_from_female: int | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    def absent(self, purpose: JudgementPurpose) -> Level:
        """The level while the fact is unknown. PASS means that it isn't asked for that purpose."""
        return self.planning if purpose is JudgementPurpose.PLANNING else self.starting

    def opens_with(self, level: Level) -> str:
        """Every way past a finding about the fact, where a newer record is one beside what the level says; else empty."""
        return f"{self.opens}, or {level.beside_another}" if self.opens and level is Level.BLOCK else ""

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


@data_file(ROOT / "facts.toml")
def facts(file: Table) -> tuple[RequiredFact, ...]:
    """All required facts in the order of the register."""
    return tuple(_fact(entry) for entry in file.tables("fact"))


@cache
def _by_id() -> Mapping[str, RequiredFact]:
    return {item.id: item for item in facts()}


def fact(fact_id: str) -> RequiredFact:
    """The fact with this id; KeyError names an unknown one."""
    try:
        return _by_id()[fact_id]
    except KeyError:
        raise KeyError(f"'{fact_id}' is not in literature/facts.toml.") from None


def _fact(entry: Table) -> RequiredFact:
    return RequiredFact(
        id=entry.text("id"),
        title=entry.text("title"),
        group=entry.text("group"),
        kind=entry.text("kind"),
        value=entry.text("value", ""),
        applies=entry.words("applies"),
        planning=entry.choice("planning", Level),
        starting=entry.choice("starting", Level),
        ask=entry.text("ask"),
        basis=basis_of(entry),
        effects=_effects(entry.optional("effects")),
        opens=entry.text("opens", ""),
        advice=entry.text("advice", ""),
        advice_for=_advice_for(entry.optional("advice_for")),
        path=entry.text("path", ""),
        valid=entry.text("valid", ""),
        valid_months=entry.text("valid_months", ""),
        same_day=entry.flag("same_day"),
        on_the_day=entry.flag("on_the_day"),
        ever=entry.flag("ever"),
        same_day_unless=entry.text("same_day_unless", ""),
        apart_minutes=entry.whole("apart_minutes") if entry.has("apart_minutes") else 0,
        rules=entry.words("rules", ()),
        codes=tuple(_code(entry, cells) for cells in entry.rows("codes", ())),
        measures=tuple(
            MeasuredQuantity(kind, one.text("unit"), one.words("loinc"), one.words("estimated", ()))
            for kind, one in entry.optional("measures").named().items()
        ),
        scores=_scores(entry) if entry.has("scores") else None,
        judged_by=entry.words("judged_by", ()),
        no_because=entry.words("no_because", ()),
        review_from=entry.whole("review_from") if entry.has("review_from") else None,
        review_from_female=entry.whole("review_from_female") if entry.has("review_from_female") else None,
    )


def _scores(entry: Table) -> Mapping[str, tuple[str, ...]]:
    """The scales of which one answers the fact, each with the LOINC code of its total as its definition has it."""
    totals = {name: instrument(name).loinc_total for name in entry.words("scores")}
    return {name: (code,) if code else () for name, code in totals.items()}


def _effects(entry: Table) -> Mapping[str, Level]:
    """The level of each answer; the answers are what people write, so their names are free."""
    return {answer: entry.choice(answer, Level) for answer in entry.names()}


def _advice_for(entry: Table) -> Mapping[str, str]:
    return {answer: entry.text(answer) for answer in entry.names()}


def _code(entry: Table, cells: tuple[object, ...]) -> Coding:
    texts = [cell for cell in cells if isinstance(cell, str)]
    if len(texts) != len(cells) or not 2 <= len(texts) <= 3:
        raise DataError(
            f"{entry.where}: a code is [system, code] or [system, code, display], got {list(cells)}."
        )
    return Coding(*texts)
