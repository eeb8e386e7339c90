"""A course is tapered off, completed and taken up again, and its visits beside the infusions are due."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.course.account import account_of
from tenuto.core.course.beside import BesideHeld, BesideKind, BesidePlanned
from tenuto.core.course.ending import check_taper
from tenuto.core.course.infusion import CourseError
from tenuto.core.policy import default_policy
from tests.core.course.builders import DAY, SERIES, day, endings, facts, signed
from tests.spec.tables import rows

POLICY = default_policy()
ENDING, BESIDE = rows("course/ending.md"), rows("course/beside.md")


def days_of(text: str) -> list[int]:
    return [int(d) for d in text.replace("series", " ".join(map(str, SERIES))).split()]


def account(days, points, today, **more):
    return account_of(facts(days, points, **more), as_of=day(today), policy=POLICY)


@pytest.mark.parametrize("row", ENDING)
def test_a_taper_lengthens_by_what_was_seen_and_a_completion_ends_it(row):
    known = {"endings": endings(row["ending"])}
    found = account(days_of(row["given on days"]), row["scores"], int(row["today"]), **known)
    window = found.window and [str((each - DAY).days) for each in (found.window.first, found.window.last)]
    assert " ".join(window or ()) == row["window"]
    assert found.tapered == int(row["tapered"])


def agreed(text: str) -> tuple[BesidePlanned, ...]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return tuple(
        BesidePlanned(f"p{n}", BesideKind(kind), day(int(on)), None if every == "end" else int(every), "", n)
        for n, (kind, on, every) in enumerate(parts)
    )


def held(text: str) -> tuple[BesideHeld, ...]:
    parts = [part.split() for part in text.split(";") if part.strip()]
    return tuple(BesideHeld(f"h{n}", BesideKind(kind), day(int(on))) for n, (kind, on) in enumerate(parts))


@pytest.mark.parametrize("row", BESIDE)
def test_a_visit_beside_the_infusions_is_due_as_it_was_agreed(row):
    found = account(
        days_of(row["given on days"]), "-1:21 12:6", int(row["today"]), endings=endings(row["ending"]),
        beside_planned=agreed(row["agreed"]), beside_held=held(row["held"]),
    )  # fmt: skip
    by = {each.kind: str((each.by - DAY).days) for each in found.beside}
    assert by.get(BesideKind.FOLLOW_UP, "") == row["follow-up by"]
    assert by.get(BesideKind.PSYCHOTHERAPY, "") == row["psychotherapy by"]


@pytest.mark.parametrize(
    ("intervals", "now", "says"),
    [
        ((), 28, "1 to 6 infusions"),
        ((28,) * 7, 28, "1 to 6 infusions"),
        ((21,), 28, "shorter than the 28"),
        ((35, 28), 28, "shorter than the 35"),
        ((43,), 28, "more than 14 days longer than the 28"),
        ((92,), 91, "92 days is no interval"),
        ((0,), None, "0 days is no interval"),
    ],
)
def test_a_taper_goes_on_in_steps_that_are_seen_to_hold(intervals, now, says):
    with pytest.raises(CourseError, match=says):
        check_taper(intervals, now_days=now, policy=POLICY)


def test_a_taper_in_small_steps_is_taken():
    check_taper((28, 35, 49), now_days=28, policy=POLICY)
    check_taper((21,), now_days=None, policy=POLICY)


@pytest.mark.parametrize(("intervals", "now"), [((1,), None), ((91,), 91), ((42,), 28), ((28,) * 6, 28)])
def test_a_taper_may_reach_each_of_its_limits(intervals, now):
    check_taper(intervals, now_days=now, policy=POLICY)


ENDINGS = st.lists(
    st.one_of(
        st.tuples(st.integers(12, 120), st.lists(st.integers(14, 90), min_size=1, max_size=4)).map(
            lambda pair: f"taper {pair[0]} {' '.join(map(str, pair[1]))}"
        ),
        st.tuples(st.integers(12, 120), st.integers(20, 200)).map(
            lambda pair: f"complete {pair[0]} {pair[0] + pair[1]}"
        ),
        st.integers(12, 120).map(lambda on: f"resume {on}"),
    ),
    max_size=4,
).map("; ".join)
POINTS = st.lists(st.tuples(st.integers(12, 150), st.integers(0, 27)), max_size=6)


@given(ENDINGS, POINTS, st.integers(12, 160), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_means_nothing(text, points, today, chance: random.Random):
    scored = " ".join(f"{d}:{v}" for d, v in points)
    known = facts((*SERIES, 28), f"-1:21 {scored}", endings=endings(text), beside_held=held("follow_up 30"))
    mixed = list(known.endings)
    chance.shuffle(mixed)
    one, other = (
        account_of(each, as_of=day(today), policy=POLICY)
        for each in (known, replace(known, endings=tuple(mixed)))
    )
    assert one == other
    struck = replace(known, struck=frozenset(each.id for each in known.endings))
    never = account_of(replace(known, endings=()), as_of=day(today), policy=POLICY)
    assert account_of(struck, as_of=day(today), policy=POLICY) == never


@given(st.lists(st.integers(14, 90), min_size=1, max_size=4).map(sorted), st.integers(29, 160))
def test_silence_never_lengthens_a_taper(intervals, today):
    """Hazard H36: without a score since the last infusion the interval that held before is all that counts."""
    text = f"taper 28 {' '.join(map(str, intervals))}"
    silent = account((*SERIES, 28), "-1:21 12:6", today, endings=endings(text))
    assert (silent.window.last - silent.given[-1].on).days <= 17
    assert silent.window == account((*SERIES, 28), "-1:21 12:6", 29, endings=endings(text)).window


@pytest.mark.parametrize(
    ("points", "asked"), [("-1:21 12:6", True), ("-1:21 39:6", True), ("-1:21 41:6", False)]
)
def test_a_completion_is_followed_up_by_a_score_that_is_newer(points, asked):
    """A score from before the completion is no follow-up of it."""
    found = account(SERIES, points, 60, endings=endings("complete 40 90"))
    assert [(each.kind.value, each.first) for each in found.due] == ([("score", day(90))] if asked else [])


def test_an_ending_of_another_series_says_nothing():
    known = endings("complete 12 90")
    found = account(
        SERIES, "-1:21 12:6", 20, plan=signed(series="s1"), endings=(replace(known[0], series="s0"),)
    )
    assert found.ending is None
    assert found.window is not None
