"""What differs between two orders of a plan, in words: for a revision, and when something moved before a signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from tenuto.clinic.plan.document import Document
from tenuto.clinic.policies.api import rule_changes_since
from tenuto.clinic.ui.words import count, day, long_day
from tenuto.core.course.windows import DateWindow
from tenuto.core.intake.difference import Difference
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.facts_changes import facts_changes
from tenuto.core.literature.order_set import order_set
from tenuto.core.plan.order import Judged, Order
from tenuto.core.plan.record_json import record_to_json
from tenuto.core.plan.request import PlanRequest
from tenuto.core.plan.series import InfusionKind
from tenuto.core.policy import WEEKDAYS

__all__ = ["Written", "changes"]

SHORT = 12
"""Letters of a digest that are shown."""


@dataclass(frozen=True, slots=True)
class Written:
    """An order, the facts that it rests on, and the words in which it was shown."""

    order: Order
    facts: PatientFacts
    document: Document


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing to compare: the part of the order that must differ, and how that part is said."""

    what: str
    part: Callable[[Order], Any]
    said: Callable[[Written], str]


def changes(before: Written, after: Written) -> tuple[Difference, ...]:
    """Every difference between two orders: never empty when the orders differ, always empty when they are the same."""
    if before.order == after.order:
        return ()
    lines = (
        Difference(line.what, line.said(before), line.said(after))
        for line in _LINES
        if line.part(before.order) != line.part(after.order)
    )
    return (*lines, *_rules(before, after), *_facts(before, after), *_findings(before, after))


def _patient(written: Written) -> str:
    who = written.order.patient
    born = long_day(who.birth_date) if who.birth_date else ""
    return ", ".join(filter(None, [who.name, born, *who.identifiers]))


def _condition(written: Written) -> str:
    return str(written.document["names"]["condition"]) or "none"


def _protocol(written: Written) -> str:
    pin, title = written.order.protocol, written.document["names"]["protocol"]
    return f"{title}, version {pin.version} ({pin.sha256[:SHORT]})" if pin else "none"


def _policy(written: Written) -> str:
    pin = written.order.policy
    signed = "signed" if written.document["names"]["policy_signed"] else "not signed"
    return f"{pin.id} version {pin.version}, {signed} ({pin.sha256[:SHORT]})"


def _decision(written: Written) -> str:
    found = written.document["names"]["decision"]
    if not found:
        return "none"
    text, by, at = found
    return f"{text}, by {by}, {datetime.fromisoformat(at):%Y-%m-%d %H:%M}"


def _dose(written: Written) -> str:
    dose = written.order.dose
    if dose is None:
        return "none"
    agree = "" if dose.checks_agree else "; the two calculations do not agree"
    return (
        f"{dose.dose} over {dose.minutes} ({dose.per_kg} on {dose.weight}, {dose.weight_basis} weight){agree}"
    )


def _dose_part(order: Order) -> Any:
    """All of the dose but what the bag makes of it."""
    if order.dose is None:
        return None
    return replace(
        order.dose, vial=None, drug_volume=None, total_volume=None, concentration=None, pump_rate=None
    )


def _bag(written: Written) -> str:
    dose = written.order.dose
    if dose is None or dose.pump_rate is None:
        return "not chosen"
    return f"vial {dose.vial}, {dose.drug_volume} in {dose.total_volume}, {dose.pump_rate}"


def _bag_part(order: Order) -> Any:
    dose = order.dose
    return dose and (dose.vial, dose.drug_volume, dose.total_volume, dose.concentration, dose.pump_rate)


def _care(written: Written) -> str:
    care, known = written.order.care, order_set()
    if care is None:
        return "not part of the order"
    added = known.diluents.get(care.diluent or "")
    ordered = [known.side_effects[each].title for each in care.side_effects if each in known.side_effects]
    words = [
        f"{care.diluent_volume} of {added.title}" if added else "no diluent",
        f"pump set to {care.pump_setting}" if care.pump_setting else "no pump rate",
        f"for side effects: {', '.join(ordered) or 'nothing'}",
    ]
    return "; ".join(words)


