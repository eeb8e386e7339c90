"""A Bundle read onto the facts of one person, with a report of how every entry ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, tzinfo
from typing import Any, TypeVar

from tenuto.clinic.interop.fhir import (
    allergy,
    condition,
    consent,
    kinds,
    medication,
    observation,
    patient,
    questionnaire_response,
    reasons,
)
from tenuto.clinic.interop.fhir.elements import CUT, Element, Remarks, clean
from tenuto.clinic.interop.fhir.loading import MAX_SECONDS, Json, UnusableBundle
from tenuto.clinic.interop.fhir.marks import by_the_patient, changes_meaning, test_data
from tenuto.clinic.interop.fhir.sent import kept_back, unpack
from tenuto.clinic.interop.fhir.signs_of_now import say_signs
from tenuto.clinic.interop.fhir.subjects import BundleEntry, Index, Whose, others_named, the_patient, whose
from tenuto.clinic.interop.fhir.taken_back import without_taken_back
from tenuto.clinic.interop.fhir.unjudged import unjudged
from tenuto.clinic.interop.fhir.versions import current
from tenuto.core.gate import Finding
from tenuto.core.intake.died import DIED
from tenuto.core.intake.eligibility import not_recognised
from tenuto.core.intake.facts import (
    Allergy,
    Answer,
    Consent,
    Measurement,
    Medication,
    PatientFacts,
    Problem,
    RecordedScore,
)
from tenuto.core.intake.reading_report import Ending, ReadingReport, listed, with_unknown

__all__ = ["BundleReading", "read_bundle"]

T = TypeVar("T", Problem, Medication, Allergy)


@dataclass(frozen=True, slots=True)
class BundleReading:
    """What a Bundle says about its patient."""

    facts: PatientFacts
    report: ReadingReport
    """How every entry ended."""
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
    scores: list[RecordedScore] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    consents: list[Consent] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many facts there are so far."""
        facts = (
            self.problems,
            self.medications,
            self.allergies,
            [each for each in self.measurements if not each.unclear],
            self.scores,
            self.answers,
        )
        return sum(len(each) for each in facts) + len(self.consents)


def read_bundle(
    bundle: Json, *, as_of: date, zone: tzinfo | None = None, within: float = MAX_SECONDS
) -> BundleReading:
    """Read a parsed Bundle (see `loading.parse`); `as_of` decides which consent is in force.

    `zone` is the clinic's time zone: every instant is put on its day there. Without it a day is the sender's own.
    Raises `UnusableBundle` when there is no patient, when there are two, for a wrong JSON type, and when it takes longer
    than `within` seconds.
    """
    remarks = Remarks(zone, within=within)
    sent, taken = without_taken_back(unpack(Element(bundle, "Bundle"), remarks).pieces, remarks)
    entries = [BundleEntry(piece.resource, piece.full_url) for piece in current(sent, remarks)]
    gone = [*(piece.address for piece in sent if piece.deleted), *taken]
    lost = listed(address for address in gone if address.startswith("Patient/"))
    if lost and not any(entry.kind == "Patient" for entry in entries):
        raise UnusableBundle(
            f"The sender deleted the person of this record ({lost}). Ask why, and whose the rest of it is, before it is used."
        )
    person = the_patient(entries)
    _refuse_other_version(person.resource)
    index, found, ignored = Index(entries), _Gathered(), Counter[str]()
    stated, named = _stated(entries), _named(entries, index)
    facts_about = patient.read(
        person.resource,
        remarks,
        as_of,
        female_told=any(patient.told_female(e.resource) for e in entries if e.kind == "Observation"),
    )
    for entry in sorted(entries, key=_rests_on_others):
        _name_inner(entry, stated, remarks)
        if kinds.is_read(entry.kind):
            _take(entry, person, index, as_of, stated, found, remarks)
        elif entry.kind == "Patient":
            remarks.begin(entry.label)
            if entry.resource is person.resource:
                _judge_person(entry, remarks)
                _say_reasons(entry, stated, remarks)
            remarks.close(used=True)
        elif kinds.helps(entry.kind):
            ignored[entry.kind] += entry.kind != "Medication"
            _help(entry, named, stated, remarks)
        else:
            ignored[entry.kind or "unnamed"] += 1
            _leave(entry, person, index, stated, remarks)
    facts = PatientFacts(
        person=facts_about,
        problems=tuple(found.problems),
        medications=tuple(found.medications),
        allergies=tuple(found.allergies),
        measurements=tuple(found.measurements),
        scores=tuple(found.scores),
        answers=tuple(found.answers),
        consents=tuple(found.consents),
        unreadable=remarks.sentences,
    )
    return BundleReading(
        facts=facts,
        report=with_unknown(remarks.report, not_recognised(facts)),
        ignored={kind: number for kind, number in sorted(ignored.items()) if number},
        dead=patient.is_dead(person.resource),
    )


