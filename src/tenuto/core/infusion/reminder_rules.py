"""Which charted values call for a second person, and which for a stop: each rule names the limit of the policy that it uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum

from tenuto.core.infusion.adverse import EventAsks, adverse_event_kinds
from tenuto.core.infusion.entries import AdverseEventCharted, DistressCharted, SessionEntry, VitalsTaken
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.policy import Policy
from tenuto.core.units import plain

__all__ = ["ReminderLevel", "RuleFired", "fired"]


class ReminderLevel(IntEnum):
    """What a reminder asks for, in order."""

    WATCH = 1
    """Tell a second person; vital signs come closer."""
    STOP = 2
    """Pause or stop; the clinician decides which."""


@dataclass(frozen=True, slots=True)
class RuleFired:
    """That a rule found something in an entry: in a sentence, with the limits that it compared with."""

    rule: str
    level: ReminderLevel
    words: str
    limits: tuple[str, ...] = ()
    signal: str = ""
    """The measured value that it is about; empty where it is about more than one, or about an event."""


class _Test(StrEnum):
    FROM = "or more"
    ABOVE = "above"
    BELOW = "below"
    DOWN_TO = "or less"

    def holds(self, value: Decimal, limit: Decimal) -> bool:
        match self:
            case _Test.FROM:
                return value >= limit
            case _Test.ABOVE:
                return value > limit
            case _Test.BELOW:
                return value < limit
            case _Test.DOWN_TO:
                return value <= limit

    def said(self, limit: str) -> str:
        return f"{limit} {self}" if self in (_Test.FROM, _Test.DOWN_TO) else f"{self} {limit}"


@dataclass(frozen=True, slots=True)
class _Simple:
    signal: str
    name: str
    test: _Test
    limit: str
    level: ReminderLevel


_W, _S = ReminderLevel
_VITALS = (
    _Simple("systolic_mmhg", "Systolic", _Test.FROM, "watch_systolic_mmhg", _W),
    _Simple("diastolic_mmhg", "Diastolic", _Test.FROM, "watch_diastolic_mmhg", _W),
    _Simple("systolic_mmhg", "Systolic", _Test.BELOW, "watch_systolic_low_mmhg", _W),
    _Simple("systolic_mmhg", "Systolic", _Test.FROM, "stop_systolic_mmhg", _S),
    _Simple("diastolic_mmhg", "Diastolic", _Test.FROM, "stop_diastolic_mmhg", _S),
    _Simple("systolic_mmhg", "Systolic", _Test.BELOW, "stop_systolic_low_mmhg", _S),
    _Simple("heart_rate_per_min", "Heart rate", _Test.ABOVE, "watch_heart_rate_max_per_min", _W),
    _Simple("heart_rate_per_min", "Heart rate", _Test.BELOW, "watch_heart_rate_min_per_min", _W),
    _Simple("heart_rate_per_min", "Heart rate", _Test.ABOVE, "stop_heart_rate_max_per_min", _S),
    _Simple("heart_rate_per_min", "Heart rate", _Test.BELOW, "stop_heart_rate_min_per_min", _S),
    _Simple("spo2_percent", "SpO2", _Test.BELOW, "watch_spo2_percent", _W),
    _Simple("spo2_percent", "SpO2", _Test.BELOW, "stop_spo2_percent", _S),
    _Simple("respirations_per_min", "Breaths", _Test.BELOW, "watch_respiratory_rate_min_per_min", _W),
    _Simple("respirations_per_min", "Breaths", _Test.ABOVE, "watch_respiratory_rate_max_per_min", _W),
    _Simple("respirations_per_min", "Breaths", _Test.BELOW, "stop_respiratory_rate_min_per_min", _S),
    _Simple("moaas", "MOAA/S", _Test.DOWN_TO, "watch_moaas_score", _W),
    _Simple("moaas", "MOAA/S", _Test.DOWN_TO, "stop_moaas_score", _S),
)
_DISTRESS = (_Simple("distress", "Distress", _Test.FROM, "watch_distress_score", _W),)
_HALVES = (("systolic_mmhg", "systolic"), ("diastolic_mmhg", "diastolic"))


def fired(
    entry: SessionEntry, before: Sequence[SessionEntry], baseline: PressureBaseline | None, policy: Policy
) -> tuple[RuleFired, ...]:
    """What the rules find in an entry, the worst first. `before` are the entries that happened earlier, in order.

    Absolute limits and rises above the patient's own `baseline`, mmHg; a rise counts only from the policy's `watch_rise_from_`
    limits on. Sources stand with each limit of the policy.
    """
    what = entry.what
    found: list[RuleFired] = []
    if isinstance(what, VitalsTaken):
        found += _simple(what, _VITALS, policy)
        found += _risen(what, baseline, policy)
        found += _twice(what, before, policy)
        found += _lasting(entry, what, before, policy)
        found += _with_symptom(what, before, baseline, policy)
    elif isinstance(what, DistressCharted):
        found += _simple(what, _DISTRESS, policy)
    elif isinstance(what, AdverseEventCharted):
        found += _event(what, before, baseline, policy)
    return tuple(sorted(found, key=lambda each: (-each.level, each.rule)))


def _simple(
    what: VitalsTaken | DistressCharted, rules: Sequence[_Simple], policy: Policy
) -> Iterator[RuleFired]:
    for rule in rules:
        value = getattr(what, rule.signal)
        if value is not None and rule.test.holds(Decimal(value), policy.number(rule.limit)):
            said = rule.test.said(plain(policy.number(rule.limit)))
            yield RuleFired(
                rule.limit, rule.level, f"{rule.name} {value}: {said}.", (rule.limit,), rule.signal
            )


def _risen(what: VitalsTaken, baseline: PressureBaseline | None, policy: Policy) -> Iterator[RuleFired]:
    if baseline is None:
        return
    percent = policy.number("watch_rise_percent")
    for signal, half in _HALVES:
        value, own, floor = getattr(what, signal), getattr(baseline, signal), f"watch_rise_from_{half}_mmhg"
        if value is None or value < policy.number(floor):
            continue
        if value * 100 >= own * (100 + percent):
            words = (
                f"{half.capitalize()} {value}: {plain(percent)} % or more above {own} before the infusion."
            )
            yield RuleFired(f"watch_rise_{half}", _W, words, ("watch_rise_percent", floor), signal)


def _twice(what: VitalsTaken, before: Sequence[SessionEntry], policy: Policy) -> Iterator[RuleFired]:
    last = next((each for each in reversed(_pressures(before))), None)
    limits = tuple(f"stop_{half}_twice_mmhg" for _, half in _HALVES)
    if last is not None and _reaches(what, limits, policy) and _reaches(last, limits, policy):
        shown = "/".join(plain(policy.number(key)) for key in limits)
        words = f"Blood pressure {_shown(what)} after {_shown(last)}: {shown} or more twice."
        yield RuleFired("stop_pressure_twice", _S, words, limits)


def _lasting(
    entry: SessionEntry, what: VitalsTaken, before: Sequence[SessionEntry], policy: Policy
) -> Iterator[RuleFired]:
    limit = policy.number("stop_heart_rate_sustained_per_min")
    lasts = timedelta(minutes=float(policy.number("stop_heart_rate_sustained_min")))
    rate = what.heart_rate_per_min
    if rate is None or rate <= limit:
        return
    for each in reversed(before):
        earlier = each.what.heart_rate_per_min if isinstance(each.what, VitalsTaken) else None
        if earlier is None:
            continue
        if earlier <= limit:
            return
        if entry.at - each.at >= lasts:
            words = f"Heart rate {rate}: above {plain(limit)} for {plain(policy.number('stop_heart_rate_sustained_min'))} min."
            keys = ("stop_heart_rate_sustained_per_min", "stop_heart_rate_sustained_min")
            yield RuleFired("stop_heart_rate_sustained", _S, words, keys)
            return


def _with_symptom(
    what: VitalsTaken, before: Sequence[SessionEntry], baseline: PressureBaseline | None, policy: Policy
) -> Iterator[RuleFired]:
    kinds = adverse_event_kinds()
    told = [each.what for each in before if isinstance(each.what, AdverseEventCharted)]
    symptoms = [kinds[e.kind].title for e in told if e.kind in kinds and kinds[e.kind].with_pressure]
    if symptoms and _raised(what, baseline, policy):
        words = f"Blood pressure {_shown(what)} with a complaint: {symptoms[-1].lower()}."
        yield RuleFired("stop_pressure_with_symptom", _S, words)


def _event(
    what: AdverseEventCharted,
    before: Sequence[SessionEntry],
    baseline: PressureBaseline | None,
    policy: Policy,
) -> Iterator[RuleFired]:
    kind = adverse_event_kinds().get(what.kind)
    title = kind.title if kind else what.kind
    if what.grade >= policy.number("stop_event_grade"):
        yield RuleFired("stop_event_grade", _S, f"{title}, grade {what.grade}.", ("stop_event_grade",))
    if kind is None:
        return
    if kind.asks is not EventAsks.NONE:
        level = _S if kind.asks is EventAsks.STOP else _W
        yield RuleFired(f"event_{kind.id}", level, f"{title}.")
    last = next((each for each in reversed(_pressures(before))), None)
    if kind.with_pressure and last is not None and _raised(last, baseline, policy):
        words = f"{title} with a blood pressure of {_shown(last)}."
        yield RuleFired("stop_pressure_with_symptom", _S, words)


def _raised(what: VitalsTaken, baseline: PressureBaseline | None, policy: Policy) -> bool:
    watched = tuple(f"watch_{half}_mmhg" for _, half in _HALVES)
    return _reaches(what, watched, policy) or any(True for _ in _risen(what, baseline, policy))


def _reaches(what: VitalsTaken, limits: Sequence[str], policy: Policy) -> bool:
    halves = (what.systolic_mmhg, what.diastolic_mmhg)
    return any(
        half is not None and half >= policy.number(key) for half, key in zip(halves, limits, strict=True)
    )


def _pressures(entries: Sequence[SessionEntry]) -> list[VitalsTaken]:
    taken = (each.what for each in entries)
    return [v for v in taken if isinstance(v, VitalsTaken) and (v.systolic_mmhg or v.diastolic_mmhg)]


def _shown(what: VitalsTaken) -> str:
    return "/".join("?" if half is None else str(half) for half in (what.systolic_mmhg, what.diastolic_mmhg))
