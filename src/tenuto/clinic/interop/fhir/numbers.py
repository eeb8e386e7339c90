"""Identifiers of a Patient: which are in use, and which prove who it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenuto.clinic.interop.fhir.elements import Element, Remarks
from tenuto.clinic.interop.fhir.periods import in_use
from tenuto.clinic.people.names import folded, number_key
from tenuto.core.data import Table, data_file
from tenuto.core.intake.facts import Coding, Identifier
from tenuto.core.intake.identifiers import is_of_the_state
from tenuto.core.intake.reading_report import listed

__all__ = ["identifiers"]

_KINDS = "http://terminology.hl7.org/CodeSystem/v2-0203"
_RUNNING = "01234567890123456789"
_SHORT = 6
"""A shorter number may be a real one that looks like 77 or 1234."""


@dataclass(frozen=True, slots=True)
class _Kinds:
    not_own: frozenset[str]
    not_own_words: frozenset[str]
    not_own_systems: tuple[str, ...]
    stand_ins: frozenset[str]


@data_file(Path(__file__).with_name("numbers.toml"))
def _kinds(file: Table) -> _Kinds:
    return _Kinds(
        frozenset(file.words("not_own")),
        frozenset(file.words("not_own_words")),
        file.words("not_own_systems"),
        frozenset(file.words("stand_ins")),
    )


def identifiers(patient: Element, as_of: date, remarks: Remarks) -> tuple[Identifier, ...]:
    """The numbers in use, each once, in the order of the record. One of the state, such as a social security number, stays out."""
    found = tuple(dict.fromkeys(_read(patient, as_of, remarks)))
    own: dict[str, list[str]] = {}
    for number in found:
        if number.proves:
            own.setdefault(number.system, []).append(number.value)
    if not own and any(each.text("value") for each in patient.all("identifier")):
        named = f" ({listed(map(str, found))})" if found else ""
        remarks.add(
            f"{patient.where}: no number of this record proves who it is{named}. It is a family's or the state's, is not in use, stands for "
            "one, or nobody says who gave it out. Check the name and the birth date, and record the person's own number."
        )
    for values in own.values():
        if len({number_key(value) for value in values}) > 1:
            remarks.add(
                f"{patient.where} has {len(values)} numbers of one kind ({listed(values)}). Two people may have been taken for one. "
                "Find out which number is this person's."
            )
    return found


def _is_of_the_state(identifier: Element) -> bool:
    codings, words = identifier.codings("type") if identifier.has("type") else ((), "")
    said = " ".join([words, *(coding.display for coding in codings)])
    codes = [coding.code for coding in codings if coding.code]
    return is_of_the_state(codes=codes, system=identifier.text("system"), words=said)


def _read(patient: Element, as_of: date, remarks: Remarks) -> Iterator[Identifier]:
    for each in patient.all("identifier"):
        value = each.text("value")
        if not value or each.text("use") == "old" or not in_use(each, as_of, remarks):
            continue
        codings, words = each.codings("type") if each.has("type") else ((), "")
        codes = [coding.code for coding in codings if coding.code]
        if _is_of_the_state(each):
            continue
        system = _address(each.text("system"))
        own = not _of_several(codes, words, system) and each.text("use") != "temp"
        label = _label(codings, words, each.text("system"))
        yield Identifier(value, label, system, bool(system) and own and not _stands_in(value))


def _label(codings: Sequence[Coding], words: str, system: str) -> str:
    """What kind of number it is: the standard's code, else the sender's words, else the end of the system's address."""
    standard = next((each.code for each in codings if each.system == _KINDS), "")
    coded = next((each.code for each in codings if each.code), "")
    return standard or words or coded or (system.rstrip("/").rpartition("/")[2] if "/" in system else system)


def _of_several(codes: list[str], words: str, system: str) -> bool:
    kinds = _kinds()
    return (
        any(code.upper() in kinds.not_own for code in codes)
        or not kinds.not_own_words.isdisjoint(folded(words).split())
        or any(part in system for part in kinds.not_own_systems)
    )


def _address(system: str) -> str:
    """A system in one writing: an OID with its prefix, no difference of http, case and a last slash."""
    plain = system.strip().rstrip("/").lower().replace("https://", "http://", 1)
    return f"urn:oid:{plain}" if plain[:2] in ("0.", "1.", "2.") else plain


def _stands_in(value: str) -> bool:
    key = number_key(value)
    return (
        not key.strip("0")
        or key in _kinds().stand_ins
        or (len(key) >= _SHORT and (len(set(key)) == 1 or key in _RUNNING))
    )
