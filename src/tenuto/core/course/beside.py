"""Visits beside the infusions that belong to the plan: follow-up with a prescriber, and psychotherapy. When each is due.

The rule is the table `tests/spec/course/beside.md`. The primary look at a series is 14 to 31 days after it [V McInnes 2022];
how often afterwards is the clinic's [D].
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.policy import Policy

__all__ = ["BesideDue", "BesideHeld", "BesideKind", "BesidePlanned", "beside_due", "beside_plan"]


class BesideKind(StrEnum):
    """What sort of visit."""

    FOLLOW_UP = "follow_up"
    PSYCHOTHERAPY = "psychotherapy"


@dataclass(frozen=True, slots=True)
class BesideHeld:
    """A visit that took place."""

    id: str
    kind: BesideKind
    on: date


@dataclass(frozen=True, slots=True)
class BesidePlanned:
    """What was agreed on a day: every so many days, with whom; None for `every_days` ends it. The one recorded last counts."""

    id: str
    kind: BesideKind
    on: date
    every_days: int | None
    with_name: str
    recorded: int


@dataclass(frozen=True, slots=True)
class BesideDue:
    """The next visit of a kind: by when, with whom where that was agreed, and when the last one was."""

    kind: BesideKind
    by: date
    with_name: str
    last: date | None

    def late(self, today: date) -> bool:
        """Whether the day has passed."""
        return today > self.by


def beside_plan(
    planned: Iterable[BesidePlanned], kind: BesideKind, *, struck: Collection[str] = (), as_of: date
) -> BesidePlanned | None:
    """What is agreed about a kind of visit on a day; None without, and once it was ended."""
    own = [p for p in planned if p.kind is kind and p.on <= as_of and p.id not in struck]
    newest = max(own, key=lambda each: (each.recorded, each.id), default=None)
    return newest if newest is not None and newest.every_days is not None else None


def beside_due(
    planned: Sequence[BesidePlanned],
    held: Iterable[BesideHeld],
    *,
    series_ended: date | None,
    ending: EndingFact | None,
    struck: Collection[str] = (),
    as_of: date,
    policy: Policy,
) -> tuple[BesideDue, ...]:
    """The next visit of each kind, follow-up first. series_ended: the day of the last infusion of the whole series, None
    while it runs; without it no follow-up is due that nobody agreed on."""
    known = [each for each in held if each.on <= as_of and each.id not in struck]
    return (
        *_follow_up(planned, known, series_ended, ending, struck, as_of, policy),
        *_psychotherapy(planned, known, struck, as_of),
    )


def _last(held: Sequence[BesideHeld], kind: BesideKind, since: date | None = None) -> date | None:
    return max((h.on for h in held if h.kind is kind and (since is None or h.on >= since)), default=None)


def _follow_up(
    planned: Sequence[BesidePlanned],
    held: Sequence[BesideHeld],
    series_ended: date | None,
    ending: EndingFact | None,
    struck: Collection[str],
    as_of: date,
    policy: Policy,
) -> Iterator[BesideDue]:
    kind = BesideKind.FOLLOW_UP
    agreed = beside_plan(planned, kind, struck=struck, as_of=as_of)
    name = agreed.with_name if agreed else ""
    if ending is not None and ending.kind is EndingKind.COMPLETE:
        seen = _last(held, kind, ending.on)
        first = ending.follow_up_by or ending.on
        again = policy.whole("follow_up_completed_days")
        yield BesideDue(kind, seen + timedelta(days=again) if seen else first, name, _last(held, kind))
        return
    seen = _last(held, kind, agreed.on if agreed else series_ended)
    every = agreed.every_days if agreed and agreed.every_days else policy.whole("follow_up_every_days")
    if seen is not None:
        yield BesideDue(kind, seen + timedelta(days=every), name, seen)
    elif agreed is not None:
        yield BesideDue(kind, agreed.on + timedelta(days=every), name, _last(held, kind))
    elif series_ended is not None:
        after = timedelta(days=policy.whole("follow_up_after_series_days"))
        yield BesideDue(kind, series_ended + after, name, _last(held, kind))


def _psychotherapy(
    planned: Sequence[BesidePlanned], held: Sequence[BesideHeld], struck: Collection[str], as_of: date
) -> Iterator[BesideDue]:
    kind = BesideKind.PSYCHOTHERAPY
    agreed = beside_plan(planned, kind, struck=struck, as_of=as_of)
    if agreed is None or agreed.every_days is None:
        return
    last = _last(held, kind)
    anchor = max(agreed.on, last) if last else agreed.on
    yield BesideDue(kind, anchor + timedelta(days=agreed.every_days), agreed.with_name, last)
