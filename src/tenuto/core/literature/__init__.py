"""Published values and clinic knowledge as data files. One folder or file a subject; each entry carries its tag and source."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ROOT"]

ROOT = Path(__file__).parent
"""Where the files are. Each is declared with its reader in the module that knows what it means."""
