"""Tables and what they are made from, in every form that a researcher has."""

import json

import pandas as pd
import polars as pl
import pytest

from tenuto.core.durability.history import HistoryError
from tenuto.core.units import Mg, Minutes
from tenuto.research import Frame, forecast, history, levels, simulate_trial

DATES = ["2026-01-05", "2026-01-08", "2026-01-12", "2026-01-19", "2026-01-26"]
WIDE = {"date": DATES, "score": [18, None, 8, 6, 7], "dose_mg_per_kg": [0.5, 0.5, None, None, None]}


def long():
    rows = [
        {"date": d, "kind": "score", "value": s, "scale": "PHQ-9"}
        for d, s in zip(DATES, WIDE["score"], strict=True)
        if s
    ]
    rows += [{"date": d, "kind": "infusion", "dose_mg_per_kg": 0.5} for d in DATES[:2]]
    return rows


FORMS = {
    "dict": lambda: WIDE,
    "rows": lambda: list(Frame(WIDE).rows()),
    "pandas": lambda: pd.DataFrame(WIDE),
    "pandas dates": lambda: pd.DataFrame(WIDE).assign(date=lambda f: pd.to_datetime(f["date"])),
    "pandas nullable": lambda: pd.DataFrame(WIDE).convert_dtypes(),
    "polars": lambda: pl.DataFrame(WIDE),
    "polars dates": lambda: pl.DataFrame(WIDE).with_columns(pl.col("date").str.to_date()),
    "long rows": long,
    "long pandas": lambda: pd.DataFrame(long()),
    "long polars": lambda: pl.DataFrame(long()),
    "shuffled": lambda: pd.DataFrame(WIDE).iloc[::-1],
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_course(form):
    assert history(FORMS[form](), scale="PHQ-9") == history(WIDE, scale="PHQ-9")


def test_a_missing_column_and_a_bad_row_are_sentences():
    with pytest.raises(HistoryError, match=r"no column 'Datum' for date. They have date, score"):
        history(WIDE, scale="PHQ-9", columns={"date": "Datum"})
    with pytest.raises(HistoryError, match="Row 3: 99 is outside PHQ-9"):
        history({**WIDE, "score": [18, None, 99, 6, 7]}, scale="PHQ-9")
    with pytest.raises(HistoryError, match="is not a known scale"):
        history(WIDE)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_table_becomes_a_frame_of_either_library(library):
    table = Frame({"a": [1, 2], "b": ["x", "y"]})
    frame = table.to(library)
    assert type(frame).__module__.startswith(library)
    assert Frame({name: list(frame[name]) for name in frame.columns}) == table


def test_pandas_and_polars_take_a_table_as_it_is():
    table = levels([60], Mg("30"), Minutes(40), until_min=60, every_min=30)
    assert pd.DataFrame(table).shape == pl.DataFrame(table).shape == (3, 3)


def test_columns_of_different_length_are_refused():
    with pytest.raises(ValueError, match="equally long"):
        Frame({"a": [1], "b": []})


def test_a_table_shows_its_first_rows_and_escapes_them():
    shown = Frame({"<a>": list(range(30))})._repr_html_()
    assert "&lt;a&gt;" in shown
    assert shown.count("<tr>") == 21
    assert "10 more rows" in shown


TRIAL = """
name = "one infusion"
condition = "ocd"
setting = "clinic"
scale = "Y-BOCS"
n = 10
baseline = { mean = 28, sd = 4, min = 16 }
infusions = { days = [0], dose_mg_per_kg = 0.5 }
report = [{ metric = "response", day = DAY }]
"""


def test_a_simulated_table_carries_what_the_command_notes_below_it():
    table = simulate_trial(TRIAL.replace("DAY", "60"), replicates=2)
    (note,) = table.notes
    assert "later than 7 days after the last infusion are the model carried on" in note
    assert note in repr(table)
    assert "<p>Note: People were followed for a week" in table._repr_html_()
    assert simulate_trial(TRIAL.replace("DAY", "7"), replicates=2).notes == ()
    series = TRIAL.replace("DAY", "7").replace("days = [0]", "days = [0, 3]")
    (note,) = simulate_trial(series, replicates=2).notes
    assert "Every figure of a series is the model carried on" in note


def test_a_trial_in_hospital_notes_what_speaks_against_its_figures():
    there = TRIAL.replace("DAY", "7").replace("ocd", "depression").replace("Y-BOCS", "MADRS")
    (note,) = simulate_trial(there.replace('"clinic"', '"inpatient"'), replicates=2).notes
    assert note.startswith("In hospital the numbers of later weeks are likely too high")
    assert simulate_trial(there, replicates=2).notes == ()


def test_the_table_of_a_forecast_says_for_which_days_anybody_was_followed():
    found = forecast(WIDE, scale="PHQ-9")
    marked = dict(zip(found.table["date"], found.table["followed"], strict=True))
    assert set(marked.values()) == {True, False}
    assert max(on for on, yes in marked.items() if yes) <= found.found.followed_to


def test_a_heavier_body_given_mg_for_each_kg_gets_more_and_the_same_dose_gives_it_less():
    same = levels([50, 100], Mg("35"), Minutes(40), until_min=40, every_min=40).to("polars")
    light, heavy = (same.filter(pl.col("weight_kg") == w)["ng_per_ml"].max() for w in (50, 100))
    assert light > heavy > 0


def test_a_forecast_shows_itself_and_says_what_the_command_says():
    found = forecast(WIDE, scale="PHQ-9")
    assert found._repr_svg_().startswith("<svg")
    assert json.loads(json.dumps(found.json))["state"] == "responding"
    assert str(found) == found.text
    assert found.table["responding"] == sorted(found.table["responding"], reverse=True)
    assert "not a target" in levels([60], Mg("30"), until_min=60).chart.description


def test_a_chart_of_another_form_is_refused(tmp_path):
    with pytest.raises(ValueError, match="not a form of chart"):
        forecast(WIDE, scale="PHQ-9").chart.save(tmp_path / "chart.docx")
