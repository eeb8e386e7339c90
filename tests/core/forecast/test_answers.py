"""The table of answers, row by row, and what holds for every course. No digit of the model is asserted."""

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from tenuto.core.durability.course import State
from tenuto.core.durability.error import ErrorOfScale
from tenuto.core.durability.evidence import known, suicide_items
from tenuto.core.durability.outlook import circumstances
from tenuto.core.durability.population import CONDITIONS, fitted
from tenuto.core.durability.posterior import Effort, evidence_of, posterior
from tenuto.core.forecast.abstain import misfit
from tenuto.core.forecast.answer import HORIZON_DAYS, CandidateError, forecast
from tenuto.core.forecast.words import as_text
from tests.core.forecast.written import RULES, course, on
from tests.spec.tables import rows


def answered(row, day=None, **options):
    as_of = on(int(row["asked on day"]) if day is None else day)
    history = course(
        row["scale"],
        row["scores and answers (day:score)"],
        row["infusions"],
        condition=row["condition"],
        as_of=as_of,
    )
    return history, forecast(history, RULES, as_of=as_of, **options)


@pytest.mark.parametrize("row", rows("forecast/answers.md"))
def test_the_answer_is_that_of_the_table(row):
    history, found = answered(row)
    assert found.standing.state.value.replace("_", " ") == row["state"]
    text = as_text(history, found, RULES)
    assert row["said"] in text
    if row["interval"].startswith("no, "):
        owner, _, today = row["interval"].removeprefix("no, ").partition(" ")
        assert found.review.owner == owner
        assert found.review.on >= history.scores[-1].on
        assert not today or found.review.on == found.as_of
        assert found.window is None
        assert not re.search(r"acceptable", text)
    else:
        assert found.window.longest_acceptable <= int(row["interval"].removeprefix("at most "))
        late = found.window.overdue
        assert (
            (found.review.on, found.review.owner) == (found.window.end, "prescriber")
            if late
            else not found.review
        )
        assert found.standing.state not in (State.LOSING, State.DRIFTING)
        assert "review line" in next(line for line in text.splitlines() if "acceptable" in line)
    dated = [rule for rule in found.rules if rule.next_date is not None]
    assert bool(dated) is (row["rules"] == "speak")


def other_fits():
    """Populations that the calibration does not exclude, and some that it does."""
    fit = fitted()
    for k, row in enumerate(np.random.default_rng(7).standard_normal((4, len(fit.mean)))):
        yield pytest.param(
            replace(fit, mean=fit.mean + 1.5 * np.sqrt(np.diag(fit.covariance)) * row), id=f"fit-{k}"
        )


@pytest.mark.parametrize("fit", list(other_fits()))
def test_states_abstentions_and_bounds_do_not_hang_on_the_parameters(fit):
    for parameter in rows("forecast/answers.md"):
        [row] = parameter.values
        _, found = answered(row, fit=fit, effort=Effort(explore=256, refine=0, final=512, keep=256))
        assert found.standing.state.value.replace("_", " ") == row["state"]
        if row["interval"].startswith("no, "):
            assert found.abstained
        elif found.window is not None:  # what other parameters find unlike any course is not forecast
            assert found.window.longest_acceptable <= int(row["interval"].removeprefix("at most "))


FORECAST = [row for row in rows("forecast/answers.md") if row.values[0]["interval"].startswith("at most")]


@pytest.mark.parametrize("row", FORECAST)
def test_silence_never_lengthens(row):
    """Read later with no new score, the window of the last score stands, is past, and then nothing is forecast any more."""
    stood, abstained = [], []
    asked = int(row["asked on day"])
    for later in (0, 1, 5, 12, 30, 60):
        _, found = answered(row, asked + later)
        abstained.append(found.abstained)
        if found.window is not None:
            assert found.window.overdue is (found.as_of > found.window.end)
            stood.append(replace(found.window, risk=round(found.window.risk, 9), overdue=False))
    assert all(window == stood[0] for window in stood)
    assert abstained == sorted(abstained)
    assert abstained[-1]


@pytest.mark.parametrize("row", FORECAST)
def test_a_window_lies_on_clinic_days_in_order(row):
    _, found = answered(row)
    window = found.window
    assert {window.start.weekday(), window.end.weekday()} <= set(RULES.clinic_days)
    assert window.start <= window.end
    assert 0 <= window.risk <= 1


def test_every_condition_says_what_is_known_and_only_weeks_get_an_interval():
    for condition in CONDITIONS:
        entry = known(condition)
        assert (entry.after_one > 0) is (entry.after_series > 0) is (entry.lasts == "weeks"), condition
        assert entry.says
        assert entry.basis.tags


