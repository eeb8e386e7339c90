"""What is reported of an infusion, and what a prescriber orders for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import check_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.course.api import RecordedInfusion, record_infusion
from tenuto.clinic.ledger.facts import NEWEST_FIRST, signed
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.courses import courses_of
from tenuto.clinic.plan.models import PlanVersion, VisitOrders
from tenuto.clinic.plan.services.proposing import with_acts
from tenuto.clinic.plan.versions import in_force
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.account import CourseAccount
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.literature.protocol import Track, protocol
from tenuto.core.plan.side_effects import NextVisitOption, SideEffect, options_for, side_effects
from tenuto.core.plan.titration import Titration, titration_options
from tenuto.core.policy import Policy

__all__ = [
    "VisitMoved",
    "VisitRefused",
    "mark_of",
    "next_orders",
    "order_next_visit",
    "orderable",
    "record_given",
    "titration_of",
]


class VisitRefused(ValueError):
    """This can't be kept. The text says why, `field` at which entry; nothing was saved."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class VisitMoved(Exception):
    """Somebody else wrote in the meantime. Nothing was saved; the text says who and what."""


@transaction.atomic
def record_given(
    *,
    patient: Patient,
    given: GivenInfusion,
    by: Staff,
    at: datetime,
    seen: str | None = None,
) -> None:
    """Hand an infusion of the plan in force over to the course; a second report about a day corrects the first.

    `given` tells the mass; the dose for each kg follows from the weight that the plan was signed for. `seen` is
    `course.api.mark` as the page had it; None when there was no page. Raises CourseMoved, VisitRefused and
    PermissionError.
    """
    check_same_clinic(by, patient)
    if not may(by, "plan.visit"):
        raise PermissionError(f"{by} may not record how an infusion went.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    versions = with_acts(patient)
    version = in_force(versions)
    if version is None:
        raise VisitRefused("No plan is in force, so no infusion belongs to one. Sign a plan first.")
    if given.on > clock.day_of(patient.clinic, at):
        raise VisitRefused(
            f"{long_day(given.on)} is not over yet. Record the infusion once it was given.", "given_on"
        )
    effects = given.tolerability.effects if given.tolerability else ()
    if unknown := sorted(set(effects) - set(side_effects())):
        raise VisitRefused(f"'{unknown[0]}' is not among the side effects that can be chosen.", "effects")
    ordered = version.order.dose
    if ordered is None:
        raise VisitRefused("The plan in force orders no dose, so what was given can't be compared with it.")
    dose = given.mass.per(ordered.weight) if given.mass is not None else given.dose
    record_infusion(
        patient=patient,
        infusion=replace(given, dose=dose),
        series=version.series,
        plan_version=version.pk,
        signed=courses_of(versions),
        seen=seen,
        by=by,
        at=at,
    )


def titration_of(
    version: PlanVersion, infusions: Sequence[RecordedInfusion], account: CourseAccount, policy: Policy
) -> Titration | None:
    """The options for the next dose from the infusions of this series, oldest first; None without one or for pain.

    How far the score has come is read from the account of the course.
    """
    if (
        not infusions
        or protocol(version.protocol_id, version.protocol_version).track is not Track.PSYCHIATRIC
    ):
        return None
    given = [each.infusion for each in infusions]
    improved = account.scale.improved_percent if account.scale else None
    return titration_options(given, improved, policy=policy)


@transaction.atomic
def order_next_visit(
    *,
    patient: Patient,
    chosen: Iterable[str],
    note: str,
    signature: Reauthentication,
    at: datetime,
    seen: str | None = None,
) -> VisitOrders:
    """Sign what was chosen for the next visit; it replaces the orders before, also when nothing is chosen.

    `chosen` are keys of `orderable`; `seen` is the mark of the orders as the page had them, None when there was no
    page. Raises VisitMoved, VisitRefused and PermissionError.
    """
    by = signature.by
    check_same_clinic(by, patient)
    signature.spend(signer=by, at=at)
    if not may(by, "plan.order"):
        raise PermissionError(f"{by} may not order anything for the next visit. Ask a prescriber.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    newest = next_orders(patient)
    if seen is not None and seen != mark_of(newest):
        who = newest.recorded_by_name if newest else "Somebody"
        raise VisitMoved(
            f"{who} signed orders for the next visit in the meantime. Nothing of yours was saved."
        )
    version = in_force(with_acts(patient))
    if version is None:
        raise VisitRefused("No plan is in force, so there is no next visit to order for.")
    known = dict(orderable(side_effects()))
    keys = list(dict.fromkeys(chosen))
    if any(key not in known for key in keys):
        raise VisitRefused("One of the choices is not among the options any more. Choose again.", "chosen")
    row = VisitOrders.objects.create(
        patient=patient,
        version=version,
        orders=[_order(key, *known[key]) for key in keys],
        note=note.strip(),
        **signed(signature, at),
    )
    detail = {"orders": [order["text"] for order in row.orders], "note": row.note, "method": row.method}
    record(action="ordered for next visit", subject=row, by=by, at=at, detail=detail)
    return row


def next_orders(patient: Patient) -> VisitOrders | None:
    """The newest orders; None when there never were any. One query."""
    return VisitOrders.objects.filter(patient=patient).order_by(*NEWEST_FIRST).first()


def mark_of(row: VisitOrders | None) -> str:
    """What a page holds to know whether somebody wrote after it was shown: the newest row, or nothing."""
    return str(row.pk) if row else ""


def orderable(effects: Iterable[str]) -> list[tuple[str, tuple[SideEffect, NextVisitOption]]]:
    """The options of side effects that can be chosen, by key. A change of the dose is a revision of the plan instead."""
    return [
        (f"{effect.id}-{number}", (effect, option))
        for effect in options_for(effects)
        for number, option in enumerate(effect.options)
        if not option.is_titration
    ]


def _order(key: str, effect: SideEffect, option: NextVisitOption) -> dict[str, Any]:
    return {
        "key": key,
        "effect": effect.title,
        "text": option.text,
        "medicine": option.needs_order,
        "evidence": option.basis.evidence,
        "sources": [str(source) for source in option.basis.sources],
    }
