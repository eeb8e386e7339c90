"""Where a number comes from and how it is known. Every published or default value carries this into the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from tenuto.core.data import DataError, Table, data_file, not_among
from tenuto.core.units import Quantity

T = TypeVar("T")
Q = TypeVar("Q", bound=Quantity)

__all__ = [
    "Basis",
    "Source",
    "Sourced",
    "Tag",
    "basis_from",
    "basis_of",
    "source",
    "sourced",
    "sourced_count",
]


class Tag(StrEnum):
    """How a statement is known. The letters are shown to users beside the value, with their meaning."""

    V = "V"
    V2 = "V2"
    S0 = "S0"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"
    S4 = "S4"
    C = "C"
    D = "D"
    M = "M"
    L = "L"

    @property
    def meaning(self) -> str:
        """The tag in words."""
        return _MEANINGS[self]

    @property
    def needs_checking(self) -> bool:
        """True when nobody has read the statement in its source."""
        return self in (Tag.M, Tag.L)


_MEANINGS = {
    Tag.V: "read in the source",
    Tag.V2: "second-hand: seen through another document",
    Tag.S0: "said by a patient article (S0)",
    Tag.S1: "said by a patient article (S1)",
    Tag.S2: "said by a patient article (S2)",
    Tag.S3: "said by a patient article (S3)",
    Tag.S4: "said by a patient article (S4)",
    Tag.C: "taken from published code that cites the paper",
    Tag.D: "design default or own computation; needs the medical director's signature",
    Tag.M: "from memory, not yet checked",
    Tag.L: "standard literature value, not yet re-checked",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A document: what it is called here, how to cite it, where to find it."""

    key: str
    cite: str
    locator: str = ""

    def __str__(self) -> str:
        return f"{self.cite} ({self.locator})" if self.locator else self.cite


@dataclass(frozen=True, slots=True)
class Basis:
    """What a value rests on: how it is known, in which documents, with a remark."""

    tags: tuple[Tag, ...]
    sources: tuple[Source, ...] = ()
    note: str = ""

    @property
    def evidence(self) -> str:
        """The tags as shown, such as `V` or `M+D`."""
        return "+".join(self.tags)

    @property
    def text(self) -> str:
        """One line for a person: documents first, then the remark, or that this is a design default."""
        cited = "; ".join(str(s) for s in self.sources)
        if not cited:
            cited = " / ".join(tag.meaning for tag in self.tags)
        return f"{cited}. {self.note}" if self.note else cited

    @property
    def needs_checking(self) -> bool:
        """True when nothing that it rests on was read or computed: every tag asks for a check."""
        return all(tag.needs_checking for tag in self.tags)


@dataclass(frozen=True, slots=True)
class Sourced(Generic[T]):
    """A value together with what it rests on."""

    value: T
    basis: Basis


@data_file(Path(__file__).with_name("sources.toml"))
def _registry(file: Table) -> Mapping[str, Source]:
    """Every registered document by its key."""
    return {
        key: Source(key, entry.text("cite"), entry.text("locator", "")) for key, entry in file.named().items()
    }


def source(key: str) -> Source:
    """The document registered under `key` in `sources.toml`; KeyError names an unknown one."""
    try:
        return _registry()[key]
    except KeyError:
        raise KeyError(f"'{key}' is not in core/sources/sources.toml; register the document there.") from None


def basis_of(entry: Table) -> Basis:
    """Read `evidence`, `sources` and `note` of a data entry. DataError when it says nothing of how it is known."""
    tags = entry.words("evidence")
    unknown = [tag for tag in tags if tag not in list(Tag)]
    if unknown:
        raise DataError(f"{entry.where}, evidence: {not_among(unknown[0], Tag)}")
    if not tags:
        raise DataError(f"{entry.where}, evidence: there is no tag. Say how the value is known.")
    keys = entry.words("sources", ())
    strange = [key for key in keys if key not in _registry()]
    if strange:
        raise DataError(
            f"{entry.where}, sources: {not_among(strange[0], _registry())} Register it in core/sources/sources.toml."
        )
    return Basis(tuple(Tag(tag) for tag in tags), tuple(source(key) for key in keys), entry.text("note", ""))


def basis_from(entry: Mapping[str, object], *, where: str) -> Basis:
    """The same from parsed content whose other keys are read elsewhere. `where` names the entry in an error."""
    kept = {key: entry[key] for key in ("evidence", "sources", "note") if entry.get(key)}
    if isinstance(kept.get("evidence"), str):
        kept["evidence"] = [kept["evidence"]]
    return basis_of(Table(kept, where))


def sourced(entry: Table, key: str, kind: type[Q]) -> Sourced[Q]:
    """A quantity with evidence of its own: `key = { value = 0.5, evidence = ["V"], sources = [...] }`."""
    part = entry.table(key)
    return Sourced(part.quantity("value", kind), basis_of(part))


def sourced_count(entry: Table, key: str) -> Sourced[int]:
    """A whole number with evidence of its own."""
    part = entry.table(key)
    return Sourced(part.whole("value"), basis_of(part))
