"""Statements of patient articles that never appear as fact, each with its verdict and what is said instead."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["Claim", "ClaimVerdict", "banned_in", "claims"]


class ClaimVerdict(StrEnum):
    """What is wrong with a claim."""

    FALSE = "false"
    UNPROVEN = "unproven"
    UNSUPPORTED = "unsupported"
    OVERSTATED = "overstated"
    PARTLY = "partly"
    UNSAFE = "unsafe"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, why it doesn't hold, and the wording that may stand instead; empty wording drops it."""

    id: str
    claim: str
    articles: tuple[str, ...]
    verdict: ClaimVerdict
    finding: str
    wording: str
    banned: tuple[str, ...]
    basis: Basis


@data_file(ROOT / "claims.toml")
def claims(file: Table) -> tuple[Claim, ...]:
    """All claims in the order of the file."""
    return tuple(_claim(entry) for entry in file.tables("claim"))


def _claim(entry: Table) -> Claim:
    return Claim(
        id=entry.text("id"),
        claim=entry.text("claim"),
        articles=entry.words("articles"),
        verdict=entry.choice("verdict", ClaimVerdict),
        finding=entry.text("finding"),
        wording=entry.any_text("wording"),
        banned=entry.words("banned"),
        basis=basis_of(entry),
    )


def banned_in(text: str) -> tuple[tuple[str, Claim], ...]:
    """The banned phrases that stand in a text, whatever its case and line breaks, with their claims. Hazard H38."""
    plain = " ".join(text.casefold().split())
    return tuple((phrase, claim) for claim in claims() for phrase in claim.banned if phrase in plain)
