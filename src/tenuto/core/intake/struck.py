"""Results and readings that somebody struck: they count no more, and what they said stays in sight of whoever decides (H30)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from tenuto.core.dates import on_date, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake import blood_pressure, measures, person, weight
from tenuto.core.intake.answers import given
from tenuto.core.intake.case import JudgedCase, finding_code
from tenuto.core.intake.facts import StruckResult
from tenuto.core.intake.required import RequiredFact, fact

__all__ = ["judge"]

_NOBODY_HAS = frozenset(("MEASUREMENT-IMPLAUSIBLE", "WEIGHT-IMPLAUSIBLE"))
"""What is said of a slip of the pen. It never counted, so striking it opens nothing."""


def judge(case: JudgedCase) -> Iterator[Finding]:
    """What was struck and matters still.

    A result of a test told in a word, until one of a later day. Values measured together that would have closed more than
    what counts now does, until values of a later day: a harmless reading, and one that nobody has, are struck without a word.
    """
    for each in case.facts.struck:
        item = fact(each.fact)
        if not case.applies(item) or not case.current(item, each.taken):
            continue
        if not each.values and not _answered_later(case, each):
            yield _finding(item, each, f"{item.title}: “{each.value[:80]}”")
        elif each.values and not _measured_later(case, each) and _closed_more(case, each):
            yield _finding(item, each, each.value)


def _answered_later(case: JudgedCase, struck: StruckResult) -> bool:
    later = max((answer.taken or date.min for answer in given(case, struck.fact)), default=date.min)
    return later > (struck.taken or date.min)


def _closed_more(case: JudgedCase, struck: StruckResult) -> bool:
    kinds = {value.kind for value in struck.values}
    others = (value for value in case.facts.measurements if value.kind not in kinds)
    alone = replace(case.facts, measurements=(*others, *struck.values), struck=())
    return _level(replace(case, facts=alone), struck) > _level(case, struck)


def _measured_later(case: JudgedCase, struck: StruckResult) -> bool:
    newest = [case.usable(value.kind)[:1] for value in struck.values]
    day = struck.taken or date.min
    return all(found and (found[0].taken or date.min) > day for found in newest)


def _level(case: JudgedCase, struck: StruckResult) -> Level:
    """What the values of its kind do now; a value that is missing does nothing here."""
    about = {measures.fact_of(value.kind).id for value in struck.values}
    weighed, weighing = weight.judge(case)
    built, *_ = person.judge_build(case, weighing)
    found = (*weighed, *built, *blood_pressure.judge(case), *measures.judge(case))
    levels = [f.level for f in found if f.fact in about and not f.missing and f.code not in _NOBODY_HAS]
    return max(levels, default=Level.PASS)


def _finding(item: RequiredFact, struck: StruckResult, what: str) -> Finding:
    whose = struck.origin.removeprefix("result, ").removeprefix("reading, ")
    message = f"{what}{on_date(struck.taken)} ({whose}) was struck by {struck.by} on {say_date(struck.on)}: {struck.why}"
    return Finding(finding_code("STRUCK", item.id), Level.REVIEW, message, item.basis, fact=item.id)
