"""Every table that names a scale's codes or range agrees with the scale's definition."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tenuto.core.intake.required import facts
from tenuto.core.scales.definition import Take
from tenuto.core.scales.reading import instrument

ROOT = Path(__file__).resolve().parents[2]
READ = tomllib.loads((ROOT / "src/tenuto/clinic/interop/fhir/scales.toml").read_text("utf-8"))
KEPT = {kept for entry in READ.values() for kept in entry.get("kept", {}).values()}


@pytest.mark.parametrize("name", [name for name in READ if name not in KEPT])
def test_what_is_read_from_fhir_has_the_range_and_items_of_the_instrument(name):
    entry, scale = READ[name], instrument(name)
    highest = scale.items[0].highest if scale.total is Take.NONE else scale.highest
    assert entry["most"] == highest
    if "items" in entry:
        assert entry["item_most"] == max(item.highest for item in scale.scored_items)
        for code, item in zip(entry["items"], scale.scored_items, strict=True):
            assert item.loinc in ("", code)


def test_the_scales_that_intake_asks_for_exist_and_have_these_totals():
    asked = [(name, codes) for fact in facts() for name, codes in (fact.scores or {}).items()]
    assert asked
    for name, codes in asked:
        total = instrument(name).loinc_total
        assert tuple(codes) == ((total,) if total else ()), name
