"""The pages of the desk as rows of words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.desk.models import Standing, WorkRow
from tenuto.clinic.desk.projection import MARKS
from tenuto.clinic.desk.services import EVERYONE, MINE, SHOWN_MARKS, PatientList, Work, WorkFilter
from tenuto.clinic.pathway.api import address_of, first_page, judging_page, may_open, spine_order
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.sight import RESTRICTED_NAME
from tenuto.clinic.ui.components import WORDS
from tenuto.clinic.ui.words import age, ago, count, day_of_moment, late_words, moment

__all__ = ["Board", "Filter", "PatientLine", "WorkLine", "Worklist", "board", "worklist"]

RESTRICTED_KIND = "For the care team"
RESTRICTED_WHY = "Open to its care team only."


@dataclass(frozen=True, slots=True)
class PatientLine:
    """One patient: the mark, who, why now, and one next step."""

    mark: str
    safety: str
    """What is red about the patient, in short names."""
    caution: str
    """What is amber about the risk of suicide."""
    late: str
    """Since when the first task about a risk of suicide is late, in words."""
    name: str
    who: str
    diagnosis: str
    why: str
    more: str
    recorded: str
    next_step: str
    url: str
    step_url: str


@dataclass(frozen=True, slots=True)
class Filter:
    """How many rows a filter shows, as a link. Without a mark it is only words."""

    mark: str
    word: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """Where in the list, and the way on."""

    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Board:
    """Rows to show and filters above them."""

    rows: tuple[PatientLine, ...]
    filters: tuple[Filter, ...]
    total: int
    waiting: str
    pages: Pages | None


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One thing that waits: why now, whose turn, until when, one next step."""

    mark: str
    word: str
    safety: str
    caution: str
    name: str
    url: str
    kind: str
    stage: str
    why: str
    more: str
    owner: str
    due: str
    late: bool
    next_step: str
    step_url: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """The worklist with its filters."""

    lines: tuple[WorkLine, ...]
    marks: tuple[Filter, ...]
    owners: tuple[Filter, ...]
    stages: tuple[Filter, ...]
    total: int
    waiting: str
    pages: Pages | None


def board(found: PatientList, *, gate: str, staff: Staff, today: date, now: datetime) -> Board:
    """The list of patients, narrowed to the mark `gate`."""
    wanted = gate if gate in MARKS else ""
    filters = [Filter("", "All", found.counts.total(), "", not wanted)]
    filters += [
        Filter(m, WORDS[m], found.counts[m], f"gate={m}", m == wanted)
        for m in MARKS
        if found.counts[m] or m == wanted
    ]
    query = {"gate": wanted} if wanted else {}
    return Board(
        tuple(_row(row, found.hidden, staff, today, now) for row in found.rows),
        tuple(filters),
        found.counts.total(),
        _waiting(found.waiting),
        _pages(found.page, found.pages, query),
    )


def worklist(work: Work, asked: WorkFilter, *, staff: Staff, now: datetime) -> Worklist:
    """The worklist in words."""
    kept = {k: v for k, v in (("owner", asked.owner), ("stage", asked.stage), ("mark", asked.mark)) if v}
    return Worklist(
        lines=tuple(_line(row, work.hidden, staff, now) for row in work.rows),
        marks=tuple(_marks(work, asked, kept)),
        owners=tuple(_owners(work, asked, kept)),
        stages=tuple(_stages(work, asked, kept)),
        total=work.total,
        waiting=_waiting(work.waiting),
        pages=_pages(work.page, work.pages, kept),
    )


def _marks(work: Work, asked: WorkFilter, kept: dict[str, str]) -> Iterator[Filter]:
    yield _filter("", "All", work.marks.total(), kept, "mark", "", asked.mark)
    for mark in SHOWN_MARKS:
        if work.marks[mark] or asked.mark == mark:
            yield _filter(mark, WORDS[mark], work.marks[mark], kept, "mark", mark, asked.mark)


def _owners(work: Work, asked: WorkFilter, kept: dict[str, str]) -> Iterator[Filter]:
    yield _filter("", "Mine", work.mine, kept, "owner", MINE, asked.owner)
    yield _filter("", "Everyone's", work.everyones, kept, "owner", EVERYONE, asked.owner)
    for role in Role:
        if work.owners[role] or asked.owner == role:
            yield _filter("", role.label, work.owners[role], kept, "owner", role, asked.owner)


