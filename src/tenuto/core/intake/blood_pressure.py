"""The screening blood pressure: a repeated reading decides, a single high one asks for another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from tenuto.core.dates import on_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, missing, note
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.units import plain

__all__ = ["BloodPressure", "judge", "readings", "too_close"]


@dataclass(frozen=True, slots=True)
class BloodPressure:
    """One blood pressure, mmHg; a half that was not recorded is None."""

    systolic: Decimal | None
    diastolic: Decimal | None
    taken: date | None
    minute: str
    origin: str

    def __str__(self) -> str:
        # A value that was converted, such as from kPa, is shown to the whole number that a device would show.
        halves = ("?" if half is None else plain(round(half, 0)) for half in (self.systolic, self.diastolic))
        return "/".join(halves) + on_date(self.taken)

    @property
    def upside_down(self) -> bool:
        """True when the lower half is not below the upper one: exchanged, or one of them is wrong."""
        return self.systolic is not None and self.diastolic is not None and self.diastolic >= self.systolic

    def reaches(self, systolic: Decimal, diastolic: Decimal) -> bool:
        """True when either half is at or above its limit."""
        return (self.systolic is not None and self.systolic >= systolic) or (
            self.diastolic is not None and self.diastolic >= diastolic
        )


def readings(case: JudgedCase) -> tuple[BloodPressure, ...]:
    """All readings up to the day of the judgement, newest first.

    Halves of one record belong together; so do two of one minute that were sent as records of their own.
    """
    halves: dict[tuple[date | None, str, str], list[list[Decimal]]] = {}
    for index, kind in enumerate(("systolic_mmhg", "diastolic_mmhg")):
        for m in case.usable(kind):
            halves.setdefault((m.taken, m.minute, m.origin), [[], []])[index].append(m.value)
    found = [
        BloodPressure(_nth(upper, n), _nth(lower, n), taken, minute, origin)
        for (taken, minute, origin), (upper, lower) in halves.items()
        for n in range(max(len(upper), len(lower)))
    ]
    return tuple(sorted(_joined(found), key=_when, reverse=True))


def _joined(found: list[BloodPressure]) -> list[BloodPressure]:
    """The readings, a lone upper half with the lone lower half of the same minute; the highest with the highest."""
    lone: dict[tuple[date | None, str], list[BloodPressure]] = {}
    for reading in found:
        if reading.minute and None in (reading.systolic, reading.diastolic):
            lone.setdefault((reading.taken, reading.minute), []).append(reading)
    for halves in lone.values():
        upper = sorted((r for r in halves if r.systolic is not None), key=_when, reverse=True)
        lower = sorted((r for r in halves if r.diastolic is not None), key=_when, reverse=True)
        for one, two in zip(upper, lower, strict=False):
            found.remove(one)
            found.remove(two)
            found.append(replace(one, diastolic=two.diastolic, origin=f"{one.origin}, {two.origin}"))
    return found


def _nth(values: list[Decimal], n: int) -> Decimal | None:
    return sorted(values, reverse=True)[n] if n < len(values) else None


def _when(r: BloodPressure) -> tuple[date, str, Decimal, Decimal, str]:
    zero = Decimal(0)
    return (r.taken or date.min, r.minute, r.systolic or zero, r.diastolic or zero, r.origin)


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """Findings about the blood pressure.

    Two valid readings at or above the upper limit block until the last two are both below it. One alone asks for a
    repeat. The last two decide about the band below. When starting, one such reading of today blocks. Readings that were
    taken closer together than the register says are one occasion: all of them count, and the next earlier one too.
    A reading whose halves are exchanged opens nothing; read the right way round it still closes.
    Limits are policy [D]; "repeated" for screening, the last reading on the day itself.
    """
    item = fact("blood_pressure")
    read = readings(case)
    every = tuple(r for r in read if not r.upside_down)
    odd = tuple(
        r
        for n, r in enumerate(read)
        if r.upside_down and case.current(item, r.taken) and not _retaken(read[:n])
    )
    return (*_exchanged(case, odd), *_by_the_readings(case, item, every))


def _retaken(later: tuple[BloodPressure, ...]) -> bool:
    """Whether two readings that are the right way round were taken since."""
    return sum(not r.upside_down for r in later) > 1


def _exchanged(case: JudgedCase, odd: tuple[BloodPressure, ...]) -> tuple[Finding, ...]:
    """That readings have a lower half that is not below the upper one."""
    if not odd:
        return ()
    listed = ", ".join(str(r) for r in odd[:3])
    turned = tuple(replace(r, systolic=r.diastolic, diastolic=r.systolic) for r in odd)
    high = any(r.reaches(*_blocking(case)) for r in turned)
    message = (
        f"Blood pressure {listed}: the lower value is not below the upper one. It is not used. Take two new "
        "ones, and correct the record."
    )
    return (note("blood_pressure", "BP-EXCHANGED", Level.BLOCK if high else Level.REVIEW, message),)


def _blocking(case: JudgedCase) -> tuple[Decimal, Decimal]:
    return case.policy.number("bp_block_systolic_mmhg"), case.policy.number("bp_block_diastolic_mmhg")


def _by_the_readings(
    case: JudgedCase, item: RequiredFact, every: tuple[BloodPressure, ...]
) -> tuple[Finding, ...]:
    valid = tuple(r for r in every if case.current(item, r.taken))
    complete = [r for r in valid if r.systolic is not None and r.diastolic is not None]
    if not every:
        return missing(case, item)
    if not valid:
        return missing(case, item, stale=every[0].taken or date.min)
    lacking = (
        () if complete else missing(case, item, because=f"Blood pressure {valid[0]}: one half is missing.")
    )
    few = _few(case, valid, item.apart_minutes)
    last = _last(valid, item.apart_minutes)
    return (*lacking, *few, *_high(case, valid, last), *_low(case, last))


def too_close(case: JudgedCase) -> str:
    """That the newest two readings were taken too close together by their times to count as two, in a sentence; else empty."""
    every, minutes = readings(case), fact("blood_pressure").apart_minutes
    if len(every) < 2 or _apart(every[0], every[1], minutes):
        return ""
    apart = _minutes(every[0]) - _minutes(every[1])
    between = f"{apart} minute{'' if apart == 1 else 's'} apart" if apart else "at the same minute"
    return (
        f"By their times the blood pressures {every[1]} and {every[0]} were taken {between}: they count as one. "
        f"Take another one at least {minutes} minutes after the first, or correct a time that is wrong."
    )


def _last(valid: tuple[BloodPressure, ...], apart_minutes: int) -> tuple[BloodPressure, ...]:
    """The last two readings that count as two, newest first, with all that were taken between them."""
    earlier = [n for n, r in enumerate(valid) if n and _apart(valid[0], r, apart_minutes)]
    return valid[: earlier[0] + 1] if earlier else valid


def _apart(later: BloodPressure, earlier: BloodPressure, minutes: int) -> bool:
    """Whether two readings are far enough apart. Where a time is not known, nothing says that they are not."""
    if later.taken != earlier.taken or not later.minute or not earlier.minute:
        return True
    return _minutes(later) - _minutes(earlier) >= minutes


def _minutes(r: BloodPressure) -> int:
    hours, minutes = r.minute.split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _few(case: JudgedCase, valid: tuple[BloodPressure, ...], apart_minutes: int) -> tuple[Finding, ...]:
    if not case.starting or any(_apart(valid[0], r, apart_minutes) for r in valid[1:]):
        return ()
    if len(valid) > 1:
        message = (
            f"The blood pressures of today, {valid[0]} and {valid[1]}, were taken less than {apart_minutes} minutes apart. "
            "Take another one."
        )
        return (note("blood_pressure", "BP-SINGLE", Level.REVIEW, message),)
    message = f"Only one blood pressure today, {valid[0]}. Take a second one {apart_minutes} minutes later."
    return (note("blood_pressure", "BP-SINGLE", Level.REVIEW, message),)


def _high(
    case: JudgedCase, valid: tuple[BloodPressure, ...], last: tuple[BloodPressure, ...]
) -> tuple[Finding, ...]:
    limits = _blocking(case)
    high = [r for r in valid if r.reaches(*limits)]
    shown = f"{plain(limits[0])}/{plain(limits[1])}"
    if any(r in high for r in last):
        if len(high) > 1 or case.starting:
            listed = ", ".join(str(r) for r in high[:3])
            message = f"Blood pressure at or above {shown}: {listed}. Treat it; two later readings below {shown} open it."
            return (note("blood_pressure", "BP-HIGH-REPEATED", Level.BLOCK, message),)
        message = (
            f"Blood pressure {high[0]} is at or above {shown}. Repeat it: a second one this high blocks."
        )
        return (note("blood_pressure", "BP-HIGH-ONCE", Level.REVIEW, message),)
    band = tuple(case.policy.number(f"bp_review_{half}_mmhg") for half in ("systolic", "diastolic"))
    raised = [r for r in last if r.reaches(*band)]
    if not raised:
        return ()
    message = f"Blood pressure {raised[0]} is at or above {plain(band[0])}/{plain(band[1])}. Weigh the risk and repeat it."
    return (note("blood_pressure", "BP-RAISED", Level.REVIEW, message),)


def _low(case: JudgedCase, last: tuple[BloodPressure, ...]) -> tuple[Finding, ...]:
    limit = case.policy.number("bp_low_systolic_mmhg")
    low = [r for r in last if r.systolic is not None and r.systolic < limit]
    if not low:
        return ()
    level = Level.BLOCK if case.starting else Level.REVIEW
    message = f"Blood pressure {low[0]} is below {plain(limit)} systolic. Repeat it and look for the cause."
    return (note("blood_pressure", "BP-LOW", level, message),)
