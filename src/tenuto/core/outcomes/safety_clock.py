"""The clock of long-term safety: which check is due when, by time and by exposure, and when nothing is booked before it.

A pure function of the infusions and results on record, in any order. More exposure never makes a check later, and time that
passes without infusions never does either. The rule is the table `tests/spec/outcomes/safety-clock.md`; no lifetime limit of
exposure is known from evidence, and every number is the clinic's (`safety.md` section 7 by way of policy and `checks.toml`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from tenuto.core.dates import say_date
from tenuto.core.outcomes.check_rules import CheckKind, CheckRule, check_rules
from tenuto.core.policy import Policy

__all__ = ["CheckGrade", "CheckReason", "CheckResult", "CheckState", "SafetyCheck", "safety_checks"]

WINDOWS: Final = (
    ("check_close_infusions_30_days", 30),
    ("check_close_infusions_90_days", 90),
    ("check_close_infusions_365_days", 365),
    ("check_close_infusions_lifetime", None),
)
"""Policy limits of infusions in so many days, None for all on record."""


class CheckGrade(IntEnum):
    """How a result is judged; the greater the worse."""

    NORMAL = 0
    RAISED = 1
    """A prescriber looks, and it is repeated sooner."""
    ABNORMAL = 2
    """Nothing is booked until it is normal again, or a prescriber has written why."""


class CheckState(StrEnum):
    """Where a check stands on a day."""

    NOT_DUE = "not due"
    DUE = "due"
    LATE = "late"
    """REVIEW: it can be done at the visit."""
    HELD = "held"
    """Nothing is booked."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """A result. Of several about one thing on one day the one recorded last counts, of equals the worse.

    `what` is what was looked at, such as `alt` or `dipstick`: an abnormal one is made good by a later one of the same thing,
    or of one that `covers` it, as what a nurse asked covers what was answered by link.
    `whole` is False for a result that may raise an alarm and yet does not do the check, such as a short screen.
    """

    id: str
    kind: CheckKind
    what: str
    on: date
    grade: CheckGrade
    says: str
    recorded: int = 0
    whole: bool = True
    covers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReason:
    """That a prescriber wrote why the course goes on all the same. It counts for one ground of one check."""

    kind: CheckKind
    ground: str


@dataclass(frozen=True, slots=True)
class SafetyCheck:
    """One check on one day."""

    rule: CheckRule
    state: CheckState
    due: date
    """It is late from the day after."""
    last: CheckResult | None
    """The newest result that did the check."""
    standing: tuple[CheckResult, ...]
    """Results that are raised or abnormal and not made good, the worst first."""
    because: str
    """Why it is due on that day, as a sentence."""
    ground: str
    """What holds, or was gone on with by a prescriber's reason; empty where nothing does."""
    reasoned: bool
    """A prescriber has written why, for every ground that there is."""

    @property
    def kind(self) -> CheckKind:
        """Which check it is."""
        return self.rule.kind

    @property
    def abnormal(self) -> bool:
        """Whether a result stands that holds."""
        return any(each.grade is CheckGrade.ABNORMAL for each in self.standing)

    @property
    def asks(self) -> bool:
        """Whether somebody has something to do about it now."""
        return self.state in (CheckState.LATE, CheckState.HELD)


def safety_checks(
    infused: Iterable[date],
    results: Iterable[CheckResult],
    reasons: Iterable[CheckReason] = (),
    *,
    as_of: date,
    policy: Policy,
) -> tuple[SafetyCheck, ...]:
    """Every check on a day, in the order of `checks.toml`; none before the first infusion.

    infused: the days of all infusions on record, of whatever course. Facts later than `as_of` are not looked at; days
    repeated count once.
    """
    days = sorted({day for day in infused if day <= as_of})
    known = [each for each in results if each.on <= as_of]
    given = frozenset((each.kind, each.ground) for each in reasons)
    if not days:
        return ()
    return tuple(
        _check(rule, days, [each for each in known if each.kind is rule.kind], given, as_of, policy)
        for rule in check_rules().values()
    )


