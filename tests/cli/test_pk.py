"""The pk command: what it writes. What it refuses is in `test_pk_refusals`."""

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


def test_neither_scipy_nor_django_nor_the_renderer_is_loaded_without_a_plot() -> None:
    code = (
        "import sys; from tenuto.cli import main; main(sys.argv[1:]); "
        "print([m for m in ('scipy', 'django', 'vl_convert', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *USUAL], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
