"""When an Observation was made, and what its sender says of all its values: stated, taken back, not final."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from tenuto.clinic.interop.fhir.elements import Element, Remarks, read_moment
from tenuto.clinic.interop.fhir.quantity import shown

__all__ = ["When", "occasion_of"]

_EFFECTIVE = re.compile("effective[A-Z]")


@dataclass(frozen=True, slots=True)
class When:
    day: date | None
    minute: str
    at: datetime | None = None
    stated: bool = False
    """Nobody measured it: so the sender says beside the value."""
    taken_back: str = ""
    """The note by which somebody takes the value back."""
    status: str = ""
    """Its status, where that is not final."""


def occasion_of(observation: Element, remarks: Remarks) -> When:
    times = [name for name in observation.raw if _EFFECTIVE.match(name)]
    if len(times) > 1:
        sent = " and ".join(f"“{shown(observation.raw[name])}”" for name in times)
        remarks.add(
            f"{observation.where} is dated twice: {sent}. The earlier counts until then. Find out when it was."
        )
    period, timing = observation.one("effectivePeriod"), observation.one("effectiveTiming")
    told = (
        observation.moment("effectiveDateTime", remarks),
        observation.moment("effectiveInstant", remarks),
        period.moment("start", remarks) if period else None,
    )
    moment = min((each for each in told if each), key=lambda each: each.earliest, default=None)
    if moment is None and timing is not None:
        events = [read_moment(text, remarks.zone) for text in timing.texts("event")]
        moment = min((e for e in events if e), key=lambda e: e.earliest, default=None)
    # The earliest day that it can mean: a measurement never looks newer than it is.
    return When(moment.earliest, moment.minute, moment.at) if moment else When(None, "")