def _stated(entries: list[BundleEntry]) -> frozenset[str]:
    """The contraindications that the diagnoses of the record state."""
    diagnoses = (entry.resource for entry in entries if entry.kind == "Condition")
    return frozenset().union(*(reasons.matters(*each.codings("code")) for each in diagnoses))


def _named(entries: list[BundleEntry], index: Index) -> frozenset[int]:
    """The resources, by identity, that any entry refers to."""
    found = (
        index.find(address, entry.resource)
        for entry in entries
        for address in _references(entry.resource.raw)
    )
    return frozenset(id(each.raw) for each in found if each is not None)


def _references(sent: Any) -> Iterator[str]:
    if isinstance(sent, list):
        for each in sent:
            yield from _references(each)
    elif isinstance(sent, dict):
        for name, value in sent.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from _references(value)


def _rests_on_others(entry: BundleEntry) -> bool:
    """Whether an entry is read after all others, since what it means depends on what they say."""
    return entry.kind == "Observation" and observation.asks_for_a_test(entry.resource)


def _say_guardian(entry: BundleEntry, remarks: Remarks) -> bool:
    """Say who decides in the person's place; True when somebody does."""
    named = listed(dict.fromkeys(f"“{each[:60]}”" for each in reasons.guardians(entry.resource)))
    if named:
        remarks.add(
            f"{entry.label} names somebody who decides for this person ({named}). Find out who consents to this treatment."
        )
    return bool(named)


def _judge_person(entry: BundleEntry, remarks: Remarks) -> None:
    """What the sender says of the record of the person as a whole."""
    _say_guardian(entry, remarks)
    if mark := changes_meaning(entry.resource):
        remarks.add(
            f"{entry.label} carries a mark that changes its meaning ({mark}) and is not understood here. Read it yourself."
        )
    if test_data(entry.resource):
        remarks.add(f"{entry.label} is marked as test data. Check that this is a person's record.")
    for word in kept_back(entry.resource):
        remarks.add(f"{entry.label} is marked as {word}: something may be kept back. Ask for the rest.")


def _help(entry: BundleEntry, named: frozenset[int], stated: frozenset[str], remarks: Remarks) -> None:
    """An entry that is read through what refers to it: where nothing does, or it says more, a person looks."""
    remarks.begin(entry.label)
    resource = entry.resource
    if entry.kind == "Medication" and id(resource.raw) not in named:
        said = says(resource)
        remarks.add(
            f"{entry.label}{f' ({said})' if said else ''} is in the record, and nothing says whose it is. Ask whether it is taken."
        )
    elif mark := changes_meaning(resource):
        remarks.add(
            f"{entry.label} carries a mark that changes its meaning ({mark}) and is not understood here. Read it yourself."
        )
    elif not _say_reasons(entry, stated, remarks):
        remarks.settle(Ending.NOT_NEEDED, "read through what refers to it")
    remarks.close()


def _refuse_other_version(person: Element) -> None:
    version = kinds.other_version(person)
    if version:
        raise UnusableBundle(
            f"{person.where} is written in FHIR {version}, an older version. Nothing is wrong with the record itself, but FHIR R4 "
            "is read here. Ask for an export as R4 (4.0.1)."
        )


