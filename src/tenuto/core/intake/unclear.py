"""Measured values that nobody can rely on: they open nothing, beside them no older one does, and what they say against counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from tenuto.core.dates import on_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake import blood_pressure, measures, person
from tenuto.core.intake.case import JudgedCase, note
from tenuto.core.intake.facts import Measurement
from tenuto.core.units import plain

__all__ = ["judge"]

_WEIGHT = "weight_kg"
"""Judged apart: without a weight that can be relied on there is no dose."""


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """A REVIEW, or what the lack of the fact gives, for every unclear value that may be the newest; and what those values close.

    `case.usable` leaves unclear values out, so that they open nothing; of an older value beside them nobody knows whether it
    still holds.
    """
    kinds = dict.fromkeys(m.kind for m in case.facts.measurements if m.unclear and m.kind != _WEIGHT)
    doubted = [m for kind in kinds for m in case.doubted(kind)]
    if not doubted:
        return ()
    return (*_said(case, doubted), *_closing(case, doubted))


def _said(case: JudgedCase, doubted: Collection[Measurement]) -> Iterator[Finding]:
    """One finding for all the values of one record and one fact that are doubted for the same reason."""
    told: dict[tuple[str, str, str], list[Measurement]] = {}
    for m in doubted:
        told.setdefault((measures.fact_of(m.kind).id, m.unclear, m.origin), []).append(m)
    for (fact_id, why, _), values in told.items():
        item, first = measures.fact_of(values[0].kind), values[0]
        shown = "/".join(plain(m.value) for m in values)
        level = max(Level.REVIEW, item.absent(case.purpose) if case.applies(item) else Level.REVIEW)
        message = (
            f"{item.title}: the value {shown}{on_date(first.taken)} {why}: nobody can rely on it, nor on an older one. Measure again "
            "and record it."
        )
        yield note(fact_id, "MEASUREMENT-UNCLEAR", level, message)


def _closing(case: JudgedCase, doubted: Collection[Measurement]) -> Iterator[Finding]:
    """What the values would say against treatment if they could be relied on."""
    as_sent = tuple(
        replace(m, unclear="", taken=m.taken and min(m.taken, case.as_of)) if m in doubted else m
        for m in case.facts.measurements
    )
    taken = replace(case, facts=replace(case.facts, measurements=as_sent))
    known = {(each.code, each.level) for each in _of(case)}
    for each in _of(taken):
        if each.level > Level.PASS and not each.missing and (each.code, each.level) not in known:
            yield each


def _of(case: JudgedCase) -> tuple[Finding, ...]:
    return (*person.judge_build(case, None)[0], *blood_pressure.judge(case), *measures.judge(case))
