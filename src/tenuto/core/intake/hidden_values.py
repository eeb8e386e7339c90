"""Measured values that close and that another one hides: told by the person or a relative, or earlier on the same day (H30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tenuto.core.gate import Finding, Level
from tenuto.core.intake import blood_pressure, measures
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.facts import Measurement
from tenuto.core.intake.required import JudgementPurpose
from tenuto.core.units import plain

__all__ = ["judge"]

_JUDGED_APART = ("weight_kg", "height_cm")
_PRESSURE = ("systolic_mmhg", "diastolic_mmhg")


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """What such values close. They open nothing: what is lacking without them is lacking.

    A value that nobody measured counts as it was told, as if it had been measured. When planning, an earlier value of the
    newest day asks for review beside the later one; on the day of an infusion the value is repeated, and the last one counts.
    Of pressures the policy itself says how many later ones open what a high one closed.
    """
    told = _told(case)
    return (*told, *_earlier(case, {f.message for f in told}))


def _told(case: JudgedCase) -> tuple[Finding, ...]:
    counted = tuple(_as_measured(m) for m in case.facts.measurements)
    if counted == case.facts.measurements:
        return ()
    return tuple(
        replace(
            f,
            code=f"{f.code}-TOLD",
            message=f"{f.message} It was told by the person or a relative, or estimated: measure it.",
        )
        for f in _more(case, counted)
    )


def _as_measured(m: Measurement) -> Measurement:
    return replace(m, estimated=False) if m.estimated and m.kind not in _JUDGED_APART else m


def _earlier(case: JudgedCase, known: set[str]) -> Iterator[Finding]:
    if case.purpose is not JudgementPurpose.PLANNING:
        return
    said = set(known)
    levels = {f.fact: f.level for f in sorted(_of(case), key=lambda f: f.level) if not f.missing}
    for later, without in _without_the_later(case):
        for each in _more(case, without):
            graver = each.level > levels.get(each.fact, Level.PASS)
            if graver and each.message not in said:
                said.add(each.message)
                message = f"{each.message} Later on that day it was {later}. Find out which of them holds."
                yield replace(
                    each, code=f"{each.code}-EARLIER", level=Level.REVIEW, message=message, opens_with=""
                )


def _without_the_later(case: JudgedCase) -> Iterator[tuple[str, tuple[Measurement, ...]]]:
    """Each value of the newest day of a kind but the newest one: what that one is, and the facts without all that came after it."""
    apart = (*_JUDGED_APART, *_PRESSURE)
    for kind in dict.fromkeys(m.kind for m in case.facts.measurements if m.kind not in apart):
        found = case.usable(kind)
        of_day = [m for m in found if m.taken is not None and m.taken == found[0].taken]
        for n in range(1, len(of_day)):
            later = [m for m in found if m not in of_day[n:] and m.taken == found[0].taken]
            yield (
                plain(of_day[0].value),
                tuple(m for m in case.facts.measurements if m not in later),
            )


def _more(case: JudgedCase, measurements: tuple[Measurement, ...]) -> Iterator[Finding]:
    """What would be found with other measurements and is not found now."""
    known = {(each.code, each.message) for each in _of(case)}
    for each in _of(replace(case, facts=replace(case.facts, measurements=measurements))):
        asks = each.missing or each.level is Level.PASS or each.code in _OF_THE_NUMBER
        if not asks and (each.code, each.message) not in known:
            yield each


_OF_THE_NUMBER = frozenset(("BP-SINGLE", "BP-EXCHANGED"))
"""What is said of how many readings there are, or of one that is not used, not of what it measured."""


def _of(case: JudgedCase) -> tuple[Finding, ...]:
    return (*blood_pressure.judge(case), *measures.judge(case))
