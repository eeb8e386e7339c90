"""An infusion, and an end of a course, out of its row."""

from __future__ import annotations

from tenuto.clinic.course.models import CourseEnding, InfusionReport
from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.units import Mg, MgPerKg, Minutes

__all__ = ["ending_fact", "given_in"]


def given_in(row: InfusionReport) -> GivenInfusion:
    """What the row says was given, and how it was borne."""
    return GivenInfusion(
        row.given_on,
        mass=Mg(row.dose_mg.normalize()),
        dose=MgPerKg(row.dose_mg_per_kg),
        minutes=Minutes(row.minutes),
        tolerability=Tolerability(
            worst_event_grade=row.worst_grade,
            open_event_grade=row.open_grade,
            blood_pressure_alert=row.pressure_alert,
            deepest_sedation=row.deepest_sedation,
            effects=tuple(row.effects),
        ),
    )


def ending_fact(row: CourseEnding) -> EndingFact:
    """What the row says was decided about the end of a series."""
    return EndingFact(
        str(row.pk), EndingKind(row.kind), row.decided_on, str(row.series), row.event_number,
        tuple(row.intervals_days), row.follow_up_by,
    )  # fmt: skip
