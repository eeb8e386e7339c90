"""The order that a prescriber signs: what is given, when, on which facts and rules. Not a word of how a page says it.

An order has no date of its own. The same facts, request, rules, protocol, policy and decision give the same order on
every day on which the gate is the same, so that a draft of yesterday can be signed today.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from tenuto.core.course.windows import DateWindow
from tenuto.core.gate import Level
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.rules import rules_now
from tenuto.core.literature.order_set import OrderLine
from tenuto.core.plan.care import Route
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.record_json import RecordUnreadable, record_from_json, record_to_json
from tenuto.core.plan.request import PlanRequest
from tenuto.core.plan.requirements import companions
from tenuto.core.plan.series import InfusionKind
from tenuto.core.policy import Policy
from tenuto.core.units import (
    Kg,
    Mg,
    MgPerHour,
    MgPerKg,
    MgPerKgPerHour,
    MgPerMl,
    Minutes,
    Ml,
    MlPerHour,
    Quantity,
)

__all__ = [
    "SCHEMA",
    "Judged",
    "Order",
    "OrderedCare",
    "OrderedCompany",
    "OrderedDay",
    "OrderedDose",
    "OrderedFor",
    "OrderedLimit",
    "OrderedLine",
    "OrderedMaintenance",
    "PinnedDecision",
    "PinnedVersion",
    "order_from_json",
    "order_of",
    "order_sha256",
    "order_text",
]

SCHEMA = "tenuto.plan.order/2"
WITHOUT_CARE = "tenuto.plan.order/1"
"""Orders of dose and dates alone, as they were signed before; they are read as what they are."""
CAME_LATER = ("next_maintenance",)
"""What a request of this schema may ask for and the first ones of it did not know."""
PLACES = 4
"""Decimals of an amount in an order; the same as on every dose card."""

Amount = TypeVar("Amount", bound=Quantity)


@dataclass(frozen=True, slots=True)
class OrderedFor:
    """For whom, as the patient index knows them. `identifiers` hold the record number alone; orders once signed may hold more."""

    id: str
    name: str
    birth_date: date | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PinnedVersion:
    """A protocol or policy in exactly one version."""

    id: str
    version: int
    sha256: str


@dataclass(frozen=True, slots=True)
class PinnedDecision:
    """The decision of intake that the order rests on."""

    id: str
    outcome: str
    facts_sha256: str


@dataclass(frozen=True, slots=True)
class OrderedDose:
    """One session's dose, dilution and pump rate, in amounts of ketamine base; None where vial or volume is not chosen."""

    dose: Mg
    minutes: Minutes
    target: MgPerKg
    per_kg: MgPerKg
    weight: Kg
    weight_basis: str
    weighed_on: date
    rate: MgPerHour
    rate_per_kg: MgPerKgPerHour
    vial: MgPerMl | None
    drug_volume: Ml | None
    total_volume: Ml | None
    concentration: MgPerMl | None
    pump_rate: MlPerHour | None
    caps: tuple[str, ...]
    """Keys of the caps that held the dose."""
    checks_agree: bool


@dataclass(frozen=True, slots=True)
class OrderedLimit:
    """A limit of the clinic as it was when the order was put together."""

    key: str
    value: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """A line of the order set, with the limits that it names."""

    id: str
    limits: tuple[OrderedLimit, ...]


@dataclass(frozen=True, slots=True)
class OrderedCare:
    """What is ordered around the drug. What belongs to a dilution is None where vial or volume is not chosen."""

    route: Route
    vials: int | None
    diluent: str | None
    """Id of the diluent; None also when nothing is added to the drug."""
    diluent_volume: Ml | None
    pump_setting: MlPerHour | None
    """The pump rate in whole steps of the clinic's pump."""
    flush: OrderedLine
    monitoring: tuple[OrderedLine, ...]
    stops: tuple[OrderedLine, ...]
    side_effects: tuple[str, ...]
    """Ids of the medicines that may be given for a side effect."""


@dataclass(frozen=True, slots=True)
class OrderedDay:
    """The nth infusion on its date."""

    n: int
    on: date
    kind: InfusionKind


