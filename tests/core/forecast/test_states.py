"""The table of states, row by row."""

import pytest

from tenuto.core.durability.course import State, standing
from tests.core.forecast.written import RULES, course
from tests.spec.tables import rows


@pytest.mark.parametrize("row", rows("forecast/states.md", table=1))
def test_the_state_follows_from_the_scores(row):
    now = standing(course(row["scale"], row["scores (day:score)"], row["infusions"]), RULES)
    assert now.state.value.replace("_", " ") == row["state"]
    assert now.drifting is (row["drift"] == "yes")


def test_every_state_is_defined_and_has_a_case():
    defined = {row.values[0]["state"] for row in rows("forecast/states.md", table=0)}
    cases = {row.values[0]["state"] for row in rows("forecast/states.md", table=1)}
    assert defined == cases == {state.value.replace("_", " ") for state in State}


def test_the_line_keeps_half_of_the_best_improvement():
    assert standing(course("PHQ-9", "-1:20 7:10 14:6 21:8", "series"), RULES).line == 13


def test_one_score_never_makes_a_loss():
    assert standing(course("PHQ-9", "-1:20 7:4 14:20", "series"), RULES).state is State.LOSING


def test_a_slope_of_close_scores_must_also_matter():
    """Daily scores make a small slope certain; it stays a small one."""
    daily = " ".join(f"{12 + k}:{4 + k // 4}" for k in range(8))
    assert not standing(course("PHQ-9", f"-1:20 7:5 {daily}", "series"), RULES).drifting
