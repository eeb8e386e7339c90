"""The gate beside every page of intake, and what is missing as a checklist that leads to where it is recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.intake.api import IntakeState
from tenuto.clinic.people.api import may
from tenuto.clinic.people.models import Staff
from tenuto.clinic.people.pathway import told
from tenuto.clinic.ui.components import Stage, spine
from tenuto.clinic.ui.gates import GateCard, gate_card, mark_of
from tenuto.clinic.ui.words import day
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.required import fact
from tenuto.core.intake.steps import elsewhere, step, steps

__all__ = ["PAGES", "Aside", "Lacking", "LackingGroup", "aside", "page_of", "stages"]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that is missing."""

    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class LackingGroup:
    """What one page would complete. Without an address, who is signed in may not record it."""

    title: str
    mark: str
    url: str
    items: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class Aside:
    """The panel that fills in as facts arrive."""

    gate: GateCard
    missing: int
    lacking: tuple[LackingGroup, ...]
    not_checked: tuple[str, ...]


def aside(state: IntakeState, patient_id: UUID, staff: Staff) -> Aside:
    """The gate, the checklist by page, and what could not be judged."""
    lacking = [f for f in state.gate.findings if f.missing and f.level > Level.PASS]
    pages = {page_of(f.fact): None for f in sorted(lacking, key=lambda f: _order(f.fact))}
    return Aside(
        gate=gate_card(state.gate, state.policy, against="this treatment"),
        missing=len(lacking),
        lacking=tuple(
            _group(page, [f for f in lacking if page_of(f.fact) == page], patient_id, staff) for page in pages
        ),
        not_checked=state.assessment.not_checked,
    )


def _group(
    page: tuple[str, ...], findings: Sequence[Finding], patient_id: UUID, staff: Staff
) -> LackingGroup:
    title = (step(page[1]).title if len(page) > 1 else PAGES[page[0]][0]) if page else "Who it is"
    verb = PAGES[page[0]][1] if page and len(page) == 1 else "intake.record"
    url = reverse(page[0], args=[patient_id, *page[1:]]) if page and may(staff, verb) else ""
    items = tuple(Lacking(mark_of(f.level), _title(f)) for f in findings)
    return LackingGroup(title, mark_of(max(f.level for f in findings)), url, items)


def _title(finding: Finding) -> str:
    try:
        return fact(finding.fact).title
    except KeyError:
        return finding.message


def _order(fact_id: str) -> int:
    """The place of a fact's page in the order in which the pages are gone through."""
    return list(_pages()).index(fact_id) if fact_id in _pages() else -1


def page_of(fact_id: str) -> tuple[str, ...]:
    """The name of the page that records a fact, with its arguments; empty when there is none."""
    return _pages().get(fact_id, ())


PAGES = {
    "intake:measurements": ("Measurements", "intake.record"),
    "intake:tests": ("Tests", "intake.record"),
    "intake:scales": ("Scales", "intake.record"),
    "intake:triage": ("Suicide triage", "intake.triage"),
    "intake:consent": ("Consent", "intake.consent"),
}
"""The pages that are no steps of the history: title and who may."""


@cache
def _pages() -> Mapping[str, tuple[str, ...]]:
    pages: dict[str, tuple[str, ...]] = {}
    for each in steps():
        pages.update(dict.fromkeys(each.facts, ("intake:history", each.id)))
    for page, names in elsewhere().items():
        if f"intake:{page}" in PAGES:
            pages.update(dict.fromkeys(names, (f"intake:{page}",)))
    return pages


def stages(state: IntakeState, patient_id: UUID) -> tuple[Stage, ...]:
    """The spine with intake as it stands; the plan says where it is, or waits for a decision."""
    waits = ("here", "To plan") if state.accepted else ("ahead", "After the decision")
    plan = told("plan", patient_id) or (*waits, reverse("plan:page", args=[patient_id]))
    intake = (*_intake(state), reverse("intake:page", args=[patient_id]))
    return spine({"intake": intake, "plan": plan})


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
