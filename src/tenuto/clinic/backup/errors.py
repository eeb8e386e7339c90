"""What keeps a backup from being made or read back."""

from __future__ import annotations

__all__ = ["BackupError"]


class BackupError(RuntimeError):
    """A backup could not be made, opened or restored. The text says what to do; nothing that was there was changed."""
