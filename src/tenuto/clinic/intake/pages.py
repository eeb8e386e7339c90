"""Which page of intake records which fact."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tenuto.core.intake.steps import elsewhere, steps

__all__ = ["PAGES", "order_of", "page_of"]

PAGES = {
    "intake:measurements": ("Measurements", "intake.record"),
    "intake:tests": ("Tests", "intake.record"),
    "scales:scales": ("Scales", "scale.record"),
    "scales:triage": ("Suicide triage", "scale.triage"),
    "intake:consent": ("Consent", "intake.consent"),
}
"""The pages that are no steps of the history, called after their place in the data: title and who may."""


def page_of(fact_id: str) -> tuple[str, ...]:
    """The route of the page that records a fact, with its arguments after the patient's; empty when there is none."""
    return _pages().get(fact_id, ())


def order_of(fact_id: str) -> int:
    """The place of a fact's page in the order in which the pages are gone through."""
    return list(_pages()).index(fact_id) if fact_id in _pages() else -1


@cache
def _pages() -> Mapping[str, tuple[str, ...]]:
    pages: dict[str, tuple[str, ...]] = {}
    for each in steps():
        pages.update(dict.fromkeys(each.facts, ("intake:history", each.id)))
    for page in PAGES:
        pages.update(dict.fromkeys(elsewhere()[page.partition(":")[2]], (page,)))
    return pages
