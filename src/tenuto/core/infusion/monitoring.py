"""What is due in a session and how late it is, and the reminders that wait for an answer. Only charted values count."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum

from tenuto.core.infusion.entries import ReminderAnswered, SessionEntry, VitalsTaken
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.infusion.reminder_rules import ReminderLevel, RuleFired, fired
from tenuto.core.policy import Policy

__all__ = ["DueVitals", "Lateness", "SessionReminder", "due_vitals", "reminders"]


class Lateness(IntEnum):
    """How vital signs stand, in order. Silence is never normal."""

    AHEAD = 0
    DUE = 1
    AMBER = 2
    RED = 3


@dataclass(frozen=True, slots=True)
class DueVitals:
    """When the next complete set is due, and how late it is."""

    at: datetime
    every: timedelta
    late: timedelta
    """Zero while it is ahead."""
    lateness: Lateness
    escalated: bool
    """Whether a second person is asked, because it stays red."""


@dataclass(frozen=True, slots=True)
class SessionReminder:
    """What a rule found, until somebody says what was done and what came of it."""

    key: str
    entry: SessionEntry
    found: RuleFired
    answers: tuple[SessionEntry, ...] = ()
    escalated: bool = False
    """Whether it waited too long and a second person is asked."""

    @property
    def open(self) -> bool:
        """Whether nobody has answered it."""
        return not self.answers

    @property
    def level(self) -> ReminderLevel:
        """What it asks for."""
        return self.found.level

    def covers(self, other: SessionReminder) -> bool:
        """Whether who answers it has answered the other one, too: no graver, and about the same value of the same entry."""
        same = (self.entry.id, self.found.signal) == (other.entry.id, other.found.signal)
        return self.key == other.key or (
            same and self.found.signal != "" and other.level <= self.level and other.open
        )


def reminders(
    entries: Sequence[SessionEntry], baseline: PressureBaseline | None, policy: Policy, now: datetime
) -> tuple[SessionReminder, ...]:
    """Every reminder of entries in the order in which they happened.

    While one of a rule waits for its answer, the same rule brings no second one: a row of equal reminders is not read. What was done
    about a value is said once, whichever of its limits it passed.
    """
    waits = timedelta(minutes=float(policy.number("reminder_second_person_min")))
    found: dict[str, SessionReminder] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry.what, ReminderAnswered):
            asked = found.get(entry.what.reminder)
            for each in [each for each in found.values() if asked is not None and asked.covers(each)]:
                found[each.key] = replace(each, answers=(*each.answers, entry))
            continue
        waiting = {each.found.rule for each in found.values() if each.open}
        for rule in fired(entry, entries[:index], baseline, policy):
            if rule.rule not in waiting:
                key = f"{rule.rule}:{entry.id}"
                found[key] = SessionReminder(key, entry, rule)
    return tuple(
        replace(each, escalated=each.open and now - each.entry.at >= waits) for each in found.values()
    )


def due_vitals(
    entries: Sequence[SessionEntry],
    *,
    started_at: datetime | None,
    ended_at: datetime | None,
    closely: bool,
    baseline: PressureBaseline | None,
    policy: Policy,
    now: datetime,
) -> DueVitals | None:
    """When vital signs are due next; None before the start. `entries` in the order in which they happened.

    Only a complete set counts as taken. The interval is that of the time of the last one: the closer one at the start, after
    a reminder until some complete sets in a row stay within the limits, and throughout where the order says so. Limits are policy; sources there.
    """
    if started_at is None:
        return None
    last = max([started_at, *_complete(entries, started_at)])
    first = started_at + _minutes(policy, "monitor_closely_first_min")
    if closely or last < first or _unsettled(entries, baseline, policy):
        every = _minutes(policy, "monitor_closely_every_min")
    elif ended_at is not None and last >= ended_at:
        every = _minutes(policy, "monitor_after_every_min")
    else:
        every = _minutes(policy, "monitor_every_min")
    red = last + every * float(policy.number("monitor_red_intervals"))
    late = max(now - (last + every), timedelta())
    if now >= red:
        lateness = Lateness.RED
    elif late >= _minutes(policy, "monitor_amber_after_min"):
        lateness = Lateness.AMBER
    else:
        lateness = Lateness.DUE if now >= last + every else Lateness.AHEAD
    escalated = now >= red + _minutes(policy, "reminder_second_person_min")
    return DueVitals(last + every, every, late, lateness, escalated)


def _complete(entries: Iterable[SessionEntry], since: datetime) -> list[datetime]:
    return [
        each.at
        for each in entries
        if isinstance(each.what, VitalsTaken) and each.what.complete and each.at >= since
    ]


def _unsettled(entries: Sequence[SessionEntry], baseline: PressureBaseline | None, policy: Policy) -> bool:
    """Whether something was out of the limits, and too few complete sets since were within them."""
    needed, calm, unsettled = policy.whole("monitor_calm_readings"), 0, False
    for index, entry in enumerate(entries):
        if fired(entry, entries[:index], baseline, policy):
            unsettled, calm = True, 0
        elif isinstance(entry.what, VitalsTaken) and entry.what.complete:
            calm += 1
            unsettled = unsettled and calm < needed
    return unsettled


def _minutes(policy: Policy, key: str) -> timedelta:
    return timedelta(minutes=float(policy.number(key)))
