"""The versions of one patient's plan together: where each stands, and which one is in force."""

from __future__ import annotations

from collections.abc import Sequence

from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.status import Status, status_of

__all__ = ["in_force", "standing", "standings"]


def standings(versions: Sequence[PlanVersion]) -> dict[PlanVersion, Status]:
    """The status of each version. Give all versions of the patient, in any order, with what was done to them."""
    return {version: standing(version, versions) for version in versions}


def standing(version: PlanVersion, versions: Sequence[PlanVersion]) -> Status:
    """The status of one version among all of the patient."""
    later = [other for other in versions if other.number > version.number]
    return status_of(
        signed=hasattr(version, "signature"),
        withdrawn=hasattr(version, "withdrawal"),
        later_signed=any(hasattr(other, "signature") for other in later),
        later_drafted=bool(later),
    )


def in_force(versions: Sequence[PlanVersion]) -> PlanVersion | None:
    """The one signed version that counts, or None."""
    return next((v for v in versions if standing(v, versions) is Status.SIGNED), None)
