"""Which caps hold for a protocol, and what they and the reasons say of the dose as ordered.

A dose asked for above a cap is held at the cap and BLOCKed: the card never shows more than the clinic has signed.
A director who wants more signs a policy with a higher cap; a cap that an override could pass would be none.
"""

from __future__ import annotations

from tenuto.core.gate import Finding, Level
from tenuto.core.literature.protocol import Protocol, Track
from tenuto.core.plan.dose import CapApplied, Dose
from tenuto.core.plan.inputs import Cap, DoseInputs, Rounding
from tenuto.core.policy import Policy
from tenuto.core.sources import Basis
from tenuto.core.units import Mg, MgPerHour, MgPerKg, MgPerKgPerHour, MlPerHour, plain

__all__ = ["caps_for", "dose_findings", "rounding_from"]


def caps_for(protocol: Protocol, policy: Policy) -> tuple[Cap, ...]:
    """The caps of the clinic for this track, and those that belong to the protocol's own regimen."""
    session = policy.quantity("dose_max_mg_session", Mg)
    caps = [Cap("dose_max_mg_session", "Clinic's most for one session", session.value, session.basis)]
    if protocol.track is Track.PSYCHIATRIC:
        dose = policy.quantity("dose_max_mg_per_kg_psychiatric", MgPerKg)
        rate = policy.quantity("rate_max_mg_per_kg_per_h_psychiatric", MgPerKgPerHour)
        caps += [
            Cap("dose_max_mg_per_kg_psychiatric", "Clinic's most for each kg", dose.value, dose.basis),
            Cap("rate_max_mg_per_kg_per_h_psychiatric", "Clinic's highest rate", rate.value, rate.basis),
        ]
    else:
        hourly = policy.quantity("rate_max_mg_per_h_pain", MgPerHour)
        caps.append(
            Cap("rate_max_mg_per_h_pain", "Clinic's highest pain rate", hourly.value, hourly.basis, True)
        )
    template = protocol.session
    if template.rate_max is not None:
        most = template.rate_max
        caps.append(Cap("protocol_rate_max", "The protocol's highest rate", most.value, most.basis, True))
    if template.target_is_maximum:
        target = template.target
        caps.append(Cap("protocol_target_max", "The protocol's own most", target.value, target.basis, True))
    return tuple(caps)


def rounding_from(policy: Policy) -> Rounding:
    """The clinic's rounding rule."""
    return Rounding(
        step=policy.quantity("dose_round_mg", Mg).value,
        small_step=policy.quantity("dose_round_small_mg", Mg).value,
        small_below=policy.quantity("dose_round_small_below_mg", Mg).value,
        most_percent=policy.number("dose_round_max_percent"),
    )


def dose_findings(inputs: DoseInputs, dose: Dose, protocol: Protocol, policy: Policy) -> tuple[Finding, ...]:
    """What caps, reasons, staffing and rounding say of the *ordered* dose and rate."""
    found = [_cap_finding(each, inputs) for each in dose.caps_applied]
    found += _pump(dose, policy)
    if protocol.track is Track.PSYCHIATRIC:
        found += _reason(dose, policy)
    else:
        found += _staffing(dose, policy)
    if dose.rounding_percent > inputs.rounding.most_percent:
        limit = policy.limit("dose_round_max_percent")
        message = (
            f"Rounding {dose.held.rounded(2)} to {dose.ordered} changes it by more than {plain(limit.value)} %. "
            "Check weight and dose: so small a dose is not one of this protocol."
        )
        found.append(Finding("DOSE-ROUNDING", Level.REFUSE, message, limit.basis))
    return tuple(found)


def _cap_finding(applied: CapApplied, inputs: DoseInputs) -> Finding:
    cap = applied.cap
    if not applied.held or cap.protocol_rule:
        return Finding("DOSE-CAP", Level.PASS, applied.text, cap.basis)
    asked = inputs.target if isinstance(inputs.target, MgPerKg) else inputs.target.during(inputs.minutes)
    for_each_kg = isinstance(cap.most, MgPerKg | MgPerKgPerHour)
    if for_each_kg:
        message = (
            f"{asked.rounded(3)} over {inputs.minutes} was asked for. {applied.text} More needs a policy that the "
            "medical director has signed."
        )
        return Finding("DOSE-ABOVE-CAP", Level.BLOCK, message, cap.basis)
    return Finding("DOSE-HELD", Level.REVIEW, applied.text, cap.basis)


def _reason(dose: Dose, policy: Policy) -> list[Finding]:
    limit = policy.quantity("dose_reason_above_mg_per_kg", MgPerKg)
    if not dose.per_kg > limit.value:
        return []
    by_rounding = not dose.target > limit.value
    if by_rounding and dose.rounding_percent <= policy.number("dose_reason_rounding_percent"):
        return []
    message = f"{dose.ordered} is {dose.per_kg.rounded(4)}, above {limit.value}" + (
        f": rounding up from {dose.held.rounded(2)} does it. Accept with a reason, or order less."
        if by_rounding
        else ". A dose above it needs a reason."
    )
    return [Finding("DOSE-NEEDS-REASON", Level.REVIEW, message, limit.basis)]


def _pump(dose: Dose, policy: Policy) -> list[Finding]:
    limit = policy.quantity("pump_rate_max_ml_per_h", MlPerHour)
    if dose.infusate is None or not dose.infusate.pump_rate > limit.value:
        return []
    message = (
        f"The pump would have to run at {dose.infusate.pump_rate.rounded(1)}; the clinic's pump gives at most {limit.value}. "
        "Choose a smaller total volume or a longer time."
    )
    return [Finding("PUMP-RATE", Level.REVIEW, message, limit.basis)]


def _staffing(dose: Dose, policy: Policy) -> list[Finding]:
    most = policy.quantity("dose_staffing_above_mg_per_kg_pain", MgPerKg)
    fast = policy.quantity("rate_staffing_above_mg_per_kg_per_h_pain", MgPerKgPerHour)
    over: list[tuple[str, Basis]] = []
    if dose.per_kg > most.value:
        over.append((f"{dose.per_kg.rounded(3)} in one session is above {most.value}", most.basis))
    if dose.rate_per_kg > fast.value:
        over.append((f"{dose.rate_per_kg.rounded(3)} is above {fast.value}", fast.basis))
    return [
        Finding("STAFFING-ANAESTHESIA", Level.REVIEW, f"{text}: anaesthesia-level staffing is needed.", basis)
        for text, basis in over
    ]
