"""The gate beside every page of intake, and what is missing as a checklist that leads to where it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.intake.api import IntakeState
from tenuto.clinic.ui.components import Stage, spine
from tenuto.clinic.ui.gates import GateCard, gate_card, mark_of
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.required import fact
from tenuto.core.intake.steps import elsewhere, steps

__all__ = ["Aside", "Lacking", "aside", "page_of", "stages"]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that is missing, where to record it, and how."""

    mark: str
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Aside:
    """The panel that fills in as facts arrive."""

    gate: GateCard
    lacking: tuple[Lacking, ...]
    not_checked: tuple[str, ...]


def aside(state: IntakeState, patient_id: UUID) -> Aside:
    """The gate, the checklist, and what could not be judged."""
    lacking = [f for f in state.gate.findings if f.missing and f.level > Level.PASS]
    return Aside(
        gate=gate_card(state.gate, state.policy, against="this treatment"),
        lacking=tuple(_lacking(f, patient_id) for f in lacking),
        not_checked=state.assessment.not_checked,
    )


def _lacking(finding: Finding, patient_id: UUID) -> Lacking:
    page = page_of(finding.fact)
    title = fact(finding.fact).title if finding.fact in _pages() else finding.message
    url = reverse(page[0], args=[patient_id, *page[1:]]) if page else ""
    return Lacking(mark_of(finding.level), title, finding.message, url)


def page_of(fact_id: str) -> tuple[str, ...]:
    """The name of the page that records a fact, with its arguments; empty when there is none."""
    return _pages().get(fact_id, ())


_ELSEWHERE = {
    "measurements": ("intake:measurements",),
    "tests": ("intake:tests",),
    "scales": ("intake:scales",),
    "triage": ("intake:triage",),
    "consent": ("intake:consent",),
}


@cache
def _pages() -> Mapping[str, tuple[str, ...]]:
    pages: dict[str, tuple[str, ...]] = {}
    for step in steps():
        pages.update(dict.fromkeys(step.facts, ("intake:history", step.id)))
    for page, names in elsewhere().items():
        pages.update(dict.fromkeys(names, _ELSEWHERE.get(page, ())))
    return pages


def stages(state: IntakeState, patient_id: UUID) -> tuple[Stage, ...]:
    """The spine with intake as it stands; the plan waits for a decision, the later stages for the plan."""
    plan = ("here", "To plan") if state.accepted else ("ahead", "After the decision")
    intake = (*_intake(state), reverse("intake:page", args=[patient_id]))
    return spine({"intake": intake, "plan": (*plan, reverse("plan:page", args=[patient_id]))})


def _intake(state: IntakeState) -> tuple[str, str]:
    if state.decision is not None:
        outcome, words = state.decision.outcome, state.decision.outcome_text
        told = f"{words}, {day(state.decision.decided_at.date())}"
        return ({"accepted": "done", "not_suitable": "blocked"}.get(outcome, "here"), told)
    if state.gate.level >= Level.BLOCK and any(
        not f.missing for f in state.gate.findings if f.level >= Level.BLOCK
    ):
        return "blocked", "Blocked"
    return "here", f"{len(state.missing)} to ask" if state.missing else "To decide"
