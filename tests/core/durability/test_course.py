import pytest

from tenuto.core.durability.course import State, standing
from tests.core.durability.courses import RULES, course


@pytest.mark.parametrize(
    ("weekly", "state"),
    [
        ([], State.BASELINE),
        ([18, 17, 16], State.NOT_RESPONDING),
        ([11], State.NOT_RESPONDING),
        ([10], State.RESPONDING),
        ([6, 5, 7], State.RESPONDING),
        # best 6, baseline 20: the line of half the improvement kept is 13
        ([6, 13], State.RESPONDING),
        ([6, 14], State.LOSING),
        ([6, 14, 14], State.LOST),
        ([6, 14, 8, 14], State.LOSING),
        ([6, 14, 14, 8], State.RESPONDING),
        # up by 6 from the best twice: a prompt to look before the line is crossed
        ([6, 12, 12], State.LOSING),
        ([6, 12], State.RESPONDING),
    ],
)
def test_the_state_follows_from_the_scores(weekly, state):
    assert standing(course(20, weekly), RULES).state is state


def test_one_score_never_makes_a_loss():
    assert standing(course(20, [4, 20]), RULES).state is State.LOSING


def test_the_line_keeps_half_of_the_best_improvement():
    assert standing(course(20, [10, 6, 8]), RULES).line == 13


def test_a_reliable_worsening_on_two_scores_is_drift():
    assert standing(course(20, [6, 12, 12]), RULES).drifting
    assert not standing(course(20, [6, 12, 11]), RULES).drifting
