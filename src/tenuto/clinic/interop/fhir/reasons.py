"""Diagnoses that stand beside a visit, a bill or an order as its reason, and nowhere else in the record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenuto.clinic.interop.fhir.elements import Element
from tenuto.core.intake.contraindications import mentioned
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus

__all__ = ["matters", "only_here"]

_REASONS = ("reasonCode", "reason", "indication")
_DIAGNOSES = ("diagnosisCodeableConcept", "condition")


def matters(codings: tuple[Coding, ...], text: str) -> frozenset[str]:
    """The contraindications that a diagnosis states."""
    return frozenset(mentioned(Problem(text, codings, ProblemStatus.ACTIVE, origin="")))


def only_here(resource: Element, stated: Iterable[str]) -> Iterator[str]:
    """The reasons of a resource that state a contraindication which is none of those `stated` by a diagnosis."""
    known = frozenset(stated)
    for codings, text in _reasons(resource):
        if matters(codings, text) - known:
            yield text or codings[0].code


def _reasons(resource: Element) -> Iterator[tuple[tuple[Coding, ...], str]]:
    for name in _REASONS:
        for concept in _concepts(resource, name):
            yield concept.concept()
    for diagnosis in _concepts(resource, "diagnosis"):
        for name in _DIAGNOSES:
            sent = diagnosis.one(name) if isinstance(diagnosis.raw.get(name), dict) else None
            if sent is not None:
                codings, text = sent.concept()
                yield codings, text or sent.text("display")


def _concepts(resource: Element, name: str) -> Iterator[Element]:
    """The objects under a name that other types and versions send alone, or as words."""
    sent = resource.raw.get(name)
    if isinstance(sent, list) and all(isinstance(each, dict) for each in sent):
        yield from resource.all(name)
    elif isinstance(sent, dict):
        yield Element(sent, f"{resource.where}.{name}")
