"""Keeping the worklist up to date: what changed is found in the audit chain, and only that is worked out again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from enum import IntEnum
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.roles import Role
from tenuto.clinic.desk.models import Progress, Standing, WorkRow
from tenuto.clinic.ledger.models import AuditEvent, EventKind
from tenuto.clinic.pathway.api import (
    Batch,
    Judgement,
    Rank,
    Turn,
    first_page,
    judgements_of,
    safety_of,
    safety_page,
    stage_of_task,
    task_place,
    turns_of,
)
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ports.api import (
    HOLDS_UP,
    HoldRow,
    TaskRow,
    holds_in_force,
    open_tasks_about,
    open_tasks_about_nobody,
)
from tenuto.clinic.ui.gates import MARKS
from tenuto.core.dates import say_date
from tenuto.core.intake.safety import Risk, SafetyState
from tenuto.core.literature.tasks import task_kind
from tenuto.core.policy import Policy
from tenuto.core.scales.red_flags import Urgency

__all__ = [
    "AT_ONCE",
    "BATCH",
    "MARKS",
    "changes_after",
    "judge_all",
    "rebuild",
    "refresh",
    "rows_of_nobody",
    "wait",
    "worked_out",
]

AT_ONCE = 25
"""Patients worked out within one request; the rest waits for the next one, or for the worker."""
BATCH = 200
RECORD_TRIAGE = "Record the triage"
ACTIONS = (EventKind.WRITE, EventKind.OVERRIDE)


class ListPlace(IntEnum):
    """Where a patient stands in the list. In one place either all have a deadline or none has."""

    HIGH_WITH_DEADLINE = 0
    """The risk of suicide was found high."""
    HIGH = 1
    GRAVE_WITH_DEADLINE = 2
    """An open risk of suicide, by an answer of two or more."""
    GRAVE = 3
    AT_RISK_WITH_DEADLINE = 4
    """An open risk of suicide."""
    AT_RISK = 5
    STOPPED = 6
    """A consent taken back, or what speaks against a signed plan since."""
    BY_GATE = 7
    """Nobody at risk: the most closed gate first."""


def refresh(clinic: Clinic, *, today: date, limit: int = AT_ONCE) -> int:
    """Bring the rows up to date, at most `limit` patients of them; returns how many still wait.

    Writes only when something changed. Three queries when nothing did.
    """
    policy = policy_of(clinic)
    if not _behind(clinic, policy, today):
        return 0
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        _note_changes(clinic)
        waiting = _waiting(clinic, policy, today)
        _unsettle(waiting)
        chosen = list(waiting.order_by("rank", "due", "name").values_list("patient", flat=True)[:limit])
        if chosen:
            _judge(clinic, chosen, policy=policy, today=today)
        return waiting.count()


def wait(clinic: Clinic) -> bool:
    """Whether anybody's rows are not those of today."""
    return _behind(clinic, policy_of(clinic), clock.today(clinic))


def judge_all(clinic: Clinic, *, today: date) -> int:
    """Work out everyone who waits, batch by batch; returns how many patients that were."""
    with clock.on_the_clock_of(clinic):
        done, left = 0, refresh(clinic, today=today, limit=0)
        while left:
            now_left = refresh(clinic, today=today, limit=BATCH)
            done, left = done + left - now_left, now_left
    return done


@transaction.atomic
def rebuild(clinic: Clinic) -> None:
    """Throw all rows of a clinic away; the next refresh begins at the beginning."""
    for model in (WorkRow, Standing, Progress):
        model.objects.filter(clinic=clinic).delete()


def _behind(clinic: Clinic, policy: Policy, today: date) -> bool:
    progress = Progress.objects.filter(clinic=clinic).first()
    if progress is None or changes_after(clinic, progress.through_event).exists():
        return True
    return _waiting(clinic, policy, today).exists()


def changes_after(clinic: Clinic, after: int) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(clinic_id=clinic.pk, number__gt=after, kind__in=ACTIONS)


