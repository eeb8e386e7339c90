"""Results of long-term checks, read from what is on record and judged by the clinic's limits.

What a gate of intake judges as well, such as liver tests, is read from the patient's facts, so that a result counts wherever
it came from; a screen of cognition, a urinary scale and the answers on misuse are entries of their own, and answered forms are
read by `check_forms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tenuto.core.dates import say_date
from tenuto.core.intake.facts import Measurement, PatientFacts
from tenuto.core.outcomes.check_rules import CheckKind
from tenuto.core.outcomes.safety_clock import CheckGrade, CheckResult
from tenuto.core.policy import Policy
from tenuto.core.units import plain

__all__ = ["CheckEntry", "results_of_entries", "results_of_facts"]

ENZYMES = {"alt_u_per_l": "ALT", "ast_u_per_l": "AST"}
URINE = {
    "lab.urinalysis": ("dipstick", "Urine", {"abnormal": CheckGrade.RAISED}),
    "urinary.symptoms": ("symptoms", "Bladder symptoms", {"mild": CheckGrade.RAISED}),
}
ASKED = {"symptoms": ("urinary_check",), "misuse": ("ketamine_use_check", "craving_check")}
"""What a nurse who asks covers of what was answered on a form of `check_forms.toml`."""
LONGEST_WORD = 40
WELL = frozenset({"normal", "negative", "none"})


@dataclass(frozen=True, slots=True)
class CheckEntry:
    """What was entered about one check on one day, by name: numbers as they were written, yes or no."""

    id: str
    kind: CheckKind
    on: date
    values: Mapping[str, str]
    recorded: int


# ---- From the patient's facts -------------------------------------------------------------------------------------------


def results_of_facts(facts: PatientFacts, policy: Policy) -> tuple[CheckResult, ...]:
    """Liver tests, blood pressures, urine results, and what intake asked of misuse. What has no day is left out: nobody knows when it counted."""
    return (*_liver(facts, policy), *_pressures(facts, policy), *_urine(facts), *_asked_at_intake(facts))


def _liver(facts: PatientFacts, policy: Policy) -> Iterator[CheckResult]:
    days = {kind: {m.taken for m in facts.measured(kind)} for kind in ENZYMES}
    both = set.intersection(*days.values())
    for kind, name in ENZYMES.items():
        for found in facts.measured(kind):
            if found.taken is not None:
                yield _enzyme(found, name, found.taken, whole=found.taken in both, policy=policy)


def _enzyme(found: Measurement, name: str, on: date, *, whole: bool, policy: Policy) -> CheckResult:
    what, shown = name.lower(), f"{name} {plain(found.value)} U/L on {say_date(on)}"
    id_ = f"{what}:{on}:{plain(found.value)}"
    if found.reference_high is None or found.reference_high <= 0:
        says = f"{shown} came without the laboratory's upper limit."
        return CheckResult(id_, CheckKind.LIVER, what, on, CheckGrade.RAISED, says, whole=whole)
    multiple = found.value / found.reference_high
    grade = _grade(
        multiple >= policy.number("alt_block_multiple_uln"),
        multiple > policy.number("alt_review_multiple_uln"),
    )
    says = f"{shown}, {plain(multiple.quantize(Decimal('0.1')))} times its upper limit."
    return CheckResult(id_, CheckKind.LIVER, what, on, grade, says, whole=whole)


def _pressures(facts: PatientFacts, policy: Policy) -> Iterator[CheckResult]:
    """The lowest of a day, since a reading that was high is repeated at rest."""
    diastolic: dict[date, Decimal] = {}
    systolic: dict[date, Decimal] = {}
    for kind, lowest in (("systolic_mmhg", systolic), ("diastolic_mmhg", diastolic)):
        for found in facts.measured(kind):
            if found.taken is not None:
                lowest[found.taken] = min(found.value, lowest.get(found.taken, found.value))
    for on in sorted(systolic.keys() & diastolic.keys()):
        upper, lower = systolic[on], diastolic[on]
        says = f"Blood pressure {plain(upper)}/{plain(lower)} on {say_date(on)}."
        block, review = (
            upper >= policy.number(f"bp_{limit}_systolic_mmhg")
            or lower >= policy.number(f"bp_{limit}_diastolic_mmhg")
            for limit in ("block", "review")
        )
        id_ = f"pressure:{on}:{plain(upper)}/{plain(lower)}"
        yield CheckResult(id_, CheckKind.BLOOD_PRESSURE, "pressure", on, _grade(block, review), says)


def _urine(facts: PatientFacts) -> Iterator[CheckResult]:
    for answer in facts.answers:
        known = URINE.get(answer.fact)
        if known is None or answer.taken is None or not isinstance(answer.value, str):
            continue
        what, name, raised = known
        # A record from elsewhere may tell a whole story here; its beginning names it.
        word = answer.value.strip().casefold()[:LONGEST_WORD]
        grade = CheckGrade.NORMAL if word in WELL else raised.get(word, CheckGrade.ABNORMAL)
        says = f"{name} on {say_date(answer.taken)}: {word}."
        plain_word = "".join(each for each in word if each.isalnum())
        yield CheckResult(
            f"{what}:{answer.taken}:{plain_word}", CheckKind.URINARY, what, answer.taken, grade, says,
            covers=ASKED.get(what, ()),
        )  # fmt: skip


def _asked_at_intake(facts: PatientFacts) -> Iterator[CheckResult]:
    """The baseline of misuse: asked, and the monitoring queried, each by the gate of intake. What was answered it judges."""
    answers = [facts.answer("ketamine_misuse"), facts.answer("pdmp.query")]
    days = [each.taken for each in answers if each is not None and each.taken is not None]
    if len(days) == len(answers):
        on = min(days)
        says = f"Misuse asked and monitoring queried at intake, {say_date(on)}."
        yield CheckResult(f"intake:{on}", CheckKind.MISUSE, "intake", on, CheckGrade.NORMAL, says)


# ---- From entries of their own ------------------------------------------------------------------------------------------


def results_of_entries(entries: Iterable[CheckEntry], policy: Policy) -> tuple[CheckResult, ...]:
    """Cognition screens, urinary scales and answers on misuse. A cognition score is held against the patient's best before."""
    ordered = sorted(entries, key=lambda each: (each.on, each.recorded, each.id))
    return tuple(found for n, each in enumerate(ordered) for found in _judged(each, ordered[:n], policy))


