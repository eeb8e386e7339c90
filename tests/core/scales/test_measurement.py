"""How a scale measures stands in its own definition, once: what [change] says is not said again."""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import fields

import pytest

from tenuto.core.data import DataError, build, parse_toml
from tenuto.core.intake.conditions import conditions
from tenuto.core.scales.measurement import UnknownScale, measure, measures
from tenuto.core.scales.reading import ROOT, _instrument, instrument, instruments

WITH = [scale for scale in instruments().values() if scale.measurement]


@pytest.mark.parametrize("scale", WITH, ids=lambda scale: scale.id)
def test_range_response_remission_and_noise_are_those_of_the_definition(scale):
    found, change = measure(scale.measurement.short), scale.change
    assert (found.lowest, found.highest) == (scale.lowest, scale.highest)
    if change.response:
        assert found.response_fall * 100 == pytest.approx(float(change.response.percent))
    if change.remission:
        assert found.remission_at_most == change.remission[0].at_most
    if change.reliable:
        assert found.reliable == change.reliable.points
    assert found.reliable > found.error_sd


@pytest.mark.parametrize(("key", "value"), [("response_percent", 50), ("remission_at_most", 4)])
def test_a_value_that_change_has_cannot_be_said_again(key, value):
    raw = parse_toml((ROOT / "phq9/definition.toml").read_text("utf-8"), name="phq9")
    twice = deepcopy(raw)
    twice["measurement"][key] = value
    with pytest.raises(DataError, match=f"'{key}' stands in .change. already"):
        build(twice, lambda file: _instrument(file, instrument("phq9").rights), name="phq9")


def test_a_step_is_the_last_decimal_of_the_total():
    assert measure("PEG").step == pytest.approx(0.1)
    assert measure("PHQ-9").step == 1


def test_conditions_measured_are_conditions_that_are_treated_and_asked_with_that_scale():
    asked = {c.id: c.scales for c in conditions()}
    for scale in WITH:
        for name in scale.measurement.conditions:
            assert scale.id in asked[name], (scale.id, name)


@pytest.mark.parametrize(
    "scale", [scale for scale in WITH if not scale.change.reliable], ids=lambda scale: scale.id
)
def test_without_a_published_figure_a_change_is_reliable_past_the_noise_of_both_scores(scale):
    found = measure(scale.measurement.short)
    # Two errors, each with this SD, have together the SD of their root sum of squares.
    assert found.reliable == pytest.approx(1.96 * math.hypot(found.error_sd, found.error_sd))


def test_a_stretched_scale_has_every_size_in_points_larger_and_nothing_else_changed():
    once, thrice = measure("PHQ-9"), measure("PHQ-9").stretched(3)
    changed = {f.name for f in fields(once) if getattr(once, f.name) != getattr(thrice, f.name)}
    sizes = {"highest", "step", "remission_at_most", "error_sd", "reliable", "typical_mean", "typical_sd"}
    assert changed == sizes  # from 0, which stays
    assert all(getattr(thrice, name) == pytest.approx(3 * getattr(once, name)) for name in sizes)
    assert measure("Y-BOCS").stretched(2).highest == 2 * measure("Y-BOCS").highest


def test_an_unknown_scale_is_answered_with_the_list():
    with pytest.raises(UnknownScale, match="PHQ-9"):
        measure("PHQ-10")
    assert {"SSI", "MADRS"} <= set(measures())
