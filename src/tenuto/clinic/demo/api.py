"""What the command line may do with the demonstration."""

from __future__ import annotations

from tenuto.clinic.demo.forward import LONGEST_DAYS, LONGEST_MINUTES, forward, forward_minutes
from tenuto.clinic.demo.refused import ProductionRefused
from tenuto.clinic.demo.staff import TEACHING_CLINIC

__all__ = [
    "LONGEST_DAYS",
    "LONGEST_MINUTES",
    "TEACHING_CLINIC",
    "ProductionRefused",
    "forward",
    "forward_minutes",
]
