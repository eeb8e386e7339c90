"""When a loss of a controlled substance has to be reported; the file is `literature/controlled.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["LossClock", "due_day", "loss_clocks"]

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class LossClock:
    """One report: how long from discovery, in days or in business days, and to whom."""

    id: str
    title: str
    business_days: int
    days: int
    to: str
    basis: Basis


@data_file(ROOT / "controlled.toml")
def loss_clocks(file: Table) -> Mapping[str, LossClock]:
    """Every clock by its id. Raises DataError for one that counts neither or both kinds of day."""
    found = {each.text("id"): _clock(each) for each in file.tables("clock")}
    for clock in found.values():
        if bool(clock.business_days) is bool(clock.days):
            raise DataError(f"'{clock.id}' counts either business days or days.")
    return found


def _clock(each: Table) -> LossClock:
    return LossClock(
        each.text("id"),
        each.text("title"),
        each.whole("business_days", 0),
        each.whole("days", 0),
        each.text("to"),
        basis_of(each),
    )


def due_day(clock: LossClock, discovered: date, holidays: Collection[date] = ()) -> date:
    """The last day on which the report is in time. Business days leave out weekends and holidays (hazard H28)."""
    if clock.days:
        return discovered + timedelta(days=clock.days)
    day, left = discovered, clock.business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY and day not in holidays
    return day
