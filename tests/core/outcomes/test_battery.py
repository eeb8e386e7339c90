"""When which scale is asked: the battery as a table, and the laws that hold whatever the course."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tenuto.core.intake.conditions import conditions
from tenuto.core.outcomes.battery import battery
from tenuto.core.outcomes.due import AskingPlace, Bundle, bundle, due_scales
from tenuto.core.outcomes.occasions import AnsweredScale, AskingCourse, filed_under, occasions
from tenuto.core.scales.reading import instrument
from tests.spec.tables import rows

DAY_0 = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("clock", "leaves"), [("08:59", False), ("09:00", True), ("18:59", True), ("19:00", False)]
)
def test_messages_leave_from_nine_to_seven_on_the_clinics_clock(clock, leaves):
    assert battery().writes_at(datetime.combine(DAY_0, time.fromisoformat(clock))) is leaves


def day(number: str | int) -> date:
    return DAY_0 + timedelta(days=int(number))


def days(cell: str) -> tuple[date, ...]:
    return tuple(day(n) for n in cell.split())


def course(given_: str = "", planned: str = "", **more) -> AskingCourse:
    return AskingCourse(
        **{
            "given": days(given_),
            "planned": days(planned),
            "induction": 6,
            "conditions": frozenset({"depression"}),
            **more,
        }
    )


def answered(cell: str) -> list[AnsweredScale]:
    pairs = [part.split() for part in cell.split(",") if part.strip()]
    return [AnsweredScale(scale, day(number)) for scale, number in pairs]


def asked(of: AskingCourse, answers: list[AnsweredScale], today: date, *, on_call: bool = True) -> Bundle:
    due = due_scales(of, answers, battery(), today=today)
    return bundle(due, place=AskingPlace.LINK, on_call=on_call)


def names(scales) -> str:
    return ", ".join(due.scale for due in scales)


@pytest.mark.parametrize("row", rows("outcomes/battery.md"))
def test_what_is_asked(row):
    found = asked(
        course(row["infusions"], row["to come"]),
        answered(row["answered"]),
        day(row["today"]),
        on_call=row["on call"] == "yes",
    )
    assert (names(found.scales), names(found.in_chair)) == (row["asked"], row["waits"])


def test_each_condition_is_asked_what_it_is_judged_by():
    known = {name for rule in battery().occasions for ask in rule.asks for name in ask.conditions}
    assert known <= {condition.id for condition in conditions()}
    for condition, scale in (("ptsd", "pcl5"), ("crps", "peg"), ("bipolar", "activation_check")):
        found = asked(course(planned="0 2 4", conditions=frozenset({condition})), [], day(-5))
        assert scale in names(found.scales)
        assert scale not in names(asked(course(planned="0 2 4"), [], day(-5)).scales)


def test_a_scale_without_words_is_asked_where_the_clinic_has_them():
    due = due_scales(course(planned="0", conditions=frozenset({"ocd"})), [], battery(), today=day(-5))
    without = bundle(due, place=AskingPlace.LINK, on_call=True)
    with_words = bundle(due, place=AskingPlace.LINK, on_call=True, with_text={"ocir"})
    assert "ocir" not in names(without.scales)
    assert "ocir" in names(with_words.scales)


def test_in_the_chair_the_question_on_death_is_asked_whoever_is_on_call():
    due = due_scales(course("0", "2"), [], battery(), today=day(2))
    found = bundle(due, place=AskingPlace.CHAIR, on_call=False)
    assert "suicide_check" in names(found.scales)
    assert found.in_chair == ()


def test_what_does_not_fit_is_left_out():
    due = due_scales(course("0", "2"), [], battery(), today=day(1))
    tight = [replace(d, ask=replace(d.ask, minutes=d.ask.minutes * 6)) for d in due]
    found = bundle(tight, place=AskingPlace.LINK, on_call=True)
    assert found.left_out
    assert found.minutes <= max(d.occasion.rule.minutes for d in tight)
    assert sorted([*found.scales, *found.left_out], key=tight.index) == tight


def test_a_weekly_score_of_the_induction_is_asked_up_to_its_last_day():
    opened = {each.key: each.opens for each in occasions(course("0 2 4 7 9 14"), battery(), until=day(40))}
    assert [opened.get(f"weekly-1.{turn}") for turn in (1, 2, 3)] == [day(7), day(14), None]


def test_a_planned_day_on_which_an_infusion_was_given_counts_once():
    assert course("0 2", "2 4").infusions == days("0 2 4")


def test_nothing_is_asked_after_the_course_ended():
    ended = course("0 2 4", "", ended_on=day(5))
    assert asked(ended, [], day(20)).scales == ()


def test_what_opens_on_the_day_on_which_the_course_ended_is_not_asked():
    first = occasions(course("0 2 4"), battery(), until=day(20))[-1]
    for later, there in ((0, False), (1, True)):
        ended = course("0 2 4", ended_on=first.opens + timedelta(days=later))
        assert (first.key in {each.key for each in occasions(ended, battery(), until=day(20))}) is there


def test_a_late_answer_is_filed_under_the_day_on_which_it_was_written():
    of = course("0 2 4 7 9 11")
    known = occasions(of, battery(), until=day(60))
    assert filed_under(AnsweredScale("phq9", day(9)), of, known).key == "weekly-1.1"
    assert filed_under(AnsweredScale("phq9", day(26)), of, known).key == "end-6"
    assert filed_under(AnsweredScale("phq9", day(38)), of, known).key == "four_weeks-6"
    assert filed_under(AnsweredScale("phq9", day(14)), of, known) is None
    assert filed_under(AnsweredScale("wsas", day(9)), of, known) is None


def test_the_interval_of_maintenance_says_when_it_is_asked():
    keys = [
        (o.key, (o.opens - DAY_0).days)
        for o in occasions(course("0 2 4 7 9 11", interval_days=42), battery(), until=day(110))
        if o.rule.id in ("maintenance", "four_weeks")
    ]
    assert keys == [("four_weeks-6", 37), ("maintenance-6.1", 51), ("maintenance-6.2", 93)]


def test_a_burden_of_more_than_its_minutes_is_in_no_occasion():
    for rule in battery().occasions:
        for condition in conditions():
            own = [a for a in rule.asks if a.applies(frozenset({condition.id}))]
            assert sum(a.minutes for a in own) <= rule.minutes, (rule.id, condition.id)


def test_the_bladder_is_asked_about_before_every_infusion_and_through_maintenance():
    """Hazard H31: nobody goes on for months without being asked."""
    for n, start in enumerate((0, 2, 4, 7, 9, 11)):
        of = course(" ".join(map(str, (0, 2, 4, 7, 9, 11)[:n])), str(start))
        assert "urinary_check" in names(asked(of, [], day(start)).scales)
    long = course("0 2 4 7 9 11", interval_days=28)
    asked_on = [n for n in range(12, 400) if "urinary_check" in names(asked(long, [], day(n)).scales)]
    assert all(later - earlier <= 28 for earlier, later in itertools.pairwise(asked_on))
    assert asked_on[-1] > 370


COURSES = st.builds(
    lambda gaps, given_, answers, today: (gaps, given_, answers, today),
    st.lists(st.integers(1, 40), max_size=10),
    st.integers(0, 10),
    st.lists(
        st.tuples(st.sampled_from(["phq9", "gad7", "suicide_check", "daily_mood"]), st.integers(-20, 200))
    ),
    st.integers(-20, 200),
)


@given(COURSES)
@example(([1], 0, [("phq9", 0)], -1))
def test_the_order_of_facts_and_answers_of_later_days_change_nothing(drawn):
    gaps, number, pairs, now = drawn
    starts = [day(sum(gaps[:n])) for n in range(len(gaps))]
    of = replace(course(), given=tuple(starts[:number]), planned=tuple(starts[number:]))
    turned = replace(of, given=of.given[::-1], planned=of.planned[::-1])
    answers = [AnsweredScale(scale, day(n)) for scale, n in pairs]
    seen = [a for a in answers if a.on <= day(now)]
    expected = due_scales(of, seen, battery(), today=day(now))
    assert due_scales(turned, list(reversed(answers)), battery(), today=day(now)) == expected


@given(COURSES)
def test_a_scale_is_asked_once_and_never_again_on_the_day_it_was_answered(drawn):
    gaps, number, pairs, now = drawn
    starts = [day(sum(gaps[:n])) for n in range(len(gaps))]
    of = replace(course(), given=tuple(starts[:number]), planned=tuple(starts[number:]))
    answers = [AnsweredScale(scale, day(n)) for scale, n in pairs]
    found = [due.scale for due in due_scales(of, answers, battery(), today=day(now))]
    assert len(set(found)) == len(found)
    assert not set(found) & {a.scale for a in answers if a.on == day(now)}
    assert all(instrument(scale) for scale in found)
