"""What the weekly review of the audit looks at: looks without a care relation, broken glass, failures, overrides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from tenuto.clinic.access.audit_rows import EventRow, names_of, rows_of
from tenuto.clinic.access.models import WeeklyReview
from tenuto.clinic.access.strangers import Stranger, strangers
from tenuto.clinic.access.task_words import TASK_EVENTS, kind_of_task, late_by, what_became
from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.news import CHANGES as SIGN_IN_CHANGES
from tenuto.clinic.ledger.facts import NEWEST_FIRST, recorded
from tenuto.clinic.ledger.models import AuditEvent, EventKind, OutboxMessage
from tenuto.clinic.ledger.outbox import stuck
from tenuto.clinic.ledger.services import record
from tenuto.clinic.live.api import failed_jobs
from tenuto.clinic.people.models import BrokenGlass
from tenuto.core.sentences import check_length

__all__ = ["FailedJob", "Filters", "SafetyTask", "Summary", "events", "mark_reviewed", "summary"]

LONGEST_NOTE = 1000
ACCESS_CHANGES = (
    "restricted record",
    "opened record",
    "joined care team",
    "left care team",
    "opened clinic",
    "joined clinic",
    "closed account",
    *SIGN_IN_CHANGES,
)
"""Events that change who may see or sign."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Who, what and when. Empty words match everything; both days are included."""

    begins: date
    ends: date
    who: str = ""
    what: str = ""
    kind: str = ""
    patient: UUID | None = None

    def span(self, clinic: Clinic) -> tuple[datetime, datetime]:
        """The first moment, and the first moment after, on the clinic's clock."""
        after = self.ends + timedelta(days=1)
        return clock.start_of_day(clinic, self.begins), clock.start_of_day(clinic, after)


@dataclass(frozen=True, slots=True)
class SafetyTask:
    """A task of safety, or one that was late, that was given on or came to its end: what it was, by what, how late."""

    at: datetime
    who: str
    patient: str
    title: str
    words: str
    late: bool


@dataclass(frozen=True, slots=True)
class FailedJob:
    """Something that the program does on its own, and could not."""

    at: datetime
    title: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The week on one page."""

    strangers: tuple[Stranger, ...]
    glasses: tuple[BrokenGlass, ...]
    safety_tasks: tuple[SafetyTask, ...]
    access: tuple[EventRow, ...]
    failures: tuple[AuditEvent, ...]
    refusals: tuple[EventRow, ...]
    overrides: tuple[EventRow, ...]
    unsent: tuple[OutboxMessage, ...]
    """Messages of this installation that were tried too often and wait for a person."""
    failed_jobs: tuple[FailedJob, ...]
    """What the program of this installation could not do on its own in these days."""
    reviews: tuple[WeeklyReview, ...]


def events(clinic: Clinic, filters: Filters) -> QuerySet[AuditEvent]:
    """The events of a clinic that match, the newest first. Failed sign-ins of unknown names belong to every clinic."""
    first, after = filters.span(clinic)
    own = Q(clinic_id=clinic.pk) | Q(clinic_id__isnull=True)
    found = AuditEvent.objects.filter(own, recorded_at__gte=first, recorded_at__lt=after)
    if filters.who:
        found = found.filter(by_name__icontains=filters.who)
    if filters.what:
        found = found.filter(Q(action__icontains=filters.what) | Q(subject_type__icontains=filters.what))
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.patient:
        # A list that was looked at is about nobody alone; it names everyone who was on it.
        on_a_list = Q(patient_id__isnull=True, detail_json__contains=str(filters.patient))
        found = found.filter(Q(patient_id=filters.patient) | on_a_list)
    return found.order_by("-number")


def summary(clinic: Clinic, filters: Filters) -> Summary:
    """What deserves a look of these days. The number of queries does not depend on what happened."""
    found = events(clinic, Filters(filters.begins, filters.ends))
    first, after = filters.span(clinic)
    glasses = BrokenGlass.objects.filter(
        patient__clinic=clinic, recorded_at__gte=first, recorded_at__lt=after
    )
    chosen = Q(action="refused") | Q(kind=EventKind.OVERRIDE) | Q(action__in=ACCESS_CHANGES)
    rows = rows_of(clinic, found.filter(chosen))
    tasks = tuple(found.filter(action__in=TASK_EVENTS))
    return Summary(
        strangers=strangers(clinic, found, first),
        glasses=tuple(glasses.select_related("patient", "staff", "review").order_by(*NEWEST_FIRST)),
        safety_tasks=tuple(_safety_tasks(tasks, names_of(clinic, tasks))),
        failures=tuple(found.filter(action__startswith="failed")),
        access=tuple(row for row in rows if row.what in ACCESS_CHANGES),
        refusals=tuple(row for row in rows if row.what.startswith("refused")),
        overrides=tuple(row for row in rows if row.kind == EventKind.OVERRIDE.label),
        unsent=tuple(stuck()),
        failed_jobs=tuple(_failed_jobs(first, after)),
        reviews=tuple(clinic.weekly_reviews.all()[:10]),
    )


def _failed_jobs(first: datetime, after: datetime) -> Iterator[FailedJob]:
    for job in failed_jobs():
        if job.finished_at and first <= job.finished_at < after:
            name = job.task_path.rpartition(".")[2].replace("_", " ")
            yield FailedJob(job.finished_at, name[:1].upper() + name[1:])


@transaction.atomic
def mark_reviewed(*, clinic: Clinic, filters: Filters, note: str, by: Staff, at: datetime) -> WeeklyReview:
    """Sign off some days, up to the newest event that they hold. Raises ValueError for a note that is too long."""
    check_role(by, "audit.review")
    newest = (
        events(clinic, Filters(filters.begins, filters.ends)).values_list("number", flat=True).first() or 0
    )
    review = WeeklyReview.objects.create(
        clinic=clinic,
        begins=filters.begins,
        ends=filters.ends,
        up_to_event=newest,
        note=check_length(note, LONGEST_NOTE),
        **recorded(by, at),
    )
    detail = {"begins": str(filters.begins), "ends": str(filters.ends), "up_to_event": newest}
    record(action="reviewed audit", subject=review, by=by, at=at, detail=detail)
    return review


def _safety_tasks(tasks: Iterable[AuditEvent], names: Mapping[UUID, str]) -> Iterable[SafetyTask]:
    """The events about tasks of safety, and about others that were late, in words."""
    for event in tasks:
        detail = event.detail
        kind = kind_of_task(detail)
        if kind is None or not (kind.safety or late_by(detail)):
            continue
        words = what_became(event.action, detail)
        patient = names.get(event.patient_id, "") if event.patient_id else ""
        yield SafetyTask(event.recorded_at, event.by_name, patient, kind.title, words, bool(late_by(detail)))
