"""Each infusion of a course held against what was signed: which it was, and where it deviates. A fact is always kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tenuto.core.course.facts import InfusionFact, SignedCourse
from tenuto.core.course.gaps import least_gap_days
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.dates import say_date
from tenuto.core.literature.maintenance import MaintenanceKind, maintenance_rule
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = ["CourseDeviation", "InfusionPart", "JudgedInfusion", "judge_infusions"]

SIGNED = Basis((Tag.D,), note="Held against the signed version of the plan")


class InfusionPart(StrEnum):
    """What an infusion was in its course."""

    INDUCTION = "induction"
    OPTIONAL = "optional"
    """Of the induction, added by a review."""
    MAINTENANCE = "maintenance"
    EXTRA = "extra"
    """More than was signed."""


@dataclass(frozen=True, slots=True)
class CourseDeviation:
    """One thing in which an infusion differs from what was signed: a stable code and a sentence."""

    code: str
    on: date
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class JudgedInfusion:
    """An infusion of the course with its number in the series."""

    n: int
    id: str
    infusion: GivenInfusion
    part: InfusionPart
    days_after: int | None
    """Days since the infusion before; None for the first."""
    deviations: tuple[CourseDeviation, ...]

    @property
    def on(self) -> date:
        """The day on which it was given."""
        return self.infusion.on


def judge_infusions(
    given: Sequence[InfusionFact],
    signed: Sequence[SignedCourse],
    policy: Policy,
    *,
    earlier: date | None = None,
) -> tuple[JudgedInfusion, ...]:
    """The infusions of one series in order of date, each judged by the version under which it was given.

    given: one a day, oldest first. signed: versions of that series; an infusion under a version that is not among them is
    judged by the last one signed. earlier: the last infusion of a series before, from which the first gap counts. Without
    any signed version every infusion is an extra one.
    """
    versions = {each.version: each for each in signed}
    newest = max(signed, key=lambda each: each.number, default=None)
    judged: list[JudgedInfusion] = []
    for n, fact in enumerate(given, 1):
        before = judged[-1].on if judged else earlier
        judged.append(_judge(n, fact, versions.get(fact.version, newest), before, policy))
    return tuple(judged)


def _judge(
    n: int, fact: InfusionFact, plan: SignedCourse | None, before: date | None, policy: Policy
) -> JudgedInfusion:
    on = fact.infusion.on
    days = (on - before).days if before is not None else None
    part = _part(n, on, days, plan, policy)
    found = tuple(_deviations(n, fact.infusion, part, days, plan, policy))
    return JudgedInfusion(n, fact.id, fact.infusion, part, days if n > 1 else None, found)


def _part(n: int, on: date, days: int | None, plan: SignedCourse | None, policy: Policy) -> InfusionPart:
    if plan is None:
        return InfusionPart.EXTRA
    if n <= plan.infusions:
        return InfusionPart.INDUCTION
    least = _least_maintenance_days(plan, policy)
    if n <= plan.most and (least is None or days is None or days < least):
        return InfusionPart.OPTIONAL
    planned = any(day.on == on for day in plan.days)
    if planned or (least is not None and days is not None and days >= least):
        return InfusionPart.MAINTENANCE
    return InfusionPart.EXTRA


def _least_maintenance_days(plan: SignedCourse, policy: Policy) -> int | None:
    """The shortest interval that counts as maintenance by the signed rule; None where the rule has none at all."""
    rule = maintenance_rule(plan.maintenance)
    if rule.kind is MaintenanceKind.NONE:
        return None
    shortest = rule.interval_days_min
    if rule.kind is MaintenanceKind.INTERVAL and shortest is not None:
        return shortest.value
    return policy.whole("forecast_maintenance_gap_days")


def _deviations(
    n: int,
    given: GivenInfusion,
    part: InfusionPart,
    days: int | None,
    plan: SignedCourse | None,
    policy: Policy,
) -> Iterator[CourseDeviation]:
    on = given.on
    if plan is None:
        yield CourseDeviation("COURSE-UNSIGNED", on, f"{say_date(on)}: no signed plan names it.", SIGNED)
        return
    if part is InfusionPart.EXTRA:
        text = f"{say_date(on)}: infusion {n} of a series of {plan.most}, {_too_soon(plan, days)}."
        yield CourseDeviation("COURSE-COUNT", on, text, SIGNED)
    yield from _gap(n, on, part, days, plan, policy)
    yield from _dose(given, plan, policy)


def _too_soon(plan: SignedCourse, days: int | None) -> str:
    rule = maintenance_rule(plan.maintenance)
    if rule.kind is MaintenanceKind.NONE:
        return "and no maintenance is signed"
    return f"{days} days after the last, sooner than the signed maintenance"


def _gap(
    n: int, on: date, part: InfusionPart, days: int | None, plan: SignedCourse, policy: Policy
) -> Iterator[CourseDeviation]:
    if days is None:
        return
    least, limit = least_gap_days(plan.gap_rule, policy), policy.limit(plan.gap_rule.limit)
    if days < least:
        text = (
            f"{say_date(on)}: {days} {'day' if days == 1 else 'days'} after the one before; the protocol's gap is "
            f"{least} {'day' if least == 1 else 'days'} or more ({limit.amount})."
        )
        yield CourseDeviation("COURSE-GAP-SHORT", on, text, limit.basis)
    most = plan.gap_days_max
    if most is not None and days > most and n > 1 and part is InfusionPart.INDUCTION:
        text = f"{say_date(on)}: {days} days after the one before; the protocol allows at most {most}."
        yield CourseDeviation("COURSE-GAP-LONG", on, text, SIGNED)


def _dose(given: GivenInfusion, plan: SignedCourse, policy: Policy) -> Iterator[CourseDeviation]:
    if plan.dose is None or given.mass is None:
        return
    limit, ordered = policy.limit("dose_given_differs_percent"), plan.dose.value
    apart = abs(given.mass.value - ordered) * Decimal(100)
    if apart > limit.value * ordered:
        text = f"{say_date(given.on)}: {given.mass} given, {plain(ordered)} mg ordered."
        yield CourseDeviation("COURSE-DOSE", given.on, text, limit.basis)
