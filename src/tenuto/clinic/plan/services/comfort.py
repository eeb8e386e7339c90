"""The comfort card: a further version for every change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.ledger.facts import recorded
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import ComfortCard

__all__ = ["CardMoved", "comfort_card", "write_comfort_card"]


class CardMoved(Exception):
    """Somebody else changed the card since it was opened. Nothing was saved; `card` is theirs."""

    def __init__(self, card: ComfortCard) -> None:
        super().__init__(f"{card.recorded_by_name} changed the card in the meantime. Nothing was saved.")
        self.card = card


def comfort_card(patient: Patient) -> ComfortCard | None:
    """The newest card; None before the first. One query."""
    return ComfortCard.objects.filter(patient=patient).order_by("-number").first()


@transaction.atomic
def write_comfort_card(
    *, patient: Patient, wishes: Mapping[str, str], seen: int, by: Staff, at: datetime
) -> ComfortCard:
    """Keep the next version of the card. `seen` is the number of the card that was on the page, 0 for none.

    Raises CardMoved when there is a newer one, PermissionError for who may not.
    """
    check_same_clinic(by, patient)
    if not may(by, "plan.comfort"):
        raise PermissionError(f"{by} may not write the comfort card.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    newest = comfort_card(patient)
    if newest is not None and newest.number != seen:
        raise CardMoved(newest)
    card = ComfortCard.objects.create(
        patient=patient,
        number=(newest.number if newest else 0) + 1,
        **recorded(by, at),
        **wishes,
    )
    record(action="wrote comfort card", subject=card, by=by, at=at, detail={"number": card.number})
    return card