def _waiting(clinic: Clinic, policy: Policy, today: date) -> QuerySet[Standing]:
    of_clinic = Standing.objects.filter(clinic=clinic)
    return of_clinic.exclude(policy_sha256=policy.sha256, as_of=today)


def _note_changes(clinic: Clinic) -> None:
    """Mark the patients whom something was done about; the first time, all."""
    newest = AuditEvent.objects.aggregate(newest=Max("number"))["newest"] or 0
    progress = Progress.objects.filter(clinic=clinic).first()
    if progress is None:
        _add(clinic, clinic.patients.all())
    else:
        ids = changes_after(clinic, progress.through_event).values_list("patient_id", flat=True)
        changed = [id_ for id_ in set(ids) if id_ is not None]
        _unsettle(Standing.objects.filter(patient__in=changed))
        _add(clinic, clinic.patients.filter(pk__in=changed, standing__isnull=True))
    Progress.objects.update_or_create(clinic=clinic, defaults={"through_event": newest})
    _clinic_rows(clinic)


def _unsettle(rows: QuerySet[Standing]) -> None:
    """What was worked out no longer counts; until it is worked out again nothing shows a mark."""
    patients = list(rows.exclude(policy_sha256="").values_list("patient", flat=True))
    for start in range(0, len(patients), BATCH):
        some = patients[start : start + BATCH]
        Standing.objects.filter(patient__in=some).update(policy_sha256="", as_of=None, mark="unknown")
        WorkRow.objects.filter(patient__in=some, mark__in=MARKS).update(mark="unknown")


def _add(clinic: Clinic, patients: QuerySet[Patient]) -> None:
    rows = (Standing(patient=patient, clinic=clinic, name=patient.kept_name) for patient in patients)
    Standing.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _clinic_rows(clinic: Clinic) -> None:
    _replace(WorkRow.objects.filter(clinic=clinic, patient=None), rows_of_nobody(clinic))


def _replace(old: QuerySet[WorkRow], rows: list[WorkRow]) -> None:
    """Rows in the place of others. One that stands elsewhere under the same key, as a hand may have left it, goes too."""
    old.delete()
    WorkRow.objects.filter(key__in=[row.key for row in rows]).delete()
    WorkRow.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def rows_of_nobody(clinic: Clinic) -> list[WorkRow]:
    """The tasks that are about no one patient, as rows that nobody has kept."""
    return [_task(task, clinic) for task in open_tasks_about_nobody(clinic)]


def _judge(clinic: Clinic, chosen: Sequence[UUID], *, policy: Policy, today: date) -> None:
    """Ask the stages about some patients and keep what they say."""
    standings, work = worked_out(clinic, chosen, policy=policy, today=today)
    Standing.objects.filter(patient__in=chosen).delete()
    Standing.objects.bulk_create(standings, batch_size=BATCH)
    _replace(WorkRow.objects.filter(patient__in=chosen), work)


def worked_out(
    clinic: Clinic, chosen: Sequence[UUID], *, policy: Policy, today: date
) -> tuple[list[Standing], list[WorkRow]]:
    """What the stages say of some patients now, as rows that nobody has kept."""
    patients = list(clinic.patients.filter(pk__in=chosen).prefetch_related("identifiers"))
    batch = Batch(patients, clinic=clinic, today=today)
    judged, turns, safety = judgements_of(batch), turns_of(batch), safety_of(batch)
    tasks = open_tasks_about(chosen)
    holds = holds_in_force(clinic, on=today)
    standings: list[Standing] = []
    work: list[WorkRow] = []
    for patient in patients:
        said, own = judged.get(patient.pk) or _not_judged(), tasks.get(patient.pk, ())
        standings.append(_standing(patient, said, safety.get(patient.pk), own, policy, today))
        state = safety.get(patient.pk)
        at_risk = _at_risk(state) and not any(map(_about_suicide, own))
        held = holds.get(patient.pk, ())
        rows = list(_work(patient, turns.get(patient.pk), own, held, today, at_risk=at_risk))
        for row in rows:
            row.safety, row.caution = _red(state), _amber(state)
            _say_the_verdict(row, said)
            if state is not None and row.rank <= Rank.SUICIDE_RISK:
                row.rank = min(row.rank, _of_harm(state))
        if rows and state is not None and state.stops:
            _call_everybody(rows)
        work += rows
    return standings, work


