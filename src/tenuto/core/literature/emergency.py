"""Whom to call in an emergency, by the country in whose time zone a clinic is. The file is `emergency.toml`.

The numbers are a proposal to the clinic, with the tag of how they are known: no patient reads one before a director has
checked it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenuto.core.data import Table, data_file
from tenuto.core.literature import ROOT
from tenuto.core.sources import Basis, basis_of

__all__ = ["WITHOUT_NUMBERS", "EmergencyNumbers", "emergency_numbers", "emergency_words"]

WITHOUT_NUMBERS = "In an emergency call your local emergency number. If you think of harming yourself, call your local crisis line, now."
"""What is true everywhere: for a clinic that has written no number."""


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """The numbers of one country. `line` is empty where no crisis line is known here."""

    country: str
    name: str
    emergency: str
    line: str
    zones: tuple[str, ...]
    basis: Basis


@data_file(ROOT / "emergency.toml")
def emergency_numbers(file: Table) -> Mapping[str, EmergencyNumbers]:
    """The numbers by time zone."""
    found = [
        EmergencyNumbers(
            entry.text("id"),
            entry.text("name"),
            entry.text("emergency"),
            entry.text("line", ""),
            entry.words("zones"),
            basis_of(entry),
        )
        for entry in file.tables("country")
    ]
    return {zone: numbers for numbers in found for zone in numbers.zones}


def emergency_words(zone: str) -> str:
    """What is proposed to a clinic in this time zone; without a country that is known, no number of another one's."""
    known = emergency_numbers().get(zone)
    if known is None:
        return WITHOUT_NUMBERS
    line = known.line or "call your local crisis line"
    return f"In an emergency call {known.emergency}. If you think of harming yourself, {line}, now."
