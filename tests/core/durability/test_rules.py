from dataclasses import replace
from datetime import timedelta

from tenuto.core.durability.course import standing
from tenuto.core.durability.rules import advice, esketamine_style, fixed_interval, stable_style
from tenuto.core.durability.stepwise import longest_seen
from tests.core.durability.courses import RULES, course, on


def fixed(history):
    return fixed_interval(history, RULES, standing(history, RULES))


def stable(history):
    return stable_style(history, RULES, standing(history, RULES), history.last)


def test_the_fixed_interval_counts_from_the_last_infusion():
    assert fixed(course(20, [6])).next_date == on(11) + timedelta(days=28)


def test_it_names_no_date_where_nobody_was_followed_for_so_long_nor_this_patient_seen_to_hold():
    short = replace(course(20, [6, 5, 6]), condition="bipolar")
    said = fixed(short)
    assert said.next_date is None
    assert "Nobody with bipolar was followed for so long" in said.advice
    held = replace(course(20, [6] * 6), condition="bipolar")
    assert longest_seen(held, standing(held, RULES).response_at_most, RULES.steps) >= RULES.fixed_days
    assert fixed(held).next_date == on(11) + timedelta(days=28)


def test_mildly_ill_or_better_lengthens_by_a_week():
    history = course(20, [6, 6, 5, 6], infusions=(0, 7, 21))
    said = esketamine_style(history, RULES)
    assert "lengthen to 21 days" in said.advice
    assert said.next_date == on(21 + 21)


def test_more_than_mildly_ill_shortens_but_never_below_a_week():
    history = course(20, [6, 15, 14], infusions=(0, 7))
    said = esketamine_style(history, RULES)
    assert "hold or shorten to 7 days" in said.advice
    assert said.next_date == on(14)


def test_a_steady_low_score_waits():
    assert stable(course(20, [6, 5, 6, 5])).next_date is None


def test_a_reliable_rise_from_the_best_treats_now():
    history = course(20, [5, 6, 12])
    assert stable(history).next_date == history.last


def test_a_high_and_rising_score_treats_now_before_the_rise_is_reliable():
    history = course(20, [8, 9, 10, 12])
    assert stable(history).next_date == history.last


def test_without_a_response_the_rule_does_not_apply():
    assert "Not applicable" in stable(course(20, [18, 17, 19])).advice


def test_every_rule_names_its_source():
    history = course(20, [6, 5, 6])
    found = advice(history, RULES, standing(history, RULES), history.last)
    assert len(found) == 3
    assert all(rule.source for rule in found)