def _stages(work: Work, asked: WorkFilter, kept: dict[str, str]) -> Iterator[Filter]:
    yield _filter("", "All stages", work.stages.total(), kept, "stage", "", asked.stage)
    for stage in spine_order():
        if work.stages[stage] or asked.stage == stage:
            yield _filter("", stage.capitalize(), work.stages[stage], kept, "stage", stage, asked.stage)


def _filter(
    mark: str, word: str, number: int, kept: dict[str, str], key: str, value: str, now: str
) -> Filter:
    query = {k: v for k, v in {**kept, key: value}.items() if v}
    return Filter(mark, word, number, urlencode(query), value == now)


def _line(row: WorkRow, hidden: frozenset[UUID], staff: Staff, now: datetime) -> WorkLine:
    late = row.due is not None and row.due < now
    mark = "late" if late else row.mark
    shut = row.patient_id in hidden
    next_step, step_url = _step(row, staff)
    return WorkLine(
        mark=mark,
        word=WORDS[mark],
        safety="" if shut else row.safety,
        caution="" if shut else row.caution,
        name=RESTRICTED_NAME if shut else row.patient.name if row.patient else "",
        url=address_of(first_page(), row.patient_id) if row.patient_id else "",
        kind=RESTRICTED_KIND if shut else row.kind,
        stage=row.stage,
        why=RESTRICTED_WHY if shut else row.why,
        more="" if shut else row.more,
        owner=row.owner.name if row.owner else Role(row.owner_role).label,
        due=_due(row),
        late=late,
        next_step="Open" if shut else next_step,
        step_url=step_url,
    )


def _due(row: WorkRow) -> str:
    """The moment of a task; of a next step only the day, which is all that it has."""
    if row.due is None:
        return ""
    return day_of_moment(row.due) if row.key.startswith("step:") else moment(row.due)


def _step(row: WorkRow, staff: Staff) -> tuple[str, str]:
    """What to do and where; the page of the task itself for who may not do what it asks, but can reach the person."""
    kind, _, id_ = row.key.partition(":")
    if kind != "task" or may_open(staff, row.target):
        return row.next_step, address_of(row.target, row.patient_id)
    return "See the task", reverse("ports:task", args=[row.patient_id, id_])


def _row(row: Standing, hidden: frozenset[UUID], staff: Staff, today: date, now: datetime) -> PatientLine:
    patient = row.patient
    url = address_of(judging_page(), patient.pk)
    if patient.pk in hidden:
        return PatientLine(
            "unknown", "", "", "", RESTRICTED_NAME, "", "", RESTRICTED_WHY, "", "", "Open", url, url
        )
    judged = bool(row.policy_sha256)
    # Whoever may not do the next step sees the patient instead of a closed door.
    mine = judged and may_open(staff, row.target)
    return PatientLine(
        mark=row.mark if judged else "unknown",
        safety=row.safety,
        caution=row.caution,
        late=late_words(row.due, now) if row.safety else "",
        name=patient.name,
        who=_who(patient, today),
        diagnosis=row.diagnosis,
        why=row.why if judged else "Not worked out yet today.",
        more=row.more if judged else "",
        recorded=ago(row.recorded_on, today) if row.recorded_on else "never",
        next_step=row.next_step if mine else "See the patient" if judged else "Open",
        url=url,
        step_url=address_of(row.target, patient.pk) if mine else url,
    )


def _who(patient: Patient, today: date) -> str:
    years = f"{age(patient.birth_date, today)} y" if patient.birth_date else "age not recorded"
    return f"{years} · {patient.record_number or 'no record number'}"


def _waiting(number: int) -> str:
    return f"{count(number, 'patient has', 'patients have')} not been worked out yet today." if number else ""


def _pages(page: int, pages: int, query: dict[str, str]) -> Pages | None:
    if pages == 1:
        return None

    def to(number: int) -> str:
        return urlencode({**query, "page": number}) if 1 <= number <= pages else ""

    return Pages(f"Page {page} of {pages}", to(page - 1), to(page + 1))
