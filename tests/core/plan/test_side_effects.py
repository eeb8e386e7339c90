"""What happened last time changes the next visit."""

from __future__ import annotations

import pytest

from tenuto.core.plan.side_effects import options_for, side_effects

NAMED = ["nausea", "headache", "dizziness", "double_vision", "agitation", "blood_pressure", "dissociation"]


@pytest.mark.parametrize("effect", NAMED)
def test_each_has_options_that_say_how_they_are_known(effect):
    found = side_effects()[effect]
    assert len(found.options) >= 3
    assert all(option.text.endswith(".") and option.basis.tags for option in found.options)


def test_a_medicine_always_needs_an_order_of_its_own():
    drugs = (
        "ondansetron",
        "midazolam",
        "clonidine",
        "labetalol",
        "glycopyrrolate",
        "benzodiazepine",
        "analgesic",
    )
    mentioned = set()
    for effect in side_effects().values():
        for option in effect.options:
            named = [drug for drug in drugs if drug in option.text.lower()]
            mentioned.update(named)
            assert option.needs_order is bool(named), option.text
    assert mentioned == set(drugs)


def test_options_come_in_the_order_of_the_data_each_once():
    assert [e.id for e in options_for(["dissociation", "nausea", "nausea"])] == ["nausea", "dissociation"]
    with pytest.raises(KeyError, match="nausea"):
        options_for(["hiccups"])
