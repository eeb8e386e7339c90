"""The visual language says everything twice: by shape and by word."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest

from tenuto.clinic.ui import icons
from tenuto.clinic.ui.components import WORDS, months, spine
from tenuto.clinic.ui.templatetags.ui import calendar


def test_every_mark_has_a_shape_of_its_own_and_a_word():
    assert set(icons.MARKS) == set(WORDS)
    assert len(set(icons.MARKS.values())) == len(icons.MARKS)
    assert len(set(WORDS.values())) == len(WORDS)


def test_every_stage_has_a_glyph_and_the_spine_keeps_the_order():
    assert all(stage in icons.GLYPHS for stage in icons.STAGES)
    stages = spine({"plan": ("here", "To review")})
    assert [s.name for s in stages] == list(icons.STAGES)
    assert (stages[1].state, stages[1].words) == ("here", "To review")
    assert (stages[0].state, stages[0].words) == ("ahead", "Not started")


def test_drawings_are_hidden_from_screen_readers():
    assert 'aria-hidden="true"' in icons.icon("plan")
    assert 'aria-hidden="true"' in icons.mark_shape("block")


def test_the_calendar_marks_exactly_its_days():
    marked = {date(2026, 11, 30): ("infusion", "infusion 1"), date(2026, 12, 3): ("infusion", "infusion 2")}
    shown = months(marked, closed=[date(2026, 12, 25)])
    assert [m.title for m in shown] == ["November 2026", "December 2026"]
    days = [d for m in shown for week in m.weeks for d in week if d.kind]
    assert [(d.number, d.kind) for d in days] == [(30, "infusion"), (3, "infusion"), (25, "closed")]
    assert days[0].label == "Mon 30 Nov 2026, infusion 1"
    assert all(len(week) == 7 for m in shown for week in m.weeks)


def test_a_leap_day_is_on_its_calendar():
    (shown,) = months({date(2028, 2, 29): ("infusion", "infusion 1")})
    assert any(d.number == 29 and d.kind for week in shown.weeks for d in week)


@pytest.mark.parametrize("theme", ["paper", "dim"])
def test_the_gallery_shows_every_component_in_both_themes(theme, visit, db):
    client = visit()
    client.cookies["tenuto_theme"] = theme
    page = client.get("/gallery/").content.decode()
    assert f'data-theme="{theme}"' in page
    for word in WORDS.values():
        assert word in page
    for part in (
        "banner",
        "spine",
        "finding",
        "calendar",
        "note-block",
        "field-error",
        "toggle",
        "empty",
        "table-cards",
    ):
        assert part in page


def test_the_theme_is_remembered_and_leads_back(visit, db):
    client = visit()
    response = client.post("/theme/", {"theme": "dim", "next": "/gallery/"})
    assert response["Location"] == "/gallery/"
    assert 'data-theme="dim"' in client.get("/gallery/").content.decode()


def test_the_theme_switch_leads_nowhere_else(visit, db):
    assert visit().post("/theme/", {"theme": "dim", "next": "https://elsewhere.example/"})["Location"] == "/"
    assert visit().post("/theme/", {"theme": "neon"}).status_code == 400


def test_a_forged_cookie_gives_the_paper_theme(visit, db):
    client = visit()
    client.cookies["tenuto_theme"] = '"><script>'
    assert 'data-theme="paper"' in client.get("/gallery/").content.decode()


def test_a_month_is_drawn_the_same_from_values_and_a_hostile_label_stays_text():
    marked = {date(2026, 11, 24): ("infusion", 'infusion 1"><script>')}
    (month,) = months(marked)
    drawn = calendar(month)
    assert calendar(month) is drawn
    assert "<script>" not in drawn
    assert calendar(asdict(month)) == drawn
    assert calendar(months({date(2026, 11, 25): ("infusion", "infusion 1")})[0]) != drawn


def test_the_gallery_is_linked_in_a_demonstration_alone(visit, alice, charlie):
    assert alice.clinic.demonstration
    assert not charlie.clinic.demonstration
    assert "Component gallery" in visit(alice).get("/worklist/").content.decode()
    assert "Component gallery" not in visit(charlie).get("/worklist/").content.decode()
