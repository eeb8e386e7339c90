"""What access adds to the main menu and to who a patient is."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution, PatientLink
from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (
    MenuEntry(key="audit", label="Audit", route="access:audit", rank=70, verb="audit.read", home=True),
)
CONTRIBUTION = Contribution(room="access", links=(PatientLink("Who may see this record", "access:record"),))
