"""Whether a patient may leave after an infusion: every criterion with its value and what is missing, and the paths of a day that
goes otherwise.

Pure and total. Only "discharged by criteria" can be refused by it: that somebody left is a fact, however they left.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from tenuto.core.infusion.adverse import adverse_event_kinds
from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    BolusGiven,
    Charted,
    DistressCharted,
    EscortSeen,
    InstructionsTaughtBack,
    LineFlushed,
    PatientLeft,
    PrescriberSaw,
    RecoveryAnswered,
    RecoveryScored,
    SessionEntry,
    VitalsTaken,
)
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.infusion.recovery_data import (
    PathKind,
    RecoveryChoice,
    RecoveryPath,
    RecoveryRow,
    ScoreVariant,
    recovery_data,
)
from tenuto.core.infusion.replay import SessionAccount
from tenuto.core.policy import Policy
from tenuto.core.scales.suicide_triage import RiskLevel
from tenuto.core.sources import Basis, Tag
from tenuto.core.units import plain

__all__ = ["Before", "LeavingCriterion", "RecoveryAccount", "Rescreen", "recovery"]

DESIGN = Basis((Tag.D,))
LIGHT_HEADED = "light_headed"


@dataclass(frozen=True, slots=True)
class Rescreen:
    """A suicide triage that was recorded, and when."""

    level: RiskLevel
    at: datetime


@dataclass(frozen=True, slots=True)
class Before:
    """The patient's own values before the infusion; None where nobody measured or asked."""

    pressure: PressureBaseline | None = None
    spo2_percent: int | None = None


@dataclass(frozen=True, slots=True)
class LeavingCriterion:
    """One criterion as it stands. `value` is what was found, `missing` says what to do; empty when it is met."""

    id: str
    title: str
    met: bool
    value: str
    missing: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class RecoveryAccount:
    """What is known of a recovery at a moment."""

    since: datetime | None
    """When the last drug reached the patient; None while the infusion is not over."""
    until: datetime | None
    """When the shortest stay is over."""
    criteria: tuple[LeavingCriterion, ...]
    left: SessionEntry | None
    """The newest departure that is charted."""
    paths: tuple[RecoveryPath, ...]

    @property
    def open(self) -> tuple[LeavingCriterion, ...]:
        """The criteria that are not met."""
        return tuple(each for each in self.criteria if not each.met)

    @property
    def ready(self) -> bool:
        """Whether every criterion is met, so that the patient may be discharged by criteria."""
        return not self.open


def recovery(
    account: SessionAccount,
    *,
    before: Before,
    rescreens: Iterable[Rescreen],
    policy: Policy,
    stay: timedelta | None = None,
    closes_at: datetime | None = None,
) -> RecoveryAccount:
    """The recovery of a session at `account.now`; once the patient has left, as it stood when they left.

    `stay` is the shortest one of the protocol; the longer one of it and the policy's counts. `closes_at` is when the clinic closes
    that day. Sources stand with each limit of the policy and in `recovery.toml`.
    """
    since = _since(account)
    left = next(
        (each for each in reversed(account.entries) if since and isinstance(each.what, PatientLeft)), None
    )
    look = _Look(account, since, policy, left.at if left else account.now)
    shortest = max(_minutes(policy, "recovery_stay_min"), stay or timedelta())
    until = since + shortest if since else None
    criteria = (
        _stay(look, until, shortest),
        _score(look, "aldrete"),
        _score(look, "padss"),
        _sedation(look),
        _pressure(look, before.pressure),
        _saturation(look, before.spo2_percent),
        _distress(look),
        _dissociation(look),
        *(_chosen(look, row) for row in recovery_data().rows.values()),
        _rescreen(look, rescreens),
        _escort(look),
        _instructions(look),
        _seen(look),
        _answered(look),
    )
    met = {each.id: each.met for each in criteria}
    kinds = () if left else tuple(_paths(look, met, tuple(rescreens), closes_at))
    return RecoveryAccount(since, until, criteria, left, tuple(recovery_data().paths[kind] for kind in kinds))


