"""When a loss of a controlled substance has to be reported; the file is `literature/controlled.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["DaysCounted", "LossClock", "due_day", "loss_clocks"]

SATURDAY = 5


class DaysCounted(StrEnum):
    """Which days a clock counts."""

    ALL = "all"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class LossClock:
    """One report: how long from discovery, in days or in business days, and to whom."""

    id: str
    title: str
    count: int
    of: DaysCounted
    to: str
    basis: Basis


@data_file(ROOT / "controlled.toml")
def loss_clocks(file: Table) -> Mapping[str, LossClock]:
    """Every clock by its id."""
    return {each.text("id"): _clock(each) for each in file.tables("clock")}


def _clock(each: Table) -> LossClock:
    return LossClock(
        each.text("id"),
        each.text("title"),
        each.whole("count"),
        each.choice("of", DaysCounted),
        each.text("to"),
        basis_of(each),
    )


def due_day(clock: LossClock, discovered: date, holidays: Collection[date] = ()) -> date:
    """The last day on which the report is in time. Business days leave out weekends and holidays (hazard H28)."""
    if clock.of is DaysCounted.ALL:
        return discovered + timedelta(days=clock.count)
    day, left = discovered, clock.count
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in holidays
    return day
