"""A checked course from rows, one scale of several chosen; errors name the row and the fix."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.evidence import suicide_items
from tenuto.core.durability.population import CONDITIONS, SETTINGS
from tenuto.core.durability.record import (
    EVENTS,
    Answered,
    Happened,
    History,
    HistoryError,
    OtherScale,
    Scored,
    dose_of,
    read_date,
)
from tenuto.core.scales.measurement import ScaleMeasure, UnknownScale, measure
from tenuto.core.units import MgPerKg

__all__ = ["COLUMNS", "History", "HistoryError", "Scored", "dose_of", "history_from", "read_date", "said"]

COLUMNS = ("date", "kind", "value", "scale", "dose_mg_per_kg")
MOST_ROWS = 2000
_LOWEST_DOSE, _HIGHEST_DOSE = 0.01, 5.0
"""mg/kg. Below and above these the number is more likely in another unit, such as grams or milligrams."""
_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)", re.ASCII)
"""Not 05, which may be meant as 5 or as 0.5; not 1e1 or 1_0, which nobody writes on a chart."""


def history_from(
    rows: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    condition: str,
    setting: str,
    covariates: Mapping[str, float] | None = None,
    as_of: date | None = None,
    scale: str | None = None,
) -> History:
    """A checked history from rows, each with the name that an error calls it; HistoryError says what is wrong.

    as_of: the day that is looked from; later rows are checked, left out and counted. scale: the one to forecast; None
    chooses the one of the condition with a baseline and most scores since the first infusion, of equals the first.
    """
    _known("condition", condition, CONDITIONS)
    _known("setting", setting, SETTINGS)
    reader = _Reader(as_of)
    for where, row in rows:
        reader.take(where, row)
    if not reader.scores or not reader.infusions:
        missing = "infusion" if reader.scores else "score"
        up_to = f" up to {as_of}" if as_of is not None and reader.left_out else ""
        raise HistoryError(f"The history has no {missing}{up_to}. Add a row with kind '{missing}'.")
    chosen = _chosen(reader, condition, scale)
    history = History(
        chosen,
        condition,
        setting,
        tuple(sorted(reader.scores[chosen.name])),
        tuple(sorted(reader.infusions, key=lambda infusion: infusion.on)),
        covariates or {},
        answers=tuple(sorted(reader.answers)),
        events=tuple(sorted(reader.events)),
        beside=tuple(
            OtherScale(measure(name), tuple(sorted(scores)))
            for name, scores in reader.scores.items()
            if name != chosen.name
        ),
        left_out=reader.left_out,
    )
    if not history.before:
        raise HistoryError(
            f"There is no baseline: no {chosen.name} score on or before the first infusion ({history.start}). Add the last score before it."
        )
    if history.baseline <= history.measure.lowest:
        raise HistoryError(
            f"The baseline score is {history.baseline:g}, the lowest possible: nothing can improve. Check it."
        )
    return history


def _chosen(reader: _Reader, condition: str, wanted: str | None) -> ScaleMeasure:
    """The scale that is forecast."""
    if wanted is not None:
        _scale(wanted)
        if wanted not in reader.scores:
            raise HistoryError(
                f"The history has no {wanted} score. It has {', '.join(reader.scores)}; choose one of them."
            )
    names = [wanted] if wanted is not None else list(reader.scores)
    fitting = [name for name in names if condition in measure(name).conditions]
    if not fitting:
        one = measure(names[0])
        raise HistoryError(
            f"{one.name} does not measure {condition}; it goes with {', '.join(one.conditions)}. "
            "Change the condition or the scale."
        )
    first = min(i.on for i in reader.infusions)

    def usable(name: str) -> tuple[bool, int]:
        dates = [s.on for s in reader.scores[name]]
        return any(on <= first for on in dates), sum(on > first for on in dates)

    return measure(max(fitting, key=usable))


def _known(kind: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        given = f"{said(value)} is not a known {kind}" if value else f"No {kind} is given"
        raise HistoryError(f"{given}. Use one of {', '.join(known)}.")


def _scale(name: str) -> ScaleMeasure:
    try:
        return measure(name)
    except UnknownScale as error:
        raise HistoryError(str(error)) from error


class _Reader:
    """Takes row after row and remembers what a later row must agree with."""

    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of
        self.scores: dict[str, list[Scored]] = {}
        self.infusions: list[GivenInfusion] = []
        self.answers: list[Answered] = []
        self.events: list[Happened] = []
        self.previous: date | None = None
        self.seen: dict[tuple[str, date], str] = {}
        self.count: Counter[str] = Counter()

    @property
    def left_out(self) -> int:
        """Rows later than the day that is looked from."""
        return self.count["later"]

    def take(self, where: str, row: Mapping[str, Any]) -> None:
        """Check a row and keep it when it is not later than the day that is looked from."""
        self.count["all"] += 1
        if self.count["all"] > MOST_ROWS:
            raise HistoryError(
                f"{where}: a history has at most {MOST_ROWS} rows. Give one patient's course only, or its later part."
            )
        unknown = sorted(str(k) for k in set(row) - set(COLUMNS))
        if unknown:
            raise HistoryError(f"{where}: {said(unknown[0])} is not known. Use {', '.join(COLUMNS)}.")
        kind = str(row.get("kind") or "").strip()
        on = self._date(where, row)
        if kind not in ("score", "infusion", "event"):
            raise HistoryError(f"{where}: kind is {said(kind)}. Write score, infusion or event.")
        later = self.as_of is not None and on > self.as_of
        self.count["later"] += later
        getattr(self, f"_{kind}")(where, row, on, keep=not later)

    def _once(self, where: str, what: str, on: date) -> None:
        if (what, on) in self.seen:
            raise HistoryError(
                f"{where} repeats {self.seen[what, on].lower()}: a second {what} on {on}. Keep one."
            )
        self.seen[what, on] = where

    def _date(self, where: str, row: Mapping[str, Any]) -> date:
        try:
            on = read_date(str(row.get("date") or "").strip())
        except ValueError as error:
            raise HistoryError(f"{where}: {error}") from None
        if self.previous is not None and on < self.previous:
            raise HistoryError(
                f"{where}: {on} comes after {self.previous} in the file. Put the rows in order of date."
            )
        self.previous = on
        return on

    def _score(self, where: str, row: Mapping[str, Any], on: date, *, keep: bool) -> None:
        if not _blank(row.get("dose_mg_per_kg")):
            raise HistoryError(f"{where}: a score has no dose. Leave dose_mg_per_kg empty.")
        name = str(row.get("scale") or "").strip()
        value = _number(where, row.get("value"), "a score")
        if name in suicide_items():
            return self._answer(where, name, value, on, keep=keep)
        try:
            scale = measure(name)
        except UnknownScale as error:
            items = ", ".join(suicide_items())
            raise HistoryError(f"{where}: {error} Or the question on suicide: {items}.") from error
        _inside(where, scale.name, value, scale.lowest, scale.highest, scale.step)
        self._once(where, f"{scale.name} score", on)
        if keep:
            self.scores.setdefault(scale.name, []).append(Scored(on, value))
        return None

    def _answer(self, where: str, name: str, value: float, on: date, *, keep: bool) -> None:
        item = suicide_items()[name]
        _inside(where, name, value, item.lowest, item.highest, 1)
        self._once(where, f"answer to {name}", on)
        if keep:
            self.answers.append(Answered(on, name, value))

    def _event(self, where: str, row: Mapping[str, Any], on: date, *, keep: bool) -> None:
        if not _blank(row.get("dose_mg_per_kg")) or not _blank(row.get("scale")):
            raise HistoryError(f"{where}: an event has no scale and no dose. Leave both empty.")
        kind = str(row.get("value") or "").strip()
        if kind not in EVENTS:
            raise HistoryError(f"{where}: {said(kind)} is not a known event. Use one of {', '.join(EVENTS)}.")
        self._once(where, kind, on)
        if keep:
            self.events.append(Happened(on, kind))

    def _infusion(self, where: str, row: Mapping[str, Any], on: date, *, keep: bool) -> None:
        if not _blank(row.get("value")) or not _blank(row.get("scale")):
            raise HistoryError(f"{where}: an infusion has no score. Leave value and scale empty.")
        dose = _number(where, row.get("dose_mg_per_kg"), "a dose in mg/kg")
        if not _LOWEST_DOSE <= dose <= _HIGHEST_DOSE:
            hint = "It looks like milligrams; divide" if dose > _HIGHEST_DOSE else "Divide"
            raise HistoryError(
                f"{where}: {dose:g} is not a dose in mg/kg. {hint} milligrams by the weight in kg."
            )
        self._once(where, "infusion", on)
        if keep:
            self.infusions.append(GivenInfusion(on, dose=MgPerKg(str(dose))))


def _inside(where: str, name: str, value: float, lowest: float, highest: float, step: float) -> None:
    if not lowest <= value <= highest:
        raise HistoryError(
            f"{where}: {value:g} is outside {name}, which runs from {lowest:g} to {highest:g}. Correct the score."
        )
    steps = value / step
    if abs(steps - round(steps)) > 1e-6:
        raise HistoryError(
            f"{where}: {value:g} is not a possible {name} score; it goes in steps of {step:g}."
        )


def _blank(value: Any) -> bool:
    return value is None or str(value).strip() == ""


def _number(where: str, value: Any, what: str) -> float:
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise HistoryError(f"{where}: {said(text)} is not {what}. Write a plain number without a unit.")
    return float(text)


def said(text: str) -> str:
    """What was written, in quotes, on one line and not too long."""
    return f"'{' '.join(text.split())[:40]}'"
