"""What arrives in intake. Every table is append-only: a correction is a further row, and the old one stays."""

from __future__ import annotations

from tenuto.clinic.intake.models.consent import ConsentSigned, ConsentWithdrawn
from tenuto.clinic.intake.models.decision import Decision
from tenuto.clinic.intake.models.enquiry import Enquiry, EnquiryEnd
from tenuto.clinic.intake.models.facts import IntakeRecord, ResultStruck, StepSave, TestResult
from tenuto.clinic.intake.models.measured import Measured, ReadingStruck

__all__ = [
    "ConsentSigned",
    "ConsentWithdrawn",
    "Decision",
    "Enquiry",
    "EnquiryEnd",
    "IntakeRecord",
    "Measured",
    "ReadingStruck",
    "ResultStruck",
    "StepSave",
    "TestResult",
]
