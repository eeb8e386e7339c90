"""Patient: who it is."""

from __future__ import annotations

import re
from datetime import date

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.numbers import identifiers
from tenuto.clinic.interop.fhir.periods import in_use
from tenuto.clinic.people.names import could_be_one, folded
from tenuto.core.intake.facts import Person
from tenuto.core.intake.wording import Phrases, words

__all__ = ["read"]

_PREFERRED_NAMES = ("official", "usual", "")
_SEXES = ("male", "female", "other")
_NOT_CURRENT = ("old", "entered-in-error")
_WRITTEN_TOGETHER = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]+")
"""Chinese, Japanese and Korean letters: the family name comes first, without a space."""


_BIRTH_TIME = "http://hl7.org/fhir/StructureDefinition/patient-birthTime"


def _say_birth_time(patient: Element, remarks: Remarks) -> None:
    """A birth time of another day than the birth date: one of them is wrong, and the age with it."""
    beside = patient.one("_birthDate")
    day = patient.text("birthDate")
    for extension in beside.all("extension") if beside else ():
        time = extension.text("valueDateTime") if extension.text("url") == _BIRTH_TIME else ""
        if time and day and not (time[:10].startswith(day) or day.startswith(time[:10])):
            remarks.add(
                f"{patient.where}: the birth date is sent as {day} and the birth time as {time[:25]}: two days. Ask for the birth date "
                "and correct the record."
            )


def read(patient: Element, remarks: Remarks, as_of: date, *, female_told: bool = False) -> Person:
    """The person; an inactive record and an incomplete birth date are remarked on.

    `female_told`: an Observation of the record says that the person is female, by the sex at birth.
    """
    replaced = [link for link in patient.all("link") if link.text("type") == "replaced-by"]
    for link in replaced:
        other = link.one("other")
        named = (other.text("display") or other.text("reference")) if other else ""
        remarks.add(
            f"{patient.where}: another record replaces this one{f' ({named[:80]})' if named else ''}. Use that record, or find out "
            "which one is in use."
        )
    if patient.flag("active") is False and not replaced:
        remarks.add(f"{patient.where} is marked inactive. Check that this is the record in use.")
    _say_others(patient, remarks)
    born = patient.moment("birthDate", remarks)
    if born and not born.exact:
        remarks.add(
            f"{patient.where}: the birth date '{patient.text('birthDate')}' is not complete; "
            f"the youngest possible age is used. Record the day."
        )
    _say_birth_time(patient, remarks)
    sex = patient.text("gender").lower()
    if sex == "male" and (female_told or _female_otherwise(patient)):
        remarks.add(
            f"{patient.where} is male by gender and female by another statement (sex at birth or for clinical use); "
            "every test that depends on the sex is asked for. Ask the patient, and correct the record."
        )
        sex = ""
    return Person(
        name=_name(patient, as_of, remarks),
        identifiers=identifiers(patient, as_of, remarks),
        birth_date=born.latest if born else None,
        sex=sex if sex in _SEXES else "",
        birth_sent=patient.text("birthDate") if born and not born.exact else "",
    )


def _say_others(patient: Element, remarks: Remarks) -> None:
    """Say what else may be one with this person: another record, and a twin."""
    for link in patient.all("link"):
        other = link.one("other")
        named = (other.text("display") or other.text("reference")) if other else ""
        if link.text("type") in ("seealso", "refer", "replaces"):
            remarks.add(
                f"{patient.where}: the sender has another record of this person{f' ({named[:80]})' if named else ''}. Ask for what stands there."
            )
    order = patient.number("multipleBirthInteger")
    if patient.flag("multipleBirthBoolean") or (order is not None and order > 0):
        remarks.add(
            f"{patient.where} is one of a multiple birth. Make sure that this is not the twin's record."
        )


def told_female(observation: Element) -> bool:
    """Whether an Observation says that the person is female, by the sex at birth."""
    codings, _ = observation.codings("code")
    if not any(coding.system == "loinc" and coding.code in _SEX_CODES for coding in codings):
        return False
    codes, text = observation.codings("valueCodeableConcept")
    said = [
        text,
        observation.text("valueString"),
        *(code.code for code in codes),
        *(c.display for c in codes),
    ]
    return any(word.strip().lower() in (*_FEMALE, "la3-6") for word in said)


_SEX_CODES = ("76689-9", "46098-0")


