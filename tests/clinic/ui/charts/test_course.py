"""The chart of a course: every score and infusion, the fan pale beyond what was seen, and nothing forecast when silent."""

from __future__ import annotations

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from tenuto.clinic.ui.charts.course import CoursePicture, PastWindow, course_scale, course_svg
from tenuto.clinic.ui.charts.look import PRINT
from tenuto.core.durability.course import Definitions
from tenuto.core.forecast.keeping import inputs_from, inputs_text
from tenuto.core.policy import default_policy
from tests.core.forecast.test_keeping import DAY, HISTORY, INFUSIONS, QUICK, SCORES

RULES = Definitions.from_policy(default_policy())
WIDE = {"width": 1040, "height": 400}


def picture_on(day, **more):
    inputs = inputs_from(inputs_text(HISTORY, RULES, day, effort=QUICK))
    return CoursePicture(inputs.history, inputs.made(), **more)


@pytest.fixture(scope="module")
def picture():
    return picture_on(DAY)


def test_it_holds_every_score_infusion_and_line(picture):
    drawn = course_svg(picture, **WIDE)
    assert drawn.count("<circle") == len(SCORES)
    assert drawn.count(": infusion, 0.5 mg/kg") == len(INFUSIONS)
    for words in ("response: 10 or less", "remission: 4 or less", "lost: above", "longest: "):
        assert words in drawn


def test_it_is_one_well_formed_drawing_with_a_title(picture):
    tree = ElementTree.fromstring(course_svg(picture, title='PHQ-9 & "so on"', **WIDE))  # noqa: S314 - our own
    assert (tree.get("role"), tree.get("aria-label")) == ("img", 'PHQ-9 & "so on"')
    assert ElementTree.fromstring(course_svg(picture, **WIDE)).get("aria-hidden") == "true"  # noqa: S314 - our own


def test_what_was_not_seen_in_this_patient_is_paler(picture):
    strengths = re.findall(r'fill-opacity="(0\.\d+)"/>', course_svg(picture, **WIDE))
    assert strengths[:4] == ["0.12", "0.24", "0.048", "0.096"]


def test_when_nothing_is_forecast_there_is_no_fan_and_no_window():
    silent = picture_on(DAY + timedelta(days=90))
    drawn = course_svg(silent, **WIDE)
    assert silent.found.abstained
    assert "fill-opacity" not in drawn
    assert "longest" not in drawn
    assert "not seen" not in drawn
    assert drawn.count("<circle") == len(SCORES)


def test_past_windows_are_drawn_as_they_were_forecast_then():
    past = (PastWindow(date(2026, 1, 20), date(2026, 1, 26), date(2026, 1, 30)),)
    drawn = course_svg(picture_on(DAY, past=past), **WIDE)
    assert "On Tue 20 Jan 2026 the window was Mon 26 Jan to Fri 30 Jan 2026" in drawn


def test_the_day_looked_at_lies_where_the_scale_says(picture):
    day = picture.found.window.end - timedelta(days=2)
    chosen = picture_on(DAY, chosen=day)
    x = course_scale(chosen, 1040, 400).x(day)
    assert f'data-candidate transform="translate({x:.1f} 0)"' in course_svg(chosen, **WIDE)


def test_on_paper_its_colours_are_values_and_on_a_page_tokens(picture):
    assert "var(--" in course_svg(picture, **WIDE)
    assert "var(--" not in course_svg(picture, look=PRINT, **WIDE)


def test_a_long_course_begins_where_it_is_told_to(picture):
    since = picture.last - timedelta(days=60)
    scale = course_scale(picture, 340, 320, since=since)
    assert scale.first == since
    assert scale.x(since) == 0
    assert scale.x(picture.last) == scale.plot_width
