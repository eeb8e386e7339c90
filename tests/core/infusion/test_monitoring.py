"""Due timers and reminders: each threshold just below, at and above it, as the spec tables say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tenuto.core.infusion.entries import (
    AdverseEventCharted,
    DistressCharted,
    PumpStopped,
    ReminderAnswered,
    StopCause,
    VitalsTaken,
)
from tenuto.core.infusion.monitoring import Lateness
from tenuto.core.infusion.prescribed import PressureBaseline
from tenuto.core.infusion.reminder_rules import ReminderLevel, fired
from tenuto.core.infusion.replay import replay
from tests.core.infusion.sessions import BASELINE, CALM, ORDER, POLICY, after, entry, started
from tests.spec.tables import rows

OUT = replace(CALM, heart_rate_per_min=115)
LATE = {Lateness.AHEAD: "ahead", Lateness.DUE: "due", Lateness.AMBER: "amber", Lateness.RED: "red"}


def account(*entries, now: float, order=ORDER, baseline=BASELINE):
    return replay(entries, order, policy=POLICY, now=after(now), baseline=baseline)


def whole(cell: str) -> int | None:
    return int(cell) if cell else None


def said(found) -> list[str]:
    return sorted(each.rule for each in found) or ["nothing"]


@pytest.mark.parametrize("row", rows("infusion/reminders.md", table=0))
def test_reminders_at_every_limit(row):
    names = ("systolic", "diastolic", "heart rate", "SpO2", "breaths", "MOAA/S")
    what = VitalsTaken(*(whole(row[name]) for name in names))
    assert ", ".join(said(fired(entry(10, what), (), BASELINE, POLICY))) == row["asks for"]


@pytest.mark.parametrize("row", rows("infusion/reminders.md", table=1))
def test_a_rise_is_told_from_a_floor_on(row):
    what = VitalsTaken(whole(row["systolic"]), whole(row["diastolic"]), 72, 98, 14, 5)
    found = fired(entry(10, what), (), PressureBaseline(100, 60), POLICY)
    assert ", ".join(said(found)) == row["asks for"]


@pytest.mark.parametrize("row", rows("infusion/due.md"))
def test_vitals_are_due(row):
    def at(cell: str) -> list[int]:
        return [int(each) for each in cell.split(",") if each.strip()]

    end = [entry(minute, PumpStopped(StopCause.COMPLETED), key="end") for minute in at(row["end"])]
    sets = [entry(minute, CALM) for minute in at(row["taken"])] + [
        entry(minute, OUT) for minute in at(row["out"])
    ]
    due = account(started(), *sets, *end, now=int(row["now"])).due
    state = LATE[due.lateness] + (", second person" if due.escalated else "")
    assert (due.at, state) == (after(int(row["due at"])), row["state"])


def test_nothing_is_due_before_the_start():
    assert account(entry(0, CALM), now=30).due is None


def test_an_incomplete_set_is_not_the_one_that_was_due():
    assert account(started(), entry(5, replace(CALM, moaas=None)), now=6).due.at == after(5)


def test_who_is_watched_closely_stays_so():
    order = replace(ORDER, closely=True)
    assert account(
        started(), *(entry(m, CALM) for m in (5, 10, 15, 20)), now=21, order=order
    ).due.at == after(25)


@pytest.mark.parametrize(
    ("first", "second", "stops"),
    [
        ((179, 109), (179, 109), False),
        ((180, 95), (179, 95), False),
        ((180, 95), (180, 95), True),
        ((150, 110), (181, 90), True),
        ((150, 109), (150, 110), False),
    ],
)
def test_a_pressure_that_high_twice_stops(first, second, stops):
    one = entry(10, VitalsTaken(*first))
    two = fired(entry(15, VitalsTaken(*second)), (one,), None, POLICY)
    assert ("stop_pressure_twice" in said(two)) is stops


@pytest.mark.parametrize(
    ("readings", "stops"),
    [
        ([(10, 121), (15, 121)], True),
        ([(10, 121), (14, 121)], False),
        ([(10, 120), (15, 121)], False),
        ([(5, 125), (10, 119), (15, 125)], False),
        ([(5, 125), (12, 125)], True),
    ],
)
def test_a_heart_rate_that_stays_high_stops(readings, stops):
    sets = [entry(minute, VitalsTaken(heart_rate_per_min=rate)) for minute, rate in readings]
    assert ("stop_heart_rate_sustained" in said(fired(sets[-1], sets[:-1], None, POLICY))) is stops


@pytest.mark.parametrize(
    ("kind", "pressure", "stops"),
    [("headache", (165, 80), True), ("headache", (130, 80), False), ("nausea", (165, 80), False)],
)
def test_a_raised_pressure_with_a_complaint_stops_whichever_came_first(kind, pressure, stops):
    complaint, vitals = AdverseEventCharted(kind, 1), VitalsTaken(*pressure)
    after_it = fired(entry(15, vitals), (entry(10, complaint),), BASELINE, POLICY)
    before_it = fired(entry(15, complaint), (entry(10, vitals),), BASELINE, POLICY)
    assert ("stop_pressure_with_symptom" in said(after_it)) is stops
    assert ("stop_pressure_with_symptom" in said(before_it)) is stops


@pytest.mark.parametrize(
    ("what", "rules"),
    [
        (AdverseEventCharted("wants_to_stop", 1), ["event_wants_to_stop"]),
        (AdverseEventCharted("vomiting", 1), ["event_vomiting"]),
        (AdverseEventCharted("vomiting", 2), ["event_vomiting"]),
        (AdverseEventCharted("vomiting", 3), ["event_vomiting", "stop_event_grade"]),
        (AdverseEventCharted("nausea", 2), ["nothing"]),
        (DistressCharted(6), ["nothing"]),
        (DistressCharted(7), ["watch_distress_score"]),
    ],
)
def test_events_and_distress(what, rules):
    assert said(fired(entry(10, what), (), BASELINE, POLICY)) == rules


def test_every_limit_that_a_rule_names_is_in_the_policy_with_its_evidence():
    sets = [VitalsTaken(210, 130, 140, 80, 6, 1), VitalsTaken(80, 50, 40, 99, 30, 5)]
    found = [each for what in sets for each in fired(entry(10, what), (), BASELINE, POLICY)]
    keys = {key for each in found for key in each.limits}
    assert len(keys) > 12
    assert all(POLICY.limit(key).basis.tags for key in keys)


def test_a_reminder_waits_for_an_answer_and_then_for_a_second_person():
    """Hazard H16: what nobody answers goes to a second person."""
    high = entry(10, replace(CALM, heart_rate_per_min=115), key="v")
    (waiting,) = account(started(), high, now=11).open_reminders
    assert (waiting.key, waiting.level, waiting.escalated) == (
        "watch_heart_rate_max_per_min:v",
        ReminderLevel.WATCH,
        False,
    )
    assert account(started(), high, now=12).open_reminders[0].escalated
    answer = entry(13, ReminderAnswered(waiting.key, "Reassured", "105 after 2 min"))
    answered = account(started(), high, answer, now=20)
    assert answered.open_reminders == ()
    assert [each.what.effect for each in answered.reminders[0].answers] == ["105 after 2 min"]


def test_a_rule_that_waits_brings_no_second_reminder_and_does_after_its_answer():
    one, two = entry(10, OUT, key="a"), entry(15, OUT, key="b")
    assert len(account(started(), one, two, now=16).reminders) == 1
    answer = entry(12, ReminderAnswered("watch_heart_rate_max_per_min:a", "Reassured"))
    assert len(account(started(), one, answer, two, now=16).reminders) == 2


def test_vitals_that_nobody_takes_turn_red():
    """Hazard H13: 21 minutes without vital signs at an interval of 10."""
    due = account(started(), entry(5, CALM), entry(10, CALM), now=31).due
    assert (due.lateness, due.late.total_seconds()) == (Lateness.RED, 660)


def test_what_was_done_about_a_value_is_said_once_whichever_limits_it_passed():
    """172 is above 160, and 30 % above the patient's own: one answer for both, and none for the saturation beside them."""
    high = entry(12, replace(CALM, systolic_mmhg=172, spo2_percent=93), key="high")
    open_ = account(started(), high, now=13)
    assert [each.found.rule for each in open_.open_reminders] == [
        "watch_rise_systolic", "watch_spo2_percent", "watch_systolic_mmhg",
    ]  # fmt: skip
    asked = open_.to_answer
    assert [each.found.signal for each in asked] == ["systolic_mmhg", "spo2_percent"]
    answer = entry(14, ReminderAnswered(asked[0].key, "Sat up", "150 after 5 min"))
    assert [each.found.signal for each in account(started(), high, answer, now=15).open_reminders] == [
        "spo2_percent"
    ]


def test_an_answer_to_the_lesser_reminder_leaves_the_graver_one_open():
    high = entry(12, replace(CALM, systolic_mmhg=205), key="high")
    found = account(started(), high, now=13)
    (graver,) = found.to_answer
    assert graver.level is ReminderLevel.STOP
    lesser = entry(14, ReminderAnswered("watch_systolic_mmhg:high", "Sat up", "Same"))
    assert [each.key for each in account(started(), high, lesser, now=15).to_answer] == [graver.key]
