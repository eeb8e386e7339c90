"""What is reported of an infusion, and what a prescriber orders for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.guards import require_same_clinic
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.reauthenticate import Reauthentication
from tenuto.clinic.ledger.services import record
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.models import PlanVersion, VisitOrders, VisitReport
from tenuto.clinic.plan.services.proposing import with_acts
from tenuto.clinic.plan.versions import in_force
from tenuto.clinic.ui.words import long_day
from tenuto.core.course.infusion import GivenInfusion, Tolerability
from tenuto.core.literature.protocol import Track, protocols
from tenuto.core.plan.side_effects import NextVisitOption, SideEffect, options_for, side_effects
from tenuto.core.plan.titration import Titration, titration_options
from tenuto.core.policy import Policy
from tenuto.core.units import Mg, MgPerKg, Minutes, plain

__all__ = [
    "Given",
    "VisitMoved",
    "VisitRefused",
    "mark_of",
    "next_orders",
    "order_next_visit",
    "orderable",
    "record_visit",
    "titration_of",
    "visits_mark",
]

PLACES = Decimal("0.0001")


class VisitRefused(ValueError):
    """This can't be kept. The text says why, `field` at which entry; nothing was saved."""

    def __init__(self, text: str, field: str | None = None) -> None:
        super().__init__(text)
        self.field = field


class VisitMoved(Exception):
    """Somebody else wrote in the meantime. Nothing was saved; the text says who and what."""


@dataclass(frozen=True, slots=True)
class Given:
    """How an infusion went. Grades run from 0 (nothing) to 5; sedation is the lowest MOAA/S, None when not recorded."""

    on: date
    dose_mg: Decimal
    minutes: Decimal
    effects: tuple[str, ...]
    worst_grade: int
    open_grade: int
    pressure_alert: bool
    deepest_sedation: int | None
    improved_percent: Decimal | None


@transaction.atomic
def record_visit(
    *, patient: Patient, given: Given, by: Staff, at: datetime, today: date, seen: str | None = None
) -> VisitReport:
    """Keep how an infusion of the plan in force went; a second report about a day corrects the first.

    `seen` is `visits_mark` as the page had it; None when there was no page. Raises VisitMoved, VisitRefused and
    PermissionError.
    """
    require_same_clinic(by, patient)
    if not may(by, "plan.visit"):
        raise PermissionError(f"{by} may not record how an infusion went.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    newest = VisitReport.objects.filter(patient=patient).order_by("recorded_at", "pk").last()
    if seen is not None and seen != mark_of(newest):
        raise VisitMoved(_moved(newest, "recorded an infusion"))
    version = in_force(with_acts(patient))
    if version is None:
        raise VisitRefused("No plan is in force, so no infusion belongs to one. Sign a plan first.")
    if given.on > today:
        raise VisitRefused(
            f"{long_day(given.on)} is not over yet. Record the infusion once it was given.", "given_on"
        )
    if given.open_grade > given.worst_grade:
        raise VisitRefused(
            "An event that is still open can't be worse than the worst one. Correct the grades.", "open_grade"
        )
    if unknown := sorted(set(given.effects) - set(side_effects())):
        raise VisitRefused(f"'{unknown[0]}' is not among the side effects that can be chosen.", "effects")
    dose = version.order.dose
    if dose is None:
        raise VisitRefused("The plan in force orders no dose, so what was given can't be compared with it.")
    row = VisitReport.objects.create(
        patient=patient,
        version=version,
        given_on=given.on,
        dose_mg=given.dose_mg,
        dose_mg_per_kg=(given.dose_mg / dose.weight.value).quantize(PLACES, ROUND_HALF_UP),
        minutes=given.minutes,
        effects=list(given.effects),
        worst_grade=given.worst_grade,
        open_grade=given.open_grade,
        pressure_alert=given.pressure_alert,
        deepest_sedation=given.deepest_sedation,
        improved_percent=given.improved_percent,
        recorded_by_name=by.audit_name,
        recorded_at=at,
    )
    detail = {"given_on": given.on.isoformat(), "dose_mg": plain(given.dose_mg), "plan": version.number}
    record(action="recorded visit", subject=row, by=by, at=at, detail=detail)
    return row


def titration_of(version: PlanVersion, reports: Sequence[VisitReport], policy: Policy) -> Titration | None:
    """The options for the next dose from the visits of this series, oldest first; None without a visit or for pain."""
    plan = protocols().get(version.protocol_id)
    if not reports or plan is None or plan.track is not Track.PSYCHIATRIC:
        return None
    return titration_options(
        [infusion_of(report) for report in reports], reports[-1].improved_percent, policy=policy
    )


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
    require_same_clinic(by, patient)
    signature.require_fresh(signer=by, at=at)
    if not may(by, "plan.order"):
        raise PermissionError(f"{by} may not order anything for the next visit. Ask a prescriber.")
    by.clinic.patients.select_for_update().get(pk=patient.pk)
    newest = next_orders(patient)
    if seen is not None and seen != mark_of(newest):
        raise VisitMoved(_moved(newest, "signed orders for the next visit"))
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
        signed_by=by,
        method=signature.method,
        recorded_by_name=by.audit_name,
        recorded_at=at,
    )
    detail = {"orders": [order["text"] for order in row.orders], "note": row.note, "method": row.method}
    record(action="ordered for next visit", subject=row, by=by, at=at, detail=detail)
    return row


def next_orders(patient: Patient) -> VisitOrders | None:
    """The newest orders; None when there never were any. One query."""
    return VisitOrders.objects.filter(patient=patient).order_by("-recorded_at", "-pk").first()


def mark_of(row: VisitReport | VisitOrders | None) -> str:
    """What a page holds to know whether somebody wrote after it was shown: the newest row, or nothing."""
    return str(row.pk) if row else ""


def visits_mark(reports: Iterable[VisitReport]) -> str:
    """The mark of the visits that a page shows."""
    return mark_of(max(reports, key=lambda r: (r.recorded_at, r.pk), default=None))


def _moved(row: VisitReport | VisitOrders | None, deed: str) -> str:
    who = row.recorded_by_name if row else "Somebody"
    return f"{who} {deed} in the meantime. Nothing of yours was saved."


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


def infusion_of(report: VisitReport) -> GivenInfusion:
    """What a report says was given."""
    return GivenInfusion(
        report.given_on,
        mass=Mg(report.dose_mg.normalize()),
        dose=MgPerKg(report.dose_mg_per_kg),
        minutes=Minutes(report.minutes),
        tolerability=Tolerability(
            worst_event_grade=report.worst_grade,
            open_event_grade=report.open_grade,
            blood_pressure_alert=report.pressure_alert,
            deepest_sedation=report.deepest_sedation,
            effects=tuple(report.effects),
        ),
    )
