"""The rows of a session. All are only added."""

from tenuto.clinic.infusion.models.chart import ChartEntry, SessionEnd
from tenuto.clinic.infusion.models.session import ReadinessAnswer, SecondReading, Session, StartRelease

__all__ = ["ChartEntry", "ReadinessAnswer", "SecondReading", "Session", "SessionEnd", "StartRelease"]
