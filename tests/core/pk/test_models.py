"""Every model file is complete, cited and physically sensible."""

from __future__ import annotations

import copy
import shutil

import numpy as np
import pytest

from tenuto.cli import main
from tenuto.core.data import DataFolder
from tenuto.core.literature import ROOT
from tenuto.core.pk import Options, Regimen, Subjects, default, library, load, names, simulate
from tenuto.core.pk.library import UnknownModel, model_from
from tenuto.core.pk.population import covariance
from tenuto.core.units import Mg, Minutes
from tests.data_files import literature as content

RAW = content("pk/otto-2021")


def test_the_six_published_models_are_there_and_the_default_comes_first() -> None:
    assert names()[0] == "otto-2021"
    assert set(names()) >= {"kamp-2020", "simons-2022", "perez-ruixo-2021", "domino", "clements-1981"}
    assert default().is_default


@pytest.mark.parametrize("name", names())
def test_a_model_says_how_it_is_known_and_where_it_ends(name: str) -> None:
    model = load(name)
    assert model.basis.sources
    assert model.population
    assert model.summary
    assert {"weight_kg", "age_years"} <= {limit.of for limit in model.limits}
    assert all(limit.says.endswith(".") for limit in model.limits)


@pytest.mark.parametrize("name", names())
def test_levels_are_positive_and_fade(name: str) -> None:
    model = load(name)
    for form in model.forms:
        levels = simulate(
            model,
            Regimen.single(Mg(35), Minutes(40)),
            Subjects(70.0),
            [40.0, 600.0, 7200.0],
            Options(form=form),
        )
        assert (levels.ng_per_ml >= 0).all()
        assert (levels.ng_per_ml[:, 0, 2] < 0.01 * levels.ng_per_ml[:, 0, 0]).all()


@pytest.mark.parametrize("name", [n for n in names() if load(n).varied])
def test_the_covariance_of_people_is_one(name: str) -> None:
    assert np.linalg.eigvalsh(covariance(load(name))).min() > 0


def test_an_unknown_model_is_answered_with_the_list() -> None:
    with pytest.raises(UnknownModel, match=r"no model 'ott'\. Models: otto-2021"):
        load("ott")


def test_a_new_model_is_a_new_file_and_nothing_else() -> None:
    """One compartment, 100 L, 50 L/h, made up from a table alone."""
    table = {
        "title": "Made up",
        "short": "Made up",
        "site": "venous",
        "summary": "One compartment.",
        "population": "nobody",
        "evidence": ["D"],
        "form": [{"id": "racemic", "share": {"drug": 1}}],
        "moiety": {"drug": {"factor": {}}},
        "analyte": [{"id": "ketamine", "label": "ketamine", "molar_mass": 237.73, "compartment": "central"}],
        "parameter": {
            "V": {"value": 100, "unit": "L", "weight_exponent": 1},
            "CL": {"value": 50, "unit": "L/h", "weight_exponent": 0},
        },
        "compartment": [{"id": "central", "volume": "V"}],
        "removal": [{"of": "central", "clearance": "CL"}],
        "limit": [{"of": "weight_kg", "soft": [50, 100], "says": "Made up.", "evidence": ["D"]}],
    }
    levels = simulate(model_from("made-up", table), Regimen.single(Mg(10), None), Subjects(70.0), [0.0, 60.0])
    np.testing.assert_allclose(levels.of("ketamine")[0], [100, 100 * np.exp(-0.5)])


def test_a_file_laid_into_the_folder_is_a_model_of_the_command(tmp_path, monkeypatch, capsys) -> None:
    shutil.copytree(ROOT / "pk", tmp_path / "pk")
    text = (ROOT / "pk/kamp-2020.toml").read_text("utf-8")
    (tmp_path / "pk/ours-2026.toml").write_text(text.replace("Kamp 2020", "Ours 2026"), "utf-8")
    models = DataFolder(tmp_path / "pk", "*.toml", library._models.reader)
    monkeypatch.setattr(library, "_models", models)
    asked = ["pk", "--weight", "70", "--dose", "0.5 mg/kg", "--over", "40 min", "--model", "ours-2026"]
    assert main([*asked, "--times", "40"]) == 0
    assert "Ours 2026 (arterial), ketamine, arterial blood: peak 253 ng/mL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["removal"][0].update(clearance="CLX"), "uses CLX without defining it"),
        (lambda d: d["exchange"][0].update(between=["central", "bone"]), "uses bone"),
        (lambda d: d["form"][0].update(share={"S": 0.5, "R": 0.4}), "shares of racemic"),
        (lambda d: d["variability"][0].update(parameters=["V1"]), "square matrix"),
        (lambda d: d.pop("evidence"), "has no 'evidence'|there is no tag"),
        (lambda d: d.pop("site"), "pk/broken has no 'site'. Add it."),
        (
            lambda d: d.update(site="arteral"),
            "pk/broken, site: 'arteral' is not known here. The nearest that is known is 'arterial'",
        ),
        (
            lambda d: d.update(exhange=[]),
            "'exhange' is not known here. The nearest that is known is 'exchange'",
        ),
        (
            lambda d: d["limit"][1].update(hrd=[20, 250]),
            r"\[limit 2\]: 'hrd' is not known here. The nearest that is known is 'hard'",
        ),
        (lambda d: d["limit"][1].pop("soft"), r"\[limit 2\] has no 'soft'"),
        (lambda d: d["parameter"]["CL"].pop("value"), r"\[parameter.CL\] has no 'value'"),
        (lambda d: d["parameter"]["CL"].update(value=0), r"\[parameter.CL\]: 0.0 is not above zero"),
        (
            lambda d: d["parameter"]["CL"].update(unit="mL/h"),
            r"\[parameter.CL\], unit: 'mL/h' is not known here",
        ),
        (
            lambda d: d["parameter"]["CL"].update(moves="clearence of ketamine"),
            "moves: 'clearence of ketamine' is not known here",
        ),
        (lambda d: d["removal"][0].pop("clearance"), r"\[removal 1\]: give exactly one of clearance or rate"),
        (
            lambda d: d["removal"][0].update(rate="CL"),
            r"\[removal 1\]: give exactly one of clearance or rate",
        ),
        (lambda d: d["compartment"][0].pop("volume"), "compartment central needs a volume"),
        (
            lambda d: d["residual"][0].update(analyte="water"),
            r"\[residual 1\], analyte: 'water' is not known here",
        ),
    ],
)
def test_a_mistake_in_a_file_is_named(change, says: str) -> None:
    broken = copy.deepcopy(RAW)
    change(broken)
    with pytest.raises(ValueError, match=says):
        model_from("broken", broken)
