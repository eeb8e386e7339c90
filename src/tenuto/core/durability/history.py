"""One patient's course so far: dated scores and infusions, read from CSV or JSON with errors that name the row."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tenuto.core.durability.population import CONDITIONS, COVARIATES, SETTINGS
from tenuto.core.scales.measurement import Measure, UnknownScale, measure

__all__ = ["History", "HistoryError", "Scored", "Treated", "history_from", "read_csv", "read_json"]

COLUMNS = ("date", "kind", "value", "scale", "dose_mg_per_kg")
MOST_ROWS = 2000
_HIGHEST_DOSE = 5.0
"""mg/kg. Above this the number is more likely milligrams."""


class HistoryError(ValueError):
    """A history that can't be used; the message names the row and the fix."""


@dataclass(frozen=True, slots=True, order=True)
class Scored:
    """A score written down on a day, before any infusion of that day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True, order=True)
class Treated:
    """An infusion, dose in mg/kg."""

    on: date
    dose: float


@dataclass(frozen=True, slots=True)
class History:
    """A patient's course. Build with `history_from`, which checks it."""

    measure: Measure
    condition: str
    setting: str
    scores: tuple[Scored, ...]
    infusions: tuple[Treated, ...]
    covariates: Mapping[str, float] = field(default_factory=dict)

    @property
    def start(self) -> date:
        """The day of the first infusion."""
        return self.infusions[0].on

    @property
    def before(self) -> tuple[Scored, ...]:
        """Scores up to and on the day of the first infusion."""
        return tuple(s for s in self.scores if s.on <= self.start)

    @property
    def after(self) -> tuple[Scored, ...]:
        """Scores since the first infusion."""
        return tuple(s for s in self.scores if s.on > self.start)

    @property
    def baseline(self) -> float:
        """The last score before treatment; never the best or worst."""
        return self.before[-1].value

    @property
    def last(self) -> date:
        """The latest date in the history."""
        return max(self.scores[-1].on, self.infusions[-1].on)


def read_csv(text: str, *, condition: str, setting: str, as_of: date | None = None) -> History:
    """A history from CSV with the columns `date, kind, value, scale, dose_mg_per_kg`."""
    lines = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        headings = [h.strip() for h in lines.fieldnames or ()]
        if not headings:
            raise HistoryError(
                "The history is empty. Give a CSV with a heading and at least one score and one infusion."
            )
        missing = [c for c in COLUMNS if c not in headings]
        if missing:
            raise HistoryError(f"The heading has no column '{missing[0]}'. Use {','.join(COLUMNS)}.")
        lines.fieldnames = headings
        rows = []
        for entry in lines:
            if None in entry or None in entry.values():
                raise HistoryError(
                    f"Row {lines.line_num} has {_cells(entry)} cells, the heading {len(headings)}. Make them equal."
                )
            rows.append((f"Row {lines.line_num}", entry))
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        raise HistoryError(
            f"Row {lines.line_num} is not CSV: {error}. Save the file as plain CSV."
        ) from error
    return history_from(rows, condition=condition, setting=setting, as_of=as_of)


def _cells(entry: Mapping[Any, Any]) -> int:
    return sum(v is not None for k, v in entry.items() if k is not None) + len(entry.get(None, ()))


def read_json(
    text: str, *, condition: str | None = None, setting: str | None = None, as_of: date | None = None
) -> History:
    """A history from JSON: the same rows under `events`, with `condition`, `setting` and `covariates` beside them."""
    try:
        raw = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise HistoryError(f"The history is not JSON: {error}.") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("events"), list):
        raise HistoryError("The history has no list 'events'. Put the scores and infusions there.")
    unknown = sorted(set(raw) - {"events", "condition", "setting", "covariates"})
    if unknown:
        raise HistoryError(
            f"'{unknown[0]}' is not known in a history. Use events, condition, setting and covariates."
        )
    events = raw["events"]
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            raise HistoryError(f"Event {number} is not an object with date and kind.")
    return history_from(
        [(f"Event {k}", event) for k, event in enumerate(events, 1)],
        condition=condition or str(raw.get("condition", "")),
        setting=setting or str(raw.get("setting", "clinic")),
        covariates=_covariates(raw.get("covariates", {})),
        as_of=as_of,
    )


