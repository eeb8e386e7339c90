"""The forecast page, worked out at every look, and the same on paper. Looking keeps nothing but that somebody looked."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.course.api import account
from tenuto.clinic.forecast.courses import CourseKnown, CourseRead, courses, read_course
from tenuto.clinic.forecast.documents.paper import forecast_pdf
from tenuto.clinic.forecast.forms.deciding import DateForm
from tenuto.clinic.forecast.models import DateDecision, StoredForecast
from tenuto.clinic.forecast.presenters.page import forecast_page, picture_of, proposed_day
from tenuto.clinic.forecast.presenters.weighing import Counterweight, counterweight
from tenuto.clinic.forecast.standing import NOTHING, forecast_standings
from tenuto.clinic.ledger.facts import NEWEST_FIRST
from tenuto.clinic.outcomes.api import checks_with
from tenuto.clinic.pathway.api import Batch, patient_page, safety_now
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.core.durability.record import HistoryError, read_date
from tenuto.core.intake.safety import Risk

__all__ = ["page", "pdf", "show"]

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY


@require_safe
@shows_patient("forecast page", verb="forecast.view")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Where the course stands, how long may be waited, and what is decided."""
    return show(request, patient)


@require_safe
@shows_patient("forecast as PDF", verb="forecast.view")
def pdf(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The same on paper."""
    batch = Batch.of(patient)
    known = courses(batch).get(patient.pk)
    try:
        read = read_course(known) if known else None
    except HistoryError:
        read = None
    if known is None or read is None:
        raise Http404
    stands = forecast_standings(batch).get(patient.pk, NOTHING)
    picture = picture_of(read, stored=_stored(patient), stands=stands)
    content = forecast_pdf(known, read, picture, safety=safety_now(patient, batch), stands=stands)
    name = f"forecast-{known.today.isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def show(request: HttpRequest, patient: Patient, form: DateForm | None = None) -> HttpResponse:
    """The page; with a form that was refused, which keeps what was typed."""
    batch = Batch.of(patient)
    known = courses(batch).get(patient.pk)
    try:
        if known is None:
            raise HistoryError("Nothing is recorded about this patient yet.")
        read = read_course(known)
    except HistoryError as error:
        context = {"problem": str(error), "given": bool(known and known.infusions), "form": form}
        return patient_page(request, "forecast/nothing.html", patient, context, batch=batch, next_step=True)
    status = UNPROCESSABLE if form else HTTPStatus.OK
    context = _context(request, batch, known, read, form)
    return patient_page(
        request, "forecast/page.html", patient, context, batch=batch, next_step=True, status=status
    )


def _context(
    request: HttpRequest, batch: Batch, known: CourseKnown, read: CourseRead, form: DateForm | None
) -> dict[str, Any]:
    patient, asked = known.patient, _asked(request)
    shown = forecast_page(
        known,
        read,
        stored=_stored(patient),
        decisions=list(DateDecision.objects.filter(patient=patient).order_by(*NEWEST_FIRST)),
        stands=forecast_standings(batch).get(patient.pk, NOTHING),
        asked=asked,
        staff=staff_of(request),
    )
    chosen = date.fromisoformat(shown.chosen.iso) if asked and shown.chosen else None
    offered = (form or DateForm()).propose(proposed_day(read), chosen=chosen, ground=known.ground)
    risk_open = safety_now(patient, batch).risk is Risk.OPEN
    on, proposed = chosen or proposed_day(read), proposed_day(read)
    days = {date.fromisoformat(row.iso) for row in shown.days} | ({on} if on else set())
    return {
        "page": shown,
        "form": offered,
        "risk_open": risk_open,
        "asked": asked is not None,
        "weights": [
            (day.isoformat(), day == on, _weighed(patient, batch, day, proposed)) for day in sorted(days)
        ],
    }


def _weighed(patient: Patient, batch: Batch, on: date, proposed: date | None) -> Counterweight:
    waiting = checks_with(patient, batch, infusion=on)
    return counterweight(on, proposed, account(patient, batch).infused, waiting)


def _stored(patient: Patient) -> list[StoredForecast]:
    """What was forecast, the newest first, without its texts."""
    rows: QuerySet[StoredForecast] = StoredForecast.objects.filter(patient=patient)
    return list(rows.defer("inputs", "result").order_by(*NEWEST_FIRST))


def _asked(request: HttpRequest) -> date | None:
    """The day of the address; one that can't be read asks for nothing."""
    try:
        return read_date(request.GET.get("on", ""))
    except ValueError:
        return None
