"""The pk command: what it writes, and one sentence and exit 2 for what it can't use."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tenuto.cli import main

USUAL = ["pk", "--weight", "70", "--age", "45", "--dose", "0.5 mg/kg", "--over", "40 min"]
FILE = """
[patient]
weight_kg = 70
age = 45
sex = "female"

[[dose]]
at = "0 min"
amount = "0.5 mg/kg"
over = "40 min"
repeat = { every = "2 d", count = 6 }

[output]
times = [40, 2920, 14440]
"""


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


def test_a_terminal_gets_a_table_with_the_peak_and_the_disclaimer(capsys) -> None:
    assert main([*USUAL, "--times", "10,20,40"]) == 0
    out = capsys.readouterr().out
    assert "not a target; do not titrate to this line" in out
    assert "Otto 2021, ketamine, venous blood: peak 160 ng/mL at 40 min" in out
    assert "      20     98.7" in out


def test_csv_has_the_agreed_columns_for_every_model(tmp_path) -> None:
    path = tmp_path / "levels.csv"
    assert (
        main([*USUAL, "--model", "otto-2021", "--model", "kamp-2020", "--times", "40", "--csv", str(path)])
        == 0
    )
    assert path.read_text().splitlines()[0] == "model,analyte,site,time_min,ng_per_ml"
    assert [(r["model"], r["analyte"], r["site"]) for r in rows(path)] == [
        ("otto-2021", "ketamine", "venous"),
        ("otto-2021", "norketamine", "venous"),
        ("kamp-2020", "ketamine", "arterial"),
    ]
    assert float(rows(path)[2]["ng_per_ml"]) == pytest.approx(253.1, abs=0.2)


def test_a_population_adds_percentiles_and_is_repeatable(tmp_path, capsys) -> None:
    found = []
    for name in ("a.csv", "b.csv"):
        assert (
            main(
                [*USUAL, "--times", "40", "--population", "200", "--seed", "7", "--csv", str(tmp_path / name)]
            )
            == 0
        )
        found.append((tmp_path / name).read_text())
    assert found[0] == found[1]
    row = rows(tmp_path / "a.csv")[0]
    assert float(row["p05"]) < float(row["p50"]) < float(row["p95"])


def test_csv_to_standard_output_is_csv_alone(capsys) -> None:
    assert main([*USUAL, "--times", "40", "--csv", "-"]) == 0
    assert capsys.readouterr().out.startswith(
        "model,analyte,site,time_min,ng_per_ml\notto-2021,ketamine,venous,40,160.1"
    )


def test_csv_to_standard_output_leaves_the_cautions_to_the_other_stream(capsys) -> None:
    assert main([*USUAL[:2], "200", *USUAL[3:], "--times", "40", "--csv", "-"]) == 0
    captured = capsys.readouterr()
    assert "Caution" not in captured.out
    assert "Caution. Otto 2021 rests on weights of 50 to 100 kg; this is a weight of 200 kg" in captured.err


def test_json_carries_cautions_evidence_and_the_disclaimer(capsys) -> None:
    assert main(["pk", "--weight", "200", "--dose", "0.5 mg/kg", "--times", "5", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["note"] == "not a target; do not titrate to this line"
    first = document["curves"][0]
    assert first["evidence"] == "C"
    assert any("a dose given at once" in c for c in first["cautions"])
    assert any("a weight of 200 kg" in c for c in first["cautions"])


def test_a_regimen_file_gives_doses_patient_and_times(tmp_path, capsys) -> None:
    file, out = tmp_path / "course.toml", tmp_path / "out.csv"
    file.write_text(FILE)
    assert main(["pk", "--regimen", str(file), "--csv", str(out)]) == 0
    levels = [float(r["ng_per_ml"]) for r in rows(out) if r["analyte"] == "ketamine"]
    assert levels[0] == pytest.approx(160.2, abs=0.1)
    assert levels[0] < levels[1] < levels[0] + 1
    assert [float(r["time_min"]) for r in rows(out)][:3] == [40, 2920, 14440]


def test_without_times_every_dose_of_a_course_is_met_at_its_end(tmp_path) -> None:
    file, out = tmp_path / "course.toml", tmp_path / "out.csv"
    file.write_text(FILE.split("[output]")[0])
    assert main(["pk", "--regimen", str(file), "--csv", str(out)]) == 0
    level = {float(r["time_min"]): float(r["ng_per_ml"]) for r in rows(out) if r["analyte"] == "ketamine"}
    ends = [level[2880 * dose + 40] for dose in range(6)]
    assert max(ends) < min(ends) * 1.01
    assert max(level.values()) == max(ends)


def test_a_rate_with_over_is_the_same_as_its_amount(tmp_path, capsys) -> None:
    file = tmp_path / "rate.toml"
    file.write_text('[[dose]]\nrate = "0.75 mg/kg/h"\nover = "40 min"\n')
    assert main(["pk", "--regimen", str(file), "--weight", "70", "--times", "40", "--csv", "-"]) == 0
    assert ",40,160.1" in capsys.readouterr().out


def test_an_option_wins_over_the_file(tmp_path, capsys) -> None:
    file = tmp_path / "course.toml"
    file.write_text(FILE)
    assert (
        main(
            [
                "pk",
                "--regimen",
                str(file),
                "--weight",
                "50",
                "--every",
                "20min",
                "--until",
                "40min",
                "--csv",
                "-",
            ]
        )
        == 0
    )
    out = capsys.readouterr().out
    assert ",40,142.9" in out
    assert ",60," not in out


def test_even_times_stop_at_or_before_the_last(capsys) -> None:
    assert main([*USUAL, "--every", "7 min", "--until", "20 min", "--csv", "-"]) == 0
    times = [line.split(",")[3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert times == ["0", "7", "14"] * 2
    assert main([*USUAL, "--every", "0.1 min", "--until", "0.3 min", "--csv", "-"]) == 0
    times = [line.split(",")[3] for line in capsys.readouterr().out.splitlines()[1:]]
    assert times == ["0", "0.1", "0.2", "0.3"] * 2


def test_a_short_stretch_has_fine_times_up_to_its_end(capsys) -> None:
    assert main([*USUAL, "--until", "30 s", "--csv", "-"]) == 0
    times = [float(line.split(",")[3]) for line in capsys.readouterr().out.splitlines()[1:]]
    assert max(times) == 0.5
    assert len(times) > 2 * 50


def test_times_may_have_units(tmp_path, capsys) -> None:
    assert main([*USUAL, "--times", "600s,20 min,1h", "--csv", "-"]) == 0
    assert [line.split(",")[3] for line in capsys.readouterr().out.splitlines()[1:4]] == ["10", "20", "60"]


def test_a_peak_named_is_one_of_the_levels_listed(capsys) -> None:
    assert main([*USUAL, "--times", "10,40,240"]) == 0
    assert "ketamine, venous blood: peak 160 ng/mL at 40 min" in capsys.readouterr().out


def test_the_answer_says_who_and_what_it_is_for(tmp_path, capsys) -> None:
    file = tmp_path / "course.toml"
    file.write_text(FILE)
    assert main(["pk", "--regimen", str(file), "--dosing-weight", "60", "--population", "9", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["patient"] == {
        "weight_kg": 70,
        "dosing_weight_kg": 60,
        "age_years": 45,
        "sex": "female",
    }
    assert document["options"]["population"] == 9
    assert document["options"]["seed"] == 0


def test_a_large_population_is_worked_out_in_stretches_of_time_with_the_same_people(
    monkeypatch, capsys
) -> None:
    answers = []
    for at_once in (2_000_000, 500):
        monkeypatch.setattr("tenuto.core.pk.curves._AT_ONCE", at_once)
        assert main([*USUAL, "--times", "10,20,40,60,80", "--population", "300", "--csv", "-"]) == 0
        answers.append(capsys.readouterr().out)
    assert answers[0] == answers[1]


def test_site_dosing_weight_and_covariates_reach_the_model(capsys) -> None:
    assert main([*USUAL, "--times", "40", "--site", "arterial", "--csv", "-"]) == 0
    assert "arterial,40,275.4" in capsys.readouterr().out
    assert main([*USUAL, "--times", "40", "--dosing-weight", "35", "--csv", "-"]) == 0
    assert ",40,80.09" in capsys.readouterr().out
    assert main([*USUAL, "--times", "480", "--covariate", "child-pugh-b"]) == 0
    assert "Caution. With liver impairment, Child-Pugh B" in capsys.readouterr().out


@pytest.mark.parametrize(("suffix", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_a_plot_is_written_in_the_form_of_its_name(suffix: str, begins: bytes, tmp_path, capsys) -> None:
    path = tmp_path / f"level.{suffix}"
    assert main([*USUAL, "--plot", str(path)]) == 0
    assert path.read_bytes().startswith(begins)


def test_a_plot_outside_the_domain_shows_the_caution(tmp_path, capsys) -> None:
    path = tmp_path / "bolus.svg"
    assert main(["pk", "--weight", "70", "--dose", "0.5 mg/kg", "--plot", str(path)]) == 0
    text = path.read_text()
    assert "stroke-dasharray" in text
    assert "a dose given at once" in text
    assert "do not titrate" in text


BAD = {
    "negative weight": (["--weight", "-5", "--dose", "1 mg/kg"], "A weight of -5 kg is not possible"),
    "zero weight": (["--weight", "0", "--dose", "1 mg/kg"], "A weight of 0 kg is not possible"),
    "weight NaN": (
        ["--weight", "nan", "--dose", "1 mg/kg"],
        "A weight 'nan' is not a plain number. Write it in kg, such as 70",
    ),
    "weight in words": (["--weight", "heavy", "--dose", "1 mg/kg"], "A weight 'heavy' is not a plain number"),
    "no weight": (["--dose", "1 mg/kg"], "A weight is needed"),
    "salt": (
        ["--weight", "70", "--dose", "40 mg HCl"],
        "is the hydrochloride; doses are ketamine base, which is 0.867 of it. Write 34.68 mg",
    ),
    "rate for a dose": (["--weight", "70", "--dose", "0.5mg/kg/h"], "is a rate; an amount is needed"),
    "dose without unit": (["--weight", "70", "--dose", "35"], "has no unit. Write it as 0.5 mg/kg"),
    "dose in other unit": (["--weight", "70", "--dose", "35 mcg"], "needs mg/kg or mg of ketamine base"),
    "dose zero": (["--weight", "70", "--dose", "0 mg"], "gives nothing"),
    "comma": (["--weight", "70", "--dose", "0,5 mg/kg"], "has a comma"),
    "over without unit": (
        ["--weight", "70", "--dose", "1 mg/kg", "--over", "40"],
        "has no unit. Write it as 40 min",
    ),
    "unsorted times": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "20,10"],
        "10 comes after 20. Sort them",
    ),
    "time NaN": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "10,nan"],
        "--times: a time 'nan' is not a number with a unit. Write it as 40 min",
    ),
    "unknown model": (
        ["--weight", "70", "--dose", "1 mg/kg", "--model", "otto"],
        "There is no model 'otto'. Models: otto-2021",
    ),
    "unknown covariate": (
        ["--weight", "70", "--dose", "1 mg/kg", "--covariate", "tea"],
        "There is no covariate 'tea'",
    ),
    "hard limit": (["--weight", "400", "--dose", "1 mg/kg"], "says nothing about a weight of 400 kg"),
    "no dose": (["--weight", "70"], "Give either --dose with --over, or --regimen FILE"),
    "both": (["--weight", "70", "--dose", "1 mg/kg", "--regimen", "x.toml"], "Give either --dose"),
    "no file": (["--weight", "70", "--regimen", "no-such.toml"], "There is no file 'no-such.toml'"),
    "plot name": (
        ["--weight", "70", "--dose", "1 mg/kg", "--plot", "level.gif"],
        "does not end in .svg, .png or .pdf",
    ),
    "population of one": (
        ["--weight", "70", "--dose", "1 mg/kg", "--population", "1"],
        "--population of 1 is out of range",
    ),
    "population without spread": (
        ["--weight", "70", "--dose", "1 mg/kg", "--population", "9", "--model", "domino"],
        "Domino was published without variability",
    ),
    "too many times": (
        ["--weight", "70", "--dose", "1 mg/kg", "--every", "1s", "--until", "900d"],
        "too fine",
    ),
    "times twice": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "1", "--every", "1min"],
        "Give either --times",
    ),
    "age needed": (["--weight", "70", "--dose", "1 mg/kg", "--covariate", "age"], "Give --age"),
    "age": (["--weight", "70", "--dose", "1 mg/kg", "--age", "45 years"], "Write it in years, such as 45"),
    "digits of another script": (["--weight", "７０", "--dose", "1 mg/kg"], "is not a plain number"),
    "dose with an odd digit": (["--weight", "70", "--dose", "½ mg/kg"], "--dose: '½' is not a plain number"),
    "ten years": (["--weight", "70", "--dose", "1 mg/kg", "--over", "4000 d"], "more than ten years"),
    "a time in ten years": (
        ["--weight", "70", "--dose", "1 mg", "--times", "1,9999999"],
        "more than ten years",
    ),
    "empty list of times": (["--weight", "70", "--dose", "1 mg/kg", "--times", ""], "--times: a time ''"),
    "time before the start": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "-10,20"],
        "--times: a time of -10 min is not possible. Write a number from 0 on",
    ),
    "every zero": (["--weight", "70", "--dose", "1 mg/kg", "--every", "0 min"], "--every of 0 min"),
    "every beyond until": (
        ["--weight", "70", "--dose", "1 mg/kg", "--every", "1 h", "--until", "40 min"],
        "--every of 60 min is longer than the 40 min to show",
    ),
    "until zero": (
        ["--weight", "70", "--dose", "1 mg/kg", "--until", "0 min"],
        "--until of 0 min leaves nothing to show",
    ),
    "until before the start": (
        ["--weight", "70", "--dose", "1 mg/kg", "--until", "-4h"],
        "--until '-4h' lies before the start",
    ),
    "too many levels": (
        [
            *["--weight", "70", "--dose", "1 mg/kg", "--population", "100000"],
            "--every",
            "1s",
            "--until",
            "1h",
        ],
        "100000 people at 3601 times are more than 100000000 levels",
    ),
    "sex and covariate": (
        ["--weight", "70", "--dose", "1 mg/kg", "--sex", "male", "--covariate", "female"],
        "The covariate female is asked for, but the sex is male",
    ),
    "plot without a name": (
        ["--weight", "70", "--dose", "1 mg/kg", "--plot", ""],
        "--plot has no file name. Write one, such as level.svg",
    ),
    "csv without a name": (["--weight", "70", "--dose", "1 mg/kg", "--csv", ""], "--csv has no file name"),
    "regimen without a name": (["--weight", "70", "--regimen", ""], "'' can't be read"),
    "folder as regimen": (["--weight", "70", "--regimen", "."], "'.' can't be read: Is a directory"),
    "two on standard output": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "-", "--json"],
        "Give --csv a file",
    ),
    "one name for two files": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "a.svg", "--plot", "./a.svg"],
        "Give them different files",
    ),
    "plot of one time": (
        ["--weight", "70", "--dose", "1 mg/kg", "--times", "40", "--plot", "a.svg", "--csv", "a.csv"],
        "A plot needs two times or more",
    ),
    "unwritable plot beside a good table": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "a.csv", "--plot", "/no/such/place.svg"],
        "can't be written",
    ),
    "unwritable": (
        ["--weight", "70", "--dose", "1 mg/kg", "--csv", "/no/such/place.csv"],
        "can't be written",
    ),
}


@pytest.mark.parametrize("case", BAD, ids=str)
def test_bad_input_is_one_sentence_and_exit_2(case: str, capsys, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments, says = BAD[case]
    assert main(["pk", *arguments]) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert captured.err.startswith("tenuto: ")
    assert captured.err.count("\n") == 1
    assert captured.out == ""
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


BAD_FILES = {
    "not TOML": ("dose = ", "is not TOML"),
    "no dose": ("[patient]\nweight_kg = 70", "has no [[dose]]"),
    "unknown key": ('[[dose]]\namont = "1 mg"', "Dose 1 has an unknown key 'amont'"),
    "amount and rate": ('[[dose]]\namount = "1 mg"\nrate = "1 mg/h"', "either an amount or a rate"),
    "rate without end": ('[[dose]]\nrate = "1 mg/h"', "has a rate without an end"),
    "overlap": (
        '[[dose]]\namount = "1 mg"\nover = "1 h"\n[[dose]]\nat = "30 min"\namount = "1 mg"\nover = "1 h"',
        "starts at 30 min overlaps the one from 0 to 60 min",
    ),
    "rate as amount": (
        '[[dose]]\namount = "0.3 mg/kg/h"\nover = "1 h"',
        "Dose 1: amount '0.3 mg/kg/h' is a rate",
    ),
    "amount as rate": (
        '[[dose]]\nrate = "0.3 mg/kg"\nover = "1 h"',
        "Dose 1: rate '0.3 mg/kg' needs mg/kg/h",
    ),
    "repeat": ('[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d", count = 0 }', "repeat count '0'"),
    "repeat without count": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d" }',
        'Dose 1: repeat needs both every and count. Write it as { every = "2 d", count = 6 }',
    ),
    "repeat without count or every": ('[[dose]]\namount = "1 mg"\nrepeat = {}', "needs both"),
    "repeat a billion times": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 d", count = 1000000000 }',
        "whole number from 1 to 10000",
    ),
    "repeat at one time": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "0 min", count = 3 }',
        "gives all doses at one time",
    ),
    "repeat for a century": (
        '[[dose]]\namount = "1 mg"\nrepeat = { every = "9 d", count = 3000 }',
        "more than ten years",
    ),
    "more doses than can be": (
        3 * '[[dose]]\namount = "1 mg"\nrepeat = { every = "1 min", count = 5000 }\n',
        "more than 10000 doses",
    ),
    "infusion without a time": ('[[dose]]\nrate = "1 mg/h"\nover = "0 min"', "over 0 min has no rate"),
    "empty": ("", "has no [[dose]]"),
    "doses of words": ('dose = ["1 mg"]', "Dose 1 is not a table of keys"),
    "a list as amount": ('[[dose]]\namount = ["1 mg"]', "needs mg/kg or mg of ketamine base"),
    "a number as time": ('[[dose]]\namount = "1 mg"\nover = 40', "over '40' has no unit. Write it as 40 min"),
    "patient is a number": ('patient = 5\n[[dose]]\namount = "1 mg"', "[patient] is not a table of keys"),
    "unknown sex": ('[patient]\nsex = 5\n[[dose]]\namount = "1 mg"', "[patient] sex '5' is unknown"),
    "times are a number": ('[output]\ntimes = 5\n[[dose]]\namount = "1 mg"', "[output] times is not a list"),
    "no times": ('[output]\ntimes = []\n[[dose]]\namount = "1 mg"', "[output] times is not a list of 1 to"),
    "times twice": (
        '[output]\ntimes = [1]\nevery = "1 min"\n[[dose]]\namount = "1 mg"',
        "Give either [output] times, or [output] every",
    ),
    "until without a unit": (
        '[output]\nuntil = 5\n[[dose]]\namount = "1 mg"',
        "[output] until '5' has no unit",
    ),
    "the same key twice": ('[[dose]]\namount = "1 mg"\namount = "2 mg"', "is not TOML"),
    "before the start": ('[[dose]]\nat = "-5 min"\namount = "1 mg"', "lies before the start"),
    "dose is a word": ("dose = 5", "has no [[dose]]"),
}


@pytest.mark.parametrize("case", BAD_FILES, ids=str)
def test_a_bad_regimen_file_is_one_sentence_and_exit_2(case: str, capsys, tmp_path) -> None:
    text, says = BAD_FILES[case]
    file = tmp_path / "regimen.toml"
    file.write_text(text)
    assert main(["pk", "--weight", "70", "--regimen", str(file)]) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1


def test_neither_scipy_nor_django_nor_the_renderer_is_loaded_without_a_plot() -> None:
    code = (
        "import sys; from tenuto.cli import main; main(sys.argv[1:]); "
        "print([m for m in ('scipy', 'django', 'vl_convert', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *USUAL], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
