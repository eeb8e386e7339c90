"""One patient's course so far: dated scores and infusions, read from CSV or JSON with errors that name the row."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.population import CONDITIONS, COVARIATES, SETTINGS
from tenuto.core.scales.measurement import Measure, UnknownScale, measure
from tenuto.core.units import MgPerKg

__all__ = [
    "History",
    "HistoryError",
    "Scored",
    "dose_of",
    "history_from",
    "read_csv",
    "read_date",
    "read_json",
]

COLUMNS = ("date", "kind", "value", "scale", "dose_mg_per_kg")
MOST_ROWS = 2000
_LOWEST_DOSE, _HIGHEST_DOSE = 0.01, 5.0
"""mg/kg. Below and above these the number is more likely in another unit, such as grams or milligrams."""
_YEARS = range(1900, 2200)
_NUMBER = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)", re.ASCII)
"""Not 05, which may be meant as 5 or as 0.5; not 1e1 or 1_0, which nobody writes on a chart."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class HistoryError(ValueError):
    """A history that can't be used; the message names the row and the fix."""


@dataclass(frozen=True, slots=True, order=True)
class Scored:
    """A score written down on a day, before any infusion of that day."""

    on: date
    value: float


@dataclass(frozen=True, slots=True)
class History:
    """A patient's course. Build with `history_from`, which checks it."""

    measure: Measure
    condition: str
    setting: str
    scores: tuple[Scored, ...]
    infusions: tuple[GivenInfusion, ...]
    """Each with its dose for each kg."""
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


def dose_of(infusion: GivenInfusion) -> float:
    """The dose as the model reads it, a number in mg/kg. HistoryError when only the mass is known."""
    if infusion.dose is None:
        raise HistoryError(
            f"The dose of the infusion on {infusion.on} is not known in mg/kg. Divide the milligrams by the weight in kg."
        )
    return float(infusion.dose.value)


def read_date(text: str) -> date:
    """A date written as 2026-03-14; ValueError says what is wrong with any other."""
    if not _DATE.fullmatch(text):
        raise ValueError(f"{_said(text)} is not a date. Write it as 2026-03-14.")
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text} is not in the calendar. Correct the day or the month.") from None
    if on.year not in _YEARS:
        raise ValueError(f"{text} can't be right. Give a year from {_YEARS[0]} to {_YEARS[-1]}.")
    return on


def read_csv(text: str, *, condition: str, setting: str, as_of: date | None = None) -> History:
    """A history from CSV with the columns `date, kind, value, scale, dose_mg_per_kg`. Blank rows are passed over."""
    lines = csv.reader(io.StringIO(text))
    try:
        headings = [heading.strip() for heading in next(filter(None, lines), ())]
        _check_headings(headings)
        rows = []
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(headings):
                raise HistoryError(
                    f"Row {lines.line_num} has {len(cells)} cells, the heading {len(headings)}. Make them equal."
                )
            rows.append((f"Row {lines.line_num}", dict(zip(headings, cells, strict=True))))
            if len(rows) > MOST_ROWS:
                break
    except csv.Error as error:
        raise HistoryError(
            f"Row {lines.line_num} is not CSV: {error}. Save the file as plain CSV."
        ) from error
    return history_from(rows, condition=condition, setting=setting, as_of=as_of)


def _check_headings(headings: Sequence[str]) -> None:
    """Each column once and no other: of two columns of one name nobody knows which one counts."""
    if not headings:
        raise HistoryError(
            "The history is empty. Give a CSV with a heading and at least one score and one infusion."
        )
    if len(headings) == 1 and ({";", "\t"} & set(headings[0])):
        raise HistoryError("The cells are not separated by commas. Save the file as CSV with commas.")
    for heading in headings:
        if heading not in COLUMNS:
            raise HistoryError(
                f"The heading has a column {_said(heading)}. Use {','.join(COLUMNS)} and no other."
            )
        if headings.count(heading) > 1:
            raise HistoryError(f"The heading has the column '{heading}' twice. Keep one.")
    missing = [column for column in COLUMNS if column not in headings]
    if missing:
        raise HistoryError(f"The heading has no column '{missing[0]}'. Use {','.join(COLUMNS)}.")


