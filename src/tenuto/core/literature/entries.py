"""Reads entries of the data files of protocols and plans, with errors that name the file, the entry and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from tenuto.core.sources import Basis, Sourced, basis_from
from tenuto.core.units import Quantity

__all__ = ["DataFileError", "Entry"]

Q = TypeVar("Q", bound=Quantity)


class DataFileError(ValueError):
    """A data file that can't be used; the message names the entry and the fix."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a data file and where it stands."""

    raw: Mapping[str, Any]
    where: str

    def text(self, key: str) -> str:
        """A text that is not empty."""
        value = self._get(key)
        if not isinstance(value, str) or not value.strip():
            raise DataFileError(f"{self.where}: '{key}' must be text, got {value!r}.")
        return value

    def whole(self, key: str) -> int:
        """A whole number."""
        return _whole(self._get(key), f"{self.where}: '{key}'")

    def names(self, key: str) -> tuple[str, ...]:
        """A list of names, which may be empty."""
        return tuple(str(name) for name in self._get(key))

    def part(self, key: str) -> Entry:
        """A table inside this one."""
        return Entry(self._get(key), f"{self.where} [{key}]")

    def parts(self, key: str) -> tuple[Entry, ...]:
        """A list of tables inside this one; empty when absent."""
        return tuple(Entry(e, f"{self.where} [[{key}]] {i + 1}") for i, e in enumerate(self.raw.get(key, ())))

    def basis(self) -> Basis:
        """What this entry rests on; an error when it does not say."""
        return basis_from(self.raw, where=self.where)

    def sourced(self, key: str, kind: type[Q]) -> Sourced[Q]:
        """A quantity with its own evidence."""
        part = self.part(key)
        value = part._get("value")
        exact = value if isinstance(value, Decimal) else Decimal(_whole(value, part.where))
        return Sourced(kind(exact), part.basis())

    def count(self, key: str) -> Sourced[int]:
        """A whole number with its own evidence."""
        part = self.part(key)
        return Sourced(part.whole("value"), part.basis())

    def _get(self, key: str) -> Any:
        try:
            return self.raw[key]
        except KeyError:
            raise DataFileError(f"{self.where} has no '{key}'. Add it.") from None


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise DataFileError(f"{where} must be a whole number, got {value!r}.")
    return value
