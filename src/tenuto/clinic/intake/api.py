"""The door of intake: what later stages may know of it, and the verbs of other rooms."""

from __future__ import annotations

from tenuto.clinic.intake.alerts import alerts_of
from tenuto.clinic.intake.grounds import GROUNDS
from tenuto.clinic.intake.pages import page_of
from tenuto.clinic.intake.services import (
    Received,
    RecordSource,
    decide,
    receive,
    record_enquiry,
    register_enquirer,
    whose,
)
from tenuto.clinic.intake.services.enquiries import Enquiring
from tenuto.clinic.intake.services.tests import ask_for_test
from tenuto.clinic.intake.state import (
    DecisionRow,
    IntakeState,
    KnownFacts,
    batch_with,
    current,
    digest_of,
    policy_of,
    states,
)

__all__ = [
    "GROUNDS",
    "DecisionRow",
    "Enquiring",
    "IntakeState",
    "KnownFacts",
    "Received",
    "RecordSource",
    "alerts_of",
    "ask_for_test",
    "batch_with",
    "current",
    "decide",
    "digest_of",
    "page_of",
    "policy_of",
    "receive",
    "record_enquiry",
    "register_enquirer",
    "states",
    "whose",
]