def read_json(
    text: str, *, condition: str | None = None, setting: str | None = None, as_of: date | None = None
) -> History:
    """A history from JSON: the same rows under `events`, with `condition`, `setting` and `covariates` beside them."""
    try:
        raw = json.loads(text, object_pairs_hook=_object)
    except (json.JSONDecodeError, RecursionError) as error:
        raise HistoryError(f"The history is not JSON: {error}. Save it as plain JSON.") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("events"), list):
        raise HistoryError("The history has no list 'events'. Put the scores and infusions there.")
    unknown = sorted(set(raw) - {"events", "condition", "setting", "covariates"})
    if unknown:
        raise HistoryError(
            f"{_said(unknown[0])} is not known in a history. Use events, condition, setting and covariates."
        )
    events = raw["events"]
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            raise HistoryError(f"Event {number} is not an object with date and kind.")
    return history_from(
        [(f"Event {k}", event) for k, event in enumerate(events, 1)],
        condition=_word("condition", raw.get("condition", "")) if condition is None else condition,
        setting=_word("setting", raw.get("setting", "clinic")) if setting is None else setting,
        covariates=_covariates(raw.get("covariates", {})),
        as_of=as_of,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object with each key once: of two scores in one event nobody knows which one counts."""
    keys = [key for key, _ in pairs]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise HistoryError(f"{_said(twice)} stands twice in one object of the history. Keep one.")
    return dict(pairs)


def _word(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise HistoryError(f"'{kind}' is {json.dumps(value)[:40]}. Write one word in quotes.")
    return value


def _covariates(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise HistoryError("'covariates' must be an object such as {\"antidepressant\": true}.")
    for name, value in raw.items():
        if name not in COVARIATES:
            raise HistoryError(
                f"Covariate {_said(name)} is not in the model. It uses {', '.join(COVARIATES)}."
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
        tuple(sorted(reader.infusions, key=lambda infusion: infusion.on)),
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
        given = f"{_said(value)} is not a known {kind}" if value else f"No {kind} is given"
        raise HistoryError(f"{given}. Use one of {', '.join(known)}.")


class _Reader:
    """Takes row after row and remembers what a later row must agree with."""

    def __init__(self, as_of: date | None) -> None:
        self.as_of = as_of
        self.scale: Measure | None = None
        self.scores: list[Scored] = []
        self.infusions: list[GivenInfusion] = []
        self.previous: date | None = None
        self.seen: dict[tuple[str, date], str] = {}
        self.count = 0

    def take(self, where: str, row: Mapping[str, Any]) -> None:
        self.count += 1
        if self.count > MOST_ROWS:
            raise HistoryError(
                f"{where}: a history has at most {MOST_ROWS} rows. Give one patient's course only, or its later part."
            )
        unknown = sorted(str(k) for k in set(row) - set(COLUMNS))
        if unknown:
            raise HistoryError(f"{where}: {_said(unknown[0])} is not known. Use {', '.join(COLUMNS)}.")
        kind = str(row.get("kind") or "").strip()
        on = self._date(where, row)
        if kind not in ("score", "infusion"):
            raise HistoryError(f"{where}: kind is {_said(kind)}. Write score or infusion.")
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
        try:
            on = read_date(str(row.get("date") or "").strip())
        except ValueError as error:
            raise HistoryError(f"{where}: {error}") from None
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
        if not _LOWEST_DOSE <= dose <= _HIGHEST_DOSE:
            hint = "It looks like milligrams; divide" if dose > _HIGHEST_DOSE else "Divide"
            raise HistoryError(
                f"{where}: {dose:g} is not a dose in mg/kg. {hint} milligrams by the weight in kg."
            )
        self.infusions.append(GivenInfusion(on, dose=MgPerKg(str(dose))))


def _blank(value: Any) -> bool:
    return value is None or str(value).strip() == ""


def _number(where: str, value: Any, what: str) -> float:
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not _NUMBER.fullmatch(text):
        raise HistoryError(f"{where}: {_said(text)} is not {what}. Write a plain number without a unit.")
    return float(text)


def _said(text: str) -> str:
    """What was written, in quotes, on one line and not too long."""
    return f"'{' '.join(text.split())[:40]}'"
