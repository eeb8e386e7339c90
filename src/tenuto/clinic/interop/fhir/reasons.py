"""What an entry says in places that no mapper reads: reasons, notes, stages, references, extensions, in every shape."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tenuto.clinic.interop.fhir import kinds, tables
from tenuto.clinic.interop.fhir.elements import Element, clean
from tenuto.clinic.interop.fhir.extensions import Extension, beside
from tenuto.core.intake.allergies import says_allergy, speaks_of_it
from tenuto.core.intake.contraindications import closing, rule
from tenuto.core.intake.facts import Coding, Medication, Problem, ProblemStatus
from tenuto.core.intake.medicines import interactions, recognise, told_in
from tenuto.core.intake.terminology import (
    pressures_told,
    risk_told,
    says_died,
    spoken_of,
    treated_elsewhere,
    treated_for,
    under_way,
)
from tenuto.core.intake.wording import names_family
from tenuto.core.units import plain

__all__ = [
    "death",
    "guardians",
    "in_care",
    "in_hospital",
    "matters",
    "medicines_named",
    "only_here",
    "only_treated",
    "other_medicines",
    "pressures",
    "tells_risk",
    "titles_told",
    "treatments_elsewhere",
    "without_tags",
]


def matters(codings: tuple[Coding, ...], text: str) -> frozenset[str]:
    """The contraindications that a diagnosis states, leaves open, or says of a relative where that counts."""
    return closing(Problem(text, codings, ProblemStatus.ACTIVE, origin=""))


def only_here(resource: Element, stated: Iterable[str]) -> Iterator[str]:
    """The texts of an entry, outside what its mapper reads, that say what closes a gate and is none of those `stated`.

    A text on ketamine itself counts where it tells of a reaction, and an order that forbids it.
    """
    known, drug = frozenset(stated), _the_drug(resource)
    kind = resource.text("resourceType")
    if drug and resource.raw.get("doNotPerform") is True:
        yield f"{drug}: not to be given"
    if drug and resource.has("statusReason"):
        yield f"{drug}: {_why(resource)}"
    risky = not known & _RISKS
    for codings, text in _concepts(resource.raw, kinds.read_elsewhere(kind)):
        told = bool((matters(codings, text) | treated_for(text, denied=kind in _AIMS)) - known) or (
            risky and risk_told(text, denied=kind in _AIMS)
        )
        if told or (says_allergy(text) and (drug or speaks_of_it(codings, (text,)))):
            yield text or codings[0].code
    for extension in beside(resource.raw):
        if not extension.denied and _by_name(extension, known):
            yield extension.said


def only_treated(said: str) -> bool:
    """Whether a text, as `only_here` gives it, names no illness itself, but a treatment for one or a wish."""
    return not matters((), said) and bool(treated_for(said, denied=True))


def tells_risk(said: str, kind: str = "") -> bool:
    """Whether a text or a code, as `only_here` gives it for a type, tells a risk of suicide: it asks for a triage."""
    told = closing(
        Problem(said, (Coding("icd10cm", said), Coding("snomed", said)), ProblemStatus.ACTIVE, origin="")
    )
    return "suicide.screen" in risk_told(said, denied=kind in _AIMS) or any(rule(name).risk for name in told)


_RISKS = frozenset(("suicidality", "self_harm", "undetermined_harm", "ketamine_misuse"))
"""The diagnoses that say already what words would."""
_AIMS = ("Goal",)
"""Types that name what is to go away: a denial there says that it was there."""


def _why(resource: Element) -> str:
    """Why an order was stopped or never given, in its own words."""
    sent = resource.raw.get("statusReason")
    concepts = [sent] if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    said = (Element(each, resource.where).concept() for each in concepts if isinstance(each, dict))
    return next(
        (text or codings[0].code for codings, text in said if text or codings), "stopped for a reason"
    )


def _by_name(extension: Extension, known: frozenset[str]) -> bool:
    """Whether an extension says something by its name, with a yes or anything else that is no no: `isPregnant`, `gravidity`."""
    told = matters((), extension.name) - known
    return bool(told) or bool(spoken_of((extension.name,)) & _LOOKED_FOR)


_LOOKED_FOR = frozenset(("pregnancy.test", "suicide.screen", "ketamine_misuse"))


_FACT = "blood_pressure"


def pressures(resource: Element) -> Iterator[str]:
    """The texts of an entry, outside what its mapper reads, that name a blood pressure in words which it has not as a value."""
    codings, name = resource.codings("code") if isinstance(resource.raw.get("code"), dict) else ((), "")
    own = set(_numbers(resource.raw))
    about = _FACT in spoken_of((name, *(coding.display for coding in codings))) or any(
        coding.system == "loinc" and coding.code in tables.codes_of(_FACT) for coding in codings
    )
    for _, text in _concepts(resource.raw, kinds.read_elsewhere(resource.text("resourceType"))):
        if any(not set(told.split("/")) <= own for told in pressures_told(text, about=about)):
            yield text


def _numbers(sent: Any) -> Iterator[str]:
    """The numbers of an element, each as it is written."""
    if isinstance(sent, list):
        for each in sent:
            yield from _numbers(each)
    elif isinstance(sent, dict):
        for each in sent.values():
            yield from _numbers(each)
    elif isinstance(sent, Decimal):
        yield plain(sent)


def other_medicines(resource: Element) -> Iterator[str]:
    """The words beside a medicine that name another one, which interacts with ketamine: a note, or how it is taken."""
    beside_it = [*resource.all("note"), *resource.all("dosage"), *resource.all("dosageInstruction")]
    codings, name = resource.codings("medicationCodeableConcept")
    own = recognise(Medication(" ; ".join((name, *(coding.display for coding in codings))), codings))
    supplied = (
        [resource.one("suppliedItem"), resource] if resource.text("resourceType").startswith("Supply") else []
    )
    items = (each.codings("itemCodeableConcept")[1] for each in supplied if each is not None)
    for text in (*(each.text("text") for each in beside_it), *filter(None, items)):
        if (recognise(Medication(text)) - own) and interactions(Medication(text)):
            yield text


def medicines_named(resource: Element, stated: Iterable[str]) -> Iterator[str]:
    """The texts of an entry that is about no medicine which name one that interacts with ketamine and is not on the record's list."""
    kind, known = resource.text("resourceType"), frozenset(stated)
    if kind.startswith(("Medication", "Supply")):
        return
    for _, text in _concepts(resource.raw, kinds.read_elsewhere(kind)):
        if told_in(text) - known:
            yield text


