"""What the patients' own pages add to the main menu of staff."""

from __future__ import annotations

from tenuto.clinic.ui.navigation import Entry

NAVIGATION = (Entry(key="leaflets", label="Leaflets", route="portal:leaflets", rank=40),)
