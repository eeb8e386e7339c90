"""The worklist as rows of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from tenuto.clinic.desk.services import Item
from tenuto.clinic.plan.presenters.gate import mark_of
from tenuto.clinic.ui.components import WORDS
from tenuto.clinic.ui.words import age, ago
from tenuto.core.gate import Gate, Level

__all__ = ["Board", "Filter", "Row", "board"]

MARKS = ("refuse", "block", "review", "pass", "unknown")


@dataclass(frozen=True, slots=True)
class Row:
    """One patient: the mark, who, why now, and one next step."""

    mark: str
    name: str
    who: str
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
    """All rows, or those with the mark `gate`."""
    rows = [_row(item, today) for item in items]
    counts = Counter(row.mark for row in rows)
    wanted = gate if gate in MARKS else ""
    filters = [Filter("", "All", len(rows), "", not wanted)]
    filters += [Filter(m, WORDS[m], counts[m], f"gate={m}", m == wanted) for m in MARKS if counts[m] or m == wanted]
    return Board(tuple(r for r in rows if wanted in ("", r.mark)), tuple(filters), len(rows))


def _row(item: Item, today: date) -> Row:
    patient = item.patient
    url = reverse("plan:page", args=[patient.pk])
    gate = item.proposal.gate if item.proposal else None
    why, more = _why(gate)
    step, anchor = _next_step(gate)
    return Row(
        mark=mark_of(gate.level) if gate else "unknown",
        name=patient.name,
        who=_who(item, today),
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
    number = item.identifiers[0] if item.identifiers else "no identifier"
    condition = item.proposal.condition.title if item.proposal and item.proposal.condition else "no diagnosis"
    return f"{years} · {number} · {condition}"


def _why(gate: Gate | None) -> tuple[str, str]:
    if gate is None:
        return "No record yet.", ""
    worst = [f for f in gate.findings if f.level is gate.level and f.level > Level.PASS]
    if not worst:
        return "Nothing stands against the plan and nothing is missing.", ""
    told = sorted(worst, key=lambda f: f.missing)
    more = len([f for f in gate.findings if f.level > Level.PASS]) - 1
    return told[0].message, f"and {more} more" if more else ""


def _next_step(gate: Gate | None) -> tuple[str, str]:
    if gate is None:
        return "Add a record", "record"
    match gate.level:
        case Level.PASS:
            return "Print the plan", "dose"
        case Level.REVIEW:
            missing = all(f.missing for f in gate.findings if f.level is Level.REVIEW)
            return ("Complete the record", "missing") if missing else ("Decide", "gate")
        case Level.BLOCK:
            return "See what blocks", "gate"
        case Level.REFUSE:
            return "Correct the facts", "gate"