@dataclass(frozen=True, slots=True)
class _Look:
    """What was charted since the infusion ended."""

    account: SessionAccount
    since: datetime | None
    policy: Policy
    now: datetime

    def all(self, kind: type[Charted]) -> list[SessionEntry]:
        """Entries of a kind since the end, oldest first; none while the infusion is not over."""
        if self.since is None:
            return []
        return [
            each
            for each in self.account.entries
            if isinstance(each.what, kind) and self.since <= each.at <= self.now
        ]

    def newest(self, kind: type[Charted], *, fresh: bool = True) -> SessionEntry | None:
        """The newest of them; where `fresh`, only one that is not older than the policy allows."""
        found = self.all(kind)
        return found[-1] if found and (not fresh or self.is_fresh(found[-1].at)) else None

    def is_fresh(self, at: datetime) -> bool:
        return self.now - at <= _minutes(self.policy, "recovery_fresh_min")

    def said(self, row: str) -> SessionEntry | None:
        """The newest answer to a row, when it is fresh."""
        found = [
            each
            for each in self.all(RecoveryAnswered)
            if isinstance(each.what, RecoveryAnswered) and each.what.row == row
        ]
        return found[-1] if found and self.is_fresh(found[-1].at) else None

    def number(self, key: str) -> Decimal:
        return self.policy.number(key)

    def again(self) -> str:
        """How old what was seen may be, in words."""
        return f"at most {self.policy.limit('recovery_fresh_min').amount} old"


def _since(account: SessionAccount) -> datetime | None:
    """The last moment at which drug reached the patient: the stop, or a bolus or a flush after it."""
    if account.ended_at is None:
        return None
    late = (each.at for each in account.entries if isinstance(each.what, BolusGiven | LineFlushed))
    return max([account.ended_at, *late])


def _stay(look: _Look, until: datetime | None, shortest: timedelta) -> LeavingCriterion:
    basis = look.policy.limit("recovery_stay_min").basis
    title, whole = f"{_said(shortest)} after the infusion", _said(shortest)
    if look.since is None or until is None:
        return LeavingCriterion("stay", title, False, "", "The infusion is not over by the chart.", basis)
    gone, left = look.now - look.since, until - look.now
    if left > timedelta():
        missing = f"{_said(left, up=True)} of {whole} are left."
        return LeavingCriterion("stay", title, False, _said(gone), missing, basis)
    return LeavingCriterion("stay", title, True, _said(gone), "", basis)


def _score(look: _Look, family: str) -> LeavingCriterion:
    """Fit twice in a row and far enough apart, by one and the same printed table."""
    offered = recovery_data().offered(family)
    points, apart = look.number(f"recovery_{family}_points"), look.policy.limit("recovery_scores_apart_min")
    title = f"{offered.title} {plain(points)} or more, twice {apart.amount} apart"
    scored = [
        (each.at, variant, each.what.points)
        for each in look.all(RecoveryScored)
        if isinstance(each.what, RecoveryScored)
        and (variant := recovery_data().variants.get(each.what.variant)) is not None
        and variant.family == family
        and variant.is_complete(each.what.points)
    ]
    if not scored:
        return LeavingCriterion(family, title, False, "", "Score it.", offered.basis)
    at, variant, newest = scored[-1]
    value = f"{sum(newest)} of {2 * len(newest)}"
    if not _is_fit(variant, newest, points):
        low = " no item may be 0," if variant.no_zero and 0 in newest else ""
        missing = f"{value}:{low} {plain(points)} or more is needed. Score again."
        return LeavingCriterion(family, title, False, value, missing, variant.basis)
    fit_since = at
    for earlier, other, those in reversed(scored[:-1]):
        if other.id != variant.id or not _is_fit(other, those, points):
            break
        fit_since = earlier
    if at - fit_since < timedelta(minutes=float(apart.value)):
        ready_at = fit_since + timedelta(minutes=float(apart.value))
        wait = max(ready_at - look.now, timedelta())
        missing = f"Fit once. Score again {'now' if not wait else f'in {_said(wait, up=True)}'}."
        return LeavingCriterion(family, title, False, value, missing, variant.basis)
    return LeavingCriterion(family, title, True, value, "", variant.basis)


