"""Marks of FHIR that change what an element says: a modifier extension anywhere in an entry, or rules of the sender's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.core.intake.reading_report import listed

__all__ = ["by_the_patient", "changes_meaning", "handed_down", "test_data"]

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_TEST = "HTEST"
"""HL7's mark of health data that are only a test."""
_BY_THE_PATIENT = "PATRPT"
"""HL7's mark of what the patient reported."""


def changes_meaning(resource: Element) -> str:
    """What in a resource changes its meaning in a way that is not known here, by name; empty where nothing does.

    FHIR: an element with a modifier extension that is not understood must not be used as if it were not there.
    """
    named = [
        *_marks(resource.raw),
        *([resource.text("implicitRules")] if resource.has("implicitRules") else []),
    ]
    return listed(dict.fromkeys(each or "without a name" for each in named)) if named else ""


def _marks(sent: Any) -> Iterator[str]:
    if isinstance(sent, list):
        for each in sent:
            yield from _marks(each)
    elif isinstance(sent, dict):
        if "value" in sent and _says_absent(sent):
            yield "a value that is sent and said to be absent"
        for name, value in sent.items():
            if name == "modifierExtension" and value:
                yield from (_tail(each) for each in (value if isinstance(value, list) else [value]))
            elif name.startswith("_") and sent.get(name[1:]) is not None and _says_absent(value):
                yield f"{name[1:]} is sent and said to be absent"
            elif name != "contained":
                yield from _marks(value)


def _tail(extension: Any) -> str:
    url = extension.get("url") if isinstance(extension, dict) else ""
    return clean(url).rstrip("/").rpartition("/")[2][:80] if isinstance(url, str) else ""


def _says_absent(beside: Any) -> bool:
    """Whether what stands beside a value says that there is none."""
    extensions = beside.get("extension") if isinstance(beside, dict) else None
    return isinstance(extensions, list) and any(
        isinstance(each, dict) and each.get("url") == _ABSENT for each in extensions
    )


def test_data(resource: Element) -> bool:
    """Whether the sender marks a resource as made for a test."""
    return _TEST in _labels(resource)


def by_the_patient(resource: Element) -> bool:
    """Whether the sender marks a resource as told by the patient."""
    return _BY_THE_PATIENT in _labels(resource)


def handed_down(bundle: Element, resource: Element) -> Element:
    """A resource with the marks of its Bundle that hold for everything in it."""
    marks = [{"code": code} for code in (_TEST, _BY_THE_PATIENT) if code in _labels(bundle)]
    if not marks:
        return resource
    meta = resource.raw.get("meta") or {}
    return Element(
        {**resource.raw, "meta": {**meta, "security": [*(meta.get("security") or []), *marks]}},
        resource.where,
    )


def _labels(resource: Element) -> frozenset[str]:
    meta = resource.one("meta")
    marks = [each for name in ("security", "tag") for each in meta.all(name)] if meta else []
    return frozenset(mark.text("code") for mark in marks)
