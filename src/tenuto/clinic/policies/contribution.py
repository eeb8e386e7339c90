"""What the clinic's policy adds to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import Entry

NAVIGATION = (
    Entry(key="policy", label="Policy", route="policies:overview", rank=50),
    Entry(key="protocols", label="Protocols", route="policies:protocols", rank=60),
)
