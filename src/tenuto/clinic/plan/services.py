"""The plan of a patient, computed live from the newest record. Nothing here is stored."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache

from tenuto.clinic.intake.api import Record, policy_of
from tenuto.core.gate import Gate
from tenuto.core.intake.died import DIED
from tenuto.core.plan.proposal import Proposal, propose
from tenuto.core.plan.request import PlanRequest
from tenuto.core.policy import Policy

__all__ = ["plan_for", "policy_of"]

REMEMBERED = 512
"""Proposals kept in memory. A proposal is a pure function of its arguments, so it never goes stale."""


@lru_cache(maxsize=REMEMBERED)
def plan_for(record: Record, request: PlanRequest, *, policy: Policy, as_of: date) -> Proposal:
    """The proposal for the facts of a record. Raises PlanRequestError when the request can't be planned."""
    proposal = propose(record.facts, request=request, policy=policy, as_of=as_of)
    return replace(proposal, gate=proposal.gate + Gate.of([DIED])) if record.died else proposal