def _take(
    entry: BundleEntry,
    person: BundleEntry,
    index: Index,
    as_of: date,
    stated: frozenset[str],
    found: _Gathered,
    remarks: Remarks,
) -> None:
    """Read one entry; it is used when it brought a fact."""
    remarks.begin(entry.label)
    before = found.count
    if _may_be_used(entry, person, index, remarks):
        _gather(entry, index, as_of, found, remarks)
        if _stands(entry.resource):
            _say_reasons(entry, stated, remarks)
    remarks.close(used=found.count > before)


def _stands(resource: Element) -> bool:
    """Whether the sender stands by an entry: none that was entered in error or refuted."""
    sent = {resource.status(name) for name in ("status", "verificationStatus") if resource.has(name)}
    return not sent & {"entered-in-error", "refuted"}


def _may_be_used(entry: BundleEntry, person: BundleEntry, index: Index, remarks: Remarks) -> bool:
    resource = entry.resource
    version = kinds.other_version(resource)
    if version:
        _say_version(entry, version, remarks)
        return False
    about = whose(resource, person, index)
    if about is Whose.SOMEBODY_ELSE:
        _not_this_persons(entry, remarks)
        return False
    if about is Whose.UNKNOWN:
        remarks.add(
            f"{entry.label}{f' ({said})' if (said := says(resource)) else ''}: not known whose it is, so it was not used. Find out whom it is about."
        )
        return False
    mark = changes_meaning(resource)
    if mark:
        remarks.add(
            f"{entry.label}{f' ({said})' if (said := says(resource)) else ''} carries a mark that changes its meaning ({mark}) and is not "
            "understood here; not used. "
            "Read it yourself."
        )
        return False
    if test_data(resource) and not test_data(
        person.resource
    ):  # where the person is marked, that is said of all
        remarks.add(
            f"{entry.label}{f' ({said})' if (said := says(resource)) else ''} is marked as test data; not used. Find out whether it is "
            "this person's."
        )
        return False
    if about is Whose.UNSAID:
        remarks.add(
            f"{entry.label} does not say whom it is about; taken as this patient's. Check that it is."
        )
    for word in kept_back(resource):
        remarks.add(f"{entry.label} is marked as {word}: something may be kept back. Ask for the rest.")
    if by_the_patient(resource) and entry.kind != "Observation":
        remarks.add(f"{entry.label} is marked as told by the patient. Have it confirmed.")
    return True


def _say_version(entry: BundleEntry, version: str, remarks: Remarks) -> None:
    remarks.add(
        f"{entry.label} is written in FHIR {version}, not R4, and was not read. Ask for an export as R4."
    )


def _not_this_persons(entry: BundleEntry, remarks: Remarks) -> None:
    sentence = f"{entry.label} is about somebody else; not used. Remove it from this person's record."
    remarks.add(sentence)
    remarks.settle(Ending.SOMEBODY_ELSE, sentence)


