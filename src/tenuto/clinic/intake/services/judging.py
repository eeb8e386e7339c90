"""Recording the clinical judgements that a decision lacks, from the page where it is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.gather import fold, gather_one
from tenuto.clinic.intake.services.history import EntryRefused, save_step
from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.people.models import Patient
from tenuto.core.intake.case import JudgedCase
from tenuto.core.intake.eligibility import JudgementPurpose, case_of
from tenuto.core.intake.history import TRIALS
from tenuto.core.intake.steps import Question, steps

__all__ = ["JudgedMeanwhile", "lacking_judgements", "record_judgements"]


class JudgedMeanwhile(EntryRefused):
    """Somebody recorded one of them since the page was opened. Nothing was saved."""


def lacking_judgements(state: IntakeState, by: Staff) -> tuple[Question, ...]:
    """The judgements that are asked of this person, are this role's, and have no answer of anybody whose they are."""
    case = case_of(
        state.facts,
        policy=state.policy,
        as_of=state.as_of,
        purpose=JudgementPurpose.PLANNING,
        indication=None,
    )
    return tuple(
        question for each in steps() for question in each.questions if _lacks(case, question, by.role)
    )


def _lacks(case: JudgedCase, question: Question, role: str) -> bool:
    item = question.fact
    if item.id == TRIALS or role not in item.judged_by or not case.applies(item):
        return False
    answer = case.facts.answer(item.id)
    return answer is None or answer.not_theirs


@transaction.atomic
def record_judgements(
    *, patient: Patient, answers: Mapping[str, str], seen: Mapping[str, int], by: Staff, at: datetime
) -> None:
    """Keep each answer in the step that asks it. `seen` are the versions in which the page saw the entries, as for a step.

    Raises JudgedMeanwhile when somebody recorded one since, and what `save_step` raises.
    """
    check_role(by, "intake.decide")
    saves = fold(gather_one(patient.pk).saves)
    for each in steps():
        own = {q.fact.id: answers[q.fact.id] for q in each.questions if q.fact.id in answers}
        for key in own:
            saved = saves.get(each.id, {}).get(key)
            if saved is not None and saved.version != seen.get(key, 0):
                raise JudgedMeanwhile(
                    f"{saved.by} recorded “{saved.value}” meanwhile. Nothing was saved; look at what stands there now."
                )
        if own:
            save_step(patient=patient, step_id=each.id, entries=own, seen=seen, again=own, by=by, at=at)
