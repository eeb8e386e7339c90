"""Reading a posted step of the history: entries, the versions that were seen, and a sentence for each bad value."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from tenuto.core.intake.facts import ProblemStatus
from tenuto.core.intake.history import Value
from tenuto.core.intake.steps import HistoryStep, Question, Rows

__all__ = ["ROW_FIELDS", "Posted", "RowField", "read_step"]

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class RowField:
    """One field of a row. `choices` are (value, label)."""

    name: str
    label: str
    kind: str = "text"
    choices: Sequence[tuple[str, str]] = ()
    needed: bool = False


_STATUS = [
    (ProblemStatus.ACTIVE.value, "Active"),
    (ProblemStatus.REMISSION.value, "In remission"),
    (ProblemStatus.RESOLVED.value, "Resolved"),
    (ProblemStatus.REFUTED.value, "Refuted"),
]
_RESPONSE = [
    (text, text.capitalize())
    for text in ("no response", "partial response", "response", "remission", "not borne")
]
_ADEQUATE = [("yes", "Adequate"), ("no", "Not adequate"), ("unclear", "Unclear")]

ROW_FIELDS: Mapping[Rows, tuple[RowField, ...]] = {
    Rows.NONE: (),
    Rows.DIAGNOSIS: (
        RowField("text", "Diagnosis", needed=True),
        RowField("code", "ICD-10-CM code"),
        RowField("status", "Status", "choice", _STATUS),
        RowField("onset", "Since", "date"),
    ),
    Rows.TRIAL: (
        RowField("drug", "Treatment", needed=True),
        RowField("dose", "Highest dose"),
        RowField("weeks", "Weeks", "whole"),
        RowField("response", "Response", "choice", _RESPONSE),
        RowField("adequate", "Adequate trial", "choice", _ADEQUATE),
    ),
    Rows.MEDICINE: (
        RowField("text", "Medicine", needed=True),
        RowField("dose", "Dose and how often"),
        RowField("last_taken", "Last taken", "date"),
    ),
    Rows.ALLERGY: (RowField("text", "Substance", needed=True), RowField("reaction", "What it did")),
}


@dataclass(frozen=True, slots=True)
class Posted:
    """What was posted: values by entry, the version in which each was seen, and what is wrong, by entry."""

    entries: dict[str, Value] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


_ROW = re.compile(r"r-([0-9a-z]{8,40})-([a-z_]+)\Z")


def read_step(step: HistoryStep, data: QueryDict) -> Posted:
    """Every entry that stands in `data`. What is not there was not asked of this form."""
    posted = Posted()
    for question in step.questions:
        name = f"q-{question.fact.id}"
        if name in data:
            typed = str(data[name])
            text = " ".join(typed.split()) if question.choices else typed.strip()
            _take(posted, question.fact.id, text, _bad_answer(question, text), data)
    for key, row in _rows(data).items():
        if "remove" in row:
            _take(posted, key, None, "", data)
        elif any(row.values()) or data.get(f"v-{key}", "0") != "0":
            _take(posted, key, row, _bad_row(step.rows, row), data)
    return posted


def _take(posted: Posted, key: str, value: Value, error: str, data: QueryDict) -> None:
    posted.entries[key] = value
    seen = data.get(f"v-{key}", "0")
    posted.seen[key] = int(seen) if seen.isdigit() and len(seen) < 9 else 0
    if error:
        posted.errors[key] = error


def _rows(data: QueryDict) -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for name in data:
        if match := _ROW.match(name):
            text = " ".join(str(data[name]).split())
            if match[2] != "status" or text != ProblemStatus.ACTIVE.value:
                rows.setdefault(match[1], {})[match[2]] = text
    # A row of which only the status was left as it is offered is an empty row.
    return {key: row if any(row.values()) else {} for key, row in rows.items()}


def _bad_answer(question: Question, text: str) -> str:
    if not text:
        return ""
    if question.choices and text not in question.choices:
        return f"“{text[:40]}” is not an answer here. Choose one of {', '.join(question.choices)}."
    if question.fact.value == "date":
        return _bad_date(text)
    return _too_long(text)


def _bad_row(kind: Rows, row: Mapping[str, str]) -> str:
    known = {field.name: field for field in ROW_FIELDS[kind]}
    for name, text in row.items():
        if name not in known:
            return f"There is no field “{name}” in this list."
        if text and (problem := _CHECKS.get(known[name].kind, _too_long)(text)):
            return f"{known[name].label}: {problem}"
        offered = [value for value, _ in known[name].choices]
        if text and offered and text not in offered:
            return f"{known[name].label}: “{text[:40]}” is not one of {', '.join(offered)}."
    lacking = [f.label for f in known.values() if f.needed and not row.get(f.name)]
    return f"{lacking[0]} is empty. Fill it in, or remove the row." if lacking else ""


def _bad_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        return "Write the day as 2026-11-24."
    return ""


def _bad_whole(text: str) -> str:
    return "" if text.isascii() and text.isdigit() and len(text) <= 3 else "Write a whole number."


def _too_long(text: str) -> str:
    return "" if len(text) <= LONGEST else f"This has {len(text)} letters; at most {LONGEST} are kept."


_CHECKS: Mapping[str, Callable[[str], str]] = {"date": _bad_date, "whole": _bad_whole}
