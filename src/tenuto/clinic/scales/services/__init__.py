"""The verbs of scales. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.scales.services.answering import (
    GivenAnswer,
    TakenAnswer,
    answer_question,
    close_unfinished,
)
from tenuto.clinic.scales.services.asking import SentRequest, ask_by_link
from tenuto.clinic.scales.services.calling import record_call
from tenuto.clinic.scales.services.recording import Recorded, record_form
from tenuto.clinic.scales.services.striking import StrikeRefused, strike_form
from tenuto.clinic.scales.services.triage import record_triage

__all__ = [
    "GivenAnswer",
    "Recorded",
    "SentRequest",
    "StrikeRefused",
    "TakenAnswer",
    "answer_question",
    "ask_by_link",
    "close_unfinished",
    "record_call",
    "record_form",
    "record_triage",
    "strike_form",
]
