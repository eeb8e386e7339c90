"""Keeping and scoring an answered scale. What is positive opens its task in the same transaction (hazard H18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import IN_ORDER, NEWEST_FIRST
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, open_by_rule
from tenuto.clinic.scales.models import ItemAnswer, ScaleForm, ScaleRequest, SuicideTriage
from tenuto.clinic.ui.words import long_day
from tenuto.core.intake.risk_questions import risk_question, suicide_item
from tenuto.core.intake.tasks import for_flag
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.red_flags import RedFlag, told_together
from tenuto.core.scales.scoring import Result, Score, score

BY_LINK = "Answered by link, the person is not here: call them. "
IN_CHAIR = "Answered on the tablet, the person is here. "

__all__ = ["Recorded", "form_before", "open_flags", "record_form", "risk_before"]


@dataclass(frozen=True, slots=True)
class Recorded:
    """A form as it was kept, its score, and the tasks that it opened."""

    form: ScaleForm
    result: Result
    tasks: tuple[TaskRow, ...]


@transaction.atomic
def record_form(
    *,
    patient: Patient,
    instrument_id: str,
    answers: Mapping[str, int | None],
    taken: date,
    answered_by: str,
    sex: str = "",
    request: ScaleRequest | None = None,
    by: Actor,
    at: datetime,
) -> Recorded:
    """Keep an answered form, complete or not, and score it.

    Each red flag opens its own task with owner and deadline, also when the score is void, whatever the total. With a
    `request` the answers came by link, and whoever has the task must know that the person is not here. Raises
    ScaleError for an item or an answer that the instrument doesn't have.
    """
    scale = instrument(instrument_id)
    earlier = form_before(patient, instrument_id)
    result = score(
        scale,
        answers,
        earlier=earlier.answers if earlier else None,
        risk_before=risk_before(patient, scale, answers, by=taken),
        sex=sex,
    )
    row = ScaleForm(
        patient=patient,
        instrument=scale.id,
        instrument_version=scale.version,
        answers={item.id: answers.get(item.id) for item in scale.items},
        total=result.total if isinstance(result, Score) else None,
        taken=taken,
        answered_by=answered_by,
        request=request,
    )
    keep(
        row,
        action="recorded scale",
        by=by,
        at=at,
        detail={"instrument": scale.id, "taken": taken.isoformat(), "answered_by": answered_by},
    )
    flags = result.flags if row.request else _not_triaged_since(result.flags, scale, row)
    return Recorded(row, result, open_flags(flags, scale=scale, row=row, by=by, at=at))


def _not_triaged_since(flags: Iterable[RedFlag], scale: Instrument, row: ScaleForm) -> tuple[RedFlag, ...]:
    """The flags of a form on paper, without those about death or self-harm that a triage of a later day has answered.

    The answer counts from its own day: it stays in sight, and opens nothing that was looked at after it.
    """
    flags, risk = tuple(flags), scale.risk_item.item if scale.risk_item else ""
    late = row.taken < row.recorded_on
    if not risk or not late:
        return flags
    triages = SuicideTriage.objects.filter(patient=row.patient)
    if not any(triage.recorded_on > row.taken for triage in triages):
        return flags
    return tuple(flag for flag in flags if flag.item != risk)


def open_flags(
    flags: Iterable[RedFlag],
    *,
    scale: Instrument,
    row: ScaleForm | ItemAnswer,
    anew: bool = False,
    by: Actor,
    at: datetime,
) -> tuple[TaskRow, ...]:
    """Open the task of each red flag that a form or one answer of it raised.

    All that one answer on death or self-harm raises is one task, the most urgent. Of a request each opens once, however
    often it is raised while the form is filled in; another answer on death or self-harm opens anew, and with `anew` the same one too.
    """
    request, flags = row.request, tuple(flags)
    if request and request.place == AskingPlace.LINK:
        # Nobody can stay beside somebody who is not here.
        flags = tuple(replace(flag, action=flag.away or flag.action) for flag in flags)
    risk = scale.risk_item.item if scale.risk_item else ""
    about_risk = [flag for flag in flags if risk and flag.item == risk]
    others = [flag for flag in flags if flag not in about_risk]
    where = {None: "", AskingPlace.LINK: BY_LINK, AskingPlace.CHAIR: IN_CHAIR}[
        AskingPlace(request.place) if request else None
    ]

    def opened(flag: RedFlag, key: str, text: str) -> TaskRow:
        key = f"flag:{request.pk}:{key}" if request else ""
        why = f"{where}{scale.title}{_day_of(row)}: {text}"
        return open_by_rule(for_flag(flag), patient=row.patient, key=key, by=by, at=at, why=why)

    first = about_risk[:1]
    later = f":{row.pk}" if anew else ""
    return (
        *(
            opened(flag, f"{scale.id}:{_answer_of(row, risk)}{later}", told_together(about_risk))
            for flag in first
        ),
        *(opened(flag, flag.rule, flag.text) for flag in others),
    )


def _day_of(row: ScaleForm | ItemAnswer) -> str:
    """', answered on Fri 20 Nov 2026' of a form that was entered on a later day: how it is now has to be asked."""
    if isinstance(row, ItemAnswer) or row.taken >= row.recorded_on:
        return ""
    return f", answered on {long_day(row.taken)} and entered later"


def _answer_of(row: ScaleForm | ItemAnswer, item: str) -> int | None:
    return row.value if isinstance(row, ItemAnswer) and row.item == item else _answers(row).get(item)


def _answers(row: ScaleForm | ItemAnswer) -> Mapping[str, int | None]:
    if isinstance(row, ScaleForm):
        return dict(row.answers)
    given = ItemAnswer.objects.filter(request=row.request, instrument=row.instrument).order_by(*IN_ORDER)
    return {each.item: each.value for each in given}


def risk_before(
    patient: Patient, scale: Instrument, answers: Mapping[str, int | None], *, by: date
) -> int | None:
    """What the question on death or self-harm of a scale was answered with last, up to a day, wherever that is on record:
    in a form, in one that was begun, or in another system's. None when the answer now reports nothing."""
    asked = scale.risk_item
    if asked is None or (answers.get(asked.item) or 0) < asked.reported_from:
        return None
    found = [
        (each.taken or date.min, each.at.timestamp() if each.at else 0.0, value)
        for each in facts_of(patient, Batch([patient], clinic=patient.clinic, today=by)).scores
        if (question := risk_question(each)) is not None
        and question.name == f"{scale.title} item {asked.item}"
        and (value := suicide_item(each)) is not None
        and (each.taken is None or each.taken <= by)
    ]
    return max(found)[2] if found else None


def form_before(patient: Patient, instrument_id: str) -> ScaleForm | None:
    """The newest form of a scale that the patient answered."""
    rows = ScaleForm.objects.filter(patient=patient, instrument=instrument_id, struck=None)
    return rows.order_by("-taken", *NEWEST_FIRST).first()
