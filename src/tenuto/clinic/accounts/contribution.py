"""What accounts add to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (MenuEntry(key="staff", label="Staff", route="accounts:staff", rank=80),)
