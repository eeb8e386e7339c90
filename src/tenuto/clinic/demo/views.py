"""The page on which a visitor lets time pass. It exists for the staff of the demonstration's clinic alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.demo.forms import ForwardForm, MinutesForm
from tenuto.clinic.demo.regular import let_days_pass, let_minutes_pass
from tenuto.clinic.ui.words import count, long_day

__all__ = ["time"]


@require_http_methods(["GET", "HEAD", "POST"])
def time(request: HttpRequest) -> HttpResponse:
    """Where the clinic's clock stands, and letting days pass."""
    staff = cast(Staff, request.user)
    if settings.PRODUCTION or not staff.clinic.demonstration:
        raise Http404
    posted = request.POST or None
    form = ForwardForm(None if "minutes" in request.POST else posted, clinic=staff.clinic)
    minutes_form = MinutesForm(posted if "minutes" in request.POST else None)
    if form.is_valid():
        days = form.cleaned_data["days"]
        let_days_pass.enqueue(days, staff.pk)
        return _on_its_way(request, count(days, "day"))
    if minutes_form.is_valid():
        minutes = minutes_form.cleaned_data["minutes"]
        let_minutes_pass.enqueue(minutes, staff.pk)
        return _on_its_way(request, count(minutes, "minute"))
    clinic = staff.clinic
    ahead = [(clinic.days_ahead, "day"), (clinic.minutes_ahead, "minute")]
    failed = minutes_form if minutes_form.errors else form
    context = {
        "form": form,
        "minutes_form": minutes_form,
        "failed": failed,
        "today": f"{long_day(clock.today(clinic))}, {clock.now(clinic):%H:%M}",
        "ahead": " and ".join(count(many, unit) for many, unit in ahead if many),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if failed.errors else HTTPStatus.OK
    return render(request, "demo/time.html", context, status=status)


def _on_its_way(request: HttpRequest, what: str) -> HttpResponse:
    text = f"{what} begin to pass. Load this page again to see where the clock stands."
    messages.success(request, text, extra_tags="On its way")
    return redirect("demo:time")
