"""What the infusion adds to the pages of a patient: its own page, behind its stage on the spine.

What was given is said on the spine by the course, which every session hands over to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from tenuto.clinic.accounts import clock
from tenuto.clinic.infusion.services.asking import asked_now
from tenuto.clinic.infusion.services.leaving import LEFT, NEXT_DAY
from tenuto.clinic.pathway.api import Batch, Contribution, Place, TaskPlace
from tenuto.core.literature.tasks import task_kind

__all__ = ["CONTRIBUTION"]


def places(_: Batch) -> Mapping[UUID, Place]:
    """Nothing of its own: a session is of one day, and lists are not asked for it."""
    return {}


def alerts(batch: Batch) -> Mapping[UUID, Sequence[str]]:
    """Of whoever has a session near the day of the batch: an emergency, and the reminders of pause or stop that nobody has answered."""
    return asked_now(batch.clinic, batch.patients, clock.instant())


CONTRIBUTION = Contribution(
    room="infusion",
    page="infusion:page",
    places=places,
    alerts=alerts,
    patient_urls="tenuto.clinic.infusion.urls",
    clinic_urls="tenuto.clinic.infusion.clinic_urls",
    tasks={
        NEXT_DAY: TaskPlace(task_kind(NEXT_DAY).title, "Call the patient", "infusion:recovery"),
        LEFT: TaskPlace(task_kind(LEFT).title, "Call the patient", "infusion:recovery"),
    },
)