def _female_otherwise(patient: Element) -> bool:
    """Whether an extension, such as the sex at birth or for clinical use, says female."""
    for extension in patient.all("extension"):
        if not any(name in extension.text("url").lower() for name in _SEX_ELSEWHERE):
            continue
        for part in (extension, *extension.all("extension")):
            codings, text = part.codings("valueCodeableConcept")
            coding = part.one("valueCoding")
            said = [part.text("valueCode"), part.text("valueString"), text, *(c.code for c in codings)]
            said += [coding.text("code")] if coding else []
            if any(word.strip().lower() in _FEMALE for word in said):
                return True
    return False


_SEX_ELSEWHERE = (
    "birthsex",
    "birth-sex",
    "sexparameterforclinicaluse",
    "recordedsexorgender",
    "us-core-sex",
    "sex-at-birth",
)
_FEMALE = ("f", "female", "female-typical", "248152002")


def is_dead(patient: Element) -> bool:
    """True when the record says that the person has died."""
    return patient.flag("deceasedBoolean") is True or bool(patient.text("deceasedDateTime"))


def _name(patient: Element, as_of: date, remarks: Remarks) -> str:
    names = [
        n for n in patient.all("name") if n.text("use") not in _NOT_CURRENT and in_use(n, as_of, remarks)
    ]
    ranked = sorted(names, key=lambda n: _rank(n.text("use")))
    for name in ranked:
        parts, written = " ".join([*name.texts("given"), name.text("family")]).strip(), name.text("text")
        if parts and written and not could_be_one(parts, written):
            remarks.add(
                f"{patient.where} is called “{written[:80]}” and, in parts, “{parts[:80]}”. Find out who it is, and correct the record."
            )
    shown = next(filter(None, map(_whole_name, ranked)), "")
    official = [folded(_whole_name(each)) for each in ranked if each.text("use") == "official"]
    apart = next((each for each in official if set(each.split()).isdisjoint(official[0].split())), "")
    if apart:
        both = [
            _whole_name(each)[:80] for each in ranked if folded(_whole_name(each)) in (official[0], apart)
        ]
        remarks.add(
            f"{patient.where} has two official names, {' and '.join(f'“{name}”' for name in both)}. Find out who it is, and correct the record."
        )
    if any(_stands_for_a_name(_whole_name(each)) for each in ranked):
        remarks.add(
            f"{patient.where} is called “{shown[:80]}”, which may stand for a name that nobody knew, a test or a record not in use. Find "
            "out whose record this is."
        )
    if not any(any(map(str.isalpha, word)) and word not in _NO_NAME for word in folded(shown).split()):
        said = f"only “{shown[:80]}”, which is no name" if folded(shown) else "no name that can be read"
        remarks.add(f"{patient.where} has {said}. Find out whose record this is, and record the name.")
    return shown


def _stands_for_a_name(name: str) -> bool:
    """Whether a name is one that is typed where nobody knows it. Doe and Roe alone are surnames that people have."""
    said = set(words(name))
    return bool(_STANDS_FOR_A_NAME.names(name)) or bool(said & _NOBODYS and said & _ANYBODY)


_NOBODYS = frozenset(("doe", "roe"))
_ANYBODY = frozenset(
    ("john", "jon", "johnny", "jane", "janie", "richard", "baby", "boy", "girl", "infant", "male", "female", "test", "trauma", "patient")
)  # fmt: skip
_STANDS_FOR_A_NAME = Phrases(
    {
        "stand-in": (
            "unknown", "zzz*", "ztest*", "zztest*", "test patient", "testpatient*", "merged", "do not use", "duplicate", "baby boy", "baby girl",
            "unidentified", "invalid", "deleted",
        )
    }
)  # fmt: skip
"""What is typed where nobody knows the name, for a test, and over a record that is no longer in use [D]."""
_NO_NAME = frozenset(
    ("patient", "person", "subject", "unknown", "anonymous", "anon", "unnamed", "nn", "test")
)


def _rank(use: str) -> int:
    return _PREFERRED_NAMES.index(use) if use in _PREFERRED_NAMES else len(_PREFERRED_NAMES)


def _whole_name(name: Element) -> str:
    """The name as it is written: its own text where that holds every part, else the parts in the order of their script."""
    given, family, written = name.texts("given"), name.text("family"), name.text("text")
    own = [part for part in (*given, family) if part]
    if written and all(folded(part) in folded(written) for part in own):
        return written
    if own and all(_WRITTEN_TOGETHER.fullmatch(part) for part in own):
        return "".join([family, *given])
    parts = [*name.texts("prefix"), *given, family, *name.texts("suffix")]
    return " ".join(filter(None, parts))
