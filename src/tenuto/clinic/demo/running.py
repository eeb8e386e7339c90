"""Four more invented courses: one in the middle of its series without anybody to go home with, and three in maintenance: with
liver tests that are late, late for so long that nothing is booked, and abnormal. Their dates follow the calendar, so that they show the same on every day of the week."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tenuto.clinic.accounts import clock
from tenuto.clinic.accounts.models import Staff
from tenuto.clinic.demo.maintained import (
    give_as_ordered,
    looked_at,
    sign_plan,
    take_score,
    write_by_message,
)
from tenuto.clinic.demo.personas import RECURRENT, SERTRALINE
from tenuto.clinic.demo.records import InventedRecord
from tenuto.clinic.intake.api import RecordSource, Value, receive
from tenuto.clinic.outcomes.api import record_check
from tenuto.clinic.people.models import Patient
from tenuto.core.outcomes.check_rules import CheckKind

__all__ = ["tell_running"]

INFUSION_DAYS = (0, 2, 4)
"""Monday, Wednesday, Friday."""
GIVEN = 4
LIVER = ("alt_u_per_l", "ast_u_per_l", "alp_u_per_l", "ggt_u_per_l")
MAINTENANCE = (32, 60, 88)


@dataclass(frozen=True, slots=True)
class Maintained:
    """Somebody in maintenance, and how old the liver tests are."""

    name: str
    number: int
    years: int
    kg: str
    liver_days_ago: int
    abnormal: bool = False


MAINTAINED = (
    Maintained("Demo Tansy", 206, 52, "64", 200),
    Maintained("Demo Teasel", 207, 44, "77.5", 230),
    Maintained("Demo Yarrow", 208, 61, "69", 100, abnormal=True),
)


def tell_running(*, team: Mapping[str, Staff], now: datetime) -> None:
    """Record all four, as of `now`."""
    today = clock.day_of(team["alice"].clinic, now)
    _in_the_middle(_infusion_days_before(today, GIVEN), today, team=team, now=now)
    # The last infusion of maintenance was a fortnight ago; the series began on a Monday.
    start = today - timedelta(days=MAINTENANCE[-1] + 14)
    monday = start - timedelta(days=start.weekday())
    for person in MAINTAINED:
        patient = _with_old_test(person, monday, today, team=team, now=now)
        looked_at(patient, today - timedelta(days=9), by=team["bob"], at=now)
        if person.abnormal:
            found = {
                "alt_u_per_l": Value(Decimal(150), Decimal(40)),
                "ast_u_per_l": Value(Decimal(88), Decimal(40)),
            }
            record_check(
                patient=patient, kind=CheckKind.LIVER, on=today - timedelta(days=1), readings=found, words={}, entered={},
                by=team["bob"], at=now,
            )  # fmt: skip


def _infusion_days_before(today: date, count: int) -> date:
    """The first of the last `count` infusion days before `today`."""
    days = [day for n in range(1, 15) if (day := today - timedelta(days=n)).weekday() in INFUSION_DAYS]
    return days[count - 1]


def _sorrel(day: date, today: date) -> InventedRecord:
    return _record(day, today, "Demo Sorrel", 205, 41, "70").unanswered("escort")


def _in_the_middle(start: date, today: date, *, team: Mapping[str, Staff], now: datetime) -> None:
    before = start - timedelta(days=4)
    patient = _receive(_sorrel(before, today), before, by=team["bob"], at=_at(before, 10, team))
    write_by_message(patient, by=team["bob"], at=_at(start - timedelta(days=4), 10, team))
    take_score(patient, 21, _at(start - timedelta(days=3), 9, team), by=team["bob"])
    plan = sign_plan(patient, start, by=team["alice"], at=_at(start - timedelta(days=2), 12, team))
    scores = {3: 15}
    for n, planned in enumerate(each.on for each in plan.series[:GIVEN]):
        if n in scores:
            take_score(patient, scores[n], _at(planned, 9, team), by=team["bob"])
        give_as_ordered(patient, plan, _at(planned, 11, team), by=team["bob"])
    _receive(_sorrel(today, today), today, by=team["bob"], at=now - timedelta(hours=5))


def _maintained(person: Maintained, day: date, today: date) -> InventedRecord:
    """The record of one day, with the liver tests that there were by then."""
    record = _record(day, today, person.name, person.number, person.years, person.kg)
    days_ago = person.liver_days_ago - (today - day).days
    for kind in LIVER if days_ago > 0 else ():
        old = next(m for m in record.facts.measurements if m.kind == kind)
        record = record.measured(kind, str(old.value), days_ago=days_ago)
    return record


def _with_old_test(
    person: Maintained, start: date, today: date, *, team: Mapping[str, Staff], now: datetime
) -> Patient:
    before = start - timedelta(days=4)
    patient = _receive(_maintained(person, before, today), before, by=team["bob"], at=_at(before, 10, team))
    write_by_message(patient, by=team["bob"], at=_at(start - timedelta(days=4), 10, team))
    take_score(patient, 20, _at(start - timedelta(days=3), 9, team), by=team["bob"])
    plan = sign_plan(patient, start, by=team["alice"], at=_at(start - timedelta(days=2), 12, team))
    for planned in (each.on for each in plan.series):
        give_as_ordered(patient, plan, _at(planned, 11, team), by=team["bob"])
    for n, score in zip((14, *MAINTENANCE), (8, 7, 6, 7), strict=True):
        take_score(patient, score, _at(start + timedelta(days=n), 9, team), by=team["bob"])
        if n in MAINTENANCE:
            give_as_ordered(patient, plan, _at(start + timedelta(days=n), 11, team), by=team["bob"])
    return _receive(_maintained(person, today, today), today, by=team["bob"], at=now - timedelta(hours=5))


def _at(day: date, hour: int, team: Mapping[str, Staff]) -> datetime:
    return datetime.combine(day, time(hour), ZoneInfo(team["alice"].zone))


def _record(day: date, today: date, name: str, number: int, years: int, kg: str) -> InventedRecord:
    record = InventedRecord.complete(
        day,
        name=name,
        number=number,
        years=years,
        sex="male",
        kg=kg,
        cm="174",
        diagnosis=RECURRENT,
        aged_on=today,
    ).taking(codes=(SERTRALINE,))
    scores = tuple(score for score in record.facts.scores if score.instrument != "phq9")
    return replace(record, facts=replace(record.facts, scores=scores))


def _receive(record: InventedRecord, day: date, *, by: Staff, at: datetime) -> Patient:
    """The record of one day; whoever is in treatment is weighed and asked again, and has one of each."""
    name = f"{record.facts.person.name}, {day}"
    source = RecordSource("demonstration", hashlib.sha256(name.encode()).hexdigest(), {})
    return receive(facts=record.facts, source=source, by=by, at=at).patient
