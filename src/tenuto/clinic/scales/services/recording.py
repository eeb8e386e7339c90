"""Keeping and scoring an answered scale. What is positive opens its task in the same transaction (hazard H18)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import TaskRow, open_by_rule
from tenuto.clinic.scales.models import ItemAnswer, ScaleForm, ScaleRequest
from tenuto.core.intake.tasks import for_flag
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.definition import Instrument
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.red_flags import RedFlag
from tenuto.core.scales.scoring import Result, Score, score

BY_LINK = "Answered by link, the person is not here: call them. "
IN_CHAIR = "Answered on the tablet, the person is here. "

__all__ = ["Recorded", "form_before", "open_flags", "record_form"]


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
    result = score(scale, answers, earlier=earlier.answers if earlier else None, sex=sex)
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
    return Recorded(row, result, open_flags(result.flags, scale=scale, row=row, by=by, at=at))


def open_flags(
    flags: Iterable[RedFlag], *, scale: Instrument, row: ScaleForm | ItemAnswer, by: Actor, at: datetime
) -> tuple[TaskRow, ...]:
    """Open the task of each red flag that a form or one answer of it raised. Of a request each flag opens its task once,
    however often it is raised while the form is filled in."""
    request = row.request
    where = {None: "", AskingPlace.LINK: BY_LINK, AskingPlace.CHAIR: IN_CHAIR}[
        AskingPlace(request.place) if request else None
    ]
    return tuple(
        open_by_rule(
            for_flag(flag),
            patient=row.patient,
            key=f"flag:{request.pk}:{flag.rule}" if request else "",
            by=by,
            at=at,
            why=f"{where}{scale.title}: {flag.text}",
        )
        for flag in flags
    )


def form_before(patient: Patient, instrument_id: str) -> ScaleForm | None:
    """The newest form of a scale that the patient answered."""
    rows = ScaleForm.objects.filter(patient=patient, instrument=instrument_id, struck=None)
    return rows.order_by("-taken", *NEWEST_FIRST).first()