def _series(written: Written) -> str:
    found = written.order.series
    if not found:
        return "none"
    days = [planned.on for planned in found]
    optional = sum(planned.kind is InfusionKind.OPTIONAL for planned in found)
    words = f"{count(len(days), 'infusion')}: {', '.join(map(day, days[:-1]))} and {long_day(days[-1])}"
    if len(days) == 1:
        words = f"1 infusion: {long_day(days[0])}"
    return f"{words}; {optional} only if the review says so" if optional else words


def _given(written: Written) -> str:
    given = written.order.request.earlier
    return "; ".join(f"{long_day(each.on)}: {each.mass or each.dose}" for each in given) or "none"


def _maintenance(written: Written) -> str:
    rule = written.order.maintenance
    return f"{written.document['maintenance']} {_windows(rule.windows)}".strip() if rule else "none"


def _windows(windows: Sequence[DateWindow]) -> str:
    return "; ".join(f"{long_day(window.first)} to {long_day(window.last)}" for window in windows)


def _gate(written: Written) -> str:
    return written.order.gate


def _company(written: Written) -> str:
    titles = {each["what"]: each["title"] for each in written.document["company"]}
    return "; ".join(
        f"{titles.get(c.what, c.what)}: {', '.join(c.names) or ('on record' if c.met else 'not on record')}"
        for c in written.order.company
    )


def _asked(written: Written) -> str:
    asked = {**record_to_json(_asked_part(written.order)[0]), "days": _days(written.order.request)}
    asked.pop("clinic_days")
    words = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in asked.items()
        if value not in (None, [], "0 mL")
    ]
    return "; ".join([*words, "a new series"] if written.order.anew else words)


def _days(request: PlanRequest) -> str | None:
    return ", ".join(WEEKDAYS[n] for n in request.clinic_days) if request.clinic_days else None


def _asked_part(order: Order) -> tuple[PlanRequest, bool]:
    """What was asked for; what was given is no wish."""
    return replace(order.request, given=(), earlier=()), order.anew


_LINES = (
    _Line("Who", lambda order: order.patient, _patient),
    _Line("For", lambda order: order.condition, _condition),
    _Line("Protocol", lambda order: order.protocol, _protocol),
    _Line("Policy", lambda order: order.policy, _policy),
    _Line("Asked for", _asked_part, _asked),
    _Line("Dose", _dose_part, _dose),
    _Line("Vial and bag", _bag_part, _bag),
    _Line("Around the drug", lambda order: order.care, _care),
    _Line("Infusions given", lambda order: (order.request.given, order.request.earlier), _given),
    _Line("Series", lambda order: order.series, _series),
    _Line("Maintenance", lambda order: order.maintenance, _maintenance),
    _Line("Verdict", lambda order: order.gate, _gate),
    _Line("Decision of intake", lambda order: order.decision, _decision),
    _Line("Required beside", lambda order: order.company, _company),
)


def _rules(before: Written, after: Written) -> Iterator[Difference]:
    """The rules by name; only what is worked out now can differ from what was kept."""
    if before.order.rules_sha256 != after.order.rules_sha256:
        yield from rule_changes_since(before.order.rules_sha256) or (
            Difference("Rules", before.order.rules_sha256[:SHORT], after.order.rules_sha256[:SHORT]),
        )


def _facts(before: Written, after: Written) -> Iterator[Difference]:
    if before.order.facts_sha256 == after.order.facts_sha256:
        return
    found = facts_changes(before.facts, after.facts)
    for each in found:
        yield Difference(f"Recorded: {each.what}", each.before, each.after)
    if not found:
        yield Difference(
            "Recorded facts", before.order.facts_sha256[:SHORT], after.order.facts_sha256[:SHORT]
        )


def _findings(before: Written, after: Written) -> Iterator[Difference]:
    old, new = Counter(before.order.findings), Counter(after.order.findings)
    for gone in old - new:
        for message in _messages(before.document, gone):
            yield Difference("Finding gone", message, "")
    for come in new - old:
        for message in _messages(after.document, come):
            yield Difference("New finding", "", message)


def _messages(document: Mapping[str, Any], finding: Judged) -> list[str]:
    """How the document said a finding; the code of one that it does not have."""
    key = [finding.code, finding.level, finding.fact]
    said = [f"{each[1]}: {each[3]}" for each in document["findings"] if each[:3] == key]
    return said or [f"{finding.level}: {finding.code}"]
