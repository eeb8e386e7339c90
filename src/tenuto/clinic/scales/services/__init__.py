"""The verbs of scales. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.scales.services.asking import AlreadyAnswered, SentRequest, answer_by_link, ask_by_link
from tenuto.clinic.scales.services.recording import Recorded, record_form
from tenuto.clinic.scales.services.triage import record_triage

__all__ = [
    "AlreadyAnswered",
    "Recorded",
    "SentRequest",
    "answer_by_link",
    "ask_by_link",
    "record_form",
    "record_triage",
]
