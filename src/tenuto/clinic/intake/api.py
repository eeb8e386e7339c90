"""The door of intake: what later stages may know of it, and the verbs of other rooms."""

from __future__ import annotations

from tenuto.clinic.intake.alerts import alerts_of
from tenuto.clinic.intake.decided import decided_on, not_suitable, with_decision
from tenuto.clinic.intake.grounds import GROUNDS
from tenuto.clinic.intake.pages import page_of
from tenuto.clinic.intake.services import (
    Received,
    RecordSource,
    Value,
    decide,
    receive,
    record_enquiry,
    record_reading,
    record_test,
    register_enquirer,
    whose,
)
from tenuto.clinic.intake.services.enquiries import Enquiring
from tenuto.clinic.intake.services.open_risks import open_missing_task
from tenuto.clinic.intake.services.striking import struck_readings
from tenuto.clinic.intake.services.tests import ask_for_test
from tenuto.clinic.intake.services.to_dos import open_to_dos
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
    "Value",
    "alerts_of",
    "ask_for_test",
    "batch_with",
    "current",
    "decide",
    "decided_on",
    "digest_of",
    "not_suitable",
    "open_missing_task",
    "open_to_dos",
    "page_of",
    "policy_of",
    "receive",
    "record_enquiry",
    "record_reading",
    "record_test",
    "register_enquirer",
    "states",
    "struck_readings",
    "whose",
    "with_decision",
]
