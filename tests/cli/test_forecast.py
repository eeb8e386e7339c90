"""`tenuto forecast`: the answer, the abstention, and one sentence for anything that can't be used."""

import io
import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tenuto.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples/durability"
HEAD = "date,kind,value,scale,dose_mg_per_kg\n"
GOOD = (
    HEAD
    + "2026-01-05,score,18,PHQ-9,\n2026-01-05,infusion,,,0.5\n2026-01-08,infusion,,,0.5\n"
    + "2026-01-12,score,8,PHQ-9,\n2026-01-19,score,6,PHQ-9,\n2026-01-26,score,7,PHQ-9,\n"
)
KEYS = {
    "aim",
    "as_of",
    "state",
    "abstained",
    "reason",
    "followed_to",
    "p_responding",
    "booster_window",
    "candidates",
    "median_days_to_loss",
    "interval_80",
    "learned",
    "rules",
    "model",
    "known_to",
    "scale",
    "other_scales",
    "left_out",
    "drifting",
    "improvement",
    "review",
}


@pytest.fixture
def history(tmp_path):
    def written(text, name="history.csv"):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return str(path)

    return written


def answer(capsys, *words):
    assert main(["forecast", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_example_history_gets_every_key(capsys):
    found = answer(
        capsys, str(EXAMPLES / "history.csv"), "--candidate", "2026-04-10", "--candidate", "2026-05-08"
    )
    assert set(found) == KEYS
    assert found["state"] == "responding"
    assert not found["abstained"]
    assert [c["date"] for c in found["candidates"]] == ["2026-04-10", "2026-05-08"]
    chances = [p["p"] for p in found["p_responding"]]
    assert chances == sorted(chances, reverse=True)
    assert found["booster_window"]["from"] <= found["booster_window"]["to"]
    # None is beyond the year that is looked at.
    low, median, high = (found["interval_80"][0], found["median_days_to_loss"], found["interval_80"][1])
    assert low <= (median or 365) <= (high or 365)
    assert found["learned"]["posterior_sd"] < found["learned"]["prior_sd"]
    assert {r["name"] for r in found["rules"]} == {
        "fixed interval",
        "esketamine interval rule",
        "STABLE-style rule",
    }
    assert len(found["model"]["parameters_sha256"]) == 64


def test_csv_and_json_say_the_same(capsys, history):
    raw = json.loads((EXAMPLES / "history.json").read_text("utf-8"))
    del raw["covariates"]
    as_json = history(json.dumps(raw), "history.json")
    assert answer(capsys, as_json) == answer(capsys, str(EXAMPLES / "history.csv"))


def test_the_same_history_gives_the_same_answer_twice(capsys):
    path = str(EXAMPLES / "history.csv")
    assert answer(capsys, path) == answer(capsys, path)


def test_text_names_the_longest_acceptable_interval_first(capsys):
    assert main(["forecast", str(EXAMPLES / "history.csv")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[3].startswith("Longest acceptable interval")


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_the_chart_is_drawn(tmp_path, form):
    path = tmp_path / f"chart.{form}"
    assert main(["forecast", str(EXAMPLES / "history.csv"), "--plot", str(path)]) == 0
    assert path.read_bytes().startswith({"svg": b"<svg", "png": b"\x89PNG", "pdf": b"%PDF"}[form])


@pytest.mark.parametrize(
    ("text", "options", "state", "because"),
    [
        (GOOD.replace("2026-01-26,score,7,PHQ-9,\n", ""), [], "responding", "Too few scores"),
        (GOOD[: GOOD.index("2026-01-12")], [], "baseline", "Too few scores"),
        (GOOD, ["--as-of", "2026-06-01"], "responding", "days old"),
        (
            GOOD.replace("2026-01-05,score,18", "2025-12-05,score,18"),
            [],
            "responding",
            "31 days before the first infusion; more than 30",
        ),
        (
            GOOD.replace(",8,PHQ", ",17,PHQ").replace(",6,PHQ", ",16,PHQ").replace(",7,PHQ", ",18,PHQ"),
            [],
            "not_responding",
            "no response to lose",
        ),
        (GOOD + "2026-02-02,score,15,PHQ-9,\n2026-02-09,score,16,PHQ-9,\n", [], "lost", "already lost"),
        (GOOD.replace(",,,0.5", ",,,2.5"), [], "responding", "above the 1.5 mg/kg"),
        (GOOD.replace("PHQ-9", "GAD-7"), ["--condition", "anxiety"], "responding", "no study of duration"),
    ],
)
def test_it_abstains_in_words_and_shows_the_rules_instead(capsys, history, text, options, state, because):
    found = answer(capsys, history(text), *options)
    assert found["abstained"]
    assert found["state"] == state
    assert because in found["reason"]
    assert found["booster_window"] is None
    assert found["median_days_to_loss"] is None
    assert found["p_responding"] == []
    assert found["rules"]


def test_one_score_above_the_line_is_losing_and_not_lost(capsys, history):
    assert answer(capsys, history(GOOD + "2026-02-02,score,15,PHQ-9,\n"))["state"] == "losing"


def test_a_policy_of_the_clinic_is_used(capsys, history, tmp_path):
    shipped = Path(__file__).parents[2] / "src/tenuto/core/policy/default.toml"
    text = shipped.read_text("utf-8")
    place = text.index("[limits.forecast_least_scores]")
    stricter = tmp_path / "policy.toml"
    stricter.write_text(text[:place] + text[place:].replace('value = "3"', 'value = "9"', 1), "utf-8")
    found = answer(capsys, history(GOOD), "--policy", str(stricter))
    assert "9 are needed" in found["reason"]


def row(old, new):
    return GOOD.replace(old, new)


BAD = {
    "empty file": ("", "is empty"),
    "heading only": (HEAD, "no score"),
    "blank": ("\n\n", "is empty"),
    "score outside the scale": (row("18,PHQ", "28,PHQ"), "Row 2: 28 is outside PHQ-9"),
    "negative score": (row("18,PHQ", "-1,PHQ"), "Row 2: -1 is outside PHQ-9"),
    "half a point": (row("18,PHQ", "17.5,PHQ"), "Row 2: 17.5 is not a possible PHQ-9 score"),
    "NaN": (row("18,PHQ", "NaN,PHQ"), "Row 2: 'NaN' is not a score"),
    "infinite": (row("18,PHQ", "inf,PHQ"), "Row 2: 'inf' is not a score"),
    "no score": (row("18,PHQ", ",PHQ"), "Row 2: '' is not a score"),
    "words": (row("18,PHQ", "low,PHQ"), "Row 2: 'low' is not a score"),
    "dates out of order": (GOOD + "2026-01-20,score,7,PHQ-9,\n", "Row 8: 2026-01-20 comes after 2026-01-26"),
    "no date": (row("2026-01-05,score", "05/01/2026,score"), "Row 2: '05/01/2026' is not a date"),
    "unknown scale": (row("PHQ-9", "PHQ-10"), "'PHQ-10' is not a known scale"),
    "an unknown event": (
        GOOD + "2026-01-27,event,moved house,,\n",
        "Row 8: 'moved house' is not a known event",
    ),
    "a dose of an event": (
        GOOD + "2026-01-27,event,suicide_attempt,,0.5\n",
        "an event has no scale and no dose",
    ),
    "an answer that is not one": (GOOD + "2026-01-27,score,4,PHQ-9 item 9,\n", "4 is outside PHQ-9 item 9"),
    "scale of another condition": (row("PHQ-9", "PCL-5"), "does not measure depression"),
    "no baseline": (row("2026-01-05,score,18,PHQ-9,\n", ""), "no baseline"),
    "no infusion": (HEAD + "2026-01-05,score,18,PHQ-9,\n", "no infusion"),
    "duplicate row": (GOOD + "2026-01-26,score,7,PHQ-9,\n", "Row 8 repeats row 7"),
    "milligrams": (row(",,,0.5", ",,,35"), "Row 3: 35 is not a dose in mg/kg"),
    "a unit": (row(",,,0.5", ",,,0.5 mg/kg"), "'0.5 mg/kg' is not a dose"),
    "no dose": (row(",,,0.5", ",,,"), "'' is not a dose"),
    "dose zero": (row(",,,0.5", ",,,0"), "0 is not a dose"),
    "a kind": (row("infusion", "injection"), "kind is 'injection'"),
    "missing column": (GOOD.replace("dose_mg_per_kg", "dose"), "a column 'dose'. Use date,kind"),
    "column left out": (
        "\n".join(line.rpartition(",")[0] for line in GOOD.splitlines()),
        "no column 'dose_mg_per_kg'",
    ),
    "extra column": (GOOD.replace("\n", ",x\n"), "a column 'x'"),
    "two columns of a name": (
        GOOD.replace("value,", "value,value,").replace(",PHQ", ",3,PHQ").replace("infusion,", "infusion,,"),
        "the column 'value' twice",
    ),
    "semicolons": (GOOD.replace(",", ";"), "not separated by commas"),
    "a date in figures only": (row("2026-01-26", "20260126"), "Row 7: '20260126' is not a date"),
    "a week": (row("2026-01-26", "2026-W05-1"), "Row 7: '2026-W05-1' is not a date"),
    "a day that is not": (row("2026-01-26", "2026-02-30"), "Row 7: 2026-02-30 is not in the calendar"),
    "the end of time": (row("2026-01-26", "9999-12-31"), "Row 7: 9999-12-31 can't be right"),
    "a zero in front": (row(",,,0.5", ",,,05"), "Row 3: '05' is not a dose"),
    "a number for programmers": (row("18,PHQ", "1_8,PHQ"), "Row 2: '1_8' is not a score"),
    "a line break in a cell": (row("18,PHQ", '"1\n8",PHQ'), "'1 8' is not a score"),
    "grams": (row(",,,0.5", ",,,0.0005"), "Row 3: 0.0005 is not a dose in mg/kg"),
    "JSON with a score twice": (
        '{"condition": "depression", "events": [{"date": "2026-01-05", "kind": "score", "value": 3, "value": 18}]}',
        "'value' stands twice",
    ),
    "JSON condition of two": (
        '{"condition": ["depression"], "events": []}',
        "'condition' is [\"depression\"]",
    ),
    "extra cell": (GOOD + "2026-01-27,score,7,PHQ-9,,x\n", "Row 8 has"),
    "a dose on a score": (row("18,PHQ-9,", "18,PHQ-9,0.5"), "a score has no dose"),
    "10,000 rows": (GOOD + "2026-01-27,score,7,PHQ-9,\n" * 10_000, "Row 9 repeats row 8"),
    "baseline of nothing": (row("18,PHQ", "0,PHQ"), "the lowest possible"),
    "broken JSON": ('{"events": [', "not JSON"),
    "JSON without events": ('{"condition": "depression"}', "no list 'events'"),
    "JSON of numbers": ('{"condition": "depression", "events": [1]}', "Event 1 is 1. Give each event"),
    "JSON covariate": (
        '{"condition": "depression", "events": [], "covariates": {"weight": true}}',
        "'weight' is not in the model",
    ),
    "JSON without condition": ('{"events": []}', "No condition is given"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_sentence_with_exit_2_and_nothing_written(name, history, tmp_path, capsys):
    text, expected = BAD[name]
    plot = tmp_path / "chart.svg"
    assert main(["forecast", history(text), "--plot", str(plot)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert expected in err
    assert not plot.exists()


def test_ten_thousand_different_days_are_too_many(history, capsys):
    rows = "".join(f"{date(2000, 1, 1) + timedelta(days=k)},score,7,PHQ-9,\n" for k in range(10_000))
    assert main(["forecast", history(HEAD + rows)]) == 2
    assert "Row 2002: a history has at most 2000 rows" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD + ",,,,\n\n,,,,\n"])
def test_what_a_spreadsheet_adds_changes_nothing(text, history, capsys):
    assert answer(capsys, history(text)) == answer(capsys, history(GOOD))


def test_no_candidate_on_the_day_of_an_infusion(history, capsys):
    assert main(["forecast", history(GOOD + "2026-02-02,infusion,,,0.5\n"), "--candidate", "2026-02-02"]) == 2
    assert "2026-02-02 has an infusion already" in capsys.readouterr().err


def test_a_candidate_is_compared_on_a_named_day_and_a_past_rule_is_late(history, capsys):
    assert main(["forecast", history(GOOD), "--as-of", "2026-02-16", "--candidate", "2026-03-02"]) == 0
    out = capsys.readouterr().out
    assert "kept to Sun 17 May 2026" in out
    assert "Late since: Thu 5 Feb 2026" in out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--as-of", "2026-01-04"], "The history has no score up to 2026-01-04"),
        (["--scale", "MADRS"], "The history has no MADRS score. It has PHQ-9"),
        (["--scale", "PHQ"], "'PHQ' is not a known scale"),
        (["--columns", "date=Datum"], "no column 'Datum' for date"),
        (["--columns", "day=date"], "--columns has 'day=date'"),
        (["--as-of", "9999-12-31"], "Give a year from 1900 to 2199"),
        (["--candidate", "2026-01-01"], "before the forecast's date"),
        (["--candidate", "2027-01-27"], "2027-01-27 is more than 365 days after"),
        (["--condition", ""], "No condition is given"),
        (["--candidate", "soon"], "'soon' is not a date"),
        (["--condition", "melancholy"], "not a known condition"),
        (["--setting", "home"], "not a known setting"),
        (["--plot", "chart.docx"], "must end in"),
        (["--policy", "nowhere.toml"], "no file"),
    ],
)
def test_bad_options_are_one_sentence_with_exit_2(options, expected, history, capsys):
    assert main(["forecast", history(GOOD), *options]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err


def test_the_text_says_why_a_course_is_losing(history, capsys):
    assert main(["forecast", history(GOOD + "2026-02-02,score,13,PHQ-9,\n")]) == 0
    assert "Response is lost at 2 scores in a row above 12 (1 so far)." in capsys.readouterr().out
    drifting = GOOD.replace("2026-01-19,score,6", "2026-01-19,score,2").replace(
        "2026-01-26,score,7", "2026-01-26,score,9"
    )
    assert main(["forecast", history(drifting + "2026-02-02,score,10,PHQ-9,\n")]) == 0
    assert "Drift: the scores are getting worse by more than their error explains." in capsys.readouterr().out


def test_a_candidate_after_the_day_of_comparison_is_not_compared(history, capsys):
    assert main(["forecast", history(GOOD), "--candidate", "2026-04-25", "--candidate", "2026-04-26"]) == 0
    early, late = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Infusion on")]
    assert "without it" in early
    assert late.endswith("lost before it")


def test_a_course_that_holds_a_year_says_so_in_words(history, capsys):
    held = HEAD + "2026-01-05,score,24,PHQ-9,\n2026-01-05,infusion,,,0.5\n"
    held += "".join(f"{date(2026, 1, 12) + timedelta(days=7 * k)},score,{k % 2},PHQ-9,\n" for k in range(60))
    assert main(["forecast", history(held)]) == 0
    assert "more than 365 for at least 90 % of what is possible." in capsys.readouterr().out


def test_later_rows_are_left_out_and_counted(history, capsys):
    path = history(GOOD + "2026-02-02,score,15,PHQ-9,\n2026-02-09,score,16,PHQ-9,\n")
    back = answer(capsys, path, "--as-of", "2026-01-26")
    assert (back.pop("left_out"), back["state"]) == (2, "responding")
    now = answer(capsys, history(GOOD, "then.csv"))
    assert back == {key: value for key, value in now.items() if key != "left_out"}
    assert main(["forecast", path, "--as-of", "2026-01-26"]) == 0
    assert "2 rows are later than Mon 26 Jan 2026 and left out." in capsys.readouterr().out


MIXED = (
    GOOD.replace("2026-01-05,score,18,PHQ-9,\n", "2026-01-05,score,30,MADRS,\n2026-01-05,score,18,PHQ-9,\n")
    .replace("2026-01-19,score", "2026-01-19,score,1,PHQ-9 item 9,\n2026-01-19,score")
    .replace("2026-01-26,score", "2026-01-26,score,12,MADRS,\n2026-01-26,score,40,PCL-5,\n2026-01-26,score")
)


def test_several_scales_may_stand_in_one_file_and_the_one_used_is_named(history, capsys):
    found, alone = answer(capsys, history(MIXED)), answer(capsys, history(GOOD, "alone.csv"))
    assert (found["scale"], found["other_scales"]) == ("PHQ-9", ["MADRS", "PCL-5"])
    assert {**found, "other_scales": []} == alone
    assert answer(capsys, history(MIXED), "--scale", "MADRS")["scale"] == "MADRS"
    assert main(["forecast", history(MIXED)]) == 0
    assert "Made from PHQ-9; not used: MADRS, PCL-5." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("columns", "text"),
    [
        ("score=PHQ", GOOD.replace("value", "PHQ")),
        (
            "date=Datum,score=PHQ,dose=Ketamin",
            "Ketamin;Wetter;Datum;PHQ\n0,5;Schnee;5.1.2026;18\n0,5;;8.1.2026;\n;;9.1.2026;\n"
            ";Regen;12.1.2026;8\n;;19.1.2026;6\n;;26.01.2026;7\n",
        ),
        (
            "date=Day,dose=Infusion (mg/kg),score=Score",
            "Day,Score,Infusion (mg/kg),scale\n2026-01-05,18,0.5,PHQ-9\n2026-01-08,,0.5,\n"
            "2026-01-12,8,,PHQ-9\n2026-01-19,6,,PHQ-9\n2026-01-26,7,,PHQ-9\n",
        ),
    ],
)
def test_a_calendar_of_ones_own_says_the_same(columns, text, history, capsys):
    own = answer(capsys, history(text, "own.csv"), "--columns", columns)
    assert own == answer(capsys, history(GOOD))


def test_a_heading_that_names_no_scale_asks_for_it(history, capsys):
    text = "Datum,Wert,Dosis\n2026-01-05,18,0.5\n2026-01-12,8,\n2026-01-19,6,\n2026-01-26,7,\n"
    columns = ["--columns", "date=Datum,score=Wert,dose=Dosis"]
    assert main(["forecast", history(text), *columns]) == 2
    assert "'Wert' does not say which scale it is" in capsys.readouterr().err
    assert answer(capsys, history(text), *columns, "--scale", "PHQ-9")["state"] == "responding"


def test_a_dash_reads_standard_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(GOOD.encode())))
    assert answer(capsys, "-")["state"] == "responding"


def test_an_abstention_names_a_day_and_a_role(history, capsys):
    found = answer(capsys, history(GOOD + "2026-01-27,event,suspected_mania,,\n"))
    assert found["review"] == {
        "date": "2026-01-27",
        "owner": "prescriber",
        "what": "See the patient for mania. No infusion until it is excluded.",
    }
    assert [rule["next_date"] for rule in found["rules"]] == [None, None, None]


def test_a_window_that_is_past_is_reviewed_by_a_prescriber_since_its_last_day(history, capsys):
    path = history(GOOD)
    window = answer(capsys, path)["booster_window"]
    late = str(date.fromisoformat(window["to"]) + timedelta(days=2))
    found = answer(capsys, path, "--as-of", late)
    assert found["booster_window"]["overdue"]
    assert not found["abstained"]
    assert found["review"] == {
        "date": window["to"],
        "owner": "prescriber",
        "what": "Take a score and decide on the next infusion.",
    }
    assert answer(capsys, path, "--as-of", window["to"])["review"] is None
    assert main(["forecast", path, "--as-of", late]) == 0
    assert "Review late since" in capsys.readouterr().out


def test_what_nobody_was_followed_for_is_said_and_marked(history, capsys):
    found = answer(capsys, history(GOOD))
    assert found["followed_to"] == "2026-04-05", "87 days after the last of two infusions"
    assert {row["followed"] for row in found["p_responding"] if row["date"] <= "2026-04-05"} == {True}
    assert {row["followed"] for row in found["p_responding"] if row["date"] > "2026-04-05"} == {False}
    assert main(["forecast", history(GOOD)]) == 0
    out = capsys.readouterr().out
    assert "what is said beyond Sun 5 Apr 2026 is the model carried on" in out
    assert "(not seen in this patient; nobody was followed so long)" in out


def test_the_window_says_its_risk_and_what_bounds_it(history, capsys):
    window = answer(capsys, history(GOOD))["booster_window"]
    assert 0 <= window["risk"] <= 0.25
    assert window["bounded_by"] == "what protocol and evidence allow for a first interval"
    assert window["longest_seen"] == 18
    assert not window["overdue"]
