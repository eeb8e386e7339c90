"""The golden vectors that ship with each instrument are current, complete and reproduced by the scorer."""

from __future__ import annotations

import importlib.util
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from tenuto.core.scales.reading import ROOT, instrument
from tenuto.core.scales.scoring import Score, Void, score
from tests.core.scales import reference

_spec = importlib.util.spec_from_file_location(
    "scale_vectors", Path(__file__).resolve().parents[3] / "scripts/scale_vectors.py"
)
scale_vectors = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(scale_vectors)


def vectors(name: str) -> list[dict[str, str]]:
    return tomllib.loads((ROOT / name / "vectors.toml").read_text("utf-8"))["vectors"]


@pytest.mark.parametrize("name", sorted(reference.TOTALS))
def test_the_scorer_gives_the_golden_totals_and_bands(name):
    for vector in vectors(name):
        values = enumerate(vector["answers"].split(), 1)
        result = score(instrument(name), {str(i): None if v == "-" else int(v) for i, v in values})
        if vector["total"] == "void":
            assert isinstance(result, Void), vector
        else:
            assert isinstance(result, Score), vector
            assert result.total == Decimal(vector["total"]), vector
            assert (result.band.label if result.band else "") == vector["band"], vector


@pytest.mark.parametrize("name", sorted(reference.TOTALS))
def test_the_golden_vectors_are_those_of_the_reference(name):
    assert (ROOT / name / "vectors.toml").read_text("utf-8") == scale_vectors.text(name)


@pytest.mark.parametrize("name", sorted(reference.BANDS))
def test_both_edges_of_every_band_are_among_the_vectors(name):
    totals = {Decimal(v["total"]) for v in vectors(name) if v["total"] != "void"}
    assert {edge for band in instrument(name).bands for edge in (band.lowest, band.highest)} <= totals
