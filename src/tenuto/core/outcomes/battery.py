"""The battery: which scale is asked on which occasion of a course, of whom, and how much may be asked at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.scales.reading import instrument
from tenuto.core.sources import Basis, Sourced, basis_of

__all__ = ["AskedScale", "Battery", "OccasionAnchor", "OccasionRule", "battery"]


class OccasionAnchor(StrEnum):
    """The infusion that an occasion hangs on."""

    FIRST = "first"
    EACH = "each"
    INDUCTION = "induction"
    MAINTENANCE = "maintenance"
    SINCE = "since"
    """The last infusion of the induction and each one after it, for as long as no other follows."""


@dataclass(frozen=True, slots=True)
class AskedScale:
    """One scale of an occasion. `minutes` is what it takes to answer; `again_days` is how old an earlier answer must be
    for the scale to be asked once more; `conditions` is empty for everyone."""

    scale: str
    minutes: Decimal
    again_days: int
    outcome: bool
    conditions: frozenset[str]

    def applies(self, conditions: frozenset[str]) -> bool:
        """Whether it is asked of somebody who is treated for these conditions."""
        return not self.conditions or bool(self.conditions & conditions)


@dataclass(frozen=True, slots=True)
class OccasionRule:
    """One occasion: days around its anchor, both included, and the scales in the order in which they are asked.

    `every_days` repeats it; 0 is the interval of the maintenance rule, or `otherwise_days` without one; None is once.
    """

    id: str
    title: str
    anchor: OccasionAnchor
    opens_days: int
    closes_days: int
    every_days: int | None
    otherwise_days: int
    minutes: Decimal
    outcome: bool
    asks: tuple[AskedScale, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class Battery:
    """All occasions, how one is reminded, and the completeness (percent) that a clinic aims at."""

    version: int
    occasions: tuple[OccasionRule, ...]
    reminders_most: int
    reminders_after: tuple[timedelta, ...]
    from_hour: int
    until_hour: int
    """Messages leave between these hours of the clinic's clock, the first included."""
    items_per_minute: Decimal
    """At which pace a scale is answered for which no occasion says its minutes."""
    aim_percent: Sourced[int]

    def writes_at(self, local: datetime) -> bool:
        """Whether messages leave at a moment of the clinic's clock."""
        return self.from_hour <= local.hour < self.until_hour

    def occasion(self, occasion_id: str) -> OccasionRule:
        """The occasion with this id; KeyError names the nearest."""
        for rule in self.occasions:
            if rule.id == occasion_id:
                return rule
        raise KeyError(not_among(occasion_id, (rule.id for rule in self.occasions)))


@data_file(Path(__file__).with_name("battery.toml"))
def battery(file: Table) -> Battery:
    """The battery that ships. DataError for a scale that does not exist, or reminders that nobody would get."""
    groups = file.lists("groups")
    asking, aim = file.table("asking"), file.table("completeness")
    most, hours = asking.whole("reminders_most"), asking.numbers("reminder_hours")
    if len(hours) != most:
        raise DataError(f"{asking.where}: give an hour for each of {most} reminders, got {len(hours)}.")
    basis_of(asking)
    return Battery(
        version=file.whole("version"),
        occasions=tuple(_occasion(entry, groups) for entry in file.tables("occasion")),
        reminders_most=most,
        reminders_after=tuple(timedelta(hours=float(hour)) for hour in hours),
        from_hour=asking.whole("from_hour"),
        until_hour=asking.whole("until_hour"),
        items_per_minute=asking.number("items_per_minute"),
        aim_percent=Sourced(aim.whole("aim"), basis_of(aim)),
    )


def _occasion(entry: Table, groups: Mapping[str, tuple[str, ...]]) -> OccasionRule:
    rule = OccasionRule(
        id=entry.text("id"),
        title=entry.text("title"),
        anchor=entry.choice("anchor", OccasionAnchor),
        opens_days=entry.whole("opens"),
        closes_days=entry.whole("closes"),
        every_days=entry.whole("every") if entry.has("every") else None,
        otherwise_days=entry.whole("otherwise", 0),
        minutes=entry.number("minutes"),
        outcome=entry.flag("outcome"),
        asks=tuple(_asked(ask, groups) for ask in entry.tables("asks")),
        basis=basis_of(entry),
    )
    if rule.opens_days > rule.closes_days:
        raise DataError(f"{entry.where} closes before it opens. Give `opens` and `closes` in days, in order.")
    if rule.every_days == 0 and not rule.otherwise_days:
        raise DataError(f"{entry.where} follows the interval; say `otherwise` for a course without one.")
    return rule


def _asked(entry: Table, groups: Mapping[str, tuple[str, ...]]) -> AskedScale:
    scale = entry.text("scale")
    instrument(scale)
    return AskedScale(
        scale=scale,
        minutes=entry.number("minutes"),
        again_days=entry.whole("again"),
        outcome=entry.flag("outcome"),
        conditions=frozenset(c for name in entry.words("of", ()) for c in groups.get(name, (name,))),
    )
