"""Of 100 people: whole numbers in order, the same each time, and nothing where nothing is known."""

from dataclasses import replace

import pytest

from tenuto.core.durability.evidence import known, series
from tenuto.core.durability.population import CONDITIONS, SETTINGS, fitted
from tenuto.core.forecast.crowd import PEOPLE, WEEKS, CrowdError, CrowdQuestion, hundred

SIX = CrowdQuestion("depression", 6, "clinic")


@pytest.fixture(scope="module")
def crowd():
    return hundred(SIX)


def test_fewer_and_fewer_still_respond_and_never_more_than_did(crowd):
    middles = [crowd.responding.middle, *(one.of_all.middle for one in crowd.still)]
    assert middles == sorted(middles, reverse=True)
    assert [one.weeks for one in crowd.still] == list(WEEKS)
    assert 0 < middles[-1] < middles[0] < PEOPLE


def test_a_range_holds_its_middle_and_is_of_a_hundred(crowd):
    for one in (crowd.responding, *(s.of_all for s in crowd.still), *(s.of_responders for s in crowd.still)):
        assert 0 <= one.low <= one.middle <= one.high <= PEOPLE


def test_those_of_all_are_about_the_share_of_those_who_responded(crowd):
    for one in crowd.still:
        share = one.of_responders.middle * crowd.responding.middle / 100
        assert one.of_all.middle == pytest.approx(share, abs=6)


def test_the_same_question_gets_the_same_answer(crowd):
    assert hundred(SIX) == crowd
    assert crowd.after(12) == crowd.still[3]


@pytest.mark.parametrize(
    ("condition", "infusions", "days", "last"),
    [
        ("depression", 1, 32, 4),
        ("depression", 6, 87, 12),
        ("bipolar", 1, 14, 2),
        ("bipolar", 8, 14, 2),
        ("ptsd", 1, 14, 2),
        ("ptsd", 6, 28, 4),
        ("ocd", 1, 7, None),
    ],
)
def test_weeks_for_which_nobody_was_followed_are_marked(condition, infusions, days, last):
    found = hundred(CrowdQuestion(condition, infusions, "clinic"))
    assert found.followed_days == days
    assert [one.followed for one in found.still] == [7 * one.weeks <= days for one in found.still]
    assert (found.last_followed.weeks if found.last_followed else None) == last


def test_six_infusions_reach_more_people_than_one():
    one = hundred(replace(SIX, infusions=1))
    assert one.responding.middle < hundred(SIX).responding.middle


def test_doubt_about_the_population_widens_the_range(crowd):
    sure = replace(fitted(), covariance=fitted().covariance * 0)
    narrow = hundred(SIX, sure).responding
    assert narrow.high - narrow.low <= crowd.responding.high - crowd.responding.low


@pytest.mark.parametrize("condition", [c for c in CONDITIONS if known(c).lasts != "weeks"])
def test_where_nothing_is_known_it_says_why(condition):
    with pytest.raises(CrowdError, match="no duration can be said"):
        hundred(CrowdQuestion(condition, 6, "clinic"))


@pytest.mark.parametrize("infusions", [4, 6, 8])
def test_of_a_series_that_nobody_had_nothing_is_said(infusions):
    assert not known("ocd").studied(infusions)
    with pytest.raises(CrowdError, match=r"Of a series in ocd nothing can be said.*no series was found"):
        hundred(CrowdQuestion("ocd", infusions, "clinic"))


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_of_every_condition_of_weeks_has_a_scale_that_goes_with_it(setting):
    for condition in (c for c in CONDITIONS if known(c).lasts == "weeks"):
        found = hundred(CrowdQuestion(condition, 1, setting))
        assert found.scale in known(condition).scales.values()


@pytest.mark.parametrize(
    ("question", "says"),
    [
        (("melancholy", 6, "clinic"), "condition"),
        (("ocd", 5, "clinic"), "number"),
        (("ocd", 1, "home"), "setting"),
    ],
)
def test_an_unknown_word_names_those_that_are_known(question, says):
    with pytest.raises(CrowdError, match=says):
        CrowdQuestion(*question)


def test_every_series_begins_on_day_0_and_has_its_number_of_infusions():
    for count, one in series().items():
        assert (one.days[0], len(one.days)) == (0, count)
        assert one.basis.tags
