"""What is looked at before a patient leaves: variants of scores, rows, what is taught back, paths; the file is `literature/recovery.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = [
    "MOST_POINTS",
    "PathKind",
    "RecoveryChoice",
    "RecoveryData",
    "RecoveryPath",
    "RecoveryRow",
    "ScoreItem",
    "ScoreVariant",
    "TeachPoint",
    "recovery_data",
]

MOST_POINTS = 2
"""Every item of every variant is 2, 1 or 0, as printed."""


class PathKind(StrEnum):
    """Where a recovery goes otherwise."""

    ESCORT_ABSENT = "escort_absent"
    UNFIT_AT_CLOSING = "unfit_at_closing"
    HIGH_RESCREEN = "high_rescreen"
    FALL = "fall"


@dataclass(frozen=True, slots=True)
class ScoreItem:
    """One item; `words` are what 2, 1 and 0 points are, in this order."""

    id: str
    title: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScoreVariant:
    """One printed table of a score. Points of two variants are never added or compared."""

    id: str
    family: str
    title: str
    offered: bool
    no_zero: bool
    """Whether no item may be 0."""
    items: tuple[ScoreItem, ...]
    basis: Basis

    def is_complete(self, points: tuple[int, ...]) -> bool:
        """Whether these are points for every item of this table."""
        return len(points) == len(self.items) and all(0 <= each <= MOST_POINTS for each in points)


@dataclass(frozen=True, slots=True)
class RecoveryChoice:
    """What can be chosen, and whether the patient may leave with it by its row."""

    id: str
    words: str
    met: bool


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """A row that is looked at and chosen."""

    id: str
    title: str
    choices: tuple[RecoveryChoice, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class TeachPoint:
    """What the patient says back."""

    id: str
    text: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class RecoveryPath:
    """What is done where the day goes otherwise."""

    kind: PathKind
    title: str
    steps: tuple[str, ...]
    basis: Basis


@dataclass(frozen=True, slots=True)
class RecoveryData:
    """The whole file; each by its id, in the order in which it is shown."""

    variants: Mapping[str, ScoreVariant]
    rows: Mapping[str, RecoveryRow]
    teach: Mapping[str, TeachPoint]
    paths: Mapping[PathKind, RecoveryPath]

    def offered(self, family: str) -> ScoreVariant:
        """The variant of a score that is offered for new ones."""
        return next(each for each in self.variants.values() if each.family == family and each.offered)


@data_file(ROOT / "recovery.toml")
def recovery_data(file: Table) -> RecoveryData:
    """The file, read once. Raises DataError where a score does not offer exactly one variant."""
    variants = {each.text("id"): _variant(each) for each in file.tables("variant")}
    for family in {each.family for each in variants.values()}:
        offered = [each.id for each in variants.values() if each.family == family and each.offered]
        if len(offered) != 1:
            raise DataError(f"Of '{family}' exactly one variant is offered, not {offered or 'none'}.")
    return RecoveryData(
        variants,
        {each.text("id"): _row(each) for each in file.tables("row")},
        {
            each.text("id"): TeachPoint(each.text("id"), each.text("text"), basis_of(each))
            for each in file.tables("teach")
        },
        {path.kind: path for path in map(_path, file.tables("path"))},
    )


def _variant(each: Table) -> ScoreVariant:
    items = (
        ScoreItem(item.text("id"), item.text("title"), item.words("words")) for item in each.tables("item")
    )
    return ScoreVariant(
        each.text("id"),
        each.text("family"),
        each.text("title"),
        each.flag("offered"),
        each.flag("no_zero"),
        tuple(items),
        basis_of(each),
    )


def _row(each: Table) -> RecoveryRow:
    choices = (
        RecoveryChoice(one.text("id"), one.text("words"), one.flag("met")) for one in each.tables("choice")
    )
    return RecoveryRow(each.text("id"), each.text("title"), tuple(choices), basis_of(each))


def _path(each: Table) -> RecoveryPath:
    return RecoveryPath(each.choice("id", PathKind), each.text("title"), each.words("steps"), basis_of(each))
