"""From when until when a part of a record holds."""

from __future__ import annotations

from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks

__all__ = ["in_use"]


def in_use(part: Element, as_of: date, remarks: Remarks) -> bool:
    """Whether the period of a name or number holds today; without a period it does."""
    period = part.one("period")
    start, end = (period.moment("start", remarks), period.moment("end", remarks)) if period else (None, None)
    return (start is None or start.earliest <= as_of) and (end is None or as_of <= end.latest)
