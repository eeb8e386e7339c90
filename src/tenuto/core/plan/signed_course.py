"""What a signed order says of the course: count, dates, dose, gaps and what follows. The plan hands it over; course reads it."""

from __future__ import annotations

from math import ceil

from tenuto.core.course.facts import SignedCourse, SignedDay
from tenuto.core.intake.conditions import conditions
from tenuto.core.literature.protocol import protocol
from tenuto.core.plan.order import Order
from tenuto.core.plan.series import InfusionKind

__all__ = ["signed_course"]

NO_MAINTENANCE = "none"


def signed_course(
    order: Order, *, version: str, number: int, series: str, in_force: bool = True
) -> SignedCourse | None:
    """The course that an order stands for; None for an order without a protocol, which nobody can sign.

    The count is what was asked for, else the protocol's least; protocol and count are those of the pinned version. An infusion
    takes as long as its dose was worked out for.
    """
    if order.protocol is None:
        return None
    template = protocol(order.protocol.id, order.protocol.version)
    induction, recovery = template.induction, template.recovery.minutes
    minutes = order.dose.minutes if order.dose else order.request.minutes or template.session.minutes.value
    most = induction.gap_days_max
    return SignedCourse(
        version=version,
        number=number,
        series=series,
        infusions=order.request.infusions or induction.infusions_min.value,
        days=tuple(
            SignedDay(
                each.n,
                each.on,
                optional=each.kind is InfusionKind.OPTIONAL,
                maintenance=each.kind is InfusionKind.MAINTENANCE,
            )
            for each in order.series
        ),
        dose=order.dose.dose if order.dose else None,
        gap_rule=induction.gap_rule,
        gap_days_max=most.value if most else None,
        maintenance=order.maintenance.rule if order.maintenance else NO_MAINTENANCE,
        scales=next((each.scales for each in conditions() if each.id == order.condition), ()),
        in_force=in_force,
        condition=order.condition,
        infusion_minutes=ceil(minutes.value),
        observe_minutes=ceil(recovery.value.value) if recovery else 0,
        per_week_max=induction.per_week_max.value,
    )
