"""What can be done with a plan. Every verb is one transaction with its audit event."""

from tenuto.clinic.plan.services.drafting import PlanConflict, draft, rebuilt
from tenuto.clinic.plan.services.proposing import plan_for, policy_of
from tenuto.clinic.plan.services.revising import ProposedRevision, RevisionRefused, propose_revision
from tenuto.clinic.plan.services.signing import ReasonMissing, SigningRefused, grant_exception, sign, withdraw

__all__ = [
    "PlanConflict",
    "ProposedRevision",
    "ReasonMissing",
    "RevisionRefused",
    "SigningRefused",
    "draft",
    "grant_exception",
    "plan_for",
    "policy_of",
    "propose_revision",
    "rebuilt",
    "sign",
    "withdraw",
]
