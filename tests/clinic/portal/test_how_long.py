"""Of 100 people: a public page about nobody, that strangers can't make slow."""

from __future__ import annotations

import html
import re
from threading import Thread

import pytest

from tenuto.clinic.portal import hundred
from tenuto.clinic.portal.forms import CONDITION_WORDS, SETTING_WORDS
from tenuto.clinic.portal.people_svg import people_svg
from tenuto.core.durability.evidence import known
from tenuto.core.durability.population import CONDITIONS, SETTINGS
from tenuto.core.forecast.crowd import CrowdQuestion


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
    table = [int(n) for n in re.findall(r'<th scope="row">[^<]*</th><td class="number">(\d+)</td>', text)]
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
