"""Which protocol is proposed for a person's conditions, which others there are, and whether a chosen one fits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tenuto.core.gate import Finding, Level
from tenuto.core.intake.conditions import Condition, condition
from tenuto.core.literature.protocol import GapRule, Protocol, protocols
from tenuto.core.plan.request import PlanRequestError
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis, Source, Tag

__all__ = ["Alternative", "Selection", "protocol_findings", "protocols_for", "select"]

DESIGN = Basis((Tag.D,))


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another protocol for the same condition, with the sentence on when it is considered."""

    protocol: Protocol
    why: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Selection:
    """The protocol that the plan uses, the condition it is for, the others, and what speaks against the choice."""

    protocol: Protocol | None
    condition: Condition | None
    alternatives: tuple[Alternative, ...]
    findings: tuple[Finding, ...]


def protocols_for(condition_id: str) -> tuple[Protocol, ...]:
    """All protocols for a condition: the one proposed first, then by name."""
    fitting = [p for p in protocols().values() if condition_id in p.indications]
    return tuple(sorted(fitting, key=lambda p: (condition_id not in p.default_for, p.id)))


def select(held: Sequence[Condition], *, wanted: str | None) -> Selection:
    """Choose from the conditions a person has, best documented first, or judge the protocol that was asked for.

    A protocol for none of the person's conditions is REVIEW, one of another track (pain for a psychiatric
    condition) BLOCK. A condition without a protocol gives a finding and no plan. Raises PlanRequestError for an
    unknown protocol id.
    """
    if wanted is not None:
        return _wanted(held, wanted)
    for item in held:
        fitting = protocols_for(item.id)
        if fitting:
            return Selection(fitting[0], item, _others(item, fitting[0]), ())
    return Selection(None, None, (), tuple(_no_protocol(item) for item in held))


def protocol_findings(protocol: Protocol, policy: Policy) -> tuple[Finding, ...]:
    """What the template itself says must be reviewed: its flags, and a daily psychiatric schedule."""
    found = [Finding(flag.code, Level.REVIEW, flag.text, flag.basis) for flag in protocol.flags]
    if protocol.induction.gap_rule is GapRule.DAILY:
        basis = policy.limit(GapRule.DAILY.limit).basis
        message = (
            f"{protocol.title}: infusions on following days are outside the tested psychiatric schedules."
        )
        found.append(Finding("DAILY-TEMPLATE", Level.REVIEW, message, basis))
    return tuple(found)


def _wanted(held: Sequence[Condition], wanted: str) -> Selection:
    if wanted not in protocols():
        raise PlanRequestError(
            f"There is no protocol '{wanted[:60]}'. Choose one of: {', '.join(protocols())}."
        )
    chosen = protocols()[wanted]
    fitting = next((item for item in held if item.id in chosen.indications), None)
    if fitting is not None:
        return Selection(chosen, fitting, _others(fitting, chosen), ())
    first = condition(chosen.indications[0])
    if not held:
        return Selection(chosen, None, (), ())
    names = ", ".join(item.title for item in held)
    other_track = all(item.track != chosen.track for item in held)
    message = f"The protocol '{chosen.id}' is for {first.title}; on record is {names}. " + (
        "It belongs to another kind of treatment: choose a protocol for the recorded condition."
        if other_track
        else "Choose a protocol for the recorded condition, or give the reason."
    )
    level = Level.BLOCK if other_track else Level.REVIEW
    others = tuple(a for item in held for a in _others(item, chosen))
    return Selection(chosen, None, others, (Finding("PROTOCOL-UNFIT", level, message, DESIGN),))


def _others(item: Condition, chosen: Protocol) -> tuple[Alternative, ...]:
    return tuple(Alternative(p, p.why, p.sources) for p in protocols_for(item.id) if p.id != chosen.id)


def _no_protocol(item: Condition) -> Finding:
    message = f"There is no protocol for {item.title}. {item.summary}"
    return Finding("PROTOCOL-NONE", Level.BLOCK, message, item.basis)
