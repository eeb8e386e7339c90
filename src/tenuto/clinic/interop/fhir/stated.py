"""A value that was stated or estimated, not measured, one that a note takes back, and one that is marked as critical."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tenuto.clinic.interop.fhir.elements import Element
from tenuto.clinic.interop.fhir.extensions import beside
from tenuto.clinic.interop.fhir.marks import by_the_patient
from tenuto.core.data import Table, data_file
from tenuto.core.intake.facts import Coding
from tenuto.core.intake.wording import Phrases

__all__ = ["another", "disregarded", "is_critical", "is_stated"]


@dataclass(frozen=True, slots=True)
class _Words:
    phrases: Phrases
    snomed: frozenset[str]
    critical: frozenset[str]


@data_file(Path(__file__).with_name("stated.toml"))
def _table(file: Table) -> _Words:
    return _Words(
        Phrases(
            {
                "stated": file.words("stated"),
                "disregard": file.words("disregard"),
                "another": file.words("another"),
            }
        ),
        frozenset(file.words("snomed")),
        frozenset(file.words("critical")),
    )


def is_stated(observation: Element) -> bool:
    """Whether its method, name, note or performer says that it was not measured."""
    codings, method = observation.codings("method")
    names, text = observation.codings("code")
    texts = [method, text, *(c.display for c in (*codings, *names)), *_notes(observation)]
    if any(coding.code in _table().snomed for coding in codings):
        return True
    by_patient = any(
        each.text("reference").split("/")[-2:-1] in (["Patient"], ["RelatedPerson"])
        for each in observation.all("performer")
    )
    return (
        by_patient
        or by_the_patient(observation)
        or any("stated" in _table().phrases.names(each) for each in texts)
    )


def is_critical(mark: Coding) -> bool:
    """Whether the laboratory marks a result as critical."""
    return mark.code.upper() in _table().critical


def disregarded(observation: Element) -> str:
    """The note, interpretation or extension that takes a value back; empty without one."""
    told = [each.said for each in beside(observation.raw) if not each.denied]
    flags = [each.concept()[1] for each in observation.all("interpretation")]
    said = (*_notes(observation), *flags, *told)
    return next((each for each in said if "disregard" in _table().phrases.names(each)), "")


def _notes(observation: Element) -> list[str]:
    return [note.text("text") for note in observation.all("note")]


def another(part: Element) -> str:
    """The name by which a measured value is another one than the person has now, such as one to reach; empty where none does."""
    codings, text = part.codings("code")
    kinds = (each.concept() for each in part.all("category"))
    names = (text, *(coding.display for coding in codings))
    names += tuple(said for of, words in kinds for said in (words, *(c.display or c.code for c in of)))
    return next((each for each in names if "another" in _table().phrases.names(each)), "")
