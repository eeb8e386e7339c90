"""A history from CSV, in its own columns or in those of a calendar of the user's own, or from JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from tenuto.core.data import json_content
from tenuto.core.durability.history import COLUMNS, history_from, said
from tenuto.core.durability.population import COVARIATES
from tenuto.core.durability.record import History, HistoryError
from tenuto.core.scales.measurement import measures

__all__ = ["OWN_COLUMNS", "read_csv", "read_json", "read_own_columns"]

OWN_COLUMNS = ("date", "score", "dose", "kind", "scale")
"""What `--columns` may name: `score` is the cell of a score or event, `dose` that of an infusion."""


def read_csv(
    text: str, *, condition: str, setting: str, as_of: date | None = None, scale: str | None = None
) -> History:
    """A history from CSV with the columns `date, kind, value, scale, dose_mg_per_kg`. Blank rows are passed over."""
    table = _Table(text, ",")
    # A spreadsheet writes a heading with a capital.
    table.headings = [heading.lower() for heading in table.headings]
    _check_headings(table.headings)
    return history_from(table.rows(), condition=condition, setting=setting, as_of=as_of, scale=scale)


class _Table:
    """The rows of a CSV by heading, each as long as the heading."""

    def __init__(self, text: str, delimiter: str) -> None:
        self._lines = csv.reader(io.StringIO(text), delimiter=delimiter)
        try:
            headings = next(filter(_is_content, self._lines), [])
        except csv.Error as error:
            raise self._not_csv(error) from error
        # A spreadsheet leaves empty columns at the end.
        self.width = len(headings)
        self.headings = [heading.strip() for heading in headings]
        while self.headings and not self.headings[-1]:
            self.headings.pop()

    def rows(self) -> Iterator[tuple[str, dict[str, str]]]:
        """The rows that are not blank, each with its name."""
        try:
            for cells in self._lines:
                if not any(cell.strip() for cell in cells):
                    continue
                where = f"Row {self._lines.line_num}"
                if len(cells) != self.width:
                    raise HistoryError(
                        f"{where} has {len(cells)} cells, the heading {self.width}. Make them equal."
                    )
                beyond = [cell for cell in cells[len(self.headings) :] if cell.strip()]
                if beyond:
                    raise HistoryError(
                        f"{where} has {said(beyond[0])} in a column without a name. Name the column or empty it."
                    )
                yield where, dict(zip(self.headings, cells, strict=False))
        except csv.Error as error:
            raise self._not_csv(error) from error

    def _not_csv(self, error: csv.Error) -> HistoryError:
        return HistoryError(f"Row {self._lines.line_num} is not CSV: {error}. Save the file as plain CSV.")


def _is_content(cells: list[str]) -> bool:
    """False for a blank row and for the line by which a spreadsheet says its separator."""
    return any(cell.strip() for cell in cells) and not (
        cells[0].lower().startswith("sep=") and not any(cells[1:])
    )


def _check_headings(headings: list[str]) -> None:
    if not headings:
        raise HistoryError(
            "The history is empty. Give a CSV with a heading and at least one score and one infusion."
        )
    if len(headings) == 1 and ({";", "\t"} & set(headings[0])):
        raise HistoryError("The cells are not separated by commas. Save the file as CSV with commas.")
    for heading in headings:
        if not heading:
            raise HistoryError(
                "The heading has a column with no name between others. Name it or take it out."
            )
        if heading not in COLUMNS:
            raise HistoryError(
                f"The heading has a column {said(heading)}. Use {','.join(COLUMNS)} and no other, or name your own with --columns."
            )
        if headings.count(heading) > 1:
            raise HistoryError(f"The heading has the column '{heading}' twice. Keep one.")
    missing = [column for column in COLUMNS if column not in headings]
    if missing:
        raise HistoryError(f"The heading has no column '{missing[0]}'. Use {','.join(COLUMNS)}.")


def read_own_columns(
    text: str,
    columns: str,
    *,
    condition: str,
    setting: str,
    as_of: date | None = None,
    scale: str | None = None,
) -> History:
    """A history from a CSV of the user's own, such as a calendar; `columns` says `date=Datum,score=PHQ,dose=Ketamin`.

    Columns that are not named are passed over, except those that have the usual names. A row may hold a score, an infusion
    or both; without a scale column the scores are of `scale`, or of the one scale that the heading `score` begins. Cells
    may be separated by semicolons or tabs, then with decimal commas; dates may be written 14.3.2026.
    """
    heading = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    table = _Table(text, delimiter)
    named = _named(columns, table.headings)
    default = None if "scale" in named else scale or _scale_of(named.get("score", ""))
    rows = (
        (where, one)
        for where, row in table.rows()
        for one in _cells(row, named, default, decimal_comma=delimiter != ",")
    )
    return history_from(rows, condition=condition, setting=setting, as_of=as_of, scale=scale)


def _named(columns: str, headings: list[str]) -> dict[str, str]:
    """Heading by what it is used for."""
    usual = {"date": "date", "score": "value", "dose": "dose_mg_per_kg", "kind": "kind", "scale": "scale"}
    named = {key: heading for key, heading in usual.items() if heading in headings}
    for part in columns.split(","):
        key, equals, heading = (piece.strip() for piece in part.partition("="))
        if not equals or key not in OWN_COLUMNS:
            raise HistoryError(
                f"--columns has {said(part)}. Write {', '.join(f'{k}=HEADING' for k in OWN_COLUMNS[:3])}."
            )
        if headings.count(heading) != 1:
            raise HistoryError(
                f"The heading has {headings.count(heading) or 'no'} column {said(heading)} for {key}. Name one of {', '.join(headings)[:200]}."
            )
        named[key] = heading
    for key in ("date", "score"):
        if key not in named:
            raise HistoryError(f"--columns names no {key}. Add {key}=HEADING.")
    return named


def _scale_of(heading: str) -> str:
    """The only scale whose name begins like the heading, for `PHQ`; else HistoryError."""
    word = heading.strip().casefold()
    found = [name for name in measures() if word and name.casefold().startswith(word)]
    if len(found) != 1:
        raise HistoryError(f"{said(heading)} does not say which scale it is. Add --scale, such as PHQ-9.")
    return found[0]


_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", re.ASCII)


def _cells(
    row: Mapping[str, str], named: Mapping[str, str], scale: str | None, *, decimal_comma: bool
) -> Iterator[dict[str, str]]:
    """The rows of a history that one row of a calendar holds: a score, an infusion, or both."""
    cell = {key: row[heading].strip() for key, heading in named.items()}
    dotted = _DOTTED.fullmatch(cell["date"])
    on = f"{dotted[3]}-{int(dotted[2]):02}-{int(dotted[1]):02}" if dotted else cell["date"]
    score, dose = cell["score"], cell.get("dose", "")
    if decimal_comma:
        score, dose = score.replace(",", "."), dose.replace(",", ".")
    kind = cell.get("kind", "")
    if kind in ("", "score") and score:
        yield {"date": on, "kind": "score", "value": score, "scale": cell.get("scale") or scale or ""}
    elif kind and kind != "infusion":
        yield {"date": on, "kind": kind, "value": score, "dose_mg_per_kg": dose}
    if kind in ("", "infusion") and (dose or kind):
        yield {"date": on, "kind": "infusion", "dose_mg_per_kg": dose}


def read_json(
    text: str,
    *,
    condition: str | None = None,
    setting: str | None = None,
    as_of: date | None = None,
    scale: str | None = None,
) -> History:
    """A history from JSON: the same rows under `events`, with `condition`, `setting` and `covariates` beside them."""
    try:
        raw = json_content(text, object_pairs_hook=_object)
    except HistoryError:
        raise
    except ValueError as error:
        raise HistoryError(f"The history is not JSON: {error}. Save it as plain JSON.") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("events"), list):
        raise HistoryError("The history has no list 'events'. Put the scores and infusions there.")
    unknown = sorted(set(raw) - {"events", "condition", "setting", "covariates"})
    if unknown:
        raise HistoryError(
            f"{said(unknown[0])} is not known in a history. Use events, condition, setting and covariates."
        )
    events = raw["events"]
    for number, event in enumerate(events, 1):
        if not isinstance(event, dict):
            raise HistoryError(
                f"Event {number} is {json.dumps(event)[:40]}. Give each event as an object with date and kind."
            )
    return history_from(
        [(f"Event {k}", event) for k, event in enumerate(events, 1)],
        condition=_word("condition", raw.get("condition", "")) if condition is None else condition,
        setting=_word("setting", raw.get("setting", "clinic")) if setting is None else setting,
        covariates=_covariates(raw.get("covariates", {})),
        as_of=as_of,
        scale=scale,
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object with each key once: of two scores in one event nobody knows which one counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise HistoryError(f"{said(twice)} stands twice in one object of the history. Keep one.")
    return found


def _word(kind: str, value: Any) -> str:
    if not isinstance(value, str):
        raise HistoryError(f"'{kind}' is {json.dumps(value)[:40]}. Write one word in quotes.")
    return value


def _covariates(raw: Any) -> dict[str, float]:
    if not isinstance(raw, dict):
        raise HistoryError(
            f"'covariates' is {json.dumps(raw)[:40]}. Write it as an object such as {{\"antidepressant\": true}}."
        )
    for name, value in raw.items():
        if name not in COVARIATES:
            raise HistoryError(f"Covariate {said(name)} is not in the model. Use {', '.join(COVARIATES)}.")
        if not isinstance(value, bool):
            raise HistoryError(f"Covariate '{name}' is {value!r}. Give true or false.")
    return {name: 1.0 for name, value in raw.items() if value}
