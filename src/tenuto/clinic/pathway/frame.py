"""What stands around every page about a patient: the banner and the spine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.api import may, one_who_may
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.accounts.signed_in import staff_of
from tenuto.clinic.pathway.batch import Batch
from tenuto.clinic.pathway.next_card import NextCard, card_before_plan, next_card
from tenuto.clinic.pathway.parts import BookedNext, Judgement, OwnWords, Turn, Vitals
from tenuto.clinic.pathway.registry import contributions, first_page, spine_order
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ui.components import WORDS, Banner, Stage
from tenuto.clinic.ui.gates import mark_of, worse_mark
from tenuto.clinic.ui.words import age, count, late_words
from tenuto.core.course.facts import SignedCourse
from tenuto.core.course.next_facts import Obstacle
from tenuto.core.course.next_step import NextStep
from tenuto.core.dates import say_birthday
from tenuto.core.gate import Finding
from tenuto.core.intake.facts import PatientFacts, Person
from tenuto.core.intake.safety import SafetyState, safety_state
from tenuto.core.policy import Policy, default_policy

__all__ = [
    "banner_of",
    "booked_of",
    "born_text",
    "facts_of",
    "findings_of",
    "judgements_of",
    "limits_of",
    "next_steps_of",
    "obstacles_of",
    "patient_page",
    "safety_now",
    "safety_of",
    "signed_courses_of",
    "spine_of",
    "turns_of",
    "verdict_word",
]

AHEAD = ("ahead", "Not started")
MOST_ALERTS = 4
NOT_ASKED = safety_state(PatientFacts(Person()), as_of=date.max, policy=default_policy())
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
    next_step: bool = False,
    read_by_patient: bool = False,
    status: int = 200,
) -> HttpResponse:
    """A page about a patient, in the one frame; its template extends `pathway/frame.html`.

    One that is `beside` what the stages show extends `pathway/beside.html`.

    One with the `next_step` includes `pathway/next.html`, the card of the next infusion.

    One that is `read_by_patient` on staff's screen says nothing of a risk of suicide, of alerts and of verdicts there: staff
    are sent to the page that does.

    A page that has asked a stage already gives the `batch` it asked by. `alerts` are those of the page alone.
    """
    known = batch or Batch.of(patient)
    frame = {
        "patient": patient,
        "safety": safety_now(patient, known),
        "safety_late": late_words(safety_now(patient, known).due, clock.instant()),
        **_safety_act(patient, staff_of(request)),
        "safety_stops": _stop_lines(patient, safety_now(patient, known), staff_of(request)),
        "banner": banner_of(patient, known, alerts=alerts),
        "stages": spine_of(patient, known),
        "first_page": first_page(),
        "beside": _beside(request, patient, known) if beside else (),
        "read_by_patient": read_by_patient,
        "next_card": _next_card(patient, known) if next_step else None,
        # Asked for by the templates that show it alone.
        "own_words": lambda: own_words_of(patient, known),
    }
    return render(request, template, {**frame, **context}, status=status)


def _next_card(patient: Patient, batch: Batch) -> NextCard | None:
    """What comes next in the course; before a plan is in force, what has to happen first."""
    safety = safety_now(patient, batch)
    known = next_card(next_steps_of(batch).get(patient.pk), batch.today, said=safety.pressing)
    return known or card_before_plan(turns_of(batch).get(patient.pk), safety, who_looks=_who_looks())


@dataclass(frozen=True, slots=True)
class Shown:
    """What a room shows beside a page."""

    template: str
    stylesheet: str
    shown: object


def _beside(request: HttpRequest, patient: Patient, batch: Batch) -> tuple[Shown, ...]:
    staff = staff_of(request)
    parts = [each.beside for each in contributions() if each.beside]
    return tuple(Shown(part.template, part.stylesheet, part.show(batch, patient, staff)) for part in parts)


def own_words_of(patient: Patient, batch: Batch) -> Sequence[OwnWords]:
    """What a patient wrote, the newest first."""
    speaker = next((each.own_words for each in contributions() if each.own_words), None)
    return batch.once(speaker).get(patient.pk, ()) if speaker else ()


def limits_of(clinic: Clinic) -> Policy:
    """The limits that a clinic works under; the shipped ones where no room says."""
    speaker = next((each.limits for each in contributions() if each.limits), None)
    return speaker(clinic) if speaker else default_policy()


def facts_of(patient: Patient, batch: Batch) -> PatientFacts:
    """All that the rooms know of a patient of the batch."""
    speaker = next((each.facts for each in contributions() if each.facts), None)
    return (batch.once(speaker).get(patient.pk) if speaker else None) or PatientFacts(Person())


def findings_of(batch: Batch) -> Mapping[UUID, tuple[Finding, ...]]:
    """What every room adds to the verdict of today on each patient, beside what a gate finds in the facts."""
    return batch.once(_findings)


def _findings(batch: Batch) -> Mapping[UUID, tuple[Finding, ...]]:
    found: dict[UUID, tuple[Finding, ...]] = {}
    for each in contributions():
        for patient, said in (batch.once(each.findings) if each.findings else {}).items():
            found[patient] = (*found.get(patient, ()), *said)
    return found


def signed_courses_of(batch: Batch) -> Mapping[UUID, Sequence[SignedCourse]]:
    """What each signed version of a plan says of the course, by patient id."""
    speaker = next((each.signed_courses for each in contributions() if each.signed_courses), None)
    return batch.once(speaker) if speaker else {}


def obstacles_of(batch: Batch) -> Mapping[UUID, Sequence[Obstacle]]:
    """What stands in the way of each patient's next infusion, from all rooms, the latest stage's first."""
    found: dict[UUID, dict[Obstacle, None]] = {}
    for each in reversed(contributions()):
        if each.obstacles:
            for patient, obstacles in batch.once(each.obstacles).items():
                found.setdefault(patient, {}).update(dict.fromkeys(obstacles))
    return {patient: tuple(obstacles) for patient, obstacles in found.items()}


def booked_of(batch: Batch) -> Mapping[UUID, BookedNext]:
    """When each patient of a batch comes next, where something is booked."""
    speaker = next((each.booked for each in contributions() if each.booked), None)
    return batch.once(speaker) if speaker else {}


def next_steps_of(batch: Batch) -> Mapping[UUID, NextStep]:
    """What comes next in each course of a batch with a plan in force."""
    speaker = next((each.next_steps for each in contributions() if each.next_steps), None)
    return batch.once(speaker) if speaker else {}


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
    """The safety state of each patient about whom something is recorded, with what every stage found that stops treatment."""
    return batch.once(_safety)


def _safety(batch: Batch) -> Mapping[UUID, SafetyState]:
    speaker = next((each.safety for each in contributions() if each.safety), None)
    found = dict(batch.once(speaker)) if speaker else {}
    for each in contributions():
        for patient, stops in (batch.once(each.stops) if each.stops else {}).items():
            found[patient] = found.get(patient, NOT_ASKED).besides(stops)
    return found


def safety_now(patient: Patient, batch: Batch) -> SafetyState:
    """The safety state of one patient of a batch; "not asked yet" of one about whom nothing is recorded."""
    return safety_of(batch).get(patient.pk, NOT_ASKED)


@dataclass(frozen=True, slots=True)
class StopLine:
    """What stops treatment, with the page where it is ended; without an address for whom it is not to record."""

    words: str
    text: str
    url: str
    next_step: str


def _stop_lines(patient: Patient, state: SafetyState, staff: Staff) -> tuple[StopLine, ...]:
    places = {kind: place for each in contributions() for kind, place in each.stop_places.items()}
    lines = []
    for stop in state.stops:
        place = places.get(stop.kind)
        opens = place is not None and (not place.verb or may(staff, place.verb))
        url = reverse(place.target, args=[patient.pk]) if place and opens else ""
        lines.append(StopLine(stop.words, stop.text, url, place.next_step if place else ""))
    return tuple(lines)


def _safety_act(patient: Patient, staff: Staff) -> dict[str, str]:
    """Where this reader records that somebody looked at the patient; who does, when this reader may not."""
    room = next((each for each in contributions() if each.safety_page), None)
    if room is None:
        return {}
    if may(staff, room.safety_verb):
        return {"safety_url": reverse(room.safety_page, args=[patient.pk])}
    who_looks = _who_looks()
    return {
        "safety_by_others": who_looks,
        "clinic_phone": staff.clinic.phone,
    }


def _who_looks() -> str:
    """'A prescriber or a nurse records a triage.'"""
    verb = next((each.safety_verb for each in contributions() if each.safety_page), "")
    others = one_who_may(verb) if verb else "somebody"
    return f"{others[0].upper()}{others[1:]} records a triage."


def spine_of(patient: Patient, batch: Batch) -> tuple[Stage, ...]:
    """Every stage in order, with what it says of the patient; of one that says nothing what others know, else it lies ahead."""
    told: dict[str, Stage] = {}
    for each in contributions():
        for name, stands in (batch.once(each.stands).get(patient.pk, {}) if each.stands else {}).items():
            if name not in told or (told[name].state, told[name].words) == AHEAD:
                told[name] = Stage(name, stands.state, stands.words, told[name].url if name in told else "")
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

    An open risk of suicide blocks, whatever the stage says, and what stops treatment stands before every other reason.
    """
    found: dict[UUID, Judgement] = {}
    for each in contributions():
        if each.judgements:
            found.update(batch.once(each.judgements))
    for patient, state in safety_of(batch).items():
        if patient in found and state.is_red:
            mark = worse_mark(found[patient].mark, mark_of(state.level))
            found[patient] = replace(found[patient], mark=mark, why=state.pressing[0], more="")
    return found


def verdict_word(patient: UUID, batch: Batch) -> str:
    """The word of the one verdict of today, for where a stage says that nothing goes on."""
    judged = judgements_of(batch).get(patient)
    return WORDS[judged.mark if judged else "to_do"]


def _shortened(alerts: Sequence[str]) -> tuple[str, ...]:
    unique = list(dict.fromkeys(alerts))
    rest = len(unique) - MOST_ALERTS
    return (*unique[:MOST_ALERTS], *([f"and {rest} more"] if rest > 0 else []))
