"""Draws a chart specification. The renderer is heavy and is loaded only here, when a chart is really drawn."""

from __future__ import annotations

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
        return str(vl_convert.vegalite_to_svg(spec)).encode()
    if form == "png":
        return bytes(vl_convert.vegalite_to_png(spec, scale=2))
    if form == "pdf":
        return bytes(vl_convert.vegalite_to_pdf(spec))
    raise ValueError(f"'{form}' is not a form of chart. Use svg, png or pdf.")
