"""The versions of one patient's plan together: where each stands, and which one is in force."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.status import Status, status_of

__all__ = ["in_force", "standing", "standings", "versions_in"]


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


def versions_in(batch: Batch) -> Mapping[UUID, Sequence[PlanVersion]]:
    """All versions of each patient's plan, the newest first, with what was done to each. One query."""
    rows = PlanVersion.objects.filter(patient__in=[patient.pk for patient in batch.patients])
    found: dict[UUID, list[PlanVersion]] = defaultdict(list)
    for row in (
        rows.defer("content_json", "document_json", "facts_json")
        .select_related("signature", "withdrawal")
        .order_by("-number")
    ):
        found[row.patient_id].append(row)
    return found
