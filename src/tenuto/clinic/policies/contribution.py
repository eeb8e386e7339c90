"""What the clinic's policy adds to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (
    MenuEntry(key="policy", label="Policy", route="policies:overview", rank=50),
    MenuEntry(key="protocols", label="Protocols", route="policies:protocols", rank=60),
)
