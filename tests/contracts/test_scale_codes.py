"""What is read from other systems of a scale is what its definition says: range, items and codes stand there alone."""

from __future__ import annotations

import pytest

from tenuto.clinic.interop.fhir.tables import scales
from tenuto.core.intake.required import facts
from tenuto.core.scales.definition import Take
from tenuto.core.scales.reading import instrument, instruments

WHOLE = [name for name in scales() if name in instruments()]


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_read_from_fhir_has_the_range_and_items_of_the_instrument(name):
    read, scale = scales()[name], instrument(name)
    assert read.most == (scale.items[0].highest if scale.total is Take.NONE else scale.highest)
    if read.items:
        assert read.item_most == max(item.highest for item in scale.scored_items)
        for code, item in zip(read.items, scale.scored_items, strict=True):
            assert code in (item.loinc, f"{name}.{item.id}")


def test_the_item_that_is_a_score_of_its_own_is_that_item():
    nine, item = scales()["phq9_item9"], instrument("phq9").item("9")
    assert (nine.most, nine.loinc) == (item.highest, (item.loinc,))
    assert scales()["phq9"].kept == ((item.loinc, "phq9_item9"),)
    assert scales()["phq9"].answer_codes == ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")


def test_the_scales_that_intake_asks_for_exist_and_have_these_totals():
    asked = [(name, codes) for fact in facts() for name, codes in (fact.scores or {}).items()]
    assert asked
    for name, codes in asked:
        total = instrument(name).loinc_total
        assert tuple(codes) == ((total,) if total else ()), name
