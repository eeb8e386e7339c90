"""What the battery needs of a course, from its account."""

from __future__ import annotations

from tenuto.core.course.account import CourseAccount
from tenuto.core.literature.maintenance import MaintenanceKind, maintenance_rule
from tenuto.core.outcomes.occasions import AskingCourse

__all__ = ["asking_course"]


def asking_course(account: CourseAccount) -> AskingCourse | None:
    """The course as the battery asks about it; None before a plan is signed.

    A planned day that has passed without its infusion counts no more, and one that only a review adds counts once given.
    The interval of maintenance is the shortest of the signed rule, so that nobody is asked after the infusion that a
    score should decide.
    """
    signed = account.signed
    if signed is None:
        return None
    number = len(account.given)
    rule = maintenance_rule(signed.maintenance)
    shortest = rule.interval_days_min if rule.kind is MaintenanceKind.INTERVAL else None
    return AskingCourse(
        given=tuple(each.on for each in account.given),
        planned=tuple(
            day.on for day in signed.days if day.n > number and not day.optional and day.on >= account.as_of
        ),
        induction=signed.infusions,
        conditions=frozenset({signed.condition}),
        interval_days=shortest.value if shortest else None,
    )