def _judged(entry: CheckEntry, before: Sequence[CheckEntry], policy: Policy) -> Iterator[CheckResult]:
    match entry.kind:
        case CheckKind.COGNITION:
            yield _cognition(entry, before, policy)
        case CheckKind.URINARY:
            yield from _urinary_scale(entry, policy)
        case CheckKind.MISUSE:
            yield _misuse(entry, policy)


def _result(entry: CheckEntry, what: str, grade: CheckGrade, says: str, *, whole: bool = True) -> CheckResult:
    return CheckResult(
        f"{entry.id}:{what}",
        entry.kind,
        what,
        entry.on,
        grade,
        says,
        entry.recorded,
        whole,
        ASKED.get(what, ()),
    )


def _cognition(entry: CheckEntry, before: Sequence[CheckEntry], policy: Policy) -> CheckResult:
    value = Decimal(entry.values["score"])
    earlier = [each for each in before if each.kind is CheckKind.COGNITION and each.on < entry.on]
    best = max((Decimal(each.values["score"]) for each in earlier), default=value)
    fallen = best - value >= policy.number("check_cognition_fall_abnormal")
    grade = _grade(fallen, value < policy.number("check_cognition_raised_below"))
    since = f", {plain(best - value)} below the best" if best > value else ""
    return _result(
        entry, "cognition", grade, f"Cognition {plain(value)} of 30 on {say_date(entry.on)}{since}."
    )


def _urinary_scale(entry: CheckEntry, policy: Policy) -> Iterator[CheckResult]:
    scale, value = entry.values["scale"], Decimal(entry.values["score"])
    if scale == "icsi":
        grade, name = _grade(False, value >= policy.number("check_icsi_raised")), "ICSI"
    else:
        grade, name = _grade(value >= policy.number("check_bpicss_abnormal"), False), "BPIC-SS"
    yield _result(entry, scale, grade, f"{name} {plain(value)} on {say_date(entry.on)}.")


def _misuse(entry: CheckEntry, policy: Policy) -> CheckResult:
    """Whole only with the query of the prescription monitoring."""
    said, craving = entry.values, Decimal(entry.values["craving"])
    outside, early = said["outside"] == "yes", said["early"] == "yes"
    found = said["monitoring"] == "found"
    raised = early or found or craving >= policy.number("check_craving_raised")
    words = [
        *(["ketamine outside treatment"] if outside else []),
        *(["asked for more or sooner"] if early else []),
        *(["the monitoring query found something"] if found else []),
        f"craving {plain(craving)} of 10",
        *(["monitoring not queried"] if said["monitoring"] == "not_done" else []),
    ]
    says = f"Misuse questions on {say_date(entry.on)}: {', '.join(words)}."
    return _result(entry, "misuse", _grade(outside, raised), says, whole=said["monitoring"] != "not_done")


def _grade(abnormal: bool, raised: bool) -> CheckGrade:
    if abnormal:
        return CheckGrade.ABNORMAL
    return CheckGrade.RAISED if raised else CheckGrade.NORMAL
