"""The page of a session: opened, made ready, charted. One address, whatever the session has come to."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.forms import Select
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.infusion.forms.charting import FORMS, EndForm
from tenuto.clinic.infusion.forms.drug import DrawForm, WasteDrugForm
from tenuto.clinic.infusion.forms.entry import EntryForm
from tenuto.clinic.infusion.forms.readying import (
    AnswersForm,
    BeforeForm,
    IdentifiersForm,
    ReleaseForm,
    SecondReadingForm,
)
from tenuto.clinic.infusion.models import Session, SessionEnd
from tenuto.clinic.infusion.presenters.chart import chart_shown, words_of
from tenuto.clinic.infusion.presenters.readying import gate_shown, order_shown
from tenuto.clinic.infusion.services import account_of, asked_too_soon, session_today, start_of
from tenuto.clinic.infusion.services.drug import drug_of
from tenuto.clinic.infusion.services.opening import other_day
from tenuto.clinic.infusion.services.ordering import may_sign, prescribers_of
from tenuto.clinic.infusion.services.standing import order_of_session
from tenuto.clinic.infusion.views.device import two_patients
from tenuto.clinic.infusion.views.entries import new_entry
from tenuto.clinic.pathway.api import patient_page
from tenuto.clinic.people.decorators import shows_patient
from tenuto.clinic.people.models import Patient
from tenuto.clinic.plan.api import comfort_of, current
from tenuto.core.infusion.pump import PumpState

__all__ = ["HERE", "Forms", "page", "shown_page"]

HERE = "infusion:page"
IN_ITS_PLACE = frozenset(
    {
        "RateChanged",
        "AdverseEventCharted",
        "DistressCharted",
        "DrugGiven",
        "BolusGiven",
        "LineFlushed",
        "LineRecorded",
        "SiteChecked",
        "NoteWritten",
        "HandedOver",
        "VerbalOrderTaken",
    }
)
"""Kinds whose form stands on the page of a running session and says itself what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Forms:
    """The form that was posted and not kept, to be shown again as it was filled in."""

    identity: IdentifiersForm | None = None
    before: BeforeForm | None = None
    answers: AnswersForm | None = None
    reading: SecondReadingForm | None = None
    release: ReleaseForm | None = None
    entry: EntryForm | None = None
    kind: str = ""
    end: EndForm | None = None
    draw: DrawForm | None = None
    waste: WasteDrugForm | None = None

    @property
    def failed(self) -> bool:
        """Whether there is one."""
        parts = (self.identity, self.before, self.answers, self.reading, self.release, self.entry, self.end)
        return any(part is not None for part in (*parts, self.draw, self.waste))

    def on_top(self, placed: Collection[str]) -> EntryForm | None:
        """The entry that was not kept, when no form of its kind on the page says why: it is said at its head."""
        return None if self.kind in placed else self.entry


@require_safe
@shows_patient("infusion")
def page(request: HttpRequest, patient: Patient) -> HttpResponse:
    """The session of today."""
    return shown_page(request, patient, Forms())


def shown_page(request: HttpRequest, patient: Patient, forms: Forms) -> HttpResponse:
    """The page as the session stands, with the form that was not kept."""
    now = clock.instant()
    session = session_today(patient, now)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if forms.failed else HTTPStatus.OK
    if session is None:
        plan = current(patient)
        context: dict[str, Any] = {"plan": plan, "other_day": other_day(patient, now)}
        return patient_page(request, "infusion/open.html", patient, context, next_step=True, status=status)
    account = account_of(session, now)
    if account.state is PumpState.NOT_STARTED and not account.entries:
        return patient_page(
            request,
            "infusion/gate.html",
            patient,
            {**_gate(session, patient, forms), "two_patients": two_patients(request, patient, now)},
            status=status,
        )
    context = {
        "session": session,
        "two_patients": two_patients(request, patient, now),
        "static_files": settings.STATIC_URL,
        "chart": chart_shown(account, patient.clinic),
        "order": order_shown(account.order),
        "comfort": comfort_of(patient),
        "ended": SessionEnd.objects.filter(session=session).first(),
        "forms": _entry_forms(forms, patient.clinic),
        # Its cause is said afterwards: the pump is stopped first.
        "stop_now": new_entry("PumpStopped", auto_id="id_now_%s"),
        "failed": forms.on_top(IN_ITS_PLACE | ({"EmergencyEnded"} if account.emergency_at else frozenset())),
        "answers": [
            (reminder, new_entry("ReminderAnswered", reminder=reminder.key, auto_id=f"id_r{n}_%s"))
            for n, reminder in enumerate(account.to_answer)
        ],
        "orders": [
            (
                words_of(each.what),
                each.by,
                new_entry("VerbalOrderSigned", order=each.id, auto_id=f"id_o{n}_%s"),
                may_sign(each, staff_of(request)),
            )
            for n, each in enumerate(account.unsigned_orders)
        ],
        "end_form": forms.end or EndForm(auto_id="id_end_%s"),
        **_drug(session, forms),
    }
    return patient_page(request, "infusion/session.html", patient, context, status=status)


def _gate(session: Session, patient: Patient, forms: Forms) -> dict[str, Any]:
    now = clock.instant()
    local, start = clock.local(patient.clinic, now), start_of(session, now)
    answers = forms.answers or AnswersForm(
        done=[row.id for row in start.readiness.rows if row.value], auto_id="id_answer_%s"
    )
    answers.too_soon = asked_too_soon(session)
    return {
        "gate": gate_shown(start, patient.clinic),
        "other_day": other_day(patient, now),
        "order": order_shown(order_of_session(session)),
        "identity_form": forms.identity or IdentifiersForm(auto_id="id_identity_%s"),
        "before_form": forms.before
        or BeforeForm(initial={"taken_at": local.strftime("%Y-%m-%dT%H:%M")}, auto_id="id_before_%s"),
        "answers_form": answers,
        "reading_form": forms.reading or SecondReadingForm(auto_id="id_reading_%s"),
        "release_form": forms.release or ReleaseForm(auto_id="id_release_%s"),
        **_drug(session, forms),
        "failed": forms.on_top(("PumpStarted",)),
        "started_form": forms.entry if forms.kind == "PumpStarted" else new_entry("PumpStarted"),
    }


def _drug(session: Session, forms: Forms) -> dict[str, Any]:
    # Each its own: what is drawn and what is wasted from one page are two entries.
    return {
        "drug": drug_of(session),
        "draw_form": forms.draw or DrawForm(initial={"client_id": uuid4()}, auto_id="id_draw_%s"),
        "waste_form": forms.waste or WasteDrugForm(initial={"client_id": uuid4()}, auto_id="id_waste_%s"),
    }


def _entry_forms(forms: Forms, clinic: Clinic) -> dict[str, EntryForm]:
    """A form for each kind, by its name, the one that was not kept as it was filled in."""
    found = {kind: new_entry(kind) for kind in FORMS}
    if forms.entry is not None:
        found[forms.kind] = forms.entry
    names = [("", "Choose"), *((name, name) for name in prescribers_of(clinic))]
    found["VerbalOrderTaken"].fields["ordered_by"].widget = Select(choices=names)
    return found
