"""A kept forecast: made again from its inputs it says the same, to the last figure, whatever order the facts came in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenuto.core.course.facts import CourseEventKind, CourseFacts, EventFact, ScoreFact
from tenuto.core.course.infusion import GivenInfusion
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history_files import read_json
from tenuto.core.durability.posterior import Effort
from tenuto.core.durability.record import HistoryError
from tenuto.core.durability.stepwise import no_step_because
from tenuto.core.forecast.course_rows import history_text
from tenuto.core.forecast.keeping import (
    ground_of,
    inputs_from,
    inputs_text,
    said_from,
    said_of,
    sha256_of,
)
from tenuto.core.policy import default_policy
from tenuto.core.units import Mg, MgPerKg

RULES = Definitions.from_policy(default_policy())
QUICK = Effort(explore=128, refine=128, final=256, keep=128)
FIRST = date(2026, 1, 5)


def scored(day, value, scale="phq9", *, recorded=0, **more):
    return ScoreFact(f"{scale}{day}", scale, Decimal(value), FIRST + timedelta(days=day), recorded, **more)


def given_on(day, dose="0.5"):
    return GivenInfusion(FIRST + timedelta(days=day), mass=Mg(36), dose=MgPerKg(dose))


SCORES = tuple(scored(*each) for each in ((-3, 20), (4, 14), (11, 8), (18, 6), (25, 7), (32, 6)))
INFUSIONS = tuple(given_on(day) for day in (0, 2, 4, 7, 9, 11))
HISTORY = history_text("depression", SCORES, INFUSIONS)
DAY = FIRST + timedelta(days=33)


def test_the_inputs_hold_all_that_the_forecast_is_made_from():
    kept = inputs_from(inputs_text(HISTORY, RULES, DAY, effort=QUICK))
    assert kept.definitions == RULES
    assert (kept.as_of, kept.effort) == (DAY, QUICK)
    assert kept.history == read_json(HISTORY, as_of=DAY)


def test_a_text_has_its_keys_in_order_so_that_its_digest_hangs_on_no_way_of_writing():
    text = inputs_text(HISTORY, RULES, DAY, effort=QUICK)
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


OLDER = ("most_between_scores", "longest", "none_after_attempt_days")
"""Limits that the first kept forecasts do not name, since there were none."""


def of_older_days(text):
    raw = json.loads(text)
    for table in (raw["definitions"], raw["definitions"]["steps"]):
        for name in OLDER:
            table.pop(name, None)
    return json.dumps(raw)


def test_a_forecast_that_was_kept_before_a_limit_came_is_still_read_and_has_no_such_limit():
    older = of_older_days(inputs_text(HISTORY, RULES, DAY, effort=QUICK))
    assert not any(name in older for name in OLDER)
    kept = inputs_from(older)
    assert kept.definitions.steps.longest > 10_000
    assert kept.definitions.steps.most_between_scores > 10_000
    assert said_from(older).closes == said_from(inputs_text(HISTORY, RULES, DAY, effort=QUICK)).closes


def test_a_window_that_is_past_is_kept_as_one_to_decide_on_and_not_as_a_review():
    first = said_from(inputs_text(HISTORY, RULES, DAY, effort=QUICK))
    late = said_from(inputs_text(HISTORY, RULES, first.closes + timedelta(days=1), effort=QUICK))
    assert (late.opens, late.closes) == (first.opens, first.closes)
    assert late.review_on is None
    assert late.like(first)


def test_without_that_limit_an_attempt_did_not_end_a_forecast():
    attempt = EventFact("e1", CourseEventKind("suicide_attempt"), FIRST + timedelta(days=30))
    text = inputs_text(history_text("depression", SCORES, INFUSIONS, [attempt]), RULES, DAY, effort=QUICK)
    assert "suicide attempt" in said_from(text).reason
    assert said_from(of_older_days(text)).reason == ""


@settings(max_examples=12)
@given(
    totals=st.lists(st.integers(0, 27), min_size=3, max_size=8),
    baseline=st.integers(12, 27),
    gap=st.integers(3, 9),
    order=st.randoms(use_true_random=False),
)
def test_made_again_it_says_the_same_to_the_last_figure(totals, baseline, gap, order):
    scores = [scored(-3, baseline), *(scored(gap * n, total) for n, total in enumerate(totals, 1))]
    infusions = list(INFUSIONS)
    text = inputs_text(history_text("depression", scores, infusions), RULES, DAY, effort=QUICK)
    order.shuffle(scores)
    order.shuffle(infusions)
    again = inputs_text(history_text("depression", scores, infusions), RULES, DAY, effort=QUICK)
    assert again == text, "the same facts in another order are the same inputs"
    first = said_from(text)
    assert said_from(again) == first
    assert sha256_of(first.result) == sha256_of(
        said_from(json.dumps(json.loads(text), sort_keys=True)).result
    )


def test_the_kept_numbers_are_the_forecasts_own():
    inputs = inputs_from(inputs_text(HISTORY, RULES, DAY, effort=QUICK))
    found = inputs.made()
    result = json.loads(said_of(inputs, found).result)
    assert result["curve"]["responding"] == pytest.approx(list(found.curve.responding), rel=1e-8)
    assert result["fan"]["expected"][2] == pytest.approx(list(found.fan.expected[2]), rel=1e-8)
    assert result["window_risk"] == pytest.approx(found.window.risk, rel=1e-8)
    assert result["booster_window"]["to"] == found.window.end.isoformat()


def test_another_day_leaves_the_ground_and_anything_else_changes_it():
    ground = ground_of(HISTORY, RULES)
    later = history_text("depression", (*SCORES, scored(39, 9)), INFUSIONS)
    assert ground == ground_of(HISTORY, RULES)
    assert ground != ground_of(later, RULES)
    assert ground != ground_of(HISTORY, replace(RULES, risk_upper=0.2))


def test_a_later_row_is_left_out_of_an_earlier_day():
    text = inputs_text(HISTORY, RULES, FIRST + timedelta(days=26), effort=QUICK)
    assert inputs_from(text).history.left_out == 1


def test_of_two_scores_on_a_day_the_one_recorded_last_counts_and_of_answers_on_suicide_the_highest():
    newer, older = (
        scored(18, 5, items=(("9", 0),)),
        scored(18, 9, items=(("9", 2),)),
    )
    rows = json.loads(history_text("depression", [newer, older, SCORES[0]], INFUSIONS))["events"]
    values = {row["scale"]: row["value"] for row in rows if row["date"] == "2026-01-23"}
    assert values == {"PHQ-9": "5", "PHQ-9 item 9": "2"}


def test_an_answer_on_suicide_without_a_total_is_not_lost():
    rows = json.loads(history_text("depression", [*SCORES, scored(30, 3, "phq9item9")], INFUSIONS))["events"]
    assert {"date": "2026-02-04", "kind": "score", "scale": "PHQ-9 item 9", "value": "3"} in rows


def test_what_has_no_value_or_is_not_measured_is_left_out():
    dropped = [
        replace(scored(19, 4), value=None),
        scored(21, 3, "stopbang"),
    ]
    assert history_text("depression", [*SCORES, *dropped], INFUSIONS) == HISTORY


@pytest.mark.parametrize("condition", ["borderline", ""])
def test_a_condition_without_a_model_is_said(condition):
    with pytest.raises(HistoryError, match="was not studied"):
        history_text(condition, SCORES, INFUSIONS)


def test_a_dose_without_the_weight_is_said():
    with pytest.raises(HistoryError, match="not known in mg/kg"):
        history_text("depression", SCORES, [GivenInfusion(FIRST, mass=Mg(36))])


@pytest.mark.parametrize("kind", CourseEventKind)
def test_an_event_on_record_is_part_of_the_history_and_the_interval_is_not_lengthened_after_it(kind):
    facts = CourseFacts(
        events=(
            EventFact("2", kind, FIRST + timedelta(days=20)),
            EventFact("1", kind, FIRST + timedelta(days=20)),
        )
    )
    text = history_text("depression", SCORES, INFUSIONS, facts.counted_events)
    history = read_json(text, as_of=DAY)
    assert [(each.on, each.kind) for each in history.events] == [(FIRST + timedelta(days=20), kind.value)]
    assert "no step beyond it within" in (no_step_because(history, RULES.steps) or "")
    assert no_step_because(read_json(HISTORY, as_of=DAY), RULES.steps) is None


@given(st.lists(st.integers(0, 5), unique=True))
def test_what_was_struck_is_as_if_it_had_never_been_recorded(places):
    struck = frozenset(SCORES[place].id for place in places)
    marked = CourseFacts(scores=SCORES, struck=struck).counted_scores
    never = CourseFacts(scores=tuple(each for each in SCORES if each.id not in struck)).counted_scores
    assert history_text("depression", marked, INFUSIONS) == history_text("depression", never, INFUSIONS)
