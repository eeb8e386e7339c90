"""Orders by word of mouth: taken down from a prescriber of the clinic, who alone stands for them."""

from __future__ import annotations

from datetime import datetime

from tenuto.clinic.accounts.api import check_role, may
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services.standing import SessionRefused, account_of
from tenuto.core.infusion.entries import SessionEntry, VerbalOrderSigned, VerbalOrderTaken

__all__ = ["check_signs_order", "check_takes_order", "may_sign", "prescribers_of"]


def prescribers_of(clinic: Clinic) -> tuple[str, ...]:
    """Who may give an order, each by the name that the chart keeps."""
    staff = clinic.staff.filter(is_active=True).order_by("name", "username")
    return tuple(each.audit_name for each in staff if may(each, "infusion.order"))


def check_takes_order(what: VerbalOrderTaken, by: Staff) -> None:
    """Raises SessionRefused for an order of nobody who may give one, and for one that somebody takes down from themselves."""
    if what.ordered_by == by.audit_name:
        raise SessionRefused(
            "You gave this order yourself. Whoever heard it takes it down and reads it back."
        )
    if what.ordered_by not in prescribers_of(by.clinic):
        raise SessionRefused(
            f"'{what.ordered_by}' is no prescriber of this clinic. Choose who gave the order."
        )


def check_signs_order(session: Session, what: VerbalOrderSigned, *, by: Staff, at: datetime) -> None:
    """Only who gave an order signs for it, nobody for one that they took down themselves, and nobody twice."""
    check_role(by, "infusion.order")
    order = next((each for each in account_of(session, at).unsigned_orders if each.id == what.order), None)
    if order is None:
        raise SessionRefused("No order by word of mouth waits for a signature here. Open the page again.")
    if order.by == by.audit_name:
        raise SessionRefused("You took this order down yourself. Who gave it signs for it.")
    if not may_sign(order, by):
        given_by = order.what.ordered_by if isinstance(order.what, VerbalOrderTaken) else ""
        raise SessionRefused(f"{given_by} gave this order, and alone signs for it.")


def may_sign(order: SessionEntry, by: Staff) -> bool:
    """Whether somebody gave an order; of one whose prescriber is not at the clinic any more, whoever may give one."""
    if not may(by, "infusion.order") or not isinstance(order.what, VerbalOrderTaken):
        return False
    return order.what.ordered_by == by.audit_name or order.what.ordered_by not in prescribers_of(by.clinic)
