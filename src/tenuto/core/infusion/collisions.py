"""Entries of two people who did not know of each other's: the page or device of the later one had not shown the other.

Both stand on the chart. What they say together is for a person to settle: by saying that both are right, or by striking one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from tenuto.core.infusion.entries import (
    BolusGiven,
    CollisionSettled,
    EntryStruck,
    HandedOver,
    NoteWritten,
    PatientLeft,
    PumpPaused,
    PumpResumed,
    PumpStarted,
    PumpStopped,
    RateChanged,
    SessionEntry,
)

__all__ = ["ChartClosed", "Collision", "collisions"]

_TURNS = (BolusGiven, PumpPaused, PumpResumed, PumpStarted, PumpStopped, RateChanged)
_STAND_BESIDE = (CollisionSettled, EntryStruck, HandedOver, NoteWritten)
"""What two people may well chart in one minute."""


@dataclass(frozen=True, slots=True)
class ChartClosed:
    """That the chart was closed, and its place in the order of recording."""

    number: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Collision:
    """An entry, and what was charted meanwhile that its page had not shown; `other` is None where the chart was closed."""

    saved: SessionEntry
    other: SessionEntry | None
    words: str


def collisions(
    entries: Iterable[SessionEntry], *, closed: ChartClosed | None = None
) -> tuple[Collision, ...]:
    """What is not settled, in the order of recording. Entries of one person do not collide.

    Settled is what somebody said that both are right of, and what was amended or struck after both were on record.
    """
    known = {each.id: each for each in sorted(entries, key=lambda each: (-each.number, each.id, repr(each)))}
    rows = sorted(known.values(), key=lambda each: (each.number, each.id))
    settled = {(each.what.entry, each.what.other) for each in rows if isinstance(each.what, CollisionSettled)}
    amended: dict[str, int] = {}
    for each in rows:
        if each.amends:
            amended[each.amends] = max(each.number, amended.get(each.amends, 0))

    def is_open(found: Collision) -> bool:
        other = found.other.id if found.other else ""
        since = max(amended.get(found.saved.id, 0), amended.get(other, 0))
        recorded = max(found.saved.number, found.other.number if found.other else 0)
        return (found.saved.id, other) not in settled and since <= recorded

    return tuple(each for each in _found(rows, closed) if is_open(each))


def _found(rows: list[SessionEntry], closed: ChartClosed | None) -> Iterator[Collision]:
    for saved in rows:
        if saved.known is None or isinstance(saved.what, CollisionSettled):
            continue
        for other in rows:
            unknown = saved.known < other.number < saved.number
            words = _words(saved, other) if unknown and other.by != saved.by else ""
            if words:
                yield Collision(saved, other, words)
        if closed is not None and saved.known < closed.number < saved.number:
            yield Collision(saved, None, f"the chart was closed meanwhile by {closed.by}")


def _words(saved: SessionEntry, other: SessionEntry) -> str:
    """Why the two are for a person to settle; empty where they stand beside each other."""
    if saved.amends and other.amends == saved.amends:
        return "both put the same entry right"
    if isinstance(saved.what, _TURNS) and isinstance(other.what, _TURNS):
        return "both charted the pump"
    if isinstance(other.what, PatientLeft) and other.at <= saved.at:
        return "the patient had left by the other"
    same = type(saved.what) is type(other.what) and not isinstance(saved.what, _STAND_BESIDE)
    if same and _minute(saved.at) == _minute(other.at):
        return "both charted the same minute"
    return ""


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
