"""Of 100 people: a public page about nobody, that strangers can't make slow."""

from __future__ import annotations

import html
import re
from threading import Thread

import pytest

from tenuto.clinic.portal import hundred
from tenuto.clinic.portal.forms import CONDITION_WORDS, SETTING_WORDS
from tenuto.clinic.portal.hundred_page import view
from tenuto.clinic.portal.people_svg import people_svg
from tenuto.core.durability.evidence import known
from tenuto.core.durability.population import CONDITIONS, SETTINGS
from tenuto.core.forecast.crowd import WEEKS, Crowd, CrowdQuestion, People, Still


def page(browser, **asked):
    answer = browser.get("/how-long/", asked)
    return answer.status_code, html.unescape(answer.content.decode())


def test_it_is_read_without_signing_in_and_counts_out_100_people_six_times(visit, ana):
    status, text = page(visit())
    assert status == 200
    assert "Silva" not in text
    arrays = re.findall(r'<svg class="people"[^>]*role="img".*?</svg>', text, re.DOTALL)
    assert len(arrays) == 6
    for array in arrays:
        assert len(re.findall(r'<g class="(still|lost|never)"', array)) == 100


def test_picture_caption_and_table_say_the_same(visit):
    _, text = page(visit(), condition="depression", infusions="1", setting="washout_trial")
    table = [
        int(n)
        for n in re.findall(r'<th scope="row">(?:[^<]|</?em>)*</th><td class="number">(\d+)</td>', text)
    ]
    captions = [int(n) for n in re.findall(r"<br>(\d+) of 100", text)]
    drawn = [
        len(re.findall('<g class="still"', array))
        for array in re.findall(r'role="img".*?</svg>', text, re.DOTALL)
    ]
    assert len(table) == 6
    assert table == captions == drawn
    assert "Depression, one infusion, 0.5 mg/kg, a trial" in text


def test_it_says_its_doubt_what_is_not_known_and_what_that_means_for_three_months(visit):
    _, text = page(visit())
    for words in (
        "nine would see between",
        "What is not known",
        "It is no promise for anybody",
        "says nothing about you",
    ):
        assert words in text
    assert re.search(r"<q data-claim>[^<]*three months", text)
    assert "crisis line now" in text


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_without_a_response_of_weeks_gets_words_and_no_people(visit, condition):
    status, text = page(visit(), condition=condition, infusions="1")
    assert status == 200
    counted = 'role="img"' in text
    assert counted is (known(condition).lasts == "weeks")
    if not counted:
        assert "nobody should promise it" in text
        assert known(condition).says[1:] in text


def test_in_hospital_it_says_first_what_speaks_against_its_numbers(visit):
    against = "In hospital the numbers of later weeks are likely too high"
    _, text = page(visit(), setting="inpatient")
    assert text.index(against) < text.index("Nobody knows these numbers")
    assert against not in page(visit())[1]


def test_a_series_that_nobody_had_gets_words_and_no_people(visit):
    _, text = page(visit(), condition="ocd", infusions="6")
    assert 'role="img"' not in text
    assert "no series was found. Of one infusion: 4 of 8 responded a week after" in text


def test_who_asks_about_thoughts_of_suicide_reads_first_where_help_is(visit):
    _, text = page(visit(), condition="suicidal_ideation")
    assert text.index("crisis line now") < text.index("The effect on suicidal thoughts is one of days")
    assert text.count("crisis line now") == 1


@pytest.mark.parametrize(
    "asked", [{"condition": "melancholy"}, {"infusions": "5"}, {"infusions": "1e9"}, {"setting": "home"}]
)
def test_what_is_not_on_the_list_is_worked_out_for_nobody(visit, asked, monkeypatch):
    monkeypatch.setattr(hundred, "hundred", None)
    status, text = page(visit(), **asked)
    assert status == 422
    assert "Select a valid choice" in text


def test_each_question_is_worked_out_once(visit, monkeypatch):
    asked, real = [], hundred.hundred
    hundred._kept.cache_clear()
    monkeypatch.setattr(hundred, "hundred", lambda question: asked.append(question) or real(question))
    for _ in range(3):
        assert page(visit(), infusions="1")[0] == 200
    assert asked == [CrowdQuestion("depression", 1, "clinic")]


def test_who_comes_while_another_question_is_worked_out_is_asked_to_wait(visit, monkeypatch):
    monkeypatch.setattr(hundred, "_WAIT_SECONDS", 0.01)
    held = Thread(target=hundred._one_at_a_time.acquire)
    held.start()
    held.join()
    try:
        answer = visit().get("/how-long/")
    finally:
        hundred._one_at_a_time.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "ask again" in answer.content.decode()


def followed_for(days, middle=30):
    still = tuple(
        Still(weeks, People(10, middle // 2, 60), People(20, middle, 90), 7 * weeks <= days)
        for weeks in WEEKS
    )
    return Crowd(CrowdQuestion("depression", 6, "clinic"), "PHQ-9", 0.5, People(40, 50, 60), still, days)


@pytest.mark.parametrize(
    ("days", "headline", "pale"),
    [
        (7, "no study followed anybody for more than 7 days", 5),
        (14, "still do after 2 weeks; no study followed anybody much longer", 4),
        (32, "still do after 4 weeks; no study followed anybody much longer", 3),
        (87, "still do after 4 weeks and about 15 after 12", 1),
        (200, "still do after 4 weeks and about 15 after 26", 0),
    ],
)
def test_the_headline_names_no_week_that_nobody_saw(days, headline, pale):
    shown = view(followed_for(days))
    assert headline in shown.headline
    assert [panel.followed for panel in shown.panels].count(False) == pale
    assert [row.followed for row in shown.rows].count(False) == pale
    assert bool(shown.beyond) is (pale > 0)
    assert shown.claim_words.startswith("Nobody knows") is (days < 84)


def test_pale_weeks_say_so_in_picture_table_and_words(visit):
    _, text = page(visit(), condition="ocd", infusions="1")
    assert text.count("<br><em>not followed</em>") == text.count("<em>(not followed)</em>") == 5
    assert len(re.findall(r'aria-label="\d+ weeks later, not followed: ', text)) == 5
    assert (
        "For the pale weeks nobody was followed closely. People were followed for a week after one infusion"
        in text
    )
    _, text = page(visit(), condition="depression", infusions="6")
    assert text.count("<br><em>not followed</em>") == 1


@pytest.mark.parametrize(("middle", "ends"), [(30, "for most of those"), (80, "for some of those")])
def test_the_words_follow_the_number_and_tell_a_response_from_remission(middle, ends):
    crowd = followed_for(87, middle)
    shown = view(crowd)
    assert ends in shown.claim_words
    assert "remission, the total or near-total relief of the claim, asks for more" in shown.claim_words
    assert any("count the first loss" in line for line in shown.not_known)


def test_every_choice_has_its_words():
    assert set(CONDITION_WORDS) == set(CONDITIONS)
    assert set(SETTING_WORDS) == set(SETTINGS)


@pytest.mark.parametrize(("still", "responded"), [(0, 0), (0, 40), (40, 40), (100, 100)])
def test_an_array_is_always_of_a_hundred(still, responded):
    drawn = people_svg(still, responded, "words")
    assert drawn.count('<g class="still"') == still
    assert drawn.count('<g class="lost"') == responded - still
    assert drawn.count("<g class=") == 100
    # Open without any style sheet, on paper and where colours are not seen.
    assert drawn.count('fill="none" stroke="currentColor"') == responded - still
