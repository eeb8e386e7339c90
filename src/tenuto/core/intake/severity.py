"""How ill the person was before this course, and what was tried before it: reasons to look twice, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.answers import given
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.conditions import Condition
from tenuto.core.intake.facts import RecordedScore
from tenuto.core.intake.required import fact
from tenuto.core.intake.scores import instrument_key
from tenuto.core.scales.definition import Instrument, SeverityBand
from tenuto.core.scales.reading import find
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = ["adequate_trials", "baseline_of", "judge", "moderate_from"]

MODERATE = "moderate"
_DURATION = re.compile(r"(\d{1,3})\s*(?:\+|or more)?\s*(weeks?|wks?|months?)\b")
_NOT_ADEQUATE = re.compile(r"\b(?:not adequate|inadequate|adequacy unclear|not tolerated)\b")
_WEEKS_PER_MONTH = 4
"""Rounded down, so that a month is never taken for more than it is."""


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """REVIEW below moderate on the condition's own scale before this course, and where too few adequate trials are told
    for a condition whose evidence is from people whom earlier treatment did not help."""
    return (*_mild(case), *_untried(case))


def baseline_of(case: JudgedCase, condition: Condition) -> tuple[RecordedScore, Instrument] | None:
    """The newest score on a scale of the condition from before the first infusion of this course, with its scale.

    A low score of somebody who has responded is success and no finding, so nothing later counts.
    """
    latest = min(filter(None, (case.course_began, case.as_of)))
    keys = frozenset(condition.scales)
    before = [
        s
        for s in case.facts.scores
        if instrument_key(s.instrument) in keys and s.taken is not None and s.taken <= latest
    ]
    if not before:
        return None
    newest = max(before, key=lambda s: (s.taken or date.min, s.value, s.instrument))
    scale = find(newest.instrument)
    return None if scale is None else (newest, scale)


def moderate_from(scale: Instrument) -> SeverityBand | None:
    """The band of a scale that is called moderate; None for a scale without one."""
    return next((band for band in scale.bands if band.label == MODERATE), None)


def adequate_trials(text: str, *, weeks_min: Decimal) -> int:
    """How many adequate trials can be read in words: durations of at least `weeks_min`, in no entry that says it was not.

    Entries are parted by semicolons or lines. Words that can't be read count for nothing, so this may be too few.
    """
    return sum(
        weeks >= weeks_min
        for entry in re.split(r"[;\n]", text.casefold())
        if not _NOT_ADEQUATE.search(entry)
        for weeks in _weeks(entry)
    )


def _weeks(entry: str) -> Iterator[int]:
    for number, unit in _DURATION.findall(entry):
        yield int(number) * (_WEEKS_PER_MONTH if unit.startswith("month") else 1)


def _mild(case: JudgedCase) -> Iterator[Finding]:
    for condition in case.treated:
        found = baseline_of(case, condition)
        if found is None:
            continue
        score, scale = found
        moderate, band = moderate_from(scale), scale.band(score.value)
        if moderate is None or score.value >= moderate.lowest:
            continue
        label = f", {band.label}" if band else ""
        when = f" of {say_date(score.taken)}" if score.taken else ""
        message = (
            f"{condition.title}: {scale.title} {plain(score.value)}{when}{label}, below moderate "
            f"({plain(moderate.lowest)} or more). Write why treatment is wanted now."
        )
        basis = scale.bands_basis or Basis((Tag.D,))
        yield Finding("SEVERITY-LOW", Level.REVIEW, message, basis, fact="baseline.scale")


def _untried(case: JudgedCase) -> Iterator[Finding]:
    answers = given(case, "treatments.trials")
    least, weeks = case.policy.whole("trials_min"), case.policy.number("trial_weeks_min")
    if not answers:
        return
    told = min(adequate_trials(str(answer.value), weeks_min=weeks) for answer in answers)
    for condition in case.treated:
        if condition.resistant and told < least:
            message = (
                f"{condition.title}: the evidence is from people whom at least {least} adequate trials of {plain(weeks)} weeks or "
                f"more did not help; {told} can be read here. Complete the trials, or write why treatment is wanted now."
            )
            yield Finding(
                "TRIALS-FEW", Level.REVIEW, message, fact("treatments.trials").basis, fact="treatments.trials"
            )
