"""Types of resource: which are read, which hold nothing that is asked for, which could matter, which FHIR version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tenuto.clinic.interop.fhir.elements import Element
from tenuto.core.data import Table, data_file

__all__ = [
    "could_matter",
    "helps",
    "is_read",
    "is_silent",
    "no_words",
    "not_needed",
    "other_version",
    "read_elsewhere",
]


@dataclass(frozen=True, slots=True)
class _Kinds:
    read: tuple[str, ...]
    helps: tuple[str, ...]
    not_needed: Mapping[str, str]
    could_matter: Mapping[str, str]
    older: Mapping[str, str]
    names: frozenset[str]
    silent: frozenset[str]
    mapped: Mapping[str, tuple[str, ...]]


@data_file(Path(__file__).with_name("resource_kinds.toml"))
def _table(file: Table) -> _Kinds:
    return _Kinds(
        file.words("read"),
        file.words("helps"),
        file.texts("not_needed"),
        file.texts("could_matter"),
        file.texts("older"),
        frozenset(file.words("names")),
        frozenset(file.words("silent")),
        file.lists("mapped"),
    )


def is_read(kind: str) -> bool:
    """True for a type with a mapper of its own."""
    return kind in _table().read


def helps(kind: str) -> bool:
    """True for a type that is read through whatever refers to it."""
    return kind in _table().helps


def not_needed(kind: str) -> str:
    """Why a type is not needed; empty when it is, or could be."""
    return _table().not_needed.get(kind, "")


def could_matter(kind: str) -> str:
    """What could stand in an entry of a type that is not read."""
    return _table().could_matter.get(kind, "a fact that is asked for")


def is_silent(kind: str) -> bool:
    """True for a type whose words are no statement about the person: definitions, forms with their own mapper, logs."""
    return kind in _table().silent


def no_words() -> frozenset[str]:
    """The elements that hold no words about the person's health."""
    return _table().names


def read_elsewhere(kind: str) -> frozenset[str]:
    """The elements of a type that its mapper reads, and those that hold no words about the person's health."""
    return _table().names | frozenset(_table().mapped.get(kind, ()))


def other_version(resource: Element) -> str:
    """The FHIR version that a resource is written in when it is surely not R4: `DSTU2`, `STU3` or `R5`; else empty."""
    raw, kind = resource.raw, resource.text("resourceType")
    older = _table().older.get(kind, "")
    if older:
        return older
    return next((version for named, shows, version in _SIGNS if kind == named and shows(raw)), "")


def _dstu2_name(raw: dict[str, Any]) -> bool:
    names = raw.get("name")
    return isinstance(names, list) and any(
        isinstance(name, dict) and isinstance(name.get("family"), list) for name in names
    )


_SIGNS = (
    ("Patient", _dstu2_name, "DSTU2"),
    ("QuestionnaireResponse", lambda raw: "group" in raw, "DSTU2"),
    ("MedicationStatement", lambda raw: "wasNotTaken" in raw, "DSTU2"),
    ("Observation", lambda raw: isinstance(raw.get("comments"), str), "DSTU2"),
    ("MedicationStatement", lambda raw: isinstance(raw.get("medication"), dict), "R5"),
    ("MedicationRequest", lambda raw: isinstance(raw.get("medication"), dict), "R5"),
    ("Consent", lambda raw: isinstance(raw.get("provision"), list) or "decision" in raw, "R5"),
    ("Encounter", lambda raw: isinstance(raw.get("class"), list) or "actualPeriod" in raw, "R5"),
    ("QuestionnaireResponse", lambda raw: isinstance(raw.get("questionnaire"), dict), "STU3"),
    ("Consent", lambda raw: "except" in raw or isinstance(raw.get("purpose"), list), "STU3"),
    ("AllergyIntolerance", lambda raw: isinstance(raw.get("substance"), dict), "DSTU2"),
)
"""Elements that another version writes and R4 can't have."""