_IN_HOSPITAL = ("IMP", "ACUTE", "NONAC", "OBSENC", "EMER")
_THERE_NOW = ("in-progress", "arrived", "triaged", "onleave")


def in_hospital(resource: Element) -> bool:
    """Whether a visit says that the person is in a hospital, or in an emergency department, now."""
    where = resource.one("class") if resource.text("resourceType") == "Encounter" else None
    if where is None or not _is_there(resource):
        return False
    return where.text("code") in _IN_HOSPITAL or under_way(where.text("display"))


def _is_there(visit: Element) -> bool:
    """Whether a visit goes on: by its status, or where that says nothing, since it began and nobody says that it ended."""
    period = visit.one("period")
    began = period is not None and period.has("start") and not period.has("end")
    return visit.text("status") in _THERE_NOW or (visit.text("status") in ("", "unknown") and began)


_UNDER_WAY = {"EpisodeOfCare": ("active", "onhold"), "CareTeam": ("active", "suspended", "")}
"""The states in which an episode, or a team, is one that treats the person now."""


def in_care(resource: Element) -> str:
    """What an episode or a team of psychiatric, hospital or addiction care that is under way calls itself; empty for any other."""
    if resource.text("status") not in _UNDER_WAY.get(resource.text("resourceType"), ()):
        return ""
    concepts = (each.concept() for name in ("type", "category") for each in resource.all(name))
    named = (
        text or next((each.display for each in codings if each.display), "") for codings, text in concepts
    )
    return next((each for each in (resource.text("name"), *named) if under_way(each)), "")


