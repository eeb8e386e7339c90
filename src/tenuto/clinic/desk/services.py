"""What the pages of the desk ask for. A fixed number of queries, however many patients a clinic has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.desk.projection import MARKS, refresh
from tenuto.clinic.pathway.api import Rank, spine_order
from tenuto.clinic.people.names import folded
from tenuto.clinic.people.sight import hidden_from

__all__ = ["EVERYONE", "MINE", "SHOWN_MARKS", "PatientList", "Work", "WorkFilter", "patients_of", "work_of"]

PATIENTS_A_PAGE = 100
ROWS_A_PAGE = 50
MINE = "mine"
EVERYONE = "all"
LATE = "late"
SHOWN_MARKS = (LATE, "due", *MARKS)
"""The marks of rows, in the order of their filters."""
ANSWERS_A_RISK = ("scale.triage", "task.close")


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """What the worklist is narrowed to; an unknown word narrows nothing."""

    owner: str = MINE
    """`mine`, a role, or `all`."""
    stage: str = ""
    mark: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class PatientList:
    """One page of the list of patients."""

    rows: Sequence[Standing]
    counts: Counter[str]
    waiting: int
    """Patients whose gate has not been worked out today."""
    page: int
    pages: int
    hidden: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class Work:
    """One page of the worklist, and how many rows each filter would show beside what else is chosen."""

    rows: Sequence[WorkRow]
    total: int
    """All rows of the clinic, whatever is chosen."""
    shown: int
    """The rows that fit what is chosen, on all pages together."""
    mine: int
    everyones: int
    marks: Counter[str]
    """By the mark that a row shows: what is late is late, whatever it was before."""
    stages: Counter[str]
    owners: Counter[str]
    waiting: int
    page: int
    pages: int
    hidden: frozenset[UUID]


def patients_of(staff: Staff, *, mark: str, search: str, page: int, today: date) -> PatientList:
    """The patients of the clinic: high risk of suicide, open risk by its deadline, then the most closed gate first; with `search`, those whose name or identifier has it."""
    waiting = refresh(staff.clinic, today=today)
    everyone = Standing.objects.filter(clinic=staff.clinic)
    counts = Counter(dict(everyone.values_list("mark").annotate(n=Count("pk"))))
    hidden = hidden_from(staff)
    found = everyone.filter(mark=mark) if mark in MARKS else everyone
    if search:
        # Who searches for a name must not learn that it is here, behind a restriction.
        found = found.filter(_named(search)).exclude(patient__in=hidden)
    shown = found.order_by("rank", "due", "name", "patient").select_related("patient")
    number = found.count() if search else counts[mark] if mark in MARKS else counts.total()
    start, page, pages = _slice(number, page, PATIENTS_A_PAGE)
    rows = list(shown.prefetch_related("patient__identifiers")[start : start + PATIENTS_A_PAGE])
    return PatientList(rows, counts, waiting, page, pages, hidden)


def work_of(staff: Staff, asked: WorkFilter, *, now: datetime, today: date) -> Work:
    """What waits in the clinic: harm before time, then tasks by their deadline, then the most closed gates."""
    waiting = refresh(staff.clinic, today=today)
    every = WorkRow.objects.filter(clinic=staff.clinic)
    counts = _counts(every, staff, now)
    marks, stages, owners = Counter[str](), Counter[str](), Counter[str]()
    mine = everyones = number = 0
    for (owner, own, stage, mark), n in counts.items():
        of_owner = own if asked.owner == MINE else asked.owner not in Role.values or asked.owner == owner
        of_stage = asked.stage not in spine_order() or asked.stage == stage
        of_mark = asked.mark not in SHOWN_MARKS or asked.mark == mark
        marks[mark] += n if of_owner and of_stage else 0
        stages[stage] += n if of_owner and of_mark else 0
        if of_stage and of_mark:
            owners[owner] += n
            everyones += n
            mine += n if own else 0
        number += n if of_owner and of_stage and of_mark else 0
    start, page, pages = _slice(number, asked.page, ROWS_A_PAGE)
    shown = (
        _narrowed(every, asked, staff, now)
        .order_by("rank", F("due").asc(nulls_last=True), "name", "key")
        .select_related("owner", "patient")
    )
    rows = list(shown[start : start + ROWS_A_PAGE])
    return Work(
        rows,
        counts.total(),
        number,
        mine,
        everyones,
        marks,
        stages,
        owners,
        waiting,
        page,
        pages,
        hidden_from(staff),
    )


def _counts(rows: QuerySet[WorkRow], staff: Staff, now: datetime) -> Counter[tuple[str, bool, str, str]]:
    """How many rows there are by owner's role, whether they are one's own, stage and the mark that is shown. One query."""
    groups = rows.values_list("owner_role", "stage", "mark").annotate(
        n=Count("pk"),
        late=Count("pk", filter=Q(due__lt=now)),
        own=Count("pk", filter=_own(staff)),
        own_late=Count("pk", filter=_own(staff) & Q(due__lt=now)),
    )
    found = Counter[tuple[str, bool, str, str]]()
    for owner, stage, mark, n, late, own, own_late in groups:
        for shown, all_, mine in ((LATE, late, own_late), (mark, n - late, own - own_late)):
            found[owner, True, stage, shown] += mine
            found[owner, False, stage, shown] += all_ - mine
    return found


def _narrowed(rows: QuerySet[WorkRow], asked: WorkFilter, staff: Staff, now: datetime) -> QuerySet[WorkRow]:
    if asked.owner == MINE:
        rows = rows.filter(_own(staff))
    elif asked.owner in Role.values:
        rows = rows.filter(owner_role=asked.owner)
    if asked.stage in spine_order():
        rows = rows.filter(stage=asked.stage)
    if asked.mark == LATE:
        rows = rows.filter(due__lt=now)
    elif asked.mark in SHOWN_MARKS:
        rows = rows.filter(mark=asked.mark).exclude(due__lt=now)
    return rows


def _own(staff: Staff) -> Q:
    """What is one's own by role or by name, or because one was told that it is late; a director's also what nobody else
    can open, and every task of safety.

    A risk of suicide waits for no one role: it is the own of everybody who may record a triage or reach the person. What
    stops a treatment is everybody's, once a patient.
    """
    own = Q(owner_role=staff.role) | Q(owner=staff) | Q(told__contains=f",{staff.pk},") | Q(everybodys=True)
    if any(may(staff, verb) for verb in ANSWERS_A_RISK):
        own |= Q(rank__lte=Rank.SUICIDE_RISK)
    if staff.role == Role.MEDICAL_DIRECTOR:
        own |= Q(mark__in=("block", "refuse")) | Q(rank__lte=Rank.SAFETY)
    return own


def _named(search: str) -> Q:
    found = Q()
    for word in folded(search).split():
        found &= Q(patient__search__contains=word)
    return found


def _slice(number: int, page: int, size: int) -> tuple[int, int, int]:
    pages = max(1, -(-number // size))
    page = min(max(1, page), pages)
    return (page - 1) * size, page, pages
