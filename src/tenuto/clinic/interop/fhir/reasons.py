"""What an entry says in places that no mapper reads: reasons, notes, stages, references, extensions, in every shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tenuto.clinic.interop.fhir import kinds
from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.core.intake.allergies import says_allergy, speaks_of_it
from tenuto.core.intake.contraindications import closing
from tenuto.core.intake.facts import Coding, Problem, ProblemStatus

__all__ = ["matters", "only_here"]


def matters(codings: tuple[Coding, ...], text: str) -> frozenset[str]:
    """The contraindications that a diagnosis states, leaves open, or says of a relative where that counts."""
    return closing(Problem(text, codings, ProblemStatus.ACTIVE, origin=""))


def only_here(resource: Element, stated: Iterable[str]) -> Iterator[str]:
    """The texts of an entry, outside what its mapper reads, that say what closes a gate and is none of those `stated`.

    A text on ketamine itself counts where it tells of a reaction, and an order that forbids it.
    """
    known, drug = frozenset(stated), _the_drug(resource)
    if drug and resource.raw.get("doNotPerform") is True:
        yield f"{drug}: not to be given"
    for codings, text in _concepts(resource.raw, kinds.read_elsewhere(resource.text("resourceType"))):
        told = bool(matters(codings, text) - known)
        if told or (says_allergy(text) and (drug or speaks_of_it(codings, (text,)))):
            yield text or codings[0].code


def _the_drug(resource: Element) -> str:
    """What an entry calls the medicine that it is about, when it is ketamine."""
    sent = resource.raw.get("medicationCodeableConcept")
    codings, text = Element(sent, resource.where).concept() if isinstance(sent, dict) else ((), "")
    texts = (text, *(coding.display for coding in codings))
    return (text or codings[0].code) if speaks_of_it(codings, texts) else ""


def _concepts(sent: Any, skipped: frozenset[str]) -> Iterator[tuple[tuple[Coding, ...], str]]:
    """Every code and every text under an element, whatever it is called, but for the names `skipped` in it."""
    if isinstance(sent, list):
        for each in sent:
            yield from _concepts(each, skipped)
    elif isinstance(sent, dict):
        if _is_coded(sent):
            codings, text = Element(sent, "").concept()
            if codings or text:
                yield codings, text
        for name, value in sent.items():
            if name in skipped or (name in ("coding", "code", "display", "text") and _is_coded(sent)):
                continue
            if isinstance(value, str):
                text = clean(_TAGS.sub(" ", value))
                if text and not _ADDRESS.match(text):
                    yield (), text
            else:
                yield from _concepts(value, kinds.no_words())


_TAGS = re.compile(r"<[^<>]*>")
_ADDRESS = re.compile(r"[a-z]+:\S+\Z|\S*/\S*\Z|[\d.:TZ+-]+\Z")


def _is_coded(sent: dict[str, Any]) -> bool:
    return isinstance(sent.get("coding"), list) or (
        isinstance(sent.get("code"), str) and isinstance(sent.get("system"), str)
    )
