"""The page of visits: how the last infusion went, and what is ordered for the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import CourseMoved, account, mark, strike_infusion
from tenuto.clinic.pathway.api import patient_page, rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.forms.visits import GivenInfusionForm, OrdersForm
from tenuto.clinic.plan.presenters.version import signed_by_words
from tenuto.clinic.plan.presenters.visits import (
    latest_effects,
    order_options,
    titration_card,
    visit_rows,
)
from tenuto.clinic.plan.services.proposing import grounds
from tenuto.clinic.plan.services.visits import (
    VisitMoved,
    VisitRefused,
    mark_of,
    next_orders,
    order_next_visit,
    record_given,
    titration_of,
)
from tenuto.core.course.infusion import CourseError


@require_safe
@shows_patient("visits", verb="plan.view")
def visits(request: HttpRequest, patient: Patient) -> HttpResponse:
    """What was given, what may be considered, what is ordered."""
    return _page(request, patient)


@require_POST
@shows_patient("visit record", verb="plan.visit")
def record(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep how an infusion went."""
    form = GivenInfusionForm(request.POST)
    by, now = staff_of(request), clock.instant()
    seen = request.POST.get("seen", "")

    def keep() -> None:
        record_given(
            patient=patient,
            given=form.given(),
            by=by,
            at=now,
            seen=seen,
        )

    return _answer(request, patient, form, keep, done=("Saved", "The infusion is on record."))


@require_POST
@shows_patient("visit strike", verb="plan.visit")
@rests_on("course.InfusionReport", "course.InfusionStruck", typed={"why": "Why"}, page="plan:visits")
def strike(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Take back what was entered in error."""
    on = parse_date(request.POST.get("on", "")) or date.min
    try:
        strike_infusion(
            patient=patient, on=on, why=request.POST.get("why", ""), by=staff_of(request), at=clock.instant()
        )
    except CourseError as refused:
        messages.error(request, str(refused), extra_tags="Not struck")
    else:
        messages.success(
            request, "The infusion counts as never recorded. It stays on record.", extra_tags="Struck"
        )
    return redirect("plan:visits", patient.pk)


@require_POST
@shows_patient("next-visit orders", verb="plan.order")
def order(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Sign the orders for the next visit."""
    found = grounds(patient)
    form = OrdersForm(request.POST, effects=latest_effects(found.given()))
    seen = request.POST.get("seen", "")

    def keep() -> object:
        chosen, note = form.cleaned_data["chosen"], form.cleaned_data["note"]
        return signed_by(
            request,
            lambda signature: order_next_visit(
                patient=patient, chosen=chosen, note=note, signature=signature, at=clock.instant(), seen=seen
            ),
        )

    return _answer(request, patient, form, keep, done=("Signed", "The orders for the next visit are signed."))


def _answer(
    request: HttpRequest,
    patient: Patient,
    form: GivenInfusionForm | OrdersForm,
    keep: Callable[[], object],
    *,
    done: tuple[str, str],
) -> HttpResponse:
    """Keep what a sound form says; else the page again, with what was typed and why it was not kept."""
    moved = ""
    if form.is_valid():
        try:
            kept = keep()
        except (CourseMoved, VisitMoved) as conflict:
            moved = str(conflict)
        except VisitRefused as refused:
            form.add_error(refused.field, str(refused))
        else:
            if isinstance(kept, HttpResponse):
                return kept
            title, words = done
            messages.success(request, words, extra_tags=title)
            return redirect("plan:visits", patient.pk)
    return _page(request, patient, failed=form, moved=moved)


def _page(
    request: HttpRequest,
    patient: Patient,
    *,
    failed: GivenInfusionForm | OrdersForm | None = None,
    moved: str = "",
) -> HttpResponse:
    found = grounds(patient)
    force, given = found.in_force, found.given()
    effects = latest_effects(given)
    course = account(patient, found.batch)
    titration = titration_of(force, given, course, found.state.policy) if force else None
    orders = next_orders(patient)
    context = {
        "version": force,
        "rows": visit_rows(found.infusions, force, course),
        "titration": titration_card(titration, force) if force else None,
        "effects": order_options(effects),
        "orders": orders,
        "orders_by": signed_by_words(orders) if orders else "",
        "visits_seen": mark(found.infusions),
        "orders_seen": mark_of(orders),
        "moved": moved,
        "visit_form": failed if isinstance(failed, GivenInfusionForm) else GivenInfusionForm(),
        "orders_form": failed if isinstance(failed, OrdersForm) else OrdersForm(effects=effects),
    }
    sound = HTTPStatus.OK if failed is None else HTTPStatus.UNPROCESSABLE_ENTITY
    status = HTTPStatus.CONFLICT if moved else sound
    return patient_page(
        request, "plan/visits.html", patient, context, batch=found.batch, next_step=True, status=status
    )
