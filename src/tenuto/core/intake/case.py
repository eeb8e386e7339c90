"""One person's facts together with what they are judged by; everything that the single judgements share."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeGuard

from tenuto.core.dates import say_date
from tenuto.core.gate import Finding, Level
from tenuto.core.intake.conditions import PAIN, PSYCHIATRIC, Condition, Indication
from tenuto.core.intake.facts import Measurement, PatientFacts
from tenuto.core.intake.required import JudgementPurpose, RequiredFact, fact
from tenuto.core.policy import Policy

__all__ = ["Body", "JudgedCase", "finding_code", "missing", "note"]

_JUDGED_APART = ("weight_kg", "height_cm")


@dataclass(frozen=True, slots=True)
class Body:
    """Age in full years, sex and child-bearing potential, as far as recorded."""

    age_years: int | None
    sex: str
    childbearing: bool
    """True unless the record shows that a pregnancy test isn't needed."""
    childbearing_age: bool = True
    """True unless sex or age alone show it: what is asked also of somebody who can't become pregnant."""


@dataclass(frozen=True, slots=True)
class JudgedCase:
    """What every judgement needs. Build it with `eligibility.case_of`."""

    facts: PatientFacts
    policy: Policy
    as_of: date
    purpose: JudgementPurpose
    body: Body
    indications: tuple[Indication, ...]
    treated: tuple[Condition, ...]
    """The conditions that this judgement is for: the one asked for, or all that the record holds."""
    ecg_needed: bool = False
    course_began: date | None = None
    """The day of the first infusion of the running course; None before it."""

    @property
    def starting(self) -> bool:
        """True when the question is whether an infusion may start."""
        return self.purpose is JudgementPurpose.STARTING

    @property
    def tracks(self) -> frozenset[str]:
        """Psychiatric, pain or both; both when no condition is known, so that nothing is left unasked."""
        return frozenset(c.track for c in self.treated) or frozenset((PSYCHIATRIC, PAIN))

    @property
    def only_pain(self) -> bool:
        """True when nothing but pain is treated."""
        return self.tracks == frozenset((PAIN,))

    def applies(self, item: RequiredFact) -> bool:
        """Whether a fact is asked of this person."""
        return any(self._in_group(group) for group in item.applies)

    def shows(self, item: RequiredFact) -> bool:
        """Whether a question is in sight: it is asked, or it has an answer, which stays where it can be changed.

        No answer may hide itself: one wrong click would take question, author and date away with it.
        """
        return self.applies(item) or any(answer.fact == item.id for answer in self.facts.answers)

    def _in_group(self, group: str) -> bool:
        if group == "all":
            return True
        if group == "childbearing":
            return self.body.childbearing
        if group == "childbearing_age":
            return self.body.childbearing_age
        if group == "ecg":
            return self.ecg_needed
        return group in self.tracks

    def required(self, item: RequiredFact) -> bool:
        """Whether the fact has to be known for this purpose."""
        return self.applies(item) and item.absent(self.purpose) is not Level.PASS

    def in_future(self, day: date | None) -> TypeGuard[date]:
        """True for a date after the day of the judgement."""
        return day is not None and day > self.as_of

    def current(self, item: RequiredFact, taken: date | None) -> bool:
        """Whether a record of this date still counts for the fact."""
        if self.starting and item.same_day:
            return taken == self.as_of
        if not item.valid:
            return True
        return taken is not None and taken >= self.as_of - timedelta(days=self.policy.whole(item.valid))

    def usable(self, kind: str) -> tuple[Measurement, ...]:
        """Measured values of a kind, newest first, without estimated, unclear, future-dated and implausible ones."""
        return tuple(
            m
            for m in self.facts.measured(kind)
            if not m.estimated and not m.unclear and not self.in_future(m.taken) and self.plausible(m)
        )

    def doubted(self, kind: str) -> tuple[Measurement, ...]:
        """The unclear values of a kind that may be newer than every usable one, of which nobody knows then whether they hold."""
        newest = next(iter(self.usable(kind)), None)
        return tuple(m for m in self.facts.measured(kind) if m.unclear and _may_be_newer(m, newest))

    def plausible(self, m: Measurement) -> bool:
        """Whether a value lies between the policy's limits of what a person can have; weight and height are judged apart."""
        if m.kind in _JUDGED_APART:
            return True
        low, high = (self.policy.number(f"plausible_{end}_{m.kind}") for end in ("min", "max"))
        return low <= m.value <= high


def _may_be_newer(m: Measurement, other: Measurement | None) -> bool:
    if m.taken is None or other is None or other.taken is None:
        return True
    return (m.taken, m.minute) >= (other.taken, other.minute if m.minute else "")


def finding_code(prefix: str, fact_id: str) -> str:
    """A stable code such as `MISSING-HISTORY-ANEURYSM`."""
    return f"{prefix}-{fact_id.upper().replace('.', '-').replace('_', '-')}"


def missing(
    case: JudgedCase, item: RequiredFact, *, stale: date | None = None, because: str = ""
) -> tuple[Finding, ...]:
    """The finding that a required fact isn't known, or no longer; none when it isn't asked for this purpose."""
    if not case.required(item):
        return ()
    level = item.absent(case.purpose)
    if because:
        code, what = finding_code("MISSING", item.id), because
    elif stale is not None:
        span = "not from today" if case.starting and item.same_day else "too old"
        code, what = finding_code("STALE", item.id), f"{item.title}: recorded on {say_date(stale)}, {span}."
    else:
        code, what = finding_code("MISSING", item.id), f"{item.title}: not recorded."
    return (
        Finding(
            code,
            level,
            f"{what} {item.ask}",
            item.basis,
            fact=item.id,
            missing=True,
            opens_with=item.opens_with(level),
        ),
    )


def note(fact_id: str, code: str, level: Level, message: str) -> Finding:
    """A finding about a fact of the register, resting on the register's basis."""
    item = fact(fact_id)
    return Finding(code, level, message, item.basis, fact=fact_id, opens_with=item.opens_with(level))


def hour_in_zone(m: Measurement) -> str:
    """The hour of a value with its offset, such as ` 01:30 UTC`; empty when only the day is known."""
    if m.at is None:
        return ""
    offset = f"{m.at:%z}"
    return f" {m.at:%H:%M} UTC" + ("" if offset == "+0000" else f"{offset[:3]}:{offset[3:5]}")


def or_zone(case: JudgedCase, m: Measurement) -> str:
    """What else may be wrong with a value that looks a day too late: it may be today's in the clinic's time zone."""
    near = m.at is not None and m.taken is not None and (m.taken - case.as_of).days == 1
    return ", or name the clinic's time zone if it is another one" if near else ""


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level among findings."""
    return max((f.level for f in findings), default=Level.PASS)
