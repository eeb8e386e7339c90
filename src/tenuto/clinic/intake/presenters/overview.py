"""The intake page: each section done, due or blocked, and what is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.pages import PAGES
from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.pathway.api import task_place
from tenuto.clinic.ports.api import TaskRow
from tenuto.clinic.ui.words import count, day_of_moment, moment, same_day
from tenuto.core.gate import Level
from tenuto.core.intake.steps import elsewhere, steps
from tenuto.core.literature.tasks import task_kind

__all__ = ["IntakeSection", "TaskCard", "decision_text", "sections", "task_cards"]


@dataclass(frozen=True, slots=True)
class IntakeSection:
    """One section of intake on the page of the patient."""

    title: str
    mark: str
    word: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class TaskCard:
    """An open task: what, why, who, until when."""

    id: UUID
    mark: str
    word: str
    title: str
    why: str
    owner: str
    due: str
    ended_by: str
    """Who may end it, in a sentence, where no text does."""


def sections(state: IntakeState, patient_id: UUID, staff: Staff) -> tuple[IntakeSection, ...]:
    """All sections, in the order in which they are gone through; no address where `staff` may not record."""
    return tuple(_sections(state, patient_id, staff))


def _sections(state: IntakeState, patient_id: UUID, staff: Staff) -> Iterator[IntakeSection]:
    for step in steps():
        yield _section(state, step.title, step.facts, reverse("intake:history", args=[patient_id, step.id]))
    for page, (title, verb) in PAGES.items():
        facts = elsewhere()[page.partition(":")[2]]
        yield _section(state, title, facts, _address(page, verb, patient_id, staff))


def _address(page: str, verb: str, patient_id: UUID, staff: Staff) -> str:
    """The page for those who may; to take a consent back for those who may only do that."""
    if may(staff, verb):
        return reverse(page, args=[patient_id])
    takes_back = page == "intake:consent" and may(staff, "intake.withdraw")
    return reverse("intake:withdraw-consent", args=[patient_id]) if takes_back else ""


def _section(state: IntakeState, title: str, facts: Sequence[str], url: str) -> IntakeSection:
    about = [f for f in state.judged.findings if f.fact in facts and f.level > Level.PASS]
    told = [f for f in about if not f.missing]
    lacking = len({f.fact for f in about if f.missing})
    missing = f"{count(lacking, 'fact')} to ask" if lacking else ""
    worst = max((f.level for f in told), default=Level.PASS)
    if worst >= Level.BLOCK:
        return IntakeSection(title, worst.name.lower(), worst.name, told[0].message, url)
    if lacking:
        return IntakeSection(title, "due", "Due", missing, url)
    if told:
        return IntakeSection(title, "review", "Review", told[0].message, url)
    return IntakeSection(title, "pass", "Done", "", url)


def decision_text(state: IntakeState) -> str:
    """What was decided, by whom, and whether it still rests on what is known; empty before a decision."""
    found = state.decision
    if found is None:
        return ""
    reason = f" {found.reason.rstrip('.')}." if found.reason else ""
    changed = "" if found.stands else " What it rests on has changed since; look again."
    return f"{found.decided_by_name}, {moment(found.decided_at)}.{reason}{changed}"


def task_cards(tasks: Iterable[TaskRow], *, now: datetime) -> tuple[TaskCard, ...]:
    """The open tasks, the first due first."""
    return tuple(_task(task, now) for task in tasks)


def _task(task: TaskRow, now: datetime) -> TaskCard:
    late = task.is_late(now)
    return TaskCard(
        id=task.id,
        mark="late" if late else "block" if task_kind(task.kind).suicide_risk else "due",
        word="Late" if late else "Due",
        title=task_place(task.kind).title,
        why=task.why_now,
        owner=task.holders[-1] if task.owner_name or task.told_names else task.owner_role.label.lower(),
        due=moment(task.due) if same_day(task.due, now) else day_of_moment(task.due),
        ended_by=task.ended_by,
    )
