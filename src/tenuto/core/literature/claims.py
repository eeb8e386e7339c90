"""Statements of patient articles that never appear as fact, each with its verdict and what is said instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from tenuto.core.literature import table
from tenuto.core.sources import Basis, basis_from

__all__ = ["Claim", "Verdict", "banned_in", "claims"]


class Verdict(StrEnum):
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
    verdict: Verdict
    finding: str
    wording: str
    banned: tuple[str, ...]
    basis: Basis


@cache
def claims() -> tuple[Claim, ...]:
    """All claims in the order of the file."""
    return tuple(_read(entry) for entry in table("claims")["claim"])


def _read(entry: Mapping[str, Any]) -> Claim:
    return Claim(
        id=entry["id"],
        claim=entry["claim"],
        articles=tuple(entry["articles"]),
        verdict=Verdict(entry["verdict"]),
        finding=entry["finding"],
        wording=entry["wording"],
        banned=tuple(entry["banned"]),
        basis=basis_from(entry, where=f"claims.toml {entry['id']}"),
    )


def banned_in(text: str) -> tuple[tuple[str, Claim], ...]:
    """The banned phrases that stand in a text, whatever its case and line breaks, with their claims. Hazard H38."""
    plain = " ".join(text.casefold().split())
    return tuple((phrase, claim) for claim in claims() for phrase in claim.banned if phrase in plain)
