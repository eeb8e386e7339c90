"""The manual's page says of every scale what a clinician must know."""

from __future__ import annotations

from tenuto.core.scales.definition import Tier
from tenuto.core.scales.reading import instruments
from tenuto.core.scales.red_flags import rules
from tenuto.manual.scales import page

PAGE = page()


def test_every_instrument_has_its_section_and_its_row():
    for i in instruments().values():
        assert f"### {i.title}\n" in PAGE
        assert f"| `{i.id}` | {i.title} | {len(i.scored_items)} |" in PAGE
        assert i.rights.holder in PAGE


def test_the_page_holds_no_item_text_of_a_score_only_instrument_and_every_red_flag():
    assert "Item 1 " not in PAGE
    assert all(f"| {rule.id} |" in PAGE for rule in rules())
    assert all(f"## Tier {tier}: {tier.meaning}" in PAGE for tier in Tier)


def test_conflicting_terms_and_unchecked_values_are_visible():
    assert PAGE.count("**confirm before release**") == 2
    assert "Larger than measurement noise: 6 points or more [V: " in PAGE
    assert "Larger than measurement noise: 4 points or more [L: " in PAGE
    assert "Missing answers: at most 2, prorated only when asked for; item 9 never estimated [L]" in PAGE
