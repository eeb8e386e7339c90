"""What weighs against an infusion on a day: the exposure that it would bring, and the long-term checks that wait by then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tenuto.clinic.ui.words import count, long_day
from tenuto.core.course.exposure import infusions_up_to
from tenuto.core.outcomes.safety_clock import CheckState, SafetyCheck

__all__ = ["Counterweight", "counterweight"]

MARKS = {
    CheckState.DUE: ("due", "Due"),
    CheckState.LATE: ("review", "Late: REVIEW"),
    CheckState.HELD: ("block", "Held"),
}


@dataclass(frozen=True, slots=True)
class Counterweight:
    """Beside the decision on the date."""

    day: str
    shorter: str
    """By how much the day is before the proposed one; empty when it is not."""
    exposure: tuple[tuple[str, str], ...]
    checks: tuple[tuple[str, str, str], ...]
    """Mark, word and sentence of each check that waits by that day."""


def counterweight(
    on: date, proposed: date | None, infused: Sequence[date], checks: Sequence[SafetyCheck]
) -> Counterweight:
    """checks: as they would stand on that day, with an infusion on it."""
    before = (proposed - on).days if proposed is not None and on < proposed else 0
    waiting = [each for each in checks if each.state is not CheckState.NOT_DUE]
    return Counterweight(
        day=long_day(on),
        shorter=f"{count(before, 'day')} before the proposed day" if before else "",
        exposure=tuple(
            (f"In {window} days" if window else "On record", count(n, "infusion"))
            for window, n in infusions_up_to(on, infused).items()
        ),
        checks=tuple(
            (*MARKS[each.state], f"{each.rule.title}, due {long_day(each.due)}") for each in waiting
        ),
    )
