"""The worklist as rows of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from tenuto.clinic.desk.services import Item
from tenuto.clinic.ui.components import WORDS
from tenuto.clinic.ui.gates import mark_of
from tenuto.clinic.ui.words import age, ago
from tenuto.core.gate import Finding, Gate, Level

__all__ = ["Board", "Filter", "Row", "board"]

CHOSEN_LATER = ("vial_mg_per_ml", "total_volume")
"""Chosen on the plan for each preparation: they say nothing of the person, and would mark everybody alike."""
SHORTEST_REASON = 40
MARKS = ("refuse", "block", "review", "pass", "unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """One patient: the mark, who, why now, and one next step."""

    mark: str
    name: str
    who: str
    diagnosis: str
    why: str
    more: str
    recorded: str
    next_step: str
    url: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Filter:
    """A count of patients with one mark, as a link."""

    mark: str
    word: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Rows to show and filters above them."""

    rows: tuple[Row, ...]
    filters: tuple[Filter, ...]
    total: int


def board(items: Sequence[Item], *, gate: str, today: date) -> Board:
    """All rows, or those with the mark `gate`; the most closed gate first, then by name."""
    rows = sorted((_row(item, today) for item in items), key=lambda row: (MARKS.index(row.mark), row.name))
    counts = Counter(row.mark for row in rows)
    wanted = gate if gate in MARKS else ""
    filters = [Filter("", "All", len(rows), "", not wanted)]
    filters += [
        Filter(m, WORDS[m], counts[m], f"gate={m}", m == wanted) for m in MARKS if counts[m] or m == wanted
    ]
    return Board(tuple(r for r in rows if wanted in ("", r.mark)), tuple(filters), len(rows))


def _row(item: Item, today: date) -> Row:
    patient = item.patient
    url = reverse("plan:page", args=[patient.pk])
    gate = item.proposal.gate if item.proposal else None
    why, more = _why(gate)
    step, anchor = _next_step(gate)
    return Row(
        mark=mark_of(_level(gate)) if gate else "unknown",
        name=patient.name,
        who=_who(item, today),
        diagnosis=_diagnosis(item),
        why=why,
        more=more,
        recorded=ago(item.record.recorded_at.date(), today) if item.record else "never",
        next_step=step,
        url=url,
        anchor=anchor,
    )


def _who(item: Item, today: date) -> str:
    born = item.patient.birth_date
    years = f"{age(born, today)} y" if born else "age not recorded"
    return f"{years} · {item.identifiers[0] if item.identifiers else 'no identifier'}"


def _diagnosis(item: Item) -> str:
    condition = item.proposal.condition if item.proposal else None
    return condition.title if condition else "None that is treated here"


def _open(gate: Gate) -> list[Finding]:
    """What needs a decision about the person, the worst first and what is recorded before what is missing."""
    told = [f for f in gate.findings if f.level > Level.PASS and f.fact not in CHOSEN_LATER]
    return sorted(told, key=lambda f: (-f.level, f.missing))


def _why(gate: Gate | None) -> tuple[str, str]:
    if gate is None:
        return "No record yet.", ""
    told = _open(gate)
    if not told:
        return "Nothing stands against the plan and nothing is missing.", ""
    more = len(told) - 1
    return _start_of(told[0].message), f"and {more} more" if more else ""


def _start_of(message: str) -> str:
    """The first sentence, or two when the first is only a heading."""
    sentences = message.split(". ")
    start = sentences[0] if len(sentences[0]) >= SHORTEST_REASON else ". ".join(sentences[:2])
    return f"{start.rstrip('.')}."


def _next_step(gate: Gate | None) -> tuple[str, str]:
    if gate is None:
        return "Add a record", "record"
    match _level(gate):
        case Level.PASS:
            return "Choose the vial", "options"
        case Level.REVIEW:
            missing = all(f.missing for f in _open(gate))
            return ("Complete the record", "missing") if missing else ("Decide", "gate")
        case Level.BLOCK:
            return "See what blocks", "gate"
        case Level.REFUSE:
            return "Correct the facts", "gate"


def _level(gate: Gate) -> Level:
    return max((f.level for f in _open(gate)), default=Level.PASS)
