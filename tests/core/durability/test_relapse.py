"""Follow-up after the series: who is followed, from when, what counts, and what becomes of those who are lost."""

import numpy as np
import pytest

from tenuto.core.durability.conduct import ReportForms
from tenuto.core.durability.metrics import Endpoint
from tenuto.core.durability.reading import TrialError
from tenuto.core.durability.relapse import relapse_figure
from tenuto.core.durability.trial import trial_from


def trial(relapse, infusions=(0, 7), visits=(8, 14, 21, 28)):
    return trial_from(
        {
            "condition": "depression",
            "setting": "clinic",
            "scale": "MADRS",
            "n": 4,
            "baseline": {"mean": 30.0, "sd": 6.0},
            "infusions": {"days": list(infusions), "dose_mg_per_kg": 0.5},
            "visits": {"days": list(visits)},
            "definitions": {"relapse": relapse},
            "report": [{"metric": "relapse_free", "day": 21, "from": "last_infusion"}],
        },
        where="test",
    )


def record(*courses, last=None, gone_from=None):
    """One replicate: each patient's scores on days 1, 7, 8, 14, 21 and 28; all at 30 before; missing from a day on."""
    scores = np.array(courses, dtype=float).T[:, None, :]
    days = (1.0, 7.0, 8.0, 14.0, 21.0, 28.0)
    patients = scores.shape[2]
    leaves = np.array([gone_from or [np.inf] * patients])
    present = np.stack([leaves > day for day in days])
    ends = np.array([last or [7.0] * patients])
    return ReportForms(days, np.full((1, patients), 30.0), scores, present, np.ones((1, patients)), ends)


def free(relapse, seen, day=21.0, **when):
    one = trial(relapse, **when)
    return float(relapse_figure(one, seen, Endpoint("relapse_free", day=day, from_last=True))[0])


KEEPS, LOSES = (14, 12, 12, 12, 12, 12), (14, 12, 12, 23, 24, 24)
SLIPS = (14, 12, 12, 16, 16, 16)
"""Out of response, and more than half of the gain kept."""
NEVER = (28, 28, 28, 28, 28, 28)


def test_only_responders_are_followed():
    assert free({"gain_below": 0.5, "visits": 1}, record(KEEPS, LOSES, NEVER, NEVER)) == 50


def test_remitters_are_those_at_the_limit_of_remission():
    low = (14, 9, 9, 24, 24, 24)
    assert free({"gain_below": 0.5, "visits": 1, "among": "remitters"}, record(KEEPS, KEEPS, low)) == 0
    assert free({"gain_below": 0.5, "visits": 1}, record(KEEPS, KEEPS, low)) == pytest.approx(100 * 2 / 3)


@pytest.mark.parametrize(
    ("relapse", "kept"), [({"gain_below": 0.5}, 100), ({"fall_below": 0.5}, 0), ({"score_above": 15}, 0)]
)
def test_what_counts_as_loss_is_the_definition_that_was_given(relapse, kept):
    assert free(relapse | {"visits": 1}, record(SLIPS)) == kept


def test_a_score_on_the_line_is_not_above_it():
    assert free({"score_above": 16, "visits": 1}, record(SLIPS)) == 100


def test_two_definitions_of_loss_are_refused():
    with pytest.raises(TrialError, match="fall_below and score_above"):
        trial({"fall_below": 0.5, "score_above": 20})


def test_lost_patients_are_censored_or_counted_as_relapsed():
    seen = record(KEEPS, KEEPS, LOSES, LOSES, gone_from=[14, np.inf, np.inf, np.inf])
    assert free({"gain_below": 0.5, "visits": 1}, seen) == pytest.approx(100 / 3)
    assert free({"gain_below": 0.5, "visits": 1, "lost": "relapse"}, seen) == 25


def test_follow_up_from_the_own_last_infusion_counts_days_from_it():
    """The second patient had only the first infusion, and is out of response on day 14: 14 days after it, not 7."""
    seen = record(KEEPS, LOSES, last=[7.0, 0.0])
    relapse = {"gain_below": 0.5, "visits": 1, "from": "own_last_infusion"}
    assert free(relapse, seen, day=7.0) == 100
    assert free(relapse, seen, day=14.0) == 50
    assert free({"gain_below": 0.5, "visits": 1}, seen, day=7.0) == 50


def test_responders_may_be_counted_on_a_day_of_their_own():
    late = (28, 28, 28, 12, 12, 12)
    counted = {"gain_below": 0.5, "visits": 1, "counted_on": 14}
    assert np.isnan(free({"gain_below": 0.5, "visits": 1}, record(late)))
    assert free(counted, record(late)) == 100
    with pytest.raises(TrialError, match="'counted_on' is one day for all"):
        trial(counted | {"from": "own_last_infusion"})


def test_relapse_in_a_row_begins_anew_after_a_good_score():
    wavering = (14, 12, 12, 24, 12, 24)
    assert free({"gain_below": 0.5, "visits": 2}, record(wavering)) == 100
    assert free({"gain_below": 0.5, "visits": 2}, record(LOSES)) == 0
