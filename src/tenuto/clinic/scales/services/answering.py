"""Taking in what a patient answers, question by question (hazard H18: an alarming answer has its task at once).

A phone sends each answer under a name of its own, again and again until it hears that the answer arrived: whatever comes
twice is taken once. What comes under the same name and says something else, or after the form is complete, is another
answer. One that is worse on death or self-harm counts; any other is refused in words, and the first stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.links import api as links
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.recording import keep
from tenuto.clinic.scales.models import ItemAnswer, ScaleRequest
from tenuto.clinic.scales.services.asking import answered_items, unanswered
from tenuto.clinic.scales.services.recording import (
    Recorded,
    form_before,
    open_flags,
    record_form,
    risk_before,
)
from tenuto.core.scales.definition import Instrument, ScaleError
from tenuto.core.scales.reading import instrument
from tenuto.core.scales.scoring import score

__all__ = ["ANSWERED_BY", "GivenAnswer", "TakenAnswer", "answer_question", "close_unfinished"]

ANSWERED_BY = "link"
STANDS = "The clinic has another answer of yours to this question, and it stands. If this one is right, tell your clinician."


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """What a phone sends: the answer's own name, the question, the stored value or None where it was left out, and when
    it was written by the phone's clock; None when the phone does not say."""

    client_id: UUID
    instrument: str
    item: str
    value: int | None
    written_at: datetime | None


@dataclass(frozen=True, slots=True)
class TakenAnswer:
    """What became of an answer. `new` is False for one that had arrived before; `form` is what it completed, if it did."""

    new: bool
    alarming: bool
    form: Recorded | None


@transaction.atomic
def answer_question(*, visit: links.OpenedLink, answer: GivenAnswer, at: datetime) -> TakenAnswer:
    """Keep one answer, raise what it raises, and keep and score the form that it completes.

    Raises ScaleError for what was not asked, does not exist, or contradicts an answer that stands. An answer to a form that
    is complete changes nothing in it; a worse one on death or self-harm is kept beside it and opens its task.
    """
    # Held until this transaction ends: two answers of one phone are taken one after the other.
    request = ScaleRequest.objects.select_for_update().get(link=visit.link_id)
    scale = _asked(request, answer)
    named = request.item_answers.filter(client_id=answer.client_id).first()
    complete = request.forms.filter(instrument=scale.id).exists()
    if named is not None or complete:
        if _repeats(request, answer, named):
            return TakenAnswer(new=False, alarming=False, form=None)
        if not _is_worse(request, scale, answer):
            raise ScaleError(STANDS)
        if named is not None:
            answer = replace(answer, client_id=_another_name(answer))
    row = ItemAnswer(
        patient=visit.patient,
        request=request,
        client_id=answer.client_id,
        instrument=scale.id,
        item=answer.item,
        value=answer.value,
        written_at=_written_at(answer.written_at, request, at),
    )
    # Asked before this answer is on record itself.
    day = clock.day_of(visit.patient.clinic, row.written_at)
    before = risk_before(visit.patient, scale, {answer.item: answer.value}, by=day)
    keep(
        row,
        action="answered question",
        by=visit.visitor,
        at=at,
        detail={"instrument": scale.id, "item": answer.item},
    )
    alarming = _raise_flags(scale, row, before, anew=complete, by=visit.visitor, at=at)
    if complete:
        return TakenAnswer(new=True, alarming=alarming, form=None)
    rows = answered_items(request, scale.id)
    if unanswered(scale.id, {item: each.value for item, each in rows.items()}):
        return TakenAnswer(new=True, alarming=alarming, form=None)
    form = _complete(request, scale, rows, by=visit.visitor, at=at)
    return TakenAnswer(new=True, alarming=alarming, form=form)


@transaction.atomic
def close_unfinished(*, request: UUID, by: Actor, at: datetime) -> tuple[Recorded, ...]:
    """Keep what was begun and not finished before the link ran out, as the forms that it is: mostly without a total, with
    the red flags of what was answered and of the question on death that was not."""
    held = ScaleRequest.objects.select_for_update().select_related("patient__clinic").get(pk=request)
    done = set(held.forms.values_list("instrument", flat=True))
    begun = {name: answered_items(held, name) for name in held.instruments if name not in done}
    return tuple(
        _complete(held, instrument(name), rows, by=by, at=at) for name, rows in begun.items() if rows
    )


def _asked(request: ScaleRequest, answer: GivenAnswer) -> Instrument:
    if answer.instrument not in request.instruments:
        raise ScaleError("This was not asked.")
    scale = instrument(answer.instrument)
    item = scale.item(answer.item)
    if answer.value is not None:
        item.option(answer.value)
    return scale


def _repeats(request: ScaleRequest, answer: GivenAnswer, named: ItemAnswer | None) -> bool:
    """Whether the clinic has this answer already: under its name, or as what stands of its question."""
    if named is not None:
        asked = (answer.instrument, answer.item)
        known = request.item_answers.filter(client_id__in=[answer.client_id, _another_name(answer)])
        return any((each.instrument, each.item) == asked and each.value == answer.value for each in known)
    standing = answered_items(request, answer.instrument).get(answer.item)
    return standing is not None and standing.value == answer.value


def _is_worse(request: ScaleRequest, scale: Instrument, answer: GivenAnswer) -> bool:
    """Whether it reports more of death or self-harm than the answer that stands."""
    asked = scale.risk_item
    if asked is None or answer.item != asked.item or answer.value is None:
        return False
    standing = answered_items(request, scale.id).get(answer.item)
    before = -1 if standing is None or standing.value is None else standing.value
    return answer.value >= asked.reported_from and answer.value > before


def _another_name(answer: GivenAnswer) -> UUID:
    """What another answer under a name that is taken is kept by: the same each time that it is sent."""
    return uuid5(answer.client_id, f"{answer.instrument} {answer.item} {answer.value}")


def _written_at(said: datetime | None, request: ScaleRequest, at: datetime) -> datetime:
    """When it was written: as the phone says, where that lies between the request and now; a wrong clock is not believed."""
    return said if said is not None and request.recorded_at <= said <= at else at


def _raise_flags(
    scale: Instrument, row: ItemAnswer, before: int | None, *, anew: bool, by: Actor, at: datetime
) -> bool:
    """Open the tasks of what the answers so far raise for certain; whether one is about death or self-harm. `anew` opens
    the one of that again though the form had opened it before.

    A rule about a missing answer counts only for a question that was left out, not for one that is still to come.
    """
    given = {item: each.value for item, each in answered_items(row.request, scale.id).items()}
    earlier = form_before(row.patient, scale.id)
    result = score(scale, given, earlier=earlier.answers if earlier else None, risk_before=before)
    flags = [flag for flag in result.flags if not flag.item or flag.item in given]
    tasks = open_flags(flags, scale=scale, row=row, anew=anew, by=by, at=at)
    risky = scale.risk_item is not None and row.item == scale.risk_item.item
    return risky and bool(tasks)


def _complete(
    request: ScaleRequest, scale: Instrument, rows: dict[str, ItemAnswer], *, by: Actor, at: datetime
) -> Recorded:
    patient = request.patient
    batch = Batch([patient], clinic=patient.clinic, today=clock.day_of(patient.clinic, at))
    return record_form(
        patient=patient,
        instrument_id=scale.id,
        answers={item: row.value for item, row in rows.items()},
        taken=clock.day_of(patient.clinic, max(row.written_at for row in rows.values())),
        answered_by=ANSWERED_BY,
        sex=facts_of(patient, batch).person.sex,
        request=request,
        by=by,
        at=at,
    )
