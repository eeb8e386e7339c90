"""What the person on call tonight must know about everybody who was treated on a day."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.clock import local
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.presenters.chart import words_of
from tenuto.clinic.infusion.services import account_of, recovery_of
from tenuto.clinic.ledger.facts import in_order
from tenuto.clinic.pathway.api import Batch, safety_now
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import active_holds, contacts_of, open_safety_tasks_of, said_of
from tenuto.clinic.ui.words import count, moment
from tenuto.core.infusion.entries import EscortSeen, Leaving, PatientLeft
from tenuto.core.infusion.recovery import LeavingCriterion
from tenuto.core.infusion.replay import SessionAccount
from tenuto.core.literature.tasks import task_kind

__all__ = ["TreatedToday", "treated_on"]


@dataclass(frozen=True, slots=True)
class TreatedToday:
    """One patient of the day in words."""

    patient_id: UUID
    name: str
    record_number: str
    given: str
    left: str
    left_mark: str
    left_word: str
    escort: str
    on_record: str
    risk: str
    risk_mark: str
    flags: tuple[str, ...]


def treated_on(
    clinic: Clinic, at: datetime, *, hidden: Collection[UUID]
) -> tuple[tuple[TreatedToday, ...], int]:
    """Everybody whose pump was started today, and how many of them this reader may not see."""
    day = clock.day_of(clinic, at)
    sessions = in_order(Session.objects.filter(patient__clinic=clinic, held_on=day).select_related("patient"))
    newest = {each.patient_id: each for each in sessions}
    ran = [
        (each, account)
        for each in newest.values()
        if (account := account_of(each, at)).started_at is not None
    ]
    shown = [(each, account) for each, account in ran if each.patient_id not in hidden]
    patients = [each.patient for each, _ in shown]
    batch = Batch(patients, clinic=clinic, today=day)
    return tuple(_treated(*each, batch, at) for each in shown), len(ran) - len(shown)


def _treated(session: Session, account: SessionAccount, batch: Batch, at: datetime) -> TreatedToday:
    patient, found = session.patient, recovery_of(session, at)
    safety, left = safety_now(patient, batch), found.left
    by_criteria = (
        left is not None and isinstance(left.what, PatientLeft) and left.what.how is Leaving.BY_CRITERIA
    )
    return TreatedToday(
        patient_id=patient.pk,
        name=patient.name,
        record_number=str(patient.record_number),
        given=str(account.given.rounded(1)),
        left=f"{local(patient.clinic, left.at):%H:%M}. {words_of(left.what)}" if left else "",
        left_mark="pass" if by_criteria else "review",
        left_word="Home" if by_criteria else "Look",
        escort=_escort(account),
        on_record=_on_record(patient),
        risk=" ".join(safety.pressing[:1]),
        risk_mark="block" if safety.is_red else "",
        flags=(
            *_flags(patient, found.open if left is None else ()),
            *(f"To sign today: {words_of(each.what)}" for each in account.unsigned_orders),
        ),
    )


def _escort(account: SessionAccount) -> str:
    seen = [each.what for each in account.entries if isinstance(each.what, EscortSeen)]
    return f"{seen[-1].name}, {seen[-1].phone}" if seen else ""


def _on_record(patient: Patient) -> str:
    """Whom to call, in the order in which they are called."""
    return said_of(contacts_of(patient))


def _flags(patient: Patient, missing: Sequence[LeavingCriterion]) -> tuple[str, ...]:
    """Open tasks of safety, holds, and what a patient who is still here lacks."""
    day = clock.today(patient.clinic)
    return (
        *(
            f"{task_kind(task.kind).title}, due {moment(local(patient.clinic, task.due))}."
            for task in open_safety_tasks_of(patient)
        ),
        *(f"On hold: {hold.why}" for hold in active_holds(patient, on=day)),
        *((f"To do before leaving: {count(len(missing), 'criterion', 'criteria')}.",) if missing else ()),
    )
