from __future__ import annotations

from pathlib import Path

import pytest

from tenuto.core.literature.claims import ClaimVerdict, banned_in, claims

ROOT = Path(__file__).resolve().parents[3]
SHOWN = sorted(
    path
    for pattern in (
        "README.md",
        "GLOSSARY.md",
        "docs/**/*.md",
        "src/tenuto/**/templates/**/*",
        "src/tenuto/**/*.typ",
        "src/tenuto/core/literature/**/*.toml",
        "src/tenuto/core/literature/**/*.md",
    )
    for path in ROOT.glob(pattern)
    if path.is_file() and path.name != "claims.toml"
)


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_every_claim_has_evidence_articles_and_a_finding(claim):
    assert claim.basis.tags
    assert set(claim.articles) <= {"S0", "S1", "S2", "S3", "S4"}
    assert claim.articles
    assert claim.finding
    assert isinstance(claim.verdict, ClaimVerdict)
    assert all(phrase == phrase.casefold() for phrase in claim.banned)


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim.id)
def test_the_corrected_wording_never_repeats_a_banned_phrase(claim):
    assert banned_in(claim.wording) == ()


def test_refuted_claims_stand_nowhere_as_fact():
    found = {
        f"{path.relative_to(ROOT)}: {phrase}"
        for path in SHOWN
        for phrase, _ in banned_in(path.read_text("utf-8"))
    }
    assert found == set()
    assert len(SHOWN) > 10


def test_a_phrase_is_found_across_lines_and_case():
    assert [claim.id for _, claim in banned_in("It is Non-Addictive, has\n  minimal   risk.")] == [
        "addiction",
        "safety",
    ]
