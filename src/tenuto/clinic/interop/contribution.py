"""The way in of a patient whom another system knows, and the way out of a patient's scores."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, PatientLink

CONTRIBUTION = Contribution(
    room="interop",
    ways_in=("interop/drop.html",),
    links=(PatientLink("Scores as a FHIR file", "interop:scores"),),
)
