"""Quantities: a wrong mix fails when it is built."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core import units
from tenuto.core.units import (
    Bmi,
    Centimetres,
    Kg,
    Mg,
    MgPerHour,
    MgPerKg,
    MgPerKgPerHour,
    MgPerMinute,
    MgPerMl,
    Minutes,
    Ml,
    MlPerHour,
    Quantity,
    UnitError,
    drug_amount,
    plain,
    read_decimal,
)
from tests.spec.tables import rows

KINDS = [
    kind
    for kind in vars(units).values()
    if isinstance(kind, type) and issubclass(kind, Quantity) and kind is not Quantity
]
positive = st.decimals("0.001", "1000", places=3)


@pytest.mark.parametrize("row", rows("units/typed-numbers.md"))
def test_typed_numbers(row):
    typed = row["typed"].strip("`")
    if row["read as"].startswith("refused"):
        with pytest.raises(UnitError, match=row["read as"].partition(": ")[2]):
            read_decimal(typed)
    else:
        assert read_decimal(typed) == Decimal(row["read as"])


def test_a_dose_is_not_a_rate():
    with pytest.raises(UnitError, match="mg/kg/h is needed here"):
        MgPerKgPerHour.parse("0.5 mg/kg")
    with pytest.raises(UnitError, match="mg/kg is needed here"):
        MgPerKg.parse("0.5mg/kg/h")
    with pytest.raises(UnitError, match="different kinds"):
        MgPerKg("0.5") < MgPerKgPerHour("0.5")  # noqa: B015
    assert MgPerKg("0.5") != MgPerKgPerHour("0.5")


def test_half_a_milligram_per_kg_and_hour_run_for_forty_minutes_is_a_third_of_a_milligram_per_kg():
    assert MgPerKgPerHour("0.5").during(Minutes(40)).rounded(3) == MgPerKg("0.333")


@pytest.mark.parametrize("value", [0.5, True, None, "abc", "NaN", "inf", Decimal("NaN"), Kg(70)])
def test_only_exact_finite_numbers_make_a_quantity(value):
    with pytest.raises(UnitError):
        Mg(value)


def test_less_than_nothing_is_refused():
    with pytest.raises(UnitError, match="-1 kg is below zero"):
        Kg(-1)


@pytest.mark.parametrize("text", ["70", "kg", "70 lb", "", "0,5 mg", "70 kg kg"])
def test_an_amount_without_its_own_unit_is_refused(text):
    with pytest.raises(UnitError):
        Kg.parse(text)


@pytest.mark.parametrize("text", ["50mg/mL", "50 mg/ml", " 50  mg/mL "])
def test_spacing_and_case_of_a_unit_do_not_matter(text):
    assert MgPerMl.parse(text) == MgPerMl(50)


def test_the_worked_example():
    dose = MgPerKg("0.5").of(Kg(70))
    assert dose == Mg(35)
    assert dose.drawn_from(MgPerMl(50)) == Ml("0.7")
    assert dose.in_volume(Ml(50)) == MgPerMl("0.7")
    assert Ml(50).over(Minutes(40)) == MlPerHour(75)
    assert dose.over(Minutes(40)) == MgPerHour("52.5")
    assert dose.over(Minutes(40)).per_minute == MgPerMinute("0.875")
    assert dose.over(Minutes(40)).per(Kg(70)) == MgPerKgPerHour("0.75")
    assert MgPerKg("0.5").over(Minutes(40)).of(Kg(70)) == MgPerHour("52.5")
    assert dose.per(Kg(70)) == MgPerKg("0.5")
    assert MgPerHour("52.5").during(Minutes(40)) == Mg(35)
    assert Minutes(90).hours == Decimal("1.5")
    assert Bmi.of(Kg(120), Centimetres(170)).rounded(1) == Bmi("41.5")


@given(positive, st.sampled_from(KINDS))
def test_what_is_shown_can_be_typed_again(value, kind):
    quantity = kind(value)
    assert kind.parse(str(quantity)) == quantity


@given(positive, positive)
def test_sums_differences_and_order_follow_the_values(a, b):
    assert (Mg(a) + Mg(b)).value == a + b
    assert Mg(a + b) - Mg(b) == Mg(a)
    assert (Mg(a) < Mg(b)) == (a < b)
    assert Mg(a).scaled(2) == Mg(a) + Mg(a)
    assert (hash(Mg(a)) == hash(Mg(b))) or a != b


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_plain_numbers_have_a_leading_zero_no_trailing_zero_and_no_exponent(value):
    text = plain(value)
    assert Decimal(text) == value
    assert "E" not in text
    assert not text.lstrip("-").startswith(".")
    assert "." not in text or not text.endswith("0")


@pytest.mark.parametrize(
    ("number", "unit", "read"),
    [
        ("10", "mcg/kg/min", MgPerKgPerHour("0.6")),
        ("0.02", "mg/kg/min", MgPerKgPerHour("1.2")),
        ("0.6", "mg/h/kg", MgPerKgPerHour("0.6")),
        ("1", "mg/min", MgPerHour("60")),
        ("1000", "µg/min", MgPerHour("60")),
        ("500", "mcg/kg", MgPerKg("0.5")),
        ("500", "ug/kg", MgPerKg("0.5")),
        ("0.035", "g", Mg("35")),
        ("0.5", "mg per kg", MgPerKg("0.5")),
        ("1", "mL/h", None),
        ("1", "mg/kg/kg", None),
        ("1", "mg/h/min", None),
        ("1", "mg/kg/d", None),
        ("1", "lb", None),
    ],
)
def test_amounts_and_rates_of_drug_are_read_in_the_units_people_write(number, unit, read):
    assert drug_amount(Decimal(number), unit) == read


@pytest.mark.parametrize(
    ("typed", "strength"),
    [
        ("500 mg/10 mL", "50"),
        ("500mg/10mL", "50"),
        ("200 mg in 20 mL", "10"),
        ("1 g/20 mL", "50"),
        ("500 mg/10 mL (50 mg/mL)", "50"),
        ("50mg/mL", "50"),
    ],
)
def test_a_strength_is_read_as_its_label_prints_it(typed, strength):
    assert MgPerMl.parse(typed) == MgPerMl(strength)


@pytest.mark.parametrize(
    "typed", ["500 mg/10 mL (100 mg/mL)", "500 mg/0 mL", "0500 mg/10 mL", "10 mL/500 mg", "50 %"]
)
def test_a_label_that_contradicts_itself_or_is_unclear_is_refused(typed):
    with pytest.raises(UnitError):
        MgPerMl.parse(typed)


def test_other_units_of_the_same_kind_are_converted_and_never_of_another():
    assert Ml.parse("0.1 L") == Ml(100)
    assert Minutes.parse("2 h") == Minutes(120)
    with pytest.raises(UnitError, match="mg is needed here"):
        Mg.parse("1 mg/kg")


@pytest.mark.parametrize("typed", ["50mg/mL HCl", "50 mg/mL ketamine hydrochloride", "50 mg/mL hcl"])
def test_a_strength_of_the_hydrochloride_is_told_what_stands_on_a_label(typed):
    with pytest.raises(
        UnitError, match=r"for an amount off the label write 50 mg/mL\. Where the salt itself"
    ):
        MgPerMl.parse(typed)
