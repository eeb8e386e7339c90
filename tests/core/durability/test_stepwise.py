"""How far a patient may be waited for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core.durability.course import standing
from tenuto.core.durability.stepwise import bound, longest_seen, step
from tests.core.forecast.written import RULES, course

STEPS = RULES.steps


@pytest.mark.parametrize(
    ("days", "further"),
    [(7, 3), (14, 3), (16, 4), (20, 4), (21, 7), (28, 7), (32, 8), (42, 10), (56, 14), (90, 14)],
)
def test_a_step_is_a_quarter_within_its_limits(days, further):
    assert step(days, STEPS) == further


@pytest.mark.parametrize(
    ("scores", "infusions", "days"),
    [
        ("-1:20 7:8", "series", 0),  # before the last infusion of the series: nothing held yet
        ("-1:20 7:8 18:7", "series", 7),
        ("-1:20 7:8 18:7 39:6", "series 39", 28),
        ("-1:20 7:8 18:7 36:6", "series 39", 28),  # three days before the infusion
        ("-1:20 7:8 18:7 35:6", "series 39", 24),  # four: only up to the score
        ("-1:20 7:8 18:7 39:12", "series 39", 7),  # response gone at the end
        ("-1:20 7:8 39:6 67:7", "series 39 67", 28),
        ("-1:20 7:8 67:6 88:7 95:12", "series 67 95", 21),  # what held 56 days no longer does
        ("-1:20 7:8 67:6 95:12 123:6", "series 67 95 123", 28),
        ("-1:20 7:8", "series 39 67", 0),  # nobody looked
        ("-1:20 7:8 160:5", "series 161", 0),  # one score at the end of five months
        ("-1:20 7:8 50:6 160:5", "series 161", 39),  # up to the score before the months
        ("-1:20 7:8 56:6 101:6", "series 101", 90),  # 45 days between two scores, no more
    ],
)
def test_an_interval_counts_when_a_score_saw_it_hold(scores, infusions, days):
    schedule = infusions.replace("series", "0 2 4 7 9 11") if infusions != "series" else infusions
    history = course("PHQ-9", scores, schedule)
    assert longest_seen(history, standing(history, RULES).response_at_most, STEPS) == days


def written(values, every):
    return "-1:20 " + " ".join(f"{11 + every * (k + 1)}:{v}" for k, v in enumerate(values))


def found(scores):
    history = course("PHQ-9", scores, "0 2 4 7 9 11")
    return bound(history, standing(history, RULES), RULES, 28)


VALUES, EVERY = st.lists(st.integers(0, 20), min_size=1, max_size=12), st.integers(3, 60)


@given(VALUES, EVERY)
def test_the_bound_is_what_was_seen_and_a_step_or_the_first_interval(values, every):
    one = found(written(values, every))
    assert one.seen <= every * len(values)
    assert 0 < one.days <= min(max(one.seen + step(one.seen, STEPS), 28), STEPS.longest)


@given(VALUES, EVERY, st.integers(1, 20))
def test_a_worse_score_never_lengthens(values, every, worse):
    more = [*values, min(values[-1] + worse, 27)]
    if more[-1] > values[-1]:
        assert found(written(more, every)).days <= found(written(values, every)).days
