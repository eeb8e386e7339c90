"""What was found when each protocol template was read against its sources, by version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tenuto.core.data import DataError, Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Source, source

__all__ = ["ProtocolReading", "ReadingForm", "protocol_readings"]


class ReadingForm(StrEnum):
    """In which form a document was read."""

    ABSTRACT = "abstract"
    FULL_TEXT = "full text"
    GUIDELINE = "guideline summary"
    STATEMENTS = "list of the article's statements"


@dataclass(frozen=True, slots=True)
class ProtocolReading:
    """One reading: what the documents say, and where the template differs from them (empty: nowhere)."""

    protocol: str
    version: int
    on: date
    form: ReadingForm
    read: tuple[Source, ...]
    found: str
    differs: str


@data_file(ROOT / "protocol_readings.toml")
def protocol_readings(file: Table) -> Mapping[tuple[str, int], ProtocolReading]:
    """Every reading by template and version. DataError for a document that is not registered or a version read twice."""
    read = [_reading(entry) for entry in file.tables("reading")]
    found = {(each.protocol, each.version): each for each in read}
    if len(found) < len(read):
        raise DataError(f"{file.where} has a version twice. Keep one reading for each.")
    return found


def _reading(entry: Table) -> ProtocolReading:
    try:
        read = tuple(source(key) for key in entry.words("read"))
    except KeyError as error:
        raise DataError(f"{entry.where}, read: {error.args[0]}") from error
    return ProtocolReading(
        entry.text("protocol"),
        entry.whole("version"),
        entry.day("on"),
        entry.choice("as", ReadingForm),
        read,
        entry.text("found"),
        entry.any_text("differs"),
    )