def test_no_first_interval_is_longer_than_anybody_was_followed():
    for condition in CONDITIONS:
        entry = known(condition)
        for infusions in (1, 6):
            assert entry.first_interval_days(infusions) <= entry.followed_days(infusions), condition
        assert bool(entry.followed_says) is (entry.lasts == "weeks")


def test_the_questions_on_suicide_are_those_of_the_scales_with_their_red_flags():
    found = {name: (i.lowest, i.highest, i.urgent_from) for name, i in suicide_items().items()}
    assert found == {
        "PHQ-9 item 9": (0, 3, 2),
        "QIDS-SR16 item 12": (0, 3, 2),
        "MADRS item 10": (0, 6, 4),
    }


WELL = "-1:20 7:9 14:6 21:5 28:6"


@pytest.mark.parametrize(
    ("days", "problem"), [(-1, "is before the forecast's date"), (1, "days after the forecast's date")]
)
def test_a_date_may_be_asked_about_from_today_to_the_last_day_of_the_horizon(days, problem):
    history = course("PHQ-9", WELL, "series")
    edge = history.last if days < 0 else history.last + timedelta(days=HORIZON_DAYS)
    (candidate,) = forecast(history, RULES, candidates=[edge], effort=QUICK).candidates
    assert candidate.on == edge
    with pytest.raises(CandidateError, match=problem):
        forecast(history, RULES, candidates=[edge + timedelta(days=days)], effort=QUICK)


def test_a_day_on_which_an_infusion_was_given_cannot_be_asked_about():
    history = course("PHQ-9", WELL, "0 2 4 7 9 28")
    with pytest.raises(CandidateError, match="has an infusion already"):
        forecast(history, RULES, candidates=[history.last], effort=QUICK)


@pytest.mark.parametrize("errors_off", [0, 1, 2])
def test_how_unlike_a_course_is_counts_in_squared_errors_of_the_scale(errors_off):
    """1 where every score lies one error from what was expected, as it does when all is well."""
    history = course("PHQ-9", WELL, "series")
    evidence, error = evidence_of(history), ErrorOfScale.of(history.measure, daily=0.0)
    found = posterior(
        fitted().population.model(circumstances(history)),
        fitted().law(circumstances(history), history.measure),
        error,
        evidence,
        QUICK,
    )
    written = np.array(evidence.scores)
    expected = written + errors_off * np.sqrt(error.sd**2 + error.step**2 / 12)
    course_found = replace(
        found, weights=np.ones(1), fit=error.log_likelihood(expected[:, None], written).sum(axis=0)
    )
    assert misfit(course_found, error, evidence) == pytest.approx(errors_off**2)


QUICK = Effort(explore=256, refine=0, final=512, keep=256)


@pytest.mark.parametrize(
    ("scores", "worse"),
    [
        ("-1:20 11:6 18:7 25:8", "32:9"),
        ("-1:20 11:6 18:6 25:6 32:6 39:6", "46:7"),
        ("-1:20 11:6 18:6 25:6 32:6 39:6", "46:10"),
        ("-1:20 7:9 14:6 21:5 28:6 35:6 42:5", "49:9"),
        ("-1:27 7:13 14:12 21:12", "28:13"),
        ("-1:20 1:9 4:9 8:9", "12:10"),
    ],
)
def test_a_worse_score_never_moves_the_end_later(scores, worse):
    before, after = (
        forecast(course("PHQ-9", text, "series"), RULES, effort=QUICK).window
        for text in (scores, f"{scores} {worse}")
    )
    assert after is None or after.end <= before.end


def test_a_day_on_which_no_infusion_is_worth_giving_is_one_to_look_again():
    history = course("PHQ-9", "-1:19 11:6 39:6 67:5 95:5", "0 2 4 7 9 11 39 67 95")
    found = forecast(history, RULES, effort=QUICK)
    for gained, said in ((0.0, True), (found.worth_days, False)):
        shown = replace(found, window=replace(found.window, gained=gained))
        assert ("look again on that day" in as_text(history, shown, RULES)) is said


def test_a_loss_of_suicidal_thoughts_has_no_line():
    """A line of lost response would say that thoughts of suicide may come back up to it."""
    history = course("SSI", "-1:20 1:3 2:2 3:3", "0", as_of=on(3))
    assert "Response is lost at" not in as_text(history, forecast(history, RULES), RULES)


def test_whoever_is_silent_was_responding_and_is_late():
    history = course("PHQ-9", "-1:20 7:9 14:6 21:5 28:6", "series")
    now, later = (forecast(history, RULES, as_of=on(day)) for day in (74, 123))
    assert now.review.on == later.review.on < later.as_of
    text = as_text(history, later, RULES)
    assert "was responding on Mon 2 Feb 2026" in text
    assert "Review late since" in text
