"""What the signed plan says of each visit: how long it takes, and how many a week there may be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tenuto.clinic.booking.services.week import week_of
from tenuto.clinic.course.api import accounts
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.people.models import Patient
from tenuto.core.course.facts import SignedCourse
from tenuto.core.scheduling.period import VisitProfile

__all__ = ["PlanRules", "plan_rules", "profile_under"]


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What holds of a patient's infusion visits, whoever books them."""

    profile: VisitProfile
    most_a_week: int | None
    had: tuple[date, ...]
    """The days of all infusions on record."""


def plan_rules(patient: Patient, *, on: date) -> PlanRules:
    """The rules of the version in force, with what the clinic's week says of preparation and turnover.

    `on` is the last day that is asked about: infusions on record up to then count.
    Without a plan in force the visit is as long as the week says. Raises BookingRefused where no week is set up.
    """
    account = accounts(Batch([patient], clinic=patient.clinic, today=on)).get(patient.pk)
    signed = account.signed if account else None
    return PlanRules(
        profile_under(week_of(patient.clinic).profile, signed),
        signed.per_week_max if signed else None,
        account.infused if account else (),
    )


def profile_under(usual: VisitProfile, signed: SignedCourse | None) -> VisitProfile:
    """As long as the plan infuses, and observed as long as the clinic or the protocol asks, whichever is longer."""
    if signed is None:
        return usual
    return replace(
        usual,
        infuse_minutes=signed.infusion_minutes or usual.infuse_minutes,
        observe_minutes=max(usual.observe_minutes, signed.observe_minutes),
    )
