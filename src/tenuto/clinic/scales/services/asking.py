"""Asking a patient to answer scales, by link on their own phone or on a tablet in the clinic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.actors import Actor
from tenuto.clinic.links import api as links
from tenuto.clinic.people.identity import has_number
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.ports.api import on_call
from tenuto.clinic.scales.models import ItemAnswer, ScaleRequest
from tenuto.core.outcomes.due import AskingPlace
from tenuto.core.scales.answers import applies
from tenuto.core.scales.definition import Item, Rater, Tier
from tenuto.core.scales.reading import instrument

__all__ = [
    "PURPOSE",
    "OpenQuestion",
    "SentRequest",
    "ask_by_link",
    "by_phone",
    "held_back",
    "left",
    "open_questions",
    "request_of",
]

PURPOSE = "scales"


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request, and the token of its link."""

    request: ScaleRequest
    token: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One question that waits for an answer."""

    instrument: str
    item: Item


def by_phone(instrument_id: str) -> bool:
    """True for what patients answer by themselves and whose words may be shown: not a bare score, not a rating."""
    scale = instrument(instrument_id)
    return scale.rater is Rater.SELF and scale.tier is not Tier.SCORE_ONLY


@transaction.atomic
def ask_by_link(
    *,
    patient: Patient,
    instruments: Sequence[str],
    expires: datetime,
    place: AskingPlace = AskingPlace.LINK,
    occasions: Sequence[str] = (),
    by: Actor,
    at: datetime,
) -> SentRequest:
    """Make a link for some scales, in the order given. Raises ValueError when one can't be asked this way or none is.

    A scale that asks about death or self-harm is asked away from the clinic only while somebody is on call, and of
    whom a phone number is on record: an alarming answer is answered by a call (hazard H18).
    """
    wanted = list(dict.fromkeys(instruments))
    if not wanted:
        raise ValueError("Choose at least one scale.")
    for name in wanted:
        if not by_phone(name):
            raise ValueError(f"{instrument(name).title} can't be answered by link. Ask it in the clinic.")
    if refused := held_back(wanted, place=place, clinic=patient.clinic, at=at):
        title = instrument(refused[0]).title
        raise ValueError(
            f"{title} asks about thoughts of death, and nobody is on call now. Put somebody on call, or ask it on the "
            "tablet in the clinic."
        )
    if place is AskingPlace.LINK and (risky := _risky(wanted)) and not has_number(patient):
        raise ValueError(
            f"{instrument(risky[0]).title} asks about thoughts of death, and no phone number of the patient is on record, "
            "so that nobody could call about an answer. Record a number under Person, or ask it on the tablet in the clinic."
        )
    issued = links.issue(patient=patient, purpose=PURPOSE, expires=expires, single_use=False, by=by, at=at)
    row = ScaleRequest(
        patient=patient, link=issued.link, instruments=wanted, place=place, occasions=list(occasions)
    )
    keep(row, action="asked for scales by link", by=by, at=at, detail={"instruments": wanted, "place": place})
    return SentRequest(row, issued.token)


def held_back(
    instruments: Sequence[str], *, place: AskingPlace, clinic: Clinic, at: datetime
) -> tuple[str, ...]:
    """Which of the scales wait until staff are beside the person, or somebody is on call (hazard H18)."""
    if place is AskingPlace.CHAIR:
        return ()
    risky = _risky(instruments)
    return risky if risky and not on_call(clinic.pk, at=at) else ()


def _risky(instruments: Sequence[str]) -> tuple[str, ...]:
    """Which of the scales ask about death or self-harm."""
    return tuple(name for name in instruments if instrument(name).risk_item is not None)


def request_of(visit: links.OpenedLink) -> ScaleRequest:
    """What a visitor was asked."""
    return ScaleRequest.objects.get(link=visit.link_id)


def reported_risk(request: ScaleRequest) -> bool:
    """Whether thoughts of death or self-harm were reported in the answers to a request. One query."""
    return any(
        (question := instrument(row.instrument).risk_item) is not None
        and row.item == question.item
        and row.value is not None
        and row.value >= question.reported_from
        for row in ItemAnswer.objects.filter(request=request)
    )


def left(request: ScaleRequest) -> list[str]:
    """The instruments of a request that wait for an answer, in order."""
    done = set(request.forms.values_list("instrument", flat=True))
    return [name for name in request.instruments if name not in done]


def answered_items(request: ScaleRequest, instrument_id: str) -> dict[str, ItemAnswer]:
    """The newest answer to each question of a scale that was answered so far, by item."""
    rows = request.item_answers.filter(instrument=instrument_id).order_by("event_number", "id")
    return {row.item: row for row in rows}


def unanswered(instrument_id: str, given: Mapping[str, int | None]) -> list[Item]:
    """The questions of a scale that apply and were neither answered nor left out, in order."""
    known = {item: value for item, value in given.items() if value is not None}
    return [item for item in instrument(instrument_id).items if item.id not in given and applies(item, known)]


def open_questions(request: ScaleRequest, *, at: datetime) -> list[OpenQuestion]:
    """The questions that wait for the patient at this moment, in order."""
    waiting = left(request)
    back = held_back(waiting, place=AskingPlace(request.place), clinic=request.patient.clinic, at=at)
    given: dict[str, dict[str, int | None]] = {name: {} for name in waiting}
    for row in request.item_answers.filter(instrument__in=waiting).order_by("event_number", "id"):
        given[row.instrument][row.item] = row.value
    return [
        OpenQuestion(name, item)
        for name in waiting
        if name not in back
        for item in unanswered(name, given[name])
    ]
