"""Which weight a dose may rest on: measured, in kg, dated, plausible, and not changed without a second weighing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenuto.core.dates import on_date, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, hour_in_zone, missing, note, or_zone
from tenuto.core.intake.facts import Measurement
from tenuto.core.intake.required import fact
from tenuto.core.units import Kg, plain

__all__ = ["Weighing", "judge"]


@dataclass(frozen=True, slots=True)
class Weighing:
    """A weight that a dose may be computed from."""

    kg: Kg
    taken: date
    origin: str
    original: str = ""
    """The value as sent, when it was converted from another unit."""


def judge(case: JudgedCase) -> tuple[tuple[Finding, ...], Weighing | None]:
    """The newest weight if it may carry a dose, and the findings about it.

    Refused, without a dose: no weight, no date, a date in the future, a stated or estimated weight alone, one that nobody
    can rely on and that is not older than the newest other, one outside the policy's plausible range, a change beyond the policy's limits since the last one without a second weighing.
    An old weight blocks; one that was converted asks for review. Source: ISMP-W [V]; limits are policy [D].
    """
    recorded = case.facts.measured("weight_kg")
    measured = [m for m in recorded if not m.estimated and not m.unclear]
    findings = _ignored(case, recorded)
    unclear = next((m for m in recorded if m.unclear and _not_before(m, measured)), None)
    if unclear is not None:
        return (*findings, *_unclear(unclear)), None
    if not measured:
        because = "Measured weight: only a stated or estimated weight is recorded." if recorded else ""
        return (*findings, *missing(case, fact("weight"), because=because)), None
    newest = measured[0]
    refused = _refused(case, newest, measured[1:])
    if refused or newest.taken is None:
        return (*findings, *refused), None
    same_day = [m for m in measured if m.taken == newest.taken]
    # Of several weights of one day the lowest carries the dose.
    used = min(same_day, key=lambda m: m.value)
    weighing = Weighing(Kg(used.value), newest.taken, used.origin, used.original)
    return (*findings, *_several(case, same_day), *_aged(case, weighing), *_converted(weighing)), weighing


def _not_before(m: Measurement, others: Sequence[Measurement]) -> bool:
    """Whether a weight may be the newest one."""
    newest = others[0].taken if others else None
    return m.taken is None or newest is None or m.taken >= newest


def _unclear(m: Measurement) -> tuple[Finding, ...]:
    return _refuse(
        "WEIGHT-UNCLEAR",
        f"A weight of {m.original or f'{plain(m.value)} kg'}{on_date(m.taken)} {m.unclear}: nobody can rely on it, nor on an older one. Weigh again and "
        "record it.",
    )


def _several(case: JudgedCase, same_day: Sequence[Measurement]) -> tuple[Finding, ...]:
    values = sorted({m.value for m in same_day})
    if len(values) < 2:
        return ()
    shown = " and ".join(plain(value) for value in values)
    message = f"Weights of {shown} kg are recorded{on_date(same_day[0].taken)}; the lowest is used."
    apart = values[-1] - values[0] > case.policy.number("weight_repeat_within_kg")
    return (note("weight", "WEIGHT-SEVERAL", Level.REVIEW if apart else Level.PASS, message),)


def _ignored(case: JudgedCase, recorded: Sequence[Measurement]) -> tuple[Finding, ...]:
    return tuple(
        note(
            "weight",
            "WEIGHT-ESTIMATED",
            Level.REVIEW,
            f"A weight of {plain(m.value)} kg{on_date(m.taken)} is stated or estimated and isn't used. Weigh the person.",
        )
        for m in recorded
        if m.estimated
    )


def _refused(case: JudgedCase, newest: Measurement, earlier: Sequence[Measurement]) -> tuple[Finding, ...]:
    low, high = case.policy.number("weight_min_kg"), case.policy.number("weight_max_kg")
    shown = f"{plain(newest.value)} kg"
    if case.in_future(newest.taken):
        return _refuse(
            "WEIGHT-FUTURE",
            f"A weight is dated {say_date(newest.taken)}{hour_in_zone(newest)}, after {say_date(case.as_of)}. Correct its date or "
            f"weigh again{or_zone(case, newest)}.",
        )
    if newest.taken is None:
        return _refuse(
            "WEIGHT-UNDATED", f"The weight of {shown} has no date. Weigh again and record the date."
        )
    if not low <= newest.value <= high:
        return _refuse(
            "WEIGHT-IMPLAUSIBLE",
            f"A weight of {shown} is outside {plain(low)} to {plain(high)} kg. Check the unit and weigh again; if it is right, nothing "
            "is planned with it: tell the medical director, whose policy sets this limit.",
        )
    return _changed(case, newest, earlier)


def _refuse(code: str, message: str) -> tuple[Finding, ...]:
    return (note("weight", code, Level.REFUSE, message),)


def _changed(case: JudgedCase, newest: Measurement, earlier: Sequence[Measurement]) -> tuple[Finding, ...]:
    same_day = [m for m in earlier if m.taken == newest.taken]
    before = [m for m in earlier if m.taken != newest.taken]
    for other in same_day:
        if _differs(case, newest.value, other.value):
            return _refuse(
                "WEIGHT-CONFLICT",
                f"Two weights{on_date(newest.taken)}, {plain(newest.value)} and {plain(other.value)} kg, don't agree. "
                "Weigh again and correct the wrong one.",
            )
    if not before or not _differs(case, newest.value, before[0].value):
        return ()
    agree = case.policy.number("weight_repeat_within_kg")
    if any(abs(m.value - newest.value) <= agree for m in same_day):
        return ()
    return _refuse(
        "WEIGHT-CHANGED",
        f"The weight went from {plain(before[0].value)} kg{on_date(before[0].taken)} to {plain(newest.value)} kg"
        f"{on_date(newest.taken)}. Check the unit and have a second person weigh on the same day.",
    )


def _differs(case: JudgedCase, new: Decimal, old: Decimal) -> bool:
    change = abs(new - old)
    percent = case.policy.number("weight_change_max_percent")
    return change > case.policy.number("weight_change_max_kg") or change * 100 > percent * old


def _aged(case: JudgedCase, weighing: Weighing) -> tuple[Finding, ...]:
    days = (case.as_of - weighing.taken).days
    limit = case.policy.whole("weight_valid_days")
    if days > limit:
        return (
            note(
                "weight",
                "WEIGHT-OLD",
                Level.BLOCK,
                f"The weight of {weighing.kg.rounded(2)} is from {say_date(weighing.taken)}, {days} days ago; at most {limit} count. Weigh again.",
            ),
        )
    if case.starting and days > 0:
        return (
            note(
                "weight",
                "WEIGHT-NOT-TODAY",
                Level.REVIEW,
                f"The weight of {weighing.kg.rounded(2)} is from {say_date(weighing.taken)}, not from today. Weigh again.",
            ),
        )
    return ()


def _converted(weighing: Weighing) -> tuple[Finding, ...]:
    if not weighing.original:
        return ()
    message = (
        f"The weight was sent as {weighing.original} and converted to {weighing.kg.rounded(2)}. "
        "Check it against a scale in kg."
    )
    return (note("weight", "WEIGHT-CONVERTED", Level.REVIEW, message),)
