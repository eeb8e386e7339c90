"""What the clinic's policy adds to the main menu, and the limits for the rooms below."""

from __future__ import annotations

from tenuto.clinic.pathway.api import Contribution
from tenuto.clinic.policies.effect import policy_of
from tenuto.clinic.ui.navigation import MenuEntry

NAVIGATION = (
    MenuEntry(key="policy", label="Policy", route="policies:overview", rank=50),
    MenuEntry(key="protocols", label="Protocols", route="policies:protocols", rank=60),
)
CONTRIBUTION = Contribution(room="policies", limits=policy_of)
