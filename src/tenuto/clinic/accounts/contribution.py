"""What accounts add to the main menu, and to what a new clinic needs."""

from __future__ import annotations

from tenuto.clinic.accounts.setting_up import set_up
from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (MenuEntry(key="staff", label="Staff", route="accounts:staff", rank=80),)
SET_UP = set_up
