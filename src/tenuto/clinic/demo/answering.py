"""Invented patients answer what is due, question by question, by the services of the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.links.api import OpenedLink
from tenuto.clinic.people.identity import prefer_contact
from tenuto.clinic.people.models import Channel, Patient
from tenuto.clinic.scales.api import GivenAnswer, SentRequest, answer_question, ask_by_link
from tenuto.core.scales.reading import instrument

__all__ = ["answer_before_the_first_infusion"]

ASKED = ("phq9", "gad7", "urinary_check", "daily_mood")
ANSWERS = ((2, 3, 2, 2, 1, 2, 2, 1, 0, 2), (3, 3, 2, 3, 2, 2, 1, 1, 0, 2), (2, 2, 1, 2, 1, 2, 1, 1, 0, 1))
"""What is answered, by the place of the question; nobody of these has thoughts of death."""
LAZY = 4
"""Every so many does not answer: nobody's clinic is complete."""


def answer_before_the_first_infusion(
    patient: Patient, number: int, *, by: Staff, at: datetime
) -> SentRequest | None:
    """Say how one is written to, be asked, and answer; None for who does not."""
    prefer_contact(patient=patient, channel=Channel.SMS, allowed=True, address="000 0000", by=by, at=at)
    if number % LAZY == LAZY - 1:
        return None
    sent = ask_by_link(patient=patient, instruments=ASKED, expires=at + timedelta(days=3), by=by, at=at)
    _answer(sent, ANSWERS[number % len(ANSWERS)], at=at + timedelta(minutes=40))
    return sent


def _answer(sent: SentRequest, values: Sequence[int], *, at: datetime) -> None:
    request = sent.request
    visit = OpenedLink(request.link_id, request.patient, request.link.purpose, request.link.expires_at)
    for name in request.instruments:
        for place, item in enumerate(instrument(name).items):
            options = item.options
            chosen = options[min(values[place], len(options) - 1)] if name != "urinary_check" else options[0]
            client = uuid5(NAMESPACE_URL, f"{request.pk}/{name}/{item.id}")
            answer_question(visit=visit, answer=GivenAnswer(client, name, item.id, chosen.value, at), at=at)