def _is_fit(variant: ScoreVariant, points: tuple[int, ...], least: Decimal) -> bool:
    return sum(points) >= least and not (variant.no_zero and 0 in points)


def _vitals(look: _Look, *fields: str) -> VitalsTaken | None:
    """The newest set since the end that has these values, when it is fresh."""
    for each in reversed(look.all(VitalsTaken)):
        if isinstance(each.what, VitalsTaken) and None not in (getattr(each.what, name) for name in fields):
            return each.what if look.is_fresh(each.at) else None
    return None


def _sedation(look: _Look) -> LeavingCriterion:
    limit, found = look.policy.limit("recovery_moaas_score"), _vitals(look, "moaas")
    title = f"MOAA/S {plain(limit.value)}"
    if found is None or found.moaas is None:
        return LeavingCriterion("sedation", title, False, "", f"Chart MOAA/S, {look.again()}.", limit.basis)
    met, value = found.moaas >= limit.value, str(found.moaas)
    missing = "" if met else f"MOAA/S {value}: wait, and look again."
    return LeavingCriterion("sedation", title, met, value, missing, limit.basis)


def _pressure(look: _Look, own: PressureBaseline | None) -> LeavingCriterion:
    within = look.policy.limit("recovery_pressure_within_percent")
    upper = tuple(look.number(f"recovery_{half}_below_mmhg") for half in ("systolic", "diastolic"))
    limits = "/".join(plain(each) for each in upper)
    title = f"Blood pressure below {limits} and within {within.amount} of that before"
    found = _vitals(look, "systolic_mmhg", "diastolic_mmhg")
    if found is None or found.systolic_mmhg is None or found.diastolic_mmhg is None:
        return LeavingCriterion(
            "pressure", title, False, "", f"Take a blood pressure, {look.again()}.", within.basis
        )
    halves = (found.systolic_mmhg, found.diastolic_mmhg)
    value = f"{halves[0]}/{halves[1]}"
    missing = _pressure_missing(look, halves, upper, own, within.value, value)
    return LeavingCriterion("pressure", title, not missing, value, missing, within.basis)


def _pressure_missing(
    look: _Look,
    halves: tuple[int, int],
    upper: tuple[Decimal, ...],
    own: PressureBaseline | None,
    percent: Decimal,
    value: str,
) -> str:
    if any(half >= most for half, most in zip(halves, upper, strict=True)):
        return f"{value} is not below {'/'.join(plain(each) for each in upper)}. Wait, and measure again."
    if own is None:
        return "No blood pressure before the infusion is on record to compare with. A prescriber decides."
    before = (own.systolic_mmhg, own.diastolic_mmhg)
    shown = f"{before[0]}/{before[1]}"
    if any(half * 100 > was * (100 + percent) for half, was in zip(halves, before, strict=True)):
        return f"{value} is more than {plain(percent)} % above {shown} before. Wait, and measure again."
    if any(half * 100 < was * (100 - percent) for half, was in zip(halves, before, strict=True)):
        low, calm = look.number("recovery_systolic_low_mmhg"), look.said(LIGHT_HEADED)
        if halves[0] < low:
            return f"{value} is more than {plain(percent)} % below {shown} before, and below {plain(low)} systolic."
        choice = _choice(LIGHT_HEADED, calm)
        if choice is None or not choice.met:
            return f"{value} is more than {plain(percent)} % below {shown} before: it passes without any complaint. Ask."
    return ""


