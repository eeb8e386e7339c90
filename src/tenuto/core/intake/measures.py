"""Other measured values: heart rate, oxygen saturation, liver enzymes and kidney function."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from tenuto.core.dates import on_date, say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.case import JudgedCase, hour_in_zone, missing, note, or_zone
from tenuto.core.intake.facts import Measurement
from tenuto.core.intake.required import RequiredFact, fact
from tenuto.core.units import plain

__all__ = ["fact_of", "judge", "measure_title"]

_ENZYMES = {"alt_u_per_l": "ALT", "ast_u_per_l": "AST"}
_BILE = {"alp_u_per_l": "ALP", "ggt_u_per_l": "GGT"}
"""Enzymes of the bile ducts: raised in injury by repeated ketamine too, and by much else, so that they never block."""


def judge(case: JudgedCase) -> tuple[Finding, ...]:
    """Findings about presence, age and value of everything measured except weight, height and blood pressure."""
    present = tuple(
        finding
        for name in ("heart_rate", "oxygen_saturation", "lab.liver", "lab.liver_extended")
        for finding in _present(case, fact(name))
    )
    return (
        *present,
        *_future(case),
        *_implausible(case),
        *_heart_rate(case),
        *_saturation(case),
        *_liver(case),
        *_bile(case),
        *_kidney(case),
    )


def _present(case: JudgedCase, item: RequiredFact) -> tuple[Finding, ...]:
    newest = [case.usable(measure.kind)[:1] for measure in item.measures]
    if not all(newest):
        lacking = [
            m.kind.split("_")[0].upper() for m, found in zip(item.measures, newest, strict=True) if not found
        ]
        because = f"{item.title}: {' and '.join(lacking)} not recorded." if any(newest) else ""
        return missing(case, item, because=because)
    stale = [found[0].taken for found in newest if not case.current(item, found[0].taken)]
    return missing(case, item, stale=min((d for d in stale if d), default=case.as_of.min)) if stale else ()


def _future(case: JudgedCase) -> tuple[Finding, ...]:
    return tuple(
        note(
            fact_of(m.kind).id,
            "MEASUREMENT-FUTURE",
            Level.REVIEW,
            f"{measure_title(m.kind)}: a value is dated {say_date(m.taken)}{hour_in_zone(m)}, after {say_date(case.as_of)}. It isn't "
            f"counted; correct its date{or_zone(case, m)}.",
        )
        for m in case.facts.measurements
        if case.in_future(m.taken) and m.kind != "weight_kg" and not m.unclear
    )


def _implausible(case: JudgedCase) -> tuple[Finding, ...]:
    """Values that no person has: not counted, and said."""
    return tuple(
        Finding(
            "MEASUREMENT-IMPLAUSIBLE",
            Level.REVIEW,
            f"{measure_title(m.kind)} {plain(m.value)}{on_date(m.taken)} is outside {plain(case.policy.number(f'plausible_min_{m.kind}'))}"
            f" to {plain(case.policy.number(f'plausible_max_{m.kind}'))}. It isn't counted; check it and measure again.",
            case.policy.limit(f"plausible_min_{m.kind}").basis,
            fact=fact_of(m.kind).id,
        )
        for m in case.facts.measurements
        if not case.plausible(m)
    )


def measure_title(kind: str) -> str:
    """How a kind of measured value is called: 'Systolic blood pressure', 'ALT'."""
    return _TITLES.get(kind, kind.split("_")[0].upper())


_TITLES = {
    "systolic_mmhg": "Systolic blood pressure",
    "diastolic_mmhg": "Diastolic blood pressure",
    "heart_rate_per_min": "Heart rate",
    "spo2_percent": "Oxygen saturation",
    "egfr_ml_per_min": "eGFR",
    "height_cm": "Height",
}


def fact_of(kind: str) -> RequiredFact:
    """The fact of the register that a kind of measured value answers."""
    return fact(_FACT_OF.get(kind, "lab.liver"))


_FACT_OF = {
    "weight_kg": "weight",
    "height_cm": "height",
    "systolic_mmhg": "blood_pressure",
    "diastolic_mmhg": "blood_pressure",
    "heart_rate_per_min": "heart_rate",
    "spo2_percent": "oxygen_saturation",
    "egfr_ml_per_min": "lab.egfr",
    "alp_u_per_l": "lab.liver_extended",
    "ggt_u_per_l": "lab.liver_extended",
}


def _newest(case: JudgedCase, fact_id: str, kind: str) -> Measurement | None:
    """The newest value of a kind if it still counts."""
    found = case.usable(kind)
    return found[0] if found and case.current(fact(fact_id), found[0].taken) else None


def _heart_rate(case: JudgedCase) -> tuple[Finding, ...]:
    newest = _newest(case, "heart_rate", "heart_rate_per_min")
    if newest is None:
        return ()
    number = case.policy.number
    inside = number("heart_rate_pass_min") <= newest.value <= number("heart_rate_pass_max")
    if inside:
        return ()
    far = newest.value < number("heart_rate_block_below") or newest.value > number("heart_rate_block_above")
    level = Level.BLOCK if far and case.starting else Level.REVIEW
    message = (
        f"Heart rate {plain(newest.value)}/min{on_date(newest.taken)} is outside {plain(number('heart_rate_pass_min'))} to "
        f"{plain(number('heart_rate_pass_max'))}. Repeat it and look for the cause."
    )
    return (note("heart_rate", "HEART-RATE", level, message),)


def _saturation(case: JudgedCase) -> tuple[Finding, ...]:
    newest = _newest(case, "oxygen_saturation", "spo2_percent")
    limit = case.policy.number("spo2_pass_min_percent")
    if newest is None or newest.value >= limit:
        return ()
    far = newest.value < case.policy.number("spo2_block_below_percent")
    level = Level.BLOCK if far and case.starting else Level.REVIEW
    message = f"Oxygen saturation {plain(newest.value)} %{on_date(newest.taken)} is below {plain(limit)} %. Repeat it and look for the cause."
    return (note("oxygen_saturation", "SPO2-LOW", level, message),)


def _liver(case: JudgedCase) -> tuple[Finding, ...]:
    return tuple(
        finding
        for kind, name in _ENZYMES.items()
        if (newest := (case.usable(kind) or (None,))[0]) is not None
        for finding in _enzyme(case, name, newest)
    )


def _bile(case: JudgedCase) -> Iterator[Finding]:
    """ALP and GGT above the multiple of their upper limit at which ALT and AST ask for review; without a limit nobody can tell."""
    review = case.policy.limit("alt_review_multiple_uln")
    for kind, name in _BILE.items():
        newest = next(iter(case.usable(kind)), None)
        if newest is None:
            continue
        shown = f"{name} {plain(newest.value)} U/L{on_date(newest.taken)}"
        if newest.reference_high is None or newest.reference_high <= 0:
            message = f"{shown} came without a reference range. Add the laboratory's upper limit."
            yield note("lab.liver_extended", f"{name}-NO-RANGE", Level.REVIEW, message)
        elif newest.value > review.value * newest.reference_high:
            multiple = plain((newest.value / newest.reference_high).quantize(Decimal("0.1")))
            message = f"{shown} is {multiple} times its upper limit. Find the cause and repeat it before and during the course."
            yield Finding(f"{name}-RAISED", Level.REVIEW, message, review.basis, fact="lab.liver_extended")


def _enzyme(case: JudgedCase, name: str, newest: Measurement) -> tuple[Finding, ...]:
    """A multiple of the upper limit of normal; at the block limit itself the gate is closed."""
    if newest.reference_high is None or newest.reference_high <= 0:
        message = f"{name} {plain(newest.value)} U/L{on_date(newest.taken)} came without a reference range. Add the laboratory's upper limit."
        return (note("lab.liver", f"{name}-NO-RANGE", Level.REVIEW, message),)
    block, review = case.policy.limit("alt_block_multiple_uln"), case.policy.limit("alt_review_multiple_uln")
    multiple = newest.value / newest.reference_high
    shown = f"{name} {plain(newest.value)} U/L{on_date(newest.taken)} is {plain(multiple.quantize(Decimal('0.1')))} times its upper limit"
    if multiple >= block.value:
        message = f"{shown}; {plain(block.value)} times blocks. Find the cause and repeat it."
        ways = fact("lab.liver").opens_with(Level.BLOCK)
        return (
            Finding(f"{name}-HIGH", Level.BLOCK, message, block.basis, fact="lab.liver", opens_with=ways),
        )
    if multiple > review.value:
        message = f"{shown}. Find the cause and repeat it before and during the course."
        return (Finding(f"{name}-RAISED", Level.REVIEW, message, review.basis, fact="lab.liver"),)
    return ()


def _kidney(case: JudgedCase) -> tuple[Finding, ...]:
    found = case.usable("egfr_ml_per_min")
    limit = case.policy.limit("egfr_review_below")
    # Laboratories send one result by several formulas: of the newest day the lowest counts.
    lowest = min((m for m in found if m.taken == found[0].taken), key=lambda m: m.value, default=None)
    if lowest is None or lowest.value >= limit.value:
        return ()
    message = f"eGFR {plain(lowest.value)}{on_date(lowest.taken)} is below {plain(limit.value)}. A prescriber weighs dose and course."
    return (Finding("EGFR-LOW", Level.REVIEW, message, limit.basis, fact="lab.egfr"),)
