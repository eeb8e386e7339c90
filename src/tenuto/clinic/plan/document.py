"""The words in which a version of a plan was shown, as plain JSON values beside the order. Kept, read back, never signed.

A later program that says the same order in other words changes nothing about it: the order has its own digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

from tenuto.clinic.course.api import RecordedInfusion
from tenuto.clinic.intake.api import IntakeState, decided_on
from tenuto.clinic.plan.documents.sheet import sheet_of
from tenuto.clinic.plan.presenters.level import level_inputs
from tenuto.clinic.plan.presenters.page import course_of, dose_of, no_dose, protocols_of
from tenuto.clinic.ui.gates import gate_card, missing_facts
from tenuto.clinic.ui.words import count, long_day
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.gate import Level
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.requirements import Companion, companions

__all__ = [
    "FORMAT",
    "Document",
    "company_of",
    "document_of",
    "document_sha256",
    "document_text",
    "plain_values",
]

FORMAT = 3
"""Of the document. A reader of a later format still reads the earlier ones."""

Document = Mapping[str, Any]


def document_of(
    proposal: Proposal, *, state: IntakeState, infusions: Iterable[RecordedInfusion]
) -> dict[str, Any]:
    """Everything that a page and a paper say of this proposal today."""
    ignored = dict(state.record.ignored) if state.record else {}
    return {
        "format": FORMAT,
        "names": _names_of_pins(proposal, state),
        "findings": [
            [f.code, f.level.name, f.fact, f.message] for f in proposal.gate.findings if f.level > Level.PASS
        ],
        "maintenance": proposal.maintenance.text if proposal.maintenance else "",
        "given": [_given(each.infusion) for each in infusions],
        "company": company_of(proposal, state),
        "level": level_inputs(proposal, state.facts.person.birth_date),
        "shown": _shown(proposal, state),
        "sheet": plain_values(sheet_of(proposal, state.facts, ignored, zone=state.zone)),
    }


def document_text(document: Document) -> str:
    """The one text of a document: sorted keys, no spaces, letters as they are."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def document_sha256(text: str) -> str:
    """SHA-256 of that text."""
    return hashlib.sha256(text.encode()).hexdigest()


def plain_values(value: Any) -> Any:
    """What a page shows, as values that JSON has. `dataclasses.asdict` would copy every word of it, at ten times the cost."""
    if isinstance(value, str | int | None):
        return value
    if isinstance(value, list | tuple):
        return [plain_values(each) for each in value]
    if is_dataclass(value):
        kind: Any = type(value)
        return {name: plain_values(getattr(value, name)) for name in _names(kind)}
    raise TypeError(f"{value!r} is not shown in words, so it can't be kept with a plan.")


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def company_of(proposal: Proposal, state: IntakeState) -> list[dict[str, Any]]:
    """What the protocol requires beside the infusions, as a page shows it."""
    if proposal.protocol is None:
        return []
    return [_companion(companion) for companion in companions(proposal.protocol, state.facts)]


def _names_of_pins(proposal: Proposal, state: IntakeState) -> dict[str, Any]:
    plan, policy, decision = proposal.protocol, proposal.policy, state.decision
    return {
        "condition": proposal.condition.title if proposal.condition else "",
        "protocol": plan.title if plan else "",
        "policy_signed": policy.signed,
        "decision": decision
        and [decision.outcome_text, decision.decided_by_name, decision.decided_at.isoformat()],
    }


def _given(infusion: GivenInfusion) -> dict[str, Any]:
    return {
        "on": infusion.on.isoformat(),
        "words": f"{long_day(infusion.on)}: {infusion.mass} over {infusion.minutes}",
    }


def _companion(companion: Companion) -> dict[str, Any]:
    return {
        "what": companion.what,
        "title": companion.title,
        "text": companion.text,
        "met": companion.met,
        "names": list(companion.names),
        "ask": companion.ask,
        "sources": [str(source) for source in companion.basis.sources],
    }


def _shown(proposal: Proposal, state: IntakeState) -> dict[str, Any]:
    dose, course = dose_of(proposal), course_of(proposal)
    return {
        "title": proposal.protocol.title if proposal.protocol else "No protocol",
        "gate": plain_values(gate_card(proposal.gate, proposal.policy, decided=decided_on(state))),
        "missing": [plain_values(m) for m in missing_facts(proposal.gate)],
        "not_checked": list(proposal.not_checked),
        "dose": dose and plain_values(replace(dose, weight_note=_weight_note(proposal))),
        "no_dose": no_dose(proposal),
        "no_course": "No infusion is left to plan.",
        "course": course and plain_values(course),
        "protocols": [plain_values(column) for column in protocols_of(proposal)],
    }


def _weight_note(proposal: Proposal) -> str:
    """Said so that it stays true: on the day of the plan, not of whoever reads it later."""
    weighing, weight = proposal.weighing, proposal.weight
    if weighing is None or weight is None or weight.used is None:
        return ""
    days = (proposal.as_of - weighing.taken).days
    before = f"{count(days, 'day')} before this plan" if days else "the day of this plan"
    return f"{weight.used.basis.value} weight, measured {long_day(weighing.taken)}, {before}"
