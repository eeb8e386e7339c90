"""The drug of a session: drawn out of the vial that is ordered, and what is left of it wasted before a witness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import check_role
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services.standing import SessionRefused, order_of_session
from tenuto.clinic.intake.api import policy_of
from tenuto.clinic.stock.api import StockRefused, is_written_still, session_balance, vial_balance, write_stock
from tenuto.core.infusion.drawn import judge_more
from tenuto.core.stock.balance import SessionBalance
from tenuto.core.stock.entries import SessionDraw, SessionResidual, SessionWaste, StockContent
from tenuto.core.units import Mg, Ml

__all__ = ["DrugOfSession", "draw_drug", "drug_of", "waste_drug"]


@dataclass(frozen=True, slots=True)
class DrugOfSession:
    """How the drug of a session stands in the ledger."""

    balance: SessionBalance | None
    """None while nothing was drawn."""

    @property
    def open(self) -> Mg | None:
        """What is drawn and not accounted for, mg; None while nothing was drawn, or nothing is open."""
        left = self.balance.open - self.balance.waiting.value if self.balance else Decimal(0)
        return Mg(left) if left > 0 else None

    @property
    def held(self) -> Mg:
        """What is drawn and not written off, mg."""
        return self.balance.held if self.balance else Mg(0)


def drug_of(session: Session) -> DrugOfSession:
    """The drug of a session by the ledger of its clinic."""
    return DrugOfSession(session_balance(session.patient, session.pk))


@transaction.atomic
def draw_drug(*, session: Session, client_id: str, vial: str, volume: Ml, by: Staff, at: datetime) -> None:
    """Write what is drawn for a session, once for each `client_id`. Hazard H6.

    Raises SessionRefused for a vial that is not in the ledger, is expired, or is of another strength than ordered, and for more than
    is ordered; and PermissionError.
    """
    check_role(by, "infusion.chart")
    check_same_clinic(by, session.patient)
    what = SessionDraw(vial.strip(), str(session.pk), volume)
    if is_written_still(client_id=client_id, by=by):
        # Sent again: what it took is out of the vial already, and is no reason to refuse it.
        _write(session, client_id, what, by, at)
        return
    order, held = order_of_session(session), drug_of(session).held
    known, ordered = vial_balance(by.clinic, vial.strip()), order.vial
    got = known.received if known else None
    if known is None or got is None:
        raise SessionRefused(f"Vial {vial} is not in the drug ledger. Receive it there, or scan it again.")
    if got.strength != ordered:
        raise SessionRefused(
            f"Vial {vial} is {got.strength}, and {ordered} is ordered. Take the vial that is ordered."
        )
    if got.expires < clock.day_of(by.clinic, at):
        raise SessionRefused(f"Vial {vial} expired on {got.expires}. Take another one.")
    if volume > known.left:
        raise SessionRefused(
            f"Vial {vial} holds {known.left} by the ledger, and {volume} are asked for. Count it first."
        )
    if more := judge_more(order, held, volume, policy_of(by.clinic)):
        raise SessionRefused(f"Not drawn. {more}")
    _write(session, client_id, what, by, at)


@transaction.atomic
def waste_drug(
    *, session: Session, client_id: str, mass: Mg, how: str, residual: bool, by: Staff, at: datetime
) -> None:
    """Write what is wasted of a session, or stays in bag, line and syringe; it counts once somebody else has witnessed it.

    Raises SessionRefused, also for more than is drawn and not accounted for, and PermissionError.
    """
    check_role(by, "infusion.chart")
    check_same_clinic(by, session.patient)
    key = str(session.pk)
    what = SessionResidual(key, mass) if residual else SessionWaste(key, mass, how)
    if not is_written_still(client_id=client_id, by=by):
        left = drug_of(session).open or Mg(0)
        if mass > left:
            raise SessionRefused(
                f"{mass} are more than the {left} that are drawn and not accounted for. Read the amount again."
            )
    _write(session, client_id, what, by, at)


def _write(session: Session, client_id: str, what: StockContent, by: Staff, at: datetime) -> None:
    try:
        write_stock(client_id=client_id, what=what, happened_at=at, patient=session.patient, by=by, at=at)
    except StockRefused as refused:
        raise SessionRefused(str(refused)) from refused
