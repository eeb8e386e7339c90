"""Outside a model's domain the answer says so; outside its hard limits there is none."""

from __future__ import annotations

import pytest

from tenuto.core.pk import GivenDose, OutsideModel, Regimen, Subjects, cautions, default, load
from tenuto.core.units import Mg, MgPerHour, MgPerKg, Minutes

USUAL = Regimen.single(MgPerKg("0.5"), Minutes(40))


def said(
    regimen: Regimen = USUAL, weight: float = 70.0, age: float | None = 45.0, model: str = "otto-2021"
) -> list[str]:
    return [c.of for c in cautions(load(model), Subjects(weight, age_years=age), regimen)]


def test_an_ordinary_adult_and_dose_need_no_caution() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("shortest_input_min", {"regimen": Regimen.single(MgPerKg("0.5"), None)}),
        ("shortest_input_min", {"regimen": Regimen.single(MgPerKg("0.5"), Minutes(5))}),
        ("weight_kg", {"weight": 200.0}),
        ("weight_kg", {"weight": 45.0}),
        ("age_years", {"age": 10.0}),
        ("age_years", {"age": 75.0}),
        (
            "infusion_hours",
            {"regimen": Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(6000)),))},
        ),
        ("dose_mg_per_kg_24h", {"regimen": Regimen.single(MgPerKg(20), Minutes(240))}),
    ],
)
def test_outside_a_soft_limit_the_answer_carries_a_caution(expected: str, changes: dict) -> None:
    assert said(**changes) == [expected]


def test_a_long_infusion_concerns_norketamine_only() -> None:
    long = Regimen((GivenDose.at_rate(Minutes(0), MgPerHour(20), Minutes(6000)),))
    (found,) = cautions(default(), Subjects(70.0), long)
    assert found.analyte == "norketamine"
    assert "rests on infusions of up to 8 h; this is an infusion of 100 h" in found.message


def test_a_bolus_is_inside_the_arterial_models() -> None:
    assert said(Regimen.single(MgPerKg("0.5"), None), model="kamp-2020") == []


def test_another_species_is_named() -> None:
    assert said(model="simons-2022") == ["form"]


@pytest.mark.parametrize(
    ("weight", "age", "regimen", "names"),
    [
        (
            400.0,
            45.0,
            USUAL,
            "a weight of 400 kg; at the widest it covers weights of 20 to 250 kg. Check the number",
        ),
        (15.0, 45.0, USUAL, "a weight of 15 kg"),
        (70.0, 1.0, USUAL, "age 1; at the widest it covers ages of 2 to 100 years"),
        (70.0, 45.0, Regimen.single(Mg(35_000), Minutes(40)), "500 mg/kg within 24 h"),
    ],
)
def test_hard_limits_refuse(weight: float, age: float, regimen: Regimen, names: str) -> None:
    with pytest.raises(OutsideModel, match=names):
        said(regimen, weight, age)


def test_an_unknown_age_is_not_judged() -> None:
    assert said(age=None) == []
