"""Registering a patient: who it is, and nobody else who is called alike; with an enquiry or without one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.decorators import requires
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.intake.forms.enquiries import RegisterForm
from tenuto.clinic.intake.views.frame import UNPROCESSABLE
from tenuto.clinic.people.comparing import SideBySide, answer, side_by_side
from tenuto.clinic.people.look_alikes import RESTRICTED, visible
from tenuto.clinic.people.models import Patient
from tenuto.clinic.people.registering import register_person
from tenuto.clinic.people.services import IdentityConflict, IdentityDoubt, known_patient
from tenuto.clinic.people.similar import alike
from tenuto.clinic.policies.api import policy_of
from tenuto.clinic.ui.words import age, count
from tenuto.core.intake.facts import Person

__all__ = ["register", "registered"]


@require_http_methods(["GET", "HEAD", "POST"])
@requires("patient.register")
def register(request: HttpRequest) -> HttpResponse:
    """Register somebody who comes without an enquiry."""
    staff = staff_of(request)
    form = RegisterForm(request.POST or None, today=clock.today(staff.clinic), policy=policy_of(staff.clinic))
    compared: SideBySide | None = None
    if request.method == "POST":
        done = registered(
            request, form, lambda **who: register_person(**who, by=staff, at=clock.instant())[0]
        )
        if isinstance(done, HttpResponse):
            return done
        compared = done
    context = {"here": "patients", "form": form, "compared": compared}
    return render(request, "intake/register.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def registered(
    request: HttpRequest, form: RegisterForm, make: Callable[..., Patient]
) -> HttpResponse | SideBySide | None:
    """Register by `make` and go on to the history.

    Otherwise the comparison that somebody has to make, or nothing when the form says what is wrong.
    """
    if not form.is_valid():
        return None
    staff, got, compared = staff_of(request), form.cleaned_data, answer(request)
    person = form.person(staff.clinic)
    try:
        if compared is None:
            _stop_for_similar_names(person, staff)
        with transaction.atomic():
            patient = make(
                person=person, contact=got["contact"], may_contact=got["may_contact"], compared=compared
            )
    except IdentityDoubt as doubt:
        return side_by_side(str(doubt), person, doubt.candidates)
    except IdentityConflict as conflict:
        form.add_error("identifier", str(conflict))
        return None
    years = f", {count(age(patient.birth_date, form.today), 'year')}" if patient.birth_date else ""
    messages.success(
        request, f"{patient.name}{years}, is registered. Go on with the history.", extra_tags="Registered"
    )
    return redirect("intake:history-whole", patient.pk)


def _stop_for_similar_names(person: Person, staff: Staff) -> None:
    """Raise a doubt when somebody here is called alike, unless it is told who it is already."""
    if known_patient(staff.clinic, person, by=staff) is not None:
        return
    others = alike(Patient(clinic=staff.clinic, name=person.name, birth_date=person.birth_date))
    seen = visible(others, staff=staff)
    if others:
        names = " or ".join(map(str, seen))
        why = (
            f"Somebody here has a similar name: {names}. Compare, then say who it is." if seen else RESTRICTED
        )
        raise IdentityDoubt(why, seen)
