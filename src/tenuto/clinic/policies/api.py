"""The door of the policies: which limits count now, and what a decision was made by."""

from tenuto.clinic.policies.effect import (
    InEffect,
    as_policy,
    in_effect,
    policy_for,
    policy_of,
    shipped_policy,
)
from tenuto.clinic.policies.pinned import keep_rules, policy_changes_since, rule_changes_since

__all__ = [
    "InEffect",
    "as_policy",
    "in_effect",
    "keep_rules",
    "policy_changes_since",
    "policy_for",
    "policy_of",
    "rule_changes_since",
    "shipped_policy",
]
