"""What a gate says is not recorded: each fact once, most dangerous first. Every page, paper and count is made from this."""

from __future__ import annotations

from tenuto.core.gate import Finding, Gate, Level
from tenuto.core.intake.answers import not_understood
from tenuto.core.intake.required import RequiredFact, facts

__all__ = ["unrecorded"]


def unrecorded(gate: Gate, *, with_unclear: bool = False) -> tuple[tuple[RequiredFact, Finding], ...]:
    """The required facts that are unknown or out of date, each with the worst finding that says so.

    The risk of suicide comes first, then what would close a start, then what an answer could speak against, then the order
    of the register. An answer that was not understood is a finding with its words, and here only `with_unclear`:
    it has to be asked again. What a protocol requires beside the infusions and what is still to be chosen are no facts about the
    person and are not among them.
    """
    lacking: dict[str, Finding] = {}
    for finding in gate.findings:  # worst first
        if finding.missing and finding.level > Level.PASS and (with_unclear or not not_understood(finding)):
            lacking.setdefault(finding.fact, finding)
    found = [(fact, lacking[fact.id]) for fact in facts() if fact.id in lacking]
    return tuple(sorted(found, key=lambda pair: _danger(*pair)))


def _danger(fact: RequiredFact, finding: Finding) -> tuple[int, bool, int, int]:
    worst = max(fact.effects.values(), default=Level.PASS)
    return (-finding.level, fact.group != "suicide", -fact.starting, -worst)
