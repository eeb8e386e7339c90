"""Asking a patient by link to answer scales, and taking the answers in (hazard H18: an alarming one has its task at once)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.links import api as links
from tenuto.clinic.pathway.api import Batch, facts_of
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.recording import keep
from tenuto.clinic.scales.models import ScaleForm, ScaleRequest
from tenuto.clinic.scales.services.recording import Recorded, record_form
from tenuto.core.scales.definition import Rater, Tier
from tenuto.core.scales.reading import instrument

__all__ = [
    "PURPOSE",
    "AlreadyAnswered",
    "SentRequest",
    "answer_by_link",
    "ask_by_link",
    "by_phone",
    "left",
    "request_of",
]

PURPOSE = "scales"
ANSWERED_BY = "link"


class AlreadyAnswered(Exception):
    """These questions were answered through the same link before, perhaps in another window. Nothing was written."""


@dataclass(frozen=True, slots=True)
class SentRequest:
    """A request, and the token of its link, which is told once and not kept."""

    request: ScaleRequest
    token: str


def by_phone(instrument_id: str) -> bool:
    """True for what patients answer by themselves and whose words may be shown: not a bare score, not a rating."""
    scale = instrument(instrument_id)
    return scale.rater is Rater.SELF and scale.tier is not Tier.SCORE_ONLY


@transaction.atomic
def ask_by_link(
    *, patient: Patient, instruments: Sequence[str], expires: datetime, by: Staff, at: datetime
) -> SentRequest:
    """Make a link for some scales, in the order given. Raises ValueError when one can't be asked this way or none is."""
    wanted = list(dict.fromkeys(instruments))
    if not wanted:
        raise ValueError("Choose at least one scale.")
    for name in wanted:
        if not by_phone(name):
            raise ValueError(f"{instrument(name).title} can't be answered by link. Ask it in the clinic.")
    issued = links.issue(patient=patient, purpose=PURPOSE, expires=expires, single_use=False, by=by, at=at)
    row = ScaleRequest(patient=patient, link=issued.link, instruments=wanted)
    keep(row, action="asked for scales by link", by=by, at=at, detail={"instruments": wanted})
    return SentRequest(row, issued.token)


def request_of(visit: links.OpenedLink) -> ScaleRequest:
    """What a visitor was asked."""
    return ScaleRequest.objects.get(link=visit.link_id)


def left(request: ScaleRequest) -> list[str]:
    """The instruments of a request that wait for an answer, in order."""
    done = set(request.forms.values_list("instrument", flat=True))
    return [name for name in request.instruments if name not in done]


@transaction.atomic
def answer_by_link(
    *, visit: links.OpenedLink, instrument_id: str, answers: Mapping[str, int | None], at: datetime
) -> Recorded:
    """Keep what the patient answered. The last answer of a request uses its link up. Raises `AlreadyAnswered`."""
    request = request_of(visit)
    if instrument_id not in left(request):
        raise AlreadyAnswered(instrument_id)
    try:
        with transaction.atomic():
            recorded = record_form(
                patient=visit.patient,
                instrument_id=instrument_id,
                answers=answers,
                taken=clock.day_of(visit.patient.clinic, at),
                answered_by=ANSWERED_BY,
                sex=facts_of(visit.patient, Batch.of(visit.patient)).person.sex,
                request=request,
                by=visit.visitor,
                at=at,
            )
    except IntegrityError as twice:
        if not ScaleForm.objects.filter(request=request, instrument=instrument_id).exists():
            raise
        raise AlreadyAnswered(instrument_id) from twice
    if not left(request):
        links.close(visit, at=at)
    return recorded
