"""The kinds of tasks: owner and deadline, who may end each, and what has to be on record for it to end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, Sourced, basis_of

__all__ = [
    "LOOK_AGAIN",
    "NOT_REACHED",
    "PLAN_TO_SIGN",
    "REVISION_TO_SIGN",
    "TRY_AGAIN",
    "EndsBy",
    "SuicideRisk",
    "TaskKind",
    "attempts_needed",
    "steps_due",
    "task_kind",
    "task_kinds",
]

PLAN_TO_SIGN = "plan.sign"
"""Opened when a person is accepted, ended by the signature of the plan."""
REVISION_TO_SIGN = "revision.sign"
LOOK_AGAIN = "plan.look_again"
TRY_AGAIN = "contact.again"
NOT_REACHED = "not_reached"


class EndsBy(StrEnum):
    """What ends a task when it is recorded after the task was opened."""

    TRIAGE = "triage"
    CONTACT = "contact"
    NOT_REACHED = "not_reached"
    ANSWER = "answer"
    RESULT = "result"
    ENQUIRY = "enquiry"
    DECISION = "decision"
    PLAN = "plan"
    REVIEW = "review"
    NOTE = "note"

    @property
    def words(self) -> str:
        """As a person reads it: 'This task ends when … is recorded.'"""
        return _WORDS[self]


_WORDS: Mapping[EndsBy, str] = {
    EndsBy.TRIAGE: "a suicide triage",
    EndsBy.CONTACT: "that the patient was reached, with outcome and words",
    EndsBy.NOT_REACHED: "that the patient could not be reached, with all that was tried",
    EndsBy.ANSWER: "another answer to the question",
    EndsBy.RESULT: "the result",
    EndsBy.ENQUIRY: "how the enquiry was answered",
    EndsBy.DECISION: "a decision of intake",
    EndsBy.PLAN: "the signature of the plan, or that it was declined or withdrawn",
    EndsBy.REVIEW: "the review",
    EndsBy.NOTE: "a note",
}


class SuicideRisk(StrEnum):
    """What an open task says of a risk of suicide: nobody has looked yet, or somebody has and something follows."""

    OPEN = "open"
    KNOWN = "known"


@dataclass(frozen=True, slots=True)
class TaskKind:
    """One kind of task: what to do, by whom, within which time, and how it ends."""

    id: str
    stage: str
    title: str
    why: str
    owner: str
    """The role that owns the task, as the clinic names its roles."""
    within: timedelta
    safety: bool
    """True when no text ends it."""
    suicide_risk: SuicideRisk | None
    """What it says of the patient's safety state while it is open; None when it is about something else."""
    ends_by: frozenset[EndsBy]
    may_end: frozenset[str]
    """The roles whose record ends it; `machine` for the program itself."""
    second_after: timedelta | None
    """From the moment it was due until a second person is told; None when nobody is."""
    director_after: timedelta | None
    basis: Basis
    fact: str = ""
    answers: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    triage: str = ""
    urgency: str = ""


def steps_due(kind: TaskKind, *, due: datetime, now: datetime) -> int:
    """How far a task of this kind that was due at `due` is given on by `now`: 0 to nobody, 1 to a second person, 2 to a
    medical director as well."""
    late = now - due
    return sum(after is not None and late > after for after in (kind.second_after, kind.director_after))


@dataclass(frozen=True, slots=True)
class _TaskFile:
    kinds: Mapping[str, TaskKind]
    attempts: Sourced[int]


def task_kinds() -> Mapping[str, TaskKind]:
    """All kinds by id, in the order of the file."""
    return _file().kinds


def task_kind(kind: str) -> TaskKind:
    """The kind with this id; KeyError names an unknown one."""
    try:
        return task_kinds()[kind]
    except KeyError:
        raise KeyError(f"'{kind}' is no kind of task. See literature/tasks.toml.") from None


def attempts_needed() -> Sourced[int]:
    """How many attempts have to be on record before 'not reached' ends a task."""
    return _file().attempts


@data_file(ROOT / "tasks.toml")
def _file(file: Table) -> _TaskFile:
    """The kinds, and what 'not reached' needs. ValueError for a kind of safety that a note ends."""
    tried = file.table("not_reached")
    kinds = {kind.id: kind for kind in map(_kind, file.tables("task"))}
    return _TaskFile(kinds, Sourced(tried.whole("attempts"), basis_of(tried)))


def _kind(entry: Table) -> TaskKind:
    kind = TaskKind(
        id=entry.text("id"),
        stage=entry.text("stage"),
        title=entry.text("title"),
        why=entry.text("why"),
        owner=entry.text("owner"),
        within=timedelta(hours=entry.real("hours")),
        safety=entry.flag("safety"),
        suicide_risk=entry.choice("suicide_risk", SuicideRisk) if entry.has("suicide_risk") else None,
        ends_by=frozenset(EndsBy(each) for each in entry.words("ends_by")),
        may_end=frozenset(entry.words("may_end")),
        second_after=_minutes(entry, "second_minutes"),
        director_after=_minutes(entry, "director_minutes"),
        basis=basis_of(entry),
        fact=entry.text("fact", ""),
        answers=entry.words("answers", ()),
        unless=entry.words("unless", ()),
        triage=entry.text("triage", ""),
        urgency=entry.text("urgency", ""),
    )
    if not kind.ends_by or (kind.safety and EndsBy.NOTE in kind.ends_by):
        raise ValueError(f"'{kind.id}': say what ends it; a note never ends a task of safety.")
    return kind


def _minutes(entry: Table, name: str) -> timedelta | None:
    return timedelta(minutes=entry.whole(name)) if entry.has(name) else None
