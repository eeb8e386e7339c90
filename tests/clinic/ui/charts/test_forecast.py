"""The chart of one patient's course: what is on it, and what is left off when it would mean nothing."""

import re
from datetime import date, timedelta

from tenuto.clinic.ui.charts.forecast import forecast_chart
from tenuto.clinic.ui.charts.render import render
from tenuto.core.durability.course import Definitions
from tenuto.core.durability.history import history_from
from tenuto.core.forecast.answer import forecast
from tenuto.core.policy import default_policy

RULES = Definitions.from_policy(default_policy())
START = date(2026, 1, 5)


def course(*scores, every=7):
    rows = [
        ("entry", {"date": str(START), "kind": "score", "value": 18, "scale": "PHQ-9"}),
        ("infusion", {"date": str(START), "kind": "infusion", "dose_mg_per_kg": 0.5}),
    ]
    rows += [
        (
            f"score {k}",
            {"date": str(START + timedelta(days=every * k)), "kind": "score", "value": v, "scale": "PHQ-9"},
        )
        for k, v in enumerate(scores, 1)
    ]
    return history_from(rows, condition="depression", setting="clinic")


def drawn(history, **options):
    found = forecast(history, RULES, **options)
    return forecast_chart(history, found)


def test_a_date_that_was_asked_about_is_an_empty_drop():
    asked = START + timedelta(days=50)
    spec = drawn(course(8, 6, 7), candidates=[asked])
    [empty] = [layer for layer in spec["layer"] if layer["mark"].get("filled") is False]
    assert [v["date"][:10] for v in empty["data"]["values"]] == [str(asked)]


def test_the_fan_reaches_the_last_date_that_was_asked_about():
    def last(**options):
        bands = [one for one in drawn(course(8, 6, 7), **options)["layer"] if one["mark"]["type"] == "area"]
        return max(date.fromisoformat(row["date"][:10]) for band in bands for row in band["data"]["values"])

    asked = START + timedelta(days=21 + 300)
    assert START + timedelta(days=200) < last() < asked <= last(candidates=[asked])


def test_beyond_the_window_the_fan_is_pale_and_says_that_it_was_not_seen():
    history = course(8, 7, 6)
    end = str(forecast(history, RULES).window.end)
    bands = [one for one in drawn(history)["layer"] if one["mark"]["type"] == "area"]
    near = [one for one in bands if one["data"]["values"][-1]["date"].startswith(end)]
    far = [one for one in bands if one["data"]["values"][0]["date"].startswith(end)]
    assert len(near) == len(far) == 3
    assert all(b["mark"]["opacity"] < a["mark"]["opacity"] / 2 for a, b in zip(near, far, strict=True))
    assert "not seen in this patient" in render(drawn(history), "svg").decode()


def test_where_nothing_was_gained_there_is_no_line_of_loss():
    words = "line of"
    assert words in render(drawn(course(8, 6, 7)), "svg").decode()
    assert words not in render(drawn(course()), "svg").decode()
    assert words not in render(drawn(course(17, 18, 17)), "svg").decode()


def test_a_long_reason_is_broken_into_lines():
    wild = drawn(course(1, 27, 1, 27, 1, 27, 1, 1, every=3))
    assert len(wild["title"]["subtitle"]) > 1
    assert max(map(len, wild["title"]["subtitle"])) <= 95


def test_many_scores_are_drawn_smaller():
    def size(spec):
        [scores] = [layer for layer in spec["layer"] if "point" in layer["mark"]]
        return scores["mark"]["point"]["size"]

    assert size(drawn(course(*[6, 7] * 50))) < size(drawn(course(8, 6, 7)))


def test_a_chart_is_the_same_file_whatever_was_drawn_before_and_shares_no_name_with_another():
    spec, other = drawn(course(8, 6, 7)), drawn(course(8, 6, 5))
    first = render(spec, "svg")
    names = set(re.findall(rb'id="([^"]*)"', first))
    assert names
    assert names.isdisjoint(re.findall(rb'id="([^"]*)"', render(other, "svg")))
    assert render(spec, "svg") == first
    assert set(re.findall(rb"url\(#([^)]*)\)", first)) == names
