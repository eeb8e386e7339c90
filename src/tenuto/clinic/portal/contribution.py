"""What the patients' own pages add to the main menu of staff."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, TaskPlace
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.core.literature.tasks import OWN_WORDS, task_kind

NAVIGATION = (
    MenuEntry(key="scores", label="Scores", route="portal:scores", rank=35, verb="patient.search"),
    MenuEntry(key="leaflets", label="Leaflets", route="portal:leaflets", rank=40),
)

READING = (
    MenuEntry(
        key="how_long",
        label="How long the effect lasts, and how often infusions follow",
        route="portal:leaflet",
        argument="how-long-how-often",
        rank=10,
    ),
    MenuEntry(
        key="leaflets", label="All leaflets: before, during and after", route="portal:leaflets", rank=20
    ),
)

CONTRIBUTION = Contribution(
    room="portal",
    tasks={OWN_WORDS: TaskPlace(task_kind(OWN_WORDS).title, "Read and call", "scales:scales")},
)
