"""Setting up the clinic's week; what can't stand in a new one is listed with its repair."""

from __future__ import annotations

from http import HTTPStatus

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.booking.forms.week import WeekForm
from tenuto.clinic.booking.models import WeekSetup
from tenuto.clinic.booking.services import BookingRefused, affected, ask_for_repairs, has_week, set_week
from tenuto.clinic.ledger.facts import newest
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.people.lists import record_list
from tenuto.clinic.people.sight import hidden_from

__all__ = ["page"]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("booking.week")
@rests_on("booking.WeekSetup", typed={"chairs": "Chairs", "closed": "Days closed"}, framed=False)
def page(request: HttpRequest) -> HttpResponse:
    """The week as it is, and changing it."""
    staff = staff_of(request)
    row = newest(WeekSetup.objects.filter(clinic=staff.clinic))
    form = WeekForm(request.POST if request.method == "POST" else None, content=row.content if row else None)
    if form.is_bound and form.is_valid() and _set(request, form):
        return redirect("bookings:setup")
    now, hidden = clock.instant(), hidden_from(staff)
    gone = affected(staff.clinic, at=now) if has_week(staff.clinic) else ()
    if gone:
        record_list("visits that can't stand", {row.patient_id for row in gone} - hidden, by=staff, at=now)
    context = {"here": "week", "form": form, "row": row, "affected": gone, "hidden": hidden}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "booking/setup.html", context, status=status)


@transaction.atomic
def _set(request: HttpRequest, form: WeekForm) -> bool:
    staff, now = staff_of(request), clock.instant()
    try:
        with transaction.atomic():
            set_week(content=form.content(), by=staff, at=now)
            found = ask_for_repairs(staff.clinic, by=staff, at=now)
    except BookingRefused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, "The week is set up.", extra_tags="Saved")
    if found:
        messages.warning(
            request,
            f"{len(found)} booked visits can't stand in it. Each has a task to repair it.",
            extra_tags="Affected",
        )
    return True
