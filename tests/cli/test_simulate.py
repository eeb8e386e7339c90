"""`tenuto simulate trial`: figures, CSV, repeatability, and one sentence for a trial that can't be simulated."""

import csv
import sys
from pathlib import Path

import pytest

from tenuto.cli import main
from tenuto.core.durability.aim import AIMS
from tenuto.core.durability.clinic import KINDS, read_clinic
from tenuto.core.durability.truths import TRUTHS
from tenuto.manual.aimed_rules import file_of

pytestmark = pytest.mark.thorough

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
    "days backwards": (changed("[0, 2, 4, 7, 9, 11]", "[0, 4, 2]"), "Give rising days"),
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
    "two relapse rules": (changed("gain_below = 0.5", "gain_below = 0.5, fall_below = 0.5"), "Keep one of"),
    "a part of a patient": (changed("n = 120", "n = 120.7"), "'n' is 120.7. Give a whole number"),
    "a control without a control": (changed("n = 120", "n = 120\nn_control = 9"), "Give a control"),
    "part of an infusion": (changed("after_infusion = 1", "after_infusion = 1.5"), "Give a whole number"),
    "two times": (changed("after_infusion = 1", "after_infusion = 1\nday = 3"), "Keep one"),
    "a start that would be passed over": (
        changed('metric = "score_mean"', 'metric = "score_mean"\nsince_day = 7'),
        "no 'since_day'",
    ),
    "relapse that nobody sees": (changed("14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84", "14"), "there are 1"),
    "a need that nobody sees": (
        changed("minutes = 40", 'minutes = 40\nmaintenance = { rule = "as_needed", until_day = 90 }').replace(
            ", 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84", ""
        ),
        "who needs an infusion",
    ),
    "maintenance that ends before it starts": (
        changed("minutes = 40", "minutes = 40\nmaintenance = { every_days = 28, until_day = 9 }"),
        "must be after the series",
    ),
    "a name that steers": (changed('name = "six', 'name = "\\u001b[31msix'), "It must be one line"),
    "a number in words": (changed("n = 120", 'n = "120"'), "'n' is '120'. Give a number"),
    "a list for a table": (
        changed("covariates = {", "covariates = [{").replace("0.1 }", "0.1 }]"),
        "a table",
    ),
    "more than fits": (
        changed("n = 120", "n = 1000000").replace("84]", f"84, {', '.join(map(str, range(85, 200)))}]"),
        "more than fit in memory",
    ),
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


def test_the_figures_never_replace_the_trial_nor_wait_for_a_folder_that_is_not_there(trial, capsys):
    path = trial(TRIAL)
    assert main(["simulate", "trial", path, "--csv", path]) == 2
    assert "would replace what it was made from" in capsys.readouterr().err
    assert Path(path).read_text("utf-8") == TRIAL
    assert main(["simulate", "trial", path, "--csv", f"{path}.d/out.csv", "--replicates", "100000"]) == 2
    assert "a folder that is there" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ('condition = "depression"', 'condition = "migraine"', "rests on the prior alone"),
        (
            'condition = "depression"',
            'condition = "fibromyalgia"',
            "No patient would be forecast in fibromyalgia",
        ),
        ('condition = "depression"', 'condition = "ptsd"', "PHQ-9 is not a scale of ptsd"),
        ('route = "iv"', 'route = "esketamine_nasal"', "an approximation"),
        ("dose_mg_per_kg = 0.5", "dose_mg_per_kg = 5", "above the 1.5 mg/kg"),
        ("day = 28\nfrom", "day = 200\nfrom", "after the last visit, day 84, is not seen"),
        (
            "day = 28\nfrom",
            "day = 88\nfrom",
            "later than 87 days after the last infusion are the model carried on",
        ),
    ],
)
def test_a_trial_beyond_the_evidence_is_predicted_with_a_note(old, new, note, trial, capsys):
    assert main(["simulate", "trial", trial(TRIAL), "--replicates", "1"]) == 0
    assert "Note:" not in capsys.readouterr().out
    assert main(["simulate", "trial", trial(changed(old, new)), "--replicates", "1"]) == 0
    assert note in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--replicates", "0"], ["--replicates", "many"], ["--seed", "-1"]])
def test_bad_counts_are_refused(words, capsys):
    assert main(["simulate", "trial", str(EXAMPLES / "trial.toml"), *words]) == 2
    assert "is not a whole number" in capsys.readouterr().err


CLINIC = """
name = "tiny"
[population]
patients = 24
condition = "depression"
setting = "clinic"
scale = "PHQ-9"
baseline = { mean = 17.0, sd = 5.0, min = 12 }
[horizon]
days = 120
[[policy]]
name = "monthly"
kind = "fixed"
every_days = 28
[[policy]]
name = "symptoms"
kind = "symptom_triggered"
[output]
table = "policies.csv"
plot = "frontier.svg"
"""


