"""Answering scales about a patient."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from tenuto.clinic.links import api as links
from tenuto.clinic.scales.services import GivenAnswer, answer_question, record_form
from tenuto.core.scales.reading import instrument
from tests.clinic.conftest import NOW


def answer_one(request, name, item, value, *, at=NOW, client=None, written=None):
    """One answer of a request, as a phone sends it."""
    visit = links.OpenedLink(request.link_id, request.patient, "scales", NOW + timedelta(days=1))
    given = GivenAnswer(client or uuid4(), name, item, value, written)
    return answer_question(visit=visit, answer=given, at=at)


def post_one(phone, name, item, value, **more):
    """One answer, as the page without a script sends it."""
    sent = {"client": str(uuid4()), "instrument": name, "item": item, "value": value, **more}
    return phone.post("/today/answer/", sent)


def post_all(phone, name, **changed):
    """Every question of a scale answered with its first answer, except those that `changed` names; the last response."""
    last = None
    for item in instrument(name).items:
        last = post_one(phone, name, item.id, changed.get(f"q{item.id}", str(item.options[0].value)))
    return last


def phq9(patient, by, *values, at=NOW, taken=None):
    """Record a PHQ-9 with nine answers."""
    answers = {str(n): value for n, value in enumerate(values, 1)}
    return record_form(
        patient=patient,
        instrument_id="phq9",
        answers=answers,
        taken=taken or at.date(),
        answered_by="patient",
        by=by,
        at=at,
    )
