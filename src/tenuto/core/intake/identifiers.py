"""Numbers by which a person is known: which one is the record number, and which are the state's and left out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["is_of_the_state", "record_number", "same_number"]

_LETTERS = re.compile(r"[a-z0-9']+")


@dataclass(frozen=True, slots=True)
class _Register:
    records: tuple[str, ...]
    state: frozenset[str]
    systems: tuple[str, ...]
    words: tuple[str, ...]
    basis: tuple[Basis, Basis]


@data_file(ROOT / "identifiers.toml")
def _register(file: Table) -> _Register:
    own, state = file.table("record_numbers"), file.table("of_the_state")
    return _Register(
        own.words("codes"),
        frozenset(state.words("codes")),
        state.words("systems"),
        tuple(f" {word} " for word in state.words("words")),
        (basis_of(own), basis_of(state)),
    )


def is_of_the_state(*, codes: Iterable[str] = (), system: str = "", words: str = "") -> bool:
    """Whether a number is the state's, by its HL7 type codes, its system or its words: SSN, licence, passport and the like.

    A type code that names the country, such as NIITA, counts by its first two letters.
    """
    known = _register()
    if any(code in known.state or (len(code) == 5 and code[:2] in known.state) for code in codes):
        return True
    if any(system == each or system.startswith((f"{each}.", f"{each}-")) for each in known.systems):
        return True
    said = f" {' '.join(_LETTERS.findall(words.casefold()))} "
    return any(word in said for word in known.words)


def record_number(identifiers: Iterable[str]) -> str:
    """The clinic's number among identifiers as they are kept ('MR EX-0001', 'EX-0001'); empty when there is none.

    One that is marked as a record number comes first, then one without a mark; a number of the state never.
    """
    kept = [each for each in identifiers if not _names_the_state(each)]
    marked = [each for each in kept if each.split(" ")[0] in _register().records]
    return next(iter([*marked, *kept]), "")


def same_number(typed: str, kept: str) -> bool:
    """Whether somebody typed the number that is kept, with its mark ('MR EX-0001') or as a wristband has it ('EX-0001').

    Case, spaces and punctuation are no part of a number; nothing typed, or nothing kept, is never the same.
    """
    given = _signs(typed)
    return bool(given) and given in (_signs(kept), _signs(kept.rpartition(" ")[2]))


def _signs(number: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", number).casefold()))


def _names_the_state(identifier: str) -> bool:
    label, _, value = identifier.rpartition(" ")
    return bool(value) and is_of_the_state(codes=label.split(" ")[:1], system=label, words=label)