def clinic_files(tmp_path, name, *words):
    folder = tmp_path / name
    folder.mkdir()
    source = tmp_path / "clinic.toml"
    source.write_text(CLINIC, "utf-8")
    assert main(["simulate", "clinic", str(source), "--output", str(folder), *words]) == 0
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_clinic_gets_a_table_and_a_frontier(tmp_path, capsys):
    files = clinic_files(tmp_path, "one")
    assert set(files) == {"policies.csv", "frontier.svg"}
    rows = list(csv.DictReader(files["policies.csv"].decode().splitlines()))
    assert [row["policy"] for row in rows] == ["monthly", "symptoms"]
    assert float(rows[0]["infusions_a_year"]) > 8
    assert b"monthly" in files["frontier.svg"]
    assert "24 patients, seed 1" in capsys.readouterr().out


def test_a_clinic_repeats_itself_for_the_same_seed_only(tmp_path):
    first = clinic_files(tmp_path, "a", "--seed", "4")
    assert first["policies.csv"] == clinic_files(tmp_path, "b", "--seed", "4")["policies.csv"]
    assert first["policies.csv"] != clinic_files(tmp_path, "c", "--seed", "5")["policies.csv"]


def test_the_example_clinics_can_be_read_and_show_every_kind_and_aim():
    files = [(EXAMPLES / name).read_text("utf-8") for name in ("clinic.toml", "aims.toml")]
    policies = [policy for text in files for policy in read_clinic(text, name="example").policies]
    assert {policy.kind for policy in policies} == set(KINDS)
    assert {policy.aim for policy in policies} == {None, *AIMS}


AIMED = """
[[policy]]
name = "keep response, 3 days"
kind = "aimed"
aim = "keep_response"
worth_days = 3
"""


@pytest.mark.parametrize("truth", TRUTHS)
def test_an_aimed_rule_is_set_against_fixed_intervals_whoever_the_patients_are(truth, tmp_path, capsys):
    text = CLINIC.replace(
        "[output]", f'{AIMED}[[policy]]\nname = "none"\nkind = "none"\n[output]\nmargins = "margins.csv"'
    )
    (tmp_path / "clinic.toml").write_text(text.replace("patients = 24", "patients = 12"), "utf-8")
    words = ["simulate", "clinic", str(tmp_path / "clinic.toml"), "--output", str(tmp_path), "--truth", truth]
    assert main(words) == 0
    rows = list(csv.DictReader((tmp_path / "margins.csv").read_text("utf-8").splitlines()))
    assert [(row["aim"], row["rival"]) for row in rows] == [
        ("keep_response", "fixed intervals"),
        ("keep_response", "symptoms"),
    ]
    assert ("who answer by" in capsys.readouterr().out) == (truth != "2")


COMMITTED = EXAMPLES.parents[1] / "docs/generated/durability-policies.csv"


def test_the_committed_table_of_the_example_clinic_is_of_this_code(tmp_path):
    """The policies that decide without a forecast are played again; the model's own take minutes (a soak run)."""
    text = (EXAMPLES / "clinic.toml").read_text("utf-8")
    start, end = text.index("[[policy]]\nname = \"the model's window at 5 %"), text.index("[output]")
    (tmp_path / "clinic.toml").write_text(text[:start] + text[end:], "utf-8")
    assert main(["simulate", "clinic", str(tmp_path / "clinic.toml"), "--output", str(tmp_path)]) == 0
    again = (tmp_path / "policies.csv").read_text("utf-8").splitlines()
    committed = COMMITTED.read_text("utf-8").splitlines()
    assert committed[: len(again)] == again
    assert len(committed) == text.count("[[policy]]") + 1


@pytest.mark.soak
def test_the_committed_table_of_the_example_clinic_comes_out_again(tmp_path):
    source = str(EXAMPLES / "clinic.toml")
    assert main(["simulate", "clinic", source, "--output", str(tmp_path)]) == 0
    assert (tmp_path / "policies.csv").read_bytes() == COMMITTED.read_bytes()
    drawn = COMMITTED.with_name("durability-frontier.svg")
    assert (tmp_path / "frontier.svg").read_bytes() == drawn.read_bytes()


@pytest.mark.soak
@pytest.mark.parametrize("truth", TRUTHS)
def test_the_committed_runs_of_aimed_rules_come_out_again(truth, tmp_path):
    source = str(EXAMPLES / "aims.toml")
    assert main(["simulate", "clinic", source, "--output", str(tmp_path), "--truth", truth]) == 0
    for kind in ("policies", "margins", "backtest"):
        again = (tmp_path / f"durability-aims-{kind}.csv").read_bytes()
        assert again == COMMITTED.with_name(file_of(kind, truth)).read_bytes()


