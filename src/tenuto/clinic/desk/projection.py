"""Keeping the worklist up to date: what changed is found in the audit chain, and only that is worked out again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet

from tenuto.clinic.desk.judging import MARKS, NO_PLAN, NextAct, Planned, gate_words, next_act
from tenuto.clinic.desk.models import Progress, Standing, WorkRow
from tenuto.clinic.intake.api import DecisionRow, Record, newest_decisions, newest_records
from tenuto.clinic.ledger.models import AuditEvent, Kind
from tenuto.clinic.people.models import Clinic, Patient
from tenuto.clinic.people.roles import Role
from tenuto.clinic.plan.models import PlanVersion, VisitReport
from tenuto.clinic.plan.services import plan_for
from tenuto.clinic.plan.status import Status
from tenuto.clinic.plan.versions import in_force
from tenuto.clinic.plan.versions import standings as standings_of
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ports.api import HoldRow, TaskRow, holds_in_force, open_tasks
from tenuto.core.intake.tasks import PLAN_TO_SIGN, rules
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import Policy

__all__ = ["AT_ONCE", "judge_all", "rebuild", "refresh"]

AT_ONCE = 25
"""Patients worked out within one request; the rest waits for the next one, or for `manage judge_worklist`."""
BATCH = 200
DEEDS = (Kind.WRITE, Kind.OVERRIDE)
PLACES = {
    "enquiry": ("Answer it", "enquiries"),
    "test.order": ("Order or chase it", "intake:tests"),
    "scale.review": ("Go over it", "intake:scales"),
    PLAN_TO_SIGN: ("Sign the plan", "plan:page"),
}
"""What to do about a task and where, by its kind; for the others by the start of the kind, else the intake page."""


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
        chosen = list(waiting.order_by("rank", "name").values_list("patient", flat=True)[:limit])
        if chosen:
            _judge(clinic, chosen, policy=policy, today=today)
        return waiting.count()


def judge_all(clinic: Clinic, *, today: date) -> int:
    """Work out everyone who waits, batch by batch; returns how many patients that were."""
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
    if progress is None or _deeds(clinic, progress.through_event).exists():
        return True
    return _waiting(clinic, policy, today).exists()


def _deeds(clinic: Clinic, after: int) -> QuerySet[AuditEvent]:
    return AuditEvent.objects.filter(clinic_id=clinic.pk, number__gt=after, kind__in=DEEDS)


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
        ids = _deeds(clinic, progress.through_event).values_list("patient_id", flat=True)
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
        WorkRow.objects.filter(patient__in=some, key__startswith="step:").update(mark="unknown")


def _add(clinic: Clinic, patients: QuerySet[Patient]) -> None:
    rows = (Standing(patient=patient, clinic=clinic, name=patient.name) for patient in patients)
    Standing.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def _clinic_rows(clinic: Clinic) -> None:
    """The tasks that are about no one patient."""
    WorkRow.objects.filter(clinic=clinic, patient=None).delete()
    rows = [_task(task, clinic) for task in open_tasks(clinic) if task.patient_id is None]
    WorkRow.objects.bulk_create(rows, ignore_conflicts=True)


def _judge(clinic: Clinic, chosen: Sequence[UUID], *, policy: Policy, today: date) -> None:
    patients = list(clinic.patients.filter(pk__in=chosen).prefetch_related("identifiers"))
    records = newest_records(patients)
    decisions = newest_decisions(records, policy=policy)
    tasks: dict[UUID | None, list[TaskRow]] = defaultdict(list)
    for task in open_tasks(clinic):
        tasks[task.patient_id].append(task)
    holds = holds_in_force(clinic, on=today)
    plans = _plans(chosen)
    WorkRow.objects.filter(patient__in=chosen).delete()
    standings: list[Standing] = []
    work: list[WorkRow] = []
    for patient in patients:
        record = records.get(patient.pk)
        proposal = plan_for(record, PlanRequest(), policy=policy, as_of=today) if record else None
        standings.append(_standing(patient, record, proposal, policy, today))
        open_now = tasks.get(patient.pk, [])
        own_holds = holds.get(patient.pk, ())
        plan = plans.get(patient.pk, NO_PLAN)
        act = _act_of(record, proposal, decisions, open_now, plan, held=bool(own_holds))
        work += _work(patient, clinic, act, open_now, own_holds)
    Standing.objects.filter(patient__in=chosen).delete()
    Standing.objects.bulk_create(standings, batch_size=BATCH)
    WorkRow.objects.bulk_create(work, batch_size=BATCH, ignore_conflicts=True)


def _act_of(
    record: Record | None,
    proposal: Proposal | None,
    decisions: Mapping[UUID, DecisionRow],
    tasks: Iterable[TaskRow],
    plan: Planned,
    *,
    held: bool,
) -> NextAct | None:
    decision = decisions.get(record.id) if record else None
    waits = any(task.kind == PLAN_TO_SIGN for task in tasks)
    gate = proposal.gate if proposal else None
    return next_act(gate, decision, plan=plan, waits_for_signature=waits, held=held)


def _plans(chosen: Sequence[UUID]) -> dict[UUID, Planned]:
    """How far the plan of each patient has come. Two queries."""
    rows = PlanVersion.objects.filter(patient__in=chosen).defer("content_json", "document_json", "facts_json")
    versions: dict[UUID, list[PlanVersion]] = defaultdict(list)
    for row in rows.select_related("signature", "withdrawal"):
        versions[row.patient_id].append(row)
    days: dict[UUID, set[date]] = defaultdict(set)
    for series, day in VisitReport.objects.filter(patient__in=chosen).values_list(
        "version__series", "given_on"
    ):
        days[series].add(day)
    return {patient: _planned(own, days) for patient, own in versions.items()}


def _planned(versions: Sequence[PlanVersion], days: Mapping[UUID, set[date]]) -> Planned:
    force = in_force(versions)
    drafted = Status.DRAFT in standings_of(versions).values()
    return Planned(drafted, force is not None, len(days.get(force.series, ())) if force else 0)


def _standing(
    patient: Patient, record: Record | None, proposal: Proposal | None, policy: Policy, today: date
) -> Standing:
    words = gate_words(proposal.gate if proposal else None)
    condition = proposal.condition if proposal else None
    return Standing(
        patient=patient,
        clinic_id=patient.clinic_id,
        name=patient.name,
        as_of=today,
        policy_sha256=policy.sha256,
        rank=MARKS.index(words.mark),
        mark=words.mark,
        diagnosis=condition.title if condition else "None that is treated here",
        why=words.why,
        more=words.more,
        next_step=words.next_step,
        target=words.target,
        recorded_on=record.recorded_at.date() if record else None,
    )


def _work(
    patient: Patient, clinic: Clinic, act: NextAct | None, tasks: Iterable[TaskRow], holds: Iterable[HoldRow]
) -> Iterator[WorkRow]:
    for task in tasks:
        yield _task(task, clinic)
    for hold in holds:
        yield WorkRow(
            key=f"hold:{hold.id}", clinic=clinic, patient=patient, name=patient.name, stage="booking",
            kind="Hold on booking", mark="block", why=hold.why,
            more=f"until {hold.until}" if hold.until else "until it is lifted",
            owner_role=Role.PRESCRIBER, rank=2, next_step="See the patient", target="intake:page",
        )  # fmt: skip
    if act is not None:
        yield WorkRow(
            key=f"step:{patient.pk}", clinic=clinic, patient=patient, name=patient.name, stage=act.stage, kind=act.kind,
            mark=act.mark, why=act.why, more=act.more, owner_role=act.owner, rank=act.rank,
            next_step=act.next_step, target=act.target,
        )  # fmt: skip


def _task(task: TaskRow, clinic: Clinic) -> WorkRow:
    step, target = _place(task.kind)
    titles = {rule.id: rule.title for rule in rules()}
    return WorkRow(
        key=f"task:{task.id}", clinic=clinic, patient_id=task.patient_id, name=task.patient_name,
        stage="plan" if task.kind.startswith("plan") else "intake", kind=titles.get(task.kind, "Task"), mark="due",
        why=task.why, owner_role=task.owner_role, owner_id=task.owner_id, due=task.due, rank=0, next_step=step,
        target=target,
    )  # fmt: skip


def _place(kind: str) -> tuple[str, str]:
    if kind in PLACES:
        return PLACES[kind]
    if kind.startswith(("suicide", "triage")):
        return "Record the triage", "intake:triage"
    return "See the task", "intake:page"
