"""What a patient carries to another clinic: every infusion, how it was borne, the intervals, and after which it went best."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenuto.core.course.account import CourseAccount
from tenuto.core.course.judged import JudgedInfusion
from tenuto.core.units import Mg, MgPerKg, Minutes

__all__ = ["BestScore", "Passport", "PassportInfusion", "passport_of"]


@dataclass(frozen=True, slots=True)
class PassportInfusion:
    """One infusion. `effects` is None when nobody recorded how it was borne: that is not "none"."""

    n: int
    on: date
    mass: Mg | None
    dose: MgPerKg | None
    minutes: Minutes | None
    days_after: int | None
    effects: tuple[str, ...] | None
    worst_event_grade: int | None


@dataclass(frozen=True, slots=True)
class BestScore:
    """The best score since the first infusion, beside the baseline, and the infusion before it."""

    scale: str
    title: str
    baseline: Decimal | None
    baseline_on: date | None
    best: Decimal
    on: date
    after: PassportInfusion | None
    """The last infusion before the score; None when it was taken before any other infusion than that of the day."""


@dataclass(frozen=True, slots=True)
class Passport:
    """A course on one page. Nothing in it is a recommendation: what was given is said, and what followed."""

    as_of: date
    infusions: tuple[PassportInfusion, ...]
    best: BestScore | None
    effects: tuple[tuple[str, int], ...]
    """What troubled the patient and after how many infusions, the most frequent first."""
    unknown: int
    """Infusions of which nobody recorded how they were borne."""
    shortest_days: int | None
    longest_days: int | None


def passport_of(account: CourseAccount) -> Passport:
    """The passport of a course; without an infusion an empty one. Days in calendar days, doses as they are on record."""
    infusions = tuple(_infusion(each) for each in account.given)
    gaps = [each.days_after for each in infusions if each.days_after is not None]
    counted = Counter(effect for each in infusions for effect in each.effects or ())
    return Passport(
        as_of=account.as_of,
        infusions=infusions,
        best=_best(account, infusions),
        effects=tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))),
        unknown=sum(each.effects is None for each in infusions),
        shortest_days=min(gaps, default=None),
        longest_days=max(gaps, default=None),
    )


def _infusion(judged: JudgedInfusion) -> PassportInfusion:
    given, borne = judged.infusion, judged.infusion.tolerability
    return PassportInfusion(
        n=judged.n,
        on=given.on,
        mass=given.mass,
        dose=given.dose,
        minutes=given.minutes,
        days_after=judged.days_after,
        effects=borne.effects if borne else None,
        worst_event_grade=borne.worst_event_grade if borne else None,
    )


def _best(account: CourseAccount, infusions: tuple[PassportInfusion, ...]) -> BestScore | None:
    scale = account.scale
    if scale is None or scale.best is None:
        return None
    # A score of the day of an infusion was taken before it.
    before = [each for each in infusions if each.on < scale.best.on]
    return BestScore(
        scale=scale.scale,
        title=scale.title,
        baseline=scale.baseline.value if scale.baseline else None,
        baseline_on=scale.baseline.on if scale.baseline else None,
        best=scale.best.value,
        on=scale.best.on,
        after=before[-1] if before else None,
    )
