"""What is published on how long an effect lasts, by condition, and which questions are about suicide: data, no model."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from tenuto.core.literature import ROOT
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.red_flags import Urgency, rules
from tenuto.core.sources import Basis, basis_from

__all__ = ["Known", "StudiedSeries", "SuicideItem", "known", "series", "suicide_items"]


@dataclass(frozen=True, slots=True)
class Known:
    """How long an effect is known to last in one condition."""

    lasts: Literal["hours", "days", "weeks", "unknown"]
    says: str
    """The evidence in half a sentence."""
    after_one: int
    """Days of a first interval after one infusion that are published; 0 where no interval is offered."""
    after_series: int
    scales: Mapping[str, str]
    """On which a crowd is judged in a `clinic` and in a `trial`; empty where no interval is offered."""
    basis: Basis


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


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads((ROOT / "durability/answers.toml").read_text("utf-8"))


@cache
def known(condition: str) -> Known:
    """What is known for a condition; KeyError when the file has no entry."""
    entry = _data()["condition"][condition]
    one, series = entry.get("first_interval_days", (0, 0))
    basis = basis_from(entry, where=f"answers.toml {condition}")
    return Known(entry["lasts"], entry["says"], one, series, entry.get("scale", {}), basis)


@cache
def series() -> Mapping[int, StudiedSeries]:
    """The series that a crowd may be asked about, by the number of their infusions."""
    return {
        entry["infusions"]: StudiedSeries(
            entry["title"], tuple(entry["days"]), basis_from(entry, where=f"answers.toml {entry['title']}")
        )
        for entry in _data()["series"]
    }


@cache
def suicide_items() -> Mapping[str, SuicideItem]:
    """The questions on suicide, by the name that a history calls them."""
    return {name: _item(name, entry) for name, entry in _data()["item"].items()}


def _item(name: str, entry: Mapping[str, str]) -> SuicideItem:
    options = [o.value for o in instrument(entry["instrument"]).item(entry["item"]).options]
    urgent = [
        int(condition.at_least)
        for rule in rules()
        if rule.instrument == entry["instrument"] and rule.urgency is Urgency.URGENT
        for condition in rule.any_of
        if condition.key == entry["item"] and condition.at_least is not None
    ]
    return SuicideItem(name, min(options), max(options), min(urgent, default=None))
