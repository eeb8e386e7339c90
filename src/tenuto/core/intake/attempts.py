"""Suicide attempts on record: red until a triage after each, and named with their day for as long as they are recent. H18."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from tenuto.core.dates import say_date
from tenuto.core.intake.facts import Answer, PatientFacts, SuicideAttempt
from tenuto.core.policy import Policy

__all__ = ["Attempts"]

RECENT = "suicide_attempt_recent_days"
"""The limit of the policy: how long an attempt is named after a triage has answered it."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What is said of the attempts of one person, each in a sentence, the newest first."""

    untriaged: tuple[str, ...]
    triaged: tuple[str, ...]
    """The recent ones; who hears of none would ask for none."""

    @classmethod
    def of(cls, facts: PatientFacts, triages: Sequence[Answer], *, as_of: date, policy: Policy) -> Attempts:
        """Two records of one day are one attempt, and the later of them asks for a triage again."""
        open_on = {each.on for each in facts.attempts if not any(_answers(t, each) for t in triages)}
        recent = as_of - timedelta(days=policy.whole(RECENT))
        known = {each.on for each in facts.attempts if each.on >= recent} - open_on
        return cls(
            tuple(
                f"Suicide attempt on {say_date(on)}. No triage since." for on in sorted(open_on, reverse=True)
            ),
            tuple(f"Suicide attempt on {say_date(on)}, triaged since." for on in sorted(known, reverse=True)),
        )


def _answers(triage: Answer, attempt: SuicideAttempt) -> bool:
    """By the instants; by the days when an hour is not known, and then only a later one."""
    if triage.at is not None and attempt.at is not None:
        return triage.at >= attempt.at
    recorded = attempt.taken or attempt.on
    return triage.taken is not None and triage.taken > recorded