def test_all_truths_are_played_into_files_of_their_own(tmp_path, capsys):
    text = CLINIC.replace("patients = 24", "patients = 8").replace("days = 120", "days = 60")
    text = text.replace('plot = "frontier.svg"', 'backtest = "looked-back.csv"')
    (tmp_path / "clinic.toml").write_text(text, "utf-8")
    words = ["simulate", "clinic", str(tmp_path / "clinic.toml"), "--output", str(tmp_path / "out")]
    assert main([*words, "--truth", "all"]) == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        f"{name}-{truth.replace('_', '-')}.csv" for name in ("policies", "looked-back") for truth in TRUTHS
    }
    assert capsys.readouterr().out.count("who answer by") == len(TRUTHS) - 1
    assert main([*words, "--truth", "1"]) == 0
    alone = (tmp_path / "out" / "looked-back.csv").read_bytes()
    assert alone == (tmp_path / "out" / "looked-back-1.csv").read_bytes()
    assert alone.startswith(b"rule,losses,percent_flagged,")


def test_a_clinic_without_evidence_is_played_with_a_note(trial, tmp_path, capsys):
    anxious = (
        CLINIC.replace("depression", "anxiety")
        .replace("PHQ-9", "GAD-7")
        .replace("mean = 17.0", "mean = 14.0")
    )
    assert main(["simulate", "clinic", trial(anxious), "--output", str(tmp_path)]) == 0
    assert "Note: Duration in anxiety rests on the prior alone" in capsys.readouterr().out


CLINIC_BAD = {
    "a name without end": (CLINIC.replace('"symptoms"', f'"{"x" * 61}"'), "one line of 1 to 60 characters"),
    "empty": ("", "no 'population'"),
    "unknown kind": (CLINIC.replace('"fixed"', '"lunar"'), "'kind' is 'lunar'"),
    "no interval": (CLINIC.replace("every_days = 28\n", ""), "no 'every_days'"),
    "two of a name": (CLINIC.replace('"symptoms"', '"monthly"'), "two policies are called 'monthly'"),
    "no policy": (CLINIC[: CLINIC.index("[[policy]]")], "no 'policy'"),
    "a scale of something else": (
        CLINIC.replace("PHQ-9", "PCL-5").replace("sd = 5.0", "sd = 9.0"),
        "does not measure",
    ),
    "too short": (CLINIC.replace("days = 120", "days = 30"), "leaves no month"),
    "nobody": (CLINIC.replace("patients = 24", "patients = 0"), "'patients' is 0"),
    "an aim that is none": (CLINIC + AIMED.replace("keep_response", "keep_calm"), "keep_gain"),
    "an aim without a price": (CLINIC + AIMED.replace("worth_days = 3\n", ""), "worth_days"),
    "a path": (CLINIC.replace('"policies.csv"', '"../policies.csv"'), "plain file name"),
    "a name that steers": (CLINIC.replace('"symptoms"', '"a\\u001b[31m"'), "It must be one line"),
    "no name": (CLINIC.replace('"symptoms"', '" "'), "It must be one line"),
    "a part of a patient": (CLINIC.replace("patients = 24", "patients = 24.9"), "Give a whole number"),
    "half a day": (CLINIC.replace("every_days = 28", "every_days = 27.5"), "Give a whole number"),
    "a misspelt key": (CLINIC.replace("[horizon]", "[horizon]\nweeks = 4"), "'weeks' is not known here"),
}


@pytest.mark.parametrize("name", CLINIC_BAD)
def test_a_bad_clinic_is_one_sentence_with_exit_2_and_nothing_written(name, trial, tmp_path, capsys):
    text, expected = CLINIC_BAD[name]
    folder = tmp_path / "out"
    folder.mkdir()
    assert main(["simulate", "clinic", trial(text), "--output", str(folder)]) == 2
    printed, err = capsys.readouterr()
    assert printed == ""
    assert err.count("\n") == 1
    assert expected in err
    assert not list(folder.iterdir())


def test_a_clinic_makes_its_folder_once_there_is_something_to_put_in(trial, tmp_path, capsys):
    assert main(["simulate", "clinic", trial(CLINIC), "--output", str(tmp_path / "new")]) == 0
    assert (tmp_path / "new" / "policies.csv").exists()
    bad = trial(CLINIC.replace("patients = 24", "patients = 0"))
    assert main(["simulate", "clinic", bad, "--output", str(tmp_path / "other")]) == 2
    assert not (tmp_path / "other").exists()


def test_a_clinic_makes_no_path_of_folders_and_no_folder_over_a_file(trial, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    for place in (tmp_path / "no" / "where", tmp_path / "taken"):
        assert main(["simulate", "clinic", trial(CLINIC), "--output", str(place)]) == 2
        assert "can't be written. Give a" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_without_dask_workers_are_refused_in_one_sentence(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["simulate", "trial", str(EXAMPLES / "trial.toml"), "--workers", "2"]) == 2
    assert "pip install 'tenuto[cluster]'" in capsys.readouterr().err


def test_workers_give_the_same_figures_as_one_process(tmp_path):
    words = (str(EXAMPLES / "trial.toml"), "--replicates", "40", "--seed", "9")
    alone = figures(tmp_path, "alone.csv", *words)
    assert alone == figures(tmp_path, "two.csv", *words, "--workers", "2")
