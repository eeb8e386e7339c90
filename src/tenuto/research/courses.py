"""A patient's course from a frame or plain values, and the forecast of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tenuto.clinic.ui.charts.forecast import forecast_chart
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history import COLUMNS, History, HistoryError, history_from
from tenuto.core.forecast.answer import Forecast
from tenuto.core.forecast.answer import forecast as forecast_history
from tenuto.core.forecast.answer_json import as_json
from tenuto.core.forecast.words import as_text
from tenuto.core.policy import Policy, default_policy
from tenuto.research.chart import Chart
from tenuto.research.table import Frame, rows_of

__all__ = ["PatientForecast", "forecast", "history"]


@dataclass(frozen=True, slots=True, eq=False)
class PatientForecast:
    """A forecast with the history that it was made from. Shows itself as its chart; its text is what a clinician reads."""

    history: History
    found: Forecast
    rules: Definitions

    @property
    def text(self) -> str:
        """In sentences, as `tenuto forecast` prints it."""
        return as_text(self.history, self.found, self.rules)

    @property
    def json(self) -> dict[str, Any]:
        """As plain values, with the keys of `tenuto forecast --json`."""
        return as_json(self.history, self.found)

    @property
    def chart(self) -> Chart:
        """Scores, infusions, the time to come, the line of lost response, the window."""
        return Chart(forecast_chart(self.history, self.found))

    @property
    def table(self) -> Frame:
        """`date`; `responding`, the probability that response is not lost by then; `followed`, whether anybody with the
        condition was followed for so long. Empty when nothing is forecast."""
        dates, chances = zip(*self.found.responding, strict=True) if self.found.responding else ((), ())
        return Frame(
            {
                "date": dates,
                "responding": chances,
                "followed": [on <= self.found.followed_to for on in dates],
            }
        )

    def __str__(self) -> str:
        return self.text

    def _repr_svg_(self) -> str:
        return self.chart._repr_svg_()


def forecast(
    data: Any,
    *,
    as_of: date | None = None,
    candidates: Sequence[date] = (),
    policy: Policy | None = None,
    **reading: Any,
) -> PatientForecast:
    """Forecast one course.

    data: a `History`, or what `history` takes, with its options. as_of: the day that is looked from; later rows are left out.
    candidates: dates of a possible infusion. policy: the clinic's limits, those that ship when None. Raises HistoryError for
    data that can't be used and CandidateError for a date that can't be asked about.
    """
    course = data if isinstance(data, History) else history(data, as_of=as_of, **reading)
    rules = Definitions.from_policy(policy or default_policy())
    return PatientForecast(course, forecast_history(course, rules, as_of=as_of, candidates=candidates), rules)


def history(
    data: Any,
    *,
    condition: str = "depression",
    setting: str = "clinic",
    scale: str | None = None,
    columns: Mapping[str, str] | None = None,
    covariates: Mapping[str, bool] | None = None,
    as_of: date | None = None,
) -> History:
    """A checked history from a data frame, a dict of columns or dicts; HistoryError says what is wrong with which row.

    Rows are those of a history file: `date`, `kind`, `value`, `scale`, `dose_mg_per_kg`; or, without `kind`, a row may hold a
    `score`, a `dose_mg_per_kg` or both, with the scale in a column or in `scale`. columns: own names by these, such as
    `{"date": "Datum", "score": "PHQ"}`; other columns are passed over. Rows are put in order of date.
    """
    named = {"date": "date", "dose_mg_per_kg": "dose_mg_per_kg"} | dict(columns or {})
    rows = sorted(_rows(rows_of(data), named, scale), key=lambda named_row: named_row[1]["date"])
    return history_from(
        rows,
        condition=condition,
        setting=setting,
        covariates={name: float(value) for name, value in (covariates or {}).items()},
        as_of=as_of,
        scale=scale,
    )


def _rows(
    rows: Sequence[Mapping[str, Any]], named: Mapping[str, str], scale: str | None
) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of a history that each row of the data holds, with the name that an error calls it."""
    for key, heading in named.items():
        if rows and heading not in rows[0] and key != "dose_mg_per_kg":
            raise HistoryError(
                f"The data have no column '{heading}' for {key}. They have {', '.join(rows[0])}."
            )
    for number, row in enumerate(rows, 1):
        where = f"Row {number}"
        cell = {key: _written(row.get(named.get(key, key))) for key in (*COLUMNS, "score")}
        on = cell["date"][:10]
        if cell["kind"]:
            yield (
                where,
                {**{key: cell[key] for key in COLUMNS}, "date": on, "value": cell["value"] or cell["score"]},
            )
            continue
        if cell["score"]:
            yield (
                where,
                {"date": on, "kind": "score", "value": cell["score"], "scale": cell["scale"] or scale or ""},
            )
        if cell["dose_mg_per_kg"]:
            yield where, {"date": on, "kind": "infusion", "dose_mg_per_kg": cell["dose_mg_per_kg"]}


def _written(value: Any) -> str:
    """A cell as a file would hold it; empty for what libraries call missing."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.10g}"
    text = "" if value is None else str(value).strip()
    return "" if text in ("nan", "NaN", "NaT", "<NA>") else text
