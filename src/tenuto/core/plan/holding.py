"""Until when weight, blood pressure and triage count, where a series begins later than that."""

from __future__ import annotations

from datetime import date, timedelta

from tenuto.core.dates import say_date
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.required import fact
from tenuto.core.intake.risk_answers import triages_on_record
from tenuto.core.plan.proposal import Proposal

__all__ = ["lapsed_by_the_start"]


def lapsed_by_the_start(proposal: Proposal, facts: PatientFacts) -> str:
    """A sentence of what will not count any more on the first day of a series; empty where all of it will, or there is no series."""
    if not proposal.days:
        return ""
    first, found = proposal.days[0].on, proposal.assessment
    triages = triages_on_record(facts, proposal.as_of)
    taken = (
        ("weight", "the weight", found.weight.taken if found.weight else None),
        (
            "blood_pressure",
            "the blood pressure",
            found.blood_pressure.taken if found.blood_pressure else None,
        ),
        ("suicide.screen", "the suicide triage", triages[-1].taken if triages else None),
    )
    lapsed = [
        f"{name} until {say_date(last)}"
        for fact_id, name, day in taken
        if (last := _last_day(proposal, fact_id, day)) is not None and proposal.as_of <= last < first
    ]
    if not lapsed:
        return ""
    return f"By {say_date(first)} this record is too old: {', '.join(lapsed)} at the longest. Take it anew before the first infusion."


def _last_day(proposal: Proposal, fact_id: str, taken: date | None) -> date | None:
    """The last day on which a record of this day counts; None without a day, and for one that counts for ever."""
    limit = fact(fact_id).valid
    return taken + timedelta(days=proposal.policy.whole(limit)) if taken and limit else None