def _of_harm(state: SafetyState) -> Rank:
    """How grave the harm is that may come orders before any deadline."""
    if state.is_first:
        return Rank.HIGH_SUICIDE_RISK
    return Rank.GRAVE_SUICIDE_RISK if state.grave else Rank.SUICIDE_RISK


def _call_everybody(rows: Sequence[WorkRow]) -> None:
    """The row that is about what stops the treatment stands in everybody's list, before what merely has a deadline."""
    first = min(rows, key=lambda row: (row.rank == Rank.TASK, row.rank))
    first.everybodys, first.rank = True, min(first.rank, Rank.SAFETY)


def _say_the_verdict(row: WorkRow, judged: Judgement) -> None:
    """One verdict of a patient on every list: a row with a mark of a gate has the one of the day, and so says why.

    What is merely due stays so; harm that waits is never calmer than the verdict.
    """
    own, row.mark = row.mark, _mark_of(row, judged.mark)
    if row.key.startswith("step:") and own in MARKS and own != row.mark:
        row.why, row.more = judged.why, judged.more


def _mark_of(row: WorkRow, verdict: str) -> str:
    harms = row.rank <= Rank.SAFETY and verdict in ("refuse", "block", "review")
    return verdict if row.mark in MARKS or harms else row.mark


def _not_judged() -> Judgement:
    """Of whom no stage says anything."""
    return Judgement(
        mark="to_do",
        why="Nothing is recorded yet.",
        next_step="Open",
        target=first_page(),
        diagnosis="",
        recorded_on=None,
    )


def _standing(
    patient: Patient,
    judged: Judgement,
    safety: SafetyState | None,
    tasks: Sequence[TaskRow],
    policy: Policy,
    today: date,
) -> Standing:
    """What the list says of a patient: an open risk first, whatever else stands against treatment."""
    rank, due = _place(judged, safety, tasks)
    next_step, target = judged.next_step, judged.target
    if safety is not None and _at_risk(safety) and (page := safety_page()):
        # Whatever a stage would do next, somebody looks at the person first.
        next_step, target = RECORD_TRIAGE, page
    # A risk that is known and triaged stands before whatever else is to be reviewed.
    known = safety is not None and safety.risk is Risk.KNOWN and judged.mark != "refuse"
    return Standing(
        patient=patient,
        clinic_id=patient.clinic_id,
        name=patient.kept_name,
        as_of=today,
        policy_sha256=policy.sha256,
        rank=rank,
        due=due,
        mark=judged.mark,
        safety=_red(safety),
        caution=_amber(safety),
        diagnosis=judged.diagnosis,
        why=safety.sentences[0] if safety is not None and known else judged.why,
        more=judged.more,
        next_step=next_step,
        target=target,
        recorded_on=judged.recorded_on,
    )


def _place(
    judged: Judgement, safety: SafetyState | None, tasks: Sequence[TaskRow]
) -> tuple[int, datetime | None]:
    """The place in the list, and the deadline by which those in one place are ordered."""
    if safety is None or not safety.is_red:
        return ListPlace.BY_GATE + MARKS.index(judged.mark), None
    if not _at_risk(safety):
        return ListPlace.STOPPED, None
    due = min((task.due for task in tasks if _about_suicide(task)), default=None)
    if safety.is_first:
        return (ListPlace.HIGH_WITH_DEADLINE if due else ListPlace.HIGH), due
    if safety.grave:
        return (ListPlace.GRAVE_WITH_DEADLINE if due else ListPlace.GRAVE), due
    return (ListPlace.AT_RISK_WITH_DEADLINE if due else ListPlace.AT_RISK), due


