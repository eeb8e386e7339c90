"""What a backup says of itself, so that its way back can be checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tenuto.clinic.backup.errors import BackupError

__all__ = ["FORM", "Manifest", "digest"]

FORM = 1
"""Of the files and the manifest; a later program reads it, an earlier one refuses what is newer."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. `tables` counts the rows of each; `head` is the newest audit event as NUMBER:MAC; `sha256` is of the data."""

    program: str
    made_at: str
    engine: str
    migrations: Mapping[str, list[str]]
    tables: Mapping[str, int]
    head: str
    sha256: str
    form: int = FORM

    def text(self) -> str:
        """As it is written into the backup."""
        return json.dumps(asdict(self), indent=1, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Manifest:
        """The manifest that a backup holds. Raises BackupError."""
        try:
            found = json.loads(text)
            form = found["form"]
        except (ValueError, KeyError, TypeError) as error:
            raise BackupError("The backup's manifest can't be read. Take another backup.") from error
        if form != FORM:
            raise BackupError(
                f"The backup is of form {form}, and this program reads form {FORM}. Restore it with the program that made it."
            )
        return cls(**found)

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(self.tables.values())

    def differences(self, tables: Mapping[str, int]) -> list[str]:
        """A sentence for each table whose rows are not as many as were backed up."""
        return [
            f"{name} holds {tables.get(name, 0)} rows; {self.tables.get(name, 0)} were backed up."
            for name in sorted({*self.tables, *tables})
            if tables.get(name, 0) != self.tables.get(name, 0)
        ]


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
