"""The score of a form: a total with its band and parts, or void with a reason; red flags in either case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from tenuto.core.scales import totals
from tenuto.core.scales.answers import Answers, check, missing, points
from tenuto.core.scales.criteria import CriterionVerdict, judge
from tenuto.core.scales.definition import Instrument, SeverityBand, Take
from tenuto.core.scales.red_flags import RedFlag, raised

__all__ = ["CriterionReading", "Result", "Score", "Subscore", "Void", "score"]


@dataclass(frozen=True, slots=True)
class Subscore:
    """The score of one part; None when too few of its items were answered."""

    part: str
    title: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class CriterionReading:
    """One criterion of the instrument and whether it is met."""

    criterion: str
    title: str
    verdict: CriterionVerdict


@dataclass(frozen=True, slots=True)
class Score:
    """A valid score. `total` is None for an instrument that has no total; `missing` is not empty when prorated."""

    instrument: str
    version: int
    total: Decimal | None
    band: SeverityBand | None
    prorated: bool
    missing: tuple[str, ...]
    subscores: tuple[Subscore, ...]
    readings: tuple[CriterionReading, ...]
    flags: tuple[RedFlag, ...]


@dataclass(frozen=True, slots=True)
class Void:
    """No valid score. The reason is a sentence for a person; red flags of the answers that were given still stand."""

    instrument: str
    version: int
    reason: str
    missing: tuple[str, ...]
    subscores: tuple[Subscore, ...]
    readings: tuple[CriterionReading, ...]
    flags: tuple[RedFlag, ...]


Result = Score | Void


def score(
    instrument: Instrument,
    answers: Answers,
    *,
    earlier: Answers | None = None,
    risk_before: int | None = None,
    sex: str = "",
    prorate: bool | None = None,
) -> Result:
    """Score one form.

    answers: stored values by item id; None or absent is unanswered and never zero.
    earlier: the same form before this one, for rules about a rise.
    risk_before: the last answer on record to the question on death or self-harm, where that is another one.
    sex: administrative sex, for cut-offs that differ; empty applies the more cautious one.
    prorate: None follows the instrument's rule, False insists on complete answers, True allows what the rule allows.
    Raises ScaleError for an item or answer that the instrument does not have.
    """
    given = check(instrument, answers)
    before = check(instrument, earlier) if earlier is not None else None
    scored = points(instrument, given)
    absent = missing(instrument, given)
    use = instrument.completeness.by_default if prorate is None else prorate
    prorating = use and _may_prorate(instrument, absent)
    total = totals.total(instrument, scored, prorate=prorating)
    is_prorated = total is not None and bool(absent) and bool(totals.unanswered(instrument, scored))
    estimate = total if is_prorated else None
    subscores = tuple(
        Subscore(p.id, p.title, totals.of_part(p, scored, decimals=instrument.decimals, prorate=prorating))
        for p in instrument.parts
    )
    readings = _readings(instrument, given, sex, estimate)
    verdicts = {r.criterion: r.verdict for r in readings}
    flags = raised(
        instrument, given, earlier=before, risk_before=risk_before, verdicts=verdicts, prorated=estimate
    )
    if reason := _void(instrument, given, total, absent, subscores):
        return Void(instrument.id, instrument.version, reason, absent, subscores, readings, flags)
    band = None if total is None else instrument.band(total)
    return Score(
        instrument.id, instrument.version, total, band, is_prorated, absent, subscores, readings, flags
    )


def _may_prorate(instrument: Instrument, absent: tuple[str, ...]) -> bool:
    rule = instrument.completeness
    if len(absent) > rule.most_missing or set(absent) & set(rule.never):
        return False
    return all(
        sum(item in absent for item in part.items) <= rule.most_missing_in_part
        for part in totals.of_parts(instrument)
    )


def _readings(
    instrument: Instrument, given: Mapping[str, int], sex: str, prorated: Decimal | None
) -> tuple[CriterionReading, ...]:
    """Criteria that apply to this person; an unrecorded sex gets those written for it."""
    recorded = sex if sex in ("male", "female") else "unknown"
    return tuple(
        CriterionReading(c.id, c.title, judge(instrument, given, c, prorated=prorated))
        for c in instrument.criteria
        if not c.sexes or recorded in c.sexes
    )


def _void(
    instrument: Instrument,
    given: Mapping[str, int],
    total: Decimal | None,
    absent: tuple[str, ...],
    subscores: tuple[Subscore, ...],
) -> str:
    """Why there is no valid score; empty when there is one."""
    if total is not None:
        return ""
    if instrument.total is Take.NONE:
        if instrument.parts and all(s.value is None for s in subscores):
            return f"{instrument.title}: too few answers for any part ({_listed(absent)} not answered)."
        if not given:
            return f"{instrument.title}: nothing was answered."
        return ""
    n = len(instrument.scored_items)
    unanswerable = sorted(set(absent) & set(instrument.completeness.never))
    why = f" Item {_listed(tuple(unanswerable))} is never estimated." if unanswerable else ""
    return (
        f"{instrument.title}: {n - len(absent)} of {n} items answered; {_items(absent)} not answered, so there is no "
        f"total.{why} Ask for the missing answers."
    )


def _listed(items: tuple[str, ...]) -> str:
    return ", ".join(items)


def _items(items: tuple[str, ...]) -> str:
    return f"item {items[0]}" if len(items) == 1 else f"items {_listed(items)}"