def _saturation(look: _Look, own: int | None) -> LeavingCriterion:
    limit, found = look.policy.limit("spo2_pass_min_percent"), _vitals(look, "spo2_percent")
    title = f"SpO2 {plain(limit.value)} % or more, or as before"
    if found is None or found.spo2_percent is None:
        return LeavingCriterion("saturation", title, False, "", f"Chart SpO2, {look.again()}.", limit.basis)
    met = found.spo2_percent >= limit.value or (own is not None and found.spo2_percent >= own)
    value = f"{found.spo2_percent} %"
    missing = "" if met else f"SpO2 {value}: wait, and measure again."
    return LeavingCriterion("saturation", title, met, value, missing, limit.basis)


def _distress(look: _Look) -> LeavingCriterion:
    limit = look.policy.limit("recovery_distress_max_score")
    title, value = f"Distress {plain(limit.value)} or less", _felt(look, "distress")
    if value is None:
        return LeavingCriterion("distress", title, False, "", f"Ask, {look.again()}.", limit.basis)
    met = value <= limit.value
    missing = "" if met else f"Distress {value}: stay with the patient, and ask again."
    return LeavingCriterion("distress", title, met, str(value), missing, limit.basis)


def _dissociation(look: _Look) -> LeavingCriterion:
    """Back to what it was before; where nobody asked before, to 0."""
    began = look.account.started_at
    asked = [
        each.what.dissociation
        for each in look.account.entries
        if isinstance(each.what, DistressCharted)
        and each.what.dissociation is not None
        and (began is None or each.at <= began)
    ]
    own = asked[-1] if asked else 0
    title, value = f"Dissociation back to {own}", _felt(look, "dissociation")
    if value is None:
        return LeavingCriterion("dissociation", title, False, "", f"Ask, {look.again()}.", DESIGN)
    missing = "" if value <= own else f"Dissociation {value}: wait, and ask again."
    return LeavingCriterion("dissociation", title, value <= own, str(value), missing, DESIGN)


def _felt(look: _Look, name: str) -> int | None:
    for each in reversed(look.all(DistressCharted)):
        value: int | None = getattr(each.what, name)
        if value is not None:
            return value if look.is_fresh(each.at) else None
    return None


def _choice(row: str, said: SessionEntry | None) -> RecoveryChoice | None:
    if said is None or not isinstance(said.what, RecoveryAnswered):
        return None
    chosen = said.what.choice
    return next((each for each in recovery_data().rows[row].choices if each.id == chosen), None)


def _chosen(look: _Look, row: RecoveryRow) -> LeavingCriterion:
    choice = _choice(row.id, look.said(row.id))
    if choice is None:
        return LeavingCriterion(row.id, row.title, False, "", f"Look, and choose, {look.again()}.", row.basis)
    missing = "" if choice.met else f"{choice.words}. Wait, and look again."
    return LeavingCriterion(row.id, row.title, choice.met, choice.words, missing, row.basis)


def _rescreen(look: _Look, rescreens: Iterable[Rescreen]) -> LeavingCriterion:
    title = "Suicide triage after the infusion, not high"
    found = _newest_screen(look, rescreens)
    if found is None:
        return LeavingCriterion("rescreen", title, False, "", "Ask, and record a suicide triage.", DESIGN)
    value, high = found.level.name.capitalize(), found.level is RiskLevel.HIGH
    missing = "High: the patient stays with staff; a prescriber decides." if high else ""
    return LeavingCriterion("rescreen", title, not high, value, missing, DESIGN)


def _newest_screen(look: _Look, rescreens: Iterable[Rescreen]) -> Rescreen | None:
    if look.since is None:
        return None
    after = [each for each in rescreens if look.since <= each.at <= look.now]
    return max(after, key=lambda each: (each.at, each.level), default=None)


def _escort(look: _Look) -> LeavingCriterion:
    found, title = look.newest(EscortSeen), "Escort here in person"
    if found is None or not isinstance(found.what, EscortSeen) or not found.what.name.strip():
        missing = "Chart who is here to take the patient home, seen by you."
        return LeavingCriterion("escort", title, False, "", missing, DESIGN)
    return LeavingCriterion("escort", title, True, found.what.name, "", DESIGN)


