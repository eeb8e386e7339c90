"""The week by chair and by nurse."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.clock import start_of_day, today
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.presenters.week import BoardSight, warned_of, week_grid
from tenuto.clinic.booking.services import BookingRefused, week_of
from tenuto.clinic.booking.services.standing import standing
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from

__all__ = ["page"]

WEEK = timedelta(days=7)


@require_safe
@requires("patient.search")
def page(request: HttpRequest) -> HttpResponse:
    """All visits of a week, Monday first."""
    staff = staff_of(request)
    clinic = staff.clinic
    monday = _monday(request.GET.get("on", ""), today(clinic))
    by_nurse = request.GET.get("by") == "nurse"
    context: dict[str, object] = {
        "here": "week",
        "monday": monday,
        "before": monday - WEEK,
        "after": monday + WEEK,
        "by_nurse": by_nurse,
        "may_set": may(staff, "booking.week"),
        "may_book": may(staff, "booking.book"),
    }
    try:
        week = week_of(clinic)
        period = week.period(ZoneInfo(clinic.zone), monday, monday + WEEK - timedelta(days=1))
    except (BookingRefused, ValueError) as refused:
        return render(request, "booking/week.html", {**context, "problem": str(refused)})
    rows = standing(clinic.pk).filter(
        starts_at__gte=start_of_day(clinic, monday), starts_at__lt=start_of_day(clinic, monday + WEEK)
    )
    found = list(
        rows.select_related("patient").prefetch_related("patient__identifiers").order_by("starts_at", "chair")
    )
    hidden = hidden_from(staff)
    patients = {row.patient_id: row.patient for row in found if row.patient_id not in hidden}
    shown = BoardSight(hidden, warned_of(list(patients.values()), clinic, today(clinic)))
    context["days"] = week_grid(period, found, clinic, by_nurse=by_nurse, shown=shown, rooms=week.rooms)
    seen = (row.patient_id for row in found if row.patient_id not in hidden)
    record_list("week of bookings", seen, by=staff, at=clock.instant(), monday=str(monday))
    return render(request, "booking/week.html", context)


def _monday(text: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = otherwise
    if not 1900 < day.year < 2200:
        day = otherwise
    return day - timedelta(days=day.weekday())
