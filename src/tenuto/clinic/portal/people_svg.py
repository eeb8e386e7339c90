"""An icon array of 100 people, drawn on the server: filled, open and small, so that the shape alone tells them apart."""

from __future__ import annotations

__all__ = ["key_svg", "people_svg"]

_COLUMNS, _STEP, _ROW = 10, 18, 24
_PERSON = {
    "still": '<circle cx="7" cy="4" r="3.6"/><path d="M1.5 20v-6a5.5 5 0 0 1 11 0v6z"/>',
    "lost": '<g fill="none" stroke="currentColor"><circle cx="7" cy="4" r="3"/><path d="M2 19.5v-5.5a5 4.5 0 0 1 10 0v5.5z"/></g>',
    "never": '<circle cx="7" cy="12" r="2.6"/>',
}
"""Still responding: a filled person. Responded and lost it: an open one. Never responded: a dot."""


def people_svg(still: int, responded: int, words: str) -> str:
    """100 people, of whom `still` respond, `responded` once did. `words` say the same to those who don't see it."""
    kinds = ["still"] * still + ["lost"] * (responded - still) + ["never"] * (100 - responded)
    width, height = _COLUMNS * _STEP - 4, 10 * _ROW - 4
    parts = [
        f'<g class="{kind}" transform="translate({k % _COLUMNS * _STEP} {k // _COLUMNS * _ROW})">{_PERSON[kind]}</g>'
        for k, kind in enumerate(kinds)
    ]
    return (
        f'<svg class="people" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{words}">{"".join(parts)}</svg>'
    )


def key_svg(kind: str) -> str:
    """One sign beside its words, which say what it is."""
    return f'<svg class="people" viewBox="0 0 14 20" width="14" height="20" aria-hidden="true"><g class="{kind}">{_PERSON[kind]}</g></svg>'
