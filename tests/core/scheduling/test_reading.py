"""PERIOD.json: what is read, and one sentence with the value and the fix for what can't be used."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from tenuto.core.data import DataError
from tenuto.core.scheduling.clock import midnight_after
from tenuto.core.scheduling.reading import read_period
from tenuto.core.scheduling.writing import as_content
from tests.core.scheduling.cases import MONDAY, ZONE, at, periods

EXAMPLE = json.loads((Path(__file__).parents[3] / "examples/booking/period.json").read_text("utf-8"))


def changed(path: str, value: object) -> str:
    content = deepcopy(EXAMPLE)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    place = content
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return json.dumps(content)


def refusal(text: str) -> str:
    with pytest.raises(DataError) as caught:
        read_period(text, name="period.json")
    return str(caught.value)


def test_the_example_is_read():
    period = read_period(json.dumps(EXAMPLE), name="period.json")
    assert [r.patient for r in period.requests] == ["ada", "ben", "cem"]
    assert period.requests[0].latest.isoformat() == "2026-03-21T00:00:00-04:00"
    assert period.days[0].open.start.isoformat() == "2026-03-02T08:00:00-05:00"
    assert period.days[5].open.start.isoformat() == "2026-03-09T08:00:00-04:00"


@settings(max_examples=50)
@given(periods())
def test_what_is_written_is_read_back(period):
    assert read_period(json.dumps(as_content(period)), name="p") == period.in_order()


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("timezone", "Mars/Base", "'Mars/Base' is not a time zone. Write it"),
        ("timezone", None, "has no 'timezone'. Add it."),
        ("days", [], "has no 'days'. Add at least one."),
        ("days.0.date", "2026-02-29", "'date' is '2026-02-29'. Give a date"),
        ("days.0.date", "0001-01-01", "is in the year 1. Give a day"),
        ("days.0.date", "9999-12-31", "is in the year 9999. Give a day"),
        ("patients.0.latest", "9999-12-31T23:00:00+00:00", "is in the year 9999"),
        ("days.1.date", "2026-03-02", "'2026-03-02' is there twice in days. Keep one."),
        ("days.0.close", "07:00", "is no time at all. Give an end after the beginning."),
        ("days.0.open", "2026-03-03T08:00", "which is not on 2026-03-02"),
        ("days.0.open", "8", "Give a date with a time"),
        ("chairs.1.id", "window", "'window' is there twice in chairs."),
        ("chairs.0.colour", "red", "'colour' is not known here."),
        ("nurses.0.shifts.0.to", "2026-03-02T07:00", "is no time at all."),
        ("nurses.0.shifts.0.to", "2026-03-04T07:00", "longer than 24 hours"),
        ("nurses.0.shifts.0.from", "2026-03-02T08:00:30", "Give it in whole minutes."),
        ("profile.infuse", -40, "'infuse' is -40 min. Give a whole number from 1 to 1440."),
        ("profile.infuse", 40.5, "'infuse' is 40.5. Give a whole number."),
        ("profile.observe", 1440, "more than a day"),
        ("ratios.observe", 0, "'observe' is 0 patients for one nurse."),
        ("fixed.0.chair", "windw", "The nearest that is known is 'window'."),
        ("fixed.0.nurse", "zoe", "Known: amal, bea."),
        ("fixed.0.start", "2026-03-07T08:00", "is not inside the hours of a clinic day"),
        ("patients.0.count", 0, "'count' is 0 visits. Give a whole number from 1 to 60."),
        ("patients.0.gap_days.max", 1, "'max' is 1 days. Give a whole number from 2 to 366."),
        ("patients.0.gap_days.min", -1, "'min' is -1 days."),
        ("patients.0.latest", "2026-03-01", "is not after 'earliest'"),
        ("patients.0.latest", "soon", "'latest' is 'soon'. Give a date with a time"),
        ("patients.0.prefer.nurse", "zoe", "Known: amal, bea."),
        ("patients.0.prefer.time", "early", "Give a time of the clock such as 09:30."),
        ("patients.1.id", "ada", "'ada' is there twice in patients."),
        ("patients.1.available.0.to", "2026-03-02T08:00", "is no time at all."),
        ("patients.1.available.0.from", "2026-03-08T02:30", "does not exist in America/New_York"),
        ("patients.1.available.0.to", "2026-11-01T01:30", "comes twice in America/New_York"),
        ("patients.1.available.0.to", "9999-12-31T23:59-12:00", "'to'"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_with_the_value(path, value, words):
    said = refusal(changed(path, value))
    assert words in said, said
    assert "\n" not in said


def test_fixed_visits_that_contradict_each_other_are_refused():
    twice = [EXAMPLE["fixed"][0], {**EXAMPLE["fixed"][0], "patient": "max", "nurse": "bea"}]
    said = refusal(changed("fixed", twice))
    assert "Chair door is taken twice: The fixed visit of kim" in said
    assert "nurse bea is not on shift" in said


def test_ten_thousand_visits_are_refused_before_anything_is_placed():
    many = [{**EXAMPLE["patients"][0], "id": f"p{k}", "count": 50} for k in range(200)]
    assert "asks for 10,000 visits; at most 2,000 are placed at once. Split the period." in refusal(
        changed("patients", many)
    )


def test_an_hour_that_comes_twice_is_read_with_its_offset():
    first, second = (
        read_period(changed("patients.1.available.0.to", f"2026-11-01T01:30{offset}"), name="p").requests[1]
        for offset in ("-04:00", "-05:00")
    )
    assert second.available[-1].end.astimezone(UTC) - first.available[-1].end.astimezone(UTC) == timedelta(
        hours=1
    )


def test_a_leap_day_is_a_day():
    text = changed("days.0.date", "2028-02-29")
    assert read_period(text, name="p").days[-1].date.isoformat() == "2028-02-29"


def test_a_day_is_over_at_midnight_also_where_the_clocks_are_changed():
    sunday = MONDAY + timedelta(days=6)
    assert midnight_after(sunday, ZONE) - at(sunday, 0) == timedelta(days=1)
    assert midnight_after(sunday, ZONE).astimezone(UTC) == datetime(2026, 3, 29, 22, tzinfo=UTC)
