"""The forecast as a PDF."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from tenuto.clinic.forecast.courses import CourseKnown, CourseRead
from tenuto.clinic.forecast.presenters.dates import DateRow, date_rows
from tenuto.clinic.forecast.presenters.picture import course_words, printed_chart
from tenuto.clinic.forecast.presenters.rules import rule_rows
from tenuto.clinic.forecast.standing import ForecastStanding
from tenuto.clinic.ui.charts.course import CoursePicture
from tenuto.clinic.ui.pdf import set_sheet
from tenuto.clinic.ui.words import long_day
from tenuto.core.forecast.offered import offered_days
from tenuto.core.forecast.words import (
    followed_words,
    headline,
    learned_lines,
    review_words,
    standing_lines,
    window_lines,
)
from tenuto.core.intake.safety import SafetyState

__all__ = ["forecast_pdf"]

TEMPLATE = Path(__file__).with_name("forecast.typ")
CAPTION = (
    "Dots: scores, each with one standard error of measurement. Drops: infusions, by dose. Dark band: the middle half of "
    "expected scores; pale band: 80 % of scores. Brackets on top: windows as they were forecast then."
)
FOOTER = "A forecast to decide by, for a prescriber. Not validated for care."


def forecast_pdf(
    known: CourseKnown,
    read: CourseRead,
    picture: CoursePicture,
    *,
    safety: SafetyState,
    stands: ForecastStanding,
) -> bytes:
    """The PDF of a forecast; the same forecast gives the same bytes."""
    return set_sheet(TEMPLATE, _sheet(known, read, picture, safety, stands), on=known.today)


def _sheet(
    known: CourseKnown,
    read: CourseRead,
    picture: CoursePicture,
    safety: SafetyState,
    stands: ForecastStanding,
) -> dict[str, Any]:
    found, patient = read.found, known.patient
    days = offered_days(found, [each.infusion for each in known.infusions], known.definitions)
    window = found.window
    lines = list(standing_lines(read.history, found, known.definitions))
    if window:
        lines += [*window_lines(window, found, known.definitions), followed_words(read.history, found)]
    lines += [review_words(found)] if found.review else []
    return {
        "title": "Forecast",
        "clinic": patient.clinic.name,
        "person": f"{patient.name}, {patient.record_number}",
        "day": long_day(known.today),
        "footer": FOOTER,
        "safety": safety.text if safety.is_red or safety.is_amber else "",
        "safety_open": safety.is_red,
        "headline": headline(found, known.definitions),
        "lines": lines,
        "chart": printed_chart(picture),
        "chart_words": course_words(picture),
        "caption": CAPTION,
        "decision": _decision(stands),
        "days": [_day(row) for row in date_rows(days, chosen=None, x_wide=_nowhere, x_narrow=_nowhere)],
        "rules": [asdict(rule) for rule in rule_rows(known, read)],
        "learned": [line.strip() for line in learned_lines(found)],
        "pins": [
            f"Model {found.model_version}, parameters {found.parameters_sha256[:12]}. Policy {known.policy.id}, version "
            f"{known.policy.version}. Facts and limits {known.ground[:12]}."
        ],
    }


def _nowhere(_: date) -> float:
    """Paper has the day in the table; no mark is moved along the chart."""
    return 0.0


def _day(row: DateRow) -> list[str]:
    return [row.long_day, row.interval, f"{row.risk} ({row.risk_words})", row.a_year, row.mass]


def _decision(stands: ForecastStanding) -> str:
    row = stands.decision
    if row is None:
        return ""
    day = long_day(row.on) if row.on else "No infusion for now"
    return f"{day}. Decided by {row.recorded_by_name}, {long_day(row.recorded_on)}. {row.reason}".strip()
