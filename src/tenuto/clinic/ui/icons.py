"""The drawings of the visual language: seven stage glyphs of one family, and the marks of a gate."""

from __future__ import annotations

from functools import cache

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

__all__ = ["GLYPHS", "MARKS", "STAGES", "icon", "mark_shape"]

STAGES = ("intake", "plan", "booking", "infusion", "recovery", "outcomes", "forecast")
"""The pathway, in the one order."""

# Line icons on a 20 by 20 grid, 1.5 wide, round ends. Only geometry here: colour and size come from the page.
GLYPHS = {
    "intake": '<path d="M10 3v8m0 0 3-3m-3 3L7 8"/><path d="M3.5 11.5v4h13v-4h-3.2l-1 1.8H7.7l-1-1.8z"/>',
    "plan": '<path d="M5 2.8h7l3.2 3.2v11.2H5z"/><path d="M11.8 2.8V6.2h3.4M7.8 10h4.6M7.8 13.2h4.6"/>',
    "booking": '<rect x="3.2" y="4.2" width="13.6" height="12.6" rx="1.6"/><path d="M3.2 8.2h13.6M7 2.6v3M13 2.6v3"/>'
    '<path d="M8 12.4l1.5 1.6 2.8-3"/>',
    "infusion": '<path d="M10 2.8c2.9 3.4 4.7 6 4.7 8.6a4.7 4.7 0 0 1-9.4 0c0-2.6 1.8-5.2 4.7-8.6z"/>'
    '<path d="M7.8 11.6a2.2 2.2 0 0 0 2.2 2.3"/>',
    "recovery": '<circle cx="10" cy="10.4" r="6.6"/><path d="M10 6.6v3.9l2.6 1.7M7.6 2.4h4.8"/>',
    "outcomes": '<path d="M3.2 3v13.8h13.6"/><path d="M5.8 6.4l3 4.2 2.6-1.2 4 4.2"/>'
    '<circle cx="8.8" cy="10.6" r=".6"/><circle cx="11.4" cy="9.4" r=".6"/>',
    "forecast": '<circle cx="4.4" cy="10" r="1.5"/><path d="M6.4 9.4 16.8 4.6M6.6 10h10.2M6.4 10.6l10.4 4.8"/>',
    "stage": '<circle cx="10" cy="10" r="5.6"/>',
    "chevron": '<path d="M8 5.5l4.5 4.5L8 14.5"/>',
    "print": '<path d="M6 7.4V3h8v4.4M6 14H3.6V7.4h12.8V14H14"/><path d="M6 11.6h8V17H6z"/>',
    "lamp": '<path d="M10 2.8v1.6M10 15.6v1.6M4.9 4.9l1.1 1.1M14 14l1.1 1.1M2.8 10h1.6M15.6 10h1.6M4.9 15.1 6 14M14 6l1.1-1.1"/>'
    '<circle cx="10" cy="10" r="3"/>',
    "moon": '<path d="M15.8 12.2A6.6 6.6 0 0 1 7.8 4.2a6.6 6.6 0 1 0 8 8z"/>',
}

# Filled shapes on a 12 by 12 grid. No two share an outline, so that they differ without colour and at 12 px.
MARKS = {
    "pass": '<circle cx="6" cy="6" r="5"/>',
    "review": '<path d="M6 .4 11.6 6 6 11.6.4 6z"/>',
    "block": '<rect x="1" y="1" width="10" height="10"/>',
    "refuse": '<path fill-rule="evenodd" d="M3.7.5h4.6l3.2 3.2v4.6l-3.2 3.2H3.7L.5 8.3V3.7zM3 5v2h6V5z"/>',
    "unknown": '<path fill-rule="evenodd" d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8z"/>',
    "to_do": '<path fill-rule="evenodd" d="M1 1h10v10H1zm1.5 1.5v7h7v-7z"/>',
    "due": '<path fill-rule="evenodd" d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1zm0 1.4a3.6 3.6 0 1 0 3.6 3.6H6z"/>',
    "late": '<path d="M6 .8 11.6 11H.4z"/>',
}


@cache
def icon(name: str, size: int = 20) -> SafeString:
    """An inline drawing for beside a word; hidden from screen readers, because the word says it."""
    return format_html(
        '<svg class="icon" width="{0}" height="{0}" viewBox="0 0 20 20" fill="none" stroke="currentColor" '
        'stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{1}</svg>',
        size,
        mark_safe(GLYPHS[name]),  # noqa: S308 - our own constant
    )


@cache
def mark_shape(kind: str) -> SafeString:
    """The shape of a mark; its word stands beside it."""
    return format_html(
        '<svg width="12" height="12" viewBox="0 0 12 12" fill="currentColor" aria-hidden="true">{}</svg>',
        mark_safe(MARKS[kind]),  # noqa: S308 - our own constant
    )
