"""What the clinic's policy adds to the main menu and to what a new clinic needs, and the limits for the rooms below."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.setting_up import SetUpStep
from tenuto.clinic.pathway.api import Contribution
from tenuto.clinic.policies.effect import policy_of
from tenuto.clinic.ui.navigation import MenuEntry


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """Limits that two people stand for, all of them."""
    findings = policy_of(clinic).findings()
    yield SetUpStep(
        title="Limits that the clinic signed",
        rank=40,
        open=" ".join(finding.message for finding in findings),
        route="policies:overview",
    )


NAVIGATION = (
    MenuEntry(key="policy", label="Policy", route="policies:overview", rank=50),
    MenuEntry(key="protocols", label="Protocols", route="policies:protocols", rank=60),
)
SET_UP = set_up
CONTRIBUTION = Contribution(room="policies", limits=policy_of)
