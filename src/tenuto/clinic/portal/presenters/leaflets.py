"""Leaflets and corrected claims in words, each with what it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from tenuto.core.literature.claims import claims
from tenuto.core.literature.leaflets import Leaflet, leaflets
from tenuto.core.sources import Basis

__all__ = ["corrections", "leaflet_cards", "leaflet_view"]


@dataclass(frozen=True, slots=True)
class Card:
    """A leaflet in the list."""

    title: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """A heading, its paragraphs, and what opens below them."""

    heading: str
    text: tuple[str, ...]
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class LeafletView:
    """One leaflet."""

    title: str
    summary: str
    version: str
    sections: tuple[SectionView, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What articles say, the verdict, what may be said instead, and why."""

    said: str
    verdict: str
    better: str
    why: str
    evidence: tuple[str, ...]
    sources: tuple[str, ...]
    note: str


def leaflet_cards() -> tuple[Card, ...]:
    """All leaflets in reading order, and the corrections last."""
    found = [Card(x.title, x.summary, reverse("portal:leaflet", args=[x.id])) for x in leaflets()]
    wrong = "Statements of patient articles that are wrong or overstated, and what may be said instead."
    long = "Of 100 people like those in the studies: how many respond, and how many still do weeks later."
    found.insert(0, Card("How long does it last?", long, reverse("portal:how-long")))
    return (*found, Card("What articles get wrong", wrong, reverse("portal:corrected")))


def leaflet_view(leaflet: Leaflet) -> LeafletView:
    """One leaflet with its sources."""
    return LeafletView(
        leaflet.title,
        leaflet.summary,
        f"{leaflet.id}, version {leaflet.version}",
        tuple(
            SectionView(s.heading, s.text, _evidence(s.basis), _sources(s.basis), s.basis.note)
            for s in leaflet.sections
        ),
    )


def corrections() -> tuple[Correction, ...]:
    """All claims. A claim without a better wording is simply not made."""
    return tuple(
        Correction(
            c.claim,
            c.verdict.capitalize(),
            c.wording,
            c.finding,
            _evidence(c.basis),
            _sources(c.basis),
            c.basis.note,
        )
        for c in claims()
    )


def _evidence(basis: Basis) -> tuple[str, ...]:
    return tuple(f"{tag} · {tag.meaning}" for tag in basis.tags)


def _sources(basis: Basis) -> tuple[str, ...]:
    return tuple(str(source) for source in basis.sources)
