"""An infusion that was given: the one type that every stage reads and hands over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenuto.core.units import Mg, MgPerKg, Minutes

__all__ = ["CourseError", "GivenInfusion", "Tolerability"]

_GRADES = range(6)
_MOAAS = range(6)


class CourseError(ValueError):
    """What is said of a course can't be so; the message names the value and the fix."""


@dataclass(frozen=True, slots=True)
class Tolerability:
    """How an infusion was borne. Raises CourseError for a grade that does not exist, or one that contradicts another."""

    worst_event_grade: int
    """0 (nothing) to 5."""
    open_event_grade: int
    """The worst event that a prescriber has not yet closed."""
    blood_pressure_alert: bool
    deepest_sedation: int | None
    """The lowest MOAA/S, 5 when awake; None when it was not recorded."""
    effects: tuple[str, ...] = ()
    """Ids of what troubled the patient."""

    def __post_init__(self) -> None:
        for grade in (self.worst_event_grade, self.open_event_grade):
            if grade not in _GRADES:
                raise CourseError(f"{grade} is no grade of an event. Use 0 (nothing) to 5.")
        if self.open_event_grade > self.worst_event_grade:
            raise CourseError(
                "An event that is still open can't be worse than the worst one. Correct the grades."
            )
        if self.deepest_sedation is not None and self.deepest_sedation not in _MOAAS:
            raise CourseError(f"{self.deepest_sedation} is no MOAA/S level. Use 0 to 5; 5 is awake.")


@dataclass(frozen=True, slots=True)
class GivenInfusion:
    """An infusion on its date. What is not known is None, never zero.

    `mass` is what went in, mg of ketamine base; `dose` the same for each kg of the dosing weight. A chart tells the
    mass, a history from elsewhere often the dose alone; one of both must be known. Raises CourseError when neither is.
    """

    on: date
    mass: Mg | None = None
    dose: MgPerKg | None = None
    minutes: Minutes | None = None
    tolerability: Tolerability | None = None

    def __post_init__(self) -> None:
        if self.mass is None and self.dose is None:
            raise CourseError(f"The infusion on {self.on} has no dose. Give it in mg or in mg/kg.")
