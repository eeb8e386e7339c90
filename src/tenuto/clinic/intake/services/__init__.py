"""The verbs of intake. Each is one transaction with its audit event."""

from __future__ import annotations

from tenuto.clinic.intake.services.consents import sign_consent, withdraw_consent
from tenuto.clinic.intake.services.decisions import DecisionRefused, DecisionUnreasoned, decide
from tenuto.clinic.intake.services.enquiries import close_enquiry, record_enquiry, register_enquirer
from tenuto.clinic.intake.services.history import Conflict, SaveResult, save_step
from tenuto.clinic.intake.services.measurements import Value, record_reading
from tenuto.clinic.intake.services.receiving import (
    NAMELESS,
    Received,
    RecordSource,
    receive,
    whose,
)
from tenuto.clinic.intake.services.striking import strike_reading
from tenuto.clinic.intake.services.tests import record_test

__all__ = [
    "NAMELESS",
    "Conflict",
    "DecisionRefused",
    "DecisionUnreasoned",
    "Received",
    "RecordSource",
    "SaveResult",
    "Value",
    "close_enquiry",
    "decide",
    "receive",
    "record_enquiry",
    "record_reading",
    "record_test",
    "register_enquirer",
    "save_step",
    "sign_consent",
    "strike_reading",
    "whose",
    "withdraw_consent",
]
