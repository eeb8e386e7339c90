"""The kinds of tasks: owner and deadline, who may end each, and what has to be on record for it to end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.data.table import REQUIRED
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, Sourced, basis_of

__all__ = [
    "BOOKING_TO_REPAIR",
    "CALL_BACK",
    "CHANGE_ASKED",
    "CHECK_ABNORMAL",
    "CHECK_DUE",
    "CHECK_IN",
    "COURSE_TO_REVIEW",
    "DEVIATION",
    "ENQUIRY_HARM",
    "LOOK_AGAIN",
    "MEDICINES_REOPENED",
    "MISSED_VISIT",
    "NEXT_DATE",
    "NOT_REACHED",
    "OWN_WORDS",
    "PLAN_TO_SIGN",
    "REVISION_TO_SIGN",
    "TRY_AGAIN",
    "EndsBy",
    "SuicideRisk",
    "TaskKind",
    "attempts_apart",
    "attempts_counted",
    "attempts_needed",
    "steps_due",
    "task_kind",
    "task_kinds",
]

PLAN_TO_SIGN = "plan.sign"
"""Opened when a person is accepted, ended by the signature of the plan."""
REVISION_TO_SIGN = "revision.sign"
LOOK_AGAIN = "plan.look_again"
DEVIATION = "course.deviation"
"""Opened when an infusion differs from what was signed."""
NEXT_DATE = "forecast.date"
MEDICINES_REOPENED = "medicines.reopened"
"""Opened when a record brings other medicines than were gone through."""
MISSED_VISIT = "outcomes.no_show"
"""Opened when somebody did not come about whom a concern is open or whose response is being lost."""
BOOKING_TO_REPAIR = "booking.repair"
CHECK_IN = "booking.check_in"
CHANGE_ASKED = "booking.change"
COURSE_TO_REVIEW = "forecast.review"
CHECK_DUE = "outcomes.check"
OWN_WORDS = "portal.words"
CHECK_ABNORMAL = "outcomes.check_abnormal"
TRY_AGAIN = "contact.again"
CALL_BACK = "call.back"
ENQUIRY_HARM = "enquiry.harm"
NOT_REACHED = "not_reached"


class EndsBy(StrEnum):
    """What ends a task when it is recorded after the task was opened."""

    TRIAGE = "triage"
    CONTACT = "contact"
    NOT_REACHED = "not_reached"
    ANSWER = "answer"
    RESULT = "result"
    RECORDED = "recorded"
    ENQUIRY = "enquiry"
    DECISION = "decision"
    PLAN = "plan"
    REVIEW = "review"
    CORRECTION = "correction"
    DATE = "date"
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
    EndsBy.RECORDED: "what it asks for",
    EndsBy.ENQUIRY: "how the enquiry was answered",
    EndsBy.DECISION: "a decision of intake",
    EndsBy.PLAN: "the signature of the plan, or that it was declined or withdrawn",
    EndsBy.REVIEW: "the review",
    EndsBy.CORRECTION: "a correction by which it is no longer so",
    EndsBy.DATE: "a decision on the next date",
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
    blocks: bool
    """True when nobody is accepted, and no plan signed or let go on, while it is open."""
    suicide_risk: SuicideRisk | None
    """What it says of the patient's safety state while it is open; None when it is about something else."""
    ends_by: frozenset[EndsBy]
    may_end: frozenset[str]
    """The roles whose record ends it; `machine` for the program itself."""
    second_after: timedelta | None
    """From the moment it was due until a second person is told; None when nobody is."""
    director_after: timedelta | None
    basis: Basis
    try_again: bool = False
    """True when it may be recorded that the patient was not reached: the next attempt then has a task of its own."""
    fact: str = ""
    answers: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    triage: str = ""
    urgency: str = ""
    to_do: str = ""
    """The fact that it asks for by the first infusion; `within` counts from the beginning of that day."""


def steps_due(kind: TaskKind, *, due: datetime, now: datetime) -> int:
    """How far a task of this kind that was due at `due` is given on by `now`: 0 to nobody, 1 to a second person, 2 to a
    medical director as well."""
    late = now - due
    return sum(after is not None and late > after for after in (kind.second_after, kind.director_after))


@dataclass(frozen=True, slots=True)
class _TaskFile:
    kinds: Mapping[str, TaskKind]
    attempts: Sourced[int]
    apart: Sourced[timedelta]


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
    """How many attempts have to be on record before the patient counts as not reached."""
    return _file().attempts


def attempts_apart() -> Sourced[timedelta]:
    """How long after an attempt the next one counts."""
    return _file().apart


def attempts_counted(tried: Iterable[datetime]) -> int:
    """How many attempts count: the first, and each that lies long enough after the one that counted before."""
    counted: list[datetime] = []
    for at in sorted(tried):
        if not counted or at - counted[-1] >= attempts_apart().value:
            counted.append(at)
    return len(counted)


@data_file(ROOT / "tasks.toml")
def _file(file: Table) -> _TaskFile:
    """The kinds, and what 'not reached' needs. ValueError for a kind of safety that a note ends."""
    tried = file.table("not_reached")
    kinds = {kind.id: kind for kind in map(_kind, file.tables("task"))}
    basis, apart = basis_of(tried), timedelta(minutes=tried.whole("apart_minutes"))
    return _TaskFile(kinds, Sourced(tried.whole("attempts"), basis), Sourced(apart, basis))


def _kind(entry: Table) -> TaskKind:
    kind = TaskKind(
        id=entry.text("id"),
        stage=entry.text("stage"),
        title=entry.text("title"),
        why=entry.text("why"),
        owner=entry.text("owner"),
        within=timedelta(hours=entry.real("hours")),
        safety=entry.flag("safety"),
        blocks=entry.flag("safety") and entry.flag("blocks", REQUIRED),
        suicide_risk=entry.choice("suicide_risk", SuicideRisk) if entry.has("suicide_risk") else None,
        ends_by=frozenset(EndsBy(each) for each in entry.words("ends_by")),
        may_end=frozenset(entry.words("may_end")),
        second_after=_minutes(entry, "second_minutes"),
        director_after=_minutes(entry, "director_minutes"),
        basis=basis_of(entry),
        try_again=entry.flag("try_again"),
        fact=entry.text("fact", ""),
        answers=entry.words("answers", ()),
        unless=entry.words("unless", ()),
        triage=entry.text("triage", ""),
        urgency=entry.text("urgency", ""),
        to_do=entry.text("to_do", ""),
    )
    if not kind.ends_by or (kind.safety and EndsBy.NOTE in kind.ends_by):
        raise ValueError(f"'{kind.id}': say what ends it; a note never ends a task of safety.")
    return kind


def _minutes(entry: Table, name: str) -> timedelta | None:
    return timedelta(minutes=entry.whole(name)) if entry.has(name) else None
