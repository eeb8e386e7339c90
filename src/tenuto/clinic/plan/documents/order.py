"""The order in rows, as a pharmacist prepares it and a nurse gives it. Nothing here is worked out anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tenuto.core.dates import say_date
from tenuto.core.intake.facts import Allergy, PatientFacts
from tenuto.core.plan.calculation import Calculation
from tenuto.core.plan.care import Preparation
from tenuto.core.plan.proposal import Proposal
from tenuto.core.plan.shown import shown

__all__ = [
    "NOT_COMPLETE",
    "CareLines",
    "SheetRow",
    "allergies_of",
    "care_lines",
    "dose_rows",
    "needs_for_a_dose",
]

NOT_COMPLETE = "Not complete. Nobody can prepare it until the vial and the total volume are chosen."
NONE_ORDERED = "None ordered. The prescriber is called for anything that is not on this sheet."


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CareLines:
    """What is watched, what side effects get, and when it stops."""

    monitoring: tuple[str, ...] = ()
    side_effects: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()


def dose_rows(proposal: Proposal) -> tuple[SheetRow, ...]:
    """Drug, dose, preparation, pump and flush, the dose first; empty while there is no dose to order."""
    calculation = proposal.orderable
    return tuple(_rows(proposal, calculation)) if calculation else ()


def needs_for_a_dose(proposal: Proposal) -> str:
    """What lacks while there is no dose and nothing refuses it."""
    if proposal.protocol is None:
        return "A dose needs a protocol, and a protocol needs a diagnosis that is treated here."
    return "A dose needs a measured weight and, where more than one is possible, the choice of the dosing weight."


def care_lines(proposal: Proposal) -> CareLines:
    """The lines around the drug; empty while there is no dose to order."""
    care, policy, protocol = proposal.care, proposal.policy, proposal.protocol
    if proposal.orderable is None or care is None or protocol is None:
        return CareLines()
    return CareLines(
        monitoring=(
            *(line.text(policy) for line in care.monitoring),
            f"Recovery: {protocol.recovery.text}",
        ),
        side_effects=tuple(order.text for order in care.side_effects) or (NONE_ORDERED,),
        stops=tuple(line.text(policy) for line in care.stops),
    )


def allergies_of(facts: PatientFacts) -> str:
    """Every allergy with its reaction, or that none is known, or that nobody has asked."""
    if facts.allergies:
        return "; ".join(_allergy(each) for each in facts.allergies)
    asked = facts.answer("allergies.attested")
    return (
        "None known"
        if asked is not None and asked.value is True
        else "Not asked. Ask before anything is given"
    )


def _rows(proposal: Proposal, calculation: Calculation) -> Iterator[SheetRow]:
    dose, inputs, made, care = calculation.dose, calculation.inputs, proposal.preparation, proposal.care
    yield SheetRow("Dose", f"{dose.ordered} ketamine base over {inputs.minutes}")
    route = care.route.value if care else ""
    yield SheetRow("Drug", f"Ketamine for injection, {route} infusion by pump, never as a push")
    yield SheetRow("For each kg", f"{shown(dose.per_kg)} ordered; {shown(dose.target)} asked for")
    yield SheetRow("Weight", f"{shown(inputs.weight)}{_weighed(proposal)}")
    yield SheetRow("Rate", f"{shown(dose.rate)}, {shown(dose.rate_per_minute)}, {shown(dose.rate_per_kg)}")
    yield from (SheetRow("Held", applied.text) for applied in dose.caps_applied)
    if made is None:
        yield SheetRow("Preparation", NOT_COMPLETE)
    else:
        yield from _preparation(calculation, made)
    if care is not None:
        yield SheetRow("Flush", care.flush.text(proposal.policy))


def _weighed(proposal: Proposal) -> str:
    weighing, weight = proposal.weighing, proposal.weight
    basis = f", {weight.used.basis.value}" if weight and weight.used else ""
    weighed = f", weighed {say_date(weighing.taken)}" if weighing else ""
    original = f", sent as {weighing.original}" if weighing and weighing.original else ""
    return f"{basis}{weighed}{original}"


def _preparation(calculation: Calculation, made: Preparation) -> Iterator[SheetRow]:
    bag, inputs = calculation.dose.infusate, calculation.inputs
    if bag is None:
        return
    vial = f"a vial of {inputs.vial}, a strength that the pharmacy confirms"
    if made.product is not None:
        number = "1 vial" if made.vials == 1 else f"{made.vials} vials"
        vial = f"{number} printed {made.product.printed} ({inputs.vial})"
    yield SheetRow("Draw up", f"{shown(bag.drug_volume)} from {vial}")
    added = f"{shown(made.diluent_volume)} of {made.diluent.title}" if made.diluent else "none; undiluted"
    yield SheetRow("Diluent", added)
    yield SheetRow("Fill to", f"{shown(bag.total_volume)} in total, {shown(bag.concentration)}")
    yield SheetRow("Pump", f"{made.pump_setting} for {inputs.minutes}")


def _allergy(allergy: Allergy) -> str:
    return f"{allergy.text} ({allergy.reaction or 'reaction not recorded'})"
