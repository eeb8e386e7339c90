"""What the page says, to whom, and at what cost."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tenuto.clinic.forecast.courses import read_course
from tests.clinic.forecast.conftest import GIVEN, SCORES, at, give, known_of, score


def text(answer):
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def page(visit, staff, patient, query=""):
    return visit(staff).get(f"/patients/{patient.pk}/forecast/{query}")


def test_alice_bob_and_carol_see_it_charlie_and_the_auditor_do_not(
    visit, maintained, alice, bob, carol, charlie, erin
):
    found = [page(visit, one, maintained).status_code for one in (alice, bob, carol, charlie, erin)]
    assert found == [200, 200, 200, 404, 403]


def test_the_longest_acceptable_interval_stands_first_with_its_risk(visit, maintained, alice):
    shown = text(page(visit, alice, maintained))
    window = read_course(known_of(maintained)).found.window
    assert f"{window.longest_acceptable} days to " in shown
    assert "have lost response by then" in shown
    assert "Bounded by" in shown


def test_the_next_card_stands_on_the_forecast(visit, maintained, alice):
    shown = page(visit, alice, maintained).content.decode()
    assert 'id="next-title"' in shown
    assert "Every " in text(page(visit, alice, maintained)).split(" Next ")[1]


def test_every_day_is_reachable_without_scripts_and_none_is_later_than_the_longest(visit, maintained, alice):
    answer = page(visit, alice, maintained)
    days = re.findall(r'<option value="([\d-]+)"', answer.content.decode())
    longest = read_course(known_of(maintained)).found.window.end.isoformat()
    assert days == sorted(days, reverse=True)
    assert days[0] == longest
    asked = page(visit, alice, maintained, f"?on={days[-1]}").content.decode()
    assert f'<option value="{days[-1]}" selected>' in asked
    beyond = page(visit, alice, maintained, "?on=2027-11-01").content.decode()
    assert f'<option value="{longest}" selected>' in beyond


@pytest.mark.parametrize("query", ["?on=", "?on=soon", "?on=2026-02-31", "?on=" + "9" * 400])
def test_an_address_that_says_nothing_shows_the_longest(visit, maintained, alice, query):
    assert page(visit, alice, maintained, query).status_code == 200


def test_the_rules_stand_beside_the_model_with_the_signed_one_first(visit, maintained, alice):
    shown = text(page(visit, alice, maintained))
    assert shown.index("Signed rule") < shown.index("Fixed interval") < shown.index("STABLE-style rule")
    assert re.search(r"\d+ days (earlier|later) than the window's end: it looks at no score at all", shown)


def test_the_chart_has_words_a_table_and_every_score_and_infusion(visit, maintained, alice):
    html = page(visit, alice, maintained).content.decode()
    assert 'role="img" aria-label="PHQ-9 from 21 on' in html
    wide = html[html.index("chart-wide") : html.index("chart-narrow")]
    assert wide.count("<circle") == len(SCORES)
    assert wide.count(": infusion, 0.49") == len(GIVEN)
    assert html.count('<th scope="row">') >= len(SCORES) + len(GIVEN)


def test_nothing_given_says_so_and_offers_no_date(visit, planned, alice):
    shown = text(page(visit, alice, planned))
    assert "No infusion is on record yet" in shown
    assert "Decision on the date" not in shown


def test_without_a_baseline_it_says_what_to_add(visit, planned, alice, bob):
    give(planned, 0, bob)
    score(planned, 4, 12, bob)
    assert "There is no baseline" in text(page(visit, alice, planned))


def test_an_abstention_is_said_in_words_with_a_review_and_no_slider(visit, planned, alice, bob):
    for day in (0, 2, 4, 7, 9, 11):
        give(planned, day, bob)
    for day, total in ((-3, 21), (4, 20), (11, 19), (18, 20)):
        score(planned, day, total, bob)
    shown = text(page(visit, alice, planned))
    assert "No forecast" in shown
    assert "There is no response to lose" in shown
    assert "Review late since" in shown
    assert "Take this day" not in shown


def test_the_answer_on_suicide_counts_and_nobody_waits_on_an_interval(visit, maintained, alice, bob):
    score(maintained, 112, 7, bob, item_9=2)
    shown = text(page(visit, alice, maintained))
    assert "Nobody waits on an interval" in shown
    assert "No forecast" in shown


def test_a_nurse_sees_who_decides_and_no_form(visit, maintained, bob):
    answer = page(visit, bob, maintained)
    assert "A prescriber or a medical director decides on the date" in text(answer)
    assert "Keep the decision" not in text(answer)


def test_it_asks_the_same_queries_however_long_the_course_is(visit, maintained, alice, bob):
    browser, counted = visit(alice), []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/patients/{maintained.pk}/forecast/").status_code == 200
        counted.append(len(queries))
        for day in (97, 99, 101, 103, 105):
            score(maintained, day, 6, bob)
        give(maintained, 110, bob)
        score(maintained, 112, 6, bob)
    assert counted[0] == counted[1]


def test_a_late_score_gives_the_page_that_it_would_always_have_given(visit, planned, alice, bob):
    for day, total in SCORES:
        if day != 46:
            score(planned, day, total, bob)
    for day in GIVEN:
        give(planned, day, bob)
    before = known_of(planned).history
    score(planned, 46, 5, bob)
    late = known_of(planned).history
    assert late != before
    assert f'"date":"{at(46).date()}","kind":"score","scale":"PHQ-9","value":"5"' in late


def test_the_paper_holds_the_same_chart(visit, maintained, alice, charlie):
    answer = visit(alice).get(f"/patients/{maintained.pk}/forecast/forecast.pdf")
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF")
    assert visit(charlie).get(f"/patients/{maintained.pk}/forecast/forecast.pdf").status_code == 404


def test_scores_of_several_scales_are_read_and_the_ones_not_used_are_named(visit, maintained, alice):
    assert "Not used: AUDIT-C." in text(page(visit, alice, maintained))
