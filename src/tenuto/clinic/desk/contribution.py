"""What the desk adds to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import Entry

NAVIGATION = (
    Entry(key="worklist", label="Worklist", route="desk:worklist", rank=10, verb="patient.search"),
    Entry(key="patients", label="Patients", route="desk:patients", rank=20, verb="patient.search", home=True),
)
