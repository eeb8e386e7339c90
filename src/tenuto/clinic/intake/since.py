"""What has changed since a decision, in words: facts, policy and rules."""

from __future__ import annotations

from tenuto.clinic.intake.models import Decision
from tenuto.clinic.intake.state import IntakeState
from tenuto.clinic.people.models import Patient
from tenuto.clinic.policies.api import policy_changes_since, rule_changes_since
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts_changes import facts_changes
from tenuto.core.intake.facts_json import facts_from_json

__all__ = ["changed_since_decision"]

SHORT = 12


def changed_since_decision(patient: Patient, state: IntakeState) -> tuple[Difference, ...]:
    """Every difference between what the newest decision rests on and what stands now; empty while it stands."""
    decision = state.decision
    if decision is None or decision.stands:
        return ()
    row = Decision.objects.get(pk=decision.id)
    facts = facts_changes(facts_from_json(row.facts), state.facts)
    if not facts and row.facts_sha256 != state.facts_sha256:
        facts = (Difference("Facts", row.facts_sha256[:SHORT], state.facts_sha256[:SHORT]),)
    policy = policy_changes_since(row.policy_sha256, clinic=patient.clinic, now=state.policy)
    return (*facts, *policy, *rule_changes_since(row.rules_sha256))