_SEEN_ELSEWHERE = ("Appointment", "AppointmentResponse", "CareTeam", "Coverage", "Encounter", "EpisodeOfCare")
_NEVER_WAS = ("cancelled", "noshow", "entered-in-error", "inactive", "proposed")


def treatments_elsewhere(resource: Element) -> Iterator[str]:
    """What a visit, an appointment or a team is of, where this treatment must agree with it: ECT, a hospice."""
    if resource.text("resourceType") not in _SEEN_ELSEWHERE or resource.text("status") in _NEVER_WAS:
        return
    roles = [role.concept() for each in resource.all("participant") for role in each.all("role")]
    for codings, text in (*_concepts(resource.raw, kinds.no_words()), *roles):
        said = next((each for each in (text, *(c.display for c in codings)) if treated_elsewhere(each)), "")
        if said:
            yield said
    # What somebody on a team is there for says what the person has.
    yield from (text for codings, text in roles if matters(codings, text))


def titles_told(text: str, stated: Iterable[str]) -> tuple[str, ...]:
    """The titles of what free words tell and no diagnosis of the record states: of a narrative, of which a sentence is too little."""
    told = (matters((), text) | treated_for(text)) - frozenset(stated)
    allergy = ("a reaction to ketamine",) if says_allergy(text) and speaks_of_it((), (text,)) else ()
    risk = () if _RISKS.intersection(stated) else tuple(sorted(risk_told(text)))
    return (*sorted(rule(name).title for name in told), *(_RISK_TITLES[name] for name in risk), *allergy)


_RISK_TITLES = {"suicide.screen": "thoughts of suicide", "ketamine_misuse": "ketamine outside treatment"}


_GUARDIANS = frozenset(("GUARD", "GUADLTM", "HPOWATT", "RESPRSN"))
"""Codes of HL7's roles for somebody who decides in the person's place."""


def guardians(resource: Element) -> Iterator[str]:
    """Whom a Patient's contacts or a RelatedPerson name as deciding in the person's place."""
    holders = [resource] if resource.text("resourceType") == "RelatedPerson" else resource.all("contact")
    for concept in (each for holder in holders for each in holder.all("relationship")):
        codings, text = concept.concept()
        if any(coding.code in _GUARDIANS for coding in codings) or "guardian" in text.lower().split():
            yield text or codings[0].code


def death(resource: Element) -> str:
    """What says in an entry that the person has died, by a code, a text or an extension's name; empty where nothing does.

    Its category counts too: a cause of death may be sent as a diagnosis of that category. A relative's death is none.
    """
    own = resource.codings("code") if isinstance(resource.raw.get("code"), dict) else ((), "")
    if any(map(names_family, (own[1], *(coding.display for coding in own[0])))):
        return ""
    for codings, text in _concepts(resource.raw, kinds.no_words()):
        if says_died(codings, text):
            return text or codings[0].code
    told = (each for each in beside(resource.raw) if not each.denied)
    return next((each.said for each in told if set(each.name.split()) & _DEAD), "")


_DEAD = frozenset(("deceased", "died", "dead", "death"))


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
                if text and (not _ADDRESS.match(text) or pressures_told(text)):
                    yield (), text
            else:
                yield from _concepts(value, kinds.no_words())


def without_tags(text: str) -> str:
    """The words of a narrative: what stands in a row of a table of its own is a sentence of its own."""
    return clean(_TAGS.sub(" ", _ROWS.sub(" . ", text)))


_TAGS = re.compile(r"<[^<>]*>")
_ROWS = re.compile(r"</?(?:p|li|tr|td|th|br|div|h\d)\b[^<>]*>", re.IGNORECASE)
_ADDRESS = re.compile(r"[a-z]+:\S+\Z|\S*/\S*\Z|[\d.:TZ+-]+\Z")


def _is_coded(sent: dict[str, Any]) -> bool:
    return isinstance(sent.get("coding"), list) or (
        isinstance(sent.get("code"), str) and isinstance(sent.get("system"), str)
    )
