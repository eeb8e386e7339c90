"""`tenuto simulate trial`: figures, CSV, repeatability, and one sentence for a trial that can't be simulated."""

import csv
from pathlib import Path

import pytest

from tenuto.cli import main

EXAMPLES = Path(__file__).parents[2] / "examples/durability"
TRIAL = (EXAMPLES / "trial.toml").read_text("utf-8")


@pytest.fixture
def trial(tmp_path):
    def written(text):
        path = tmp_path / "trial.toml"
        path.write_text(text, "utf-8")
        return str(path)

    return written


def figures(tmp_path, name, *words):
    out = tmp_path / name
    assert main(["simulate", "trial", *words, "--csv", str(out)]) == 0
    return out.read_text("utf-8")


def test_the_example_trial_reports_every_figure_as_csv(tmp_path):
    text = figures(tmp_path, "out.csv", str(EXAMPLES / "trial.toml"), "--replicates", "100")
    rows = list(csv.DictReader(text.splitlines()))
    assert list(rows[0]) == ["metric", "at", "q05", "q25", "q50", "q75", "q95", "replicates"]
    assert [r["metric"] for r in rows][:2] == ["response", "response"]
    response = next(r for r in rows if r["metric"] == "response" and r["at"] == "day 28")
    quantiles = [float(response[q]) for q in ("q05", "q25", "q50", "q75", "q95")]
    assert quantiles == sorted(quantiles)
    assert 0 <= quantiles[0] < quantiles[-1] <= 100
    assert response["replicates"] == "100"


def test_the_same_seed_gives_the_same_file_and_another_seed_another(tmp_path):
    words = (str(EXAMPLES / "trial.toml"), "--replicates", "60")
    first = figures(tmp_path, "a.csv", *words, "--seed", "5")
    assert first == figures(tmp_path, "b.csv", *words, "--seed", "5")
    assert first != figures(tmp_path, "c.csv", *words, "--seed", "6")


def test_a_masked_trial_reports_the_difference_apart_from_context(tmp_path):
    rows = list(
        csv.DictReader(
            figures(
                tmp_path, "m.csv", str(EXAMPLES / "trial_masked.toml"), "--replicates", "200"
            ).splitlines()
        )
    )
    by_metric = {r["metric"]: float(r["q50"]) for r in rows if r["at"] == "day 1"}
    assert by_metric["response_control"] > 3
    assert 10 < by_metric["response_difference"] < by_metric["response"]
    assert by_metric["score_change_difference"] < 0


def changed(old, new):
    assert old in TRIAL
    return TRIAL.replace(old, new)


BAD = {
    "empty": ("", "no 'scale'"),
    "not TOML": ("n = ", "not a TOML file"),
    "unknown condition": (changed('"depression"', '"sadness"'), "'sadness' is not a known condition"),
    "unknown scale": (changed('"PHQ-9"', '"PHQ-X"'), "'PHQ-X' is not a known scale"),
    "unknown setting": (changed('"clinic"', '"home"'), "'home' is not a known setting"),
    "unknown control": (changed('"none"', '"sugar"'), "'control' is 'sugar'"),
    "unknown key": (changed("n = 120", "n = 120\ncolour = 1"), "'colour' is not known here"),
    "nobody": (changed("n = 120", "n = 0"), "'n' is 0"),
    "too many": (changed("n = 120", "n = 100000000"), "'n' is 100000000"),
    "NaN": (changed("mean = 17.0", "mean = nan"), "'mean' is nan"),
    "baseline beyond the scale": (changed("mean = 17.0", "mean = 70.0"), "'mean' is 70.0"),
    "spread below error": (changed("sd = 5.0", "sd = 1.0"), "within the scale's own error"),
    "days backwards": (changed("[0, 2, 4, 7, 9, 11]", "[0, 4, 2]"), "must rise"),
    "a negative day": (changed("[0, 2, 4, 7, 9, 11]", "[-3, 2]"), "-3"),
    "no infusions": (changed("days = [0, 2, 4, 7, 9, 11]\n", ""), "needs either 'days' or 'every'"),
    "a dose in words": (
        changed("dose_mg_per_kg = 0.5", 'dose_mg_per_kg = "0.5"'),
        "'dose_mg_per_kg' is '0.5'",
    ),
    "an infusion that is not given": (
        changed("after_infusion = 1", "after_infusion = 9"),
        "'after_infusion' is 9",
    ),
    "unknown metric": (changed('"score_mean"', '"mood"'), "'metric' is 'mood'"),
    "a metric without a time": (
        changed('metric = "score_mean"\nday = 28', 'metric = "score_mean"'),
        "needs 'day'",
    ),
    "a share above one": (changed("antidepressant = 0.6", "antidepressant = 6"), "'antidepressant' is 6"),
    "unknown covariate": (
        changed("antidepressant = 0.6", "weight = 0.6"),
        "'weight' is not a known covariate",
    ),
    "two relapse rules": (changed("gain_below = 0.5", "gain_below = 0.5, fall_below = 0.5"), "not both"),
    "nothing reported": (TRIAL[: TRIAL.index("[[report]]")], "no 'report'"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_trial_is_one_sentence_with_exit_2_and_nothing_written(name, trial, tmp_path, capsys):
    text, expected = BAD[name]
    out = tmp_path / "out.csv"
    assert main(["simulate", "trial", trial(text), "--csv", str(out)]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert err.count("\n") == 1
    assert expected in err
    assert not out.exists()


@pytest.mark.parametrize("words", [["--replicates", "0"], ["--replicates", "many"], ["--seed", "-1"]])
def test_bad_counts_are_refused(words, capsys):
    assert main(["simulate", "trial", str(EXAMPLES / "trial.toml"), *words]) == 2
    assert "is not a whole number" in capsys.readouterr().err
