"""The clock times of the preparation, worked out from the booked start; the file is `literature/preparation.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.scheduling.clock import midnight_after
from tenuto.core.sources import Basis, basis_of

__all__ = ["ClockStep", "PreparationRules", "clock_steps", "preparation_rules", "reminders", "still_to_offer"]


@dataclass(frozen=True, slots=True)
class ClockStep:
    """What a patient does from a moment on, or until it; `at` in the clinic's zone."""

    id: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _Step:
    id: str
    before: timedelta
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class PreparationRules:
    """What is done before an infusion, and when the clinic reminds and offers."""

    steps: tuple[_Step, ...]
    offer_before: timedelta
    """Later than this nobody is offered a freed place: neither fasting nor an escort could be had."""
    offer_open: timedelta
    remind_before: tuple[timedelta, ...]
    morning: time
    rescue_share: float
    """Of the way from the last infusion to the booked one: from there on a slot is kept for who drifts."""
    rescue_release: timedelta
    """So long before it the slot is given back, unless its patient drifts."""


@data_file(ROOT / "preparation.toml")
def preparation_rules(file: Table) -> PreparationRules:
    """The rules that ship, with their sources."""
    offer, remind, rescue = file.table("offer"), file.table("remind"), file.table("rescue")
    for each in (offer, remind, rescue):
        basis_of(each)
    return PreparationRules(
        tuple(
            _Step(each.text("id"), timedelta(hours=each.whole("hours")), each.text("text"), basis_of(each))
            for each in file.tables("step")
        ),
        timedelta(hours=offer.whole("hours")),
        timedelta(minutes=offer.whole("open_minutes")),
        tuple(timedelta(hours=int(hours)) for hours in remind.numbers("hours")),
        time(remind.whole("morning_hour")),
        float(rescue.number("share")),
        timedelta(hours=rescue.whole("release_hours")),
    )


def clock_steps(start: datetime, zone: ZoneInfo) -> tuple[ClockStep, ...]:
    """The steps before a visit that starts at `start`, in order of time, on the clock of `zone`.

    Hours are elapsed hours: in a night in which the clocks are changed the clock times move with them. `start` is aware.
    Sources: `preparation.toml`.
    """
    instant = start.astimezone(UTC)
    found = [
        ClockStep(step.id, (instant - step.before).astimezone(zone), step.text)
        for step in preparation_rules().steps
    ]
    return tuple(sorted(found, key=lambda step: step.at.astimezone(UTC)))


def reminders(start: datetime, zone: ZoneInfo) -> tuple[datetime, ...]:
    """When the clinic reminds of a visit at `start`: some hours before, and on its morning; all before the start.

    Source: `preparation.toml`, ours [D].
    """
    rules, instant = preparation_rules(), start.astimezone(UTC)
    morning = _morning(start.astimezone(zone).date(), rules.morning, zone)
    found = {*(instant - before for before in rules.remind_before), morning}
    return tuple(sorted(each for each in found if each < instant))


def _morning(day: date, at: time, zone: ZoneInfo) -> datetime:
    midnight = midnight_after(day - timedelta(days=1), zone)
    return datetime.combine(midnight.date(), at, zone).astimezone(UTC)


def still_to_offer(start: datetime, now: datetime) -> bool:
    """Whether somebody who is offered a place at `start` could still fast for it and find an escort. Source: `preparation.toml`."""
    return start.astimezone(UTC) - now.astimezone(UTC) >= preparation_rules().offer_before
