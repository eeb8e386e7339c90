"""A model cut down to the drug itself, for curves that show no metabolite."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from tenuto.core.pk.library import load
from tenuto.core.pk.model import PkModel

__all__ = ["parent_only"]


@lru_cache(maxsize=32)
def parent_only(name: str) -> PkModel:
    """The model `name` without what can't reach its first analyte: the same levels of it, from a smaller system.

    Content that becomes a metabolite is simply gone. Raises what `load` raises.
    """
    whole = load(name)
    parent = whole.analytes[0]
    kept = _reaching(whole, parent.compartment)
    return replace(
        whole,
        analytes=(parent,),
        compartments=tuple(c for c in whole.compartments if c.id in kept),
        exchanges=tuple(e for e in whole.exchanges if kept.issuperset(e.between)),
        removals=tuple(r if r.to in kept else replace(r, to="") for r in whole.removals if r.of in kept),
    )


def _reaching(model: PkModel, end: str) -> frozenset[str]:
    """The compartments whose content can get to `end`."""
    ways = [(r.of, r.to) for r in model.removals if r.to]
    ways += [way for e in model.exchanges for way in (e.between, e.between[::-1])]
    found, front = {end}, [end]
    while front:
        here = front.pop()
        new = {source for source, target in ways if target == here} - found
        found |= new
        front += new
    return frozenset(found)