def _check(
    rule: CheckRule,
    days: Sequence[date],
    results: Sequence[CheckResult],
    reasons: frozenset[tuple[CheckKind, str]],
    as_of: date,
    policy: Policy,
) -> SafetyCheck:
    counted = _counted(results)
    whole = (each for each in counted if each.whole)
    last = max(whole, key=lambda each: (each.on, each.id, each.what), default=None)
    standing = _standing(counted)
    due, because = min(
        [*_by_time(rule, days, last, policy), *_by_finding(standing, policy)], key=lambda found: found[0]
    )
    grounds = _grounds(standing, due, as_of, policy)
    open_ = [each for each in grounds if (rule.kind, each) not in reasons]
    state = CheckState.HELD if open_ else _state(due, as_of, policy)
    ground = next(iter([*open_, *grounds]), "")
    return SafetyCheck(rule, state, due, last, standing, because, ground, bool(grounds) and not open_)


def _counted(results: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """One result a thing and day; of equals the one that does the check less counts, so that none is taken as done."""
    found: dict[tuple[str, date], CheckResult] = {}
    for each in sorted(results, key=lambda r: (r.recorded, r.grade, not r.whole, r.id, r.says)):
        found[each.what, each.on] = each
    return tuple(found.values())


def _standing(counted: Sequence[CheckResult]) -> tuple[CheckResult, ...]:
    """The newest result of each thing where it is not normal, the worst first."""
    newest: dict[str, CheckResult] = {}
    for each in sorted(counted, key=lambda r: (r.on, r.recorded, r.id)):
        newest[each.what] = each
        for covered in each.covers:
            newest.pop(covered, None)
    worse = [each for each in newest.values() if each.grade is not CheckGrade.NORMAL]
    return tuple(sorted(worse, key=lambda r: (-r.grade, r.on, r.what)))


def _by_time(
    rule: CheckRule, days: Sequence[date], last: CheckResult | None, policy: Policy
) -> Iterator[tuple[date, str]]:
    """When it is due by the calendar, by the infusions since, and by exposure."""
    anchor = last.on if last else days[0]
    usual = policy.whole(rule.every if last else rule.first)
    said = (
        f"Last on {say_date(last.on)}"
        if last
        else f"No result since the first infusion on {say_date(days[0])}"
    )
    yield anchor + timedelta(days=usual), f"{said}; due after {usual} days."
    since = [day for day in days if last is None or day > last.on]
    if rule.after_infusions:
        most = policy.whole(rule.after_infusions)
        if len(since) >= most:
            yield since[most - 1], f"{said}; due after {most} infusions."
    closer = int(usual * policy.number("check_close_percent") / 100)
    for on, words in _dense(days, since, policy):
        yield max(anchor + timedelta(days=closer), on), f"{said}; due after {closer} days with {words}."


def _dense(days: Sequence[date], since: Sequence[date], policy: Policy) -> Iterator[tuple[date, str]]:
    """For each window, the first infusion since the last result on which more were counted than the policy's number."""
    for key, window in WINDOWS:
        most = policy.whole(key)
        for end in since:
            count = sum(day <= end and (window is None or (end - day).days < window) for day in days)
            if count > most:
                span = f"in {window} days" if window else "on record"
                yield end, f"more than {most} infusions {span}"
                break


def _by_finding(standing: Sequence[CheckResult], policy: Policy) -> Iterator[tuple[date, str]]:
    """A result that is not normal is repeated, the sooner the worse."""
    for each in standing:
        bad = each.grade is CheckGrade.ABNORMAL
        days = policy.whole("check_abnormal_again_days" if bad else "check_raised_again_days")
        yield each.on + timedelta(days=days), f"{each.says} Repeat it after {days} days."


def _grounds(standing: Sequence[CheckResult], due: date, as_of: date, policy: Policy) -> tuple[str, ...]:
    """What holds: each abnormal result, and that it is late for longer than the policy allows."""
    abnormal = [f"abnormal:{each.id}" for each in standing if each.grade is CheckGrade.ABNORMAL]
    late = (as_of - due).days > policy.whole("check_hold_days")
    return (*abnormal, *([f"late:{due}"] if late else []))


def _state(due: date, as_of: date, policy: Policy) -> CheckState:
    if as_of > due:
        return CheckState.LATE
    soon = timedelta(days=policy.whole("check_soon_days"))
    return CheckState.DUE if as_of >= due - soon else CheckState.NOT_DUE
