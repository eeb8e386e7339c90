"""What the signed versions of a plan say of the course, handed over to the rooms below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.plan.models import PlanVersion
from tenuto.clinic.plan.versions import in_force, versions_in
from tenuto.core.course.facts import SignedCourse
from tenuto.core.plan.signed_course import signed_course

__all__ = ["courses_of", "signed_courses"]


def signed_courses(batch: Batch) -> Mapping[UUID, Sequence[SignedCourse]]:
    """The signed versions of each patient who has one. One query beside that for the versions."""
    own = batch.once(versions_in)
    short = [
        version.pk
        for rows in own.values()
        for version in rows
        if hasattr(version, "signature") and "content_json" in version.get_deferred_fields()
    ]
    whole = PlanVersion.objects.only("content_json").in_bulk(short) if short else {}
    found = {patient: courses_of(rows, whole) for patient, rows in own.items()}
    return {patient: courses for patient, courses in found.items() if courses}


def courses_of(
    versions: Sequence[PlanVersion], whole: Mapping[UUID, PlanVersion] | None = None
) -> tuple[SignedCourse, ...]:
    """The signed ones among all versions of one patient; `whole` holds what a list has left out of them."""
    force = in_force(versions)
    kept = whole or {}
    courses = (
        signed_course(
            kept.get(version.pk, version).order,
            version=str(version.pk),
            number=version.number,
            series=str(version.series),
            in_force=version is force,
        )
        for version in versions
        if hasattr(version, "signature")
    )
    return tuple(course for course in courses if course is not None)
