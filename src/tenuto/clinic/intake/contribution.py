"""What intake adds to the spine, the worklist and the pages of a patient."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Clinic, Staff
from tenuto.clinic.intake.alerts import alerts_of
from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.obstacles import obstacles
from tenuto.clinic.intake.pages import PAGES, page_of
from tenuto.clinic.intake.presenters.aside import Aside, aside
from tenuto.clinic.intake.state import IntakeState, current, states
from tenuto.clinic.intake.turns import turn_of
from tenuto.clinic.intake.vitals import vitals_of
from tenuto.clinic.pathway.api import (
    Batch,
    Beside,
    Contribution,
    Judgement,
    PatientLink,
    Place,
    State,
    TaskPlace,
    Turn,
    Vitals,
    judgements_of,
    safety_now,
    safety_of,
    verdict_word,
)
from tenuto.clinic.people.models import Patient
from tenuto.clinic.ports.api import TaskRow, safety_tasks_about, who_ends
from tenuto.clinic.ui.navigation import MenuEntry
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Level
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.safety import Risk, SafetyState, safety_state
from tenuto.core.intake.safety_stops import StopKind
from tenuto.core.intake.safety_words import OpenSafetyTask
from tenuto.core.literature.tasks import (
    ENQUIRY_HARM,
    MEDICINES_REOPENED,
    SuicideRisk,
    TaskKind,
    task_kind,
    task_kinds,
)

__all__ = ["CONTRIBUTION", "NAVIGATION"]

OWN_TASKS = ("enquiry", ENQUIRY_HARM, "test.order")
"""Opened by an action of intake and not by an answer."""
DECIDED: Mapping[str, State] = {Decision.Outcome.ACCEPTED: "done", Decision.Outcome.NOT_SUITABLE: "blocked"}


def places(batch: Batch) -> Mapping[UUID, Place]:
    """What was decided, or what is still to do before that."""
    return {patient: _place(patient, state, batch) for patient, state in states(batch).items()}


def _place(patient: UUID, state: IntakeState, batch: Batch) -> Place:
    if state.decision is not None:
        words = f"{state.decision.outcome_text}, {day(state.decision.decided_on)}"
        return Place(DECIDED.get(state.decision.outcome, "here"), words)
    risk = safety_of(batch).get(patient)
    closed = any(f.level >= Level.BLOCK and not f.missing for f in state.gate.findings)
    if closed or (risk is not None and risk.risk is Risk.OPEN):
        return Place("blocked", verdict_word(patient, batch))
    return Place("here", f"{len(state.missing)} to ask" if state.missing else "To decide")


def turns(batch: Batch) -> Mapping[UUID, Turn | None]:
    """Take the history, correct, complete, decide."""
    known = states(batch)
    return {patient.pk: turn_of(known.get(patient.pk)) for patient in batch.patients}


def judgements(batch: Batch) -> Mapping[UUID, Judgement]:
    """Of those about whom nothing is recorded; of the others a plan can be judged."""
    known = states(batch)
    nothing = Judgement(
        mark="to_do", why="Nothing is recorded yet.", next_step="Take the history", target="intake:page",
        diagnosis="None that is treated here", recorded_on=None,
    )  # fmt: skip
    return {p.pk: nothing for p in batch.patients if p.pk not in known or known[p.pk].record is None}


def alerts(batch: Batch) -> Mapping[UUID, tuple[str, ...]]:
    """What blocks this treatment."""
    return {patient: alerts_of(state.gate) for patient, state in states(batch).items()}


def safety(batch: Batch) -> Mapping[UUID, SafetyState]:
    """Suicide risk: answers, triages and open tasks of safety; and the patient's newest word on the consent."""
    zone = ZoneInfo(batch.clinic.zone)
    tasks = safety_tasks_about(patient.pk for patient in batch.patients)
    return {
        patient: safety_state(
            state.facts,
            as_of=batch.today,
            policy=state.policy,
            open_tasks=[
                _open_task(task, risk, batch.clinic)
                for task in tasks.get(patient, ())
                if (risk := task_kind(task.kind).suicide_risk) is not None
            ],
            zone=zone,
            consent_withdrawn=state.consent_taken_back,
        )
        for patient, state in states(batch).items()
    }


def _open_task(task: TaskRow, risk: SuicideRisk, clinic: Clinic) -> OpenSafetyTask:
    return OpenSafetyTask(
        task_kind(task.kind).title,
        clock.local(clinic, task.due),
        known=risk is SuicideRisk.KNOWN,
        ended_by=who_ends(task.kind),
    )


def vitals(batch: Batch) -> Mapping[UUID, Vitals]:
    """Allergies and the weight."""
    return {patient: vitals_of(state.facts, batch.today) for patient, state in states(batch).items()}


def facts(batch: Batch) -> Mapping[UUID, PatientFacts]:
    """Everything that is recorded, from every source together."""
    return {patient: state.facts for patient, state in states(batch).items()}


def beside(batch: Batch, patient: Patient, staff: Staff) -> Aside:
    """The gate, and what is missing."""
    state = states(batch).get(patient.pk) or current(patient, as_of=batch.today)
    return aside(
        state,
        patient.pk,
        staff,
        safety=safety_now(patient, batch),
        judged=judgements_of(batch).get(patient.pk),
    )


def _task_place(rule: TaskKind) -> TaskPlace:
    if rule.id in ("enquiry", ENQUIRY_HARM):
        return TaskPlace(rule.title, "Answer it", "enquiries")
    if rule.id == "test.order":
        return TaskPlace(rule.title, "Order or chase it", "intake:tests")
    if rule.to_do:
        page = page_of(rule.to_do)[:1]
        # A step of the history needs its own name in the address; the checklist of the overview leads there.
        route = page[0] if page and page[0] in PAGES else "intake:page#missing"
        return TaskPlace(rule.title, "Record it", route, verb=PAGES[route][1] if route in PAGES else "")
    if rule.id == MEDICINES_REOPENED:
        return TaskPlace(rule.title, "Go through the list", "intake:page#missing")
    return TaskPlace(rule.title, "Record the triage", "scales:triage", verb="scale.triage")


NAVIGATION = (
    MenuEntry(key="enquiries", label="Enquiries", route="enquiries", rank=30, verb="enquiry.record"),
)
CONTRIBUTION = Contribution(
    room="intake",
    page="intake:page",
    places=places,
    turns=turns,
    judgements=judgements,
    alerts=alerts,
    safety=safety,
    safety_page="scales:triage",
    deciding_page="intake:decision",
    safety_verb="scale.triage",
    stop_places={
        StopKind.CONSENT: TaskPlace(
            "Consent withdrawn", "See the consent", "intake:consent", verb="intake.consent"
        )
    },
    vitals=vitals,
    links=(PatientLink("The patient takes the consent back", "intake:withdraw-consent"),),
    facts=facts,
    obstacles=obstacles,
    ways_in=("intake/way_in.html",),
    beside=Beside("intake/parts/aside.html", "intake/css/intake.css", beside),
    tasks={k.id: _task_place(k) for k in task_kinds().values() if k.fact or k.to_do or k.id in OWN_TASKS},
    patient_urls="tenuto.clinic.intake.urls",
    clinic_urls="tenuto.clinic.intake.enquiry_urls",
)
