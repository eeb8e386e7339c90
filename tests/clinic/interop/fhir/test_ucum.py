"""Our small table of units against two independent programs, and what it refuses."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache

import pytest
import ucumvert

from tenuto.clinic.interop.fhir import ucum
from tenuto.clinic.interop.fhir.ucum import UnitUnknown, convert, unit

BASES = {
    "mass": "kg",
    "length": "cm",
    "pressure": "mm[Hg]",
    "frequency": "/min",
    "fraction": "%",
    "catalytic": "U/L",
    "temperature": "Cel",
    "filtration": "mL/min",
    "mass_concentration": "mg/dL",
    "body_mass_index": "kg/m2",
    "arbitrary_concentration": "m[IU]/mL",
    "number": "1",
}
# Strictly read, the first multiplies by square metres and the others are a quantity of their own. Senders mean the
# annotation and the enzyme unit, so these are pinned in `test_known_values` instead. Pint has 133.322387415 Pa in a
# millimetre of mercury, UCUM 133.322.
MEANT_OTHERWISE = {"mL/min/1.73.m2", "[IU]/L", "[IU]/l", "[iU]/L", "[iU]/l", "kPa"}


@cache
def registry() -> ucumvert.PintUcumRegistry:
    return ucumvert.PintUcumRegistry()


@pytest.mark.parametrize("code", sorted(set(ucum._units().by_code) - MEANT_OTHERWISE))
def test_every_factor_agrees_with_ucumvert_and_pint(code: str) -> None:
    base = BASES[unit(code).measures]
    ours = convert(Decimal("72.5"), code, to=base)
    theirs = registry().Quantity(72.5, registry().from_ucum(code)).to(registry().from_ucum(base)).magnitude
    assert math.isclose(float(ours), theirs, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("value", "code", "to", "expected"),
    [
        ("154", "[lb_av]", "kg", "69.85322498"),
        ("70", "kg", "kg", "70"),
        ("70500", "g", "kg", "70.5"),
        ("67", "[in_i]", "cm", "170.18"),
        ("1.70", "m", "cm", "170"),
        ("98.6", "[degF]", "Cel", "37"),
        ("72", "{beats}/min", "/min", "72"),
        ("16", "/min", "{breaths}/min", "16"),
        ("88", "mL/min/{1.73_m2}", "mL/min/{1.73_m2}", "88"),
        ("88", "mL/min/1.73.m2", "mL/min/{1.73_m2}", "88"),
        ("31", "[IU]/L", "U/L", "31"),
        ("31", "[iU]/L", "U/L", "31"),
        ("31", "[IU]/l", "U/L", "31"),
        ("31", "[iU]/l", "U/L", "31"),
        ("14", "{score}", "1", "14"),
        ("133.322", "kPa", "mm[Hg]", "1000"),
    ],
)
def test_known_values(value: str, code: str, to: str, expected: str) -> None:
    assert convert(Decimal(value), code, to=to) == Decimal(expected)


@pytest.mark.parametrize(
    "code", ["lbs", "lb", "KG", "pounds", "kilo", "stone", "", " ", "[lb_tr", "kg/", "{"]
)
def test_what_is_no_ucum_code_is_never_guessed_as_a_weight(code: str) -> None:
    with pytest.raises(UnitUnknown):
        convert(Decimal(70), code, to="kg")


def test_a_unit_of_another_quantity_is_refused_in_words() -> None:
    with pytest.raises(UnitUnknown, match="cm measures length, kg measures mass"):
        convert(Decimal(170), "cm", to="kg")


def test_only_units_that_are_mistaken_for_the_base_show_their_original() -> None:
    assert unit("[lb_av]").converted
    assert not unit("g").converted
