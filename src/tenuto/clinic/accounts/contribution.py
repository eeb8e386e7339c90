"""What accounts add to the main menu."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import Entry

NAVIGATION = (Entry(key="staff", label="Staff", route="accounts:staff", rank=80),)
