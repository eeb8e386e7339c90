"""What a rating scale is: items, answers, totals, bands, rights. Frozen values, read from `instruments/` by `reading`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tenuto.core.sources import Basis

__all__ = [
    "ChangeRules",
    "Completeness",
    "Criterion",
    "Direction",
    "Instrument",
    "Item",
    "MeasuringProperties",
    "Option",
    "Rater",
    "Release",
    "Remission",
    "Rights",
    "RiskItem",
    "ScaleError",
    "ScoreTest",
    "SeverityBand",
    "Subscale",
    "Take",
    "Threshold",
    "Tier",
]


class ScaleError(ValueError):
    """A definition, an answer or a text pack that can't be used; the message names the value and the fix."""


class Tier(StrEnum):
    """What the project may ship of an instrument."""

    VERBATIM = "A"
    OWN_WORDING = "B"
    SCORE_ONLY = "C"

    @property
    def meaning(self) -> str:
        """The tier in words."""
        return _TIERS[self]


_TIERS = {
    Tier.VERBATIM: "full text, verbatim",
    Tier.OWN_WORDING: "full text, own wording",
    Tier.SCORE_ONLY: "score only; the clinic adds its licensed text",
}


class Rater(StrEnum):
    """Who answers."""

    SELF = "patient"
    CLINICIAN = "clinician"


class Direction(StrEnum):
    """What a higher score means. NEITHER is neither good nor bad: never a response or a remission."""

    WORSE = "worse"
    BETTER = "better"
    NEITHER = "neither"


class Release(StrEnum):
    """Whether the terms of a shipped text are settled."""

    CLEARED = "cleared"
    CONFIRM = "confirm before release"


class Take(StrEnum):
    """How the scores of several items become one."""

    SUM = "sum"
    MEAN = "mean"
    MAX = "max"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer: the value stored, its words, the points it scores, its LOINC answer code or empty."""

    value: int
    label: str
    score: Decimal
    loinc: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `scored` is False for a question beside the scale. `asked_when` names an item and the answer
    that makes this one apply; None when it always applies."""

    id: str
    text: str
    options: tuple[Option, ...]
    scored: bool = True
    loinc: str = ""
    asked_when: tuple[str, int] | None = None

    def option(self, value: int) -> Option:
        """The answer with this stored value; ScaleError lists those that exist."""
        for option in self.options:
            if option.value == value:
                return option
        values = ", ".join(str(o.value) for o in self.options)
        raise ScaleError(
            f"Item {self.id} has no answer {value!r}. Use one of {values}, or leave it unanswered."
        )

    @property
    def lowest(self) -> Decimal:
        """The fewest points the item scores."""
        return min(o.score for o in self.options)

    @property
    def highest(self) -> Decimal:
        """The most points the item scores."""
        return max(o.score for o in self.options)


@dataclass(frozen=True, slots=True)
class Subscale:
    """A subscale or domain. With `in_total`, the total is taken over such parts instead of over items.

    A part that takes the maximum needs one answer; one that takes a mean needs `needs` answers; a sum needs all.
    """

    id: str
    title: str
    items: tuple[str, ...]
    take: Take = Take.SUM
    in_total: bool = False
    needs: int = 0


@dataclass(frozen=True, slots=True)
class SeverityBand:
    """A range of the total, ends included, and its label."""

    lowest: Decimal
    highest: Decimal
    label: str

    def __contains__(self, total: Decimal) -> bool:
        return self.lowest <= total <= self.highest


@dataclass(frozen=True, slots=True)
class Completeness:
    """What happens with missing answers: `most_missing` may be prorated, none of them in `never`.

    `most_missing` 0 means complete answers only. `by_default` says whether prorating is on unless asked otherwise.
    """

    most_missing: int
    most_missing_in_part: int
    never: tuple[str, ...]
    by_default: bool
    basis: Basis


