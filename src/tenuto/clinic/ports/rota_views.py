"""The rota: who is on call, and putting somebody on it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.decorators import refuse, requires
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.ports.models import OnCallShift
from tenuto.clinic.ports.on_call import (
    ShiftRefused,
    end_shift,
    may_be_on_call,
    may_take_out,
    on_call,
    put_on_call,
    shifts_ahead,
)
from tenuto.clinic.ui.fields import MomentField, offer_rows

__all__ = ["RotaForm", "end", "rota"]

UNPROCESSABLE = 422
USUAL = timedelta(hours=12)
ROTA = ("ports.OnCallShift", "ports.OnCallEnd")
"""Who takes somebody off call must know who else is on call."""


class RotaForm(forms.Form):
    """One shift: who, from when, until when, and at which number."""

    staff: forms.ModelChoiceField[Staff] = forms.ModelChoiceField(
        queryset=None,
        label="Who",
        empty_label="Choose",
        error_messages={"required": "Choose who is on call."},
    )
    begins_at = MomentField(
        label="From", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    ends_at = MomentField(
        label="Until", widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    )
    phone = forms.CharField(
        label="Number at which they are reached",
        max_length=40,
        error_messages={"required": "Write the number at which they are reached."},
    )

    def __init__(self, data: object = None, *, clinic: Clinic) -> None:
        now = clock.instant().replace(minute=0, second=0, microsecond=0)
        super().__init__(data, initial={"begins_at": now, "ends_at": now + USUAL})  # type: ignore[arg-type]
        offer_rows(self, "staff", may_be_on_call(clinic))


def _typed(request: HttpRequest) -> RotaForm:
    return RotaForm(request.POST, clinic=staff_of(request).clinic)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("staff.view")
@rests_on(*ROTA, typed=_typed)
def rota(request: HttpRequest) -> HttpResponse:
    """Who is on call now and next; a form for whoever may change it."""
    staff, now = staff_of(request), clock.instant()
    allowed = may(staff, "rota.set")
    if request.method == "POST" and not allowed:
        return refuse(request, staff, "rota.set")
    form = RotaForm(request.POST if request.method == "POST" else None, clinic=staff.clinic)
    if request.method == "POST" and form.is_valid() and _put(request, form):
        return redirect("ports:rota")
    context = {
        "here": "rota",
        "form": form if allowed else None,
        "now_on_call": on_call(staff.clinic.pk, at=now),
        "shifts": [(shift, may_take_out(shift, staff)) for shift in shifts_ahead(staff.clinic.pk, at=now)],
    }
    return render(request, "ports/rota.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _put(request: HttpRequest, form: RotaForm) -> bool:
    try:
        shift = put_on_call(**form.cleaned_data, by=staff_of(request), at=clock.instant())
    except ShiftRefused as refused:
        form.add_error(None, str(refused))
        return False
    messages.success(request, f"{shift.staff} is on call.", extra_tags="Saved")
    return True


@require_POST
@requires("rota.set")
@rests_on(*ROTA, typed={"taken_out": "Take out"}, page="ports:rota")
def end(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """Take a shift out of the rota."""
    try:
        end_shift(shift=shift_id, by=staff_of(request), at=clock.instant())
    except OnCallShift.DoesNotExist:
        raise Http404("There is no such shift.") from None
    except PermissionError:
        return refuse(request, staff_of(request), "rota.take_out")
    messages.success(request, "The shift is taken out of the rota.", extra_tags="Saved")
    return redirect("ports:rota")
