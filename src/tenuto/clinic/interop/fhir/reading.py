"""A Bundle read onto the facts of one person, with a report of how every entry ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo
from typing import TypeVar

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
from tenuto.clinic.interop.fhir.elements import CUT, Element, Remarks
from tenuto.clinic.interop.fhir.inside import name_inner, read_inside, stands
from tenuto.clinic.interop.fhir.left_out import (
    help_read,
    judge_person,
    leave,
    not_this_persons,
    references,
    say_beside_answers,
    say_reasons,
    say_version,
    says,
)
from tenuto.clinic.interop.fhir.loading import MAX_SECONDS, Json, UnusableBundle
from tenuto.clinic.interop.fhir.marks import by_the_patient, changes_meaning, test_data
from tenuto.clinic.interop.fhir.results import asks_of_suicide, closes, unclear_score
from tenuto.clinic.interop.fhir.sent import kept_back, unpack
from tenuto.clinic.interop.fhir.sent_bmi import SentBmi, say_contradiction, sent_bmi
from tenuto.clinic.interop.fhir.signs_of_now import say_signs
from tenuto.clinic.interop.fhir.subjects import BundleEntry, Index, Whose, the_patient, whose
from tenuto.clinic.interop.fhir.taken_back import without_taken_back
from tenuto.clinic.interop.fhir.unjudged import unjudged
from tenuto.clinic.interop.fhir.versions import current
from tenuto.core.gate import Finding
from tenuto.core.intake.contraindications import closing
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
from tenuto.core.intake.medicines import recognise
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
    indices: list[SentBmi] = field(default_factory=list)
    """Body mass indices as they were sent: no facts, only compared."""

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
    pieces = current(sent, remarks)
    entries = [BundleEntry(piece.resource, piece.full_url) for piece in pieces]
    changed = {id(piece.resource.raw): piece.changed for piece in pieces if piece.changed}
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
        name_inner(entry, stated, remarks)
        for inner in read_inside(entry):
            _take(
                inner,
                person,
                index,
                as_of,
                stated,
                found,
                remarks,
                doubt="is no entry of its own",
            )
        if kinds.is_read(entry.kind):
            doubt = changed.get(id(entry.resource.raw), "")
            _take(entry, person, index, as_of, stated, found, remarks, doubt=doubt)
        elif entry.kind == "Patient":
            remarks.begin(entry.label)
            if entry.resource is person.resource:
                judge_person(entry, remarks)
                say_reasons(entry, stated, remarks)
            remarks.close(used=True)
        elif kinds.helps(entry.kind):
            ignored[entry.kind] += entry.kind != "Medication"
            help_read(entry, named, stated, remarks)
        else:
            ignored[entry.kind or "unnamed"] += 1
            leave(entry, person, index, stated, remarks)
    say_contradiction(found.indices, found.measurements, remarks)
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
    """The contraindications that the diagnoses of the record state, and the ingredients that its medicines name."""
    diagnoses = (entry.resource for entry in entries if entry.kind == "Condition")
    named = (
        recognise(Medication(text, codings))
        for entry in entries
        if entry.kind.startswith("Medication")
        for name in ("code", "medicationCodeableConcept")
        for codings, text in [entry.resource.codings(name)]
    )
    return frozenset().union(*(reasons.matters(*each.codings("code")) for each in diagnoses), *named)


def _named(entries: list[BundleEntry], index: Index) -> frozenset[int]:
    """The resources, by identity, that any entry refers to."""
    found = (
        index.find(address, entry.resource) for entry in entries for address in references(entry.resource.raw)
    )
    return frozenset(id(each.raw) for each in found if each is not None)


def _rests_on_others(entry: BundleEntry) -> bool:
    """Whether an entry is read after all others, since what it means depends on what they say."""
    return entry.kind == "Observation" and observation.asks_for_a_test(entry.resource)


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
    *,
    doubt: str = "",
) -> None:
    """Read one entry; it is used when it brought a fact. With a `doubt`, only what it says against treatment counts."""
    remarks.begin(entry.label)
    before = found.count
    if _may_be_used(entry, person, index, remarks):
        here = _Gathered(answers=list(found.answers)) if doubt else found
        _gather(entry, index, as_of, here, remarks)
        if doubt:
            remarks.add(
                f"{entry.label}{f' ({said})' if (said := says(entry.resource)) else ''} {doubt}; it opens nothing, and what it says against treatment counts. Find out whether it stands, and record "
                "it again."
            )
            _keep_what_closes(here, found, doubt)
        if stands(entry.resource):
            say_reasons(entry, stated, remarks)
            if entry.kind == "QuestionnaireResponse":
                say_beside_answers(entry.resource, stated, remarks)
    remarks.close(used=found.count > before)


def _keep_what_closes(here: _Gathered, found: _Gathered, doubt: str) -> None:
    """Of what a doubted entry says, that which can only close: no answer, score or consent that opens, and no value that is relied on."""
    known = len(found.answers)
    # What is no contraindication could only be a reason to treat.
    found.problems += [p if closing(p) else replace(p, certain=False) for p in here.problems]
    found.medications += here.medications
    found.allergies += here.allergies
    found.measurements += [replace(m, unclear=doubt) for m in here.measurements]
    found.scores += [unclear_score(s, doubt) for s in here.scores if asks_of_suicide(s)]
    found.answers += [answer for answer in here.answers[known:] if closes(answer)]
    found.consents += [each for each in here.consents if each.refused]


def _may_be_used(entry: BundleEntry, person: BundleEntry, index: Index, remarks: Remarks) -> bool:
    resource = entry.resource
    version = kinds.other_version(resource)
    if version:
        say_version(entry, version, remarks)
        return False
    about = whose(resource, person, index)
    if about is Whose.SOMEBODY_ELSE:
        not_this_persons(entry, remarks)
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
            index_sent = sent_bmi(resource, seen.day) if seen.stands else None
            found.indices += [index_sent] if index_sent else []
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
