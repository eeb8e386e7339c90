"""What a decision or a signature was made by, and what has changed in policy and rules since."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import datetime

from django.db import IntegrityError, transaction

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.policies.effect import as_policy, shipped_policy
from tenuto.clinic.policies.models import PolicyVersion, RuleSet
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.rules import rule_changes, rules_now
from tenuto.core.policy import Limit, Policy
from tenuto.core.policy.changes import changes, setting_changes

__all__ = ["keep_rules", "policy_changes_since", "rule_changes_since"]

SHORT = 12


def keep_rules(*, at: datetime) -> str:
    """The digest of the rules of now, which are kept when nothing was decided by them before.

    Call it in the transaction of the decision, before its audit event, which takes the row along.
    """
    rules = rules_now()
    if not RuleSet.objects.filter(pk=rules.sha256).exists():
        text = json.dumps(rules.entries, sort_keys=True, ensure_ascii=False)
        # Somebody else may decide by the same rules in this very moment.
        with suppress(IntegrityError), transaction.atomic():
            RuleSet.objects.create(sha256=rules.sha256, entries_json=text, first_used_at=at)
    return rules.sha256


def rule_changes_since(sha256: str) -> tuple[Difference, ...]:
    """The rules that judge otherwise now than those with this digest; empty when they are the same."""
    now = rules_now()
    if sha256 == now.sha256:
        return ()
    kept = RuleSet.objects.filter(pk=sha256).first()
    found = rule_changes(json.loads(kept.entries_json), now.entries) if kept else ()
    return found or (Difference("Rules", sha256[:SHORT], now.sha256[:SHORT]),)


def policy_changes_since(sha256: str, *, clinic: Clinic, now: Policy) -> tuple[Difference, ...]:
    """The limits and settings of the clinic's policy that differ from the version with this digest."""
    if sha256 == now.sha256:
        return ()
    old = _policy(clinic, sha256)
    if old is None:
        return (Difference("Policy", sha256[:SHORT], f"{now.id} version {now.version}"),)
    title = Difference("Policy", f"{old.id} version {old.version}", f"{now.id} version {now.version}")
    limits = (
        Difference(f"Limit: {c.title}", _limit(c.old), _limit(c.new))
        for c in changes(old, now)
        if c.moves_value
    )
    settings = (Difference(c.title, c.old, c.new) for c in setting_changes(old, now))
    return (title, *limits, *settings)


def _policy(clinic: Clinic, sha256: str) -> Policy | None:
    shipped = shipped_policy(clinic)
    if shipped.sha256 == sha256:
        return shipped
    row = PolicyVersion.objects.filter(clinic=clinic, sha256=sha256).prefetch_related("signatures").first()
    return as_policy(row) if row else None


def _limit(limit: Limit | None) -> str:
    return limit.amount if limit else ""