@dataclass(frozen=True, slots=True)
class OrderedMaintenance:
    """The rule that follows the series, and its first windows."""

    rule: str
    windows: tuple[DateWindow, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding of the gate by what it is: its code, level and the fact it is about."""

    code: str
    level: str
    fact: str


@dataclass(frozen=True, slots=True)
class OrderedCompany:
    """What the protocol requires beside the infusions, and who or what is on record for it."""

    what: str
    met: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a signature under a plan stands for."""

    schema: str
    patient: OrderedFor
    condition: str
    request: PlanRequest
    anew: bool
    """Whether a new series begins, and not the rest of the running one."""
    protocol: PinnedVersion | None
    policy: PinnedVersion
    rules_sha256: str
    """Digest of the required facts and the other rules that judged; see `core.intake.rules`."""
    facts_sha256: str
    decision: PinnedDecision | None
    dose: OrderedDose | None
    care: OrderedCare | None
    """None without a protocol, and in an order of the first schema."""
    series: tuple[OrderedDay, ...]
    maintenance: OrderedMaintenance | None
    company: tuple[OrderedCompany, ...]
    gate: str
    findings: tuple[Judged, ...]
    """What the gate found above PASS, worst first, each as often as it was found."""


def order_of(
    proposal: Proposal,
    facts: PatientFacts,
    *,
    patient: OrderedFor,
    facts_sha256: str,
    decision: PinnedDecision | None,
    anew: bool = False,
) -> Order:
    """The order that a proposal for these facts comes to; amounts to four decimals, half up."""
    plan, policy, rule = proposal.protocol, proposal.policy, proposal.maintenance
    return Order(
        schema=SCHEMA,
        patient=patient,
        condition=proposal.condition.id if proposal.condition else "",
        request=proposal.request,
        anew=anew,
        protocol=PinnedVersion(plan.id, plan.version, plan.sha256) if plan else None,
        policy=PinnedVersion(policy.id, policy.version, policy.sha256),
        rules_sha256=rules_now().sha256,
        facts_sha256=facts_sha256,
        decision=decision,
        dose=_dose(proposal),
        care=_care(proposal),
        series=tuple(OrderedDay(each.n, each.on, each.kind) for each in proposal.series.infusions),
        maintenance=OrderedMaintenance(rule.rule.id, rule.windows) if rule else None,
        company=tuple(OrderedCompany(c.what, c.met, c.names) for c in companions(plan, facts))
        if plan
        else (),
        gate=proposal.gate.level.name,
        findings=_findings(proposal),
    )


def order_text(order: Order) -> str:
    """The one text of an order: sorted keys, no spaces, letters as they are."""
    raw = record_to_json(order)
    for name in CAME_LATER:
        # What nobody asked for is left out, so that what was signed before keeps its digest.
        if raw["request"][name] is None:
            del raw["request"][name]
    return json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def order_sha256(order: Order) -> str:
    """SHA-256 of that text: what a page was shown with, and what is signed."""
    return hashlib.sha256(order_text(order).encode()).hexdigest()


def order_from_json(raw: Any) -> Order:
    """The order that was kept as `order_text`. Raises RecordUnreadable for another schema or shape."""
    schema = raw.get("schema") if isinstance(raw, dict) else None
    if schema == WITHOUT_CARE and isinstance(raw.get("request"), dict):
        raw = {**raw, "care": None, "request": {"diluent": None, "side_effects": [], **raw["request"]}}
    elif schema != SCHEMA:
        raise RecordUnreadable(f"The order has the schema {schema!r}; this program reads {SCHEMA}.")
    if isinstance(raw.get("request"), dict):
        raw = {**raw, "request": {**dict.fromkeys(CAME_LATER), **raw["request"]}}
    return record_from_json(Order, raw)


def _dose(proposal: Proposal) -> OrderedDose | None:
    calculation, weighing, weight = proposal.orderable, proposal.weighing, proposal.weight
    if calculation is None or weighing is None or weight is None or weight.used is None:
        return None
    dose, inputs, bag = calculation.dose, calculation.inputs, calculation.dose.infusate
    return OrderedDose(
        dose=dose.ordered.rounded(PLACES),
        minutes=inputs.minutes.rounded(PLACES),
        target=dose.target.rounded(PLACES),
        per_kg=dose.per_kg.rounded(PLACES),
        weight=inputs.weight.rounded(PLACES),
        weight_basis=weight.used.basis.value,
        weighed_on=weighing.taken,
        rate=dose.rate.rounded(PLACES),
        rate_per_kg=dose.rate_per_kg.rounded(PLACES),
        vial=_rounded(inputs.vial),
        drug_volume=_rounded(dose.drug_volume),
        total_volume=_rounded(bag.total_volume if bag else None),
        concentration=_rounded(bag.concentration if bag else None),
        pump_rate=_rounded(bag.pump_rate if bag else None),
        caps=tuple(applied.cap.key for applied in dose.caps_applied),
        checks_agree=calculation.agree,
    )


def _care(proposal: Proposal) -> OrderedCare | None:
    care, made, policy = proposal.care, proposal.preparation, proposal.policy
    if care is None:
        return None
    made = made if proposal.orderable is not None else None
    return OrderedCare(
        route=care.route,
        vials=made.vials if made else None,
        diluent=made.diluent.id if made and made.diluent else None,
        diluent_volume=_rounded(made.diluent_volume if made else None),
        pump_setting=_rounded(made.pump_setting if made else None),
        flush=_line(care.flush, policy),
        monitoring=tuple(_line(each, policy) for each in care.monitoring),
        stops=tuple(_line(each, policy) for each in care.stops),
        side_effects=tuple(each.id for each in care.side_effects),
    )


def _line(line: OrderLine, policy: Policy) -> OrderedLine:
    limits = [policy.limit(key) for key in line.limits]
    return OrderedLine(line.id, tuple(OrderedLimit(each.key, each.value, each.unit) for each in limits))


def _rounded(amount: Amount | None) -> Amount | None:
    return None if amount is None else amount.rounded(PLACES)


def _findings(proposal: Proposal) -> tuple[Judged, ...]:
    found = Counter((f.level, f.code, f.fact) for f in proposal.gate.findings if f.level > Level.PASS)
    worst_first = sorted(found.elements(), key=lambda each: (-each[0], *each[1:]))
    return tuple(Judged(code, level.name, fact) for level, code, fact in worst_first)
