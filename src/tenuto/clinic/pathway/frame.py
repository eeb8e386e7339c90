"""What stands around every page about a patient: the banner and the spine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tenuto.clinic.accounts.api import may, one_who_may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.pathway.batch import Batch
from tenuto.clinic.pathway.parts import Judgement, Turn, Vitals
from tenuto.clinic.pathway.registry import contributions, first_page, spine_order
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.components import Banner, Stage
from tenuto.clinic.ui.gates import worse_mark
from tenuto.clinic.ui.words import age, count
from tenuto.core.dates import say_birthday
from tenuto.core.intake.facts import PatientFacts, Person
from tenuto.core.intake.safety import Risk, SafetyState, safety_state

__all__ = [
    "banner_of",
    "born_text",
    "facts_of",
    "judgements_of",
    "patient_page",
    "safety_now",
    "safety_of",
    "spine_of",
    "turns_of",
]

AHEAD = ("ahead", "Not started")
MOST_ALERTS = 4
NOT_ASKED = safety_state(PatientFacts(Person()), as_of=date.max)
NOTHING_KNOWN = Vitals((), False, "", "")


def patient_page(
    request: HttpRequest,
    template: str,
    patient: Patient,
    context: Mapping[str, Any],
    *,
    batch: Batch | None = None,
    alerts: Sequence[str] = (),
    beside: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page about a patient, in the one frame; its template extends `pathway/frame.html`.

    One that is `beside` what the stages show extends `pathway/beside.html`.

    A page that has asked a stage already gives the `batch` it asked by. `alerts` are those of the page alone.
    """
    known = batch or Batch.of(patient)
    frame = {
        "patient": patient,
        "safety": safety_now(patient, known),
        **_safety_act(patient, cast(Staff, request.user)),
        "banner": banner_of(patient, known, alerts=alerts),
        "stages": spine_of(patient, known),
        "first_page": first_page(),
        "beside": _beside(request, patient, known) if beside else (),
    }
    return render(request, template, {**frame, **context}, status=status)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a room shows beside a page."""

    template: str
    stylesheet: str
    shown: object


def _beside(request: HttpRequest, patient: Patient, batch: Batch) -> tuple[Shown, ...]:
    staff = cast(Staff, request.user)
    parts = [each.beside for each in contributions() if each.beside]
    return tuple(Shown(part.template, part.stylesheet, part.show(batch, patient, staff)) for part in parts)


def facts_of(patient: Patient, batch: Batch) -> PatientFacts:
    """All that the rooms know of a patient of the batch."""
    speaker = next((each.facts for each in contributions() if each.facts), None)
    return (batch.once(speaker).get(patient.pk) if speaker else None) or PatientFacts(Person())


def banner_of(patient: Patient, batch: Batch, *, alerts: Sequence[str] = ()) -> Banner:
    """Name, birth date and record number, allergies, alerts, and the weight with its date."""
    vitals = NOTHING_KNOWN
    found = list(alerts)
    for each in reversed(contributions()):
        if each.vitals:
            vitals = batch.once(each.vitals).get(patient.pk, vitals)
        if each.alerts:
            found += batch.once(each.alerts).get(patient.pk, ())
    return Banner(
        name=patient.name,
        record_number=patient.record_number,
        born=born_text(patient, batch.today),
        allergies=vitals.allergies,
        allergies_known=vitals.allergies_known,
        alerts=_shortened(found),
        weight=vitals.weight,
        weight_note=vitals.weight_note,
        preferred=patient.preferred_name,
        person_url=reverse("pathway:person", args=[patient.pk]),
    )


def born_text(patient: Patient, today: date) -> str:
    """'Born 4 May 1981, 45 years'."""
    born = patient.birth_date
    if born is None:
        return "Date of birth not recorded"
    return f"Born {say_birthday(born)}, {count(age(born, today), 'year')}"


def safety_of(batch: Batch) -> Mapping[UUID, SafetyState]:
    """The safety state of each patient about whom something is recorded."""
    speaker = next((each.safety for each in contributions() if each.safety), None)
    return batch.once(speaker) if speaker else {}


def safety_now(patient: Patient, batch: Batch) -> SafetyState:
    """The safety state of one patient of a batch; "not asked yet" of one about whom nothing is recorded."""
    return safety_of(batch).get(patient.pk, NOT_ASKED)


def _safety_act(patient: Patient, staff: Staff) -> dict[str, str]:
    """Where this reader records that somebody looked at the patient; who does, when this reader may not."""
    room = next((each for each in contributions() if each.safety_page), None)
    if room is None:
        return {}
    if may(staff, room.safety_verb):
        return {"safety_url": reverse(room.safety_page, args=[patient.pk])}
    others = one_who_may(room.safety_verb)
    return {
        "safety_by_others": f"{others[0].upper()}{others[1:]} records a triage.",
        "clinic_phone": staff.clinic.phone,
    }


def spine_of(patient: Patient, batch: Batch) -> tuple[Stage, ...]:
    """Every stage in order, with what it says of the patient; one that nobody has built lies ahead."""
    told = {}
    for each in contributions():
        if each.places:
            place = batch.once(each.places).get(patient.pk)
            state, words = (place.state, place.words) if place else AHEAD
            told[each.room] = Stage(each.room, state, words, reverse(each.page, args=[patient.pk]))
    return tuple(told.get(name) or Stage(name, *AHEAD) for name in spine_order())


def turns_of(batch: Batch) -> dict[UUID, Turn | None]:
    """The next turn of each patient: what the latest stage says that has something to say."""
    found: dict[UUID, Turn | None] = {}
    for each in contributions():
        if each.turns:
            found.update(batch.once(each.turns))
    return found


def judgements_of(batch: Batch) -> dict[UUID, Judgement]:
    """The one verdict on each patient today, for every list and page: what the latest stage says that has something to say.

    An open risk of suicide blocks, whatever the stage says.
    """
    found: dict[UUID, Judgement] = {}
    for each in contributions():
        if each.judgements:
            found.update(batch.once(each.judgements))
    for patient, state in safety_of(batch).items():
        if patient in found and state.risk is Risk.OPEN:
            mark = worse_mark(found[patient].mark, "block")
            found[patient] = replace(found[patient], mark=mark, why=state.sentences[0], more="")
    return found


def _shortened(alerts: Sequence[str]) -> tuple[str, ...]:
    unique = list(dict.fromkeys(alerts))
    rest = len(unique) - MOST_ALERTS
    return (*unique[:MOST_ALERTS], *([f"and {rest} more"] if rest > 0 else []))
