"""The rows of a session. All are only added."""

from tenuto.clinic.infusion.models.chart import ChartEntry, SessionEnd
from tenuto.clinic.infusion.models.session import (
    DischargeSignature,
    ReadinessAnswer,
    SecondReading,
    Session,
    StartRelease,
)

__all__ = [
    "ChartEntry",
    "DischargeSignature",
    "ReadinessAnswer",
    "SecondReading",
    "Session",
    "SessionEnd",
    "StartRelease",
]
