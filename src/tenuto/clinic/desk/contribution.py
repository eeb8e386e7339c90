"""What the desk adds to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (
    MenuEntry(key="worklist", label="Worklist", route="desk:worklist", rank=10, verb="patient.search"),
    MenuEntry(key="today", label="Today", route="desk:today", rank=15, verb="patient.search"),
    MenuEntry(
        key="patients",
        label="Patients",
        route="desk:patients",
        rank=20,
        verb="patient.search",
        home=True,
        search=True,
    ),
)