def _red(safety: SafetyState | None) -> str:
    return ", ".join(safety.words) if safety else ""


def _amber(safety: SafetyState | None) -> str:
    return safety.caution if safety else ""


def _at_risk(safety: SafetyState | None) -> bool:
    return safety is not None and safety.risk is Risk.OPEN


def _work(
    patient: Patient,
    turn: Turn | None,
    tasks: Sequence[TaskRow],
    holds: Sequence[HoldRow],
    today: date,
    *,
    at_risk: bool,
) -> Iterator[WorkRow]:
    """What waits about a patient. With `at_risk` no task says the risk of suicide, so that the next step stands for it.

    A risk that was found high has no task any more: a triage has ended it, and a prescriber decides.
    """
    for task in tasks:
        yield _task(task, patient.clinic)
    for hold in holds:
        yield WorkRow(
            key=f"hold:{hold.id}", clinic_id=patient.clinic_id, patient=patient, name=patient.kept_name,
            stage=HOLDS_UP, kind="Hold on booking", mark="block", why=hold.why,
            more=f"until {say_date(hold.until)}" if hold.until else "until it is lifted",
            owner_role=Role.PRESCRIBER, rank=Rank.AGAIN, next_step="See the patient", target=first_page(),
            due=clock.end_of_day(patient.clinic, _looked_at_by(hold, turn, today)),
        )  # fmt: skip
    if turn is not None and not _said(turn, tasks, holds):
        yield WorkRow(
            key=f"step:{patient.pk}", clinic_id=patient.clinic_id, patient=patient, name=patient.kept_name,
            stage=turn.stage, kind=turn.kind, mark=turn.mark, why=turn.why, more=turn.more, owner_role=turn.owner,
            rank=Rank.SUICIDE_RISK if at_risk else turn.rank,
            next_step=RECORD_TRIAGE if at_risk else turn.next_step,
            target=(at_risk and safety_page()) or turn.target,
            due=clock.end_of_day(patient.clinic, turn.by) if turn.by else None,
        )  # fmt: skip


def _looked_at_by(hold: HoldRow, turn: Turn | None, today: date) -> date:
    """The day by which somebody sees a patient who is held: its last, or that of what waits behind it; today where neither is set."""
    waiting = turn.by if turn is not None and turn.waits_for_holds else None
    return min((day for day in (hold.until, waiting) if day), default=today)


def _said(turn: Turn, tasks: Sequence[TaskRow], holds: Sequence[HoldRow]) -> bool:
    """Whether a task or a hold of the same patient says the turn already."""
    return any(task.kind == turn.said_by_task for task in tasks) or (turn.waits_for_holds and bool(holds))


def _task(task: TaskRow, clinic: Clinic) -> WorkRow:
    place = task_place(task.kind)
    # Of a patient the safety line says it; who is none yet has only this row.
    mark = "block" if task.patient_id is None and _about_suicide(task) else "due"
    return WorkRow(
        key=f"task:{task.id}", clinic=clinic, patient_id=task.patient_id, name=task.patient_name,
        stage=stage_of_task(task.kind), kind=place.title, mark=mark, why=task.why_now, more=task.ended_by,
        owner_role=task.owner_role, owner_id=task.held_by_id, due=task.due, rank=_rank(task), next_step=place.next_step,
        target=place.target or first_page(), told=_told(task),
    )  # fmt: skip


def _told(task: TaskRow) -> str:
    return f",{','.join(map(str, task.told_ids))}," if task.told_ids else ""


def _about_suicide(task: TaskRow) -> bool:
    return task_kind(task.kind).suicide_risk is not None


def _rank(task: TaskRow) -> Rank:
    if _about_suicide(task):
        urgent = task_kind(task.kind).urgency == Urgency.URGENT.name.lower()
        return Rank.GRAVE_SUICIDE_RISK if urgent else Rank.SUICIDE_RISK
    return Rank.SAFETY if task.safety else Rank.TASK
