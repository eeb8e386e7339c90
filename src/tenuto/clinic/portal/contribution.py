"""What the patients' own pages add to the main menu of staff."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (MenuEntry(key="leaflets", label="Leaflets", route="portal:leaflets", rank=40),)

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
