"""Which limits a clinic works under now. Every judgement asks here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from django.conf import settings

from tenuto.clinic.accounts.models import Clinic
from tenuto.clinic.ledger.rows import rows_of
from tenuto.clinic.pathway.api import Batch
from tenuto.clinic.policies.models import PolicyActivation, PolicySignature, PolicyVersion
from tenuto.core.policy import Policy, PolicyError, Signature, default_policy, demo_policy, load_policy

__all__ = ["InEffect", "as_policy", "in_effect", "policy_for", "policy_of", "shipped_policy"]

REMEMBERED = 64
"""Texts kept parsed. Reading a text is a pure function, so what is remembered never goes stale."""


@dataclass(frozen=True, slots=True)
class InEffect:
    """The policy that counts, and the action that put it there; no action for the shipped one."""

    policy: Policy
    activation: PolicyActivation | None

    @property
    def since(self) -> datetime | None:
        """When it came into effect; None for the shipped policy."""
        return self.activation.recorded_at if self.activation else None


def policy_of(clinic: Clinic) -> Policy:
    """The limits that this clinic works under; the shipped, unsigned ones until it has signed its own.

    Three queries, or one for a clinic without a policy of its own.
    """
    return in_effect(clinic).policy


def policy_for(batch: Batch) -> Policy:
    """The same of a batch. Asked by `batch.once` it is read once for a page."""
    return policy_of(batch.clinic)


def in_effect(clinic: Clinic) -> InEffect:
    """The same, with the action."""
    # Every page asks this, and a clinic's activations in a year are few.
    acts = rows_of(PolicyActivation, clinic.pk, by="clinic")
    if not acts:
        return InEffect(shipped_policy(clinic), None)
    newest = acts[-1]
    (newest.policy,) = rows_of(PolicyVersion, newest.policy_id, by="pk")
    return InEffect(_policy(newest.policy, rows_of(PolicySignature, newest.policy_id, by="policy")), newest)


def shipped_policy(clinic: Clinic) -> Policy:
    """What ships with the program; a demonstration's is signed by two people who do not exist."""
    return demo_policy() if clinic.demonstration and not settings.PRODUCTION else default_policy()


def as_policy(row: PolicyVersion) -> Policy:
    """A stored version with the signatures it has, and the shipped limits that it does not state yet.

    Raises PolicyError when text or signatures are not what was stored.
    """
    return _policy(row, row.signatures.all())


def _policy(row: PolicyVersion, signatures: Iterable[PolicySignature]) -> Policy:
    return _read(row.toml, row.sha256, str(row), tuple(_signatures(signatures)))


def _signatures(rows: Iterable[PolicySignature]) -> Iterable[Signature]:
    return (Signature(row.recorded_by_name, row.signed_as, row.recorded_at, row.sha256) for row in rows)


@lru_cache(maxsize=REMEMBERED)
def _read(toml: str, sha256: str, name: str, signatures: tuple[Signature, ...]) -> Policy:
    policy = load_policy(toml, name=name)
    for given in (sha256, *(signature.sha256 for signature in signatures)):
        if given != policy.sha256:
            raise PolicyError(
                f"{name} is not what was signed: the text has the digest {policy.sha256[:12]}, {given[:12]} was kept. "
                "Run `tenuto audit verify` and call whoever looks after the database."
            )
    return replace(policy, signatures=signatures).with_shipped(default_policy())
