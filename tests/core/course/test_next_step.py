"""The card of the next infusion, state by state."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.account import account_of
from tenuto.core.course.beside import BesideHeld, BesideKind, BesidePlanned
from tenuto.core.course.end_facts import EndingFact, EndingKind
from tenuto.core.course.facts import CourseFacts, InfusionFact, ScoreFact, SignedDay
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.course.next_facts import DateSpan, NextFacts, NextState, Obstacle, ObstacleKind
from tenuto.core.course.next_step import next_step_of
from tenuto.core.dates import MONTH_NAMES
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg
from tests.core.course.builders import SERIES, day, facts, signed
from tests.spec.tables import rows

POLICY = default_policy()
FIRST = date(2026, 11, 30)
PLAN = signed(
    days=tuple(SignedDay(n, FIRST + timedelta(days=d)) for n, d in enumerate(SERIES, 1)), gap_days_max=None
)
TABLE = rows("course/next-card.md")


def on(text: str) -> date:
    """The day of these winter months; January to March are those of 2027."""
    number, month = text.split()
    n = 1 + MONTH_NAMES.index(month)
    return date(2026 if n > 6 else 2027, n, int(number))


def given_on(text: str) -> list[date]:
    days = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        days += [each.on for each in PLAN.days] if part == "series" else [on(part)]
    return days


def scored_on(text: str) -> list[ScoreFact]:
    words = text.replace(":", " ").split()
    found = [(on(" ".join(words[n : n + 2])), words[n + 2]) for n in range(0, len(words), 3)]
    return [ScoreFact(f"f{n}", "phq9", Decimal(v), taken, n) for n, (taken, v) in enumerate(found)]


def also(text: str) -> NextFacts:
    known = NextFacts()
    for part in filter(None, (p.strip() for p in text.split(","))):
        word, _, rest = part.partition(" ")
        match word:
            case "booked":
                when, _, clock = rest.rpartition(" ")
                known = replace(known, booked=datetime.combine(on(when), time.fromisoformat(clock)))
            case "model":
                first, _, last = rest.partition(" to ")
                known = replace(known, model_window=DateSpan(on(first), on(last)))
            case "decided":
                known = replace(known, decided=DateSpan(on(rest), on(rest)))
            case "taper" | "complete" | "visit":
                continue
            case "rescue":
                known = replace(known, rescue=on(rest))
            case _:
                known = replace(known, obstacles=(*known.obstacles, obstacle(word, rest)))
    return known


def obstacle(word: str, rest: str) -> Obstacle:
    by = on(rest.removeprefix("by ")) if rest.startswith("by ") else None
    if word == "escort":
        return Obstacle(ObstacleKind.ESCORT, "Escort missing", "desk", by, "Who takes you home?")
    if word == "liver":
        return Obstacle(ObstacleKind.CHECK, "Liver test late", "nurse draws it", by, "Blood test")
    assert word == "hold", word
    return Obstacle(ObstacleKind.HOLD, rest)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ("", NextState.PASSED),
        ("booked 16 Mar 09:30", NextState.ON_TIME),
        ("decided 16 Mar", NextState.ON_TIME),
        ("decided 13 Mar", NextState.ON_TIME),
        ("decided 12 Mar", NextState.PASSED),
    ],
)
def test_a_last_day_that_is_over_has_passed_unless_another_one_stands(known, state):
    infused = [*(each.on for each in PLAN.days), on("15 Jan"), on("12 Feb")]
    course = CourseFacts(
        tuple(
            InfusionFact(f"i{n}", GivenInfusion(when, Mg(35)), PLAN.series, PLAN.version, n)
            for n, when in enumerate(infused)
        ),
        tuple(scored_on("27 Nov:21 14 Dec:7 12 Mar:7")),
        (PLAN,),
    )
    account = account_of(course, as_of=on("13 Mar"), policy=POLICY)
    assert next_step_of(account, facts=also(known), policy=POLICY).state is state


def decided(text: str) -> tuple[tuple[EndingFact, ...], tuple[BesidePlanned, ...]]:
    """The taper, the completion and the psychotherapy of a row."""
    endings, planned = [], []
    for part in (p.strip() for p in text.split(",")):
        words = part.split()
        match words[:1]:
            case ["taper"]:
                steps = tuple(int(days) for days in words[3:])
                when = on(" ".join(words[1:3]))
                endings.append(EndingFact("e", EndingKind.TAPER, when, PLAN.series, 50, steps))
            case ["complete"]:
                when, seen = on(" ".join(words[1:3])), on(" ".join(words[3:5]))
                endings.append(EndingFact("e", EndingKind.COMPLETE, when, PLAN.series, 50, (), seen))
            case ["visit"]:
                planned.append(
                    BesidePlanned("b", BesideKind(words[1]), on(" ".join(words[2:4])), 7, "Dr Roe", 51)
                )
    return tuple(endings), tuple(planned)


@pytest.mark.parametrize("row", TABLE)
def test_staff_and_patient_read_their_own_card(row):
    infusions = tuple(
        InfusionFact(str(n), GivenInfusion(when, Mg(35)), PLAN.series, PLAN.version, n)
        for n, when in enumerate(given_on(row["given"]))
    )
    endings, planned = decided(row["also"])
    known = CourseFacts(
        infusions, tuple(scored_on(row["scores"])), (PLAN,), endings=endings,
        beside_held=(BesideHeld("h", BesideKind.FOLLOW_UP, on("8 Jan")),), beside_planned=planned,
    )  # fmt: skip
    account = account_of(known, as_of=on(row["today"]), policy=POLICY)
    card = next_step_of(account, facts=also(row["also"]), policy=POLICY)
    assert card.state == row["state"]
    assert " ".join(card.staff) == row["staff"]
    assert " ".join(card.patient) == row["patient"]
    assert card.by is not None, "a re-evaluation date stands on every patient"


def test_every_state_has_its_row():
    assert {row.values[0]["state"] for row in TABLE} == set(NextState)


def test_without_a_plan_in_force_there_is_no_card():
    none = account_of(facts(SERIES, plan=signed(in_force=False)), as_of=day(20), policy=POLICY)
    assert next_step_of(none, facts=NextFacts(), policy=POLICY) is None


@pytest.mark.parametrize("rule", ["none", "as-needed", "as-needed-with-review", "individual-boosters"])
def test_a_rule_without_dates_says_so_and_promises_none(rule):
    account = account_of(facts(SERIES, "-1:21 12:7", signed(maintenance=rule)), as_of=day(13), policy=POLICY)
    card = next_step_of(account, facts=NextFacts(), policy=POLICY)
    assert any(each.startswith("No date by the rule (") for each in card.staff)
    assert card.by == day(18)


@pytest.mark.parametrize(("count", "said"), [(12, "Twelve done."), (13, "13 done.")])
def test_a_number_that_has_no_word_is_said_in_digits(count, said):
    days = range(0, 2 * count, 2)
    plan = signed(infusions=count, days=tuple(SignedDay(n, day(d)) for n, d in enumerate(days, 1)))
    account = account_of(facts(days, "-1:21", plan), as_of=day(2 * count), policy=POLICY)
    assert next_step_of(account, facts=NextFacts(), policy=POLICY).patient[0] == said


@given(
    st.lists(st.integers(0, 120), max_size=10, unique=True),
    st.lists(st.tuples(st.integers(-9, 120), st.integers(0, 27)), max_size=8),
    st.integers(0, 150),
    st.sampled_from(["every-2-4-weeks", "none", "as-needed", "weekly-four"]),
    st.booleans(),
)
def test_a_patients_card_holds_no_forecast_no_verdict_and_no_reason(days, points, today, rule, held):
    text = " ".join(f"{d}:{v}" for d, v in points)
    account = account_of(facts(sorted(days), text, signed(maintenance=rule)), as_of=day(today), policy=POLICY)
    why = (Obstacle(ObstacleKind.HOLD, "High suicide risk"),) if held else ()
    known = NextFacts(model_window=DateSpan(day(3), day(9)), obstacles=why)
    card = next_step_of(account, facts=known, policy=POLICY)
    own = " ".join(card.patient)
    assert own
    for never in ("model", "REVIEW", "response", "risk", "suicide"):
        assert never not in own
    assert card.staff
    if held:
        assert card.state is NextState.HELD


@given(st.integers(40, 150))
def test_silence_never_makes_the_date_later(today):
    """Hazard H36: without a score the window stays where the last infusion put it."""
    account = account_of(facts((*SERIES, 32), "-1:21 12:7"), as_of=day(today), policy=POLICY)
    assert (account.window.first, account.window.last) == (day(46), day(60))
    card = next_step_of(account, facts=NextFacts(), policy=POLICY)
    assert card.by <= max(day(60), day(today))


def test_who_sees_to_what_stands_in_the_way_does_so_in_time():
    account = account_of(facts((0, 2), "-1:21 2:18"), as_of=day(2), policy=POLICY)
    escort = Obstacle(ObstacleKind.ESCORT, "Escort missing", "desk")
    liver = Obstacle(ObstacleKind.CHECK, "Liver test late", "nurse draws it", patient="Blood test")
    known = NextFacts(obstacles=(escort, liver))
    assert [each.by for each in next_step_of(account, facts=known, policy=POLICY).obstacles] == [
        day(2),
        day(4),
    ]
    booked = replace(known, booked=datetime.combine(day(9), time(9, 30)))
    assert [each.by for each in next_step_of(account, facts=booked, policy=POLICY).obstacles] == [
        day(7),
        day(9),
    ]
    late = account_of(facts((0, 2), "-1:21 2:18"), as_of=day(6), policy=POLICY)
    assert [each.by for each in next_step_of(late, facts=known, policy=POLICY).obstacles] == [day(6), day(6)]


@pytest.mark.parametrize(("days", "known", "when"), [
    ((0, 2), NextFacts(), "Fri 27 Nov"),
    ((0, 2), NextFacts(booked=datetime.combine(day(9), time(9, 30))), "Wed 2 Dec, 09:30"),
    ((0, 2), NextFacts(obstacles=(Obstacle(ObstacleKind.HOLD, "Fever"),)), "On hold"),
    (SERIES, NextFacts(), "18 Dec to 1 Jan"),
    (SERIES, NextFacts(decided=DateSpan(day(30), day(30))), "Wed 23 Dec"),
])  # fmt: skip
def test_the_date_in_a_few_words(days, known, when):
    account = account_of(facts(days, "-1:21 1:9"), as_of=day(max(days) + 1), policy=POLICY)
    assert next_step_of(account, facts=known, policy=POLICY).when == when


def test_what_is_late_is_said_to_be_late_and_does_not_move_the_check():
    account = account_of(facts((0, 2), "-1:21 2:18"), as_of=day(3), policy=POLICY)
    late = Obstacle(ObstacleKind.TASK, "Early review", "prescriber", day(1))
    check = Obstacle(ObstacleKind.CHECK, "Liver test late", "nurse draws it")
    card = next_step_of(account, facts=NextFacts(obstacles=(late, check)), policy=POLICY)
    assert "Early review: prescriber, late since Tue 24 Nov." in card.staff
    assert (card.state, card.by) == (NextState.CHECK_LATE, day(4))