def _covariates(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise HistoryError("'covariates' must be an object such as {\"antidepressant\": true}.")
    for name, value in raw.items():
        if name not in COVARIATES:
            raise HistoryError(
                f"Covariate '{name[:40]}' is not in the model. It uses {', '.join(COVARIATES)}."
            )
        if not isinstance(value, bool):
            raise HistoryError(f"Covariate '{name}' is {value!r}. Give true or false.")
    return {name: 1.0 for name, value in raw.items() if value}


def history_from(
    rows: Iterable[tuple[str, Mapping[str, Any]]],
    *,
    condition: str,
    setting: str,
    covariates: Mapping[str, float] | None = None,
    as_of: date | None = None,
) -> History:
    """A checked history from rows, each with the name that an error calls it; HistoryError says what is wrong."""
    _known("condition", condition, CONDITIONS)
    _known("setting", setting, SETTINGS)
    reader = _Reader(as_of)
    for where, row in rows:
        reader.take(where, row)
    if reader.scale is None or not reader.infusions:
        missing = "score" if reader.scale is None else "infusion"
        raise HistoryError(f"The history has no {missing}. Add a row with kind '{missing}'.")
    history = History(
        reader.scale,
        condition,
        setting,
        tuple(sorted(reader.scores)),
        tuple(sorted(reader.infusions)),
        covariates or {},
    )
    if not history.before:
        raise HistoryError(
            f"There is no baseline: no score on or before the first infusion ({history.start}). Add the last score before it."
        )
    if condition not in history.measure.conditions:
        raise HistoryError(
            f"{history.measure.name} does not measure {condition}; it goes with {', '.join(history.measure.conditions)}. "
            "Change the condition or the scale."
        )
    if history.baseline <= history.measure.lowest:
        raise HistoryError(
            f"The baseline score is {history.baseline:g}, the lowest possible: nothing can improve. Check it."
        )
    return history


def _known(kind: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        given = f"'{value[:40]}' is not a known {kind}" if value else f"No {kind} is given"
        raise HistoryError(f"{given}. Use one of {', '.join(known)}.")


class _Reader:
    """Takes row after row and remembers what a later row must agree with."""

    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of
        self.scale: Measure | None = None
        self.scores: list[Scored] = []
        self.infusions: list[Treated] = []
        self.previous: date | None = None
        self.seen: dict[tuple[str, date], str] = {}
        self.count = 0

    def take(self, where: str, row: Mapping[str, Any]) -> None:
        self.count += 1
        if self.count > MOST_ROWS:
            raise HistoryError(f"The history has more than {MOST_ROWS} rows. Give one patient's course only.")
        unknown = sorted(str(k) for k in set(row) - set(COLUMNS))
        if unknown:
            raise HistoryError(f"{where}: '{unknown[0][:40]}' is not known. Use {', '.join(COLUMNS)}.")
        kind = str(row.get("kind") or "").strip()
        on = self._date(where, row)
        if kind not in ("score", "infusion"):
            raise HistoryError(f"{where}: kind is '{kind[:40]}'. Write score or infusion.")
        if (kind, on) in self.seen:
            raise HistoryError(
                f"{where} repeats {self.seen[kind, on].lower()}: a second {kind} on {on}. Keep one."
            )
        self.seen[kind, on] = where
        if kind == "score":
            self._score(where, row, on)
        else:
            self._infusion(where, row, on)

    def _date(self, where: str, row: Mapping[str, Any]) -> date:
        text = str(row.get("date") or "").strip()
        try:
            on = date.fromisoformat(text)
        except ValueError:
            raise HistoryError(f"{where}: '{text[:40]}' is not a date. Write it as 2026-03-14.") from None
        if self.previous is not None and on < self.previous:
            raise HistoryError(
                f"{where}: {on} comes after {self.previous} in the file. Put the rows in order of date."
            )
        if self.as_of is not None and on > self.as_of:
            raise HistoryError(
                f"{where}: {on} is later than the forecast's date {self.as_of}. Remove it or give a later --as-of."
            )
        self.previous = on
        return on

    def _score(self, where: str, row: Mapping[str, Any], on: date) -> None:
        if not _blank(row.get("dose_mg_per_kg")):
            raise HistoryError(f"{where}: a score has no dose. Leave dose_mg_per_kg empty.")
        name = str(row.get("scale") or "").strip()
        try:
            scale = measure(name)
        except UnknownScale as error:
            raise HistoryError(f"{where}: {error}") from error
        if self.scale is not None and scale != self.scale:
            raise HistoryError(
                f"{where}: {scale.name} after {self.scale.name}. A forecast reads one scale; give the rows of one of them."
            )
        value = _number(where, row.get("value"), "a score")
        if not scale.lowest <= value <= scale.highest:
            raise HistoryError(
                f"{where}: {value:g} is outside {scale.name}, which runs from {scale.lowest:g} to {scale.highest:g}. Correct the score."
            )
        steps = value / scale.step
        if abs(steps - round(steps)) > 1e-6:
            raise HistoryError(
                f"{where}: {value:g} is not a possible {scale.name} score; it goes in steps of {scale.step:g}."
            )
        self.scale = scale
        self.scores.append(Scored(on, value))

    def _infusion(self, where: str, row: Mapping[str, Any], on: date) -> None:
        if not _blank(row.get("value")) or not _blank(row.get("scale")):
            raise HistoryError(f"{where}: an infusion has no score. Leave value and scale empty.")
        dose = _number(where, row.get("dose_mg_per_kg"), "a dose in mg/kg")
        if not 0 < dose <= _HIGHEST_DOSE:
            hint = (
                "It looks like milligrams; divide"
                if dose > _HIGHEST_DOSE
                else "Give the dose in mg/kg: divide"
            )
            raise HistoryError(
                f"{where}: {dose:g} is not a dose in mg/kg. {hint} milligrams by the weight in kg."
            )
        self.infusions.append(Treated(on, dose))


def _blank(value: Any) -> bool:
    return value is None or str(value).strip() == ""


def _number(where: str, value: Any, what: str) -> float:
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise HistoryError(f"{where}: '{text[:40]}' is not {what}. Write a plain number without a unit.")
    return number
