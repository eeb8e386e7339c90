"""What the ports add to the main menu, and to the verdict of today: a patient whom somebody holds does not pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.setting_up import SetUpStep
from tenuto.clinic.pathway.api import Batch, Contribution
from tenuto.clinic.ports.holds import holds_in
from tenuto.clinic.ports.on_call import on_call
from tenuto.clinic.ports.rows import HoldRow
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.core.gate import Finding, Level
from tenuto.core.sources import Basis, Tag

NAVIGATION = (MenuEntry(key="rota", label="On call", route="ports:rota", rank=70, verb="staff.view"),)


def findings(batch: Batch) -> Mapping[UUID, Sequence[Finding]]:
    """The holds that people placed; what a rule holds is found in the facts by the room that holds it."""
    return {
        patient: tuple(_finding(hold) for hold in holds if not hold.rule)
        for patient, holds in holds_in(batch).items()
        if not all(hold.rule for hold in holds)
    }


def _finding(hold: HoldRow) -> Finding:
    return Finding(
        "ON-HOLD",
        Level.REVIEW,
        f"On hold by {hold.recorded_by_name}: {hold.why}",
        Basis((Tag.D,)),
        opens_with="a prescriber who lifts the hold",
    )


def set_up(clinic: Clinic, at: datetime) -> Iterable[SetUpStep]:
    """Somebody reads an alarming answer."""
    yield SetUpStep(
        title="Somebody on call",
        rank=80,
        open=""
        if on_call(clinic.pk, at=at)
        else "Nobody is on call now. Links do not ask about thoughts of death, and an alarming answer waits.",
        route="ports:rota",
    )


SET_UP = set_up
CONTRIBUTION = Contribution(room="ports", findings=findings)
