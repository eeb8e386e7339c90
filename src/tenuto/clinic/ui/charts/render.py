"""Draws a chart specification. The renderer is heavy and is loaded only here, when a chart is really drawn."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any, Literal

__all__ = ["SCHEMA", "Format", "Spec", "render"]

Spec = dict[str, Any]
Format = Literal["svg", "png", "pdf"]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
"""Says which grammar a specification is written in; nothing is fetched from there."""


def render(spec: Spec, form: str) -> bytes:
    """The chart as a file of the given form; ValueError for a form that there is not."""
    import vl_convert

    if form == "svg":
        return _named_by_content(str(vl_convert.vegalite_to_svg(spec)), spec).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=2))
    if form == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(spec))
    raise ValueError(f"'{form}' is not a form of chart. Use svg, png or pdf.")


_NAMED = re.compile(r"""((?:id="|url\(#)(?:clip|gradient_))(\d+)""")


def _named_by_content(drawing: str, spec: Spec) -> str:
    """The renderer counts its names on from chart to chart. Named by the specification instead, the same chart is the
    same file, and two charts on one page do not share a name."""
    digest = hashlib.sha256(json.dumps(spec, sort_keys=True, default=str).encode()).hexdigest()[:8]
    places: dict[str, int] = {}
    return _NAMED.sub(
        lambda found: f"{found[1]}{digest}-{places.setdefault(found[2], len(places) + 1)}", drawing
    )
