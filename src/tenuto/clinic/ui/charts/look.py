"""The colours and type of charts: on paper as fixed values, on a page as the page's own tokens, in either theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["PAGE", "PRINT", "ChartColours", "config"]

_FACE = "Liberation Sans, Noto Sans, Segoe UI, Roboto, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class ChartColours:
    """Names of what a chart paints with."""

    ground: str
    ink: str
    soft: str
    hairline: str
    accent: str
    review: str
    block: str
    paper: str
    """What the chart lies on, opaque."""
    edge: str


PRINT = ChartColours(
    "#ffffff", "#1a222b", "#4d5660", "#dfdeda", "#006d6d", "#915c08", "#ac312c", "#ffffff", "#7d7b77"
)
"""Files and paper: the tokens of the light theme as sRGB."""
PAGE = ChartColours(
    "transparent",
    "var(--ink)",
    "var(--ink-soft)",
    "var(--hairline)",
    "var(--accent)",
    "var(--review)",
    "var(--block)",
    "var(--raised)",
    "var(--edge)",
)
"""An SVG inside a page follows the theme of the page. Not for PNG or PDF."""


def config(look: ChartColours) -> dict[str, Any]:
    """The part of a Vega-Lite specification that all charts share."""
    return {
        "background": look.ground,
        "font": _FACE,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "group",
            "color": look.ink,
            "fontSize": 16,
            "fontWeight": 600,
            "subtitleColor": look.soft,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
            "offset": 14,
        },
        "axis": {
            "labelColor": look.soft,
            "titleColor": look.soft,
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": 400,
            "domainColor": look.hairline,
            "tickColor": look.hairline,
            "gridColor": look.hairline,
        },
        "text": {"fontSize": 12, "color": look.ink},
    }
