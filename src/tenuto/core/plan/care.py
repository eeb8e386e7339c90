"""What a plan orders around the drug: route, diluent, pump setting, flush, monitoring, stop rules, side-effect medicines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from enum import StrEnum

from tenuto.core.gate import Finding, Level
from tenuto.core.intake.facts import PatientFacts
from tenuto.core.intake.wording import Mention, Phrases
from tenuto.core.literature.order_set import Diluent, OrderLine, SideEffectOrder, order_set
from tenuto.core.plan.calculation import Calculation
from tenuto.core.plan.product import LabelledStrength, labelled_strengths
from tenuto.core.plan.request import PlanRequest, PlanRequestError
from tenuto.core.policy import Policy
from tenuto.core.units import Ml, MlPerHour, plain

__all__ = ["Care", "Preparation", "Route", "care_findings", "care_of", "prepare"]


class Route(StrEnum):
    """The way into the body. Every protocol here is an infusion into a vein."""

    INTRAVENOUS = "intravenous"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What the pharmacist makes of a dose: vials, diluent, and what the pump can really be set to."""

    product: LabelledStrength | None
    """The vial as it is sold; None for a strength that no label has."""
    vials: int | None
    diluent: Diluent | None
    """None when nothing is added to the drug."""
    diluent_volume: Ml
    pump_setting: MlPerHour
    """The calculated rate in whole steps of the clinic's pump."""


@dataclass(frozen=True, slots=True)
class Care:
    """What is ordered around the drug."""

    route: Route
    flush: OrderLine
    monitoring: tuple[OrderLine, ...]
    stops: tuple[OrderLine, ...]
    side_effects: tuple[SideEffectOrder, ...]
    """Only what a prescriber chose; none is ordered by itself."""


def volume_problem(total: Ml) -> str:
    """Why a total volume is none that a pump is given from, in a sentence; empty when it may be."""
    known = order_set().volumes
    if known.least.value <= total.value <= known.most.value:
        return ""
    return (
        f"A total volume of {total.rounded(4)} is outside {known.least} to {known.most}: a digit or the unit is wrong. Write what the syringe or the bag "
        "holds in mL, drug and diluent together, such as 100."
    )


def care_of(request: PlanRequest) -> Care:
    """What a request orders around the drug. Raises PlanRequestError for a medicine that the order set does not have."""
    known = order_set()
    if unknown := [each for each in request.side_effects if each not in known.side_effects]:
        raise PlanRequestError(
            f"There is no order '{unknown[0]}' for a side effect. Choose from {', '.join(known.side_effects)}."
        )
    chosen = tuple(order for id_, order in known.side_effects.items() if id_ in request.side_effects)
    return Care(
        Route.INTRAVENOUS, known.flush, tuple(known.monitoring.values()), tuple(known.stops.values()), chosen
    )


def prepare(calculation: Calculation, request: PlanRequest, policy: Policy) -> Preparation | None:
    """How a calculated dose is made up; None until vial and total volume are chosen, or when they do not fit.

    Raises PlanRequestError for a diluent that the order set does not have.
    """
    dose, bag, vial = calculation.dose, calculation.dose.infusate, calculation.inputs.vial
    if bag is None or vial is None or bag.total_volume < bag.drug_volume:
        return None
    product = next((each for each in labelled_strengths() if each.base == vial), None)
    added = bag.total_volume - bag.drug_volume
    return Preparation(
        product=product,
        vials=_vials(dose.ordered.value, product),
        diluent=_diluent(request) if added.value > 0 else None,
        diluent_volume=added,
        pump_setting=_in_steps(bag.pump_rate, policy),
    )


def care_findings(
    care: Care, calculation: Calculation | None, facts: PatientFacts, policy: Policy
) -> tuple[Finding, ...]:
    """What speaks against the preparation and the medicines: an allergy BLOCKs, what can't be measured out is REVIEW, a slip REFUSEs."""
    found = [finding for order in care.side_effects for finding in _allergic(order, facts)]
    if calculation is not None:
        found += [*_volume(calculation), *_drawn(calculation, policy), *_set(calculation, policy)]
    return tuple(found)


def _diluent(request: PlanRequest) -> Diluent:
    known = order_set().diluents
    if request.diluent is None:
        return next(iter(known.values()))
    if request.diluent not in known:
        raise PlanRequestError(f"There is no diluent '{request.diluent}'. Choose from {', '.join(known)}.")
    return known[request.diluent]


def _vials(mg: Decimal, product: LabelledStrength | None) -> int | None:
    if product is None:
        return None
    return int((mg / product.content.value).to_integral_value(rounding=ROUND_CEILING))


def _in_steps(rate: MlPerHour, policy: Policy) -> MlPerHour:
    step = policy.quantity("pump_rate_step_ml_per_h", MlPerHour).value
    return MlPerHour((rate.value / step.value).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step.value)


def _allergic(order: SideEffectOrder, facts: PatientFacts) -> list[Finding]:
    """Stated or suspected, an allergy closes the order of a medicine that can be left out."""
    words = Phrases({order.id: order.medicines})
    for allergy in facts.allergies:
        for text in (allergy.text, *(coding.display for coding in allergy.codings)):
            if words.mentions(text).get(order.id) in (Mention.STATED, Mention.UNCERTAIN):
                message = f"{order.title}: the allergy “{text[:80]}” is on record. Take the order out."
                return [Finding("ORDER-ALLERGY", Level.BLOCK, message, order.basis, "allergies.attested")]
    return []


def _volume(calculation: Calculation) -> list[Finding]:
    """A total volume that no syringe or bag has: refused, whatever the pump could run."""
    bag = calculation.dose.infusate
    problem = volume_problem(bag.total_volume) if bag else ""
    return (
        [Finding("VOLUME-IMPLAUSIBLE", Level.REFUSE, problem, order_set().volumes.basis)] if problem else []
    )


def _drawn(calculation: Calculation, policy: Policy) -> list[Finding]:
    least, drawn = policy.quantity("draw_min_ml", Ml), calculation.dose.drug_volume
    if drawn is None or not drawn < least.value:
        return []
    message = (
        f"{drawn.rounded(3)} would have to be drawn; below {least.value} a syringe does not measure. "
        "Choose a weaker vial."
    )
    return [Finding("DRAW-TOO-SMALL", Level.REVIEW, message, least.basis)]


def _set(calculation: Calculation, policy: Policy) -> list[Finding]:
    """A step of the pump that changes the rate by more than rounding a dose may."""
    bag, tolerance = calculation.dose.infusate, policy.number("dose_reason_rounding_percent")
    if bag is None:
        return []
    setting = _in_steps(bag.pump_rate, policy)
    percent = abs(setting.value - bag.pump_rate.value) * 100 / bag.pump_rate.value
    if percent <= tolerance:
        return []
    limit = policy.limit("pump_rate_step_ml_per_h")
    message = (
        f"The pump is set in steps of {limit.amount}: {setting} instead of {bag.pump_rate.rounded(2)}, "
        f"{plain(percent.quantize(Decimal('0.1')))} % off. Choose a larger total volume."
    )
    return [Finding("PUMP-STEP", Level.REVIEW, message, limit.basis)]
