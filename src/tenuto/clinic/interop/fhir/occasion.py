"""When an Observation was made, and what its sender says of all its values: stated, taken back, not final."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from tenuto.clinic.interop.fhir.elements import Element, Moment, Remarks, read_moment
from tenuto.clinic.interop.fhir.quantity import shown

__all__ = ["When", "occasion_of"]

_EFFECTIVE = re.compile("effective[A-Z]")


@dataclass(frozen=True, slots=True)
class When:
    """The earliest day that it can have been, with what the sender says of every value."""

    day: date | None
    minute: str
    at: datetime | None = None
    latest: date | None = None
    """The latest day that it can have been."""
    stated: bool = False
    """Nobody measured it: so the sender says beside the value."""
    taken_back: str = ""
    """The note by which somebody takes the value back."""
    doubt: str = ""
    """Why nobody can rely on its values: a status that is not final, a date that is no day."""


def occasion_of(observation: Element, remarks: Remarks) -> When:
    """When an Observation was made; a date that says two things, or is no day, is a doubt."""
    times = [name for name in observation.raw if _EFFECTIVE.match(name)]
    twice = len(times) > 1
    if twice:
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
    if moment is None:
        return When(None, "")
    # The earliest day that it can mean: a measurement never looks newer than it is.
    return When(moment.earliest, moment.minute, moment.at, moment.latest, doubt=_doubt(moment, twice=twice))


def _doubt(moment: Moment, *, twice: bool) -> str:
    if twice:
        return "is dated twice"
    if moment.exact:
        return ""
    whole_year = (moment.latest - moment.earliest).days > _LONGEST_MONTH
    return f"at the latest is dated with {'a year' if whole_year else 'a month'} only"


_LONGEST_MONTH = 31
