"""The gate beside every page of intake, and what is missing as a checklist that leads to where it is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from tenuto.clinic.accounts.api import may
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.intake.decided import not_suitable, with_decision
from tenuto.clinic.intake.pages import PAGES, order_of, page_of
from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.pathway.api import Judgement
from tenuto.clinic.ui.components import WORDS
from tenuto.clinic.ui.gates import GateCard, gate_card, mark_of, policy_text, to_do_card, worse_mark
from tenuto.clinic.ui.words import count
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.required import fact
from tenuto.core.intake.safety import SafetyState, with_safety
from tenuto.core.intake.steps import step
from tenuto.core.intake.unrecorded import unrecorded

__all__ = ["Aside", "Lacking", "LackingGroup", "aside"]

TO_DO = "to_do"


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
    """With the mark of the one verdict of today."""
    opens_for: str
    """Who may go on past that mark."""
    to_decide: str
    """The mark on which a decision in intake is taken: without an earlier decision against treatment."""
    to_decide_opens_for: str
    adds: str
    """What a later stage found that closes it further, in a sentence; empty while it agrees."""
    missing: int
    lacking: tuple[LackingGroup, ...]
    not_checked: tuple[str, ...]

    @property
    def to_do(self) -> bool:
        """Whether there is no verdict yet, since too little is recorded to be judged."""
        return self.gate.mark == TO_DO


def aside(
    state: IntakeState,
    patient_id: UUID,
    staff: Staff,
    *,
    safety: SafetyState,
    judged: Judgement | None,
) -> Aside:
    """The gate, the checklist by page, and what could not be judged.

    `judged` is the one verdict of today: where a later stage found more, the mark here says so too.
    """
    if state.record is None and not safety.is_red:
        nothing = GateCard(
            mark=TO_DO,
            summary=f"Nothing is recorded yet that could be judged. {count(len(_lacking(state)), 'fact')} to ask.",
            findings=(),
            remarks=(),
            missing_count=len(_lacking(state)),
            policy=policy_text(state.policy),
            policy_signed=state.policy.signed,
        )
        return _to_do(nothing, state, patient_id, staff)
    of_facts = with_safety(state.gate, safety)
    gate = with_decision(of_facts, state)
    if first := state.asks_first(gate):
        return _to_do(to_do_card(gate, state.policy, first), state, patient_id, staff)
    card, own = gate_card(gate, state.policy, against="this treatment"), mark_of(gate.level)
    mark = worse_mark(own, judged.mark) if judged else own
    opens_for = gate.opened_by if mark == own else Level[mark.upper()].opened_by
    if mark != own:
        card = replace(card, mark=mark, summary=f"Intake alone says {WORDS[own]}. Goes on with {opens_for}.")
    lacking = _lacking(state)
    return Aside(
        gate=card,
        opens_for=opens_for,
        to_decide=mark_of(of_facts.level) if not_suitable(state) else mark,
        to_decide_opens_for=of_facts.opened_by if not_suitable(state) else opens_for,
        adds=judged.why if judged and mark != own else "",
        missing=len(lacking),
        lacking=_groups(lacking, patient_id, staff),
        not_checked=state.assessment.not_checked,
    )


def _to_do(card: GateCard, state: IntakeState, patient_id: UUID, staff: Staff) -> Aside:
    """Somebody was registered and too little is recorded yet: there is something to do, and no verdict."""
    lacking = _lacking(state)
    return Aside(
        gate=card,
        opens_for="",
        to_decide=TO_DO,
        to_decide_opens_for="",
        adds="",
        missing=len(lacking),
        lacking=tuple(replace(group, mark="due") for group in _groups(lacking, patient_id, staff)),
        not_checked=state.assessment.not_checked,
    )


def _lacking(state: IntakeState) -> list[Finding]:
    return [finding for _, finding in unrecorded(state.gate, with_unclear=True)]


def _groups(lacking: Sequence[Finding], patient_id: UUID, staff: Staff) -> tuple[LackingGroup, ...]:
    pages = {page_of(f.fact): None for f in sorted(lacking, key=lambda f: order_of(f.fact))}
    return tuple(
        _group(page, [f for f in lacking if page_of(f.fact) == page], patient_id, staff) for page in pages
    )


def _group(
    page: tuple[str, ...], findings: Sequence[Finding], patient_id: UUID, staff: Staff
) -> LackingGroup:
    title = (step(page[1]).title if len(page) > 1 else PAGES[page[0]][0]) if page else "Who it is"
    verb = PAGES[page[0]][1] if page and len(page) == 1 else "intake.record"
    url = reverse(page[0], args=[patient_id, *page[1:]]) if page and may(staff, verb) else ""
    items = tuple(Lacking(mark_of(f.level), fact(f.fact).title) for f in findings)
    return LackingGroup(title, mark_of(max(f.level for f in findings)), url, items)
