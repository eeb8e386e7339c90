"""The aim of a clinic's policy in a forecast."""

from dataclasses import replace
from itertools import count

import pytest

from tenuto.core.durability.aim import AIM_WORDS, AIMS
from tenuto.core.forecast.aimed import worth
from tenuto.core.forecast.answer import forecast
from tenuto.core.forecast.answer_json import as_json
from tenuto.core.forecast.words import as_text
from tests.core.forecast.written import RULES, course

MIDDLING = course("PHQ-9", "-1:20 7:9 14:9 21:10 28:9", "series")
"""Its gain is safe for weeks, its response is at stake now, and no infusion would bring remission."""


def aimed(aim, **limits):
    rules = replace(RULES, aim=aim, **limits)
    return forecast(MIDDLING, rules), rules


def test_the_window_is_that_of_the_aim():
    ends = {aim: aimed(aim)[0].window for aim in AIMS}
    assert ends["keep_gain"].ended_by == ends["keep_remission"].ended_by == "seen"
    assert ends["keep_response"].ended_by == "aim"
    assert ends["keep_response"].end < ends["keep_gain"].end == ends["keep_remission"].end
    assert ends["keep_response"].gained >= RULES.worth_days > ends["keep_gain"].gained
    assert ends["keep_remission"].gained < 1


def test_what_an_infusion_must_bring_moves_the_window():
    ends = [aimed("keep_response", worth_days=days)[0].window.end for days in (1, 6, 14)]
    assert ends == sorted(ends)
    assert ends[0] < ends[-1]


@pytest.mark.parametrize("aim", AIMS)
def test_text_and_json_name_the_aim_and_what_an_infusion_brings(aim):
    found, rules = aimed(aim)
    text, answer = as_text(MIDDLING, found, rules), as_json(MIDDLING, found)
    assert f"Aim: to {AIM_WORDS[aim]}. An infusion on " in text
    assert answer["aim"] == {
        "keep": aim,
        "worth_days": RULES.worth_days,
        "days_gained": pytest.approx(found.window.gained, abs=0.006),
    }
    assert ("Bounded by the clinic's aim" in text) == (
        answer["booster_window"]["bounded_by"] == "the clinic's aim"
    )


def test_without_a_window_nothing_is_said_to_be_gained():
    lost = course("MADRS", "-1:34 7:16 14:10 21:9 28:22 35:23", "series")
    answer = as_json(lost, forecast(lost, RULES))
    assert answer["booster_window"] is None
    assert answer["aim"] == {"keep": "keep_gain", "worth_days": 2.0, "days_gained": None}


def test_time_without_scores_never_moves_the_end_away():
    rules = replace(RULES, aim="keep_response")
    now = forecast(MIDDLING, rules).window
    later = forecast(MIDDLING, rules, as_of=now.end).window
    assert (later.end, later.gained) == (now.end, now.gained)


@pytest.mark.parametrize(
    ("gained", "until", "due", "looked"),
    [
        ([0, 1, 3], 35, 10, 3),
        ([2], 35, 0, 1),
        ([0, 1, 1.5, 1.9], 20, None, 4),
        ([0, 1, 3], 7, None, 2),
        ([1], 0, None, 1),
        ([1], -3, None, 1),
    ],
)
def test_a_day_is_due_when_an_infusion_on_it_brings_enough(gained, until, due, looked):
    found = worth(iter(zip(count(0.0, 7.0), gained, strict=False)), 2, until)
    assert found.due == due
    assert len(found.days) == looked