@dataclass(frozen=True, slots=True)
class ScoreTest:
    """One comparison. `of` is `total`, `item` or `count`; for a count, of items of part `key` answered `from_value` up."""

    of: str
    key: str
    at_least: Decimal | None
    at_most: Decimal | None
    from_value: int = 0


@dataclass(frozen=True, slots=True)
class Criterion:
    """A named reading of the answers, true when all its conditions are. `sexes` limits it to people so recorded."""

    id: str
    title: str
    conditions: tuple[ScoreTest, ...]
    sexes: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class RiskItem:
    """The question on death or self-harm of a scale, and the lowest answer that counts as a thought reported."""

    item: str
    reported_from: int
    basis: Basis
    present_from: int | None = None
    """The lowest answer that says that the thought is there now; None where the scale asks about a time that has passed alone."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A change that is called something: at least `points`, or at least `percent` of the baseline."""

    label: str
    points: Decimal | None
    percent: Decimal | None
    basis: Basis


@dataclass(frozen=True, slots=True)
class Remission:
    """The total that counts as remission, with the fall from baseline that it also needs (0: none)."""

    at_most: Decimal
    fall: Decimal
    basis: Basis


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """How change of a total is read: response in percent, remission (the first is the default), measurement noise.

    `reliable` is the smallest change larger than the noise of two scores. `sd` and `reliability` are those it was
    computed from, where known: 1.96 * sqrt(2) * sd * sqrt(1 - reliability).
    """

    response: Threshold | None
    remission: tuple[Remission, ...]
    reliable: Threshold | None
    sd: Decimal | None
    reliability: Decimal | None
    meaningful: tuple[Threshold, ...]


@dataclass(frozen=True, slots=True)
class MeasuringProperties:
    """How the scale measures, for modelling a course. All numbers in points; higher is worse.

    error_sd: SD of one observed score around the patient's level over about two weeks. typical: mean and SD of a
    treatment-seeking sample. response_percent and remission_at_most: those of `ChangeRules` where the scale has them;
    the file gives them here only where it does not, and they are then for modelling alone.
    """

    short: str
    """The name in histories and tables; the title where that is short."""
    conditions: tuple[str, ...]
    error_sd: Decimal
    typical_mean: Decimal
    typical_sd: Decimal
    response_percent: Decimal
    remission_at_most: Decimal
    basis: Basis


@dataclass(frozen=True, slots=True)
class Rights:
    """Who holds the text, on which terms, where and when they were read."""

    holder: str
    terms: tuple[str, ...]
    source: str
    accessed: date
    release: Release
    note: str = ""


@dataclass(frozen=True, slots=True)
class Instrument:
    """One rating scale in one version and one variant. `total` NONE means that it has no total."""

    id: str
    version: int
    title: str
    name: str
    tier: Tier
    rater: Rater
    recall: str
    cadence: str
    higher: Direction
    stem: str
    items: tuple[Item, ...]
    parts: tuple[Subscale, ...]
    total: Take
    decimals: int
    lowest: Decimal
    highest: Decimal
    bands: tuple[SeverityBand, ...]
    bands_basis: Basis | None
    criteria: tuple[Criterion, ...]
    completeness: Completeness
    change: ChangeRules
    measurement: MeasuringProperties | None
    risk_item: RiskItem | None
    """Its question on death or self-harm; None for a scale that asks none."""
    loinc_panel: str
    loinc_total: str
    rights: Rights
    basis: Basis

    def item(self, item_id: str) -> Item:
        """The item with this id; ScaleError lists those that exist."""
        for item in self.items:
            if item.id == item_id:
                return item
        known = ", ".join(i.id for i in self.items)
        raise ScaleError(f"{self.title} has no item '{item_id}'. Its items are {known}.")

    @property
    def scored_items(self) -> tuple[Item, ...]:
        """The items that make up the score, in order."""
        return tuple(i for i in self.items if i.scored)

    def band(self, total: Decimal) -> SeverityBand | None:
        """The band of a total; None when the instrument has no bands."""
        return next((band for band in self.bands if total in band), None)