def _instructions(look: _Look) -> LeavingCriterion:
    found, title = look.newest(InstructionsTaughtBack, fresh=False), "Instructions given and said back"
    teach = recovery_data().teach
    if found is None or not isinstance(found.what, InstructionsTaughtBack):
        missing = "Give the sheet, and let the patient say each point back."
        return LeavingCriterion("instructions", title, False, "", missing, DESIGN)
    said = [point for point in teach if point in found.what.points]
    value = f"{len(said)} of {len(teach)} points"
    if len(said) < len(teach):
        open_ = next(each.text for each in teach.values() if each.id not in said)
        return LeavingCriterion("instructions", title, False, value, f"Not said back: {open_}.", DESIGN)
    if not found.what.escort:
        return LeavingCriterion("instructions", title, False, value, "The escort has not heard them.", DESIGN)
    return LeavingCriterion("instructions", title, True, value, "", DESIGN)


def _to_be_seen(look: _Look) -> list[SessionEntry]:
    """Events of the session after which a prescriber sees the patient, and has not yet."""
    kinds, severe = adverse_event_kinds(), look.number("hold_event_grade")
    seen = [each.at for each in look.account.entries if isinstance(each.what, PrescriberSaw)]
    return [
        each
        for each in look.account.entries
        if isinstance(each.what, AdverseEventCharted)
        and (each.what.grade >= severe or (each.what.kind in kinds and kinds[each.what.kind].seen))
        and not any(at >= each.at for at in seen)
    ]


def _seen(look: _Look) -> LeavingCriterion:
    title, waiting = "Seen by a prescriber after a fall or a severe event", _to_be_seen(look)
    if not waiting:
        return LeavingCriterion("seen", title, True, "Nothing to see, or seen", "", DESIGN)
    kinds = adverse_event_kinds()
    names = [each.what.kind for each in waiting if isinstance(each.what, AdverseEventCharted)]
    said = ", ".join(dict.fromkeys(kinds[n].title.lower() if n in kinds else n for n in names))
    return LeavingCriterion("seen", title, False, said, f"A prescriber sees the patient: {said}.", DESIGN)


def _answered(look: _Look) -> LeavingCriterion:
    title, waiting = "Nothing waits for an answer", len(look.account.open_reminders)
    if look.account.emergency_at is not None:
        return LeavingCriterion(
            "answered", title, False, "", "An emergency is open. Chart how it ended.", DESIGN
        )
    if waiting:
        missing = f"Reminders without an answer: {waiting}. Say what was done."
        return LeavingCriterion("answered", title, False, str(waiting), missing, DESIGN)
    return LeavingCriterion("answered", title, True, "None open", "", DESIGN)


def _paths(
    look: _Look, met: dict[str, bool], rescreens: Sequence[Rescreen], closes_at: datetime | None
) -> Iterator[PathKind]:
    if look.since is None:
        return
    if _to_be_seen(look):
        yield PathKind.FALL
    screen = _newest_screen(look, rescreens)
    if screen is not None and screen.level is RiskLevel.HIGH:
        yield PathKind.HIGH_RESCREEN
    if met["stay"] and not met["escort"]:
        yield PathKind.ESCORT_ABSENT
    unfit = any(not done for each, done in met.items() if each not in ("escort", "instructions"))
    warn = _minutes(look.policy, "recovery_closing_warn_min")
    if closes_at is not None and unfit and look.now >= closes_at - warn:
        yield PathKind.UNFIT_AT_CLOSING


def _minutes(policy: Policy, key: str) -> timedelta:
    return timedelta(minutes=float(policy.number(key)))


def _said(span: timedelta, *, up: bool = False) -> str:
    """A span in whole minutes; what is left is rounded up, so that it never says none."""
    minutes, rest = divmod(span, timedelta(minutes=1))
    return f"{minutes + 1 if up and rest else minutes} min"
