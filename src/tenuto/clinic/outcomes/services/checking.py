"""Recording a check of long-term safety, and going on despite one that holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.api import Value, record_reading, record_test
from tenuto.clinic.outcomes.checked import checks
from tenuto.clinic.outcomes.models import CheckEntered, CheckGoneOn
from tenuto.clinic.outcomes.rules import CHECKS_RULE, check_hold_key
from tenuto.clinic.outcomes.services.watching import push_checks_of
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import active_holds, end_tasks, lift_hold
from tenuto.clinic.ui.words import long_day
from tenuto.core.literature.tasks import CHECK_ABNORMAL, EndsBy
from tenuto.core.outcomes.check_rules import CheckKind, check_rule
from tenuto.core.outcomes.safety_clock import CheckState
from tenuto.core.sentences import is_sentence

__all__ = ["CheckRefused", "go_on_despite", "record_check"]


class CheckRefused(ValueError):
    """This can't be kept. The text says why; nothing was saved."""


@transaction.atomic
def record_check(
    *,
    patient: Patient,
    kind: CheckKind,
    on: date,
    readings: Mapping[str, Value],
    words: Mapping[str, str],
    entered: Mapping[str, str],
    by: Staff,
    at: datetime,
) -> None:
    """Keep what a check found, end the task that asked for it, place or lift what it calls for.

    readings: measured values by kind, words: results by fact; both join the patient's facts, where every gate reads them.
    entered: what intake has no place for. Raises CheckRefused when nothing was found or the day is not over yet.
    """
    check_same_clinic(by, patient)
    check_role(by, "outcomes.check")
    if not (readings or words or entered):
        raise CheckRefused("Enter at least one result. Nothing was saved.")
    if on > clock.day_of(patient.clinic, at):
        raise CheckRefused(f"{long_day(on)} is in the future. Record the check after it was done.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    if readings:
        today = on == clock.day_of(patient.clinic, at)
        taken_at = at if today else clock.start_of_day(patient.clinic, on)
        record_reading(patient=patient, values=readings, taken_at=taken_at, by=by, at=at)
    for fact, word in words.items():
        record_test(patient=patient, fact_id=fact, value=word, taken=on, by=by, at=at)
    if entered:
        _enter(patient, kind, on, entered, by, at)
    push_checks_of(patient, at=at)


def _enter(
    patient: Patient, kind: CheckKind, on: date, entered: Mapping[str, str], by: Staff, at: datetime
) -> None:
    row = keep(
        CheckEntered(patient=patient, kind=kind.value, taken=on, values=dict(entered)),
        action="recorded check", by=by, at=at, detail={"kind": kind.value, "taken": on.isoformat(), **entered},
    )  # fmt: skip
    fact = check_rule(kind).fact
    end_tasks(
        patient=patient,
        ends_by=EndsBy.RESULT,
        subject=row,
        only=lambda task: task.target == fact,
        by=by,
        at=at,
    )


@transaction.atomic
def go_on_despite(
    *, patient: Patient, kind: CheckKind, ground: str, reason: str, by: Staff, at: datetime
) -> CheckGoneOn:
    """A prescriber goes on although a check holds: the hold is lifted, the check stays late, the reason on record.

    `ground` is the one the page showed. Raises CheckRefused when it holds no longer or another one does, and for a reason
    that is no sentence.
    """
    check_same_clinic(by, patient)
    check_role(by, "outcomes.review")
    if not is_sentence(reason):
        raise CheckRefused("Write in a sentence why. Nothing was saved.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    held = {each.kind: each for each in checks(batch).get(patient.pk, ()) if each.state is CheckState.HELD}
    found = held.get(kind)
    if found is None or found.ground != ground:
        raise CheckRefused("This check does not hold for that reason any more. Read the page again.")
    row = CheckGoneOn(patient=patient, kind=kind.value, ground=ground, reason=reason.strip())
    detail = {"kind": kind.value, "ground": ground, "reason": row.reason}
    keep(row, action="went on despite check", by=by, at=at, detail=detail)
    end_tasks(
        patient=patient, ends_by=EndsBy.REVIEW, subject=row, note=row.reason, by=by, at=at,
        only=lambda task: task.kind == CHECK_ABNORMAL and task.target == f"{kind}:{ground}"[:200],
    )  # fmt: skip
    for hold in active_holds(patient, on=batch.today):
        if hold.rule == CHECKS_RULE and hold.key == check_hold_key(found):
            lift_hold(hold=hold.id, why=row.reason, by=by, at=at)
    push_checks_of(patient, at=at)
    return row
