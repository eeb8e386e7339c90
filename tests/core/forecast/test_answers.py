"""The table of answers, row by row, and what holds for every course. No digit of the model is asserted."""

import re
from dataclasses import replace

import numpy as np
import pytest

from tenuto.core.durability.course import State
from tenuto.core.durability.evidence import known, suicide_items
from tenuto.core.durability.population import CONDITIONS, fitted
from tenuto.core.durability.posterior import Effort
from tenuto.core.forecast.answer import forecast
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
        assert found.review.owner == row["interval"].removeprefix("no, ")
        assert found.review.on >= found.as_of
        assert found.window is None
        assert not re.search(r"acceptable", text)
    else:
        assert found.window.longest_acceptable <= int(row["interval"].removeprefix("at most "))
        going = found.standing.state in (State.LOSING, State.DRIFTING)
        assert (found.review is not None) is going
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


def test_the_questions_on_suicide_are_those_of_the_scales_with_their_red_flags():
    found = {name: (i.lowest, i.highest, i.urgent_from) for name, i in suicide_items().items()}
    assert found == {
        "PHQ-9 item 9": (0, 3, 2),
        "QIDS-SR16 item 12": (0, 3, 2),
        "MADRS item 10": (0, 6, 4),
    }
