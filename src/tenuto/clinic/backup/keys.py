"""The pair of keys of a backup, in the form of age: anybody with the recipient writes one, only the identity opens it."""

from __future__ import annotations

from pathlib import Path

from pyrage import x25519

from tenuto.clinic.backup.errors import BackupError
from tenuto.core.data.regular import open_regular

__all__ = ["read_identity", "read_recipient"]

MAX_BYTES = 10_000


def read_recipient(text: str) -> x25519.Recipient:
    """The recipient that a text names. Raises BackupError."""
    try:
        return x25519.Recipient.from_str(text.strip())
    except Exception as error:
        raise BackupError(
            f"'{text[:20]}' is no recipient. It begins with age1 and was printed by `tenuto backup key`."
        ) from error


def read_identity(path: Path) -> x25519.Identity:
    """The identity in a file, of which lines that begin with # are remarks. Raises BackupError, which repeats nothing of it."""
    try:
        with open_regular(path) as file:
            text = file.read(MAX_BYTES).decode("ascii", "replace")
    except OSError as error:
        raise BackupError(
            f"The identity '{path}' can't be read: {error.strerror}. It is the file that `tenuto backup key` wrote."
        ) from error
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            try:
                return x25519.Identity.from_str(line.strip())
            except Exception as error:
                raise BackupError(
                    f"'{path}' holds no identity. Its line begins with AGE-SECRET-KEY-1; `tenuto backup key` writes one."
                ) from error
    raise BackupError(f"'{path}' holds no identity. `tenuto backup key` writes one.")