def _name_inner(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> None:
    """A resource inside another is read only as what that one refers to; anything else in there is said."""
    used = set(_references({k: v for k, v in entry.resource.raw.items() if k != "contained"}))
    for inner in entry.resource.all("contained"):
        kind = inner.text("resourceType")
        if kinds.helps(kind) and not kinds.is_silent(kind):
            _judge_helper(inner, entry, f"#{inner.text('id')}" in used, stated, remarks)
        if not kinds.helps(kind) and not kinds.not_needed(kind):
            said = f" ({words})" if (words := says(inner)) else ""
            remarks.add(
                f"{entry.label} holds {_one(kind)} inside{said}, which is not read there. Look at it "
                "in the record."
            )


def _one(kind: str) -> str:
    """A type with its article."""
    return f"{'an' if kind[:1] in tuple('AEIO') else 'a'} {kind}" if kind else "a part without a type"


def _judge_helper(
    inner: Element, entry: BundleEntry, used: bool, stated: frozenset[str], remarks: Remarks
) -> None:
    """A substance, medicine or specimen inside an entry: said where nothing reads it or it carries a mark."""
    said = f" ({words})" if (words := says(inner)) else ""
    if mark := changes_meaning(inner):
        remarks.add(
            f"{entry.label} holds {_one(inner.text('resourceType'))}{said} with a mark that changes its meaning ({mark}) and is not "
            "understood here. Read it yourself."
        )
    elif not used and (said or any(reasons.only_here(inner, stated))):
        remarks.add(
            f"{entry.label} holds {_one(inner.text('resourceType'))} inside{said}, which nothing in it refers to. Look at it in the "
            "record."
        )


def _leave(
    entry: BundleEntry, person: BundleEntry, index: Index, stated: frozenset[str], remarks: Remarks
) -> None:
    """An entry of a type that is not read: not needed, or something that a person has to look at."""
    remarks.begin(entry.label)
    if version := kinds.other_version(entry.resource):
        _say_version(entry, version, remarks)
        remarks.close()
        return
    why = kinds.not_needed(entry.kind)
    if not why and entry.kind == "DiagnosticReport":
        why = _only_repeats(entry.resource, index)
    joined = others_named(entry.resource, person, index) if entry.kind in _JOINING else []
    about_other = whose(entry.resource, person, index) is Whose.SOMEBODY_ELSE
    if joined:
        remarks.add(
            f"{entry.label} joins this person with {listed(joined)}, whose record is not here. Find out whether both are one "
            "person, and whether anything is missing or mixed."
        )
    elif (entry.kind == "Composition" and _listed_and_absent(entry, index, remarks)) or (
        entry.kind == "RelatedPerson" and not about_other and _say_guardian(entry, remarks)
    ):
        pass
    elif why and (about_other or not _say_reasons(entry, stated, remarks)):
        remarks.settle(Ending.NOT_NEEDED, why)
    elif not why and about_other:
        _not_this_persons(entry, remarks)
    elif not why:
        _name_unread(entry, remarks)
        _say_risk(entry, stated, remarks)
    remarks.close()


def _say_risk(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> None:
    """What an entry that nobody reads tells of a risk of suicide, such as a flag: it is not left among the others. Hazard H18."""
    if entry.kind in _OF_RELATIVES:
        return
    told = [each for each in reasons.only_here(entry.resource, stated) if reasons.tells_risk(each)]
    if told:
        named = listed(f"“{each[:80]}”" for each in told)
        remarks.add(f"{entry.label} names {named}. Ask about it, and do a suicide triage today.")


_OF_RELATIVES = ("FamilyMemberHistory",)


def _listed_and_absent(entry: BundleEntry, index: Index, remarks: Remarks) -> bool:
    """Say what a table of contents names that was not sent; True when there is such."""
    waiting, absent = entry.resource.all("section"), []
    for section in waiting:
        waiting += section.all("section")
        for named in section.all("entry"):
            address = named.text("reference")
            if address and not address.startswith("#") and index.find(address, entry.resource) is None:
                absent.append(named.text("display") or address)
    if absent:
        remarks.add(f"{entry.label} lists what is not in the file: {listed(absent)}. Ask for it.")
    return bool(absent)


def _say_reasons(entry: BundleEntry, stated: frozenset[str], remarks: Remarks) -> bool:
    """Say what an entry tells where nobody reads it; True when it tells something."""
    if kinds.is_silent(entry.kind):
        return False
    found = list(reasons.only_here(entry.resource, stated))
    told = [f"“{reason[:80]}”" for reason in found]
    if told:
        if any(reasons.tells_risk(reason, entry.kind) for reason in found):
            ask = "Ask about it, and do a suicide triage today."
        else:
            ask = (
                "Ask about it." if all(map(reasons.only_treated, found)) else "Ask whether the person has it."
            )
        remarks.add(f"{entry.label} names {listed(told)}, and no diagnosis of the record does. {ask}")
    named = [f"“{text[:80]}”" for text in reasons.pressures(entry.resource)]
    if named:
        remarks.add(
            f"{entry.label} names a blood pressure only in words: {listed(dict.fromkeys(named))}. They are not used. Record it with its date."
        )
    others = (
        [f"“{text[:80]}”" for text in reasons.other_medicines(entry.resource)]
        if entry.kind in (*_MEDICINES, *_SUPPLIES)
        else []
    )
    if others:
        remarks.add(
            f"{entry.label} names another medicine in its words: {listed(dict.fromkeys(others))}. Ask whether it is taken."
        )
    if reasons.in_hospital(entry.resource):
        remarks.add(
            f"{entry.label} says that the person is in a hospital now ({entry.resource.text('status')}). Ask why, and whether it is over."
        )
        told.append(entry.label)
    care = reasons.in_care(entry.resource)
    if care:
        remarks.add(
            f"{entry.label} says that the person is in care now (“{care[:80]}”). Ask who treats, and whether they know of this treatment."
        )
        told.append(care)
    died = reasons.death(entry.resource)
    if died:
        remarks.add(
            f"{entry.label} says that the person has died (“{died[:80]}”). Find out whose record this is before anything is planned."
        )
    return bool(told or named or others or died)


_SUPPLIES = ("SupplyDelivery", "SupplyRequest")
_MEDICINES = ("MedicationRequest", "MedicationStatement")


def _name_unread(entry: BundleEntry, remarks: Remarks) -> None:
    version = kinds.other_version(entry.resource)
    if version:
        remarks.add(
            f"{entry.label} is written in FHIR {version}, not R4, and was not read. Ask for an export as R4."
        )
        return
    what = kinds.could_matter(entry.kind) if entry.kind else "a fact that is asked for"
    kind = entry.kind or "A part without a type"
    remarks.add_unread(kind, what, says(entry.resource))


_JOINING = ("Linkage", "Person")
"""Types by which a sender says that several records are one person's."""


def _only_repeats(report: Element, index: Index) -> str:
    """Why a report is not needed: each of its results is an entry by itself, and it says nothing more."""
    results = report.all("result")
    more = report.has("conclusion") or report.has("conclusionCode") or report.has("presentedForm")
    here = all(index.find(r.text("reference"), report) is not None for r in results)
    return "its results are entries by themselves" if results and here and not more else ""


def says(resource: Element) -> str:
    """What a resource calls itself, such as `“Cerebral aneurysm”`; empty when it says nothing."""
    for name in ("code", "medicationCodeableConcept", "type", "category", "scope"):
        sent = resource.raw.get(name)
        if isinstance(sent, dict | str):
            text = resource.codings(name)[1]
            if text:
                return f"“{text[:80]}”"
    title = resource.raw.get("title")
    return f"“{clean(title)[:80]}”" if isinstance(title, str) and title.strip() else ""


def _gather(entry: BundleEntry, index: Index, as_of: date, found: _Gathered, remarks: Remarks) -> None:
    resource = entry.resource
    match entry.kind:
        case "Condition":
            _keep(found.problems, condition.read(resource, remarks), remarks)
        case "AllergyIntolerance":
            _keep(found.allergies, allergy.read(resource, remarks), remarks)
        case "MedicationStatement":
            _keep(found.medications, medication.read_statement(resource, index.find, remarks, as_of), remarks)
        case "MedicationRequest":
            _keep(found.medications, medication.read_request(resource, index.find, remarks, as_of), remarks)
        case "Consent":
            found.consents += consent.read(resource, as_of, remarks)
        case "Observation":
            seen = observation.read(resource, remarks, {answer.fact for answer in found.answers})
            found.measurements += seen.measurements
            found.scores += seen.scores
            found.answers += seen.answers
            found.problems += seen.problems
            judged = say_signs(resource, as_of, remarks)
            if seen.stands:
                for value in unjudged(resource, seen.day, seen.said | judged):
                    remarks.add_unjudged(value)
                remarks.settle_unless_said(Ending.NOT_NEEDED, observation.why_not(resource))
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
