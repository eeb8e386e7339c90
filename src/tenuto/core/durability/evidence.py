"""What is published on how long an effect lasts, by condition, and which questions are about suicide: data, no model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.red_flags import Urgency, rules
from tenuto.core.sources import Basis, basis_of

__all__ = ["Known", "Lasts", "StudiedSeries", "SuicideItem", "known", "series", "suicide_items"]


class Lasts(StrEnum):
    """For how long an effect is known to last. Only weeks get an interval."""

    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Known:
    """How long an effect is known to last in one condition."""

    lasts: Lasts
    says: str
    """The evidence in half a sentence."""
    after_one: int
    """Days of a first interval after one infusion that are published; 0 where no interval is offered."""
    after_series: int
    followed_one: int
    """Days after one infusion for which anybody was followed without another; 0 where no interval is offered."""
    followed_series: int
    """The same after the last infusion of a series; 0 also where no series was found."""
    followed_says: str
    """By whom, in a sentence without its full stop; empty where no interval is offered."""
    inpatient_says: str
    """What speaks against a model's numbers in hospital, in a sentence without its full stop; empty where nothing was found."""
    scales: Mapping[str, str]
    """On which a crowd is judged in a `clinic` and in a `trial`; empty where no interval is offered."""
    basis: Basis

    def first_interval_days(self, infusions: int) -> int:
        """Days of a first interval that are published after so many infusions."""
        return self.after_one if infusions == 1 else self.after_series

    def followed_days(self, infusions: int) -> int:
        """Days after the last of so many infusions for which anybody was followed; beyond it a model speaks alone.

        After a series no fewer than after one infusion, also where no series was found.
        """
        return self.followed_one if infusions == 1 else max(self.followed_one, self.followed_series)

    def studied(self, infusions: int) -> bool:
        """Whether anybody with the condition is published to have had one infusion, or a series."""
        return self.followed_days(infusions) > 0 and (infusions == 1 or self.followed_series > 0)


@dataclass(frozen=True, slots=True)
class StudiedSeries:
    """A series of infusions as it was studied."""

    title: str
    days: tuple[int, ...]
    """Of its infusions, from 0."""
    basis: Basis


@dataclass(frozen=True, slots=True)
class SuicideItem:
    """A question on suicide that a history may carry answers to."""

    name: str
    lowest: int
    highest: int
    urgent_from: int | None
    """The answer from which on its red flag is urgent; None when no red flag says so."""


@dataclass(frozen=True, slots=True)
class _Answers:
    known: Mapping[str, Known]
    series: Mapping[int, StudiedSeries]
    items: Mapping[str, SuicideItem]


def known(condition: str) -> Known:
    """What is known for a condition; KeyError when the file has no entry."""
    return _file().known[condition]


def series() -> Mapping[int, StudiedSeries]:
    """The series that a crowd may be asked about, by the number of their infusions."""
    return _file().series


def suicide_items() -> Mapping[str, SuicideItem]:
    """The questions on suicide, by the name that a history calls them."""
    return _file().items


@data_file(ROOT / "durability/answers.toml")
def _file(file: Table) -> _Answers:
    return _Answers(
        {name: _known(entry) for name, entry in file.table("condition").named().items()},
        {entry.whole("infusions"): _series(entry) for entry in file.tables("series")},
        {name: _item(name, entry) for name, entry in file.table("item").named().items()},
    )


def _known(entry: Table) -> Known:
    after_one, after_series = entry.numbers("first_interval_days", (0, 0))
    followed_one, followed_series = entry.numbers("followed_days", (0, 0))
    return Known(
        entry.choice("lasts", Lasts),
        entry.text("says"),
        int(after_one),
        int(after_series),
        int(followed_one),
        int(followed_series),
        entry.text("followed", ""),
        entry.text("inpatient", ""),
        entry.texts("scale"),
        basis_of(entry),
    )


def _series(entry: Table) -> StudiedSeries:
    return StudiedSeries(entry.text("title"), tuple(map(int, entry.numbers("days"))), basis_of(entry))


def _item(name: str, entry: Table) -> SuicideItem:
    asked, item = entry.text("instrument"), entry.text("item")
    options = [option.value for option in instrument(asked).item(item).options]
    urgent = [
        int(condition.at_least)
        for rule in rules()
        if rule.instrument == asked and rule.urgency is Urgency.URGENT
        for condition in rule.any_of
        if condition.key == item and condition.at_least is not None
    ]
    return SuicideItem(name, min(options), max(options), min(urgent, default=None))
