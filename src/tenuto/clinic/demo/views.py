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
from tenuto.clinic.demo.forms import ForwardForm
from tenuto.clinic.demo.regular import let_days_pass
from tenuto.clinic.ui.words import count, long_day

__all__ = ["time"]


@require_http_methods(["GET", "HEAD", "POST"])
def time(request: HttpRequest) -> HttpResponse:
    """Where the clinic's clock stands, and letting days pass."""
    staff = cast(Staff, request.user)
    if settings.PRODUCTION or not staff.clinic.demonstration:
        raise Http404
    form = ForwardForm(request.POST or None, clinic=staff.clinic)
    if request.method == "POST" and form.is_valid():
        days = form.cleaned_data["days"]
        let_days_pass.enqueue(days, staff.pk)
        text = f"{count(days, 'day')} begin to pass. Load this page again to see where the clock stands."
        messages.success(request, text, extra_tags="On its way")
        return redirect("demo:time")
    ahead = staff.clinic.days_ahead
    context = {
        "form": form,
        "today": long_day(clock.today(staff.clinic)),
        "ahead": count(ahead, "day") if ahead else "",
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "demo/time.html", context, status=status)
