"""What is posted before a start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.reauthenticate import signed_by
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.readying import (
    AnswersForm,
    BeforeForm,
    IdentifiersForm,
    ReleaseForm,
    SecondReadingForm,
)
from tenuto.clinic.infusion.models import Session
from tenuto.clinic.infusion.services import (
    SessionRefused,
    answer_identity,
    answer_rows,
    open_session,
    read_dose,
    record_before,
    release_start,
    session_today,
    start_infusion,
)
from tenuto.clinic.infusion.views.device import charted_here
from tenuto.clinic.infusion.views.page import HERE, Forms, shown_page
from tenuto.clinic.infusion.views.posted import posted
from tenuto.clinic.pathway.api import rests_on
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.scales.api import judges_risk
from tenuto.core.infusion.readiness import BREATHS, DIFFERS, IDENTITY, TEMPERATURE, asked_on_the_day

__all__ = ["answers", "before", "identity", "open_today", "reading", "release", "start"]

GROUNDS = (
    "plan.PlanVersion",
    "infusion.Session",
    "infusion.ReadinessAnswer",
    "infusion.SecondReading",
    "infusion.StartRelease",
    "infusion.ChartEntry",
)
"""What a start and its release rest on, beside all that every judgement has seen."""
ANSWERED = "infusion.ReadinessAnswer"
READ = "infusion.SecondReading"
OF_THE_DAY = "infusion.Session"
"""What is found of the day belongs to one order: a plan that is signed anew opens another session."""


def _other_answers(values: Mapping[str, str]) -> Q:
    """Answers to the same rows that say something else; none where nothing is answered."""
    each = (Q(row=row) & ~Q(value=value) for row, value in values.items())
    return reduce(or_, each, Q(pk__in=()))


def _differs(posted: QueryDict) -> Q:
    """The identity was compared and did not agree."""
    return Q(row=IDENTITY, value=DIFFERS)


def _answered_otherwise(posted: QueryDict) -> Q:
    return _other_answers({row: str(posted[row]) for row in asked_on_the_day() if posted.get(row)})


def _measured_otherwise(posted: QueryDict) -> Q:
    """Of values where the newest counts; of several pressures the worst does, whoever measured."""
    names = {BREATHS: "breaths", TEMPERATURE: "temperature"}
    return _other_answers({row: str(posted[name]) for row, name in names.items() if posted.get(name)})


def _answers_form(request: HttpRequest) -> AnswersForm:
    return AnswersForm(request.POST)


def _read_otherwise(posted: QueryDict) -> Q:
    return ~Q(differences=[])


@posted
@shows_patient("opening a session", verb="infusion.chart")
def open_today(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Open the session of today on the plan in force."""
    try:
        open_session(patient=patient, by=staff_of(request), at=clock.instant())
    except SessionRefused as refused:
        messages.error(request, str(refused), extra_tags="Not opened")
    return redirect(HERE, patient.pk)


@posted
@shows_patient("identity check", verb="infusion.chart")
@rests_on(OF_THE_DAY, ANSWERED, typed=IdentifiersForm, page=HERE, contrary={ANSWERED: _differs})
def identity(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Compare two identifiers."""
    form = IdentifiersForm(request.POST)

    def keep(session: Session) -> None:
        got = form.cleaned_data
        agrees = answer_identity(
            session=session,
            birth_date=got["birth_date"],
            record_number=got["record_number"],
            by=staff_of(request),
            at=clock.instant(),
        )
        said = (
            ("Agrees", "Both identifiers agree.")
            if agrees
            else ("Differs", "This is another patient's record.")
        )
        (messages.success if agrees else messages.error)(request, said[1], extra_tags=said[0])

    return _answer(request, patient, form, keep, Forms(identity=form))


@posted
@shows_patient("values before an infusion", verb="infusion.chart")
@rests_on(OF_THE_DAY, ANSWERED, typed=BeforeForm, page=HERE, contrary={ANSWERED: _measured_otherwise})
def before(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep what was measured before the start."""
    form = BeforeForm(request.POST)

    def keep(session: Session) -> None:
        record_before(
            session=session,
            values=form.values(),
            taken_at=form.cleaned_data["taken_at"],
            by=staff_of(request),
            at=clock.instant(),
        )

    return _answer(request, patient, form, keep, Forms(before=form))


@posted
@shows_patient("answers before an infusion", verb="infusion.chart")
@rests_on(OF_THE_DAY, ANSWERED, typed=_answers_form, page=HERE, contrary={ANSWERED: _answered_otherwise})
def answers(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep what was answered."""
    form = AnswersForm(request.POST)

    def keep(session: Session) -> None:
        answer_rows(
            session=session,
            values=form.values(),
            said=form.said(),
            by=staff_of(request),
            at=clock.instant(),
        )

    return _answer(request, patient, form, keep, Forms(answers=form))


@posted
@shows_patient("second reading", verb="infusion.chart")
@rests_on(OF_THE_DAY, READ, typed=SecondReadingForm, page=HERE, contrary={READ: _read_otherwise})
def reading(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Keep a second reading; one that differs shows both values."""
    form = SecondReadingForm(request.POST)

    def keep(session: Session) -> None:
        row = read_dose(session=session, read=form.read(), by=staff_of(request), at=clock.instant())
        tell = messages.success if row.agrees else messages.error
        tell(request, str(row), extra_tags="Agrees" if row.agrees else "Differs")

    return _answer(request, patient, form, keep, Forms(reading=form))


@posted
@shows_patient("release of a start", verb="infusion.release")
@judges_risk(*GROUNDS, typed=ReleaseForm, page=HERE)
def release(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Sign for what closes the start."""
    form = ReleaseForm(request.POST)

    def keep(session: Session) -> object:
        return signed_by(
            request,
            lambda signature: release_start(
                session=session,
                reason=form.cleaned_data["reason"],
                shown=request.POST.getlist("shown"),
                signature=signature,
                at=clock.instant(),
            ),
        )

    return _answer(request, patient, form, keep, Forms(release=form))


@posted
@shows_patient("start of an infusion", verb="infusion.chart")
@judges_risk(*GROUNDS, typed={}, page=HERE)
def start(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Chart the start, when nothing stands against it."""
    now, session = clock.instant(), session_today(patient, clock.instant())
    if session is None:
        return redirect(HERE, patient.pk)
    try:
        start_infusion(session=session, client_id=str(uuid4()), by=staff_of(request), at=now)
    except SessionRefused as refused:
        messages.error(request, str(refused), extra_tags="Not started")
    else:
        charted_here(request, session)
        messages.success(request, "The start is charted.", extra_tags="Running")
    return redirect(HERE, patient.pk)


def _answer(
    request: HttpRequest,
    patient: Patient,
    form: AnswersForm | BeforeForm | IdentifiersForm | SecondReadingForm | ReleaseForm,
    keep: Callable[[Session], object],
    forms: Forms,
) -> HttpResponse:
    """Keep what a sound form says; else the page again with what was typed, and why it was not kept."""
    session = session_today(patient, clock.instant())
    if session is None:
        messages.error(request, "No session of today is open. Open it first.", extra_tags="Not kept")
        return redirect(HERE, patient.pk)
    if form.is_valid():
        try:
            kept = keep(session)
        except SessionRefused as refused:
            form.add_error(None, str(refused))
        else:
            return kept if isinstance(kept, HttpResponse) else redirect(HERE, patient.pk)
    return shown_page(request, patient, forms)
