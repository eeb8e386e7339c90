"""No signature lets a policy past its bounds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenuto.core import policy
from tenuto.core.policy import PolicyError, default_policy, load_policy
from tenuto.core.policy.bounds import bound_of, bounds

SHIPPED = default_policy().limits
TEXT = Path(policy.__file__).with_name("default.toml").read_text("utf-8")


def with_value(key: str, value: object) -> str:
    head, _, rest = TEXT.partition(f"[limits.{key}]")
    before, _, after = rest.partition("value = ")
    return f'{head}[limits.{key}]{before}value = "{value}"{after[after.index(chr(10)) :]}'


@pytest.mark.parametrize("key", SHIPPED)
@pytest.mark.parametrize("value", [1_000_000, "9" * 5000, "1e300"])
def test_a_million_of_anything_is_refused_in_a_sentence(key, value):
    if bound_of(key, SHIPPED[key].value).most is None:
        assert bounds()[key].least is not None, "bounded on the side where it is dangerous"
    with pytest.raises(PolicyError, match="whoever signs it") as refused:
        load_policy(with_value(key, value), name="clinic.toml")
    assert len(str(refused.value)) < 400


@pytest.mark.parametrize("key", SHIPPED)
def test_what_ships_lies_within_its_bounds(key):
    assert bound_of(key, SHIPPED[key].value).refusal(SHIPPED[key].value) == ""


@pytest.mark.parametrize("key", bounds())
def test_every_bound_is_of_a_limit(key):
    assert key in SHIPPED
    assert bounds()[key].least is not None or bounds()[key].most is not None


def test_the_sentence_names_the_limit_the_value_and_the_bound():
    text = with_value("dose_max_mg_per_kg_psychiatric", "1.6")
    with pytest.raises(PolicyError) as refused:
        load_policy(text, name="clinic.toml")
    assert "'dose_max_mg_per_kg_psychiatric' is 1.6; no policy may go above 1.5, whoever signs it" in str(
        refused.value
    )


def test_another_unit_is_refused():
    text = TEXT.replace('unit = "mg/kg/h"', 'unit = "mg/kg/min"', 1)
    with pytest.raises(PolicyError, match="is in 'mg/kg/min'; give it in 'mg/kg/h'"):
        load_policy(text, name="clinic.toml")


@given(key=st.sampled_from(sorted(bounds())), part=st.decimals("0.0001", "0.5", places=4))
def test_a_little_past_a_bound_is_past_it(key, part):
    bound = bounds()[key]
    beyond = bound.most + part if bound.most is not None else bound.least - part
    assert "no policy may go" in bound.refusal(Decimal(beyond))
    assert bound.refusal(bound.most if bound.most is not None else bound.least) == ""
