"""A Bundle read onto the facts of one person: which entries count, which are ignored, which could not be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from tenuto.clinic.interop.fhir import (
    allergy,
    condition,
    consent,
    medication,
    observation,
    patient,
    questionnaire_response,
)
from tenuto.clinic.interop.fhir.elements import CUT, Element, Remarks
from tenuto.clinic.interop.fhir.loading import Json
from tenuto.clinic.interop.fhir.subjects import Entry, Index, Whose, the_patient, whose
from tenuto.core.gate import Finding
from tenuto.core.intake.died import DIED
from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Problem,
    Score,
)

__all__ = ["Reading", "read_bundle"]

T = TypeVar("T", Problem, Medication, Allergy)

_READ = frozenset(
    {
        "AllergyIntolerance",
        "Condition",
        "Consent",
        "MedicationRequest",
        "MedicationStatement",
        "Observation",
        "QuestionnaireResponse",
    }
)
_HELPERS = frozenset({"Patient", "Medication"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a Bundle says about its patient."""

    facts: PatientFacts
    ignored: Mapping[str, int]
    """How many resources of each other type were left out."""
    dead: bool = False
    """True when the record says that the person has died."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the record itself says against any plan."""
        return (DIED,) if self.dead else ()

    @property
    def ignored_resources(self) -> int:
        """How many resources of other types were left out."""
        return sum(self.ignored.values())


@dataclass(slots=True)
class _Gathered:
    """The facts found so far."""

    problems: list[Problem] = field(default_factory=list)
    medications: list[Medication] = field(default_factory=list)
    allergies: list[Allergy] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)


def read_bundle(bundle: Json, *, as_of: date) -> Reading:
    """Read a parsed Bundle (see `loading.parse`); `as_of` decides which consent is in force.

    Raises `UnusableBundle` when there is no patient, when there are two, and for a wrong JSON type.
    """
    remarks = Remarks()
    root = Element(bundle, "Bundle")
    entries = _entries(root)
    person = the_patient(entries)
    _judge_completeness(root, remarks)
    index, found, ignored = Index(entries), _Gathered(), Counter[str]()
    for entry in entries:
        if entry.kind in _READ:
            if _may_be_used(entry, person, remarks):
                _gather(entry, index, as_of, found, remarks)
        elif entry.kind not in _HELPERS:
            ignored[entry.kind or "unnamed"] += 1
    return Reading(
        facts=PatientFacts(
            person=patient.read(person.resource, remarks),
            problems=tuple(found.problems),
            medications=tuple(found.medications),
            allergies=tuple(found.allergies),
            measurements=tuple(found.measurements),
            scores=tuple(found.scores),
            answers=tuple(found.answers),
            consents=tuple(found.consents),
            unreadable=remarks.sentences,
        ),
        ignored=dict(sorted(ignored.items())),
        dead=patient.is_dead(person.resource),
    )


def _entries(bundle: Element) -> list[Entry]:
    found = []
    for number, entry in enumerate(bundle.all("entry"), 1):
        resource = entry.one("resource")
        if resource is None:
            continue
        kind, identity = resource.text("resourceType"), resource.text("id")
        label = f"{kind}/{identity[:64]}" if identity else f"{kind or 'resource'} in entry {number}"
        found.append(Entry(Element(resource.raw, label), entry.text("fullUrl")))
    return found


def _judge_completeness(bundle: Element, remarks: Remarks) -> None:
    if any(link.text("relation") == "next" for link in bundle.all("link")):
        remarks.add("The Bundle is one page of several. Export all pages into one Bundle.")


def _may_be_used(entry: Entry, person: Entry, remarks: Remarks) -> bool:
    resource = entry.resource
    about = whose(resource, person)
    if about is Whose.SOMEBODY_ELSE:
        remarks.add(f"{entry.label} is about somebody else; not used. Remove it from this person's record.")
        return False
    if resource.has("modifierExtension") or resource.has("implicitRules"):
        remarks.add(
            f"{entry.label} carries a modifier that is not understood here; not used. Read it yourself."
        )
        return False
    if about is Whose.UNSAID:
        remarks.add(
            f"{entry.label} does not say whom it is about; taken as this patient's. Check that it is."
        )
    return True


def _gather(entry: Entry, index: Index, as_of: date, found: _Gathered, remarks: Remarks) -> None:
    resource = entry.resource
    match entry.kind:
        case "Condition":
            _keep(found.problems, condition.read(resource, remarks), remarks)
        case "AllergyIntolerance":
            _keep(found.allergies, allergy.read(resource, remarks), remarks)
        case "MedicationStatement":
            _keep(found.medications, medication.read_statement(resource, index.find, remarks), remarks)
        case "MedicationRequest":
            _keep(found.medications, medication.read_request(resource, index.find, remarks), remarks)
        case "Consent":
            found.consents += consent.read(resource, as_of, remarks)
        case "Observation":
            seen = observation.read(resource, remarks)
            found.measurements += seen.measurements
            found.scores += seen.scores
            found.answers += seen.answers
        case "QuestionnaireResponse":
            given = questionnaire_response.read(resource, remarks)
            if given is not None:
                found.scores += given.scores
                found.answers += given.answers


def _keep(kept: list[T], found: T | None, remarks: Remarks) -> None:
    if found is None:
        return
    kept.append(found)
    if found.text.endswith(CUT):
        remarks.add(
            f"{found.origin} has a very long text, of which only the beginning was read. Read the rest."
        )
